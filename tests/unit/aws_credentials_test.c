/* Credentials: every recorded case of the SDKs, as whole machines with their network; and what the
 * messages say. */
#include "runtime/aws/credentials.h"
#include "runtime/aws/sources.h"
#include "runtime/aws/when.h"
#include "tests/unit/machine.h"

/* --- profiles as chains ---------------------------------------------------------------------- */

static enum key_source wanted_source(const struct data *base) {
    struct text kind = base->key;
    if (text_is(kind, "AccessKey")) return SOURCE_KEYS;
    if (text_is(kind, "WebIdentityToken")) return SOURCE_WEB_IDENTITY;
    if (text_is(kind, "Sso")) return SOURCE_SSO;
    if (text_is(kind, "NamedSource") && text_is(base->text, "Ec2InstanceMetadata")) {
        return SOURCE_INSTANCE;
    }
    return SOURCE_NONE;
}

static void check_member(struct text name, const struct data *wanted, const struct data *profile,
                         const char *wanted_name, const char *property) {
    vectors_same(name, property, data_text(wanted, wanted_name), data_text(profile, property));
}

static void check_chain(struct text name, const struct data *wanted,
                        const struct profile_chain *chain) {
    const struct data *base = data_first(data_first(wanted));
    CU_ASSERT_EQUAL(chain->source, wanted_source(base));
    if (chain->source == SOURCE_KEYS) {
        check_member(name, base, chain->profile, "access_key_id", "aws_access_key_id");
        check_member(name, base, chain->profile, "secret_access_key", "aws_secret_access_key");
        check_member(name, base, chain->profile, "account_id", "aws_account_id");
    } else if (chain->source == SOURCE_WEB_IDENTITY) {
        check_member(name, base, chain->profile, "role_arn", "role_arn");
        check_member(name, base, chain->profile, "role_session_name", "role_session_name");
    }
    const struct role *role = chain->roles;
    for (const struct data *step = data_first(wanted)->next; step; step = step->next) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(role);
        const struct data *assumed = data_first(step);
        check_member(name, assumed, role->profile, "role_arn", "role_arn");
        check_member(name, assumed, role->profile, "external_id", "external_id");
        check_member(name, assumed, role->profile, "role_session_name", "role_session_name");
        role = role->next;
    }
    CU_ASSERT_PTR_NULL(role);
}

static void test_chains(void) {
    struct arena arena;
    if (!vectors_there("chains of profiles")) return;
    arena_init(&arena);
    const struct data *tests = vectors_json(&arena, "config/smithy-rs/assume-role-tests.json");
    printf("chains of profiles: %u run\n", tests->count);
    CU_ASSERT_EQUAL(tests->count, 28);
    for (const struct data *t = data_first(tests); t; t = t->next) {
        const struct data *input = data_get(t, "input");
        const struct data *wanted = data_path(t, "output.ProfileChain");
        const struct data *sessions = data_get(input, "sso_sessions");
        struct config config = {.profiles = (struct data *)data_get(input, "profiles"),
                                .sessions = sessions ? (struct data *)sessions
                                                     : data_new(&arena, DATA_RECORD),
                                .keys = data_new(&arena, DATA_RECORD),
                                .config_path = TEXT("config")};
        struct profile_chain chain;
        struct failure why = {.message = ""};
        struct text name = data_text(t, "docs");
        bool good = profile_chain_make(&arena, &config, data_text(input, "selected_profile"),
                                       &chain, &why);
        if ((good && chain.source != SOURCE_NONE) != (wanted != NULL)) {
            printf("FAILED %.*s: %s\n", TEXT_ARGS(name), good ? "was taken" : why.message);
            CU_FAIL("a chain differs");
        } else if (wanted) {
            check_chain(name, wanted, &chain);
        }
    }
    arena_release(&arena);
}

/* --- recorded machines ----------------------------------------------------------------------- */

