/* Regular expressions: PCRE2's syntax, in UTF-8, `$` at the very end only. Each use pays for its
 * work. */
#include "base/pattern.h"
#include "evaluator/builtins.h"

static bool spend_steps(void *context, uint64_t steps) {
    return call_spend(context, steps);
}

/* A text that is searched with a pattern. */
struct searching {
    struct call *call;
    struct text text;
    struct pattern *pattern;
    struct pattern_budget budget;
    struct pattern_match match;
};

/* The first argument as text, the second as pattern. */
static bool search_init(struct call *call, struct searching *searching) {
    struct text source;
    struct pattern_error error = {.message = ""};
    *searching = (struct searching){.call = call, .budget = {spend_steps, call}};
    if (!argument_text(call, 0, &searching->text) || !argument_text(call, 1, &source) ||
        !spend_bytes(call, source.length)) {
        return false;
    }
    searching->pattern = pattern_get(source, &error);
    if (searching->pattern) return true;
    return fail(call, 1, "the pattern cannot be understood at offset %zu: %s", error.offset,
                error.message);
}

/* Searches from an offset; *found says whether there is a match. */
static bool search(struct searching *searching, size_t from, bool *found) {
    enum pattern_result result = pattern_search(searching->pattern, searching->text, from,
                                                &searching->budget, &searching->match);
    *found = result == PATTERN_YES;
    switch (result) {
    case PATTERN_NO:
    case PATTERN_YES:
        return true;
    case PATTERN_BUDGET:
        return false;
    case PATTERN_LIMIT:
        break;
    }
    call_error_hint(searching->call, 1,
                    "Write it so that it does not try the same characters in "
                    "many ways, as \"(a+)+\" does.",
                    "the pattern takes too long for this text");
    return false;
}

/* Where the next search begins: behind the match, and behind one character more if it was empty. */
static size_t behind_match(const struct searching *searching) {
    size_t end = searching->match.end[0];
    if (end != searching->match.start[0]) return end;
    do {
        end++;
    } while (end < searching->text.length &&
             ((unsigned char)searching->text.bytes[end] & 0xC0) == 0x80);
    return end;
}

static struct value group_value(const struct searching *searching, uint32_t group) {
    size_t start = searching->match.start[group];
    if (start == SIZE_MAX) return value_null();
    return value_text(
        (struct text){searching->text.bytes + start, searching->match.end[group] - start});
}

struct value apply_matches(struct call *call) {
    struct searching searching;
    bool found;
    if (!search_init(call, &searching) || !search(&searching, 0, &found)) return value_poison();
    return value_bool(found);
}

/* The whole and the groups of the last match. */
static struct value match_list(struct searching *searching) {
    struct value *items = make_items(searching->call, searching->match.count);
    if (!items) return value_poison();
    for (uint32_t i = 0; i < searching->match.count; i++)
        items[i] = group_value(searching, i);
    return value_list(items, searching->match.count);
}

struct value apply_match(struct call *call) {
    struct searching searching;
    bool found;
    if (!search_init(call, &searching) || !search(&searching, 0, &found)) return value_poison();
    return found ? match_list(&searching) : value_null();
}

struct capture {
    struct searching *searching;
    struct record *record;
};

static void capture_group(void *context, struct text name, uint32_t group) {
    struct capture *capture = context;
    struct call *call = capture->searching->call;
    record_put(call->arena, capture->record, names_intern(call->names, name),
               group_value(capture->searching, group), NULL);
}

struct value apply_capture(struct call *call) {
    struct searching searching;
    bool found;
    if (!search_init(call, &searching) || !search(&searching, 0, &found)) return value_poison();
    if (!found) return value_null();
    struct capture capture = {&searching, record_new(call->arena, searching.match.count)};
    pattern_names(searching.pattern, capture_group, &capture);
    return value_record(capture.record);
}

/* All matches, each as make gives it. */
static struct value each_match(struct call *call, struct value (*make)(struct searching *)) {
    struct searching searching;
    if (!search_init(call, &searching)) return value_poison();
    struct items items = {.count = 0};
    for (size_t from = 0; from <= searching.text.length; from = behind_match(&searching)) {
        bool found;
        if (!search(&searching, from, &found)) return value_poison();
        if (!found) break;
        struct value value = make(&searching);
        if (value.kind == VALUE_POISON || !items_add(call, &items, value)) return value_poison();
    }
    return items_list(&items);
}

static struct value whole_match(struct searching *searching) {
    return group_value(searching, 0);
}

struct value apply_find_all(struct call *call) {
    return each_match(call, whole_match);
}

struct value apply_match_all(struct call *call) {
    return each_match(call, match_list);
}

