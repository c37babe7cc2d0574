/* Built-in functions on numbers, and conversions between kinds. Integers stay integers: a result
 * outside of 64 bits is an error, as it is for the operators.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluator/builtins.h"

static bool argument_number(struct call *call, int index, struct value *number) {
    *number = call->arguments[index];
    if (value_is_number(*number)) return true;
    argument_wrong(call, index, "a number");
    return false;
}

static struct value overflow(struct call *call) {
    return call_error(call, -1, "the result of \"%s\" does not fit into 64 bits",
                      call->builtin->name);
}

/* A double as a result: it must be finite. */
static struct value finite_value(struct call *call, double number) {
    if (isfinite(number)) return value_number(number == 0 ? 0 : number); /* no -0 */
    return call_error(call, -1, "the result of \"%s\" is not a finite number", call->builtin->name);
}

struct value apply_abs(struct call *call) {
    struct value number;
    if (!argument_number(call, 0, &number)) return value_poison();
    if (number.kind == VALUE_NUMBER) return value_number(fabs(number.number));
    if (number.integer == INT64_MIN) return overflow(call);
    return value_int(number.integer < 0 ? -number.integer : number.integer);
}

/* Rounding to integers, of doubles that fit one. libm is not linked for it: each start would pay
 * 0.1 ms and 0.4 MiB. */
static int64_t to_zero(double number) {
    return (int64_t)number;
}

static int64_t down(double number) {
    return to_zero(number) - ((double)to_zero(number) > number);
}

static int64_t up(double number) {
    return to_zero(number) + ((double)to_zero(number) < number);
}

static int64_t nearest(double number) {
    double rest = number - (double)to_zero(number);
    return to_zero(number) + (rest >= 0.5) - (rest <= -0.5);
}

static struct value whole(struct call *call, double number, int64_t (*step)(double)) {
    if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0)) {
        return overflow(call);
    }
    return value_int(step(number));
}

static struct value to_whole(struct call *call, int64_t (*step)(double)) {
    struct value number;
    if (!argument_number(call, 0, &number)) return value_poison();
    return number.kind == VALUE_INT ? number : whole(call, number.number, step);
}

struct value apply_floor(struct call *call) {
    return to_whole(call, down);
}

struct value apply_ceil(struct call *call) {
    return to_whole(call, up);
}

struct value apply_trunc(struct call *call) {
    return to_whole(call, to_zero);
}

struct value apply_round(struct call *call) {
    struct value number;
    int64_t digits;
    if (!argument_number(call, 0, &number) || !argument_range(call, 1, 0, 15, &digits)) {
        return value_poison();
    }
    if (number.kind == VALUE_INT) return number;
    if (digits == 0) return whole(call, number.number, nearest);
    char text[400]; /* decimal rounding, correctly rounded both ways */
    snprintf(text, sizeof text, "%.*f", (int)digits, number.number);
    return finite_value(call, strtod(text, NULL));
}

struct value apply_sqrt(struct call *call) {
    struct value number;
    if (!argument_number(call, 0, &number)) return value_poison();
    if (value_as_number(number) < 0)
        return call_error(call, 0, "a negative number has no square root");
    return value_number(sqrt(value_as_number(number)));
}

/* By squaring: a power of a double is then the same on every machine, which libm's is not. */
struct value apply_pow(struct call *call) {
    struct value base;
    int64_t exponent;
    if (!argument_number(call, 0, &base) || !argument_range(call, 1, -1024, 1 << 20, &exponent)) {
        return value_poison();
    }
    if (base.kind == VALUE_NUMBER || exponent < 0) {
        double power = 1, square = value_as_number(base);
        for (int64_t rest = exponent < 0 ? -exponent : exponent; rest; rest >>= 1) {
            if (rest & 1) power *= square;
            square *= square;
        }
        return finite_value(call, exponent < 0 ? 1 / power : power);
    }
    int64_t power = 1, square = base.integer;
    for (int64_t rest = exponent; rest;) {
        if (rest & 1 && __builtin_mul_overflow(power, square, &power)) return overflow(call);
        rest >>= 1;
        if (rest && __builtin_mul_overflow(square, square, &square)) return overflow(call);
    }
    return value_int(power);
}

