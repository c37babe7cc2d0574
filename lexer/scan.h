/* What the scanner of scan.l and lexer.c share; nobody else includes it. */
#ifndef MRP_LEXER_SCAN_H
#define MRP_LEXER_SCAN_H

#include "lexer/lexer.h"

/* A text whose ${ } is being scanned: where to go back to at its "}". */
struct text_frame {
    int state;         /* start condition of the text */
    uint32_t braces;   /* "{" open inside the ${ } */
    uint32_t open;     /* offset of the text's opening quote */
    uint32_t interpolation; /* offset of its ${ */
};

struct lexer {
    struct arena *arena;
    struct diagnostics *diagnostics;
    uint32_t source;
    struct text bytes;
    int block_state;    /* the start condition of a text of several lines */
    uint32_t start, at; /* the match: first byte, byte behind the last */
    struct token *items;
    uint32_t count, capacity;
    unsigned newlines; /* since the last token or comment */
    bool space, doc, bad; /* of the next token */
    struct text_frame frames[LIMIT_NESTING];
    uint32_t frame_count;
    uint32_t open;       /* the text being scanned: offset of its quote */
    uint32_t part;       /* where its part without ${ } began */
    uint32_t line_start; /* of the last line of code */
    uint32_t bad_line;   /* start of the last line with a message about a character or quote */
    bool has_bad_line;
    bool line_reported;  /* this line has a message about a text that it leaves open */
};

/* Scans the bytes from lexer->at to their end (scan.l). */
void lexer_run(struct lexer *lexer);

void lexer_add(struct lexer *lexer, int kind, uint32_t start, uint32_t end, unsigned flags);
void lexer_comment(struct lexer *lexer);
void lexer_flush_part(struct lexer *lexer, uint32_t end);
void lexer_minus(struct lexer *lexer);
void lexer_member_apart(struct lexer *lexer);
void lexer_number(struct lexer *lexer, bool whole);
void lexer_number_refused(struct lexer *lexer);
void lexer_escape_refused(struct lexer *lexer);
void lexer_unicode_escape(struct lexer *lexer);
void lexer_dollar_dollar(struct lexer *lexer);
void lexer_foreign_comment(struct lexer *lexer);
void lexer_comment_in_text(struct lexer *lexer);
void lexer_unknown(struct lexer *lexer);
void lexer_semicolon(struct lexer *lexer);
void lexer_half_operator(struct lexer *lexer, int kind, const char *whole);
/* Whether the text that opens here is closed; if not, says so and steps over what seems to be
 * it. */
bool lexer_block_closes(struct lexer *lexer);
/* A raw text of several lines: steps over it. */
void lexer_raw_block(struct lexer *lexer);
void lexer_block_opens_late(struct lexer *lexer);
void lexer_block_in_line(struct lexer *lexer);
void lexer_text_unclosed(struct lexer *lexer, uint32_t open, const char *quote);
void lexer_interpolation_unclosed(struct lexer *lexer);
/* Whether ${ may open one more level; reports when it may not. */
bool lexer_may_nest(struct lexer *lexer);

#endif
