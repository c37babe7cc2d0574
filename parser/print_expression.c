/* Lists of things, types and expressions. See printer.c. */
#include "parser/printer_parts.h"

/* ---- lists of things ---- */

void print_flat_list(struct printer *printer, struct list list, print_function *print) {
    for (const struct node *node = list.first; node; node = node->next) {
        print(printer, node);
        if (printer->failed) return;
        print_skip_comma(printer);
        if (!node->next) break;
        print_put_comma(printer);
        print_space(printer);
    }
}

void print_lines_list(struct printer *printer, struct list list, print_function *print) {
    for (const struct node *node = list.first; node; node = node->next) {
        print(printer, node);
        print_put_comma(printer);
        print_skip_comma(printer);
        print_item_line(printer);
    }
}

/* ---- types ---- */

void print_field(struct printer *printer, const struct node *node) {
    print_take_span(printer, node->field.name.start, node->field.name.end);
    print_take(printer);
    print_space(printer);
    print_type(printer, node->field.type);
    if (!field_initial(node)) return;
    print_take_spaced(printer);
    print_expression(printer, field_initial(node));
}

static void print_type_record_flat(struct printer *printer, const struct node *node) {
    if (print_opens_line(printer) && node->type_record.fields.first) printer->failed = true;
    print_take(printer);
    if (node->type_record.fields.first) print_space(printer);
    print_flat_list(printer, node->type_record.fields, print_field);
    if (node->type_record.fields.first) print_space(printer);
    print_take(printer);
}

static void print_type_record(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_type_record_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_type_record_flat, node)) return;
    print_open_lines(printer);
    for (const struct node *f = node->type_record.fields.first; f; f = f->next) {
        print_field(printer, f);
        print_skip_comma(printer);
        print_item_line(printer);
    }
    print_close_lines(printer);
}

static void print_union_flat(struct printer *printer, const struct node *node) {
    for (const struct node *m = node->type_union.members.first; m; m = m->next) {
        print_type(printer, m);
        if (m->next) print_take_spaced(printer);
    }
}

static void print_union(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_union_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_union_flat, node)) return;
    printer->indent += PRINT_STEP;
    for (const struct node *m = node->type_union.members.first; m; m = m->next) {
        print_type(printer, m);
        if (!m->next) break;
        print_space(printer);
        print_take(printer);
        print_line(printer);
    }
    printer->indent -= PRINT_STEP;
}

static void print_path(struct printer *printer, const struct node *node) {
    print_take(printer);
    for (const struct node *m = type_name_members(node).first; m; m = m->next) print_take(printer);
}

static void print_bare_type(struct printer *printer, const struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_TYPE_NAME: print_path(printer, node); break;
    case NODE_AWS_TYPE: print_take(printer); break;
    case NODE_TYPE_LITERAL:
        if (node->type_literal.literal->kind == NODE_TEXT) {
            print_take_text(printer, node->type_literal.literal);
        } else {
            if (print_peek(printer).kind == MINUS || print_peek(printer).kind == SP_MINUS) {
                print_take(printer);
            }
            print_take(printer);
        }
        break;
    case NODE_TYPE_LIST:
        print_take(printer);
        print_type(printer, node->type_list.element);
        print_take(printer);
        break;
    case NODE_TYPE_MAP:
        print_take(printer);
        print_type(printer, node->type_map.element);
        print_take(printer);
        break;
    case NODE_TYPE_RECORD: print_type_record(printer, node); break;
    case NODE_TYPE_OPTIONAL:
        print_type(printer, node->type_optional.inner);
        print_take(printer);
        break;
    case NODE_TYPE_UNION: print_union(printer, node); break;
    case NODE_TYPE_DEPLOY:
        print_take(printer);
        print_space(printer);
        print_type(printer, node->type_deploy.inner);
        break;
    case NODE_TYPE_SSM:
        print_take(printer);
        print_take(printer);
        print_type(printer, node->type_ssm.inner);
        print_take(printer);
        break;
    default: break; /* only types come here */
    }
}

/* Parentheses around a type are no node of their own: they stand before its first token. */
void print_type(struct printer *printer, const struct node *node) {
    unsigned parens = 0;
    while (!printer->failed && print_peek(printer).start < node->span.start) {
        print_take(printer);
        parens++;
    }
    print_bare_type(printer, node);
    for (; parens > 0; parens--) print_take(printer);
}

/* ---- expressions ---- */

