/* Comments that allow a warning: `# mrp: allow ID, ID because REASON`.
 *
 * Such a comment stands behind what it is about, or in lines of its own above. It covers the line,
 * and all of the declaration, entry or value that the line begins: above a resource, the whole
 * resource. What a line begins is found in one walk over the tree, which is made only where there
 * is such a comment.
 */
#include <stdlib.h>

#include "lexer/lexer.h"
#include "parser/grammar.h"
#include "parser/parser.h"

struct order {           /* one comment */
    uint32_t token;      /* of the comment */
    uint32_t start, end; /* what it covers */
    bool is_found;       /* the node that begins there */
};

struct orders {
    struct order *items; /* by start */
    size_t count;
};

/* What is left of a comment, from byte `at` of the source. */
struct words {
    struct text left;
    uint32_t at;
};

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

static void skip_spaces(struct words *words) {
    while (words->left.length && is_space(*words->left.bytes)) {
        words->left.bytes++;
        words->left.length--;
        words->at++;
    }
}

/* The next word, up to a blank or comma; empty at the end. */
static struct text take_word(struct words *words) {
    skip_spaces(words);
    size_t length = 0;
    while (length < words->left.length && !is_space(words->left.bytes[length]) &&
           words->left.bytes[length] != ',') {
        length++;
    }
    struct text word = {words->left.bytes, length};
    words->left.bytes += length;
    words->left.length -= length;
    words->at += (uint32_t)length;
    return word;
}

static bool take_comma(struct words *words) {
    skip_spaces(words);
    if (!words->left.length || *words->left.bytes != ',') return false;
    words->left.bytes++;
    words->left.length--;
    words->at++;
    return true;
}

/* The words behind "# mrp:"; false for another comment. */
static bool words_of(struct text bytes, struct token token, struct words *words) {
    static const struct text mark = {"mrp:", 4};
    if (token.kind != COMMENT) return false;
    *words = (struct words){{bytes.bytes + token.start, token.length}, (uint32_t)token.start};
    words->left.bytes++; /* the "#" */
    words->left.length--;
    words->at++;
    skip_spaces(words);
    if (!text_starts(words->left, mark)) return false;
    words->left.bytes += mark.length;
    words->left.length -= mark.length;
    words->at += (uint32_t)mark.length;
    while (words->left.length && is_space(words->left.bytes[words->left.length - 1])) {
        words->left.length--;
    }
    return true;
}

/* ---- what a comment covers ---- */

static bool is_blank(char c) {
    return is_space(c) || c == '\r' || c == '\n';
}

static uint32_t skip_blanks(struct text bytes, uint32_t at) {
    while (at < bytes.length && is_blank(bytes.bytes[at]))
        at++;
    return at;
}

static uint32_t line_end(struct text bytes, uint32_t at) {
    const char *end = memchr(bytes.bytes + at, '\n', bytes.length - at);
    return end ? (uint32_t)(end - bytes.bytes) : (uint32_t)bytes.length;
}

/* Where the line begins that a comment is about: its own, or the next one with more than a
 * comment. */
static uint32_t subject(struct text bytes, struct token comment) {
    uint32_t at = (uint32_t)comment.start;
    if (!(comment.flags & TOKEN_LINE)) {
        while (at > 0 && bytes.bytes[at - 1] != '\n')
            at--;
        return skip_blanks(bytes, at);
    }
    do {
        at = skip_blanks(bytes, line_end(bytes, at));
    } while (at < bytes.length && bytes.bytes[at] == '#');
    return at;
}

static int by_start(const void *a, const void *b) {
    const struct order *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return (x->token > y->token) - (x->token < y->token);
}

