/* Durations and dates. A duration is a whole number of seconds. A date is a text as RFC 3339 has
 * it; there is no clock: every date comes from the program. */
#include "evaluator/builtins.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 604800 };

/* ---- durations ---- */

static struct value duration(struct call *call, int64_t unit) {
    int64_t count, seconds;
    if (!argument_int(call, 0, &count)) return value_poison();
    if (__builtin_mul_overflow(count, unit, &seconds)) {
        return call_error(call, 0, "the duration does not fit into 64 bits of seconds");
    }
    return value_int(seconds);
}

struct value apply_seconds(struct call *call) {
    return duration(call, 1);
}

struct value apply_minutes(struct call *call) {
    return duration(call, MINUTE);
}

struct value apply_hours(struct call *call) {
    return duration(call, HOUR);
}

struct value apply_days(struct call *call) {
    return duration(call, DAY);
}

struct value apply_weeks(struct call *call) {
    return duration(call, WEEK);
}

static struct value in_unit(struct call *call, int64_t unit, const char *name) {
    int64_t seconds;
    if (!argument_int(call, 0, &seconds)) return value_poison();
    if (seconds % unit == 0) return value_int(seconds / unit);
    return call_error(call, 0, "%lld seconds are not a whole number of %s", (long long)seconds,
                      name);
}

struct value apply_in_minutes(struct call *call) {
    return in_unit(call, MINUTE, "minutes");
}

struct value apply_in_hours(struct call *call) {
    return in_unit(call, HOUR, "hours");
}

struct value apply_in_days(struct call *call) {
    return in_unit(call, DAY, "days");
}

/* As creation policies and AWS's other ISO 8601 durations have it: PT1H30M, P1D. */
struct value apply_iso_duration(struct call *call) {
    int64_t seconds;
    if (!argument_range(call, 0, 0, INT64_MAX, &seconds)) return value_poison();
    if (seconds == 0) return value_text(TEXT("PT0S"));
    struct buffer out;
    buffer_init(&out);
    buffer_char(&out, 'P');
    if (seconds >= DAY) buffer_format(&out, "%lldD", (long long)(seconds / DAY));
    int64_t rest = seconds % DAY;
    if (rest) buffer_char(&out, 'T');
    if (rest >= HOUR) buffer_format(&out, "%lldH", (long long)(rest / HOUR));
    if (rest % HOUR >= MINUTE) buffer_format(&out, "%lldM", (long long)(rest % HOUR / MINUTE));
    if (rest % MINUTE) buffer_format(&out, "%lldS", (long long)(rest % MINUTE));
    return make_buffer(call, &out);
}

/* ---- dates ---- */

struct date {
    int64_t seconds;      /* since 1970-01-01T00:00:00Z */
    int offset;           /* of its clock from UTC, in minutes */
    bool is_zulu;         /* written with Z */
    struct text fraction; /* digits behind the point of the seconds, or empty */
};

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t date_days(int64_t year, int month, int day) {
    year -= month <= 2; /* years begin in March: the leap day is the last */
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_civil(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(years + era * 400 + (*month <= 2));
}

static int month_length(int year, int month) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : lengths[month - 1];
}

/* A number of exactly so many digits; -1 for anything else. */
static int fixed_digits(struct text text, size_t at, int count) {
    int number = 0;
    if (at + (size_t)count > text.length) return -1;
    for (int i = 0; i < count; i++) {
        char c = text.bytes[at + (size_t)i];
        if (!ascii_is_digit(c)) return -1;
        number = number * 10 + (c - '0');
    }
    return number;
}

static bool has_byte(struct text text, size_t at, const char *letters) {
    return at < text.length && text.bytes[at] && strchr(letters, text.bytes[at]);
}

