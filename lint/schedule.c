/* Lints about schedules: rate(...), cron(...) and at(...) of EventBridge and its kin, and the five
 * fields of cron that Auto Scaling takes.
 *
 * "Schedule types in EventBridge Scheduler" in its User Guide: cron(minutes hours day-of-month
 * month day-of-week year), where one of the two days is "?".
 */
#include "lint/internal.h"
#include "lint/timezone.h"

struct field {
    const char *name;
    int least, most;
    const char *words; /* names for least and on, with blanks between; or NULL */
};

static const struct field minute = {"minute", 0, 59, NULL}, hour = {"hour", 0, 23, NULL},
                          day = {"day of the month", 1, 31, NULL},
                          month = {"month", 1, 12,
                                   "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
                          weekday = {"day of the week", 1, 7, "SUN MON TUE WED THU FRI SAT"},
                          unix_weekday = {"day of the week", 0, 7, "SUN MON TUE WED THU FRI SAT"},
                          year = {"year", 1970, 2199, NULL};

enum { FIELDS = 6, LATEST_YEARS = 230 };

/* Which numbers a field holds, from least on. */
struct set {
    bool has[LATEST_YEARS];
    bool is_any;     /* "*", "?" */
    bool is_special; /* L, W, #: not looked into */
};

static struct text take_until(struct text *left, char end) {
    const char *at = memchr(left->bytes, end, left->length);
    struct text taken = {left->bytes, at ? (size_t)(at - left->bytes) : left->length};
    size_t skip = at ? taken.length + 1 : taken.length;
    *left = (struct text){left->bytes + skip, left->length - skip};
    return taken;
}

/* A number or a name of the field; -1 for neither. */
static int read_one(const struct field *field, struct text text) {
    int number = 0;
    if (!text.length || text.length > 4) return -1;
    if (field->words && text.length == 3) {
        char upper[4] = {0};
        for (int i = 0; i < 3; i++)
            upper[i] = (char)(text.bytes[i] & ~0x20);
        const char *at = strstr(field->words, upper);
        if (at && (at - field->words) % 4 == 0) return field->least + (int)(at - field->words) / 4;
    }
    for (size_t i = 0; i < text.length; i++) {
        if (!ascii_is_digit(text.bytes[i])) return -1;
        number = number * 10 + (text.bytes[i] - '0');
    }
    return number < field->least || number > field->most ? -1 : number;
}

/* "5", "1-5", "*", and steps of them; false where it is none. */
static bool read_part(const struct field *field, struct text part, struct set *set) {
    bool has_step = memchr(part.bytes, '/', part.length) != NULL;
    struct text range = take_until(&part, '/');
    int step = 1, first = field->least, last = field->most;
    if (has_step) {
        const struct field any = {"step", 1, 9999, NULL};
        step = read_one(&any, part);
        if (step < 1) return false;
    }
    if (!text_is(range, "*")) {
        bool has_end = memchr(range.bytes, '-', range.length) != NULL;
        struct text from = take_until(&range, '-');
        first = read_one(field, from);
        last = has_end ? read_one(field, range) : has_step ? field->most : first;
        if (first < 0 || last < 0) return false;
    }
    if (last < first) return field->words != NULL; /* FRI-MON goes around; not looked into */
    for (int i = first; i <= last; i += step)
        set->has[i - field->least] = true;
    return true;
}

/* "L", "5L", "L-3", "15W", "LW", "2#1"; false also where its numbers are none of the field. */
static bool is_special(const struct field *field, struct text text) {
    const struct field nth = {"week", 1, 5, NULL};
    if (field != &day && field != &weekday && field != &unix_weekday) return false;
    if (text_is(text, "L") ||
        (field == &day && (text_is(text, "LW") || text_starts(text, TEXT("L-"))))) {
        return true;
    }
    if (field != &day && memchr(text.bytes, '#', text.length)) {
        struct text which = take_until(&text, '#');
        return read_one(field, which) >= 0 && read_one(&nth, text) >= 0;
    }
    char last = text.length ? text.bytes[text.length - 1] : '\0';
    return last == (field == &day ? 'W' : 'L') &&
           read_one(field, (struct text){text.bytes, text.length - 1}) >= 0;
}

static bool read_field(const struct field *field, struct text text, struct set *set) {
    bool may_skip = field == &day || field == &weekday;
    *set = (struct set){0};
    if (!text.length) return false;
    if (text_is(text, "*") || (may_skip && text_is(text, "?"))) {
        set->is_any = true;
        return true;
    }
    if (is_special(field, text)) {
        set->is_special = true;
        return true;
    }
    bool ends = text.bytes[text.length - 1] != ',';
    while (text.length) {
        if (!read_part(field, take_until(&text, ','), set)) return false;
    }
    return ends;
}

static uint32_t split_fields(struct text text, struct text fields[FIELDS + 2]) {
    uint32_t count = 0;
    while (text.length && count <= FIELDS + 1) {
        struct text word = take_until(&text, ' ');
        if (word.length) fields[count++] = word;
    }
    return count;
}

/* ---- what never comes ---- */

static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}; /* of months */

