/* Reporting, for the checker: a node is complained about once. */
#include "checker/checker.h"

static void torn_line(struct checker *checker, struct text line) {
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

/* Mistakes of grammar: after them names may be missing that were declared there. */
static bool tears(unsigned id) {
    return id <= DIAGNOSTIC_NESTING || id == DIAGNOSTIC_MISPLACED_DECLARATION;
}

/* The header of a block: a line that begins with its word and ends with "{". */
struct block_header {
    size_t indent;
    bool has_name;
};

static bool header_read(struct text line, struct block_header *header) {
    static const char *const words[] = {"region ", "stack ",    "component ", "pipeline ",
                                        "stage ",  "test ",     "policy "};
    header->indent = 0;
    while (header->indent < line.length && ascii_is_space(line.bytes[header->indent]))
        header->indent++;
    while (line.length && ascii_is_space(line.bytes[line.length - 1])) line.length--;
    if (line.length <= header->indent || line.bytes[line.length - 1] != '{') return false;
    struct text rest = {line.bytes + header->indent, line.length - header->indent};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text word = text_of(words[i]);
        if (!text_starts(rest, word)) continue;
        header->has_name = ascii_is_word(rest.bytes[word.length]);
        return true;
    }
    return false;
}

/* Notes the block below a header that has a mistake: up to the "}" that stands as far in as it. */
static void torn_block(struct checker *checker, uint32_t source, struct text line) {
    struct block_header header;
    uint32_t room = sizeof checker->torn_blocks / sizeof *checker->torn_blocks;
    if (!header_read(line, &header)) return;
    bool is_region = text_starts((struct text){line.bytes + header.indent,
                                               line.length - header.indent}, TEXT("region "));
    checker->is_torn |= is_region && !header.has_name;
    if (checker->torn_block_count == room) return;
    struct text text = sources_get(checker->diagnostics->sources, source)->bytes;
    const char *end = text.bytes + text.length, *at = line.bytes;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if ((size_t)(end - at) <= header.indent || at[header.indent] != '}') continue;
        if (memcmp(at, line.bytes, header.indent) == 0) break;
    }
    checker->torn_blocks[checker->torn_block_count++] = (struct span){
        source, (uint32_t)(line.bytes - text.bytes), (uint32_t)((at ? at : end) - text.bytes)};
}

static bool is_in_torn_block(const struct checker *checker, struct span span) {
    for (uint32_t i = 0; i < checker->torn_block_count; i++) {
        struct span block = checker->torn_blocks[i];
        if (block.source == span.source && span.start >= block.start && span.start < block.end)
            return true;
    }
    return false;
}

void message_torn_words(struct checker *checker) {
    struct sources *sources = checker->diagnostics->sources;
    const struct diagnostic *d = checker->diagnostics->first;
    uint32_t source = UINT32_MAX, line = 0;
    bool lacks_brace = false, has_brace = false;
    for (; d; d = d->next) {
        lacks_brace |= d->id == DIAGNOSTIC_MISSING_BODY;
        has_brace |= d->id == DIAGNOSTIC_UNOPENED_BRACE;
        if (!tears(d->id)) continue;
        struct place place = source_place(sources, d->span.source, d->span.start);
        if (d->span.source == source && place.line == line) continue;
        source = d->span.source;
        line = place.line;
        torn_line(checker, source_line(sources, source, line));
        torn_block(checker, source, source_line(sources, source, line));
    }
    checker->is_torn |= lacks_brace && has_brace;
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

/* Whether a mistake is about a name that a line with a mistake of grammar may declare. */
static bool follows(const struct checker *checker, enum diagnostic_id id, struct span span) {
    if (checker->torn.count == 0) return false;
    switch ((int)id) {
    case DIAGNOSTIC_UNKNOWN_ENTRY: case DIAGNOSTIC_HERE_OUTSIDE_REGION:
        return checker->is_torn || is_in_torn_block(checker, span);
    case DIAGNOSTIC_UNKNOWN_NAME: case DIAGNOSTIC_UNKNOWN_FUNCTION: case DIAGNOSTIC_UNKNOWN_TYPE:
    case DIAGNOSTIC_UNKNOWN_MEMBER: case DIAGNOSTIC_UNKNOWN_PARAMETER: {
        if (checker->is_torn || is_in_torn_block(checker, span)) return true;
        struct text word = span_text(checker->diagnostics->sources, span);
        const struct name *name = names_find(checker->names, word);
        bool is_use = id == DIAGNOSTIC_UNKNOWN_MEMBER || id == DIAGNOSTIC_UNKNOWN_PARAMETER;
        if (is_use && (word.length < 2 || is_on_torn_line(checker, span))) return false;
        return name && map_find(&checker->torn, name);
    }
    default: return false;
    }
}

struct diagnostic *complain(struct checker *checker, enum diagnostic_id id, struct node *node,
                            const char *message, ...) {
    unsigned bad = node->kind == NODE_ENTRY ? NODE_BAD_KEY : NODE_BAD;
    if (node->flags & bad) return NULL;
    node->flags |= bad;
    if (follows(checker, id, node_place(node))) return NULL;
    va_list args;
    va_start(args, message);
    struct diagnostic *d = diagnostics_vreport(checker->diagnostics, id, node_place(node), message,
                                               args);
    va_end(args);
    return d;
}

struct diagnostic *complain_at(struct checker *checker, enum diagnostic_id id, struct span span,
                               const char *message, ...) {
    if (follows(checker, id, span)) return NULL;
    va_list args;
    va_start(args, message);
    struct diagnostic *d = diagnostics_vreport(checker->diagnostics, id, span, message, args);
    va_end(args);
    return d;
}

void add_hint(struct checker *checker, struct diagnostic *diagnostic, const char *hint, ...) {
    if (!diagnostic) return;
    va_list args;
    va_start(args, hint);
    diagnostic_vhint(checker->diagnostics, diagnostic, hint, args);
    va_end(args);
}

void add_note(struct checker *checker, struct diagnostic *diagnostic, struct span span,
              const char *message, ...) {
    if (!diagnostic) return;
    va_list args;
    va_start(args, message);
    diagnostic_vnote(checker->diagnostics, diagnostic, span, message, args);
    va_end(args);
}

bool add_suggestion(struct checker *checker, struct diagnostic *diagnostic,
                    const struct suggestion *suggestion, struct span span) {
    if (!suggestion->best.length) return false;
    if (suggestion->wanted.length == 1) return false; /* every letter is near every other */
    if (!diagnostic) return true;
    add_hint(checker, diagnostic, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion->best));
    diagnostic_fix(checker->diagnostics, diagnostic, span, suggestion->best);
    return true;
}
