/* What a template asks of the values of its parameters: their types, lengths, patterns, lists. */
#include <stdlib.h>

#include "base/pattern.h"
#include "runtime/simulator/resolve.h"

struct constraining {
    struct arena *arena;
    struct cloud_error *error;
    const struct document *declared;
};

/* --- patterns --------------------------------------------------------------------------------- */

enum { MATCH_STEPS = 1000000 };

static bool spend(void *context, uint64_t steps) {
    uint64_t *left = context;
    bool pays = steps <= *left;
    *left -= pays ? steps : *left;
    return pays;
}

bool sim_matches(struct text pattern, struct text value) {
    struct pattern_error ignored;
    uint64_t left = MATCH_STEPS;
    const struct pattern_budget budget = {spend, &left};
    if (text_utf8_error(value) != value.length) return true;
    struct pattern *compiled = pattern_get(pattern, &ignored);
    return !compiled || pattern_search(compiled, value, 0, &budget, NULL) != PATTERN_NO;
}

/* --- types ------------------------------------------------------------------------------------ */

static const struct { const char *type, *begin; } account_types[] = {
#define PARAMETER_TYPE(type, begin) {type, begin},
#include "runtime/simulator/parameter_types.def"
#undef PARAMETER_TYPE
};

/* "T" of "List<T>" and "AWS::SSM::Parameter::Value<T>", else the type itself. */
static struct text inner(struct text type, struct text outer) {
    if (!text_starts(type, outer) || !text_ends(type, TEXT(">"))) return type;
    return (struct text){type.bytes + outer.length, type.length - outer.length - 1};
}

static const char *beginning(struct text type) {
    for (size_t i = 0; i < sizeof account_types / sizeof *account_types; i++) {
        if (text_is(type, account_types[i].type)) return account_types[i].begin;
    }
    return NULL;
}

bool sim_is_parameter_type(struct text type) {
    struct text stored = inner(type, TEXT("AWS::SSM::Parameter::Value<"));
    struct text element = inner(stored, TEXT("List<"));
    return text_is(element, "String") || text_is(element, "Number") || beginning(element) ||
           text_is(stored, "CommaDelimitedList");
}

static bool is_number(struct arena *arena, struct text value, double *number) {
    char *end;
    if (!value.length) return false;
    *number = strtod(text_copy(arena, value).bytes, &end);
    return *end == 0;
}

/* --- constraints ------------------------------------------------------------------------------ */

static bool refuse(const struct constraining *constraining, const char *words, struct text more) {
    const struct document *described =
        document_get(constraining->declared, "ConstraintDescription");
    struct text name = constraining->declared->key, description;
    if (sim_scalar(described, &description)) {
        return sim_invalid(constraining->arena, constraining->error,
                           "Parameter '%.*s' failed to satisfy constraint: %.*s", TEXT_ARGS(name),
                           TEXT_ARGS(description));
    }
    return sim_invalid(constraining->arena, constraining->error, "Parameter '%.*s' %s%.*s",
                       TEXT_ARGS(name), words, TEXT_ARGS(more));
}

static bool limit(const struct constraining *constraining, const char *name, double *number,
                  struct text *shown) {
    return sim_scalar(document_get(constraining->declared, name), shown) &&
           is_number(constraining->arena, *shown, number);
}

static bool check_length(const struct constraining *constraining, struct text value) {
    double least, most, length = (double)text_characters(value);
    struct text shown;
    if (limit(constraining, "MinLength", &least, &shown) && length < least) {
        return refuse(constraining, "must contain at least ",
                      text_format(constraining->arena, "%.*s characters", TEXT_ARGS(shown)));
    }
    if (limit(constraining, "MaxLength", &most, &shown) && length > most) {
        return refuse(constraining, "must contain at most ",
                      text_format(constraining->arena, "%.*s characters", TEXT_ARGS(shown)));
    }
    return true;
}

