/* Where services are: the endpoint tests of AWS's service models, and the settings that change
 * them. */
#include "runtime/aws/endpoint.h"

#include "base/partition.h"
#include "tests/unit/vectors.h"

/* Why a case is not run: it asks for what no call of ours does. NULL where it is. */
static const char *reason_to_skip(enum service service, const struct data *params) {
    struct text bucket = data_text(params, "Bucket");
    if (data_is_true(params, "Accelerate")) return "accelerated transfer";
    if (data_get(params, "UseObjectLambdaEndpoint")) return "object lambdas";
    if (data_get(params, "UseS3ExpressControlEndpoint") ||
        data_get(params, "DisableS3ExpressSessionAuth")) {
        return "buckets of one zone";
    }
    if (data_is_true(params, "IsControlPlane") || data_is_true(params, "IsOAuthEndpoint")) {
        return "the other sides of sign-in";
    }
    if (text_starts(bucket, TEXT("arn:"))) return "access points";
    if (bucket.length && strstr(bucket.bytes, "--")) return "aliases and buckets of one zone";
    if (service == SERVICE_S3 && data_is_true(params, "UseGlobalEndpoint")) {
        return "the S3 of before 2019, which shared one endpoint";
    }
    return NULL;
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

struct skipped {
    const char *reason;
    unsigned count;
};

static void count_skipped(struct skipped *skipped, const char *reason) {
    while (skipped->reason && strcmp(skipped->reason, reason) != 0) skipped++;
    skipped->reason = reason;
    skipped->count++;
}

static unsigned run_file(const char *file, enum service service, unsigned count) {
    struct arena arena;
    struct skipped skipped[10] = {{NULL, 0}};
    unsigned run = 0, all = 0;
    arena_init(&arena);
    struct text path = text_format(&arena, "botocore/endpoint-tests/%s.json", file);
    const struct data *tests = data_get(vectors_json(&arena, path.bytes), "testCases");
    for (const struct data *t = data_first(tests); t; t = t->next) {
        const struct data *params = data_get(t, "params");
        struct data *bucket = (struct data *)data_get(params, "Bucket");
        if (bucket) bucket->text = text_copy(&arena, bucket->text);
        const char *reason = reason_to_skip(service, params);
        all++;
        if (reason) {
            count_skipped(skipped, reason);
            continue;
        }
        run_case(&arena, service, t);
        run++;
    }
    printf("%s: %u endpoints, %u run\n", file, all, run);
    for (struct skipped *s = skipped; s->reason; s++) {
        printf("skipped %u of %s: %s\n", s->count, file, s->reason);
    }
    CU_ASSERT_EQUAL(all, count);
    arena_release(&arena);
    return run;
}

static void test_services(void) {
    if (!vectors_there("the endpoint tests")) return;
    CU_ASSERT_EQUAL(run_file("cloudformation", SERVICE_CLOUDFORMATION, 49), 49);
    CU_ASSERT_EQUAL(run_file("sts", SERVICE_STS, 69), 69);
    CU_ASSERT_EQUAL(run_file("ssm", SERVICE_SSM, 49), 49);
    CU_ASSERT_EQUAL(run_file("codepipeline", SERVICE_CODEPIPELINE, 45), 45);
    CU_ASSERT_EQUAL(run_file("logs", SERVICE_LOGS, 49), 49);
    CU_ASSERT_EQUAL(run_file("cloudwatch", SERVICE_CLOUDWATCH, 26), 26);
    CU_ASSERT_EQUAL(run_file("sso", SERVICE_SSO, 40), 40);
    CU_ASSERT_EQUAL(run_file("sso-oidc", SERVICE_SSO_OIDC, 40), 40);
    CU_ASSERT_EQUAL(run_file("signin", SERVICE_SIGNIN, 22), 13);
}

static void test_s3(void) {
    if (!vectors_there("the endpoint tests of S3")) return;
    CU_ASSERT_EQUAL(run_file("s3", SERVICE_S3, 393), 103);
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
    unsigned run = 0, skipped = 0;
    if (!vectors_there("configured endpoints")) return;
    arena_init(&arena);
    const struct data *file =
        vectors_json(&arena, "config/botocore-endpoint-url-profile-tests.json");
    for (const struct data *s = data_first(data_get(file, "testSuites")); s; s = s->next) {
        for (const struct data *t = data_first(data_get(s, "endpointUrlTests")); t; t = t->next) {
            if (text_is(data_text(t, "service"), "s3")) {
                run_url_case(&arena, s, t);
                run++;
            } else {
                skipped++;
            }
        }
    }
    printf("configured endpoints: %u run, %u skipped: of a service that mrp does not call\n", run,
           skipped);
    CU_ASSERT_EQUAL(run, 37);
    CU_ASSERT_EQUAL(skipped, 2);
    arena_release(&arena);
}

/* Every region that is known is in its partition, and has its partition's domains. */
static void test_partitions(void) {
    struct arena arena;
    unsigned run = 0;
    if (!vectors_there("partitions")) return;
    arena_init(&arena);
    const struct data *file = vectors_json(&arena, "botocore/partitions.json");
    for (const struct data *p = data_first(data_get(file, "partitions")); p; p = p->next) {
        const struct data *outputs = data_get(p, "outputs");
        for (const struct data *r = data_first(data_get(p, "regions")); r; r = r->next) {
            if (text_ends(r->key, TEXT("-global"))) continue; /* no region, but what has none */
            const struct partition *found = partition_of_region(r->key);
            vectors_same(r->key, "partition", data_text(p, "id"), text_of(found->id));
            vectors_same(r->key, "domain", data_text(outputs, "dnsSuffix"), text_of(found->domain));
            vectors_same(r->key, "dual stack", data_text(outputs, "dualStackDnsSuffix"),
                         text_of(found->dual_domain));
            vectors_same(r->key, "first region", data_text(outputs, "implicitGlobalRegion"),
                         text_of(found->region));
            struct text arn = text_format(&arena, "arn:%s:iam::1:role/r", found->id);
            CU_ASSERT_PTR_EQUAL(partition_of_arn(arn), found);
            run++;
        }
    }
    printf("regions of partitions: %u run\n", run);
    CU_ASSERT(run >= 40);
    CU_ASSERT_STRING_EQUAL(partition_of_region(TEXT("xx-new-9"))->id, "aws");
    CU_ASSERT_PTR_NULL(partition_of_arn(TEXT("arn:")));
    CU_ASSERT_PTR_NULL(partition_of_arn(TEXT("arn:moon:iam::1:role/r")));
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
          {"configured endpoints", test_configured}, {"partitions", test_partitions},
          {"messages", test_messages})
