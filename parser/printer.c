/* mrp fmt: a tree and its tokens back to text, in the one format.
 *
 * The tree says what belongs together, the tokens say what is written: printing walks the tree in the
 * order of the source and takes one token after the other, so no word and no comment can be lost.
 * What stands between two tokens (nothing, a space, a new line) is only noted, and put out when the
 * next token is known: a comment between them decides it otherwise.
 *
 * A record, list or call is first tried on one line ("flat"). The try fails at the first new line,
 * comment or column past the limit, and is undone; then it is printed over several lines, its
 * content tried anew. As a try never prints more than a line, the cost is linear. What the author
 * opened over several lines stays so.
 *
 * Columns of "=" and of comments behind code are only noted too, and aligned at the end (align.c).
 */
#include "parser/printer.h"

#include "parser/builder.h"
#include "parser/grammar.h"

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

enum { WIDTH = 100, STEP = 2 };

static void print_expression(struct printer *printer, const struct node *node);
static void print_type(struct printer *printer, const struct node *node);
static void print_record(struct printer *printer, const struct node *node);
static void print_item(struct printer *printer, const struct node *node);

/* ---- tokens and gaps ---- */

static bool is_comment(struct token token) { return token.kind == COMMENT || token.kind == DOC; }

/* The next token that is no comment. */
static struct token peek(const struct printer *printer) {
    uint32_t i = printer->cursor;
    while (is_comment(printer->items[i])) i++;
    return printer->items[i];
}

static void space(struct printer *printer) {
    if (printer->gap == GAP_NONE) printer->gap = GAP_SPACE;
}

static void line(struct printer *printer) {
    if (printer->flat) printer->failed = true;
    if (printer->gap < GAP_LINE) printer->gap = GAP_LINE;
    printer->forced = false;
}

static void item_line(struct printer *printer) {
    line(printer);
    printer->gap = GAP_ITEM;
}

/* Puts out the gap that was noted. blank: the author left an empty line here. */
static void put_gap(struct printer *printer, bool blank) {
    if (printer->gap >= GAP_LINE) {
        uint32_t indent = printer->indent + (printer->forced ? STEP : 0);
        bool empty = blank && printer->gap == GAP_ITEM && !printer->opened;
        lines_break(printer->out, empty, indent);
        printer->column = indent;
    } else if (printer->gap == GAP_SPACE) {
        lines_add(printer->out, TEXT(" "));
        printer->column++;
    }
    printer->gap = GAP_NONE;
    printer->forced = false;
}

/* Where the author put a comment behind code; 0 if no more than one space led there. */
static uint32_t comment_column(const struct printer *printer, struct token token) {
    uint32_t start = (uint32_t)token.start, end = start;
    if (start < 2 || !strchr(" \t", printer->bytes[start - 2])) return 0;
    while (start > 0 && printer->bytes[start - 1] != '\n') start--;
    return (uint32_t)text_columns((struct text){printer->bytes + start, end - start});
}

static void put_comment(struct printer *printer, struct token token) {
    if (printer->flat) {
        printer->failed = true;
        return;
    }
    struct text text = {printer->bytes + token.start, token.length};
    while (text.length > 0 && strchr(" \t\r", text.bytes[text.length - 1])) text.length--;
    if (token.flags & TOKEN_LINE) {
        if (printer->gap < GAP_LINE) {
            printer->gap = GAP_LINE;
            printer->forced = true;
        }
        bool forced = printer->forced;
        enum gap gap = printer->gap;
        put_gap(printer, token.flags & TOKEN_BLANK);
        lines_add(printer->out, text);
        printer->gap = gap;
        printer->forced = forced;
        printer->opened = false;
    } else {
        uint32_t column = comment_column(printer, token);
        lines_comment(printer->out, text, column);
        if (printer->gap < GAP_LINE) {
            printer->gap = GAP_LINE;
            printer->forced = true;
        }
    }
}

/* Puts out the comments before the next token. */
static void flush(struct printer *printer) {
    while (is_comment(printer->items[printer->cursor]) && !printer->failed)
        put_comment(printer, printer->items[printer->cursor++]);
}

