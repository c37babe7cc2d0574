/* Times as AWS writes them. The calendar is the proleptic Gregorian one, in UTC, without leap
 * seconds. */
#include "runtime/aws/when.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Days since 1970-01-01. March begins the year, so that the leap day is its last. */
static long days_from_civil(long year, unsigned month, unsigned day) {
    year -= month <= 2;
    long era = (year >= 0 ? year : year - 399) / 400;
    unsigned of_era = (unsigned)(year - era * 400);
    unsigned of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    return era * 146097 + (long)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

static bool take_digits(struct text *text, unsigned count, unsigned *number) {
    if (text->length < count) return false;
    *number = 0;
    for (unsigned i = 0; i < count; i++) {
        char c = text->bytes[i];
        if (!ascii_is_digit(c)) return false;
        *number = *number * 10 + (unsigned)(c - '0');
    }
    *text = (struct text){text->bytes + count, text->length - count};
    return true;
}

static bool take_char(struct text *text, const char *of) {
    if (!text->length || !strchr(of, text->bytes[0]) || !text->bytes[0]) return false;
    *text = (struct text){text->bytes + 1, text->length - 1};
    return true;
}

static bool take_fraction(struct text *text, double *fraction) {
    unsigned digit;
    *fraction = 0;
    if (!take_char(text, ".")) return true;
    if (!text->length) return false;
    for (double unit = 0.1; take_digits(text, 1, &digit); unit /= 10) *fraction += digit * unit;
    return true;
}

static bool take_clock(struct text *text, double *seconds) {
    unsigned hour, minute, second;
    double fraction;
    if (!take_digits(text, 2, &hour) || !take_char(text, ":") || !take_digits(text, 2, &minute) ||
        !take_char(text, ":") || !take_digits(text, 2, &second) ||
        !take_fraction(text, &fraction)) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 60) return false;
    *seconds = hour * 3600.0 + minute * 60.0 + second + fraction;
    return true;
}

static bool take_zone(struct text *text, double *seconds) {
    unsigned hours, minutes;
    if (take_char(text, "zZ")) return true;
    if (text_is(*text, "UTC")) { /* older files of SSO */
        text->length = 0;
        return true;
    }
    bool is_east = text->length && text->bytes[0] == '+';
    if (!take_char(text, "+-") || !take_digits(text, 2, &hours)) return false;
    take_char(text, ":");
    if (!take_digits(text, 2, &minutes)) return false;
    *seconds -= (is_east ? 1 : -1) * (hours * 3600.0 + minutes * 60.0);
    return true;
}

bool when_rfc3339(struct text text, double *seconds) {
    unsigned year, month, day;
    if (!take_digits(&text, 4, &year) || !take_char(&text, "-") ||
        !take_digits(&text, 2, &month) || !take_char(&text, "-") || !take_digits(&text, 2, &day) ||
        !take_char(&text, "tT ") || month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }
    double clock;
    if (!take_clock(&text, &clock) || !take_zone(&text, &clock) || text.length) return false;
    *seconds = (double)days_from_civil(year, month, day) * 86400 + clock;
    return true;
}

bool when_http(struct text text, double *seconds) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned year, day, month = 0;
    double clock;
    const char *comma = text.length ? memchr(text.bytes, ',', text.length) : NULL;
    if (!comma) return false;
    size_t skip = (size_t)(comma - text.bytes) + 1;
    text = (struct text){text.bytes + skip, text.length - skip};
    while (take_char(&text, " ")) {}
    if (!take_digits(&text, 2, &day) || !take_char(&text, " -") || text.length < 3) return false;
    while (month < 12 && memcmp(months + (size_t)month * 3, text.bytes, 3) != 0) month++;
    text = (struct text){text.bytes + 3, text.length - 3};
    if (month == 12 || !take_char(&text, " -") || !take_digits(&text, 4, &year) ||
        !take_char(&text, " ") || !take_clock(&text, &clock) || day < 1 || day > 31) {
        return false;
    }
    *seconds = (double)days_from_civil(year, month + 1, day) * 86400 + clock;
    return true;
}

bool when_number(struct text text, double *seconds) {
    char room[40], *end;
    if (!text.length || text.length >= sizeof room) return false;
    memcpy(room, text.bytes, text.length);
    room[text.length] = '\0';
    double number = strtod(room, &end);
    if (*end || !isfinite(number)) return false;
    *seconds = number;
    return true;
}

bool when_any(struct text text, double *seconds) {
    return when_rfc3339(text, seconds) || when_http(text, seconds) || when_number(text, seconds);
}

/* Times beyond the year 9999 or before 1970 do not come from AWS: they are brought to that end. */
static struct tm civil(double seconds) {
    struct tm parts;
    if (!(seconds >= 0)) seconds = 0;
    if (seconds > 253402300799.0) seconds = 253402300799.0;
    time_t whole = (time_t)seconds;
    gmtime_r(&whole, &parts);
    return parts;
}

void when_stamp(double seconds, char stamp[17]) {
    struct tm parts = civil(seconds);
    strftime(stamp, 17, "%Y%m%dT%H%M%SZ", &parts);
}

void when_format(double seconds, char text[32]) {
    struct tm parts = civil(seconds);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

void when_format_http(double seconds, char text[40]) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm parts = civil(seconds);
    char clock[16];
    strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    snprintf(text, 40, "%s, %02d %s %04d %s GMT", days[parts.tm_wday], parts.tm_mday % 100,
             months[parts.tm_mon], (parts.tm_year + 1900) % 10000, clock);
}
