/* A reader of patterns that refuses whatever it does not know, and a matcher that takes as much as
 * it can and goes back. */
#include "checker/plain.h"

#include "base/ascii.h"

#include <string.h>

enum {
    COUNT_MOST = 65535, /* PCRE2's own */
    STEPS_FIRST = 1000, /* of a match, and for each character of the text: */
    STEPS_EACH = 8,
};

struct reader {
    const char *at, *end;
    struct plain *plain;
};

static char peek(const struct reader *reader, size_t ahead) {
    return ahead < (size_t)(reader->end - reader->at) ? reader->at[ahead] : '\0';
}

static bool take(struct reader *reader, char c) {
    if (peek(reader, 0) != c) return false;
    reader->at++;
    return true;
}

static bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

static void add(struct plain_item *item, char first, char last) {
    for (int c = first; c <= last; c++)
        item->set[c / 64] |= (uint64_t)1 << c % 64;
}

/* What \w, \d and \s hold, and of \p{L}, \p{N} and \p{Z} what is ASCII. */
static void add_class(struct plain_item *item, char letter) {
    if (letter == 'L' || letter == 'w') add(item, 'a', 'z'), add(item, 'A', 'Z');
    if (letter == 'N' || letter == 'w' || letter == 'd') add(item, '0', '9');
    if (letter == 'w') add(item, '_', '_');
    if (letter == 'Z' || letter == 's') add(item, ' ', ' ');
    if (letter == 's') add(item, '\t', '\r');
}

/* \p{L}, which the reader is at. */
static bool take_property(struct reader *reader, struct plain_item *item) {
    char letter = peek(reader, 3);
    if (peek(reader, 2) != '{' || peek(reader, 4) != '}') return false;
    if (letter != 'L' && letter != 'N' && letter != 'Z') return false;
    add_class(item, letter);
    reader->at += 5;
    return true;
}

static bool take_escape(struct reader *reader, struct plain_item *item) {
    char c = peek(reader, 1);
    if (c == 'p') return take_property(reader, item);
    if (!is_printable(c) || ascii_is_digit(c)) return false;
    if (ascii_is_letter(c) && c != 'w' && c != 'd' && c != 's') return false;
    if (ascii_is_letter(c))
        add_class(item, c);
    else
        add(item, c, c);
    reader->at += 2;
    return true;
}

/* A character or a range. A hyphen that is neither first nor last nor within a range is refused:
 * what stands beside it decides what it is. */
static bool take_member(struct reader *reader, struct plain_item *item, bool is_first) {
    char c = peek(reader, 0), last = peek(reader, 2);
    if (c == '\\') return take_escape(reader, item);
    if (!is_printable(c) || c == '[') return false;
    if (c == '-' && !is_first && peek(reader, 1) != ']') return false;
    if (c == '-' || peek(reader, 1) != '-' || last == ']') {
        reader->at++;
        add(item, c, c);
        return true;
    }
    if (!is_printable(last) || last < c || strchr("\\[-", last)) return false;
    reader->at += 3;
    add(item, c, last);
    return true;
}

static void invert(struct plain_item *item) {
    item->set[0] = ~item->set[0];
    item->set[1] = ~item->set[1];
}

static bool take_set(struct reader *reader, struct plain_item *item) {
    reader->at++;
    bool is_inverted = take(reader, '^');
    if (peek(reader, 0) == ']') return false; /* there it is a character */
    for (bool is_first = true; !take(reader, ']'); is_first = false) {
        if (!take_member(reader, item, is_first)) return false;
    }
    if (is_inverted) invert(item);
    return true;
}

static bool take_number(struct reader *reader, uint32_t *number) {
    if (!ascii_is_digit(peek(reader, 0))) return false;
    for (*number = 0; ascii_is_digit(peek(reader, 0)); reader->at++) {
        *number = *number * 10 + (uint32_t)(*reader->at - '0');
        if (*number > COUNT_MOST) return false;
    }
    return true;
}

static bool take_range(struct reader *reader, struct plain_item *item) {
    if (!take_number(reader, &item->least)) return false;
    item->most = item->least;
    if (take(reader, ',')) {
        item->most = UINT32_MAX;
        if (peek(reader, 0) != '}' && !take_number(reader, &item->most)) return false;
    }
    return take(reader, '}') && item->least <= item->most;
}