static void put(struct printer *printer, struct text text) {
    lines_add(printer->out, text);
    printer->column += (uint32_t)text_columns(text);
    if (printer->flat && printer->column > WIDTH) printer->failed = true;
}

/* The next token as it is written. */
static void take(struct printer *printer) {
    if (printer->failed) return;
    flush(printer);
    if (printer->failed) return;
    struct token token = printer->items[printer->cursor++];
    put_gap(printer, token.flags & TOKEN_BLANK && token.kind != RBRACE && token.kind != RPAREN &&
                         token.kind != RBRACK);
    put(printer, (struct text){printer->bytes + token.start, token.length});
    printer->opened = token.kind == LBRACE || token.kind == LPAREN || token.kind == SP_LPAREN ||
                      token.kind == LBRACK || token.kind == SP_LBRACK ||
                      token.kind == OPTIONAL_LBRACK;
}

static void take_spaced(struct printer *printer) {
    space(printer);
    take(printer);
    space(printer);
}

/* One line of a text that goes over several. */
static void put_text_line(struct printer *printer, struct text text, bool last) {
    if (!last && text.length > 0 && text.bytes[text.length - 1] == '\r') text.length--;
    put(printer, text);
    if (last) return;
    if (printer->flat) printer->failed = true;
    lines_break(printer->out, false, 0);
    printer->column = 0;
}

/* A text as it is written, whatever tokens are in it. Only its line ends are made plain. */
static void take_span(struct printer *printer, uint32_t start, uint32_t end) {
    if (printer->failed) return;
    flush(printer);
    if (printer->failed) return;
    if (printer->flat && end - start > WIDTH * 4) { /* not even in characters of four bytes */
        printer->failed = true;
        return;
    }
    put_gap(printer, printer->items[printer->cursor].flags & TOKEN_BLANK);
    while (start < end) {
        const char *found = memchr(printer->bytes + start, '\n', end - start);
        uint32_t stop = found ? (uint32_t)(found - printer->bytes) : end;
        struct text part = {printer->bytes + start, stop - start};
        put_text_line(printer, part, !found);
        start = stop + 1;
    }
    while (printer->items[printer->cursor].start < end &&
           printer->items[printer->cursor].kind != END)
        printer->cursor++;
    printer->opened = false;
}

static void take_text(struct printer *printer, const struct node *node) {
    take_span(printer, node->span.start, node->span.end);
}

/* A comma that may be left out: the layout puts its own. */
static void skip_comma(struct printer *printer) {
    uint32_t i = printer->cursor;
    while (is_comment(printer->items[i])) i++;
    if (printer->items[i].kind != COMMA) return;
    if (i == printer->cursor) {
        printer->cursor++;
        return;
    }
    /* comments stand before it: they go to the end of what is printed */
    if (printer->flat) {
        printer->failed = true;
        return;
    }
    printer->gap = GAP_ITEM;
    flush(printer);
    printer->cursor++;
}

static void put_comma(struct printer *printer) {
    if (!printer->failed) put(printer, TEXT(","));
}

/* ---- tries ---- */

typedef void print_function(struct printer *printer, const struct node *node);

/* Prints on one line, or leaves everything as it was and returns false. */
static bool try_flat(struct printer *printer, print_function *print, const struct node *node) {
    flush(printer);
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    printer->flat++;
    print(printer, node);
    bool fits = !printer->failed && printer->column <= WIDTH;
    if (fits) {
        printer->flat--;
        return true;
    }
    lines_undo(printer->out, mark);
    *printer = saved;
    return false;
}

/* Whether the author began a new line behind the opening bracket that comes next. */
static bool opens_line(const struct printer *printer) {
    uint32_t i = printer->cursor;
    while (is_comment(printer->items[i])) i++;
    return printer->items[i + 1].flags & TOKEN_LINE || is_comment(printer->items[i + 1]);
}

/* Takes the closing bracket on a line of its own; comments before it stand with the content. */
static void close_lines(struct printer *printer) {
    line(printer);
    flush(printer);
    printer->indent -= STEP;
    line(printer);
    take(printer);
}

