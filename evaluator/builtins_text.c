/* Built-in functions on strings. Positions and lengths count characters (code points), not bytes.
 */
#include "base/unicode.h"
#include "evaluator/builtins.h"
#include "evaluator/letters.h"

/* ---- case ---- */

static struct value map_letters(struct call *call, uint32_t (*map)(uint32_t)) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    buffer_reserve(&out, text.length);
    for (size_t at = 0; at < text.length;) {
        uint32_t character = 0;
        char bytes[4];
        at += unicode_decode(text, at, &character);
        buffer_add(&out, bytes, unicode_encode(map(character), bytes));
    }
    return make_buffer(call, &out);
}

struct value apply_upper(struct call *call) {
    return map_letters(call, letter_upper);
}

struct value apply_lower(struct call *call) {
    return map_letters(call, letter_lower);
}

struct value apply_title(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    bool inside = false; /* a word; an apostrophe does not end it */
    for (size_t at = 0; at < text.length;) {
        uint32_t character = 0;
        char bytes[4];
        at += unicode_decode(text, at, &character);
        uint32_t shown = inside ? character : letter_upper(character);
        inside =
            letter_is_word(character) || (inside && (character == '\'' || character == 0x2019));
        buffer_add(&out, bytes, unicode_encode(shown, bytes));
    }
    return make_buffer(call, &out);
}

struct value apply_capitalize(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text)) return value_poison();
    if (text.length == 0) return call->arguments[0];
    uint32_t character = 0;
    char bytes[4];
    size_t size = unicode_decode(text, 0, &character);
    struct value pieces[2] = {
        make_text(call, (struct text){bytes, unicode_encode(letter_upper(character), bytes)}),
        value_text((struct text){text.bytes + size, text.length - size}),
    };
    return value_concat(call->arena, pieces, 2, call->node);
}

/* ---- words of names ---- */

/* The end of the word that begins at at: before what is no letter or digit, where an upper letter
 * follows a lower one or a digit ("fooBar"), and before the last of several upper letters that a
 * lower one follows ("HTTPServer"). */
static size_t word_end(struct text text, size_t at) {
    uint32_t before = 0, here = 0, next = 0;
    size_t size = unicode_decode(text, at, &here);
    while (at + size < text.length) {
        before = here;
        at += size;
        size = unicode_decode(text, at, &here);
        if (!letter_is_word(here)) return at;
        if (!letter_is_upper(here)) continue;
        if (!letter_is_upper(before)) return at;
        if (at + size < text.length) {
            unicode_decode(text, at + size, &next);
            if (letter_is_lower(next)) return at;
        }
    }
    return text.length;
}

/* The next word of a name at or after *at; false when there is none. */
static bool next_word(struct text text, size_t *at, struct text *word) {
    while (*at < text.length) {
        uint32_t character = 0;
        size_t size = unicode_decode(text, *at, &character);
        if (letter_is_word(character)) {
            size_t end = word_end(text, *at);
            *word = (struct text){text.bytes + *at, end - *at};
            *at = end;
            return true;
        }
        *at += size;
    }
    return false;
}

static void add_word(struct buffer *out, struct text word, bool capital) {
    for (size_t at = 0; at < word.length;) {
        uint32_t character = 0;
        char bytes[4];
        bool first = at == 0;
        at += unicode_decode(word, at, &character);
        character = first && capital ? letter_upper(character) : letter_lower(character);
        buffer_add(out, bytes, unicode_encode(character, bytes));
    }
}

static struct value join_words(struct call *call, const char *between, bool first, bool others) {
    struct text text, word;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    size_t at = 0;
    for (bool begun = false; next_word(text, &at, &word); begun = true) {
        if (begun) buffer_string(&out, between);
        add_word(&out, word, begun ? others : first);
    }
    return make_buffer(call, &out);
}

struct value apply_kebab_case(struct call *call) {
    return join_words(call, "-", false, false);
}

struct value apply_snake_case(struct call *call) {
    return join_words(call, "_", false, false);
}

struct value apply_camel_case(struct call *call) {
    return join_words(call, "", false, true);
}

struct value apply_pascal_case(struct call *call) {
    return join_words(call, "", true, true);
}

