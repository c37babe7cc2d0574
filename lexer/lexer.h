/* From the characters of a file to its tokens, all at once, into one array.
 *
 * The parser, the printer, its mender of braces and editors all walk over this array; comments are
 * tokens in it too, which the parser steps over. A token holds no value: names, numbers and texts
 * are read from the source when the tree is built, so that a token is eight bytes.
 *
 * Two rules of the language are settled here, by white space, so that the grammar need not know:
 * a "(" or "[" after white space, and a "-" after white space that touches what follows, are kinds
 * of their own (SP_LPAREN, SP_LBRACK, SP_MINUS). They open a value and never continue one.
 *
 * Kinds are the numbers that bison gives to the tokens of parser/grammar.y: this is the one place
 * where lexer/ looks at parser/.
 */
#ifndef MRP_LEXER_LEXER_H
#define MRP_LEXER_LEXER_H

#include "base/diagnostics.h"
#include "base/limits.h"

enum token_flag {
    TOKEN_SPACE = 1 << 0, /* white space, a comment or nothing stands before it */
    TOKEN_LINE = 1 << 1,  /* the first of its line */
    TOKEN_BLANK = 1 << 2, /* with TOKEN_LINE: an empty line stands before it */
    TOKEN_DOC = 1 << 3,   /* ## comments stand before it: the DOC tokens just before this one */
    /* not in the source: put in by the mender, or the end of an unclosed text */
    TOKEN_MADE = 1 << 4,
    TOKEN_BAD = 1 << 5,   /* a text with a mistake that is reported */
};

struct token {
    uint64_t start : 25; /* byte offset in the source */
    uint64_t length : 25;
    uint64_t kind : 8; /* enum grammar_token_kind of parser/grammar.h */
    uint64_t flags : 6;
};

_Static_assert(sizeof(struct token) == 8, "a token is eight bytes");
_Static_assert(LIMIT_SOURCE_BYTES < 1 << 25, "offsets fit a token");

struct tokens {
    struct token *items; /* in the arena; the last one is the end of the file */
    uint32_t count;
    uint32_t forgotten; /* so many of the first ones are gone: see parser/parser.c */
    uint32_t source;
    bool mended; /* a brace was put in or dropped: not what the source says */
};

/* All tokens of a source. Reports what is wrong with single tokens; a source that is too large or
 * is not UTF-8 is reported and has only its end. Never NULL. */
struct tokens *lexer_scan(struct arena *arena, struct diagnostics *diagnostics, uint32_t source);

/* A piece of a source: whole lines, that hold whole declarations. */
struct source_part {
    uint32_t start, end; /* byte offsets; end is behind the last */
};

/* As lexer_scan, of these parts alone, which stand in the order of the source. What is between them
 * is as if it were not there. The source is known to be readable. */
struct tokens *lexer_scan_parts(struct arena *arena, struct diagnostics *diagnostics,
                                uint32_t source, const struct source_part *parts, uint32_t count);

/* The function that makes a span of time of a unit as other languages write it: "minutes" for "m"
 * or "min"; NULL for what is none. */
const char *lexer_duration(struct text unit);

static inline uint32_t token_end(struct token token) {
    return (uint32_t)(token.start + token.length);
}
static inline struct span token_span(const struct tokens *tokens, struct token token) {
    return (struct span){tokens->source, (uint32_t)token.start, token_end(token)};
}

#endif
