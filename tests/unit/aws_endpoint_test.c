/* Where services are: the endpoint tests of AWS's service models, and the settings that change
 * them. */
#include "runtime/aws/endpoint.h"

#include "tests/unit/vectors.h"

/* What the client has no need of: access points, accelerated transfer, one-zone buckets, the other
 * sides of sign-in. */
static bool is_foreign(const struct data *params) {
    static const char *const names[] = {"UseObjectLambdaEndpoint", "UseS3ExpressControlEndpoint",
                                        "DisableS3ExpressSessionAuth", "IsControlPlane",
                                        "IsOAuthEndpoint", "Accelerate"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool is_plain = strcmp(names[i], "Accelerate") == 0 || names[i][0] == 'I';
        if (is_plain ? data_is_true(params, names[i]) : data_get(params, names[i]) != NULL) {
            return true;
        }
    }
    struct text bucket = data_text(params, "Bucket");
    if (text_starts(bucket, TEXT("arn:"))) return true;
    return bucket.length && strstr(bucket.bytes, "--") != NULL;
}

static void run_case(struct arena *arena, enum service service, const struct data *test) {
    const struct data *params = data_get(test, "params"), *expect = data_get(test, "expect");
    struct text wanted = data_value(data_path(expect, "endpoint.url"));
    struct endpoint endpoint = {.url = {"", 0}};
    struct failure why = {.message = ""};
    struct endpoint_options options = {
        .service = service,
        .region = data_text(params, "Region"),
        .custom = data_text(params, "Endpoint"),
        .is_fips = data_is_true(params, "UseFIPS"),
        .is_dual_stack = data_is_true(params, "UseDualStack"),
        .is_legacy = data_is_true(params, "UseGlobalEndpoint"),
        .bucket = text_copy(arena, data_text(params, "Bucket")),
        .is_path_style = data_is_true(params, "ForcePathStyle"),
    };
    bool good = endpoint_make(arena, &options, &endpoint, &why);
    struct text name = data_text(test, "documentation");
    vectors_same(name, why.message, wanted, good ? endpoint.url : TEXT(""));
    const struct data *scheme =
        data_first(data_path(expect, "endpoint.properties.authSchemes"));
    struct text region = data_text(scheme, "signingRegion");
    if (region.length) vectors_same(name, "signing region", region, endpoint.signing_region);
}

static unsigned run_file(const char *file, enum service service) {
    struct arena arena;
    unsigned run = 0;
    arena_init(&arena);
    struct text path = text_format(&arena, "botocore/endpoint-tests/%s.json", file);
    const struct data *tests = data_get(vectors_json(&arena, path.bytes), "testCases");
    for (const struct data *t = data_first(tests); t; t = t->next) {
        const struct data *params = data_get(t, "params");
        struct data *bucket = (struct data *)data_get(params, "Bucket");
        if (bucket) bucket->text = text_copy(&arena, bucket->text);
        if (is_foreign(params)) continue;
        if (service == SERVICE_S3 && data_is_true(params, "UseGlobalEndpoint")) continue;
        run_case(&arena, service, t);
        run++;
    }
    arena_release(&arena);
    return run;
}

static void test_services(void) {
    if (!vectors_there("the endpoint tests")) return;
    CU_ASSERT_EQUAL(run_file("cloudformation", SERVICE_CLOUDFORMATION), 49);
    CU_ASSERT_EQUAL(run_file("sts", SERVICE_STS), 69);
    CU_ASSERT_EQUAL(run_file("ssm", SERVICE_SSM), 49);
    CU_ASSERT_EQUAL(run_file("codepipeline", SERVICE_CODEPIPELINE), 45);
    CU_ASSERT_EQUAL(run_file("logs", SERVICE_LOGS), 49);
    CU_ASSERT_EQUAL(run_file("cloudwatch", SERVICE_CLOUDWATCH), 26);
    CU_ASSERT_EQUAL(run_file("sso", SERVICE_SSO), 40);
    CU_ASSERT_EQUAL(run_file("sso-oidc", SERVICE_SSO_OIDC), 40);
    CU_ASSERT(run_file("signin", SERVICE_SIGNIN) >= 12);
}

static void test_s3(void) {
    if (!vectors_there("the endpoint tests of S3")) return;
    CU_ASSERT(run_file("s3", SERVICE_S3) >= 100);
}

/* --- configured endpoints -------------------------------------------------------------------- */

static const char *variable(void *context, const char *name) {
    struct text value = data_text(context, name);
    return value.length ? value.bytes : NULL;
}

