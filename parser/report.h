/* What the reporter (report.c) and the search for where to go on (recover.c) share. */
#ifndef MRP_PARSER_REPORT_H
#define MRP_PARSER_REPORT_H

#include "parser/builder.h"
#include "parser/grammar.h"

/* How far the reporter looks around: more would be slow where a long line has many mistakes. */
enum { LOOK_BACK = 5000, LOOK_AHEAD = 50000 };

struct report {
    struct parser *parser;
    const struct syntax_error *error;
    const struct token *items;
    uint32_t at;     /* the token that fits nothing */
    uint32_t before; /* the one before it; at itself at the start of the file */
};

/* ---- tokens by their kinds ---- */

static inline bool is_comment(int kind) { return kind == COMMENT || kind == DOC; }

static inline uint32_t next_code(const struct tokens *tokens, uint32_t index) {
    do index++;
    while (index + 1 < tokens->count && is_comment(tokens->items[index].kind));
    return index < tokens->count ? index : tokens->count - 1;
}

static inline uint32_t previous_code(const struct tokens *tokens, uint32_t index) {
    uint32_t previous = index;
    while (previous > 0 && is_comment(tokens->items[previous - 1].kind)) previous--;
    return previous > 0 ? previous - 1 : index;
}

static inline bool is_declaration_word(int kind) { return kind >= IMPORT && kind <= WITH; }
static inline bool is_reserved(int kind) { return kind >= IF && kind <= NULL_; }
static inline bool is_text_start(int kind) {
    return kind == STRING || kind == RAW || kind == RAW_BLOCK || kind == TEXT_OPEN ||
           kind == BLOCK_OPEN;
}
static inline bool is_opener(int kind) {
    return kind == LPAREN || kind == SP_LPAREN || kind == LBRACK || kind == SP_LBRACK ||
           kind == OPTIONAL_LBRACK;
}
static inline bool is_closer(int kind) { return kind == RPAREN || kind == RBRACK; }
static inline bool is_comparison(int kind) { return kind >= EQUAL && kind <= GREATER_EQUAL; }

/* Whether a token can begin a value. */
static inline bool begins_value(int kind) {
    return token_is_word(kind) || is_text_start(kind) || kind == INT || kind == NUMBER ||
           kind == AWS_TYPE || kind == TRUE || kind == FALSE || kind == NULL_ || kind == LBRACE ||
           kind == SP_LPAREN || kind == SP_LBRACK || kind == SP_MINUS || kind == NOT;
}

/* Whether a token ends a value. */
static inline bool ends_value(int kind) {
    return token_is_word(kind) || kind == STRING || kind == RAW || kind == RAW_BLOCK ||
           kind == TEXT_CLOSE || kind == INT || kind == NUMBER || kind == AWS_TYPE ||
           kind == TRUE || kind == FALSE || kind == NULL_ || kind == RBRACE || kind == RPAREN ||
           kind == RBRACK || kind == MEMBER || kind == OPTIONAL_MEMBER;
}

/* Whether something must follow a token for the value or entry to be whole. */
static inline bool wants_more(int kind) {
    return kind == ASSIGN || kind == ARROW || kind == COLON || kind == PIPE || kind == RANGE ||
           kind == ELLIPSIS || kind == NOT || kind == SP_MINUS || kind == THEN || kind == ELSE ||
           kind == IN || (kind >= OR && kind <= PERCENT);
}

/* Whether a token of this kind would fit. */
static inline bool report_expects(const struct report *report, int kind) {
    for (uint32_t i = 0; i < report->error->expected_count; i++)
        if (report->error->expected[i] == kind) return true;
    return false;
}

static inline bool report_expects_value(const struct report *report) {
    return report_expects(report, TRUE) && report_expects(report, INT);
}
static inline bool report_expects_type(const struct report *report) {
    return report_expects(report, AWS_TYPE) && !report_expects(report, TRUE);
}

/* Whether a token is a word that begins its line. */
bool report_is_lone_word(const struct report *report, uint32_t index);

/* The innermost bracket that is open before a token; count of tokens if there is none. */
uint32_t report_open_bracket(const struct report *report, uint32_t index);

/* ---- what is said ---- */

static inline struct text report_text(const struct report *report, uint32_t index) {
    struct token token = report->items[index];
    return (struct text){report->parser->bytes + token.start, token.length};
}

/* From the beginning of one token to the end of another. */
static inline struct span report_span(const struct report *report, uint32_t first, uint32_t last) {
    const struct tokens *tokens = report->parser->tokens;
    return span_join(token_span(tokens, report->items[first]),
                     token_span(tokens, report->items[last]));
}

/* Reports what is wrong with the tokens from first to last. */
struct diagnostic *report_say(const struct report *report, enum diagnostic_id id, uint32_t first,
                              uint32_t last, struct text message);
/* The word stands where a declaration begins, and begins none. What is marked ends with last. */
struct diagnostic *report_no_declaration(const struct report *report, uint32_t word,
                                         uint32_t last);

#define HINT(report, diagnostic, ...) \
    diagnostic_hint((report)->parser->diagnostics, (diagnostic), __VA_ARGS__)
#define FORMAT(report, ...) text_format((report)->parser->arena, __VA_ARGS__)

/* The word of a declaration that another language's, or a misspelt one, may mean; or empty. */
struct text report_declaration_word(struct text written);

/* ---- habits.c ---- */

/* Says what is wrong where the text is of another language; false where it seems to be of none. */
bool habit_say(struct report *report);
/* habits_code.c: of program languages: functions as values, `new`, parts of lists, prefixes of
 * texts. habits_types.c: types as they write them. */
bool habit_say_code(const struct report *report);
bool habit_say_type(const struct report *report);
/* A hint for what was expected: how the declaration, or what was begun of it, is written. */
void habit_hint(const struct report *report, struct diagnostic *diagnostic);

/* ---- header.c: what stands between a declaration's word and its body ---- */

/* A word, or what a text on one line holds, where that can be a name; else the usual one. */
struct text header_name(const struct report *report, uint32_t index, const char *usual);
/* Whether a line begins with the label and the name of a region, without its word. */
bool header_lacks_region(const struct report *report, uint32_t label);
/* The label and the name of a region. */
bool header_say_region(const struct report *report);
/* The name and the type of a resource or an action. */
bool header_say_type(const struct report *report);
/* The name and the type of a param. */
bool header_say_param(const struct report *report);
/* A hint: how the declaration is written that begins the line. */
void header_hint(const struct report *report, struct diagnostic *diagnostic);

/* ---- recover.c ---- */

/* The token behind a text that begins at i. */
uint32_t tokens_behind_text(const struct tokens *tokens, uint32_t i);
/* What stands behind the "}" that closes a "{", if that is near. */
uint32_t tokens_behind_braces(const struct tokens *tokens, uint32_t brace);
bool tokens_begin_declaration(const struct tokens *tokens, uint32_t i);
/* Whether a declaration or an entry begins at token i, judged from its line alone. */
bool tokens_begin_item(const struct tokens *tokens, uint32_t i);
/* `stage` on a line of its own, as an editor sees it while somebody types. */
bool tokens_alone(const struct tokens *tokens, uint32_t i);
/* The first token of the line in which a token stands. */
uint32_t report_line_start(const struct report *report, uint32_t index);
/* Notes how many braces are open before each token; once, at the first mistake. */
void recover_measure_depths(struct parser *parser);
/* Moves the parser's cursor to where it goes on, at token `from` at the earliest. */
void recover(struct report *report, uint32_t from);

#endif