static void open_lines(struct printer *printer) {
    take(printer);
    printer->indent += STEP;
    line(printer);
}

/* ---- lists of things ---- */

static void print_flat_list(struct printer *printer, struct list list, print_function *print) {
    for (const struct node *node = list.first; node; node = node->next) {
        print(printer, node);
        if (printer->failed) return;
        skip_comma(printer);
        if (!node->next) break;
        put_comma(printer);
        space(printer);
    }
}

/* One a line, each with a comma. */
static void print_lines_list(struct printer *printer, struct list list, print_function *print) {
    for (const struct node *node = list.first; node; node = node->next) {
        print(printer, node);
        put_comma(printer);
        skip_comma(printer);
        item_line(printer);
    }
}

/* ---- types ---- */

static void print_field(struct printer *printer, const struct node *node) {
    take_span(printer, node->field.name.start, node->field.name.end);
    take(printer);
    space(printer);
    print_type(printer, node->field.type);
    if (!node->field.initial) return;
    take_spaced(printer);
    print_expression(printer, node->field.initial);
}

static void print_type_record_flat(struct printer *printer, const struct node *node) {
    if (opens_line(printer) && node->type_record.fields.first) printer->failed = true;
    take(printer);
    if (node->type_record.fields.first) space(printer);
    print_flat_list(printer, node->type_record.fields, print_field);
    if (node->type_record.fields.first) space(printer);
    take(printer);
}

static void print_type_record(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_type_record_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_type_record_flat, node)) return;
    open_lines(printer);
    for (const struct node *f = node->type_record.fields.first; f; f = f->next) {
        print_field(printer, f);
        skip_comma(printer);
        item_line(printer);
    }
    close_lines(printer);
}

static void print_union_flat(struct printer *printer, const struct node *node) {
    for (const struct node *m = node->type_union.members.first; m; m = m->next) {
        print_type(printer, m);
        if (m->next) take_spaced(printer);
    }
}

static void print_union(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_union_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_union_flat, node)) return;
    printer->indent += STEP;
    for (const struct node *m = node->type_union.members.first; m; m = m->next) {
        print_type(printer, m);
        if (!m->next) break;
        space(printer);
        take(printer);
        line(printer);
    }
    printer->indent -= STEP;
}

static void print_path(struct printer *printer, const struct node *node) {
    for (uint32_t i = 0; i < node->type_name.path.count; i++) take(printer);
}

static void print_bare_type(struct printer *printer, const struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_TYPE_NAME: print_path(printer, node); break;
    case NODE_TYPE_LITERAL:
        if (node->type_literal.literal->kind == NODE_TEXT) {
            take_text(printer, node->type_literal.literal);
        } else {
            if (peek(printer).kind == MINUS || peek(printer).kind == SP_MINUS) take(printer);
            take(printer);
        }
        break;
    case NODE_TYPE_LIST:
        take(printer);
        print_type(printer, node->type_list.element);
        take(printer);
        break;
    case NODE_TYPE_MAP:
        take(printer);
        print_type(printer, node->type_map.element);
        take(printer);
        break;
    case NODE_TYPE_RECORD: print_type_record(printer, node); break;
    case NODE_TYPE_OPTIONAL:
        print_type(printer, node->type_optional.inner);
        take(printer);
        break;
    case NODE_TYPE_UNION: print_union(printer, node); break;
    case NODE_TYPE_DEPLOY:
        take(printer);
        space(printer);
        print_type(printer, node->type_deploy.inner);
        break;
    case NODE_TYPE_SSM:
        take(printer);
        take(printer);
        print_type(printer, node->type_ssm.inner);
        take(printer);
        break;
    default: break; /* only types come here */
    }
}

/* Parentheses around a type are no node of their own: they stand before its first token. */
static void print_type(struct printer *printer, const struct node *node) {
    unsigned parens = 0;
    while (!printer->failed && peek(printer).start < node->span.start) {
        take(printer);
        parens++;
    }
    print_bare_type(printer, node);
    for (; parens > 0; parens--) take(printer);
}

/* ---- expressions ---- */

