/* Lints about logs and alarms: what is kept too long, and what never rings. */
#include "lint/internal.h"
#include "lint/metric.h"

void lint_log_retention(const struct look *look) {
    struct item days = item_get(look, "RetentionInDays");
    if (!item_is_absent(days) || look_in_library(look))
        return; /* there it is said to be meant so */
    struct diagnostic *d = warn(look, item_self(look), "the logs are kept, and paid for, for ever");
    warn_hint(look, d, "Write RetentionInDays = 30, or how long they are needed.");
}

/* ---- what an alarm compares ---- */

struct alarm {
    struct text space, name, statistic, comparison;
    double threshold;
    struct item space_item, name_item, threshold_item, comparison_item;
    bool has_threshold;
};

static bool read_alarm(const struct look *look, struct alarm *alarm) {
    alarm->space_item = item_get(look, "Namespace");
    alarm->name_item = item_get(look, "MetricName");
    alarm->threshold_item = item_get(look, "Threshold");
    alarm->comparison_item = item_get(look, "ComparisonOperator");
    alarm->has_threshold = item_number(alarm->threshold_item, &alarm->threshold);
    alarm->statistic = TEXT("");
    item_text(item_get(look, "Statistic"), &alarm->statistic);
    return item_text(alarm->space_item, &alarm->space) &&
           item_text(alarm->name_item, &alarm->name) &&
           item_text(alarm->comparison_item, &alarm->comparison);
}

static bool rings_above(const struct alarm *alarm) {
    return is_word("GreaterThanThreshold GreaterThanOrEqualToThreshold", alarm->comparison);
}

static bool rings_below(const struct alarm *alarm) {
    return is_word("LessThanThreshold LessThanOrEqualToThreshold", alarm->comparison);
}

/* Whether a value of the metric may lie on the side where the alarm rings, and on the other. */
static void check_bounds(const struct look *look, const struct alarm *alarm, double low,
                         double high, const char *what) {
    bool is_strict = text_is(alarm->comparison, "GreaterThanThreshold") ||
                     text_is(alarm->comparison, "LessThanThreshold");
    double t = alarm->threshold;
    bool never = false, always = false;
    if (rings_above(alarm)) {
        never = t > high || (is_strict && t >= high);
        always = t < low || (!is_strict && t <= low);
    } else if (rings_below(alarm)) {
        never = t < low || (is_strict && t <= low);
        always = t > high || (!is_strict && t >= high);
    }
    if (!never && !always) return;
    struct diagnostic *d =
        warn(look, alarm->threshold_item, "the alarm %s: \"%.*s\" is %s",
             never ? "never rings" : "rings all the time", TEXT_ARGS(alarm->name), what);
    warn_note(look, d, alarm->comparison_item, "it is compared here");
}

void lint_alarm_threshold(const struct look *look) {
    struct alarm alarm;
    if (!read_alarm(look, &alarm) || !alarm.has_threshold) return;
    const struct metric *metric = metric_find(alarm.space, alarm.name);
    if (!metric) return;
    bool is_count = is_word("SampleCount Sum", alarm.statistic);
    if (metric->traits & METRIC_PERCENT && is_count) return; /* a sum of percentages */
    if (metric->traits & METRIC_PERCENT) {
        check_bounds(look, &alarm, 0, 100, "a percentage");
    } else if (metric->traits & METRIC_POSITIVE) {
        check_bounds(look, &alarm, 0, __builtin_inf(), "never below 0");
    }
}

void lint_alarm_statistic(const struct look *look) {
    struct alarm alarm;
    if (!read_alarm(look, &alarm) || !alarm.statistic.length) return;
    const struct metric *metric = metric_find(alarm.space, alarm.name);
    if (!metric || !(metric->traits & METRIC_EVENT)) return;
    if (is_word("Sum SampleCount", alarm.statistic)) return;
    struct diagnostic *d =
        warn(look, item_get(look, "Statistic"), "every sample of \"%.*s\" is 1, and so is its %.*s",
             TEXT_ARGS(alarm.name), TEXT_ARGS(alarm.statistic));
    warn_hint(look, d, "Write Statistic = \"Sum\".");
}

void lint_alarm_missing_data(const struct look *look) {
    struct alarm alarm;
    struct text treatment;
    struct item item = item_get(look, "TreatMissingData");
    if (!read_alarm(look, &alarm) || !rings_below(&alarm)) return;
    const struct metric *metric = metric_find(alarm.space, alarm.name);
    if (!metric || !(metric->traits & METRIC_ACTIVITY)) return;
    if (!item_is_absent(item) && (!item_text(item, &treatment) || text_is(treatment, "breaching")))
        return;
    struct diagnostic *d =
        warn(look, item_is_absent(item) ? alarm.name_item : item,
             "where nothing happens, \"%.*s\" is not sent, and the alarm does not ring",
             TEXT_ARGS(alarm.name));
    warn_hint(look, d, "Write TreatMissingData = \"breaching\".");
}

void lint_alarm_metric(const struct look *look) {
    struct alarm alarm;
    if (!read_alarm(look, &alarm) || metric_find(alarm.space, alarm.name)) return;
    struct text near = metric_suggest(alarm.space, alarm.name);
    if (!near.length) return; /* one that the list does not have */
    struct diagnostic *d = warn(look, alarm.name_item, "%.*s has no metric \"%.*s\"",
                                TEXT_ARGS(alarm.space), TEXT_ARGS(alarm.name));
    warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
}