static bool find_keys(struct machine *machine, const char *profile, struct keys *keys,
                      struct failure *why) {
    struct surroundings around = machine_surroundings(machine);
    struct http http = machine_http(machine);
    struct config config;
    const struct keys *found;
    if (!config_load(&config, machine->arena, &around, profile, why)) return false;
    struct credentials_options options = {.config = &config, .http = &http};
    struct credentials *credentials = credentials_open(&options);
    bool good = credentials_get(credentials, &found, why);
    if (good) {
        *keys = (struct keys){text_copy(machine->arena, found->access_key),
                              text_copy(machine->arena, found->secret_key),
                              text_copy(machine->arena, found->token),
                              text_copy(machine->arena, found->account), found->expires};
    }
    credentials_close(credentials);
    return good;
}

static struct text member_of(const struct data *record, const char *name) {
    const struct data *found = data_get(record, name);
    return found && found->kind != DATA_NULL ? data_value(found) : TEXT("");
}

static void check_keys(struct text name, const struct data *wanted, const struct keys *keys) {
    vectors_same(name, "key", member_of(wanted, "access_key_id"), keys->access_key);
    vectors_same(name, "secret", member_of(wanted, "secret_access_key"), keys->secret_key);
    vectors_same(name, "token", member_of(wanted, "session_token"), keys->token);
    vectors_same(name, "account", member_of(wanted, "account_id"), keys->account);
    CU_ASSERT_EQUAL(keys->expires, data_time(wanted, "expiry"));
}

static struct machine open_case(struct arena *arena, const char *group, struct text name) {
    struct machine machine;
    struct text path = text_format(arena, "config/smithy-rs/%s/%s/env.json", group, name.bytes);
    machine_open(&machine, arena, 1.6e9);
    machine.variables = (struct data *)vectors_json(arena, path.bytes);
    machine.folder = text_format(arena, "%s/config/smithy-rs/%s/%s/fs", vectors_folder(), group,
                                 name.bytes).bytes;
    path = text_format(arena, "config/smithy-rs/%s/%s/http-traffic.json", group, name.bytes);
    machine.events = data_first(data_get(vectors_json(arena, path.bytes), "events"));
    machine.runs_shell = true;
    return machine;
}

static void run_case(struct arena *arena, const char *group, struct text name,
                     const char *profile) {
    struct machine machine = open_case(arena, group, name);
    struct keys keys;
    struct failure why = {.message = ""};
    struct text path = text_format(arena, "config/smithy-rs/%s/%s/test-case.json", group,
                                   name.bytes);
    const struct data *test = vectors_json(arena, path.bytes);
    const struct data *wanted = data_path(test, "result.Ok");
    if (text_is(name, "region_override")) { /* as if by --region */
        data_put(arena, machine.variables, "AWS_REGION", TEXT("us-east-2"));
    }
    bool good = find_keys(&machine, profile, &keys, &why);
    CU_ASSERT_EQUAL(machine.mismatches, 0);
    if (good != (wanted != NULL) || machine.mismatches) {
        printf("FAILED %s/%s: %s\n", group, name.bytes, good ? "gave keys" : why.message);
        CU_FAIL("a recorded machine differs");
    } else if (good) {
        check_keys(name, wanted, &keys);
    } else {
        CU_ASSERT(why.message[0] != '\0');
    }
}

static void run_group(const char *group, const char *profile, size_t wanted) {
    struct arena arena;
    struct text *names;
    arena_init(&arena);
    struct text folder = text_format(&arena, "config/smithy-rs/%s", group);
    size_t count = vectors_list(&arena, folder.bytes, &names);
    printf("%s: %zu recorded machines run\n", group, count);
    CU_ASSERT_EQUAL(count, wanted);
    for (size_t i = 0; i < count; i++) run_case(&arena, group, names[i], profile);
    arena_release(&arena);
}

static void test_default_chain(void) {
    if (vectors_there("the default chain"))
        run_group("default-credential-provider-chain", NULL, 29);
}

/* As if with --profile default: the environment's keys are not used. */
static void test_profiles(void) {
    if (vectors_there("profiles")) run_group("profile-provider", "default", 18);
}