static void print_generators(struct printer *printer, struct list generators) {
    for (const struct node *node = generators.first; node; node = node->next) {
        take(printer); /* for, if */
        space(printer);
        if (node->kind == NODE_GENERATOR) {
            take(printer);
            if (node->generator.second.name) {
                take(printer);
                space(printer);
                take(printer);
            }
            take_spaced(printer);
            print_expression(printer, node->generator.over);
        } else {
            print_expression(printer, node->filter.condition);
        }
        if (node->next) space(printer);
    }
}

static void print_element(struct printer *printer, const struct node *node) {
    if (node->kind == NODE_SPREAD) {
        take(printer);
        print_expression(printer, node->spread.value);
    } else if (node->kind == NODE_ARGUMENT) {
        take(printer);
        take_spaced(printer);
        print_expression(printer, node->argument.value);
    } else {
        print_expression(printer, node);
    }
}

/* Whether a value can be broken inside while its bracket stays on the line: f({ ... }). */
static bool hugs(const struct node *node) {
    if (node->kind == NODE_ARGUMENT) node = node->argument.value;
    return node->kind == NODE_RECORD || node->kind == NODE_LIST || node->kind == NODE_LIST_FOR ||
           node->kind == NODE_MAP_FOR ||
           (node->flags & NODE_LINES && (node->kind == NODE_TEXT || node->kind == NODE_TEMPLATE));
}

static struct list bracket_list(const struct node *node) {
    return node->kind == NODE_CALL ? node->call.arguments : node->list.elements;
}

static void print_bracket_flat(struct printer *printer, const struct node *node) {
    if (opens_line(printer) && bracket_list(node).first) printer->failed = true;
    take(printer);
    print_flat_list(printer, bracket_list(node), print_element);
    take(printer);
}

/* Whether a comment stands between a value and the bracket that closes behind it. Asked before the
 * value is printed: to print it and find out then would double the work at each level. */
static bool comment_behind(const struct printer *printer, const struct node *value) {
    uint32_t i = tokens_find(printer->tokens, value->span.end);
    while (printer->items[i].kind == COMMA) i++;
    return is_comment(printer->items[i]);
}

/* All but the last element on the line, the last one as it likes: f(a, { ... }). */
static bool try_hugging(struct printer *printer, const struct node *node) {
    struct list list = bracket_list(node);
    if (!list.last || !hugs(list.last) || opens_line(printer)) return false;
    if (comment_behind(printer, list.last)) return false;
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    take(printer);
    printer->flat++;
    for (const struct node *e = list.first; e != list.last && !printer->failed; e = e->next) {
        print_element(printer, e);
        put_comma(printer);
        skip_comma(printer);
        space(printer);
    }
    printer->flat--;
    if (printer->failed || is_comment(printer->items[printer->cursor])) {
        lines_undo(printer->out, mark);
        *printer = saved;
        return false;
    }
    print_element(printer, list.last);
    skip_comma(printer);
    take(printer);
    return true;
}

/* A list or the parentheses of a call. */
static void print_bracket(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_bracket_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_bracket_flat, node)) return;
    if (try_hugging(printer, node)) return;
    open_lines(printer);
    print_lines_list(printer, bracket_list(node), print_element);
    close_lines(printer);
}

static void print_for_value(struct printer *printer, const struct node *node) {
    if (node->comprehension.key) {
        print_expression(printer, node->comprehension.key);
        take_spaced(printer);
    }
    print_expression(printer, node->comprehension.value);
}

static void print_for_flat(struct printer *printer, const struct node *node) {
    if (opens_line(printer)) printer->failed = true;
    take(printer);
    print_generators(printer, node->comprehension.generators);
    take(printer);
    space(printer);
    print_for_value(printer, node);
    take(printer);
}

/* Generators flat, the value as it likes: [for x in xs: { ... }]. */
static bool try_hugging_for(struct printer *printer, const struct node *node) {
    if (!hugs(node->comprehension.value) || opens_line(printer)) return false;
    if (comment_behind(printer, node->comprehension.value)) return false;
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    printer->flat++;
    take(printer);
    print_generators(printer, node->comprehension.generators);
    take(printer);
    space(printer);
    if (node->comprehension.key) {
        print_expression(printer, node->comprehension.key);
        take_spaced(printer);
    }
    printer->flat--;
    if (printer->failed || is_comment(printer->items[printer->cursor])) {
        lines_undo(printer->out, mark);
        *printer = saved;
        return false;
    }
    print_expression(printer, node->comprehension.value);
    take(printer);
    return true;
}