void print_generators(struct printer *printer, struct list generators) {
    for (const struct node *node = generators.first; node; node = node->next) {
        print_take(printer); /* for, if */
        print_space(printer);
        if (node->kind == NODE_GENERATOR) {
            print_take(printer);
            if (node->generator.second.name) {
                print_take(printer);
                print_space(printer);
                print_take(printer);
            }
            print_take_spaced(printer);
            print_expression(printer, node->generator.over);
        } else {
            print_expression(printer, node->filter.condition);
        }
        if (node->next) print_space(printer);
    }
}

void print_element(struct printer *printer, const struct node *node) {
    if (node->kind == NODE_SPREAD) {
        print_take(printer);
        print_expression(printer, node->spread.value);
    } else if (node->kind == NODE_ARGUMENT) {
        print_take(printer);
        print_take_spaced(printer);
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
    if (print_opens_line(printer) && bracket_list(node).first) printer->failed = true;
    print_take(printer);
    print_flat_list(printer, bracket_list(node), print_element);
    print_take(printer);
}

/* Whether a comment stands between a value and the bracket that closes behind it. Asked before the
 * value is printed: to print it and find out then would double the work at each level. */
static bool comment_behind(const struct printer *printer, const struct node *value) {
    uint32_t i = tokens_find(printer->tokens, value->span.end);
    while (printer->items[i].kind == COMMA) i++;
    return print_is_comment(printer->items[i]);
}

/* All but the last element on the line, the last one as it likes: f(a, { ... }). */
static bool try_hugging(struct printer *printer, const struct node *node) {
    struct list list = bracket_list(node);
    const struct node *last = list_last(list);
    if (!last || !hugs(last) || print_opens_line(printer)) return false;
    if (comment_behind(printer, last)) return false;
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    print_take(printer);
    printer->flat++;
    for (const struct node *e = list.first; e != last && !printer->failed; e = e->next) {
        print_element(printer, e);
        print_put_comma(printer);
        print_skip_comma(printer);
        print_space(printer);
    }
    printer->flat--;
    if (printer->failed || print_is_comment(printer->items[printer->cursor])) {
        lines_undo(printer->out, mark);
        *printer = saved;
        return false;
    }
    print_element(printer, last);
    print_skip_comma(printer);
    print_take(printer);
    return true;
}

/* A list or the parentheses of a call. */
static void print_bracket(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_bracket_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_bracket_flat, node)) return;
    if (try_hugging(printer, node)) return;
    print_open_lines(printer);
    print_lines_list(printer, bracket_list(node), print_element);
    print_close_lines(printer);
}

static void print_for_value(struct printer *printer, const struct node *node) {
    if (node->comprehension.key) {
        print_expression(printer, node->comprehension.key);
        print_take_spaced(printer);
    }
    print_expression(printer, node->comprehension.value);
}

static void print_for_flat(struct printer *printer, const struct node *node) {
    if (print_opens_line(printer)) printer->failed = true;
    print_take(printer);
    print_generators(printer, node->comprehension.generators);
    print_take(printer);
    print_space(printer);
    print_for_value(printer, node);
    print_take(printer);
}

/* Generators flat, the value as it likes: [for x in xs: { ... }]. */
static bool try_hugging_for(struct printer *printer, const struct node *node) {
    if (!hugs(node->comprehension.value) || print_opens_line(printer)) return false;
    if (comment_behind(printer, node->comprehension.value)) return false;
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    printer->flat++;
    print_take(printer);
    print_generators(printer, node->comprehension.generators);
    print_take(printer);
    print_space(printer);
    if (node->comprehension.key) {
        print_expression(printer, node->comprehension.key);
        print_take_spaced(printer);
    }
    printer->flat--;
    if (printer->failed || print_is_comment(printer->items[printer->cursor])) {
        lines_undo(printer->out, mark);
        *printer = saved;
        return false;
    }
    print_expression(printer, node->comprehension.value);
    print_take(printer);
    return true;
}

static void print_for(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_for_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_for_flat, node) || try_hugging_for(printer, node)) return;
    print_open_lines(printer);
    print_generators(printer, node->comprehension.generators);
    print_take(printer);
    printer->indent += PRINT_STEP;
    print_line(printer);
    print_for_value(printer, node);
    printer->indent -= PRINT_STEP;
    print_close_lines(printer);
}

/* 0..3 stands close, unless an operand has operators itself. */
static bool stands_close(const struct node *node) {
    return node->op == OPERATOR_RANGE && node->binary.left->kind != NODE_BINARY &&
           node->binary.right->kind != NODE_BINARY;
}

static void print_binary_flat(struct printer *printer, const struct node *node) {
    print_expression(printer, node->binary.left);
    if (stands_close(node)) print_take(printer);
    else print_take_spaced(printer);
    print_expression(printer, node->binary.right);
}