static void test_tokens(void) {
    struct arena arena;
    struct text *names;
    if (!vectors_there("tokens of SSO")) return;
    arena_init(&arena);
    size_t count = vectors_list(&arena, "config/smithy-rs/default-token-provider-chain", &names);
    printf("tokens of SSO: %zu recorded machines run\n", count);
    CU_ASSERT_EQUAL(count, 3);
    for (size_t i = 0; i < count; i++) {
        struct machine machine = open_case(&arena, "default-token-provider-chain", names[i]);
        struct surroundings around = machine_surroundings(&machine);
        struct http http = machine_http(&machine);
        struct config config;
        struct failure why = {.message = ""};
        struct text token = {"", 0};
        double expires;
        CU_ASSERT(config_load(&config, &arena, &around, NULL, &why));
        struct source_context context = {.config = &config, .http = &http, .arena = &arena,
                                         .clock = &(struct clock){0}};
        CU_ASSERT(source_sso_token(&context, config_profile(&config, config.profile),
                                   config.profile, &token, &expires, &why));
        vectors_same(names[i], why.message, TEXT("foobarbaz"), token);
        double wanted = 0;
        CU_ASSERT(when_rfc3339(TEXT("2080-10-16T03:56:45Z"), &wanted));
        CU_ASSERT_EQUAL(expires, wanted);
    }
    arena_release(&arena);
}

/* --- containers and instances: where they are asked ------------------------------------------ */

static void run_place(struct arena *arena, const struct data *test, bool is_container) {
    struct machine machine;
    struct keys keys;
    struct failure why = {.message = ""};
    machine_open(&machine, arena, 1.6e9);
    const struct data *values = data_get(test, "env");
    for (const struct data *v = data_first(values); v; v = v->next) {
        data_put(arena, machine.variables, text_copy(arena, v->key).bytes, v->text);
    }
    struct text mode = data_text(test, "mode_override"), url = data_text(test, "endpoint_override");
    if (mode.length) {
        data_put(arena, machine.variables, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode);
    }
    if (url.length) data_put(arena, machine.variables, "AWS_EC2_METADATA_SERVICE_ENDPOINT", url);
    for (const struct data *f = data_first(data_get(test, "fs")); f; f = f->next) {
        data_put(arena, machine.files, text_copy(arena, f->key).bytes, f->text);
    }
    struct surroundings around = machine_surroundings(&machine);
    struct http http = machine_http(&machine);
    struct config config;
    CU_ASSERT(config_load(&config, arena, &around, NULL, &why));
    struct source_context context = {.config = &config, .http = &http, .arena = arena,
                                     .clock = &(struct clock){0}};
    if (is_container) source_container(&context, &keys, &why);
    else source_instance(&context, &keys, &why);
    vectors_same(data_text(test, "docs"), why.message, data_value(data_path(test, "result.Ok")),
                 data_text(data_first(machine.requests), "url"));
}

static void test_places(void) {
    struct arena arena;
    unsigned containers = 0, instances = 0;
    if (!vectors_there("places of container and instance")) return;
    arena_init(&arena);
    const struct data *file = vectors_json(&arena, "config/smithy-rs/ecs-tests.json");
    for (const struct data *t = data_first(data_get(file, "tests")); t; t = t->next) {
        run_place(&arena, t, true);
        containers++;
    }
    struct text *names;
    CU_ASSERT(vectors_list(&arena, "config/smithy-rs/imds-config", &names) >= 1);
    struct text path = text_format(&arena, "config/smithy-rs/imds-config/%s", names[0].bytes);
    file = vectors_json(&arena, path.bytes);
    for (const struct data *t = data_first(data_get(file, "tests")); t; t = t->next) {
        run_place(&arena, t, false);
        instances++;
    }
    printf("places of containers: %u run, of instances: %u run\n", containers, instances);
    CU_ASSERT_EQUAL(containers, 11);
    CU_ASSERT_EQUAL(instances, 14);
    arena_release(&arena);
}

