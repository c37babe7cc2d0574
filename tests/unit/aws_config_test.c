/* The files of settings: every case of the SDKs' parser tests, where the files are, and inputs that
 * once broke other readers. */
#include "runtime/aws/config.h"

#include "tests/unit/vectors.h"

static bool has(const struct data *record, struct text key) {
    return data_get(record, text_of(key.bytes).bytes) != NULL;
}

static bool same_records(const struct data *wanted, const struct data *found) {
    uint32_t count = wanted ? wanted->count : 0;
    if (count != (found ? found->count : 0)) return false;
    for (const struct data *w = data_first(wanted); w; w = w->next) {
        const struct data *f = data_first(found);
        while (f && !text_equal(f->key, w->key)) f = f->next;
        if (!f) return false;
        if (w->kind == DATA_RECORD ? !same_records(w, f) : !text_equal(w->text, f->text)) {
            return false;
        }
    }
    return true;
}

static void run_parser_case(struct arena *arena, const struct data *test) {
    struct config config = {.around = NULL};
    struct failure why;
    const struct data *input = data_get(test, "input"), *wanted = data_path(test, "output.config");
    struct text name = data_text(test, "name");
    bool good = config_parse(&config, arena, data_text(input, "configFile"),
                             data_text(input, "credentialsFile"), &why);
    if (good != (wanted != NULL)) {
        printf("FAILED %.*s: %s\n", TEXT_ARGS(name), good ? "was taken" : why.message);
        CU_FAIL("a case of the parser differs");
    } else if (good && (!same_records(data_get(wanted, "profiles"), config.profiles) ||
                        !same_records(data_get(wanted, "sso_sessions"), config.sessions))) {
        struct buffer out;
        buffer_init(&out);
        data_write_json(config.profiles, &out);
        data_write_json(config.sessions, &out);
        printf("FAILED %.*s: found %.*s\n", TEXT_ARGS(name), TEXT_ARGS(buffer_view(&out)));
        buffer_release(&out);
        CU_FAIL("a case of the parser differs");
    }
}

static void test_parser(void) {
    struct arena arena;
    if (!vectors_there("the parser's cases")) return;
    arena_init(&arena);
    const struct data *tests =
        data_get(vectors_json(&arena, "config/profile-parser-tests.json"), "tests");
    CU_ASSERT(tests && tests->count == 65);
    printf("the parser's cases: %u run\n", tests->count);
    for (const struct data *t = data_first(tests); t; t = t->next) run_parser_case(&arena, t);
    arena_release(&arena);
}

/* --- where the files are --------------------------------------------------------------------- */

static const char *variable(void *context, const char *name) {
    struct text value = data_text(context, name);
    return value.length ? value.bytes : NULL;
}

static enum reading read_nothing(void *context, struct arena *arena, struct text path,
                                 struct text *bytes, struct failure *why) {
    (void)context, (void)arena, (void)bytes;
    failure_set(why, "\"%.*s\" is not there", TEXT_ARGS(path));
    return READ_MISSING;
}

static void test_places(void) {
    struct arena arena;
    unsigned run = 0;
    if (!vectors_there("the places of files")) return;
    arena_init(&arena);
    const struct data *tests =
        data_get(vectors_json(&arena, "config/file-location-tests.json"), "tests");
    for (const struct data *t = data_first(tests); t; t = t->next) {
        struct data *values = (struct data *)data_get(t, "environment");
        struct surroundings around = {.context = values, .environment = variable};
        struct config config;
        if (!text_is(data_text(t, "platform"), "linux")) continue;
        for (struct data *v = values->children; v; v = v->next)
            v->text = text_copy(&arena, v->text);
        config_places(&config, &arena, &around);
        run++;
        vectors_same(data_text(t, "name"), "config", data_text(t, "configLocation"),
                     config.config_path);
        vectors_same(data_text(t, "name"), "credentials", data_text(t, "credentialsLocation"),
                     config.credentials_path);
        struct text profile = data_text(t, "profile");
        if (profile.length) vectors_same(data_text(t, "name"), "profile", profile, config.profile);
    }
    printf("places of files: %u run, %u skipped: of another system\n", run, tests->count - run);
    CU_ASSERT_EQUAL(run, 4);
    arena_release(&arena);
}

static void test_missing_profile(void) {
    struct arena arena;
    struct config config;
    struct failure why;
    arena_init(&arena);
    struct data *values = data_new(&arena, DATA_RECORD);
    data_put(&arena, values, "HOME", TEXT("/home"));
    struct surroundings around = {values, variable, read_nothing, NULL, NULL};
    CU_ASSERT(config_load(&config, &arena, &around, NULL, &why));
    CU_ASSERT_FALSE(config_load(&config, &arena, &around, "prod", &why));
    CU_ASSERT_STRING_EQUAL(why.message,
                           "the AWS profile \"prod\" is not in \"/home/.aws/config\" or "
                           "\"/home/.aws/credentials\"");
    data_put(&arena, values, "AWS_PROFILE", TEXT("dev"));
    CU_ASSERT_FALSE(config_load(&config, &arena, &around, NULL, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.hint, "AWS_PROFILE"));
    arena_release(&arena);
}

static void test_words(void) {
    struct arena arena;
    struct config config = {.around = NULL};
    struct failure why;
    arena_init(&arena);
    CU_ASSERT(config_parse(&config, &arena,
                           TEXT("\xEF\xBB\xBF[profile \"my team\"]\nregion = r1\ns3 =\n"
                                "  # how\n  Addressing_Style = path\n[services x]\nsts =\n"
                                "  endpoint_url = http://s\n"),
                           TEXT(""), &why));
    const struct data *profile = config_profile(&config, TEXT("my team"));
    CU_ASSERT(text_is(data_text(profile, "region"), "r1"));
    CU_ASSERT(text_is(config_nested(&arena, data_text(profile, "s3"), "addressing_style"), "path"));
    CU_ASSERT(has(config.services, TEXT("x")));
    CU_ASSERT_FALSE(config_parse(&config, &arena, TEXT("[default]\na = 1\n= 2\n"), TEXT(""), &why));
    CU_ASSERT_STRING_EQUAL(why.message,
                           "could not read the settings in \"config\", line 3: a setting "
                           "has no name before its '='");
    arena_release(&arena);
}

static void run_corpus(const char *folder, bool is_credentials) {
    struct arena arena;
    struct text *names;
    arena_init(&arena);
    size_t count = vectors_list(&arena, folder, &names);
    printf("%s: %zu run\n", folder, count);
    CU_ASSERT_EQUAL(count, 40);
    for (size_t i = 0; i < count; i++) {
        struct config config = {.around = NULL};
        struct failure why;
        struct text bytes = vectors_read(&arena, "%s/%s", folder, names[i].bytes);
        config_parse(&config, &arena, is_credentials ? TEXT("") : bytes,
                     is_credentials ? bytes : TEXT(""), &why);
    }
    arena_release(&arena);
}

static void test_corpus(void) {
    if (!vectors_there("inputs that broke others")) return;
    run_corpus("config/aws-c-auth-profile-corpus/parse_config_profile", false);
    run_corpus("config/aws-c-auth-profile-corpus/parse_credentials_profile", true);
}

UNIT_MAIN("aws_config", {"the parser's cases", test_parser}, {"where files are", test_places},
          {"a profile that is not there", test_missing_profile}, {"names and messages", test_words},
          {"inputs that broke others", test_corpus})