/* The text between two offsets as one more element. */
static bool add_part(struct searching *searching, struct items *items, size_t start, size_t end) {
    struct text part = {searching->text.bytes + start, end - start};
    return items_add(searching->call, items, value_text(part));
}

struct value apply_regex_split(struct call *call) {
    struct searching searching;
    struct items items = {.count = 0};
    size_t start = 0;
    if (!search_init(call, &searching)) return value_poison();
    for (size_t from = 0; from <= searching.text.length; from = behind_match(&searching)) {
        bool found;
        if (!search(&searching, from, &found)) return value_poison();
        if (!found) break;
        size_t first = searching.match.start[0], end = searching.match.end[0];
        bool at_an_end = end == 0 || first == searching.text.length;
        if (first == end && at_an_end) continue; /* between nothing and something */
        if (!add_part(&searching, &items, start, first)) return value_poison();
        start = end;
    }
    if (!add_part(&searching, &items, start, searching.text.length)) return value_poison();
    return items_list(&items);
}

/* ---- replacing ---- */

struct group_name {
    struct text name;
    uint32_t group; /* of the name; UINT32_MAX while not found */
};

static void find_name(void *context, struct text name, uint32_t group) {
    struct group_name *wanted = context;
    if (text_equal(wanted->name, name)) wanted->group = group;
}

/* The group that "$1", "${12}" or "${name}" at *at (behind the "$") names; false for none. */
static bool read_group(struct searching *searching, struct text to, size_t *at, uint32_t *group) {
    bool braces = *at < to.length && to.bytes[*at] == '{';
    size_t start = *at + braces, end = start;
    if (braces) {
        while (end < to.length && to.bytes[end] != '}')
            end++;
        if (end == to.length) return false;
        *at = end + 1;
    } else {
        if (end < to.length && ascii_is_digit(to.bytes[end])) end++;
        *at = end;
    }
    struct group_name wanted = {{to.bytes + start, end - start}, UINT32_MAX};
    uint32_t number = 0;
    bool is_number = end > start && end - start <= 2;
    for (size_t i = start; i < end; i++) {
        is_number &= ascii_is_digit(to.bytes[i]);
        number = number * 10 + (uint32_t)(to.bytes[i] - '0');
    }
    if (is_number) {
        wanted.group = number;
    } else {
        pattern_names(searching->pattern, find_name, &wanted);
    }
    *group = wanted.group;
    return end > start && *group < searching->match.count;
}

/* What stands for the last match. */
static bool add_replacement(struct searching *searching, struct buffer *out, struct text to) {
    for (size_t at = 0; at < to.length;) {
        if (to.bytes[at++] != '$') {
            buffer_char(out, to.bytes[at - 1]);
            continue;
        }
        if (at < to.length && to.bytes[at] == '$') {
            buffer_char(out, to.bytes[at++]);
            continue;
        }
        size_t start = at - 1;
        uint32_t group;
        if (!read_group(searching, to, &at, &group)) {
            struct text shown =
                text_slice((struct text){to.bytes + start, to.length - start}, 0, 12);
            call_error_hint(searching->call, 2, "Write \"$$\" for a dollar sign.",
                            "\"%.*s\" names no group of the pattern", TEXT_ARGS(shown));
            return false;
        }
        struct value value = group_value(searching, group);
        if (value.kind == VALUE_TEXT) buffer_text(out, value_as_text(value));
    }
    return true;
}

static bool replace_all(struct searching *searching, struct text to, struct buffer *out) {
    struct text text = searching->text;
    size_t start = 0;
    for (size_t from = 0; from <= text.length; from = behind_match(searching)) {
        bool found;
        if (!search(searching, from, &found)) return false;
        if (!found) break;
        buffer_add(out, text.bytes + start, searching->match.start[0] - start);
        if (!add_replacement(searching, out, to)) return false;
        if (!text_fits(searching->call, out->length) || !spend_bytes(searching->call, to.length)) {
            return false;
        }
        start = searching->match.end[0];
    }
    buffer_add(out, text.bytes + start, text.length - start);
    return true;
}

struct value apply_regex_replace(struct call *call) {
    struct searching searching;
    struct text to;
    if (!search_init(call, &searching) || !argument_text(call, 2, &to)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    if (replace_all(&searching, to, &out)) return make_buffer(call, &out);
    buffer_release(&out);
    return value_poison();
}

struct value apply_regex_escape(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c && strchr("\\^$.|?*+()[]{}-#&~ /", c)) buffer_char(&out, '\\');
        buffer_char(&out, c);
    }
    return make_buffer(call, &out);
}
