/* Built-in functions on numbers. Integers stay integers: a result outside of 64 bits is an error,
 * as it is for the operators. */
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
