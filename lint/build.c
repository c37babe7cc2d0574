/* Lints about builds: buildspecs that CodeBuild would not understand. */
#include "lint/internal.h"
#include "template/document.h"

/* "Build specification reference for CodeBuild" in its User Guide. */
static const char top_keys[] = "version run-as env proxy batch phases reports artifacts cache";
static const char phase_names[] = "install pre_build build post_build";
static const char phase_keys[] =
    "run-as on-failure on-success runtime-versions commands finally steps retry";
static const char env_keys[] = "shell variables parameter-store exported-variables secrets-manager "
                               "git-credential-helper";
static const char artifact_keys[] =
    "files name discard-paths base-directory exclude-paths enable-symlinks "
    "s3-prefix secondary-artifacts type";
static const char cache_keys[] = "paths key fallback-keys action";
static const char batch_keys[] = "fast-fail build-list build-matrix build-graph build-fanout";

static const char runtime_names[] = "android docker dotnet golang java nodejs php python ruby";
static const char report_keys[] = "files file-format base-directory discard-paths";
static const char report_formats[] =
    "CUCUMBERJSON JUNITXML NUNITXML NUNIT3XML TESTNGXML VISUALSTUDIOTRX CLOVERXML COBERTURAXML "
    "JACOCOXML SIMPLECOV";

struct spec {
    const struct look *look;
    struct item at;
};

static void suggest_word(const struct spec *spec, struct diagnostic *d, struct text word,
                         const char *words) {
    struct suggestion near;
    suggestion_init(&near, word);
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, " ");
        suggestion_offer(&near, (struct text){at, length});
        at += length + (at[length] == ' ');
    }
    if (near.best.length) {
        warn_hint(spec->look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    } else {
        warn_hint(spec->look, d, "It knows %s.", words);
    }
}

static bool check_keys(const struct spec *spec, const struct document *object, const char *known,
                       const char *what) {
    if (!object || object->kind != DOCUMENT_OBJECT) return false;
    for (const struct document *c = object->children; c; c = c->next) {
        if (is_word(known, c->key)) continue;
        struct item at = item_key_in(spec->look, spec->at, c->key);
        struct diagnostic *d =
            warn(spec->look, at, "%s of the buildspec has no \"%.*s\"", what, TEXT_ARGS(c->key));
        suggest_word(spec, d, c->key, known);
    }
    return true;
}

static void check_version(const struct spec *spec, const struct document *whole) {
    const struct document *version = document_get(whole, "version");
    bool is_text = version && (version->kind == DOCUMENT_TEXT || version->kind == DOCUMENT_NUMBER);
    if (is_text && is_word("0.1 0.2", version->text)) return;
    struct diagnostic *d = is_text ? warn(spec->look, spec->at, "buildspecs have no version %.*s",
                                          TEXT_ARGS(version->text))
                                   : warn(spec->look, spec->at, "the buildspec has no version");
    warn_hint(spec->look, d, "Write version: 0.2.");
}

static void check_commands(const struct spec *spec, const struct document *phase, const char *key) {
    const struct document *commands = document_get(phase, key);
    if (!commands || commands->kind == DOCUMENT_TEXT) return;
    if (commands->kind != DOCUMENT_LIST || !commands->count) {
        warn(spec->look, spec->at, "\"%s\" of phase \"%.*s\" is a list of commands", key,
             TEXT_ARGS(phase->key));
        return;
    }
    for (const struct document *c = commands->children; c; c = c->next) {
        if (c->kind == DOCUMENT_TEXT) continue;
        struct item at = c->kind == DOCUMENT_OBJECT && c->children
                             ? item_key_in(spec->look, spec->at, c->children->key)
                             : spec->at;
        struct diagnostic *d =
            warn(spec->look, at, "a command of phase \"%.*s\" is no text", TEXT_ARGS(phase->key));
        if (c->kind == DOCUMENT_OBJECT) {
            warn_hint(spec->look, d, "In YAML, a command with \": \" in it stands in quotes.");
        }
        return;
    }
}

/* A value that is one of the words, where it is a text at all. */
static void check_word(const struct spec *spec, const struct document *value, const char *words,
                       const char *what) {
    if (!value || value->kind != DOCUMENT_TEXT || is_word(words, value->text)) return;
    struct diagnostic *d = warn(spec->look, item_key_in(spec->look, spec->at, value->key),
                                "%s cannot be \"%.*s\"", what, TEXT_ARGS(value->text));
    suggest_word(spec, d, value->text, words);
}

