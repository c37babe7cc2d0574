/* The printer's output, line by line, until the columns of "=" and of comments are known. */
#ifndef MRP_PARSER_PRINTER_H
#define MRP_PARSER_PRINTER_H

#include "parser/parser.h"

struct output_line {
    uint32_t start;       /* of its text in the buffer, behind the indentation */
    uint32_t indent : 16;
    uint32_t column : 15; /* where the author put the comment; of all that are too far the same */
    uint32_t blank : 1;   /* an empty line stands before it */
    uint32_t equal;       /* offset in the text of the "=" that is aligned; 0 for none */
    uint32_t group;       /* with which others */
    uint32_t comment;     /* offset in the text of the comment behind code; 0 for none */
};

struct lines {
    struct buffer text; /* of all lines, without indentation and line ends */
    struct output_line *items;
    uint32_t count, capacity; /* the last one is the line being printed */
    uint32_t blanks, groups;
    bool begun; /* something is printed */
};

struct lines_mark {
    size_t length;
    uint32_t count, blanks, groups;
    struct output_line last;
};

void lines_init(struct lines *lines);
void lines_release(struct lines *lines);
void lines_add(struct lines *lines, struct text text);
/* Begins a new line, with an empty one before it if blank. */
void lines_break(struct lines *lines, bool blank, uint32_t indent);
/* A comment behind the code of this line; column is where it stood in the source. */
void lines_comment(struct lines *lines, struct text text, uint32_t column);
/* Notes that "=" comes next, aligned with its group. Returns the line. */
uint32_t lines_equal(struct lines *lines, uint32_t group);
void lines_equal_drop(struct lines *lines, uint32_t line);
uint32_t lines_new_group(struct lines *lines);
uint32_t lines_blanks(const struct lines *lines);
uint32_t lines_count(const struct lines *lines);
/* Whether all that follows "=" on a line is a bracket. */
bool lines_ends_with_opener(const struct lines *lines, uint32_t line);
struct lines_mark lines_mark(const struct lines *lines);
void lines_undo(struct lines *lines, struct lines_mark mark);
/* Aligns and writes out the lines so far. A group does not go on behind them. */
void lines_flush(struct lines *lines, struct buffer *out);

#endif