static void print_for(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_for_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_for_flat, node) || try_hugging_for(printer, node)) return;
    open_lines(printer);
    print_generators(printer, node->comprehension.generators);
    take(printer);
    printer->indent += STEP;
    line(printer);
    print_for_value(printer, node);
    printer->indent -= STEP;
    close_lines(printer);
}

/* 0..3 stands close, unless an operand has operators itself. */
static bool stands_close(const struct node *node) {
    return node->binary.op == OPERATOR_RANGE && node->binary.left->kind != NODE_BINARY &&
           node->binary.right->kind != NODE_BINARY;
}

static void print_binary_flat(struct printer *printer, const struct node *node) {
    print_expression(printer, node->binary.left);
    if (stands_close(node)) take(printer);
    else take_spaced(printer);
    print_expression(printer, node->binary.right);
}

/* Over several lines, each operator ends its line. */
static void print_binary_lines(struct printer *printer, const struct node *node) {
    const struct node *left = node->binary.left;
    bool chain = left->kind == NODE_BINARY;
    if (chain) print_binary_lines(printer, left);
    else print_expression(printer, left);
    space(printer);
    take(printer);
    line(printer);
    print_expression(printer, node->binary.right);
}

static void print_binary(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_binary_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_binary_flat, node)) return;
    printer->indent += STEP;
    print_binary_lines(printer, node);
    printer->indent -= STEP;
}

static void print_conditional_flat(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    print_expression(printer, node->conditional.condition);
    take_spaced(printer);
    print_expression(printer, node->conditional.then);
    take_spaced(printer);
    print_expression(printer, node->conditional.otherwise);
}

/* if c then { ... } else { ... } keeps its words on the lines of the brackets. */
static bool hugs_branches(const struct node *node) {
    return hugs(node->conditional.then) && (hugs(node->conditional.otherwise) ||
                                            node->conditional.otherwise->kind == NODE_NULL);
}

static void print_conditional(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_conditional_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_conditional_flat, node)) return;
    if (hugs_branches(node)) {
        print_conditional_flat(printer, node);
        return;
    }
    take(printer);
    space(printer);
    print_expression(printer, node->conditional.condition);
    printer->indent += STEP;
    line(printer);
    take(printer);
    space(printer);
    print_expression(printer, node->conditional.then);
    line(printer);
    take(printer);
    space(printer);
    print_expression(printer, node->conditional.otherwise);
    printer->indent -= STEP;
}

static void print_index(struct printer *printer, const struct node *node) {
    print_expression(printer, node->index.object);
    take(printer);
    print_expression(printer, node->index.index);
    take(printer);
}

static void print_expression(struct printer *printer, const struct node *node) {
    if (printer->failed) return;
    switch ((enum node_kind)node->kind) {
    case NODE_TEXT:
    case NODE_TEMPLATE: take_text(printer, node); break;
    case NODE_LIST: print_bracket(printer, node); break;
    case NODE_RECORD: print_record(printer, node); break;
    case NODE_LIST_FOR:
    case NODE_MAP_FOR: print_for(printer, node); break;
    case NODE_UNARY:
        take(printer);
        print_expression(printer, node->unary.operand);
        break;
    case NODE_BINARY: print_binary(printer, node); break;
    case NODE_CONDITIONAL: print_conditional(printer, node); break;
    case NODE_MEMBER:
        print_expression(printer, node->member.object);
        take(printer);
        break;
    case NODE_INDEX: print_index(printer, node); break;
    case NODE_CALL:
        print_expression(printer, node->call.callee);
        print_bracket(printer, node);
        break;
    case NODE_PAREN:
        take(printer);
        print_expression(printer, node->paren.inner);
        take(printer);
        break;
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL:
    case NODE_AWS_TYPE: take(printer); break;
    default: break; /* only expressions come here */
    }
}