/* The first operator of those that bind alike. */
static enum operator_kind level_of(enum operator_kind op) {
    if (op == OPERATOR_SUBTRACT) return OPERATOR_ADD;
    if (op == OPERATOR_DIVIDE || op == OPERATOR_REMAINDER) return OPERATOR_MULTIPLY;
    return op;
}

/* Whether an operand goes on with the lines of its operation; one that binds tighter keeps to itself. */
static bool chains(const struct node *operand, const struct node *node) {
    return operand->kind == NODE_BINARY &&
           level_of(operand->op) == level_of(node->op);
}

/* Over several lines, each operator ends its line; all but the first operand stand deeper. */
static void print_binary_lines(struct printer *printer, const struct node *node, bool is_first) {
    const struct node *left = node->binary.left, *right = node->binary.right;
    bool breaks = left->kind == NODE_BINARY &&
                  (chains(left, node) || !print_try_flat(printer, print_binary_flat, left));
    if (breaks) {
        print_binary_lines(printer, left, is_first);
    } else {
        if (left->kind != NODE_BINARY) print_expression(printer, left);
        if (is_first) printer->indent += PRINT_STEP;
    }
    print_space(printer);
    print_take(printer);
    print_line(printer);
    if (chains(right, node)) print_binary_lines(printer, right, false);
    else print_expression(printer, right);
}

/* Whether a value would fit on a line of its own. */
static bool fits_line(const struct printer *printer, const struct node *node) {
    struct printer trial = *printer;
    struct lines_mark mark = lines_mark(trial.out);
    trial.gap = GAP_NONE;
    trial.column = trial.indent + PRINT_STEP;
    bool fits = print_try_flat(&trial, print_expression, node);
    if (fits) lines_undo(trial.out, mark);
    return fits;
}

/* The left side flat, the right one as it likes: x in [ ... ]. */
static bool try_hugging_right(struct printer *printer, const struct node *node) {
    if (!hugs(node->binary.right)) return false;
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    printer->flat++;
    print_expression(printer, node->binary.left);
    print_take_spaced(printer);
    printer->flat--;
    if (printer->failed || printer->column > PRINT_WIDTH ||
        print_is_comment(printer->items[printer->cursor]) ||
        fits_line(printer, node->binary.right)) {
        lines_undo(printer->out, mark);
        *printer = saved;
        return false;
    }
    print_expression(printer, node->binary.right);
    return true;
}

static void print_binary(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_binary_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_binary_flat, node) || try_hugging_right(printer, node)) return;
    print_binary_lines(printer, node, true);
    printer->indent -= PRINT_STEP;
}

static void print_conditional_flat(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->conditional.condition);
    print_take_spaced(printer);
    print_expression(printer, node->conditional.then);
    print_take_spaced(printer);
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
    if (print_try_flat(printer, print_conditional_flat, node)) return;
    if (hugs_branches(node)) {
        print_conditional_flat(printer, node);
        return;
    }
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->conditional.condition);
    printer->indent += PRINT_STEP;
    print_line(printer);
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->conditional.then);
    print_line(printer);
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->conditional.otherwise);
    printer->indent -= PRINT_STEP;
}

static void print_index(struct printer *printer, const struct node *node) {
    print_expression(printer, node->index.object);
    print_take(printer);
    print_expression(printer, node->index.index);
    print_take(printer);
}

void print_expression(struct printer *printer, const struct node *node) {
    if (printer->failed) return;
    switch ((enum node_kind)node->kind) {
    case NODE_TEXT:
    case NODE_TEMPLATE: print_take_text(printer, node); break;
    case NODE_LIST: print_bracket(printer, node); break;
    case NODE_RECORD: print_record(printer, node); break;
    case NODE_LIST_FOR:
    case NODE_MAP_FOR: print_for(printer, node); break;
    case NODE_UNARY:
        print_take(printer);
        print_expression(printer, node->unary.operand);
        break;
    case NODE_BINARY: print_binary(printer, node); break;
    case NODE_CONDITIONAL: print_conditional(printer, node); break;
    case NODE_MEMBER:
        print_expression(printer, node->member.object);
        print_take(printer);
        break;
    case NODE_INDEX: print_index(printer, node); break;
    case NODE_CALL:
        print_expression(printer, node->call.callee);
        print_bracket(printer, node);
        break;
    case NODE_PAREN:
        print_take(printer);
        print_expression(printer, node->paren.inner);
        print_take(printer);
        break;
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL:
    case NODE_AWS_TYPE: print_take(printer); break;
    default: break; /* only expressions come here */
    }
}