static size_t first_from(const struct orders *orders, uint32_t start) {
    size_t low = 0, high = orders->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (orders->items[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Parents come before what is in them, so the first that begins there is the largest. */
static void find_ends(struct node *node, void *context) {
    struct orders *orders = context;
    size_t i = node->kind == NODE_FILE ? orders->count : first_from(orders, node->span.start);
    for (; i < orders->count && orders->items[i].start == node->span.start; i++) {
        if (orders->items[i].is_found) break;
        orders->items[i].is_found = true;
        if (node->span.end > orders->items[i].end) orders->items[i].end = node->span.end;
    }
    node_each_child(node, find_ends, orders);
}

static struct orders gather(struct arena *arena, const struct parse *parse, struct text bytes) {
    const struct tokens *tokens = parse->tokens;
    struct orders orders = {0};
    struct words words;
    size_t count = 0;
    for (uint32_t i = 0; i < tokens->count; i++)
        count += words_of(bytes, tokens->items[i], &words);
    if (!count) return orders;
    orders.items = arena_array(arena, count, sizeof *orders.items);
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (!words_of(bytes, tokens->items[i], &words)) continue;
        uint32_t start = subject(bytes, tokens->items[i]);
        orders.items[orders.count++] =
            (struct order){.token = i, .start = start, .end = line_end(bytes, start)};
    }
    qsort(orders.items, orders.count, sizeof *orders.items, by_start);
    find_ends(parse->file, &orders);
    return orders;
}

/* ---- what a comment says ---- */

struct reading {
    struct diagnostics *diagnostics;
    uint32_t source;
    struct span range;
};

static struct span span_behind(const struct reading *reading, const struct words *words,
                               struct text word) {
    return (struct span){reading->source, words->at - (uint32_t)word.length, words->at};
}

static struct diagnostic *refuse(const struct reading *reading, struct span span,
                                 const char *message, struct text word) {
    return diagnostics_report(reading->diagnostics, DIAGNOSTIC_ALLOW_FORM, span, message,
                              TEXT_ARGS(word));
}

static void refuse_word(const struct reading *reading, struct span span, struct text word) {
    struct diagnostic *d =
        refuse(reading, span, "a comment for mrp says \"allow\", and this is \"%.*s\"", word);
    diagnostic_hint(reading->diagnostics, d, "Write # mrp: allow ID because REASON.");
}

/* The diagnostic of this name, if it can be allowed; else DIAGNOSTIC_COUNT, reported. */
static enum diagnostic_id read_id(const struct reading *reading, struct span span,
                                  struct text word) {
    enum diagnostic_id id = diagnostic_find(word);
    struct diagnostic *d;
    if (id == DIAGNOSTIC_COUNT) {
        d = refuse(reading, span, "there is no warning \"%.*s\"", word);
        struct text near = diagnostic_suggest(word);
        if (!near.length) return id;
        diagnostic_hint(reading->diagnostics, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
        diagnostic_fix(reading->diagnostics, d, span, near);
        return id;
    }
    if (diagnostic_severity(id) != SEVERITY_ERROR) return id;
    d = refuse(reading, span, "\"%.*s\" is an error, which cannot be allowed", word);
    diagnostic_hint(reading->diagnostics, d, "Mend what it says; only warnings can be allowed.");
    return DIAGNOSTIC_COUNT;
}

/* What stands behind "because", or empty; a reason is wanted. */
static struct text read_reason(const struct reading *reading, struct words *words,
                               struct span list) {
    struct words before = *words;
    struct text word = take_word(words);
    skip_spaces(words);
    if (text_is(word, "because") && words->left.length) return words->left;
    struct diagnostic *d;
    if (word.length && !text_is(word, "because")) {
        struct words at = before;
        skip_spaces(&at);
        struct span span = {reading->source, at.at, at.at + (uint32_t)word.length};
        d = refuse(reading, span, "\"because\" stands before the reason, and this is \"%.*s\"",
                   word);
    } else {
        d = diagnostics_report(reading->diagnostics, DIAGNOSTIC_ALLOW_REASON, list,
                               "the comment does not say why the warning is allowed");
    }
    diagnostic_hint(reading->diagnostics, d, "Write # mrp: allow ID because REASON.");
    return (struct text){"", 0};
}

static void read_order(const struct reading *reading, struct arena *arena, struct words words) {
    struct text word = take_word(&words);
    if (!text_is(word, "allow")) {
        refuse_word(reading, span_behind(reading, &words, word), word);
        return;
    }
    struct words ids = words;
    struct span list = span_behind(reading, &words, word);
    do {
        word = take_word(&words);
        list.end = words.at;
        if (word.length && !text_is(word, "because")) continue;
        struct diagnostic *d = refuse(reading, list, "the comment names no warning%.*s", TEXT(""));
        diagnostic_hint(reading->diagnostics, d, "Write # mrp: allow ID because REASON.");
        return;
    } while (take_comma(&words));
    struct text reason = text_copy(arena, read_reason(reading, &words, list));
    do {
        word = take_word(&ids);
        struct span written = span_behind(reading, &ids, word);
        enum diagnostic_id id = read_id(reading, written, word);
        if (id == DIAGNOSTIC_COUNT) continue;
        diagnostics_allow(reading->diagnostics, id, reading->range, written, reason);
    } while (take_comma(&ids));
}

void parser_allow(struct arena *arena, struct diagnostics *diagnostics, const struct parse *parse) {
    uint32_t source = parse->tokens->source;
    struct text bytes = sources_get(diagnostics->sources, source)->bytes;
    if (!memmem(bytes.bytes, bytes.length, "mrp:", 4)) return;
    struct orders orders = gather(arena, parse, bytes);
    for (size_t i = 0; i < orders.count; i++) {
        const struct order *order = &orders.items[i];
        struct words words;
        words_of(bytes, parse->tokens->items[order->token], &words);
        struct reading reading = {diagnostics, source, {source, order->start, order->end}};
        read_order(&reading, arena, words);
    }
}
