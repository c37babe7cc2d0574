/* Whether an expression is over, for who types it line by line. */
#include "parser/builder.h"
#include "parser/grammar.h"

static bool has_no_end(const struct tokens *tokens) {
    int depth = 0;
    for (uint32_t i = 0; i < tokens->count; i++) {
        struct token token = tokens->items[i];
        switch ((int)token.kind) {
        case LPAREN: case SP_LPAREN: case LBRACK: case SP_LBRACK: case OPTIONAL_LBRACK: case LBRACE:
            depth++;
            break;
        case RPAREN: case RBRACK: case RBRACE: depth -= !(token.flags & TOKEN_MADE); break;
        case BLOCK_OPEN: case RAW_BLOCK:
            if (token.flags & TOKEN_BAD && token.length == 3) return true;
            break;
        }
    }
    return depth > 0;
}

bool parser_is_open(struct text text) {
    struct arena arena;
    struct sources sources;
    struct diagnostics unsaid;
    arena_init(&arena);
    sources_init(&sources, &arena);
    diagnostics_init(&unsaid, &arena, &sources);
    uint32_t source = sources_add(&sources, TEXT("(expression)"), text);
    bool is_open = has_no_end(lexer_scan(&arena, &unsaid, source));
    arena_release(&arena);
    return is_open;
}
