/* Lints about alarms: those that never ring, ring when all is well, or are heard by nobody. */
#include "lint/internal.h"
#include "lint/metric.h"

#include <stdlib.h>

/* ---- what an alarm compares ---- */

struct alarm {
    struct text space, name, statistic, comparison;
    double threshold;
    struct item space_item, name_item, statistic_item, threshold_item, comparison_item;
    bool has_threshold;
};

/* Of several metrics the one that the alarm compares, where it is no expression. */
static struct item compared_metric(const struct look *look) {
    struct item metrics = item_get(look, "Metrics"), found = {0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < item_count(metrics); i++) {
        struct item query = item_at(look, metrics, i);
        if (item_is_false(item_in(look, query, "ReturnData"))) continue;
        found = item_in(look, query, "MetricStat");
        count++;
    }
    return count == 1 ? found : (struct item){.value = value_null(), .node = metrics.node};
}

static bool read_alarm(const struct look *look, struct alarm *alarm) {
    alarm->space_item = item_get(look, "Namespace");
    alarm->name_item = item_get(look, "MetricName");
    alarm->statistic_item = item_get(look, "Statistic");
    if (item_is_absent(alarm->name_item)) {
        struct item metric = compared_metric(look);
        alarm->space_item = item_in(look, metric, "Metric.Namespace");
        alarm->name_item = item_in(look, metric, "Metric.MetricName");
        alarm->statistic_item = item_in(look, metric, "Stat");
    }
    alarm->threshold_item = item_get(look, "Threshold");
    alarm->comparison_item = item_get(look, "ComparisonOperator");
    alarm->has_threshold = item_number(alarm->threshold_item, &alarm->threshold);
    alarm->statistic = TEXT("");
    item_text(alarm->statistic_item, &alarm->statistic);
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
    } else if (metric->traits & METRIC_SHARE && !is_count && alarm.statistic.length) {
        check_bounds(look, &alarm, 0, 1, "0 or 1 in each sample");
    } else if (metric->traits & METRIC_POSITIVE) {
        check_bounds(look, &alarm, 0, __builtin_inf(), "never below 0");
    }
}

void lint_alarm_statistic(const struct look *look) {
    struct alarm alarm;
    if (!read_alarm(look, &alarm) || !alarm.statistic.length) return;
    const struct metric *metric = metric_find(alarm.space, alarm.name);
    if (!metric || !(metric->traits & METRIC_EVENT)) return;
    if (!is_word("Average Maximum Minimum", alarm.statistic)) return;
    struct diagnostic *d =
        warn(look, alarm.statistic_item, "every sample of \"%.*s\" is 1, and so is its %.*s",
             TEXT_ARGS(alarm.name), TEXT_ARGS(alarm.statistic));
    warn_hint(look, d, "Write \"Sum\".");
}

/* Whether silence is what the alarm waits for, and does not hear. */
static bool is_deaf(const struct metric *metric, struct item treatment) {
    struct text text;
    bool is_known = item_text(treatment, &text);
    if (is_known && text_is(text, "breaching")) return false;
    if (metric->traits & METRIC_ACTIVITY) return is_known || item_is_absent(treatment);
    return is_known && metric->traits & METRIC_SILENT_ZERO && is_word("notBreaching ignore", text);
}

/* Whether the alarm rings where there is simply nothing to count. Of machines silence is bad. */
static bool cries_wolf(const struct alarm *alarm, const struct metric *metric,
                       struct item treatment) {
    return rings_above(alarm) && item_is(treatment, "breaching") &&
           metric->traits & METRIC_GOOD_LOW && metric->traits & (METRIC_EVENT | METRIC_SHARE) &&
           !text_is(alarm->space, "AWS/EC2");
}

void lint_alarm_missing_data(const struct look *look) {
    struct alarm alarm;
    struct item item = item_get(look, "TreatMissingData");
    if (!read_alarm(look, &alarm)) return;
    const struct metric *metric = metric_find(alarm.space, alarm.name);
    if (!metric) return;
    if (cries_wolf(&alarm, metric, item)) {
        struct diagnostic *d =
            warn(look, item, "where nothing happens, \"%.*s\" is not sent, and the alarm rings",
                 TEXT_ARGS(alarm.name));
        warn_hint(look, d, "Write TreatMissingData = \"notBreaching\".");
        return;
    }
    if (!rings_below(&alarm) || !is_deaf(metric, item)) return;
    bool is_zero = metric->traits & METRIC_SILENT_ZERO;
    struct diagnostic *d =
        warn(look, item_is_absent(item) ? alarm.name_item : item,
             "where %s, \"%.*s\" is not sent, and the alarm does not ring",
             is_zero ? "there is nothing to count" : "nothing happens", TEXT_ARGS(alarm.name));
    warn_hint(look, d, "Write TreatMissingData = \"breaching\".");
}

