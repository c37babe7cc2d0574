/* Limits of values. Compiled patterns are kept for the thread, keyed by where their text is: it
 * stands in the schema's tables, which stay. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "checker/constraint.h"

#include "base/address.h"
#include "checker/plain.h"

#include <pcre2.h>
#include <stdlib.h>

enum {
    JIT_AFTER = 64,      /* uses after which compiling to machine code pays */
    MATCH_STEPS = 200000, /* of pcre2's matcher, for one text */
    FIRST_SLOTS = 64,
    SHOWN = 60, /* bytes of a value in a message */
};

struct pattern {
    const char *key; /* NULL: an empty slot */
    struct plain *plain; /* NULL: it is more than that */
    pcre2_code *code; /* NULL: could not be compiled, or was not yet */
    bool is_compiled;
    unsigned uses; /* of the code */
};

static _Thread_local struct patterns {
    struct pattern *slots;
    size_t count, capacity;
    pcre2_match_data *data;
    pcre2_match_context *context;
} patterns;

/* Patterns outlive what they are compiled for: their memory is no recovery point's. */
static void *pcre_alloc(size_t size, void *unused) {
    (void)unused;
    return memory_try(size);
}

static void pcre_free(void *memory, void *unused) {
    (void)unused;
    memory_free(memory);
}

static size_t pattern_slot(const struct pattern *slots, size_t capacity, const char *key) {
    size_t at = ((uintptr_t)key * 0x9E3779B97F4A7C15u >> 20) & (capacity - 1);
    while (slots[at].key && slots[at].key != key) at = (at + 1) & (capacity - 1);
    return at;
}

static void patterns_grow(void) {
    size_t capacity = patterns.capacity ? patterns.capacity * 2 : FIRST_SLOTS;
    struct pattern *slots = memory_try(capacity * sizeof *slots);
    if (!slots) memory_exhausted();
    memset(slots, 0, capacity * sizeof *slots);
    for (size_t i = 0; i < patterns.capacity; i++) {
        if (!patterns.slots[i].key) continue;
        slots[pattern_slot(slots, capacity, patterns.slots[i].key)] = patterns.slots[i];
    }
    memory_free(patterns.slots);
    patterns.slots = slots;
    patterns.capacity = capacity;
}

static bool contexts_make(pcre2_general_context *general) {
    if (!patterns.data) patterns.data = pcre2_match_data_create(1, general);
    if (patterns.context) return patterns.data != NULL;
    patterns.context = pcre2_match_context_create(general);
    if (!patterns.context) return false;
    pcre2_set_match_limit(patterns.context, MATCH_STEPS);
    pcre2_set_heap_limit(patterns.context, 4096);
    return patterns.data != NULL;
}

/* NULL where it cannot be compiled. */
static pcre2_code *pattern_compile(struct text pattern) {
    int error = PCRE2_ERROR_HEAP_FAILED;
    PCRE2_SIZE offset;
    pcre2_code *code = NULL;
    pcre2_general_context *general = pcre2_general_context_create(pcre_alloc, pcre_free, NULL);
    uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY;
    if (general && contexts_make(general)) {
        pcre2_compile_context *compile = pcre2_compile_context_create(general);
        if (compile) code = pcre2_compile((PCRE2_SPTR)pattern.bytes, pattern.length, options,
                                          &error, &offset, compile);
        pcre2_compile_context_free(compile);
    }
    pcre2_general_context_free(general);
    if (!code && error == PCRE2_ERROR_HEAP_FAILED) memory_exhausted();
    return code;
}

static struct plain *plain_keep(const struct plain *plain) {
    size_t size = offsetof(struct plain, items) + plain->count * sizeof *plain->items;
    struct plain *kept = memory_try(size);
    if (!kept) memory_exhausted();
    return memcpy(kept, plain, size);
}

static struct pattern *pattern_get(struct text text) {
    struct plain plain;
    if (patterns.count * 2 >= patterns.capacity) patterns_grow();
    struct pattern *pattern =
        &patterns.slots[pattern_slot(patterns.slots, patterns.capacity, text.bytes)];
    if (pattern->key) return pattern;
    if (plain_read(text, &plain)) pattern->plain = plain_keep(&plain);
    pattern->key = text.bytes;
    patterns.count++;
    return pattern;
}

