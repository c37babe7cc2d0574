/* Built-in functions that make a value of another kind: int, number, bool, string, parse_int. */
#include <math.h>
#include <stdlib.h>

#include "evaluator/builtins.h"

/* An integer in a base, with an optional sign; nothing else may stand beside it. */
static bool read_int(struct text text, int base, int64_t *integer) {
    size_t at = text.length && (text.bytes[0] == '-' || text.bytes[0] == '+');
    bool negative = at && text.bytes[0] == '-';
    if (at == text.length) return false;
    int64_t sum = 0;
    for (; at < text.length; at++) {
        int digit = ascii_digit(text.bytes[at], base);
        if (digit < 0 || __builtin_mul_overflow(sum, (int64_t)base, &sum)) return false;
        bool over = negative ? __builtin_sub_overflow(sum, (int64_t)digit, &sum)
                             : __builtin_add_overflow(sum, (int64_t)digit, &sum);
        if (over) return false;
    }
    *integer = sum;
    return true;
}

struct value apply_parse_int(struct call *call) {
    struct text text;
    int64_t base, integer;
    if (!argument_text(call, 0, &text) || !argument_range(call, 1, 2, 36, &base)) {
        return value_poison();
    }
    if (read_int(text, (int)base, &integer)) return value_int(integer);
    return call_error(call, 0, "\"%.*s\" is not an integer of base %lld that fits into 64 bits",
                      (int)(text.length < 80 ? text.length : 80), text.bytes, (long long)base);
}

static struct value not_a(struct call *call, const char *wanted) {
    struct value value = call->arguments[0];
    if (value.kind == VALUE_TEXT && !(value.flags & VALUE_SECRET)) {
        struct text shown = text_slice(value_as_text(value), 0, 60);
        return call_error(call, 0, "\"%.*s\" is not %s", TEXT_ARGS(shown), wanted);
    }
    return argument_wrong(call, 0, wanted);
}

static bool is_whole(double number) {
    return fabs(number) >= 0x1p53 || (double)(int64_t)number == number;
}

struct value apply_int(struct call *call) {
    struct value value = call->arguments[0];
    int64_t integer;
    if (value.kind == VALUE_INT) return value;
    if (value.kind == VALUE_NUMBER && is_whole(value.number)) return apply_trunc(call);
    if (value.kind == VALUE_NUMBER) {
        return call_error_hint(call, 0, "Write \"floor\", \"ceil\" or \"round\".",
                               "the number is not whole");
    }
    if (value.kind == VALUE_TEXT && read_int(value_as_text(value), 10, &integer)) {
        return value_int(integer);
    }
    return not_a(call, "an integer");
}

/* A decimal number as JSON has it (a sign + and leading zeros are fine): no
 * hexadecimal, no "inf". */
static bool read_number(struct text text, double *number) {
    char room[512];
    if (text.length == 0 || text.length >= sizeof room) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!strchr("+-.eE0123456789", text.bytes[i]) || text.bytes[i] == '\0') return false;
    }
    memcpy(room, text.bytes, text.length);
    room[text.length] = '\0';
    char *end;
    *number = strtod(room, &end);
    return *end == '\0' && isfinite(*number);
}

struct value apply_number(struct call *call) {
    struct value value = call->arguments[0];
    double number;
    int64_t integer;
    if (value_is_number(value)) return value;
    if (value.kind == VALUE_TEXT) {
        if (read_int(value_as_text(value), 10, &integer)) return value_int(integer);
        if (read_number(value_as_text(value), &number)) return value_number(number);
    }
    return not_a(call, "a number");
}

struct value apply_bool(struct call *call) {
    struct value value = call->arguments[0];
    if (value.kind == VALUE_BOOL) return value;
    if (value.kind == VALUE_TEXT) {
        struct text text = value_as_text(value);
        if (text_is(text, "true")) return value_bool(true);
        if (text_is(text, "false")) return value_bool(false);
    }
    return not_a(call, "true or false");
}

struct value apply_string(struct call *call) {
    struct value value = call->arguments[0];
    struct text text;
    if (value.kind == VALUE_DEFERRED && value.deferred->shape != SHAPE_LIST) {
        return value_concat(call->arena, &value, 1, call->node);
    }
    if (value.kind == VALUE_TEXT) return value;
    if (value_scalar_text(call, value, &text)) return keep_secret(call, value_text(text));
    return argument_wrong(call, 0, "a string, a number or a truth value");
}