/* The vectors give sections as records; in a file an inner record is nested lines. */
static struct data *as_sections(struct arena *arena, const struct data *from) {
    struct data *sections = data_new(arena, DATA_RECORD);
    for (const struct data *s = data_first(from); s; s = s->next) {
        struct data *section = data_add(sections, s->key, data_new(arena, DATA_RECORD));
        for (const struct data *p = data_first(s); p; p = p->next) {
            struct text value = p->text;
            if (p->kind == DATA_RECORD) {
                value = text_format(arena, "\n%.*s = %.*s", TEXT_ARGS(p->children->key),
                                    TEXT_ARGS(p->children->text));
            }
            data_put(arena, section, text_copy(arena, p->key).bytes, value);
        }
    }
    return sections;
}

static void run_url_case(struct arena *arena, const struct data *suite, const struct data *test) {
    struct data *values = data_new(arena, DATA_RECORD);
    const struct data *client = data_get(data_get(suite, "client_configs"),
                                         text_copy(arena, data_text(test, "client_config")).bytes);
    const struct data *environment =
        data_get(data_get(suite, "environments"),
                 text_copy(arena, data_text(test, "environment")).bytes);
    for (const struct data *v = data_first(environment); v; v = v->next) {
        data_put(arena, values, text_copy(arena, v->key).bytes, text_copy(arena, v->text));
    }
    if (data_is_true(client, "ignore_configured_endpoint_urls")) {
        data_put(arena, values, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", TEXT("true"));
    }
    struct surroundings around = {.context = values, .environment = variable};
    struct config config = {.around = &around,
                            .arena = arena,
                            .profile = data_text(test, "profile"),
                            .profiles = as_sections(arena, data_get(suite, "profiles")),
                            .sessions = data_new(arena, DATA_RECORD),
                            .services = as_sections(arena, data_get(suite, "services"))};
    bool is_s3 = text_is(data_text(test, "service"), "s3");
    if (!is_s3) return;
    struct endpoint_options options =
        endpoint_settings(&config, SERVICE_S3, TEXT("fake-region-10"));
    struct text given = data_text(client, "endpoint_url");
    if (given.length) options.custom = given;
    struct endpoint endpoint = {.url = {"", 0}};
    struct failure why;
    bool good = endpoint_make(arena, &options, &endpoint, &why);
    struct text wanted = data_value(data_path(test, "output.endpointUrl"));
    CU_ASSERT(good);
    vectors_same(data_text(test, "name"), "URL", wanted, endpoint.url);
}

static void test_configured(void) {
    struct arena arena;
    unsigned run = 0;
    if (!vectors_there("configured endpoints")) return;
    arena_init(&arena);
    const struct data *file =
        vectors_json(&arena, "config/botocore-endpoint-url-profile-tests.json");
    for (const struct data *s = data_first(data_get(file, "testSuites")); s; s = s->next) {
        for (const struct data *t = data_first(data_get(s, "endpointUrlTests")); t; t = t->next) {
            run_url_case(&arena, s, t);
            run++;
        }
    }
    CU_ASSERT(run >= 39);
    arena_release(&arena);
}

static void test_messages(void) {
    struct arena arena;
    struct endpoint endpoint;
    struct failure why;
    arena_init(&arena);
    struct endpoint_options options = {.service = SERVICE_STS, .region = TEXT("us-east-1/x")};
    CU_ASSERT_FALSE(endpoint_make(&arena, &options, &endpoint, &why));
    CU_ASSERT_STRING_EQUAL(why.message, "region \"us-east-1/x\" is not the name of a region");
    options.region = TEXT("");
    CU_ASSERT_FALSE(endpoint_make(&arena, &options, &endpoint, &why));
    CU_ASSERT_STRING_EQUAL(why.message, "no AWS region is set");
    options = (struct endpoint_options){.service = SERVICE_STS, .region = TEXT("eu-west-1"),
                                        .custom = TEXT("https://x"), .is_fips = true};
    CU_ASSERT_FALSE(endpoint_make(&arena, &options, &endpoint, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.hint, "AWS_ENDPOINT_URL_STS"));
    options = (struct endpoint_options){.service = SERVICE_STS, .region = TEXT("eu-west-1"),
                                        .custom = TEXT("https://user:pw@x")};
    CU_ASSERT_FALSE(endpoint_make(&arena, &options, &endpoint, &why));
    CU_ASSERT_PTR_NULL(strstr(why.message, "pw"));
    arena_release(&arena);
}

UNIT_MAIN("aws_endpoint", {"services", test_services}, {"S3", test_s3},
          {"configured endpoints", test_configured}, {"messages", test_messages})