static bool has_no_day(const struct set *days, const struct set *months) {
    if (days->is_any || days->is_special) return false;
    for (int m = 0; m < 12; m++) {
        if (!months->is_any && !months->has[m]) continue;
        for (int d = 0; d < longest[m]; d++) {
            if (days->has[d]) return false;
        }
    }
    return true;
}

static int this_year(void) {
    const struct field any = {"year", 0, 9999, NULL};
    struct text date = schema_date();
    return read_one(&any, (struct text){date.bytes, 4});
}

static bool is_over(const struct set *years) {
    if (years->is_any) return false;
    for (int y = this_year() - year.least; y < LATEST_YEARS; y++) {
        if (y >= 0 && years->has[y]) return false;
    }
    return true;
}

/* ---- the forms ---- */

enum reading { READING_FORM, READING_NEVER }; /* which of the two lints looks */

static void refuse_field(const struct look *look, struct item item, const struct field *field,
                         struct text text) {
    if (field->words) {
        warn(look, item, "\"%.*s\" is no %s: %d to %d, or %.3s to %s", TEXT_ARGS(text), field->name,
             field->least, field->most, field->words, field->words + strlen(field->words) - 3);
    } else {
        warn(look, item, "\"%.*s\" is no %s: %d to %d", TEXT_ARGS(text), field->name, field->least,
             field->most);
    }
}

static void check_cron(const struct look *look, struct item item, struct text text,
                       enum reading reading) {
    static const struct field *const fields[FIELDS] = {&minute, &hour,    &day,
                                                       &month,  &weekday, &year};
    struct text words[FIELDS + 2];
    struct set sets[FIELDS];
    uint32_t count = split_fields(text, words);
    bool is_form = reading == READING_FORM;
    if (count != FIELDS) {
        if (!is_form) return;
        struct diagnostic *d = warn(look, item, "cron(...) has six fields, and this has %u", count);
        warn_hint(look, d,
                  "They are minutes, hours, day of the month, month, day of the week and year: "
                  "cron(0 8 ? * MON-FRI *).");
        return;
    }
    for (int i = 0; i < FIELDS; i++) {
        if (read_field(fields[i], words[i], &sets[i])) continue;
        if (is_form) refuse_field(look, item, fields[i], words[i]);
        return;
    }
    if (is_form && text_is(words[2], "?") == text_is(words[4], "?")) {
        struct diagnostic *d =
            warn(look, item, "one of the two days of cron(...) is \"?\", and the other not");
        warn_hint(look, d,
                  "Write cron(0 8 * * ? *) for each day, cron(0 8 ? * MON *) for Mondays.");
    } else if (!is_form && has_no_day(&sets[2], &sets[3])) {
        warn(look, item, "no month has that day, so the schedule never comes");
    } else if (!is_form && is_over(&sets[5])) {
        warn(look, item, "these years are over, so the schedule never comes");
    }
}