static void check_failure(const struct spec *spec, const struct document *phase) {
    const struct document *value = document_get(phase, "on-failure");
    if (value && text_starts(value->text, TEXT("RETRY"))) return; /* with a count, and a pattern */
    check_word(spec, value, "ABORT CONTINUE RETRY", "\"on-failure\"");
}

static void check_runtimes(const struct spec *spec, const struct document *phase) {
    const struct document *runtimes = document_get(phase, "runtime-versions");
    if (!runtimes) return;
    if (!text_is(phase->key, "install")) {
        warn(spec->look, item_key_in(spec->look, spec->at, runtimes->key),
             "\"runtime-versions\" stands in phase \"install\", and this is \"%.*s\"",
             TEXT_ARGS(phase->key));
        return;
    }
    for (const struct document *r = runtimes->children; r; r = r->next) {
        if (is_word(runtime_names, r->key)) continue;
        struct diagnostic *d = warn(spec->look, item_key_in(spec->look, spec->at, r->key),
                                    "CodeBuild has no runtime \"%.*s\"", TEXT_ARGS(r->key));
        suggest_word(spec, d, r->key, runtime_names);
    }
}

static void check_phases(const struct spec *spec, const struct document *phases) {
    if (!check_keys(spec, phases, phase_names, "\"phases\"")) {
        warn(spec->look, spec->at, "\"phases\" of the buildspec is no map of phases");
        return;
    }
    for (const struct document *phase = phases->children; phase; phase = phase->next) {
        if (!is_word(phase_names, phase->key)) continue;
        struct text what =
            text_format(look_arena(spec->look), "phase \"%.*s\"", TEXT_ARGS(phase->key));
        if (!check_keys(spec, phase, phase_keys, what.bytes)) {
            warn(spec->look, spec->at, "%s has no commands", what.bytes);
            continue;
        }
        check_commands(spec, phase, "commands");
        check_commands(spec, phase, "finally");
        check_failure(spec, phase);
        check_runtimes(spec, phase);
    }
}

static void check_artifacts(const struct spec *spec, const struct document *artifacts) {
    if (!check_keys(spec, artifacts, artifact_keys, "\"artifacts\"")) return;
    if (document_get(artifacts, "files") || document_get(artifacts, "secondary-artifacts")) return;
    struct diagnostic *d =
        warn(spec->look, spec->at, "\"artifacts\" of the buildspec says no files");
    warn_hint(spec->look, d, "Write files: [\"**/*\"] for all.");
}

/* ---- environment and reports ---- */

/* A map of names to single values. */
static void check_map(const struct spec *spec, const struct document *env, const char *key) {
    const struct document *map = document_get(env, key);
    if (!map || map->kind == DOCUMENT_NULL) return;
    struct item at = item_key_in(spec->look, spec->at, map->key);
    if (map->kind != DOCUMENT_OBJECT) {
        struct diagnostic *d =
            warn(spec->look, at, "\"%s\" of the buildspec is a map of names to values", key);
        warn_hint(spec->look, d, "Write NAME: value, without \"-\" before it.");
        return;
    }
    for (const struct document *c = map->children; c; c = c->next) {
        if (c->kind != DOCUMENT_LIST && c->kind != DOCUMENT_OBJECT) continue;
        warn(spec->look, item_key_in(spec->look, spec->at, c->key),
             "variable \"%.*s\" of the buildspec is no single value", TEXT_ARGS(c->key));
    }
}

static void check_env(const struct spec *spec, const struct document *env) {
    const struct document *exported = document_get(env, "exported-variables");
    if (!check_keys(spec, env, env_keys, "\"env\"")) return;
    check_map(spec, env, "variables");
    check_map(spec, env, "parameter-store");
    check_map(spec, env, "secrets-manager");
    check_word(spec, document_get(env, "shell"), "bash /bin/sh powershell.exe pwsh.exe cmd.exe",
               "\"shell\"");
    if (!exported || exported->kind == DOCUMENT_LIST || exported->kind == DOCUMENT_NULL) return;
    warn(spec->look, item_key_in(spec->look, spec->at, exported->key),
         "\"exported-variables\" of the buildspec is a list of names");
}

