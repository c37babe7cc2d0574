/* What follows from mistakes of grammar: names that stand where the text is torn may be declared
 * there, so that nothing is said of them until it is mended.
 */
#include "checker/checker.h"

/* Mistakes of grammar: after them names may be missing that were declared there. */
static bool tears(unsigned id) {
    return id <= DIAGNOSTIC_NESTING || id == DIAGNOSTIC_MISPLACED_DECLARATION;
}

static struct text trimmed(struct text line) {
    while (line.length && ascii_is_space(line.bytes[0])) line.bytes++, line.length--;
    while (line.length && ascii_is_space(line.bytes[line.length - 1])) line.length--;
    return line;
}

/* --- what is torn --- */

static void torn_words(struct checker *checker, struct text line) {
    for (size_t i = 0; i < line.length;) {
        size_t start = i;
        while (i < line.length && ascii_is_word(line.bytes[i]))
            i++;
        if (i == start) {
            i++;
            continue;
        }
        const struct name *name =
            names_find(checker->names, (struct text){line.bytes + start, i - start});
        if (name) map_put(&checker->torn, name, checker);
    }
}

/* The line of a mistake, and the one that the parser may have left with it: the one above where the
 * mistake begins its line, the one below where something is missing at its end. */
static void torn_lines(struct checker *checker, const struct diagnostic *d, uint32_t line) {
    struct sources *sources = checker->diagnostics->sources;
    struct span span = d->span;
    struct text text = source_line(sources, span.source, line), content = trimmed(text);
    const char *at = sources_get(sources, span.source)->bytes.bytes + span.start;
    torn_words(checker, text);
    if (d->id != DIAGNOSTIC_SYNTAX && d->id != DIAGNOSTIC_UNOPENED_BRACKET) return;
    if (at >= content.bytes + content.length)
        torn_words(checker, source_line(sources, span.source, line + 1));
    else if (at <= content.bytes && line > 1)
        torn_words(checker, source_line(sources, span.source, line - 1));
}

/* Whether a declaration stands there without its name: `param: string`, `region "us-east-1" {`. */
static bool lacks_name(struct text line) {
    static const char *const words[] = {"param",  "let",   "fn",    "type",     "component",
                                        "region", "stack", "stage", "action", "resource",
                                        "pipeline"};
    line = trimmed(line);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text word = text_of(words[i]);
        if (!text_starts(line, word) || line.length == word.length) continue;
        struct text rest = trimmed((struct text){line.bytes + word.length,
                                                 line.length - word.length});
        return !ascii_is_word(rest.bytes[0]) && rest.bytes[0] != '=';
    }
    return false;
}

/* Whether the line is the header of a block that declares names, or what was meant as one. */
static bool is_header(struct text line, enum diagnostic_id id) {
    static const char *const words[] = {"region ", "stack ",  "component ", "pipeline ",
                                        "stage ",  "test ",   "policy "};
    line = trimmed(line);
    if (!line.length || line.bytes[line.length - 1] != '{') return false;
    if (id == DIAGNOSTIC_MISSING_WORD) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (text_starts(line, text_of(words[i]))) return true;
    }
    return false;
}

/* Notes the block below a header: up to the "}" that stands as far in as it. */
static void torn_block(struct checker *checker, uint32_t source, struct text line) {
    uint32_t room = sizeof checker->torn_blocks / sizeof *checker->torn_blocks;
    if (checker->torn_block_count == room) return;
    size_t indent = (size_t)(trimmed(line).bytes - line.bytes);
    struct text text = sources_get(checker->diagnostics->sources, source)->bytes;
    const char *end = text.bytes + text.length, *at = line.bytes;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if ((size_t)(end - at) <= indent || at[indent] != '}') continue;
        if (memcmp(at, line.bytes, indent) == 0) break;
    }
    checker->torn_blocks[checker->torn_block_count++] = (struct span){
        source, (uint32_t)(line.bytes - text.bytes), (uint32_t)((at ? at : end) - text.bytes)};
}

void torn_gather(struct checker *checker) {
    struct sources *sources = checker->diagnostics->sources;
    const struct diagnostic *d = checker->diagnostics->first;
    uint32_t source = UINT32_MAX, line = 0;
    bool has_brace = false, has_other = false;
    for (; d; d = d->next) {
        if (!tears(d->id)) continue;
        has_brace |= d->id == DIAGNOSTIC_UNOPENED_BRACE;
        has_other |= d->id == DIAGNOSTIC_MISSING_BODY || d->id == DIAGNOSTIC_SYNTAX;
        struct place place = source_place(sources, d->span.source, d->span.start);
        if (d->span.source == source && place.line == line) continue;
        source = d->span.source;
        line = place.line;
        struct text text = source_line(sources, source, line);
        torn_lines(checker, d, line);
        if (is_header(text, d->id)) torn_block(checker, source, text);
        checker->is_torn |= lacks_name(text);
    }
    checker->is_torn |= has_brace && has_other;
}

/* --- what follows from it --- */

static bool is_in_torn_block(const struct checker *checker, struct span span) {
    for (uint32_t i = 0; i < checker->torn_block_count; i++) {
        struct span block = checker->torn_blocks[i];
        if (block.source == span.source && span.start >= block.start && span.start < block.end)
            return true;
    }
    return false;
}

static bool is_on_torn_line(const struct checker *checker, struct span span) {
    struct sources *sources = checker->diagnostics->sources;
    struct place place = source_place(sources, span.source, span.start);
    for (const struct diagnostic *d = checker->diagnostics->first; d; d = d->next) {
        if (!tears(d->id) || d->span.source != span.source) continue;
        if (source_place(sources, span.source, d->span.start).line == place.line) return true;
    }
    return false;
}

/* The name before the first dot: of `deliver.S3` what was imported. */
static struct text first_word(struct text text) {
    size_t length = 0;
    while (length < text.length && ascii_is_word(text.bytes[length])) length++;
    return (struct text){text.bytes, length};
}

bool torn_hides(const struct checker *checker, enum diagnostic_id id, struct span span) {
    if (checker->torn.count == 0) return false;
    switch ((int)id) {
    case DIAGNOSTIC_UNKNOWN_ENTRY: case DIAGNOSTIC_HERE_OUTSIDE_REGION:
        return checker->is_torn || is_in_torn_block(checker, span);
    case DIAGNOSTIC_UNKNOWN_NAME: case DIAGNOSTIC_UNKNOWN_FUNCTION: case DIAGNOSTIC_UNKNOWN_TYPE:
    case DIAGNOSTIC_UNKNOWN_MEMBER: case DIAGNOSTIC_UNKNOWN_PARAMETER: {
        if (checker->is_torn || is_in_torn_block(checker, span)) return true;
        struct text word = first_word(span_text(checker->diagnostics->sources, span));
        const struct name *name = names_find(checker->names, word);
        bool is_use = id == DIAGNOSTIC_UNKNOWN_MEMBER || id == DIAGNOSTIC_UNKNOWN_PARAMETER;
        if (is_use && (word.length < 2 || is_on_torn_line(checker, span))) return false;
        return name && map_find(&checker->torn, name);
    }
    default: return false;
    }
}
