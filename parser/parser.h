/* From the text of a file to its tree, and from the tree back to text. */
#ifndef MRP_PARSER_PARSER_H
#define MRP_PARSER_PARSER_H

#include "base/diagnostics.h"
#include "parser/tree.h"

struct token;
struct tokens; /* lexer/lexer.h */
struct source_part;

struct parse {
    struct node *file;      /* FILE node; never NULL, whatever was wrong */
    struct tokens *tokens;  /* all tokens and comments, for the printer and editors; in a
                               parse by parser_parse_tree the comments alone */
};

/* Parses a source. Mistakes are reported; the tree holds what could be understood. */
struct parse parser_parse(struct arena *arena, struct names *names,
                          struct diagnostics *diagnostics, uint32_t source);

/* Who looks at the items of a file one by one, while it is parsed. */
struct taker {
    void (*take)(struct taker *taker, const struct tokens *tokens, const struct node *item);
};

/* As parser_parse, but each item goes to the taker and is dropped: of a long file there is never
 * a whole tree. file is NULL then. Where there is a mistake, file is what parser_parse gives, and
 * the taker has seen some items in vain. */
struct parse parser_parse_each(struct arena *arena, struct names *names,
                               struct diagnostics *diagnostics, uint32_t source,
                               struct taker *taker);

/* As parser_parse, for who wants no more than the tree and the comments. */
struct parse parser_parse_tree(struct arena *arena, struct names *names,
                               struct diagnostics *diagnostics, uint32_t source);

/* As parser_parse_tree, of these parts of the source alone (lexer_scan_parts); parts NULL: all. */
struct parse parser_parse_parts(struct arena *arena, struct names *names,
                                struct diagnostics *diagnostics, uint32_t source,
                                const struct source_part *parts, uint32_t count);

/* Takes up the comments of a parsed file that allow warnings, `# mrp: allow ID because REASON`;
 * reports those that are written wrongly. */
void parser_allow(struct arena *arena, struct diagnostics *diagnostics, const struct parse *parse);

/* As parser_parse for one expression (mrp eval, --set in .mrp form, tests). */
struct parse parser_parse_expression(struct arena *arena, struct names *names,
                                     struct diagnostics *diagnostics, uint32_t source);

/* Whether brackets or a text over several lines are open at the end of an expression. */
bool parser_is_open(struct text text);

/* Parses a source and prints it in the one format of mrp fmt: every comment kept, idempotent, the
 * same tree. Nothing certain is printed where a mistake is reported. */
void printer_format(struct arena *arena, struct names *names, struct diagnostics *diagnostics,
                    uint32_t source, struct buffer *out);

/* The same of a file that was parsed without an error. */
void printer_print(const struct parse *parse, const struct sources *sources, struct buffer *out);

/* An expression on one line, for messages and names ("a + b[0]"). */
void printer_expression(const struct node *node, struct buffer *out);

#endif