/* ---- dimensions ---- */

static struct text needed_of(const char *dimensions) {
    struct text all = text_of(dimensions);
    const char *bar = strchr(dimensions, '|');
    return bar ? (struct text){dimensions, (size_t)(bar - dimensions)} : all;
}

static bool is_among(struct arena *arena, struct text words, struct text word) {
    return is_word(text_copy(arena, words).bytes, word);
}

void lint_alarm_dimension(const struct look *look) {
    struct alarm alarm;
    struct item list = item_get(look, "Dimensions");
    if (!read_alarm(look, &alarm) || !metric_find(alarm.space, alarm.name)) return;
    const char *dimensions = metric_dimensions(alarm.space);
    if (!dimensions || !(item_is_absent(list) || item_is_list(list))) return;
    struct text needed = needed_of(dimensions), name;
    bool is_given = false;
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item item = item_in(look, item_at(look, list, i), "Name");
        if (!item_text(item, &name)) return;
        is_given |= is_among(look_arena(look), needed, name);
        if (is_word(dimensions, name)) continue;
        struct diagnostic *d = warn(look, item, "metrics of %.*s have no dimension \"%.*s\"",
                                    TEXT_ARGS(alarm.space), TEXT_ARGS(name));
        warn_hint(look, d, "They have %s.", dimensions);
        return;
    }
    if (is_given) return;
    struct diagnostic *d =
        warn(look, item_is_absent(list) ? alarm.name_item : list,
             "without a dimension, nothing is sent as \"%.*s\", and the alarm never rings",
             TEXT_ARGS(alarm.name));
    const char *end = memchr(needed.bytes, ' ', needed.length);
    warn_hint(look, d, "Write Dimensions = [{ Name = \"%.*s\", Value = ... }].",
              (int)(end ? end - needed.bytes : (ptrdiff_t)needed.length), needed.bytes);
}

/* ---- how long and how often ---- */

void lint_alarm_window(const struct look *look) {
    enum { HOUR = 3600, DAY = 24 * HOUR, WEEK = 7 * DAY };
    struct item period_item = item_get(look, "Period");
    struct item count_item = item_get(look, "EvaluationPeriods");
    struct item points_item = item_get(look, "DatapointsToAlarm");
    int64_t period, count, points;
    bool has_count = item_integer(count_item, &count);
    if (has_count && item_integer(points_item, &points) && points > count) {
        warn(look, points_item, "%lld points of %lld are to be over the threshold",
             (long long)points, (long long)count);
    }
    if (!item_integer(period_item, &period)) return;
    if (period != 10 && period != 20 && period != 30 && (period <= 0 || period % 60)) {
        warn(look, period_item,
             "a period has 10, 20, 30 or a multiple of 60 seconds, and this %lld",
             (long long)period);
        return;
    }
    int64_t most = period >= HOUR ? WEEK : DAY;
    if (!has_count || count <= most / period) return;
    warn(look, count_item, "an alarm looks back for a %s at most, and this for %lld seconds",
         most == WEEK ? "week" : "day", (long long)count * (long long)period);
}

struct mention {
    struct text name;
    bool is_found;
};

static void find_mention(const struct look *look, struct item item, void *context) {
    struct mention *mention = context;
    struct text text;
    if (!item_rough_text(look, item, "", &text)) return;
    mention->is_found |=
        memmem(text.bytes, text.length, mention->name.bytes, mention->name.length) != NULL;
}

/* Whether something that asks alarms names this one. */
static bool is_named(const struct look *look) {
    static const char *const types[] = {
        "AWS::CloudWatch::CompositeAlarm",  "AWS::CodePipeline::Pipeline",
        "AWS::CodeDeploy::DeploymentGroup", "AWS::ECS::Service",
        "AWS::AppConfig::Environment",      "AWS::Synthetics::Canary"};
    struct mention mention = {0};
    if (!item_text(item_get(look, "AlarmName"), &mention.name) || !mention.name.length)
        return false;
    for (size_t t = 0; t < sizeof types / sizeof *types && !mention.is_found; t++) {
        struct group group = look_all(look, types[t]);
        for (uint32_t i = 0; i < group.count && !mention.is_found; i++) {
            struct item whole = item_of_resource(group.resources[i]);
            whole.value = whole.raw = value_record(group.resources[i]->properties);
            item_walk(look, whole, find_mention, &mention);
        }
    }
    return mention.is_found;
}

void lint_alarm_actions(const struct look *look) {
    struct item list = item_get(look, "AlarmActions"), enabled = item_get(look, "ActionsEnabled");
    bool is_empty = item_is_absent(list) || (item_is_list(list) && !item_count(list));
    if (item_is_false(enabled)) {
        warn(look, enabled, "nobody hears the alarm: its actions are turned off");
    } else if (is_empty && !look_is_used(look) && !is_named(look)) {
        struct diagnostic *d =
            warn(look, item_self(look), "nobody hears the alarm: it has no actions");
        warn_hint(look, d, "Write AlarmActions = [topic].");
    }
}
