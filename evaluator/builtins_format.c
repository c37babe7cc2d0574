/* The built-in function format. */
#include <math.h>
#include <stdio.h>

#include "evaluator/builtins.h"

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