/* "Z", "+hh:mm" or "-hh:mm" at the end of the text. */
static bool read_offset(struct text text, size_t at, struct date *date) {
    date->is_zulu = has_byte(text, at, "Zz");
    if (date->is_zulu) return at + 1 == text.length;
    if (!has_byte(text, at, "+-") || !has_byte(text, at + 3, ":") || at + 6 != text.length)
        return false;
    int hours = fixed_digits(text, at + 1, 2), minutes = fixed_digits(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    date->offset = (hours * 60 + minutes) * (text.bytes[at] == '-' ? -1 : 1);
    return true;
}

static bool read_clock(struct text text, struct date *date) {
    int hour = fixed_digits(text, 11, 2), minute = fixed_digits(text, 14, 2);
    int second = fixed_digits(text, 17, 2);
    if (!has_byte(text, 10, "Tt ") || !has_byte(text, 13, ":") || !has_byte(text, 16, ":"))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    date->seconds += hour * HOUR + minute * MINUTE + second;
    size_t at = 19;
    if (has_byte(text, at, ".")) {
        size_t start = ++at;
        while (has_byte(text, at, "0123456789"))
            at++;
        if (at == start) return false;
        date->fraction = (struct text){text.bytes + start, at - start};
    }
    if (!read_offset(text, at, date)) return false;
    date->seconds -= date->offset * MINUTE;
    return true;
}

/* A date with or without a time of day (then midnight in UTC). */
static bool read_date(struct text text, struct date *date) {
    int year = fixed_digits(text, 0, 4), month = fixed_digits(text, 5, 2);
    int day = fixed_digits(text, 8, 2);
    *date = (struct date){.is_zulu = true, .fraction = TEXT("")};
    if (year < 0 || month < 1 || month > 12 || day < 1) return false;
    if (!has_byte(text, 4, "-") || !has_byte(text, 7, "-") || day > month_length(year, month))
        return false;
    date->seconds = date_days(year, month, day) * DAY;
    return text.length == 10 || read_clock(text, date);
}

static bool argument_date(struct call *call, int index, struct date *date) {
    struct text text;
    if (!argument_text(call, index, &text)) return false;
    if (read_date(text, date)) return true;
    struct text shown = text_slice(text, 0, 50);
    call_error_hint(call, index,
                    "Write a date as RFC 3339 has it, such as \"2026-01-31\" or "
                    "\"2026-01-31T12:00:00Z\".",
                    "\"%.*s\" is not a date", TEXT_ARGS(shown));
    return false;
}

/* What a date's own clock shows. */
struct clock {
    int year, month, day, hour, minute, second, weekday; /* 0 is Monday */
};

static struct clock clock_of(const struct date *date) {
    int64_t local = date->seconds + date->offset * MINUTE;
    int64_t days = local / DAY - (local % DAY < 0), rest = local - days * DAY;
    struct clock clock = {.hour = (int)(rest / HOUR),
                          .minute = (int)(rest % HOUR / MINUTE),
                          .second = (int)(rest % MINUTE)};
    date_civil(days, &clock.year, &clock.month, &clock.day);
    clock.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return clock;
}

static struct value date_text(struct call *call, const struct date *date) {
    int64_t first = date_days(0, 1, 1) * DAY, last = date_days(10000, 1, 1) * DAY;
    int64_t local = date->seconds + date->offset * MINUTE;
    if (local < first || local >= last) {
        return call_error(call, -1, "the date is not in the years 0 to 9999");
    }
    struct clock clock = clock_of(date);
    struct text zone = TEXT("Z");
    if (!date->is_zulu) {
        int minutes = date->offset < 0 ? -date->offset : date->offset;
        zone = text_format(call->arena, "%c%02d:%02d", date->offset < 0 ? '-' : '+', minutes / 60,
                           minutes % 60);
    }
    return make_format(call, "%04d-%02d-%02dT%02d:%02d:%02d%s%.*s%.*s", clock.year, clock.month,
                       clock.day, clock.hour, clock.minute, clock.second,
                       date->fraction.length ? "." : "", TEXT_ARGS(date->fraction),
                       TEXT_ARGS(zone));
}

struct value apply_date_add(struct call *call) {
    struct date date;
    int64_t seconds;
    if (!argument_date(call, 0, &date) || !argument_int(call, 1, &seconds)) return value_poison();
    if (__builtin_add_overflow(date.seconds, seconds, &date.seconds) ||
        date.seconds > INT64_MAX / 2 || date.seconds < INT64_MIN / 2) {
        return call_error(call, 1, "the date is not in the years 0 to 9999");
    }
    return date_text(call, &date);
}

struct value apply_date_difference(struct call *call) {
    struct date later, earlier;
    if (!argument_date(call, 0, &later) || !argument_date(call, 1, &earlier)) return value_poison();
    return value_int(later.seconds - earlier.seconds);
}

struct value apply_date_unix(struct call *call) {
    struct date date;
    return argument_date(call, 0, &date) ? value_int(date.seconds) : value_poison();
}

struct value apply_date_from_unix(struct call *call) {
    struct date date = {.is_zulu = true, .fraction = TEXT("")};
    if (!argument_range(call, 0, INT64_MIN / 2, INT64_MAX / 2, &date.seconds))
        return value_poison();
    return date_text(call, &date);
}

struct value apply_date_parts(struct call *call) {
    struct date date;
    if (!argument_date(call, 0, &date)) return value_poison();
    struct clock clock = clock_of(&date);
    struct record *record = record_new(call->arena, 8);
    put_text(call, record, "year", value_int(clock.year));
    put_text(call, record, "month", value_int(clock.month));
    put_text(call, record, "day", value_int(clock.day));
    put_text(call, record, "hour", value_int(clock.hour));
    put_text(call, record, "minute", value_int(clock.minute));
    put_text(call, record, "second", value_int(clock.second));
    put_text(call, record, "weekday", value_int(clock.weekday + 1));
    return value_record(record);
}

/* ---- formatting ---- */

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
static const char *const day_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};