/* Two integers, the second not 0. */
static bool division(struct call *call, int64_t *a, int64_t *b) {
    if (!argument_int(call, 0, a) || !argument_int(call, 1, b)) return false;
    return *b != 0 || fail(call, 1, "division by 0");
}

/* What is left when the quotient is rounded down: it has the sign of the divisor. */
static int64_t floor_rest(int64_t a, int64_t b) {
    int64_t rest = b == -1 ? 0 : a % b;
    return rest && (rest < 0) != (b < 0) ? rest + b : rest;
}

struct value apply_div(struct call *call) {
    int64_t a, b;
    if (!division(call, &a, &b)) return value_poison();
    if (a == INT64_MIN && b == -1) return overflow(call);
    return value_int(a / b - (a % b != 0 && (a < 0) != (b < 0)));
}

struct value apply_mod(struct call *call) {
    int64_t a, b;
    return division(call, &a, &b) ? value_int(floor_rest(a, b)) : value_poison();
}

/* ---- several numbers ---- */

/* The arguments of min and max: the numbers, or one list of them. */
static struct value numbers_of(struct call *call) {
    struct value list = call->arguments[0];
    if (list.kind == VALUE_LIST && list.length == 1 && list.items[0].kind == VALUE_LIST) {
        return list.items[0];
    }
    return list;
}

static struct value extreme(struct call *call, int sign) {
    struct value list = numbers_of(call);
    if (list.kind != VALUE_LIST || !call_spend(call, list.length)) {
        return list.kind == VALUE_LIST ? value_poison() : argument_wrong(call, 0, "a list");
    }
    if (list.length == 0) return call_error(call, -1, "\"%s\" of nothing", call->builtin->name);
    struct value best = list.items[0];
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = list.items[i];
        if (!value_is_number(item) && item.kind != VALUE_TEXT) {
            return element_wrong(call, 0, i, item, "a number or a string");
        }
        if (value_is_number(item) != value_is_number(list.items[0])) {
            return call_error(call, 0, "numbers and strings have no order");
        }
        if (value_compare(item, best) * sign > 0) best = item;
    }
    return best;
}

struct value apply_min(struct call *call) {
    return extreme(call, -1);
}

struct value apply_max(struct call *call) {
    return extreme(call, 1);
}

struct value apply_sum(struct call *call) {
    struct value list;
    if (!argument_list(call, 0, &list)) return value_poison();
    int64_t integer = 0;
    double number = 0;
    bool is_number = false, too_large = false;
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = list.items[i];
        if (!value_is_number(item)) return element_wrong(call, 0, i, item, "a number");
        is_number |= item.kind == VALUE_NUMBER;
        number += value_as_number(item);
        if (item.kind == VALUE_INT) {
            too_large |= __builtin_add_overflow(integer, item.integer, &integer);
        }
    }
    if (is_number) return finite_value(call, number);
    return too_large ? overflow(call) : value_int(integer);
}

struct value apply_clamp(struct call *call) {
    struct value number, least, most;
    if (!argument_number(call, 0, &number) || !argument_number(call, 1, &least) ||
        !argument_number(call, 2, &most)) {
        return value_poison();
    }
    if (value_compare(least, most) > 0) return call_error(call, 1, "the least is above the most");
    if (value_compare(number, least) < 0) return least;
    return value_compare(number, most) > 0 ? most : number;
}

/* ---- conversions ---- */

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
    return fabs(number) >= 0x1p53 || (double)to_zero(number) == number;
}