static bool code_matches(struct pattern *pattern, struct text text, struct text subject) {
    if (!pattern->is_compiled) pattern->code = pattern_compile(text);
    pattern->is_compiled = true;
    if (!pattern->code) return true;
    if (++pattern->uses == JIT_AFTER) pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)(subject.length ? subject.bytes : ""),
                            subject.length, 0, PCRE2_NO_UTF_CHECK, patterns.data,
                            patterns.context);
    if (found == PCRE2_ERROR_NOMEMORY) memory_exhausted();
    return found != PCRE2_ERROR_NOMATCH;
}

bool constraint_matches(struct text text, struct text subject) {
    struct pattern *pattern = pattern_get(text);
    if (pattern->plain) {
        enum plain_result result = plain_match(pattern->plain, subject);
        if (result != PLAIN_UNKNOWN) return result == PLAIN_YES;
    }
    return code_matches(pattern, text, subject);
}

void constraint_release(void) {
    for (size_t i = 0; i < patterns.capacity; i++) {
        memory_free(patterns.slots[i].plain);
        pcre2_code_free(patterns.slots[i].code);
    }
    pcre2_match_data_free(patterns.data);
    pcre2_match_context_free(patterns.context);
    memory_free(patterns.slots);
    patterns = (struct patterns){NULL, 0, 0, NULL, NULL};
}

/* --- messages --- */

static struct text shown(const struct constraint_place *place, struct text text) {
    if (text.length <= SHOWN) return text;
    size_t length = SHOWN - 3;
    while (length > 0 && ((unsigned char)text.bytes[length] & 0xC0) == 0x80) length--;
    return text_format(place->diagnostics->arena, "%.*s...", (int)length, text.bytes);
}

static bool length_fault(const struct constraint_place *place, uint64_t minimum, uint64_t maximum,
                         struct text text, uint64_t length) {
    struct diagnostic *d;
    if (place->is_quiet) return false;
    if (minimum == maximum) {
        d = diagnostics_report(place->diagnostics, DIAGNOSTIC_VALUE_LENGTH, place->span,
                               "\"%.*s\" has %llu characters, but this has %llu",
                               TEXT_ARGS(place->name), (unsigned long long)minimum,
                               (unsigned long long)length);
    } else if (length > maximum) {
        d = diagnostics_report(place->diagnostics, DIAGNOSTIC_VALUE_LENGTH, place->span,
                               "\"%.*s\" has at most %llu characters, but this has %llu",
                               TEXT_ARGS(place->name), (unsigned long long)maximum,
                               (unsigned long long)length);
    } else {
        d = diagnostics_report(place->diagnostics, DIAGNOSTIC_VALUE_LENGTH, place->span,
                               "\"%.*s\" has at least %llu character%s, but this has %llu",
                               TEXT_ARGS(place->name), (unsigned long long)minimum,
                               minimum == 1 ? "" : "s", (unsigned long long)length);
    }
    diagnostic_hint(place->diagnostics, d, "The value is \"%.*s\".",
                    TEXT_ARGS(shown(place, text)));
    return false;
}

static bool pattern_fault(const struct constraint_place *place, struct text pattern,
                          struct text text) {
    if (place->is_quiet) return false;
    struct diagnostic *d = diagnostics_report(
        place->diagnostics, DIAGNOSTIC_VALUE_PATTERN, place->span,
        "\"%.*s\" does not match the pattern of \"%.*s\"", TEXT_ARGS(shown(place, text)),
        TEXT_ARGS(place->name));
    diagnostic_hint(place->diagnostics, d, "The pattern is %.*s", TEXT_ARGS(pattern));
    return false;
}

static void listed_values(struct buffer *out, const struct schema_value *value, size_t count) {
    for (size_t i = 0; i < count && i < 12; i++) {
        buffer_format(out, "%s\"%.*s\"", i ? ", " : "", TEXT_ARGS(schema_value_enum(value, i)));
    }
    if (count > 12) buffer_format(out, ", and %zu more", count - 12);
}