/* ---- records and blocks ---- */

/* `key = value`, where "=" is aligned with that of the lines around. */
struct alignment {
    uint32_t group;  /* 0 for none yet */
    uint32_t blanks; /* empty lines when the last one was printed */
};

static uint32_t group_of(struct printer *printer, struct alignment *alignment) {
    uint32_t blanks = lines_blanks(printer->out);
    if (alignment->group == 0 || alignment->blanks != blanks)
        alignment->group = lines_new_group(printer->out);
    alignment->blanks = blanks;
    return alignment->group;
}

/* "= value" behind a key or name. */
static void print_equal(struct printer *printer, const struct node *value,
                        struct alignment *alignment) {
    space(printer);
    flush(printer);
    bool plain = printer->gap < GAP_LINE && !printer->flat && alignment;
    uint32_t at = 0, lines = 0;
    if (plain) {
        uint32_t group = group_of(printer, alignment);
        at = lines_equal(printer->out, group);
        lines = lines_count(printer->out);
    }
    take(printer);
    space(printer);
    print_expression(printer, value);
    if (!plain || lines_count(printer->out) == lines) return;
    /* what goes on over lines ends the group, and stays out of it if only a bracket is on its line */
    if (lines_ends_with_opener(printer->out, at)) lines_equal_drop(printer->out, at);
    alignment->group = 0;
}

static void print_entry(struct printer *printer, const struct node *node,
                        struct alignment *alignment) {
    const struct node *key = node->entry.key;
    if (node->flags & NODE_QUOTED) take_text(printer, key);
    else take(printer);
    print_equal(printer, node->entry.value, alignment);
}

static void print_body(struct printer *printer, const struct node *node);

static void print_if(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    print_expression(printer, node->branch.condition);
    space(printer);
    print_body(printer, node->branch.then);
    if (!node->branch.otherwise) return;
    take_spaced(printer);
    if (node->branch.otherwise->kind == NODE_IF) print_if(printer, node->branch.otherwise);
    else print_body(printer, node->branch.otherwise);
}

static void print_loop(struct printer *printer, const struct node *node) {
    print_generators(printer, node->loop.generators);
    space(printer);
    print_body(printer, node->loop.body);
}

static void print_record_item(struct printer *printer, const struct node *node,
                              struct alignment *alignment) {
    switch ((enum node_kind)node->kind) {
    case NODE_ENTRY: print_entry(printer, node, alignment); return;
    case NODE_SPREAD: print_element(printer, node); break;
    case NODE_IF: print_if(printer, node); break;
    case NODE_FOR: print_loop(printer, node); break;
    default: break; /* only entries come here */
    }
    if (alignment) alignment->group = 0;
}

static void print_flat_entry(struct printer *printer, const struct node *node) {
    print_record_item(printer, node, NULL);
}

static void print_record_flat(struct printer *printer, const struct node *node) {
    struct list entries = node->record.entries;
    if (opens_line(printer) && entries.first) printer->failed = true;
    take(printer);
    if (entries.first) space(printer);
    print_flat_list(printer, entries, print_flat_entry);
    if (entries.first) space(printer);
    take(printer);
}

static void print_record(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_record_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_record_flat, node)) return;
    struct alignment alignment = {0};
    open_lines(printer);
    for (const struct node *entry = node->record.entries.first; entry; entry = entry->next) {
        print_record_item(printer, entry, &alignment);
        skip_comma(printer);
        item_line(printer);
    }
    close_lines(printer);
}

static bool is_aligned_declaration(const struct node *node) {
    return node->kind == NODE_LET || node->kind == NODE_OUTPUT;
}

static void print_value_declaration(struct printer *printer, const struct node *node,
                                    struct alignment *alignment) {
    const struct node *type = node->kind == NODE_LET ? node->let.type : node->output.type;
    const struct node *value = node->kind == NODE_LET ? node->let.value : node->output.value;
    take(printer);
    space(printer);
    take(printer);
    if (type) {
        take(printer);
        space(printer);
        print_type(printer, type);
    }
    print_equal(printer, value, alignment);
}

