/* Signatures: every case of the official suite, as headers and as a query, each step compared. */
#include "runtime/aws/sign.h"
#include "runtime/aws/when.h"
#include "tests/unit/vectors.h"

/* Splits a recorded request as it is, so that header values keep their folds. */
static struct http_request parse(struct arena *arena, struct text bytes) {
    struct http_request request = {.scheme = TEXT("https"), .path = TEXT("/"), .query = {"", 0}};
    request.headers = arena_array(arena, 32, sizeof *request.headers);
    request.header_room = 32;
    size_t at = 0, end = 0;
    while (end < bytes.length && bytes.bytes[end] != '\n') end++;
    struct text line = {bytes.bytes, end};
    const char *space = memchr(line.bytes, ' ', line.length);
    request.method = (struct text){line.bytes, (size_t)(space - line.bytes)};
    struct text target = {space + 1, line.length - request.method.length - 1};
    if (text_ends(target, TEXT(" HTTP/1.1"))) target.length -= 9;
    const char *mark = memchr(target.bytes, '?', target.length);
    request.path = target;
    if (mark) {
        request.path.length = (size_t)(mark - target.bytes);
        request.query = (struct text){mark + 1, target.length - request.path.length - 1};
    }
    for (at = end + 1; at < bytes.length && bytes.bytes[at] != '\n';) {
        end = at;
        do {
            while (end < bytes.length && bytes.bytes[end] != '\n') end++;
            end++;
        } while (end < bytes.length && (bytes.bytes[end] == ' ' || bytes.bytes[end] == '\t'));
        struct text header = {bytes.bytes + at, end - 1 - at};
        const char *colon = memchr(header.bytes, ':', header.length);
        struct text name = {header.bytes, (size_t)(colon - header.bytes)};
        struct text value = {colon + 1, header.length - name.length - 1};
        if (text_is(name, "Host")) request.host = value;
        else request.headers[request.header_count++] = (struct http_header){name, value};
        at = end;
    }
    if (at + 1 < bytes.length) {
        request.body = (struct text){bytes.bytes + at + 1, bytes.length - at - 1};
    }
    return request;
}

/* A signed request in the form of the suite: Host keeps its place, which the struct does not
 * know. */
