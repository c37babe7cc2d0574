/* Lints about alarms on several metrics and on calculations with them. */
#include "lint/internal.h"

enum { MOST_QUERIES = 100 };

/* The ids of all queries; false where not all of them are known. */
static bool read_ids(const struct look *look, struct item queries, struct text *ids) {
    if (item_count(queries) > MOST_QUERIES) return false;
    for (uint32_t i = 0; i < item_count(queries); i++) {
        if (!item_text(item_in(look, item_at(look, queries, i), "Id"), &ids[i])) return false;
    }
    return item_count(queries) > 0;
}

static void check_twice(const struct look *look, struct item queries, const struct text *ids) {
    for (uint32_t i = 1; i < item_count(queries); i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (!text_equal(ids[i], ids[k])) continue;
            struct item id = item_in(look, item_at(look, queries, i), "Id");
            struct diagnostic *d =
                warn(look, id, "two metrics have the id \"%.*s\"", TEXT_ARGS(ids[i]));
            warn_note(look, d, item_in(look, item_at(look, queries, k), "Id"),
                      "the other stands here");
            return;
        }
    }
}

/* The next id that an expression reads: a word that begins with a small letter, stands in no
 * quotes and calls no function. */
static bool next_id(struct text expression, size_t *at, struct text *id) {
    char quote = 0;
    while (*at < expression.length) {
        char c = expression.bytes[*at];
        size_t start = (*at)++;
        if (quote || c == '"' || c == '\'') {
            quote = quote == c ? 0 : quote ? quote : c;
            continue;
        }
        if (!ascii_is_word(c)) continue;
        while (*at < expression.length && ascii_is_word(expression.bytes[*at]))
            (*at)++;
        *id = (struct text){expression.bytes + start, *at - start};
        bool is_call = *at < expression.length && expression.bytes[*at] == '(';
        if (ascii_is_lower(c) && !is_call && !is_word("true false", *id)) return true;
    }
    return false;
}

static void check_expression(const struct look *look, struct item query, const struct text *ids,
                             uint32_t count) {
    struct item item = item_in(look, query, "Expression");
    struct text expression, id;
    size_t at = 0;
    if (!item_text(item, &expression) || text_starts(expression, TEXT("SELECT"))) return;
    while (next_id(expression, &at, &id)) {
        struct suggestion near;
        bool is_known = false;
        suggestion_init(&near, id);
        for (uint32_t i = 0; i < count; i++) {
            is_known |= text_equal(id, ids[i]);
            suggestion_offer(&near, ids[i]);
        }
        if (is_known) continue;
        struct diagnostic *d = warn(
            look, item, "the expression reads \"%.*s\", which no metric is called", TEXT_ARGS(id));
        if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
        return;
    }
}

static void check_returned(const struct look *look, struct item queries) {
    uint32_t returned = 0;
    for (uint32_t i = 0; i < item_count(queries); i++) {
        struct item flag = item_in(look, item_at(look, queries, i), "ReturnData");
        if (!item_is_absent(flag) && !item_is_true(flag) && !item_is_false(flag)) return;
        returned += !item_is_false(flag);
    }
    if (returned == 1) return;
    struct diagnostic *d =
        warn(look, queries, "an alarm compares one of its metrics, and this %u", returned);
    warn_hint(look, d, "Write ReturnData = false in all others.");
}

/* "PutMetricAlarm" in the CloudWatch API Reference. */
void lint_alarm_queries(const struct look *look) {
    struct item queries = item_get(look, "Metrics");
    struct text ids[MOST_QUERIES];
    uint32_t count = item_count(queries);
    if (!read_ids(look, queries, ids)) return;
    check_twice(look, queries, ids);
    for (uint32_t i = 0; i < count; i++)
        check_expression(look, item_at(look, queries, i), ids, count);
    if (item_is_absent(item_get(look, "ThresholdMetricId"))) check_returned(look, queries);
}