struct value apply_int(struct call *call) {
    struct value value = call->arguments[0];
    int64_t integer;
    if (value.kind == VALUE_INT) return value;
    if (value.kind == VALUE_NUMBER && is_whole(value.number)) {
        return whole(call, value.number, to_zero);
    }
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

/* ---- format ---- */

struct verb {
    bool left, zero, plus, space, other; /* - 0 + space # */
    int width, precision;                /* precision -1 for none */
    char letter;
};

static bool read_count(struct text text, size_t *at, int *count) {
    *count = 0;
    while (*at < text.length && ascii_is_digit(text.bytes[*at])) {
        *count = *count * 10 + (text.bytes[(*at)++] - '0');
        if (*count > 1000) return false;
    }
    return true;
}

/* Reads what stands behind a "%". */
static bool read_verb(struct text text, size_t *at, struct verb *verb) {
    *verb = (struct verb){.precision = -1};
    for (; *at < text.length && strchr("-0+ #", text.bytes[*at]) && text.bytes[*at]; ++*at) {
        verb->left |= text.bytes[*at] == '-';
        verb->zero |= text.bytes[*at] == '0';
        verb->plus |= text.bytes[*at] == '+';
        verb->space |= text.bytes[*at] == ' ';
        verb->other |= text.bytes[*at] == '#';
    }
    if (!read_count(text, at, &verb->width)) return false;
    if (*at < text.length && text.bytes[*at] == '.') {
        ++*at;
        if (!read_count(text, at, &verb->precision)) return false;
    }
    if (*at == text.length) return false;
    verb->letter = text.bytes[(*at)++];
    return verb->letter && strchr("sdixXobfegqv%", verb->letter);
}

static void add_many(struct buffer *out, char c, uint64_t count) {
    while (count-- > 0)
        buffer_char(out, c);
}

/* The sign and digits, or text, in their width. */
static void add_padded(struct buffer *out, const struct verb *verb, struct text sign,
                       struct text body, bool is_number) {
    uint64_t length = text_characters(body) + sign.length;
    uint64_t missing = (uint64_t)verb->width > length ? (uint64_t)verb->width - length : 0;
    bool zeros = verb->zero && is_number && !verb->left;
    if (!verb->left && !zeros) add_many(out, ' ', missing);
    buffer_text(out, sign);
    if (zeros) add_many(out, '0', missing);
    buffer_text(out, body);
    if (verb->left) add_many(out, ' ', missing);
}

static struct text sign_of(const struct verb *verb, bool negative) {
    if (negative) return TEXT("-");
    if (verb->plus) return TEXT("+");
    return verb->space ? TEXT(" ") : TEXT("");
}

static void add_integer(struct buffer *out, const struct verb *verb, int64_t integer) {
    char digits[72];
    size_t at = sizeof digits;
    unsigned base = verb->letter == 'x' || verb->letter == 'X' ? 16
                    : verb->letter == 'o'                      ? 8
                    : verb->letter == 'b'                      ? 2
                                                               : 10;
    const char *alphabet = verb->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
    do {
        digits[--at] = alphabet[rest % base];
        rest /= base;
    } while (rest);
    char sign[4];
    struct text plain = sign_of(verb, integer < 0);
    size_t length = plain.length;
    if (length) sign[0] = plain.bytes[0];
    if (verb->other && base != 10) {
        sign[length++] = '0';
        sign[length++] = base == 16 ? verb->letter : base == 8 ? 'o' : 'b';
    }
    add_padded(out, verb, (struct text){sign, length},
               (struct text){digits + at, sizeof digits - at}, true);
}

static void add_double(struct buffer *out, const struct verb *verb, double number) {
    char digits[1400];
    int precision = verb->precision < 0 ? 6 : verb->precision;
    double size = fabs(number);
    int length = 0;
    if (verb->letter == 'e') length = snprintf(digits, sizeof digits, "%.*e", precision, size);
    if (verb->letter == 'g') length = snprintf(digits, sizeof digits, "%.*g", precision, size);
    if (verb->letter == 'f') length = snprintf(digits, sizeof digits, "%.*f", precision, size);
    add_padded(out, verb, sign_of(verb, number < 0), (struct text){digits, (size_t)length}, true);
}

static bool add_text(struct call *call, struct buffer *out, const struct verb *verb,
                     struct value value) {
    struct buffer json;
    struct text text;
    buffer_init(&json);
    if (verb->letter == 'q' && value.kind == VALUE_TEXT) {
        buffer_json_string(&json, value_as_text(value));
    } else if (verb->letter != 's' || !value_scalar_text(call, value, &text)) {
        if (!json_write_value(call, 1, &json, value)) {
            buffer_release(&json);
            return false;
        }
    } else {
        buffer_text(&json, text);
    }
    text = buffer_view(&json);
    if (verb->precision >= 0) text = text_slice(text, 0, (uint64_t)verb->precision);
    add_padded(out, verb, TEXT(""), text, false);
    buffer_release(&json);
    return true;
}

static bool add_argument(struct call *call, struct buffer *out, const struct verb *verb,
                         uint32_t position, struct value value) {
    if (strchr("dixXob", verb->letter)) {
        if (value.kind != VALUE_INT) {
            element_wrong(call, 1, position, value, "an integer");
            return false;
        }
        add_integer(out, verb, value.integer);
        return true;
    }
    if (strchr("feg", verb->letter)) {
        if (!value_is_number(value)) {
            element_wrong(call, 1, position, value, "a number");
            return false;
        }
        add_double(out, verb, value_as_number(value));
        return true;
    }
    if (verb->letter == 's' && value.kind == VALUE_NULL) {
        element_wrong(call, 1, position, value, "a string");
        return false;
    }
    return add_text(call, out, verb, value);
}

/* What format puts together: known text so far, and the pieces before it. */
struct formatting {
    struct buffer out;
    struct value *pieces;
    uint32_t count;
};

static void end_piece(struct call *call, struct formatting *format) {
    if (format->out.length == 0) return;
    format->pieces[format->count++] = value_text(buffer_take(&format->out, call->arena));
    format->out.length = 0;
}

/* One "%..." with its argument. */
static bool format_verb(struct call *call, struct formatting *format, struct text pattern,
                        size_t *at, uint32_t *used) {
    struct verb verb;
    struct value values = call->arguments[1];
    size_t start = *at;
    if (!read_verb(pattern, at, &verb)) {
        struct text shown =
            text_slice((struct text){pattern.bytes + start - 1, pattern.length - start + 1}, 0, 8);
        call_error_hint(call, 0, "Known are %s %d %x %X %o %b %f %e %g %q %v, and %% for itself.",
                        "\"%.*s\" is not known to \"format\"", TEXT_ARGS(shown));
        return false;
    }
    if (verb.letter == '%') {
        buffer_char(&format->out, '%');
        return true;
    }
    if (*used >= values.length) {
        return fail(call, -1, "the format wants more than the %u values given", values.length);
    }
    uint32_t position = (*used)++;
    struct value value = values.items[position];
    if (value.kind != VALUE_DEFERRED) {
        return add_argument(call, &format->out, &verb, position, value) &&
               text_fits(call, format->out.length) && spend_bytes(call, (uint64_t)verb.width + 32);
    }
    if (verb.letter != 's' || verb.width || verb.precision >= 0) {
        return fail(call, 1,
                    "value %u is only known at deploy time, where \"%%s\" alone can put it",
                    position);
    }
    end_piece(call, format);
    format->pieces[format->count++] = value;
    return true;
}

static bool format_all(struct call *call, struct formatting *format, struct text pattern) {
    uint32_t used = 0;
    for (size_t at = 0; at < pattern.length;) {
        if (pattern.bytes[at++] != '%') {
            buffer_char(&format->out, pattern.bytes[at - 1]);
        } else if (!format_verb(call, format, pattern, &at, &used)) {
            return false;
        }
    }
    if (used == call->arguments[1].length) return true;
    return fail(call, 1, "%u values are given, the format uses %u", call->arguments[1].length,
                used);
}

struct value apply_format(struct call *call) {
    struct text pattern;
    if (!argument_text(call, 0, &pattern) || !spend_bytes(call, pattern.length)) {
        return value_poison();
    }
    struct formatting format = {.count = 0};
    buffer_init(&format.out);
    format.pieces = make_items(call, 2ull * call->arguments[1].length + 1);
    if (!format.pieces || !format_all(call, &format, pattern)) {
        buffer_release(&format.out);
        return value_poison();
    }
    end_piece(call, &format);
    buffer_release(&format.out);
    if (format.count == 0) return value_text(TEXT(""));
    return keep_secret(call, value_concat(call->arena, format.pieces, format.count, call->node));
}