struct value apply_slugify(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    bool gap = false;
    for (size_t at = 0; at < text.length;) {
        uint32_t character = 0;
        at += unicode_decode(text, at, &character);
        if (character == '\'' || character == 0x2019) continue;
        if (character >= 0x80) character = (unsigned char)letter_plain(character);
        character = letter_lower(character);
        if (!letter_is_word(character)) {
            gap = true;
            continue;
        }
        if (gap && out.length) buffer_char(&out, '-');
        gap = false;
        buffer_char(&out, (char)character);
    }
    return make_buffer(call, &out);
}

struct value apply_words(struct call *call) {
    struct text text, word;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    uint32_t count = 0;
    for (size_t at = 0; next_word(text, &at, &word);)
        count++;
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    size_t at = 0;
    for (uint32_t i = 0; next_word(text, &at, &word); i++)
        items[i] = value_text(word);
    return value_list(items, count);
}

/* ---- trimming ---- */

/* Whether the character is to be trimmed: of the set, or white space where there is no set. */
static bool is_trimmed(struct text set, bool has_set, struct text character) {
    if (!has_set) {
        uint32_t code = 0;
        unicode_decode(character, 0, &code);
        return letter_is_space(code);
    }
    return memmem(set.bytes, set.length, character.bytes, character.length) != NULL;
}

static size_t character_size(struct text text, size_t at) {
    size_t end = at + 1;
    while (end < text.length && ((unsigned char)text.bytes[end] & 0xC0) == 0x80)
        end++;
    return end - at;
}

static size_t character_before(struct text text, size_t at) {
    size_t start = at - 1;
    while (start > 0 && ((unsigned char)text.bytes[start] & 0xC0) == 0x80)
        start--;
    return at - start;
}

static struct value trim_sides(struct call *call, bool left, bool right) {
    struct text text, set = TEXT("");
    bool has_set = argument_given(call, 1);
    if (!argument_text(call, 0, &text)) return value_poison();
    if (has_set && !argument_text(call, 1, &set)) return value_poison();
    size_t start = 0, end = text.length;
    uint64_t trimmed = 0;
    while (left && start < end) {
        size_t size = character_size(text, start);
        if (!is_trimmed(set, has_set, (struct text){text.bytes + start, size})) break;
        start += size;
        trimmed++;
    }
    while (right && end > start) {
        size_t size = character_before(text, end);
        if (!is_trimmed(set, has_set, (struct text){text.bytes + end - size, size})) break;
        end -= size;
        trimmed++;
    }
    if (!call_spend(call, trimmed * (1 + set.length / 32))) return value_poison();
    return value_text((struct text){text.bytes + start, end - start});
}

struct value apply_trim(struct call *call) {
    return trim_sides(call, true, true);
}

struct value apply_trim_start(struct call *call) {
    return trim_sides(call, true, false);
}

struct value apply_trim_end(struct call *call) {
    return trim_sides(call, false, true);
}

static bool two_texts(struct call *call, struct text *first, struct text *second) {
    return argument_text(call, 0, first) && argument_text(call, 1, second) &&
           spend_bytes(call, first->length);
}

struct value apply_trim_prefix(struct call *call) {
    struct text text, prefix;
    if (!two_texts(call, &text, &prefix)) return value_poison();
    if (!text_starts(text, prefix)) return call->arguments[0];
    return value_text((struct text){text.bytes + prefix.length, text.length - prefix.length});
}

struct value apply_trim_suffix(struct call *call) {
    struct text text, suffix;
    if (!two_texts(call, &text, &suffix)) return value_poison();
    if (!text_ends(text, suffix)) return call->arguments[0];
    return value_text((struct text){text.bytes, text.length - suffix.length});
}

/* ---- searching, splitting, replacing ---- */

struct value apply_starts_with(struct call *call) {
    struct text text, prefix;
    if (!two_texts(call, &text, &prefix)) return value_poison();
    return value_bool(text_starts(text, prefix));
}

struct value apply_ends_with(struct call *call) {
    struct text text, suffix;
    if (!two_texts(call, &text, &suffix)) return value_poison();
    return value_bool(text_ends(text, suffix));
}

/* Where part begins at or after offset from, or SIZE_MAX. */
static size_t find_part(struct text text, struct text part, size_t from) {
    if (from > text.length) return SIZE_MAX;
    const char *found = memmem(text.bytes + from, text.length - from, part.bytes, part.length);
    return found ? (size_t)(found - text.bytes) : SIZE_MAX;
}

static uint32_t count_parts(struct text text, struct text part) {
    uint32_t count = 0;
    for (size_t at = find_part(text, part, 0); at != SIZE_MAX;
         at = find_part(text, part, at + part.length)) {
        count++;
    }
    return count;
}