/* Up to 9 digits as a number, else -1. */
static int64_t number_of(struct text text) {
    int64_t number = 0;
    if (text.length == 0 || text.length > 9) return -1;
    for (size_t i = 0; i < text.length; i++) {
        if (!ascii_is_digit(text.bytes[i])) return -1;
        number = number * 10 + (text.bytes[i] - '0');
    }
    return number;
}

/* What was meant: of texts the one spelt most alike, of numbers the closest. Empty where none is
 * near. */
static struct text nearest_listed(const struct schema_value *value, size_t count,
                                  struct text text) {
    static const struct {
        const char *sign, *value;
    } signs[] = {{">", "GreaterThanThreshold"}, {">=", "GreaterThanOrEqualToThreshold"},
                 {"<", "LessThanThreshold"},    {"<=", "LessThanOrEqualToThreshold"}};
    struct text best = {0};
    struct suggestion near;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (text_is(text, signs[i].sign) && schema_value_enum_has(value, text_of(signs[i].value)))
            return text_of(signs[i].value);
    }
    int64_t wanted = number_of(text), distance = INT64_MAX;
    suggestion_init(&near, text);
    for (size_t i = 0; i < count; i++) {
        struct text listed = schema_value_enum(value, i);
        int64_t number = number_of(listed);
        suggestion_offer(&near, listed);
        if (text.length > 4 && text_starts(listed, text)) return listed; /* "nodejs18" */
        if (wanted < 0 || number < 0 || llabs(number - wanted) >= distance) continue;
        distance = llabs(number - wanted);
        best = listed;
    }
    return wanted < 0 ? near.best : best;
}

static bool listed_fault(const struct constraint_place *place, const struct schema_value *value,
                         size_t count, struct text text) {
    struct buffer out;
    if (place->is_quiet) return false;
    struct text near = nearest_listed(value, count, text);
    struct diagnostic *d = diagnostics_report(
        place->diagnostics, DIAGNOSTIC_VALUE_NOT_LISTED, place->span,
        "\"%.*s\" is not a value of \"%.*s\"", TEXT_ARGS(shown(place, text)),
        TEXT_ARGS(place->name));
    if (near.length) {
        diagnostic_hint(place->diagnostics, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
        return false;
    }
    buffer_init(&out);
    listed_values(&out, value, count);
    diagnostic_hint(place->diagnostics, d, "It is one of %.*s.", (int)out.length, out.bytes);
    buffer_release(&out);
    return false;
}

/* --- blocks of addresses --- */

static bool format_fault(const struct constraint_place *place, struct text format,
                         struct text text) {
    bool is_old = text_is(format, "ipv4-network");
    if (!is_old && !text_is(format, "ipv6-network")) return true;
    /* bits behind the prefix are left to EC2, which clears them */
    struct block block;
    if (block_read(text, &block) && block.bits == (is_old ? 32 : 128)) return true;
    if (text_starts(text, TEXT("{{resolve:"))) return true;
    if (place->is_quiet) return false;
    struct diagnostic *d = diagnostics_report(
        place->diagnostics, DIAGNOSTIC_VALUE_PATTERN, place->span,
        "\"%.*s\" wants a block of IPv%d addresses, and \"%.*s\" is none",
        TEXT_ARGS(place->name), is_old ? 4 : 6, TEXT_ARGS(shown(place, text)));
    diagnostic_hint(place->diagnostics, d, is_old ? "Write a block such as \"10.0.0.0/16\"."
                                                  : "Write a block such as \"2001:db8::/56\".");
    return false;
}

/* --- the limits --- */

bool constraint_text(const struct constraint_place *place, const struct schema_value *value,
                     struct text text) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits)) return true;
    if (limits.enum_count && !schema_value_enum_has(value, text)) {
        return listed_fault(place, value, limits.enum_count, text);
    }
    uint64_t minimum = limits.set & SCHEMA_MIN_LENGTH ? limits.min_length : 0;
    uint64_t maximum = limits.set & SCHEMA_MAX_LENGTH ? limits.max_length : UINT64_MAX;
    if (text.length < minimum || text.length > maximum || minimum > 0) {
        uint64_t length = text_characters(text);
        if (length < minimum || length > maximum) {
            return length_fault(place, minimum, maximum, text, length);
        }
    }
    if (limits.pattern.length && !constraint_matches(limits.pattern, text)) {
        return pattern_fault(place, limits.pattern, text);
    }
    return limits.format.length == 0 || format_fault(place, limits.format, text);
}

