/* Looks through the rows of engines.def, some hundred. */
#include "schema/engines.h"

#include "base/diagnostics.h"

static const char *const engines[] = {
#define ENGINE(name) name,
#define RETIRED(engine, versions)
#define CLASSES(family, sizes, engines)
#include "schema/engines.def"
#undef ENGINE
#undef RETIRED
#undef CLASSES
};

static const struct {
    const char *engine, *versions;
} retired[] = {
#define ENGINE(name)
#define RETIRED(engine, versions) {engine, versions},
#define CLASSES(family, sizes, engines)
#include "schema/engines.def"
#undef ENGINE
#undef RETIRED
#undef CLASSES
};

static const struct {
    const char *family, *sizes, *engines;
} classes[] = {
#define ENGINE(name)
#define RETIRED(engine, versions)
#define CLASSES(family, sizes, engines) {family, sizes, engines},
#include "schema/engines.def"
#undef ENGINE
#undef RETIRED
#undef CLASSES
};

enum {
    ENGINES = sizeof engines / sizeof *engines,
    ENGINES_RETIRED = sizeof retired / sizeof *retired,
    CLASSES_KNOWN = sizeof classes / sizeof *classes,
};

static bool has_word(const char *words, struct text word) {
    while (*words) {
        struct text one = {words, strcspn(words, " ")};
        if (text_equal(one, word)) return true;
        words += one.length + (words[one.length] == ' ');
    }
    return false;
}

bool schema_engine_known(struct text engine) {
    for (size_t i = 0; i < ENGINES; i++) {
        if (text_is(engine, engines[i])) return true;
    }
    return false;
}

struct text schema_engine_near(struct text engine) {
    struct suggestion near;
    suggestion_init(&near, engine);
    for (size_t i = 0; i < ENGINES; i++)
        suggestion_offer(&near, text_of(engines[i]));
    return near.best;
}

bool schema_engine_retired(struct text engine, struct text version) {
    for (size_t i = 0; i < ENGINES_RETIRED; i++) {
        if (text_is(engine, retired[i].engine)) return has_word(retired[i].versions, version);
    }
    return false;
}

/* Splits "db.t4g.micro" at its last dot. */
static struct text split_size(struct text *class_name) {
    size_t at = class_name->length;
    while (at > 0 && class_name->bytes[at - 1] != '.')
        at--;
    struct text size = {class_name->bytes + at, class_name->length - at};
    class_name->length = at ? at - 1 : 0;
    return size;
}

enum schema_class schema_engine_class(struct text engine, struct text class_name) {
    struct text size = split_size(&class_name);
    enum schema_class found = SCHEMA_CLASS_UNKNOWN;
    bool has_any = false;
    for (size_t i = 0; i < CLASSES_KNOWN; i++) {
        has_any |= has_word(classes[i].engines, engine);
        if (!text_is(class_name, classes[i].family) || !has_word(classes[i].sizes, size)) continue;
        if (has_word(classes[i].engines, engine)) return SCHEMA_CLASS_FITS;
        found = SCHEMA_CLASS_OTHERS;
    }
    return has_any ? found : SCHEMA_CLASS_UNKNOWN;
}