/* ---- which side is good ---- */

/* One that scales in rings when all is well, and is meant to. */
static bool scales(const struct look *look) {
    struct item actions = item_get(look, "AlarmActions");
    for (uint32_t i = 0; i < item_count(actions); i++) {
        const struct resource *to = item_resource(item_at(look, actions, i));
        if (to && !resource_is(to, "AWS::SNS::Topic")) return true;
    }
    return false;
}

void lint_alarm_direction(const struct look *look) {
    struct alarm alarm;
    if (!read_alarm(look, &alarm)) return;
    const struct metric *metric = metric_find(alarm.space, alarm.name);
    if (!metric || scales(look)) return;
    bool wrong_above = rings_above(&alarm) && metric->traits & METRIC_GOOD_HIGH;
    bool wrong_below = rings_below(&alarm) && metric->traits & METRIC_GOOD_LOW;
    if (!wrong_above && !wrong_below) return;
    struct diagnostic *d = warn(look, alarm.comparison_item,
                                "%.*s is good when it is %s: the alarm rings when all is well",
                                TEXT_ARGS(alarm.name), wrong_above ? "high" : "low");
    warn_hint(look, d, "Write \"%s\".", wrong_above ? "LessThanThreshold" : "GreaterThanThreshold");
}

/* ---- what CloudWatch refuses ---- */

/* "p99.9", "tm90", "TM(10%:90%)", "IQM": "CloudWatch statistics definitions" in its User Guide. */
static bool is_extended(struct text text) {
    static const char *const words[] = {"tm", "wm", "tc", "ts", "p"};
    char copy[64], *end;
    if (is_word("IQM iqm", text)) return true;
    if (memchr(text.bytes, '(', text.length)) return true; /* ranges are not looked into */
    if (text.length >= sizeof copy) return false;
    for (size_t i = 0; i < text.length; i++)
        copy[i] = ascii_lower(text.bytes[i]);
    copy[text.length] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(copy, words[i], length) != 0 || !ascii_is_digit(copy[length])) continue;
        double share = strtod(copy + length, &end);
        return *end == '\0' && share >= 0 && share <= 100;
    }
    return false;
}

void lint_alarm_form(const struct look *look) {
    struct item metric = item_get(look, "MetricName");
    struct item statistic = item_get(look, "Statistic");
    struct item extended = item_get(look, "ExtendedStatistic");
    struct text text;
    if (item_is_absent(item_get(look, "Threshold")) &&
        item_is_absent(item_get(look, "EvaluationCriteria")) &&
        item_is_absent(item_get(look, "ThresholdMetricId"))) {
        struct diagnostic *d =
            warn(look, item_self(look), "an alarm without a threshold is refused");
        warn_hint(look, d, "Write Threshold = ..., which the metric is compared with.");
    }
    if (!item_is_absent(metric) && item_is_absent(item_get(look, "Period"))) {
        struct diagnostic *d =
            warn(look, metric, "an alarm on a metric without a period is refused");
        warn_hint(look, d, "Write Period = 60, or how many seconds are taken together.");
    }
    if (!item_is_absent(metric) && item_is_absent(statistic) && item_is_absent(extended)) {
        struct diagnostic *d =
            warn(look, metric, "an alarm on a metric without a statistic is refused");
        warn_hint(look, d,
                  "Write Statistic = \"Average\", \"Sum\", \"Maximum\", ..., or "
                  "ExtendedStatistic = \"p99\".");
    }
    if (item_text(extended, &text) && !is_extended(text)) {
        struct diagnostic *d =
            warn(look, extended, "\"%.*s\" is no extended statistic", TEXT_ARGS(text));
        warn_hint(look, d, "Write \"p99\", or \"tm90\", \"IQM\" and their kin.");
    }
}

/* ---- how long and how often ---- */

/* Whether it is known and one that CloudWatch takes. */
static bool check_period(const struct look *look, struct item item, int64_t *period) {
    if (!item_integer(item, period)) return false;
    if (*period == 10 || *period == 20 || *period == 30) return true;
    if (*period > 0 && *period % 60 == 0) return true;
    warn(look, item, "a period has 10, 20, 30 or a multiple of 60 seconds, and this %lld",
         (long long)*period);
    return false;
}

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
    struct item metrics = item_get(look, "Metrics");
    for (uint32_t i = 0; i < item_count(metrics); i++) {
        check_period(look, item_in(look, item_at(look, metrics, i), "MetricStat.Period"), &period);
    }
    if (!check_period(look, period_item, &period)) return;
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
            item_walk(look, item_whole(group.resources[i]), find_mention, &mention);
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