static struct text number_text(const struct constraint_place *place, double number) {
    struct buffer out;
    buffer_init(&out);
    buffer_number(&out, number);
    struct text text = buffer_take(&out, place->diagnostics->arena);
    buffer_release(&out);
    return text;
}

bool constraint_number(const struct constraint_place *place, const struct schema_value *value,
                       double number) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits)) return true;
    if (limits.enum_count) {
        struct text text = number_text(place, number);
        if (!schema_value_enum_has(value, text)) {
            return listed_fault(place, value, limits.enum_count, text);
        }
    }
    bool low = limits.set & SCHEMA_MINIMUM && number < limits.minimum;
    bool high = limits.set & SCHEMA_MAXIMUM && number > limits.maximum;
    if (limits.set & SCHEMA_EXCLUSIVE_MINIMUM && number <= limits.minimum) low = true;
    if (limits.set & SCHEMA_EXCLUSIVE_MAXIMUM && number >= limits.maximum) high = true;
    if (!low && !high) return true;
    if (place->is_quiet) return false;
    bool edge = number == (low ? limits.minimum : limits.maximum);
    diagnostics_report(place->diagnostics, DIAGNOSTIC_VALUE_RANGE, place->span,
                       "\"%.*s\" is %s %.*s, but this is %.*s", TEXT_ARGS(place->name),
                       low ? edge ? "above" : "at least" : edge ? "below" : "at most",
                       TEXT_ARGS(number_text(place, low ? limits.minimum : limits.maximum)),
                       TEXT_ARGS(number_text(place, number)));
    return false;
}

bool constraint_count(const struct constraint_place *place, const struct schema_value *value,
                      uint64_t count) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits)) return true;
    bool few = limits.set & SCHEMA_MIN_ITEMS && count < limits.min_items;
    bool many = limits.set & SCHEMA_MAX_ITEMS && count > limits.max_items;
    if (!few && !many) return true;
    uint32_t limit = few ? limits.min_items : limits.max_items;
    diagnostics_report(place->diagnostics, DIAGNOSTIC_VALUE_ITEMS, place->span,
                       "\"%.*s\" has at %s %u item%s, but this has %llu", TEXT_ARGS(place->name),
                       few ? "least" : "most", limit, limit == 1 ? "" : "s",
                       (unsigned long long)count);
    return false;
}

bool constraint_key(const struct constraint_place *place, const struct schema_value *value,
                    struct text key) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits) || !limits.key_pattern.length) return true;
    if (constraint_matches(limits.key_pattern, key)) return true;
    struct diagnostic *d = diagnostics_report(
        place->diagnostics, DIAGNOSTIC_VALUE_PATTERN, place->span,
        "key \"%.*s\" does not match the pattern of keys of \"%.*s\"",
        TEXT_ARGS(shown(place, key)), TEXT_ARGS(place->name));
    diagnostic_hint(place->diagnostics, d, "The pattern is %.*s", TEXT_ARGS(limits.key_pattern));
    return false;
}

bool constraint_name(const struct constraint_place *place, const struct schema_name *name,
                     struct text text) {
    uint64_t length = text_characters(text);
    uint64_t maximum = name->maximum ? name->maximum : UINT64_MAX;
    if (length < name->minimum || length > maximum) {
        return length_fault(place, name->minimum, maximum, text, length);
    }
    if (name->pattern.length && !constraint_matches(name->pattern, text)) {
        return pattern_fault(place, name->pattern, text);
    }
    return true;
}