static void check_reports(const struct spec *spec, const struct document *reports) {
    for (const struct document *r = reports ? reports->children : NULL; r; r = r->next) {
        if (r->kind != DOCUMENT_OBJECT) continue;
        struct text what =
            text_format(look_arena(spec->look), "report \"%.*s\"", TEXT_ARGS(r->key));
        check_keys(spec, r, report_keys, what.bytes);
        check_word(spec, document_get(r, "file-format"), report_formats, "\"file-format\"");
        if (!document_get(r, "files")) {
            warn(spec->look, item_key_in(spec->look, spec->at, r->key), "%s says no files",
                 what.bytes);
        }
    }
}

/* ---- batches ---- */

static bool is_identifier(struct text text) {
    return text_all(text, ascii_is_word);
}

static bool knows(const struct document *builds, const struct document *before, struct text name) {
    for (const struct document *b = builds->children; b && b != before; b = b->next) {
        const struct document *identifier = document_get(b, "identifier");
        if (identifier && text_equal(identifier->text, name)) return true;
    }
    return false;
}

static void check_builds(const struct spec *spec, const struct document *builds, bool is_graph) {
    for (const struct document *b = builds ? builds->children : NULL; b; b = b->next) {
        const struct document *identifier = document_get(b, "identifier");
        const struct document *before = document_get(b, "depend-on");
        if (!identifier && is_graph) {
            warn(spec->look, spec->at, "a build of the batch has no identifier");
        } else if (identifier && !is_identifier(identifier->text)) {
            struct diagnostic *d = warn(spec->look, spec->at, "a batch has no identifier \"%.*s\"",
                                        TEXT_ARGS(identifier->text));
            warn_hint(spec->look, d, "It has letters, digits and \"_\".");
        } else if (identifier && knows(builds, b, identifier->text)) {
            warn(spec->look, spec->at, "two builds of the batch are called \"%.*s\"",
                 TEXT_ARGS(identifier->text));
        }
        for (const struct document *n = before ? before->children : NULL; n; n = n->next) {
            if (n->kind != DOCUMENT_TEXT || knows(builds, NULL, n->text)) continue;
            warn(spec->look, spec->at, "the batch has no build \"%.*s\"", TEXT_ARGS(n->text));
        }
    }
}

static bool has_unknown(const struct document *object, const char *known) {
    for (const struct document *c = object->children; c; c = c->next) {
        if (!is_word(known, c->key)) return true;
    }
    return false;
}

static void check_spec(const struct spec *spec, const struct document *whole) {
    const struct document *phases = document_get(whole, "phases"),
                          *batch = document_get(whole, "batch");
    check_keys(spec, whole, top_keys, "the top");
    check_version(spec, whole);
    check_env(spec, document_get(whole, "env"));
    check_reports(spec, document_get(whole, "reports"));
    check_keys(spec, document_get(whole, "cache"), cache_keys, "\"cache\"");
    if (phases)
        check_phases(spec, phases);
    else if (!batch && !has_unknown(whole, top_keys)) /* else it is misspelt, and that is told */
        warn(spec->look, spec->at, "the buildspec has no phases");
    check_artifacts(spec, document_get(whole, "artifacts"));
    if (!check_keys(spec, batch, batch_keys, "\"batch\"")) return;
    check_builds(spec, document_get(batch, "build-list"), false);
    check_builds(spec, document_get(batch, "build-graph"), true);
}

/* A path or an ARN is no buildspec, but where one is. */
static bool is_inline(struct text text) {
    return memchr(text.bytes, '\n', text.length) || (text.length && *text.bytes == '{');
}

void lint_buildspec(const struct look *look) {
    struct spec spec = {look, item_get(look, "Source.BuildSpec")};
    struct text text;
    struct document *whole;
    struct failure why;
    if (!item_rough_text(look, spec.at, "unknown", &text) || !is_inline(text)) return;
    if (!document_read(look_arena(look), text, &whole, &why)) {
        struct diagnostic *d = warn(look, spec.at, "the buildspec is neither YAML nor JSON");
        warn_hint(look, d, "%s.", why.message);
    } else if (whole->kind != DOCUMENT_OBJECT) {
        warn(look, spec.at, "the buildspec is no map");
    } else {
        check_spec(&spec, whole);
    }
}