/* The number that a letter stands for, or -1. */
static int letter_number(const struct clock *clock, char letter) {
    if (letter == 'M') return clock->month;
    if (letter == 'D') return clock->day;
    if (letter == 'h') return clock->hour;
    if (letter == 'H') return clock->hour % 12 ? clock->hour % 12 : 12;
    if (letter == 'm') return clock->minute;
    return letter == 's' ? clock->second : -1;
}

/* The word that a run of a letter stands for, or empty. */
static struct text letter_word(const struct clock *clock, char letter, size_t length) {
    struct text word = TEXT("");
    bool morning = clock->hour < 12;
    if (letter == 'M' && (length == 3 || length == 4))
        word = text_of(month_names[clock->month - 1]);
    if (letter == 'E' && (length == 3 || length == 4)) word = text_of(day_names[clock->weekday]);
    if (letter == 'A' && length == 2) word = morning ? TEXT("AM") : TEXT("PM");
    if (letter == 'a' && length == 2) word = morning ? TEXT("am") : TEXT("pm");
    if (length == 3) word.length = word.length ? 3 : 0;
    return word;
}

/* Writes what a run of one letter stands for; false if it stands for nothing. */
static bool add_run(struct buffer *out, const struct date *date, char letter, size_t length) {
    struct clock clock = clock_of(date);
    struct text word = letter_word(&clock, letter, length);
    if (letter == 'Y' && (length == 2 || length == 4)) {
        buffer_format(out, "%0*d", (int)length, length == 2 ? clock.year % 100 : clock.year);
        return true;
    }
    if (word.length) {
        buffer_text(out, word);
        return true;
    }
    int number = length <= 2 ? letter_number(&clock, letter) : -1;
    if (number >= 0) buffer_format(out, "%0*d", (int)length, number);
    return number >= 0;
}

static void add_zone(struct buffer *out, const struct date *date) {
    int minutes = date->offset < 0 ? -date->offset : date->offset;
    if (date->offset == 0) {
        buffer_char(out, 'Z');
    } else {
        buffer_format(out, "%c%02d:%02d", date->offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
}

/* Letters in '...' stand for themselves, '' is a quote; returns the offset behind. */
static size_t add_literal(struct buffer *out, struct text format, size_t at) {
    if (at + 1 < format.length && format.bytes[at + 1] == '\'') {
        buffer_char(out, '\'');
        return at + 2;
    }
    for (at++; at < format.length && format.bytes[at] != '\''; at++) {
        buffer_char(out, format.bytes[at]);
    }
    return at + 1;
}

static bool format_date(struct call *call, struct buffer *out, const struct date *date,
                        struct text format) {
    for (size_t at = 0; at < format.length;) {
        char c = format.bytes[at];
        if (c == '\'') {
            at = add_literal(out, format, at);
            continue;
        }
        if (!ascii_is_letter(c)) {
            buffer_char(out, c);
            at++;
            continue;
        }
        size_t end = at + 1;
        while (end < format.length && format.bytes[end] == c)
            end++;
        if (c == 'Z' && end == at + 1) {
            add_zone(out, date);
        } else if (!add_run(out, date, c, end - at)) {
            struct text run = text_slice((struct text){format.bytes + at, end - at}, 0, 20);
            call_error_hint(call, 1,
                            "Known are YYYY YY MMMM MMM MM M DD D EEEE EEE hh h HH H mm m ss s "
                            "AA aa Z; other letters stand in '...'.",
                            "\"%.*s\" is not a part of a date", TEXT_ARGS(run));
            return false;
        }
        at = end;
    }
    return true;
}

struct value apply_date_format(struct call *call) {
    struct date date;
    struct text format;
    if (!argument_date(call, 0, &date) || !argument_text(call, 1, &format) ||
        !spend_bytes(call, 8 * (uint64_t)format.length)) {
        return value_poison();
    }
    struct buffer out;
    buffer_init(&out);
    if (format_date(call, &out, &date, format)) return make_buffer(call, &out);
    buffer_release(&out);
    return value_poison();
}
