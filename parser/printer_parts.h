/* What the files of the printer share. They walk the tree with print_...(printer, node); what they
 * take and put goes through printer_output.c. */
#ifndef MRP_PARSER_PRINTER_PARTS_H
#define MRP_PARSER_PRINTER_PARTS_H

#include "parser/builder.h"
#include "parser/grammar.h"
#include "parser/printer.h"

enum gap {
    GAP_NONE,
    GAP_SPACE,
    GAP_LINE, /* a new line */
    GAP_ITEM, /* a new line, with an empty one before it if the author left one */
};

struct printer {
    const struct tokens *tokens;
    const struct token *items;
    const char *bytes;
    struct lines *out;
    uint32_t cursor; /* the next token */
    uint32_t indent, column;
    enum gap gap;
    bool opened;   /* the last token opened a bracket: no empty line behind it */
    bool forced;   /* a comment has made the new line, not the layout */
    unsigned flat; /* tries that are going on */
    bool failed;   /* the innermost try has failed */
};

enum { PRINT_WIDTH = 100, PRINT_STEP = 2 };

/* ---- printer_output.c: tokens, the gaps between them, and tries ---- */

static inline bool print_is_comment(struct token token) {
    return token.kind == COMMENT || token.kind == DOC;
}

typedef void print_function(struct printer *printer, const struct node *node);

/* The next token that is no comment. */
struct token print_peek(const struct printer *printer);
void print_space(struct printer *printer);
void print_line(struct printer *printer);
void print_item_line(struct printer *printer);
/* Puts out the comments before the next token. */
void print_comments(struct printer *printer);
/* The next token as it is written. */
void print_take(struct printer *printer);
void print_take_spaced(struct printer *printer);
void print_take_text(struct printer *printer, const struct node *node);
/* A text as it is written, whatever tokens are in it. Only its line ends are made plain. */
void print_take_span(struct printer *printer, uint32_t start, uint32_t end);
/* A comma that may be left out: the layout puts its own. */
void print_skip_comma(struct printer *printer);
void print_put_comma(struct printer *printer);
/* Prints on one line, or leaves everything as it was and returns false. */
bool print_try_flat(struct printer *printer, print_function *print, const struct node *node);
/* Whether the author began a new line behind the opening bracket that comes next. */
bool print_opens_line(const struct printer *printer);
/* Takes the closing bracket on a line of its own; comments before it stand with the content. */
void print_close_lines(struct printer *printer);
void print_open_lines(struct printer *printer);

/* ---- print_expression.c: lists of things, types, expressions ---- */

void print_flat_list(struct printer *printer, struct list list, print_function *print);
/* One a line, each with a comma. */
void print_lines_list(struct printer *printer, struct list list, print_function *print);
/* name: type, of a record type or a function */
void print_field(struct printer *printer, const struct node *node);
void print_type(struct printer *printer, const struct node *node);
void print_generators(struct printer *printer, struct list generators);
void print_element(struct printer *printer, const struct node *node);
void print_expression(struct printer *printer, const struct node *node);

/* ---- print_block.c: records and blocks ---- */

/* `key = value`, where "=" is aligned with that of the lines around. */
struct alignment {
    uint32_t group;  /* 0 for none yet */
    uint32_t blanks; /* empty lines when the last one was printed */
};
void print_record(struct printer *printer, const struct node *node);
void print_body(struct printer *printer, const struct node *node);
void print_entry(struct printer *printer, const struct node *node, struct alignment *alignment);
void print_if(struct printer *printer, const struct node *node);
void print_loop(struct printer *printer, const struct node *node);
void print_value_declaration(struct printer *printer, const struct node *node,
                             struct alignment *alignment);
void print_block(struct printer *printer, const struct node *node);
/* What stands side by side: file and blocks. */
struct item_row {
    struct alignment alignment;
    enum node_kind last;
};
void print_row_item(struct printer *printer, const struct node *item, struct item_row *row);

/* ---- printer.c: declarations ---- */

void print_item(struct printer *printer, const struct node *node);

#endif