static void check_rate(const struct look *look, struct item item, struct text text) {
    static const char *const units[] = {"minute", "hour", "day"};
    struct text number = take_until(&text, ' ');
    const struct field any = {"number", 1, 9999, NULL};
    int count = read_one(&any, number);
    for (size_t i = 0; i < 3 && count > 0; i++) {
        struct text one = text_of(units[i]);
        bool is_plural = text.length == one.length + 1 && text.bytes[one.length] == 's';
        if (!text_starts(text, one) || (text.length != one.length && !is_plural)) continue;
        bool is_lax = resource_is(look->resource, "AWS::Scheduler::Schedule");
        if (is_plural == (count != 1) || is_lax) return;
        struct diagnostic *d = warn(
            look, item, "rate(...) has \"%s\" with 1, and \"%ss\" with others", units[i], units[i]);
        warn_hint(look, d, "Write rate(%d %s%s).", count, units[i], count == 1 ? "" : "s");
        return;
    }
    struct diagnostic *d = warn(look, item, "rate(...) has a number and minutes, hours or days");
    warn_hint(look, d, "Write rate(5 minutes), rate(1 hour) or rate(7 days).");
}

static int digits(struct text text, size_t at, size_t count) {
    const struct field any = {"number", 0, 9999, NULL};
    return read_one(&any, (struct text){text.bytes + at, count});
}

/* 2030-01-31T08:00:00 */
static bool is_time(struct text text) {
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    bool fits = text.length == sizeof form - 1;
    for (size_t i = 0; fits && i < text.length; i++) {
        bool is_digit = ascii_is_digit(text.bytes[i]);
        fits = form[i] == 'd' ? is_digit : text.bytes[i] == form[i];
    }
    if (!fits) return false;
    int m = digits(text, 5, 2), d = digits(text, 8, 2);
    return m >= 1 && m <= 12 && d >= 1 && d <= longest[m - 1] && digits(text, 11, 2) <= 23 &&
           digits(text, 14, 2) <= 59 && digits(text, 17, 2) <= 59;
}

static void check_at(const struct look *look, struct item item, struct text text,
                     enum reading reading) {
    if (!is_time(text)) {
        if (reading == READING_FORM)
            warn(look, item, "at(...) has a time such as 2030-01-31T08:00:00");
    } else if (reading == READING_NEVER &&
               text_compare((struct text){text.bytes, 10}, schema_date()) < 0) {
        warn(look, item, "that day is over, so the schedule never comes");
    }
}

/* What stands in the brackets behind the word; false where it is another word. */
static bool inside(struct text text, const char *word, struct text *inner) {
    size_t length = strlen(word);
    if (!text_starts(text, text_of(word)) || text.length < length + 2 ||
        text.bytes[length] != '(' || text.bytes[text.length - 1] != ')') {
        return false;
    }
    *inner = (struct text){text.bytes + length + 1, text.length - length - 2};
    return true;
}

static void check_expression(const struct look *look, struct item item, enum reading reading) {
    struct text text, inner;
    if (!item_text(item, &text)) return;
    if (reading == READING_FORM && look_is_told(look, item)) return;
    if (inside(text, "cron", &inner)) {
        check_cron(look, item, inner, reading);
    } else if (reading == READING_FORM && inside(text, "rate", &inner)) {
        check_rate(look, item, inner);
    } else if (inside(text, "at", &inner)) {
        check_at(look, item, inner, reading);
    } else if (reading == READING_FORM) {
        struct diagnostic *d = warn(look, item, "\"%.*s\" is no schedule", TEXT_ARGS(text));
        warn_hint(look, d, "Write rate(5 minutes) or cron(0 8 ? * MON-FRI *).");
    }
}

/* Glue knows cron(...) alone. */
static void check_glue(const struct look *look, struct item item, enum reading reading) {
    struct text text, inner;
    if (!item_text(item, &text)) return;
    if (inside(text, "cron", &inner)) {
        check_cron(look, item, inner, reading);
    } else if (reading == READING_FORM) {
        struct diagnostic *d =
            warn(look, item, "\"%.*s\" is no schedule that Glue takes", TEXT_ARGS(text));
        warn_hint(look, d, "Write cron(0 8 ? * MON-FRI *).");
    }
}