static void print_items(struct printer *printer, struct list items) {
    struct alignment alignment = {0};
    enum node_kind last = NODE_KIND_COUNT;
    for (const struct node *item = items.first; item; item = item->next) {
        if (item->kind != last) alignment.group = 0;
        last = item->kind;
        if (item->kind == NODE_ENTRY) print_entry(printer, item, &alignment);
        else if (is_aligned_declaration(item)) print_value_declaration(printer, item, &alignment);
        else print_item(printer, item);
        skip_comma(printer);
        item_line(printer);
    }
}

/* One declaration on the line of its braces stays there, if the author put it there. */
static void print_block_flat(struct printer *printer, const struct node *node) {
    struct list items = node->block.items;
    if (items.count > 1 || (items.first && opens_line(printer))) printer->failed = true;
    take(printer);
    if (items.first) {
        space(printer);
        print_item(printer, items.first);
        skip_comma(printer);
        space(printer);
    }
    take(printer);
}

static void print_block(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_block_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_block_flat, node)) return;
    open_lines(printer);
    print_items(printer, node->block.items);
    close_lines(printer);
}

static void print_body(struct printer *printer, const struct node *node) {
    if (node->kind == NODE_BLOCK) print_block(printer, node);
    else print_record(printer, node);
}

/* ---- declarations ---- */

static void print_import_names_flat(struct printer *printer, const struct node *node) {
    if (opens_line(printer)) printer->failed = true;
    take(printer);
    space(printer);
    print_flat_list(printer, node->import.names, print_expression);
    space(printer);
    take(printer);
}

static void print_import(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    if (node->import.file) take_text(printer, node->import.file);
    for (uint32_t i = 0; i < node->import.path.count; i++) take(printer);
    if (node->import.has_alias) {
        take_spaced(printer);
        take(printer);
    }
    if (!node->import.has_names) return;
    space(printer);
    if (printer->flat) {
        print_import_names_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_import_names_flat, node)) return;
    open_lines(printer);
    print_lines_list(printer, node->import.names, print_expression);
    close_lines(printer);
}

static void print_check_words(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    print_expression(printer, node->check.condition);
    take(printer);
    space(printer);
    print_expression(printer, node->check.message);
}

/* On the line of what it checks if it was written there and fits, else on its own. */
static void print_checks(struct printer *printer, struct list checks) {
    printer->indent += STEP;
    for (const struct node *check = checks.first; check; check = check->next) {
        bool apart = peek(printer).flags & TOKEN_LINE;
        space(printer);
        if (printer->flat) {
            if (apart) printer->failed = true;
            print_check_words(printer, check);
        } else if (apart || !try_flat(printer, print_check_words, check)) {
            line(printer);
            print_check_words(printer, check);
        }
    }
    printer->indent -= STEP;
}

static void print_param(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    take(printer);
    take(printer);
    space(printer);
    print_type(printer, node->param.type);
    if (node->param.initial) {
        take_spaced(printer);
        print_expression(printer, node->param.initial);
    }
    print_checks(printer, node->param.checks);
}

static void print_type_declaration(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    take(printer);
    take_spaced(printer);
    print_type(printer, node->type.type);
    print_checks(printer, node->type.checks);
}

static void print_parameters_flat(struct printer *printer, const struct node *node) {
    if (opens_line(printer) && node->fn.parameters.first) printer->failed = true;
    take(printer);
    print_flat_list(printer, node->fn.parameters, print_field);
    take(printer);
}

static void print_parameters(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_parameters_flat(printer, node);
        return;
    }
    if (try_flat(printer, print_parameters_flat, node)) return;
    open_lines(printer);
    print_lines_list(printer, node->fn.parameters, print_field);
    close_lines(printer);
}

static void print_fn_block(struct printer *printer, const struct node *node) {
    struct alignment alignment = {0};
    open_lines(printer);
    for (const struct node *let = node->fn.lets.first; let; let = let->next) {
        print_value_declaration(printer, let, &alignment);
        item_line(printer);
    }
    take(printer);
    space(printer);
    print_expression(printer, node->fn.value);
    close_lines(printer);
}

