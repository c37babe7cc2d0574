/* Where the parse goes on behind a mistake: at the next beginning of an entry or declaration at the
 * depth where it can. There the token SYNC is put in; where the body of a broken declaration
 * follows, a token that begins it.
 */
#include "parser/report.h"

void recover_measure_depths(struct parser *parser) {
    struct tokens *tokens = parser->tokens;
    uint32_t depth = 0;
    parser->depths = memory_alloc(tokens->count * sizeof *parser->depths);
    for (uint32_t i = 0; i < tokens->count; i++) {
        parser->depths[i] = depth;
        if (tokens->items[i].kind == LBRACE) depth++;
        if (tokens->items[i].kind == RBRACE && depth > 0) depth--;
    }
}

/* Whether the line of token i holds a `then`: its `if` is an expression. */
static bool line_has_then(const struct tokens *tokens, uint32_t i) {
    do {
        if (tokens->items[i].kind == THEN) return true;
        i++;
    } while (i < tokens->count && !(tokens->items[i].flags & TOKEN_LINE));
    return false;
}

uint32_t tokens_behind_text(const struct tokens *tokens, uint32_t i) {
    int kind = tokens->items[i].kind;
    if (kind != TEXT_OPEN && kind != BLOCK_OPEN) return next_code(tokens, i);
    uint32_t depth = 0;
    for (; i + 1 < tokens->count; i++) {
        kind = tokens->items[i].kind;
        if (kind == TEXT_OPEN || kind == BLOCK_OPEN) depth++;
        if (kind == TEXT_CLOSE && --depth == 0) break;
    }
    return next_code(tokens, i);
}

bool tokens_begin_declaration(const struct tokens *tokens, uint32_t i) {
    int kind = tokens->items[i].kind;
    uint32_t next = next_code(tokens, i);
    struct token follow = tokens->items[next];
    if (!is_declaration_word(kind) || follow.flags & TOKEN_LINE) return false;
    if (kind == WITH) return follow.kind == LBRACE;
    if (kind == ASSERT) return begins_value(follow.kind) || follow.kind == LPAREN;
    int then = tokens->items[next_code(tokens, next)].kind;
    if (is_reserved(follow.kind) && (then == ASSIGN || then == COLON)) return true;
    return token_is_word(follow.kind) || is_text_start(follow.kind) || follow.kind == AWS_TYPE ||
           follow.kind == FOR;
}

bool tokens_begin_item(const struct tokens *tokens, uint32_t i) {
    int kind = tokens->items[i].kind;
    if (!(tokens->items[i].flags & TOKEN_LINE)) return false;
    if (tokens_begin_declaration(tokens, i)) return true;
    int next = tokens->items[next_code(tokens, i)].kind;
    if (token_is_word(kind)) return next == ASSIGN || next == LBRACE;
    if (is_reserved(kind) && next == ASSIGN) return true;
    if (is_text_start(kind)) return tokens->items[tokens_behind_text(tokens, i)].kind == ASSIGN;
    if (kind == META || kind == FOR) return true;
    if (kind == ELLIPSIS) return true;
    return kind == IF && !line_has_then(tokens, i);
}

bool tokens_alone(const struct tokens *tokens, uint32_t i) {
    return is_declaration_word(tokens->items[i].kind) && tokens->items[i].flags & TOKEN_LINE &&
           tokens->items[next_code(tokens, i)].flags & TOKEN_LINE;
}

/* `regoin east`, `private let x`: a declaration whose word is misspelt, or stands behind another. */
static bool begins_misspelt(const struct report *report, uint32_t i) {
    const struct token *items = report->items;
    if (items[i].kind != NAME || !(items[i].flags & TOKEN_LINE)) return false;
    struct token next = items[next_code(report->parser->tokens, i)];
    if (next.flags & TOKEN_LINE) return false;
    if (is_declaration_word(next.kind)) return true;
    if (!token_is_word(next.kind) && !is_text_start(next.kind)) return false;
    struct text word = {report->parser->bytes + items[i].start, items[i].length};
    return report_declaration_word(word).length > 0;
}