/* How often; nothing of the kind may follow (a second sign would change the first). */
static bool take_count(struct reader *reader, struct plain_item *item) {
    item->least = item->most = 1;
    if (take(reader, '*')) {
        item->least = 0;
        item->most = UINT32_MAX;
    } else if (take(reader, '+')) {
        item->most = UINT32_MAX;
    } else if (take(reader, '?')) {
        item->least = 0;
    } else if (take(reader, '{') && !take_range(reader, item)) {
        return false;
    }
    char next = peek(reader, 0);
    return !next || !strchr("*+?{", next);
}

static struct plain_item *item_new(struct reader *reader) {
    if (reader->plain->count == PLAIN_ITEMS) return NULL;
    struct plain_item *item = &reader->plain->items[reader->plain->count++];
    *item = (struct plain_item){0};
    return item;
}

static bool take_item(struct reader *reader) {
    struct plain_item *item = item_new(reader);
    char c = peek(reader, 0);
    if (!item || !c) return false;
    if (c == '[') {
        if (!take_set(reader, item)) return false;
    } else if (c == '\\') {
        if (!take_escape(reader, item)) return false;
    } else if (ascii_is_alphanumeric(c) || strchr(" !\"#%&',-/:;<=>@_`~", c)) {
        add(item, c, c);
        reader->at++;
    } else {
        return false;
    }
    return take_count(reader, item);
}

static bool take_group(struct reader *reader) {
    struct plain_item *start = item_new(reader);
    if (!start) return false;
    reader->at++;
    if (take(reader, '?') && !take(reader, ':')) return false;
    while (!take(reader, ')')) {
        if (!take_item(reader)) return false;
    }
    struct plain_item count;
    if (!take_count(reader, &count) || count.most != 1) return false;
    start->skip = count.least == 0 ? reader->plain->count : 0; /* 0: an item that takes nothing */
    return true;
}

bool plain_read(struct text pattern, struct plain *plain) {
    if (pattern.length < 2 || pattern.bytes[pattern.length - 1] != '$') return false;
    struct reader reader = {pattern.bytes, pattern.bytes + pattern.length - 1, plain};
    plain->count = 0;
    if (!take(&reader, '^')) return false;
    while (reader.at < reader.end) {
        if (!(peek(&reader, 0) == '(' ? take_group(&reader) : take_item(&reader))) return false;
    }
    return true;
}

struct match {
    const struct plain *plain;
    const char *end;
    size_t steps; /* that are left */
};

static bool pay(struct match *match, size_t steps) {
    bool enough = match->steps >= steps;
    match->steps = enough ? match->steps - steps : 0;
    return enough;
}

/* How many characters from here on are in the item's set, as far as they may be. */
static size_t run_of(const struct plain_item *item, const char *at, const char *end) {
    size_t room = (size_t)(end - at), most = room < item->most ? room : item->most, count = 0;
    for (; count < most; count++) {
        char c = at[count];
        if (!(item->set[c / 64] >> c % 64 & 1)) break;
    }
    return count;
}

/* False also where the steps have run out. */
static bool match_from(struct match *match, uint32_t index, const char *at) {
    if (index == match->plain->count) return at == match->end;
    const struct plain_item *item = &match->plain->items[index];
    if (item->skip) {
        return match_from(match, index + 1, at) ||
               (match->steps && match_from(match, item->skip, at));
    }
    size_t count = run_of(item, at, match->end);
    if (count < item->least || !pay(match, count + 1)) return false;
    for (;; count--) {
        if (match_from(match, index + 1, at + count)) return true;
        if (count == item->least || !pay(match, 1)) return false;
    }
}

static bool is_ascii(struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.bytes[i] >= 128) return false;
    }
    return true;
}

enum plain_result plain_match(const struct plain *plain, struct text text) {
    if (!is_ascii(text)) return PLAIN_UNKNOWN;
    const char *bytes = text.length ? text.bytes : "";
    struct match match = {plain, bytes + text.length, STEPS_FIRST + text.length * STEPS_EACH};
    if (match_from(&match, 0, bytes)) return PLAIN_YES;
    return match.steps ? PLAIN_NO : PLAIN_UNKNOWN;
}