static void test_hostile_hosts(void) {
    static const char *const urls[] = {"http://169.254.170.3/x", "http://example.com/x",
                                       "http://127.0.0.1.example.com/x", "ftp://127.0.0.1/x",
                                       "http://127.0.0.1@example.com/x", "http://1270.0.0.1/x"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct arena arena;
        struct machine machine;
        struct failure why;
        struct keys keys;
        arena_init(&arena);
        machine_open(&machine, &arena, 0);
        data_put(&arena, machine.variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI", text_of(urls[i]));
        CU_ASSERT_FALSE(find_keys(&machine, NULL, &keys, &why));
        CU_ASSERT_EQUAL(machine.requests->count, 0);
        arena_release(&arena);
    }
}

/* --- aws login ------------------------------------------------------------------------------- */

static void give_cache(struct arena *arena, struct machine *machine, const struct data *contents) {
    for (const struct data *f = data_first(contents); f; f = f->next) {
        struct buffer out;
        buffer_init(&out);
        data_write_json(f, &out);
        struct text path = text_format(arena, "/home/.aws/login/cache/%.*s", TEXT_ARGS(f->key));
        data_put(arena, machine->files, path.bytes, buffer_take(&out, arena));
        buffer_release(&out);
    }
}

static void give_replies(struct arena *arena, struct machine *machine, const struct data *calls) {
    for (const struct data *c = data_first(calls); c; c = c->next) {
        struct buffer out;
        const struct data *output = data_path(c, "response.tokenOutput");
        buffer_init(&out);
        if (output) data_write_json(output, &out);
        machine_reply(machine, data_long(c, "responseCode", 200), buffer_take(&out, arena).bytes);
        buffer_release(&out);
    }
}

static bool same_json(const struct data *a, const struct data *b) {
    struct buffer x, y;
    buffer_init(&x);
    buffer_init(&y);
    data_write_json(a, &x);
    data_write_json(b, &y);
    bool same = text_equal(buffer_view(&x), buffer_view(&y));
    buffer_release(&x);
    buffer_release(&y);
    return same;
}

static void check_cache(struct arena *arena, const struct machine *machine,
                        const struct data *outcome) {
    struct data *kept;
    struct failure why;
    const struct data *wanted = data_first(outcome);
    while (wanted && wanted->kind != DATA_RECORD) wanted = wanted->next;
    CU_ASSERT(data_read_json(arena, machine->files->last->text, &kept, &why));
    CU_ASSERT(wanted && same_json(wanted, kept));
}

static void run_login(struct arena *arena, const struct data *test) {
    struct machine machine;
    struct keys keys;
    struct failure why = {.message = ""};
    struct text name = data_text(test, "documentation");
    machine_open(&machine, arena, 0);
    CU_ASSERT(when_rfc3339(TEXT("2025-11-19T00:00:00Z"), &machine.now));
    data_put(arena, machine.variables, "HOME", TEXT("/home"));
    data_put(arena, machine.variables, "AWS_PROFILE", TEXT("signin"));
    data_put(arena, machine.files, "/home/.aws/config", data_text(test, "configContents"));
    give_cache(arena, &machine, data_get(test, "cacheContents"));
    give_replies(arena, &machine, data_get(test, "mockApiCalls"));
    bool good = find_keys(&machine, NULL, &keys, &why);
    for (const struct data *o = data_first(data_get(test, "outcomes")); o; o = o->next) {
        struct text result = data_text(o, "result");
        CU_ASSERT_EQUAL(good, !text_is(result, "error"));
        if (text_is(result, "cacheContents")) check_cache(arena, &machine, o);
        if (!text_is(result, "credentials") || !good) continue;
        vectors_same(name, "key", data_text(o, "accessKeyId"), keys.access_key);
        vectors_same(name, "secret", data_text(o, "secretAccessKey"), keys.secret_key);
        vectors_same(name, "token", data_text(o, "sessionToken"), keys.token);
        vectors_same(name, "account", data_text(o, "accountId"), keys.account);
        CU_ASSERT_EQUAL(keys.expires, data_time(o, "expiresAt"));
    }
    const struct data *sent = data_first(machine.requests);
    if (!sent) return;
    struct data *body;
    CU_ASSERT(data_read_json(arena, data_text(sent, "body"), &body, &why));
    CU_ASSERT(same_json(data_path(data_first(data_get(test, "mockApiCalls")), "request.tokenInput"),
                        body));
    CU_ASSERT(text_is(data_text(sent, "url"), "https://us-east-1.signin.aws.amazon.com/v1/token"));
    CU_ASSERT(data_text(sent, "DPoP").length > 200);
    CU_ASSERT_EQUAL(data_text(sent, "Authorization").length, 0);
}

static void test_login(void) {
    struct arena arena;
    if (!vectors_there("aws login")) return;
    arena_init(&arena);
    const struct data *tests =
        vectors_json(&arena, "config/smithy-rs/login-provider-test-cases.json");
    CU_ASSERT_EQUAL(tests->count, 8);
    printf("aws login: %u run\n", tests->count);
    for (const struct data *t = data_first(tests); t; t = t->next) run_login(&arena, t);
    arena_release(&arena);
}

/* --- what is said ---------------------------------------------------------------------------- */

static struct machine with_config(struct arena *arena, const char *config) {
    struct machine machine;
    machine_open(&machine, arena, 1.7e9);
    data_put(arena, machine.variables, "HOME", TEXT("/home"));
    data_put(arena, machine.variables, "AWS_EC2_METADATA_DISABLED", TEXT("true"));
    data_put(arena, machine.variables, "PATH", TEXT("/bin:/usr/bin"));
    data_put(arena, machine.files, "/home/.aws/config", text_of(config));
    return machine;
}

static void says(const char *config, const char *profile, const char *message, const char *hint) {
    struct arena arena;
    struct keys keys;
    struct failure why = {.message = ""};
    arena_init(&arena);
    struct machine machine = with_config(&arena, config);
    CU_ASSERT_FALSE(find_keys(&machine, profile, &keys, &why));
    if (!strstr(why.message, message) || !strstr(why.hint, hint)) {
        printf("wanted %s / %s\nfound %s / %s\n", message, hint, why.message, why.hint);
        CU_FAIL("a message differs");
    }
    CU_ASSERT_PTR_NULL(strstr(why.message, "SECRET"));
    CU_ASSERT_PTR_NULL(strstr(why.hint, "SECRET"));
    arena_release(&arena);
}

static void test_messages(void) {
    says("", NULL, "there are no AWS credentials: looked at AWS_ACCESS_KEY_ID", "aws configure");
    says("[profile a]\nrole_arn = r\n", "a",
         "the AWS profile \"a\" has role_arn, but nothing to assume the role with",
         "source_profile");
    says("[profile a]\nsso_account_id=1\nsso_role_name=r\nsso_region=us-east-1\n"
         "sso_start_url=https://x\n",
         "a", "there is no SSO login of the AWS profile \"a\"", "aws sso login --profile a");
    says("[profile a]\ncredential_process = sh -c 'echo SECRET; echo oops >&2; exit 3'\n", "a",
         "credential_process \"sh\" ended with status 3: oops", "");
    says("[profile a]\ncredential_process = echo '{\"Version\": 1, \"SecretAccessKey\": "
         "\"SECRET\"}'\n", "a", "printed no AccessKeyId", "");
    says("[profile a]\ncredential_process = echo SECRET\n", "a", "is no JSON", "");
    says("[profile a]\ncredential_process = /nonexistent/SUBJECT x\n", "a",
         "could not run credential_process \"/nonexistent/SUBJECT\"", "");
    says("[profile a]\ncredential_process = echo 'open\n", "a", "is not closed", "");
    says("[profile a]\nrole_arn = arn:r\nsource_profile = b\nmfa_serial = arn:mfa\n[profile b]\n"
         "aws_access_key_id = A\naws_secret_access_key = SECRET\n",
         "a", "needs an MFA code of \"arn:mfa\", and there is nobody to ask", "terminal");
    says("[profile a]\nlogin_session = arn:x\n", "a", "there is no login of the AWS profile \"a\"",
         "aws login --profile a");
}

/* No shell: what a shell would expand stays as it is. */
static void test_process_words(void) {
    struct arena arena;
    struct keys keys;
    struct failure why = {.message = ""};
    arena_init(&arena);
    struct machine machine = with_config(
        &arena, "[profile a]\ncredential_process = printf "
                "'{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\"}' "
                "$(id)\\ \"b c\" `x`;$HOME\n");
    CU_ASSERT(find_keys(&machine, "a", &keys, &why));
    CU_ASSERT(text_is(keys.access_key, "$(id) b c"));
    CU_ASSERT(text_is(keys.secret_key, "`x`;$HOME"));
    arena_release(&arena);
}

static void test_half_keys(void) {
    struct arena arena;
    struct keys keys;
    struct failure why = {.message = ""};
    arena_init(&arena);
    struct machine machine = with_config(&arena, "[profile p]\naws_access_key_id = P\n"
                                                 "aws_secret_access_key = S\n");
    data_put(&arena, machine.variables, "AWS_ACCESS_KEY_ID", TEXT("AKIA"));
    CU_ASSERT_FALSE(find_keys(&machine, NULL, &keys, &why));
    CU_ASSERT_STRING_EQUAL(why.message,
                           "the environment variable AWS_SECRET_ACCESS_KEY is not set");
    CU_ASSERT(find_keys(&machine, "p", &keys, &why)); /* --profile leaves the environment aside */
    CU_ASSERT(text_is(keys.access_key, "P"));
    arena_release(&arena);
}

/* Keys that end soon are renewed; a renewal that fails is harmless while they last. */
static void test_renewal(void) {
    static const char first[] =
        "<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ONE</AccessKeyId>"
        "<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
        "<Expiration>2023-11-14T23:13:20Z</Expiration></Credentials>"
        "</AssumeRoleWithWebIdentityResult></R>";
    struct arena arena;
    struct failure why;
    const struct keys *keys;
    struct config config;
    arena_init(&arena);
    struct machine machine = with_config(
        &arena, "[default]\nregion=us-east-1\nrole_arn = arn:r\nweb_identity_token_file = /t\n");
    data_put(&arena, machine.files, "/t", TEXT("token\n"));
    struct surroundings around = machine_surroundings(&machine);
    struct http http = machine_http(&machine);
    CU_ASSERT(config_load(&config, &arena, &around, NULL, &why));
    struct credentials_options options = {.config = &config, .http = &http};
    struct credentials *credentials = credentials_open(&options);
    machine_reply(&machine, 200, first);
    CU_ASSERT(credentials_get(credentials, &keys, &why) && text_is(keys->access_key, "ONE"));
    CU_ASSERT(credentials_get(credentials, &keys, &why)); /* no second call */
    CU_ASSERT_EQUAL(machine.requests->count, 1);
    machine.now = keys->expires - 12 * 60;
    machine_reply(&machine, 400, "<ErrorResponse><Error><Code>No</Code></Error></ErrorResponse>");
    CU_ASSERT(credentials_get(credentials, &keys, &why) && text_is(keys->access_key, "ONE"));
    CU_ASSERT_EQUAL(machine.requests->count, 2);
    CU_ASSERT(credentials_get(credentials, &keys, &why)); /* not tried again at once */
    CU_ASSERT_EQUAL(machine.requests->count, 2);
    machine.now = keys->expires - 1;
    machine_reply(&machine, 400, "<ErrorResponse><Error><Code>No</Code></Error></ErrorResponse>");
    CU_ASSERT(credentials_get(credentials, &keys, &why) && text_is(keys->access_key, "ONE"));
    CU_ASSERT_EQUAL(machine.requests->count, 3);
    machine.now = keys->expires + 1;
    machine_reply(&machine, 400, "<ErrorResponse><Error><Code>No</Code></Error></ErrorResponse>");
    CU_ASSERT_FALSE(credentials_get(credentials, &keys, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.message, "could not assume the role \"arn:r\": No"));
    credentials_close(credentials);
    arena_release(&arena);
}

UNIT_MAIN("aws_credentials", {"chains of profiles", test_chains},
          {"the default chain", test_default_chain}, {"profiles", test_profiles},
          {"tokens of SSO", test_tokens}, {"places of container and instance", test_places},
          {"hosts that are not this machine", test_hostile_hosts}, {"aws login", test_login},
          {"messages", test_messages}, {"words of a program", test_process_words},
          {"half of the keys", test_half_keys}, {"renewal", test_renewal})
