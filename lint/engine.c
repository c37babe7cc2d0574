/* Lints about what databases, caches and clusters run: engines, their versions, their machines. */
#include "lint/ends.h"
#include "lint/internal.h"
#include "schema/engines.h"

/* ---- databases ---- */

/* RDS does not mind the case; false where it is not known. */
static bool read_engine(const struct look *look, struct item item, struct text *engine) {
    if (!item_text(item, engine)) return false;
    *engine = text_lower(look_arena(look), *engine);
    return true;
}

static void check_engine(const struct look *look, struct item item, struct text engine) {
    struct text near =
        text_is(engine, "aurora") ? TEXT("aurora-mysql") : schema_engine_near(engine);
    if (schema_engine_known(engine) || !near.length || look_is_told(look, item)) return;
    struct diagnostic *d = warn(look, item, "RDS has no engine \"%.*s\"", TEXT_ARGS(engine));
    warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
}

void lint_database_class(const struct look *look) {
    struct item item = item_get(look, "Engine");
    struct text engine, class_name;
    if (!read_engine(look, item, &engine)) return;
    check_engine(look, item, engine);
    static const char *const keys[] = {"DBInstanceClass", "DBClusterInstanceClass"};
    for (size_t i = 0; i < 2; i++) {
        struct item class_item = item_get(look, keys[i]);
        if (!schema_engine_known(engine) || !item_text(class_item, &class_name) ||
            schema_engine_class(engine, class_name) != SCHEMA_CLASS_OTHERS) {
            continue;
        }
        struct diagnostic *d = warn(look, class_item, "RDS has no %.*s for databases of \"%.*s\"",
                                    TEXT_ARGS(class_name), TEXT_ARGS(engine));
        warn_note(look, d, item, "the engine is named here");
    }
}

/* ---- versions ---- */

static void warn_end(const struct look *look, struct item item, const struct end *end,
                     const char *what) {
    struct diagnostic *d;
    if (!end) return;
    if (end_has_come(end->extended)) {
        d = warn(look, item, "AWS makes no %s of version %s since %s", what, end->version,
                 end->extended);
    } else if (end_has_come(end->standard)) {
        d = warn(look, item, "standard support of %s of version %s ended on %s", what, end->version,
                 end->standard);
    } else {
        return;
    }
    if (end->successor) warn_hint(look, d, "Write \"%s\".", end->successor);
}

void lint_database_version(const struct look *look) {
    struct item item = item_get(look, "EngineVersion");
    struct text engine, version;
    if (!read_engine(look, item_get(look, "Engine"), &engine) || !item_text(item, &version) ||
        !schema_engine_retired(engine, version)) {
        return;
    }
    struct diagnostic *d = warn(look, item, "RDS makes no databases of \"%.*s\" %.*s any more",
                                TEXT_ARGS(engine), TEXT_ARGS(version));
    warn_hint(look, d, "Choose a newer version, or the major version alone.");
}

void lint_cache_version(const struct look *look) {
    struct item item = item_get(look, "EngineVersion"), engine = item_get(look, "Engine");
    struct text version;
    if (!item_is_absent(engine) && !item_is(engine, "redis")) return;
    if (item_text(item, &version)) warn_end(look, item, end_find("redis", version), "caches");
}

/* Versions before the first of the rows ended before it did. */
void lint_cluster_version(const struct look *look) {
    struct item item = item_get(look, "Version");
    struct text version;
    if (!item_text(item, &version)) return;
    const struct end *end = end_find("eks", version), *first = end_first("eks");
    if (end) {
        warn_end(look, item, end, "clusters");
        return;
    }
    struct text minor = {version.bytes + 2, version.length > 2 ? version.length - 2 : 0};
    struct item number = {.value = value_text(minor)};
    int64_t own, least;
    struct item least_item = {.value = value_text(text_of(first->version + 2))};
    if (!text_starts(version, TEXT("1.")) || !item_integer(number, &own) ||
        !item_integer(least_item, &least) || own >= least) {
        return;
    }
    warn(look, item, "AWS makes no clusters of version %.*s any more", TEXT_ARGS(version));
}

void lint_search_version(const struct look *look) {
    struct item item = item_get(look, "EngineVersion");
    struct text version;
    if (item_text(item, &version)) warn_end(look, item, end_find("search", version), "domains");
}