static void print_fn(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    take(printer);
    print_parameters(printer, node);
    if (node->fn.result) {
        take(printer);
        space(printer);
        print_type(printer, node->fn.result);
    }
    space(printer);
    if (node->fn.has_block) {
        print_fn_block(printer, node);
        return;
    }
    take_spaced(printer);
    print_expression(printer, node->fn.value);
}

static void print_region(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    for (const struct node *name = node->region.names.first; name; name = name->next) {
        take(printer);
        if (name->next) take(printer);
        space(printer);
    }
    if (node->region.region) take_text(printer, node->region.region);
    if (node->region.over) {
        take_spaced(printer);
        print_expression(printer, node->region.over);
    }
    space(printer);
    print_block(printer, node->region.body);
}

static void print_unit(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    take(printer);
    if (node->unit.type) {
        take(printer);
        space(printer);
        print_type(printer, node->unit.type);
    }
    if (node->unit.home) {
        take_spaced(printer);
        print_expression(printer, node->unit.home);
    }
    space(printer);
    print_generators(printer, node->unit.generators);
    if (node->unit.condition) {
        take(printer);
        space(printer);
        print_expression(printer, node->unit.condition);
    }
    space(printer);
    print_body(printer, node->unit.body);
}

/* The name of the warning that an assert is. */
static void print_warning(struct printer *printer, const struct node *node) {
    if (!node->assertion.warning) return;
    take(printer);
    space(printer);
    print_expression(printer, node->assertion.warning);
}

static void print_assert(struct printer *printer, const struct node *node) {
    take(printer);
    space(printer);
    print_expression(printer, node->assertion.condition);
    if (!node->assertion.message) return;
    take(printer);
    space(printer);
    if (printer->flat || try_flat(printer, print_expression, node->assertion.message)) {
        if (printer->flat) print_expression(printer, node->assertion.message);
        print_warning(printer, node);
        return;
    }
    printer->indent += STEP;
    line(printer);
    print_expression(printer, node->assertion.message);
    print_warning(printer, node);
    printer->indent -= STEP;
}

static void print_named_body(struct printer *printer, const struct node *body) {
    take(printer);
    space(printer);
    take(printer);
    space(printer);
    print_body(printer, body);
}

static void print_item(struct printer *printer, const struct node *node) {
    if (printer->failed) return;
    switch ((enum node_kind)node->kind) {
    case NODE_IMPORT: print_import(printer, node); break;
    case NODE_PARAM: print_param(printer, node); break;
    case NODE_LET:
    case NODE_OUTPUT: print_value_declaration(printer, node, NULL); break;
    case NODE_FN: print_fn(printer, node); break;
    case NODE_TYPE: print_type_declaration(printer, node); break;
    case NODE_COMPONENT: print_named_body(printer, node->component.body); break;
    case NODE_PROJECT: print_named_body(printer, node->project.body); break;
    case NODE_REGION: print_region(printer, node); break;
    case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE:
    case NODE_ACTION: print_unit(printer, node); break;
    case NODE_ASSERT: print_assert(printer, node); break;
    case NODE_TEST:
    case NODE_POLICY:
        take(printer);
        space(printer);
        take_text(printer, node->test.title);
        space(printer);
        print_block(printer, node->test.body);
        break;
    case NODE_WITH:
        take(printer);
        space(printer);
        print_record(printer, node->with.record);
        break;
    case NODE_ENTRY: print_entry(printer, node, NULL); break;
    case NODE_IF: print_if(printer, node); break;
    case NODE_FOR: print_loop(printer, node); break;
    default: break; /* only items come here */
    }
}

void printer_print(const struct parse *parse, const struct sources *sources, struct buffer *out) {
    struct lines lines;
    lines_init(&lines);
    struct printer printer = {.tokens = parse->tokens,
                              .items = parse->tokens->items,
                              .bytes = sources_get(sources, parse->tokens->source)->bytes.bytes,
                              .out = &lines,
                              .gap = GAP_ITEM,
                              .opened = true};
    print_items(&printer, parse->file->file.items);
    flush(&printer);
    lines_finish(&lines, out);
    lines_release(&lines);
}