static struct text print(struct arena *arena, const struct http_request *request,
                         struct text original) {
    struct buffer out;
    buffer_init(&out);
    uint32_t before = 0;
    struct http_request first = parse(arena, original);
    const char *start = text_copy(arena, original).bytes, *host = strstr(start, "\nHost:");
    for (uint32_t i = 0; host && i < first.header_count; i++) {
        const char *place = strstr(start, text_copy(arena, first.headers[i].name).bytes);
        if (place && place < host) before++;
    }
    buffer_text(&out, request->method);
    buffer_char(&out, ' ');
    buffer_text(&out, request->path);
    if (request->query.length) buffer_format(&out, "?%.*s", TEXT_ARGS(request->query));
    buffer_string(&out, " HTTP/1.1\n");
    for (uint32_t i = 0; i <= request->header_count; i++) {
        if (i == before) buffer_format(&out, "Host:%.*s\n", TEXT_ARGS(request->host));
        if (i == request->header_count) break;
        buffer_format(&out, "%.*s:%.*s\n", TEXT_ARGS(request->headers[i].name),
                      TEXT_ARGS(request->headers[i].value));
    }
    buffer_char(&out, '\n');
    buffer_text(&out, request->body);
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

static struct text without_end(struct text text) {
    while (text.length && text.bytes[text.length - 1] == '\n') text.length--;
    return text;
}

static void compare(struct arena *arena, struct text name, const char *form,
                    const struct sign_steps *steps, const struct http_request *request,
                    struct text original) {
    const char *base = name.bytes;
    vectors_same(name, form,
                 vectors_read(arena, "sigv4/v4/%s/%s-canonical-request.txt", base, form),
                 steps->canonical_request);
    vectors_same(name, form, vectors_read(arena, "sigv4/v4/%s/%s-string-to-sign.txt", base, form),
                 steps->string_to_sign);
    vectors_same(name, form, vectors_read(arena, "sigv4/v4/%s/%s-signature.txt", base, form),
                 steps->signature);
    vectors_same(
        name, form,
        without_end(vectors_read(arena, "sigv4/v4/%s/%s-signed-request.txt", base, form)),
        without_end(print(arena, request, original)));
}

static void run_case(struct arena *arena, struct text name) {
    struct text path = text_format(arena, "sigv4/v4/%s/context.json", name.bytes);
    const struct data *context = vectors_json(arena, path.bytes);
    const struct data *keys = data_get(context, "credentials");
    struct sign_options options = {
        .access_key = data_text(keys, "access_key_id"),
        .secret_key = data_text(keys, "secret_access_key"),
        .token = data_text(keys, "token"),
        .service = data_text(context, "service"),
        .region = data_text(context, "region"),
        .now = data_time(context, "timestamp"),
        .keep_path = !data_is_true(context, "normalize"),
        .adds_hash = data_is_true(context, "sign_body"),
        .token_is_late = data_is_true(context, "omit_session_token"),
        .expires = (unsigned)data_long(context, "expiration_in_seconds", 0),
    };
    struct text original = vectors_read(arena, "sigv4/v4/%s/request.txt", name.bytes);
    struct http_request request = parse(arena, original);
    struct sign_steps steps;
    sign_headers(arena, &request, &options, &steps);
    compare(arena, name, "header", &steps, &request, original);
    request = parse(arena, original);
    sign_query(arena, &request, &options, &steps);
    compare(arena, name, "query", &steps, &request, original);
}

static void test_suite(void) {
    struct arena arena;
    struct text *names;
    if (!vectors_there("the suite of signatures")) return;
    arena_init(&arena);
    size_t count = vectors_list(&arena, "sigv4/v4", &names);
    CU_ASSERT_EQUAL(count, 38);
    for (size_t i = 0; i < count; i++) run_case(&arena, names[i]);
    printf("the official suite: %zu cases as headers and as a query, %zu steps\n", count,
           count * 8);
    arena_release(&arena);
}

static void run_encoded(struct arena *arena, const char *name, const char *access,
                        const char *region, const char *service) {
    struct text original = vectors_read(arena, "sigv4/extra-smithy-rs/%s/request.txt", name);
    struct http_request request = parse(arena, original);
    struct sign_steps steps;
    struct sign_options options = {.access_key = text_of(access),
                                   .secret_key =
                                       TEXT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                   .service = text_of(service),
                                   .region = text_of(region)};
    CU_ASSERT(when_rfc3339(TEXT("2021-05-11T15:40:45Z"), &options.now));
    sign_headers(arena, &request, &options, &steps);
    vectors_same(text_of(name), "canonical",
                 vectors_read(arena, "sigv4/extra-smithy-rs/%s/header-canonical-request.txt", name),
                 steps.canonical_request);
    struct text wanted = text_format(arena, "sigv4/extra-smithy-rs/%s/header-string-to-sign.txt",
                                     name);
    if (!vectors_has(arena, wanted)) return;
    vectors_same(text_of(name), "string to sign",
                 without_end(vectors_read(arena, "%s", wanted.bytes)), steps.string_to_sign);
    struct text signed_request =
        vectors_read(arena, "sigv4/extra-smithy-rs/%s/header-signed-request.txt", name);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_copy(arena, signed_request).bytes, steps.signature.bytes));
}

static void test_double_encoding(void) {
    struct arena arena;
    if (!vectors_there("encoded paths")) return;
    arena_init(&arena);
    run_encoded(&arena, "double-encode-path", "ANOTREAL", "us-east-1", "execute-api");
    run_encoded(&arena, "double-url-encode", "AKIDEXAMPLE", "us-east-2", "lambda");
    printf("paths that are encoded already: 2 cases run\n");
    arena_release(&arena);
}

/* S3 signs the path as it is sent. */
static void test_final_path(void) {
    struct arena arena;
    struct sign_steps steps;
    arena_init(&arena);
    struct http_request request = {.method = TEXT("GET"), .host = TEXT("b.s3.amazonaws.com"),
                                   .path = TEXT("/a%20b//../c"), .query = {"", 0}};
    struct sign_options options = {.access_key = TEXT("A"), .secret_key = TEXT("S"),
                                   .service = TEXT("s3"), .region = TEXT("us-east-1"),
                                   .is_path_final = true, .adds_hash = true};
    sign_headers(&arena, &request, &options, &steps);
    CU_ASSERT(text_starts(steps.canonical_request, TEXT("GET\n/a%20b//../c\n\n")));
    arena_release(&arena);
}

