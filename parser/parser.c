/* Runs one parse: tokens in, tree out. */
#include "parser/parser.h"

#include "parser/builder.h"
#include "parser/grammar.h"

int grammar_lex(GRAMMAR_STYPE *value, GRAMMAR_LTYPE *location, struct parser *parser) {
    (void)value;
    const struct token *items = parser->tokens->items;
    if (parser->pending) {
        uint32_t start = (uint32_t)items[parser->cursor].start;
        int kind = parser->pending;
        parser->pending = 0;
        *location = (struct range){start, start};
        return kind;
    }
    if (parser->cursor == parser->tokens->count) return 0; /* behind END */
    while (items[parser->cursor].kind == COMMENT || items[parser->cursor].kind == DOC)
        parser->cursor++;
    parser->at = parser->cursor++;
    struct token token = items[parser->at];
    *location = (struct range){(uint32_t)token.start, token_end(token)};
    if (parser->doubts &&
        (token.flags & TOKEN_LINE || token.kind == LBRACE || token.kind == COLON) &&
        parser->apart != parser->at + 1 && report_line_is_apart(parser, parser->at)) {
        parser->apart = parser->at + 1;
        return DOC; /* fits nowhere: the error is here, and the parse goes on here */
    }
    return token.kind;
}

uint32_t tokens_find(const struct tokens *tokens, uint32_t start) {
    uint32_t low = tokens->forgotten, high = tokens->count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (tokens->items[middle].start < start) low = middle + 1;
        else high = middle;
    }
    /* of several at one place, the first are put in and empty */
    while (low + 1 < tokens->count && tokens->items[low].length == 0 &&
           tokens->items[low + 1].start == start)
        low++;
    return low;
}

static bool is_clean(const struct parser *parser) {
    return !parser->has_error && parser->diagnostics->count == 0;
}

/* Tokens before what is being parsed are looked at only where there is a mistake; so they are
 * forgotten, a quarter of a megabyte at a time, and are read again if there is one. */
enum { TOKENS_FORGOTTEN = 32 << 10 };

struct rescan {
    struct arena *arena;
    const struct source_part *parts; /* NULL: all of the source */
    uint32_t count;
};

static struct tokens *scan(const struct rescan *rescan, struct diagnostics *diagnostics,
                           uint32_t source) {
    struct tokens *tokens =
        rescan->parts ? lexer_scan_parts(rescan->arena, diagnostics, source, rescan->parts,
                                         rescan->count)
                      : lexer_scan(rescan->arena, diagnostics, source);
    mend_braces(rescan->arena, diagnostics, tokens);
    return tokens;
}

static void forget_tokens(struct parser *parser, const struct node *item) {
    struct tokens *tokens = parser->tokens;
    bool is_far = parser->at - tokens->forgotten >= TOKENS_FORGOTTEN;
    if (!is_far || parser->doubts || !is_clean(parser)) return;
    uint32_t first = tokens_find(tokens, item->span.start);
    arena_forget(tokens->items + tokens->forgotten, tokens->items + first);
    tokens->forgotten = first;
}

void parser_recall(struct parser *parser) {
    if (parser->tokens->forgotten == 0) return;
    struct diagnostics heard; /* what they report is reported */
    diagnostics_init(&heard, parser->rescan->arena, parser->diagnostics->sources);
    *parser->tokens = *scan(parser->rescan, &heard, parser->source);
}

enum { TREE_DROPPED = 64 << 10 }; /* so much of a tree is dropped at a time */

void parser_take(struct parser *parser, struct node *item) {
    if (!parser->taker) {
        parser->items = chain_with(parser->items, item);
        if (parser->rescan) forget_tokens(parser, item);
        return;
    }
    if (item->depth == LIMIT_NESTING) parser->has_error = true; /* of the file around it */
    if (!is_clean(parser)) return;
    parser->taker->take(parser->taker, parser->tokens, item);
    if (parser->arena->used < TREE_DROPPED) return;
    arena_rewind(parser->arena, (struct arena_mark){0});
    names_init(parser->names, parser->arena);
}

static struct list parse(struct parser *parser, int start) {
    parser->pending = start;
    grammar_parse(parser);
    memory_free(parser->depths);
    return parser->items.list;
}

/* A program without a mistake is parsed once. Where there is one, it is parsed again with doubts: a
 * line that looks like an entry of its own is taken for one even if it could continue the line
 * above. The first parse reports to nobody. */
static struct list parse_with_doubts(struct parser *parser, int start) {
    struct diagnostics heard;
    struct parser first = *parser;
    diagnostics_init(&heard, parser->arena, parser->diagnostics->sources);
    first.diagnostics = &heard;
    struct list items = parse(&first, start);
    if (is_clean(&first)) return items;
    parser_recall(parser);
    parser->doubts = true;
    return parse(parser, start);
}