struct value apply_count(struct call *call) {
    struct text text, part;
    if (!two_texts(call, &text, &part) || !argument_filled(call, 1, &part)) return value_poison();
    return value_int(count_parts(text, part));
}

struct value split_known(struct call *call, struct text text, struct text separator) {
    if (!spend_bytes(call, text.length)) return value_poison();
    uint32_t count = count_parts(text, separator) + 1;
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    size_t start = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t end = find_part(text, separator, start);
        if (end == SIZE_MAX) end = text.length;
        items[i] = value_text((struct text){text.bytes + start, end - start});
        start = end + separator.length;
    }
    return value_list(items, count);
}

struct value apply_replace(struct call *call) {
    struct text text, from, to;
    if (!two_texts(call, &text, &from) || !argument_filled(call, 1, &from) ||
        !argument_text(call, 2, &to)) {
        return value_poison();
    }
    uint64_t count = count_parts(text, from);
    if (count == 0) return call->arguments[0];
    uint64_t length = text.length - count * from.length + count * to.length;
    if (!text_fits(call, length) || !spend_bytes(call, length)) return value_poison();
    char *bytes = arena_alloc(call->arena, length + 1), *out = bytes;
    size_t start = 0;
    for (size_t at; (at = find_part(text, from, start)) != SIZE_MAX; start = at + from.length) {
        memcpy(out, text.bytes + start, at - start);
        out += at - start;
        if (to.length) memcpy(out, to.bytes, to.length);
        out += to.length;
    }
    memcpy(out, text.bytes + start, text.length - start);
    return value_text((struct text){bytes, length});
}

/* ---- parts and padding ---- */

struct value apply_substring(struct call *call) {
    struct text text;
    int64_t start, end = 0, first, last;
    bool has_end = argument_given(call, 2);
    if (!argument_text(call, 0, &text) || !argument_int(call, 1, &start) ||
        (has_end && !argument_int(call, 2, &end)) || !spend_bytes(call, text.length)) {
        return value_poison();
    }
    slice_bounds((int64_t)text_characters(text), start, has_end, end, &first, &last);
    return value_text(text_slice(text, (uint64_t)first, (uint64_t)last));
}

struct value apply_truncate(struct call *call) {
    struct text text, ending;
    int64_t length;
    if (!argument_text(call, 0, &text) || !argument_range(call, 1, 0, LIMIT_TEXT_BYTES, &length) ||
        !argument_text(call, 2, &ending) || !spend_bytes(call, text.length)) {
        return value_poison();
    }
    if (text_characters(text) <= (uint64_t)length) return call->arguments[0];
    uint64_t tail = text_characters(ending);
    if (tail > (uint64_t)length) {
        return call_error(call, 2,
                          "the ending has %llu characters, more than the %lld of the result",
                          (unsigned long long)tail, (long long)length);
    }
    struct value pieces[2] = {value_text(text_slice(text, 0, (uint64_t)length - tail)),
                              value_text(ending)};
    return value_concat(call->arena, pieces, 2, call->node);
}

/* text repeated count times. */
static struct value repeated(struct call *call, struct text text, uint64_t count) {
    if (text.length == 0 || count == 0) return value_text(TEXT(""));
    if (!text_fits(call, count * text.length) || !spend_bytes(call, count * text.length)) {
        return value_poison();
    }
    char *bytes = arena_alloc(call->arena, count * text.length + 1);
    for (uint64_t i = 0; i < count; i++)
        memcpy(bytes + i * text.length, text.bytes, text.length);
    return value_text((struct text){bytes, count * text.length});
}

struct value apply_repeat(struct call *call) {
    struct text text;
    int64_t count;
    if (!argument_text(call, 0, &text) || !argument_range(call, 1, 0, INT32_MAX, &count)) {
        return value_poison();
    }
    return repeated(call, text, (uint64_t)count);
}

static struct value pad(struct call *call, bool left) {
    struct text text, fill;
    int64_t length;
    if (!argument_text(call, 0, &text) || !argument_range(call, 1, 0, LIMIT_TEXT_BYTES, &length) ||
        !argument_text(call, 2, &fill) || !spend_bytes(call, text.length)) {
        return value_poison();
    }
    if (text_characters(fill) != 1)
        return call_error(call, 2, "what fills up is not one character");
    int64_t missing = length - (int64_t)text_characters(text);
    if (missing <= 0) return call->arguments[0];
    struct value filling = repeated(call, fill, (uint64_t)missing);
    if (filling.kind != VALUE_TEXT || !text_fits(call, (uint64_t)filling.length + text.length)) {
        return value_poison();
    }
    struct value pieces[2] = {left ? filling : value_text(text), left ? value_text(text) : filling};
    return value_concat(call->arena, pieces, 2, call->node);
}