static bool check_range(const struct constraining *constraining, double number) {
    double edge;
    struct text shown;
    if (limit(constraining, "MinValue", &edge, &shown) && number < edge) {
        return refuse(constraining, "must be a number not less than ", shown);
    }
    if (limit(constraining, "MaxValue", &edge, &shown) && number > edge) {
        return refuse(constraining, "must be a number not greater than ", shown);
    }
    return true;
}

/* The whole value must match. */
static bool check_pattern(const struct constraining *constraining, struct text value) {
    struct text written;
    if (!sim_scalar(document_get(constraining->declared, "AllowedPattern"), &written)) return true;
    struct text whole = text_format(constraining->arena, "^(?:%.*s)$", TEXT_ARGS(written));
    return sim_matches(whole, value) || refuse(constraining, "must match pattern ",
                                               written);
}

static bool check_listed(const struct constraining *constraining, struct text value) {
    const struct document *allowed = document_get(constraining->declared, "AllowedValues");
    for (const struct document *a = allowed ? allowed->children : NULL; a; a = a->next) {
        struct text word;
        if (sim_scalar(a, &word) && text_equal(word, value)) return true;
    }
    return !allowed || refuse(constraining, "must be one of AllowedValues", TEXT(""));
}

static bool check_one(const struct constraining *constraining, struct text type,
                      struct text value) {
    double number = 0;
    const char *begin = beginning(type);
    if (text_is(type, "Number")) {
        if (!is_number(constraining->arena, value, &number)) {
            return sim_invalid(constraining->arena, constraining->error,
                               "Parameter '%.*s' must be a number.",
                               TEXT_ARGS(constraining->declared->key));
        }
        if (!check_range(constraining, number)) return false;
    }
    if (begin && !text_starts(value, text_of(begin))) {
        return sim_invalid(constraining->arena, constraining->error,
                           "Parameter validation failed: parameter value %.*s for parameter name "
                           "%.*s does not exist", TEXT_ARGS(value),
                           TEXT_ARGS(constraining->declared->key));
    }
    return check_length(constraining, value) && check_pattern(constraining, value) &&
           check_listed(constraining, value);
}

bool sim_check_parameter(struct arena *arena, struct cloud_error *error,
                         const struct document *declared, struct text value) {
    const struct constraining constraining = {arena, error, declared};
    struct text type = document_get(declared, "Type")->text;
    if (text_is(value, SIM_UNKNOWN)) return true; /* of a nested stack, while it is planned */
    if (text_starts(value, TEXT(SIM_SECRET))) return true; /* a former value, which nobody knows */
    if (value.length > 4096) {
        return sim_invalid(arena, error, "Template error: Parameter '%.*s' must have a value no "
                                         "longer than 4096 bytes", TEXT_ARGS(declared->key));
    }
    bool is_list = text_starts(type, TEXT("List<")) || text_is(type, "CommaDelimitedList");
    if (!is_list) return check_one(&constraining, type, value);
    struct sim_scope scope = {.arena = arena};
    struct document *list = value.length ? sim_split_text(&scope, value, TEXT(",")) : NULL;
    for (const struct document *e = list ? list->children : NULL; e; e = e->next) {
        if (!check_one(&constraining, inner(type, TEXT("List<")), e->text)) return false;
    }
    return true;
}

bool sim_check_stored(struct arena *arena, struct cloud_error *error,
                      const struct document *declared, struct text value) {
    struct text stored = inner(document_get(declared, "Type")->text,
                               TEXT("AWS::SSM::Parameter::Value<"));
    const char *begin = beginning(inner(stored, TEXT("List<")));
    if (!begin || text_starts(value, text_of(begin))) return true;
    return sim_invalid(arena, error, "Parameter validation failed: parameter value %.*s for "
                                     "parameter name %.*s does not exist", TEXT_ARGS(value),
                       TEXT_ARGS(declared->key));
}