static struct node *file_node(struct parser *parser, struct list items) {
    uint32_t end =
        (uint32_t)sources_get(parser->diagnostics->sources, parser->source)->bytes.length;
    struct node *file = node_new(parser->arena, NODE_FILE, (struct span){parser->source, 0, end});
    file->file.items = items;
    if (parser->has_error) file->flags |= NODE_BAD;
    return build_finish(parser, file);
}

static struct parser begin_scan(struct arena *arena, struct names *names,
                                struct diagnostics *diagnostics, uint32_t source,
                                const struct rescan *rescan) {
    struct parser parser = {.arena = arena, .names = names, .diagnostics = diagnostics,
                            .source = source};
    uint32_t before = diagnostics->error_count;
    struct text bytes = sources_get(diagnostics->sources, source)->bytes;
    parser.bytes = bytes.length > 0 ? bytes.bytes : "";
    parser.tokens = scan(rescan, diagnostics, source);
    parser.has_error = diagnostics->error_count > before;
    return parser;
}

static struct parser begin(struct arena *arena, struct names *names,
                           struct diagnostics *diagnostics, uint32_t source) {
    return begin_scan(arena, names, diagnostics, source, &(struct rescan){.arena = arena});
}

struct parse parser_parse(struct arena *arena, struct names *names,
                          struct diagnostics *diagnostics, uint32_t source) {
    struct parser parser = begin(arena, names, diagnostics, source);
    struct list items = parse_with_doubts(&parser, FILE_START);
    return (struct parse){file_node(&parser, items), parser.tokens};
}

static void release_arena(void *arena) {
    arena_release(arena);
}

/* Whether all items were given to the taker, none of them with a mistake. Reports to nobody. */
static bool parse_each(const struct parser *parser, struct taker *taker) {
    struct arena arena;
    struct names names;
    struct diagnostics heard;
    struct cleanup cleanup;
    struct parser first = *parser;
    arena_init(&arena);
    cleanup_push(&cleanup, release_arena, &arena);
    names_init(&names, &arena);
    diagnostics_init(&heard, &arena, parser->diagnostics->sources);
    first.arena = &arena;
    first.names = &names;
    first.diagnostics = &heard;
    first.taker = taker;
    parse(&first, FILE_START);
    cleanup_pop(&cleanup);
    arena_release(&arena);
    return is_clean(&first);
}

struct parse parser_parse_each(struct arena *arena, struct names *names,
                               struct diagnostics *diagnostics, uint32_t source,
                               struct taker *taker) {
    struct parser parser = begin(arena, names, diagnostics, source);
    if (!parser.has_error && parse_each(&parser, taker)) {
        return (struct parse){NULL, parser.tokens};
    }
    struct list items = parse_with_doubts(&parser, FILE_START);
    return (struct parse){file_node(&parser, items), parser.tokens};
}

static struct tokens *comments_of(struct arena *arena, const struct tokens *tokens) {
    struct tokens *comments = ARENA_NEW(arena, struct tokens);
    uint32_t count = 0;
    for (uint32_t i = 0; i < tokens->count; i++) count += tokens->items[i].kind == COMMENT;
    *comments = (struct tokens){.items = arena_array(arena, count, sizeof *comments->items),
                                .source = tokens->source, .mended = tokens->mended};
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (tokens->items[i].kind != COMMENT) continue;
        comments->items[comments->count++] = tokens->items[i];
    }
    return comments;
}

struct parse parser_parse_parts(struct arena *arena, struct names *names,
                                struct diagnostics *diagnostics, uint32_t source,
                                const struct source_part *parts, uint32_t count) {
    struct arena tokens;
    struct cleanup cleanup;
    arena_init(&tokens);
    cleanup_push(&cleanup, release_arena, &tokens);
    struct rescan rescan = {&tokens, parts, count};
    struct parser parser = begin_scan(arena, names, diagnostics, source, &rescan);
    struct tokens *comments = comments_of(arena, parser.tokens);
    parser.rescan = &rescan;
    struct list items = parse_with_doubts(&parser, FILE_START);
    struct parse parse = {file_node(&parser, items), comments};
    cleanup_pop(&cleanup);
    arena_release(&tokens);
    return parse;
}

struct parse parser_parse_tree(struct arena *arena, struct names *names,
                               struct diagnostics *diagnostics, uint32_t source) {
    return parser_parse_parts(arena, names, diagnostics, source, NULL, 0);
}

struct parse parser_parse_expression(struct arena *arena, struct names *names,
                                     struct diagnostics *diagnostics, uint32_t source) {
    struct parser parser = begin(arena, names, diagnostics, source);
    parser.is_alone = true;
    struct list items = parse_with_doubts(&parser, EXPRESSION_START);
    if (!items.first) items.first = build_error(&parser, (struct range){0, 0});
    return (struct parse){items.first, parser.tokens};
}