struct value apply_pad_left(struct call *call) {
    return pad(call, true);
}

struct value apply_pad_right(struct call *call) {
    return pad(call, false);
}

struct value apply_chars(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text)) return value_poison();
    uint32_t count = (uint32_t)text_characters(text);
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t size = character_size(text, at);
        items[i] = value_text((struct text){text.bytes + at, size});
        at += size;
    }
    return value_list(items, count);
}

struct value text_reverse(struct call *call, struct text text) {
    if (!spend_bytes(call, text.length)) return value_poison();
    char *bytes = arena_alloc(call->arena, text.length + 1);
    for (size_t at = 0; at < text.length;) {
        size_t size = character_size(text, at);
        memcpy(bytes + text.length - at - size, text.bytes + at, size);
        at += size;
    }
    return value_text((struct text){bytes, text.length});
}

/* ---- lines ---- */

/* The line that begins at *at, without "\n" or "\r\n"; false behind the last. */
static bool next_line(struct text text, size_t *at, struct text *line) {
    if (*at >= text.length) return false;
    const char *start = text.bytes + *at;
    const char *end = memchr(start, '\n', text.length - *at);
    size_t length = end ? (size_t)(end - start) : text.length - *at;
    *at += length + (end ? 1 : 0);
    if (end && length && start[length - 1] == '\r') length--;
    *line = (struct text){start, length};
    return true;
}

struct value apply_lines(struct call *call) {
    struct text text, line;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    uint32_t count = 0;
    for (size_t at = 0; next_line(text, &at, &line);)
        count++;
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    size_t at = 0;
    for (uint32_t i = 0; next_line(text, &at, &line); i++)
        items[i] = value_text(line);
    return value_list(items, count);
}

static bool is_blank(struct text line) {
    for (size_t i = 0; i < line.length; i++) {
        if (line.bytes[i] != ' ' && line.bytes[i] != '\t') return false;
    }
    return true;
}

struct value apply_indent(struct call *call) {
    struct text text, line;
    int64_t spaces;
    bool first;
    if (!argument_text(call, 0, &text) || !argument_range(call, 1, 0, 1000, &spaces) ||
        !argument_bool(call, 2, &first) || !spend_bytes(call, text.length)) {
        return value_poison();
    }
    struct buffer out;
    buffer_init(&out);
    for (size_t at = 0, start = 0; next_line(text, &at, &line); start = at) {
        if ((start > 0 || first) && !is_blank(line)) {
            if (!text_fits(call, out.length) || !spend_bytes(call, (uint64_t)spaces)) {
                buffer_release(&out);
                return value_poison();
            }
            for (int64_t i = 0; i < spaces; i++)
                buffer_char(&out, ' ');
        }
        buffer_add(&out, text.bytes + start, at - start);
    }
    return make_buffer(call, &out);
}

/* The blanks that all lines with text begin with. */
static size_t common_blanks(struct text text) {
    struct text line;
    size_t least = SIZE_MAX;
    for (size_t at = 0; next_line(text, &at, &line);) {
        size_t blanks = 0;
        while (blanks < line.length && (line.bytes[blanks] == ' ' || line.bytes[blanks] == '\t')) {
            blanks++;
        }
        if (blanks < line.length && blanks < least) least = blanks;
    }
    return least == SIZE_MAX ? 0 : least;
}

struct value apply_dedent(struct call *call) {
    struct text text, line;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    size_t blanks = common_blanks(text);
    struct buffer out;
    buffer_init(&out);
    for (size_t at = 0, start = 0; next_line(text, &at, &line); start = at) {
        size_t cut = blanks < line.length ? blanks : line.length;
        buffer_add(&out, text.bytes + start + cut, at - start - cut);
    }
    return make_buffer(call, &out);
}

struct value apply_shell_quote(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    buffer_char(&out, '\'');
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '\'') {
            buffer_string(&out, "'\\''");
        } else {
            buffer_char(&out, text.bytes[i]);
        }
    }
    buffer_char(&out, '\'');
    return make_buffer(call, &out);
}