/* The five fields of Auto Scaling: minutes, hours, day, month, day of the week. */
static void check_recurrence(const struct look *look, struct item item) {
    static const struct field *const fields[] = {&minute, &hour, &day, &month, &unix_weekday};
    struct text text, words[FIELDS + 2];
    struct set set;
    if (!item_text(item, &text)) return;
    uint32_t count = split_fields(text, words);
    if (count != 5) {
        struct diagnostic *d =
            warn(look, item, "a recurrence has five fields, and this has %u", count);
        warn_hint(look, d,
                  "They are minutes, hours, day of the month, month and day of the week: \"0 8 * * "
                  "1-5\".");
        return;
    }
    for (int i = 0; i < 5; i++) {
        if (!read_field(fields[i], words[i], &set)) {
            refuse_field(look, item, fields[i], words[i]);
            return;
        }
    }
}

/* Systems Manager knows a field more, the seconds, which stands before the others and may miss. */
static void check_manager(const struct look *look, struct item item, enum reading reading) {
    struct text text, inner, words[FIELDS + 2];
    if (!item_text(item, &text)) return;
    if (inside(text, "cron", &inner) && split_fields(inner, words) == FIELDS + 1) {
        size_t skipped = (size_t)(words[1].bytes - inner.bytes);
        check_cron(look, item, (struct text){words[1].bytes, inner.length - skipped}, reading);
    } else {
        check_expression(look, item, reading);
    }
}

/* Names of time zones: the list, and what a program may have that is newer than it. */
static void check_timezone(const struct look *look) {
    struct item item = item_get(look, "ScheduleExpressionTimezone");
    struct text zone, near;
    if (!item_text(item, &zone) || timezone_known(zone)) return;
    near = timezone_near(zone);
    if (!near.length && memchr(zone.bytes, '/', zone.length)) return;
    struct diagnostic *d = warn(look, item, "there is no time zone \"%.*s\"", TEXT_ARGS(zone));
    if (near.length) {
        warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
    } else {
        warn_hint(look, d, "Write a name such as \"Europe/Berlin\", or \"UTC\".");
    }
}

static void check_window(const struct look *look) {
    struct item mode = item_get(look, "FlexibleTimeWindow.Mode"),
                most = item_get(look, "FlexibleTimeWindow.MaximumWindowInMinutes");
    if (item_is(mode, "FLEXIBLE") && item_is_absent(most)) {
        struct diagnostic *d =
            warn(look, mode, "a flexible window has a length, and this has none");
        warn_hint(look, d, "Write MaximumWindowInMinutes = 15.");
    } else if (item_is(mode, "OFF") && !item_is_absent(most)) {
        warn(look, most, "the window is off, and has a length");
    }
}

static void check_all(const struct look *look, enum reading reading) {
    const struct resource *resource = look->resource;
    if (resource_is(resource, "AWS::AutoScaling::ScheduledAction")) {
        if (reading == READING_FORM) check_recurrence(look, item_get(look, "Recurrence"));
    } else if (resource_is(resource, "AWS::Backup::BackupPlan")) {
        struct item rules = item_get(look, "BackupPlan.BackupPlanRule");
        for (uint32_t i = 0; i < item_count(rules); i++) {
            check_expression(look, item_in(look, item_at(look, rules, i), "ScheduleExpression"),
                             reading);
        }
    } else if (resource_is(resource, "AWS::ApplicationAutoScaling::ScalableTarget")) {
        struct item actions = item_get(look, "ScheduledActions");
        for (uint32_t i = 0; i < item_count(actions); i++) {
            check_expression(look, item_in(look, item_at(look, actions, i), "Schedule"), reading);
        }
    } else if (resource_is(resource, "AWS::Glue::Trigger")) {
        check_glue(look, item_get(look, "Schedule"), reading);
    } else if (resource_is(resource, "AWS::Glue::Crawler")) {
        check_glue(look, item_get(look, "Schedule.ScheduleExpression"), reading);
    } else if (resource_is(resource, "AWS::SSM::MaintenanceWindow")) {
        check_manager(look, item_get(look, "Schedule"), reading);
    } else if (resource_is(resource, "AWS::SSM::Association")) {
        check_manager(look, item_get(look, "ScheduleExpression"), reading);
    } else {
        check_expression(look, item_get(look, "ScheduleExpression"), reading);
    }
}

void lint_schedule_form(const struct look *look) {
    check_all(look, READING_FORM);
    check_timezone(look);
    check_window(look);
}

void lint_schedule_never(const struct look *look) {
    check_all(look, READING_NEVER);
}