/* Signing again after a retry leaves nothing of the first signature. */
static void test_signing_again(void) {
    struct arena arena;
    struct sign_steps first, second;
    arena_init(&arena);
    struct http_request request = {.method = TEXT("POST"), .host = TEXT("h"), .path = TEXT("/"),
                                   .query = {"", 0}, .body = TEXT("x")};
    struct sign_options options = {.access_key = TEXT("A"), .secret_key = TEXT("S"),
                                   .token = TEXT("T"), .service = TEXT("s"),
                                   .region = TEXT("r"), .now = 1000};
    sign_headers(&arena, &request, &options, &first);
    sign_headers(&arena, &request, &options, &second);
    CU_ASSERT(text_equal(first.signature, second.signature));
    CU_ASSERT_EQUAL(request.header_count, 3);
    options.now = 2000;
    sign_headers(&arena, &request, &options, &second);
    CU_ASSERT_FALSE(text_equal(first.signature, second.signature));
    CU_ASSERT_EQUAL(request.header_count, 3);
    arena_release(&arena);
}

/* A key is hashed first where it is longer than a block: with "AWS4" before it, from 61 bytes
 * on. */
static void test_long_keys(void) {
    static const struct {
        size_t length;
        const char *signature;
    } keys[] = {
        {60, "8cdf1522fcab4dff340802ff7fed72a387b5dadcbc3991c04b06a7bf8b2d80b3"},
        {61, "5012dd547529d8e16af6b2faf94e6ab47e8a345c6955ac4682ce085a2b0d3eb8"},
        {100, "79727ee44a52914974b434d057e79102ef569d8bc866457453d9141d40fa9d0f"},
    };
    struct arena arena;
    struct sign_steps steps;
    char secret[100];
    memset(secret, 'k', sizeof secret);
    arena_init(&arena);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct http_request request = {.method = TEXT("GET"), .host = TEXT("h"),
                                       .path = TEXT("/"), .query = {"", 0}};
        struct sign_options options = {.access_key = TEXT("A"),
                                       .secret_key = {secret, keys[i].length},
                                       .service = TEXT("s"), .region = TEXT("r"), .now = 1000};
        sign_headers(&arena, &request, &options, &steps);
        CU_ASSERT(text_is(steps.signature, keys[i].signature));
    }
    arena_release(&arena);
}

static void test_times(void) {
    double seconds;
    char text[40], stamp[17];
    CU_ASSERT(when_rfc3339(TEXT("1970-01-01T00:00:00Z"), &seconds) && seconds == 0);
    CU_ASSERT(when_rfc3339(TEXT("2024-02-29T23:59:59.250Z"), &seconds) &&
              seconds == 1709251199.25);
    CU_ASSERT(when_rfc3339(TEXT("2022-05-02T18:36:00+01:00"), &seconds) &&
              seconds == 1651512960);
    CU_ASSERT(when_rfc3339(TEXT("2022-05-02T18:36:00UTC"), &seconds) && seconds == 1651516560);
    CU_ASSERT_FALSE(when_rfc3339(TEXT("2022-05-02T18:36:00UTC+1"), &seconds));
    CU_ASSERT(when_http(TEXT("Tue, 21 Sep 2021 17:41:25 GMT"), &seconds) &&
              seconds == 1632246085);
    CU_ASSERT(when_any(TEXT("1.5e9"), &seconds) && seconds == 1.5e9);
    CU_ASSERT_FALSE(when_any(TEXT("soon"), &seconds));
    CU_ASSERT_FALSE(when_rfc3339(TEXT("2024-13-01T00:00:00Z"), &seconds));
    CU_ASSERT_FALSE(when_rfc3339(TEXT("2024-01-01T00:00:00"), &seconds));
    when_format(1632246085, text);
    CU_ASSERT_STRING_EQUAL(text, "2021-09-21T17:41:25Z");
    when_format_http(1632246085, text);
    CU_ASSERT_STRING_EQUAL(text, "Tue, 21 Sep 2021 17:41:25 GMT");
    when_stamp(1e300, stamp);
    CU_ASSERT_STRING_EQUAL(stamp, "99991231T235959Z");
}

UNIT_MAIN("aws_sign", {"the official suite", test_suite},
          {"paths that are encoded already", test_double_encoding},
          {"paths of S3", test_final_path}, {"signing again", test_signing_again},
          {"long keys", test_long_keys}, {"times", test_times})