static uint32_t find_sync(struct report *report, uint32_t from) {
    struct parser *parser = report->parser;
    uint32_t depth = report->error->brace_depth, count = parser->tokens->count;
    if (parser->has_synced && from <= parser->last_sync) from = parser->last_sync + 1;
    for (uint32_t i = from; i + 1 < count; i++) {
        if (parser->depths[i] != depth) continue;
        if (report->items[i].kind == RBRACE && depth > 0) return i;
        if (tokens_begin_item(parser->tokens, i)) return i;
        if (report->error->in_block && begins_misspelt(report, i)) return i;
        if (report->error->in_block && tokens_alone(parser->tokens, i)) return i;
    }
    return count - 1;
}

uint32_t tokens_behind_braces(const struct tokens *tokens, uint32_t brace) {
    uint32_t i = brace, depth = 0;
    for (; i + 1 < tokens->count && i - brace < LOOK_AHEAD; i++) {
        int kind = tokens->items[i].kind;
        if (kind == LBRACE) depth++;
        if (kind == RBRACE && --depth == 0) break;
    }
    return next_code(tokens, i);
}

/* Whether the "}" of this "{" is followed by the end of a list or call. */
static bool is_in_brackets(const struct report *report, uint32_t brace) {
    int next = report->items[tokens_behind_braces(report->parser->tokens, brace)].kind;
    return next == RPAREN || next == RBRACK || next == COMMA || next == INTERPOLATION_CLOSE;
}

/* The "{" that ends the line of the error and opens a body of several lines; 0 for none. */
static uint32_t find_body(const struct report *report) {
    const struct parser *parser = report->parser;
    const struct token *items = report->items;
    uint32_t i = report->at;
    for (; i + 1 < parser->tokens->count; i++) {
        if (i > report->at && items[i].flags & TOKEN_LINE) return 0;
        if (is_comment(items[i].kind) || items[i].kind != LBRACE) continue;
        if (!(items[next_code(parser->tokens, i)].flags & TOKEN_LINE)) continue;
        bool fresh = !parser->has_synced || i > parser->last_sync;
        bool fits = parser->depths[i] == report->error->brace_depth;
        return fresh && fits && !is_in_brackets(report, i) ? i : 0;
    }
    return 0;
}

uint32_t report_line_start(const struct report *report, uint32_t index) {
    while (index > 0 && !(report->items[index].flags & TOKEN_LINE)) index--;
    return index;
}

static bool line_has_colon(const struct report *report, uint32_t body) {
    for (uint32_t i = report_line_start(report, body); i < body; i++)
        if (report->items[i].kind == COLON) return true;
    return false;
}

/* Which kind of body: declarations stand in blocks, entries in records. */
static int body_kind(const struct report *report, uint32_t body) {
    uint32_t first = report_line_start(report, body);
    int kind = report->items[first].kind;
    bool is_foreign = !is_declaration_word(kind) && !header_lacks_region(report, first) &&
                      is_text_start(report->items[first + 1].kind);
    bool record = kind == RESOURCE || kind == ACTION || kind == PROJECT || kind == WITH ||
                  (!is_declaration_word(kind) && line_has_colon(report, body)) || is_foreign ||
                  report->items[previous_code(report->parser->tokens, body)].kind == ASSIGN;
    if (!report->error->in_block) return BODY;
    return record ? BODY : BLOCK_BODY;
}

void recover(struct report *report, uint32_t from) {
    struct parser *parser = report->parser;
    bool here = tokens_begin_item(parser->tokens, from) &&
                parser->depths[from] == report->error->brace_depth &&
                !(parser->has_synced && from <= parser->last_sync);
    uint32_t body = here || parser->errors >= LIMIT_DIAGNOSTICS ? 0 : find_body(report);
    if (body > 0) {
        parser->errors++;
        parser->pending = body_kind(report, body);
        parser->last_sync = parser->cursor = body;
        parser->has_synced = true;
        return;
    }
    uint32_t target = parser->tokens->count - 1; /* after so many, the rest is not read */
    if (++parser->errors < LIMIT_DIAGNOSTICS) target = find_sync(report, from);
    if (parser->has_synced && target == parser->last_sync) { /* the end, for the second time */
        parser->cursor = parser->tokens->count;
        return;
    }
    parser->last_sync = target;
    parser->has_synced = true;
    parser->cursor = target;
    parser->pending = SYNC;
}
