/* mrp fmt: a tree and its tokens back to text, in the one format.
 *
 * The tree says what belongs together, the tokens say what is written: printing walks the tree in
 * the order of the source and takes one token after the other, so no word and no comment is lost.
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
#include "parser/printer_parts.h"

static void print_import_names_flat(struct printer *printer, const struct node *node) {
    if (print_opens_line(printer)) printer->failed = true;
    print_take(printer);
    print_space(printer);
    print_flat_list(printer, node->import.names, print_expression);
    print_space(printer);
    print_take(printer);
}

static void print_import(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    if (node->import.file) print_take_text(printer, node->import.file);
    for (const struct node *word = node->import.path.first; word; word = word->next) {
        print_take(printer);
    }
    if (node->import.has_alias) {
        print_take_spaced(printer);
        print_take(printer);
    }
    if (!node->import.has_names) return;
    print_space(printer);
    if (printer->flat) {
        print_import_names_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_import_names_flat, node)) return;
    print_open_lines(printer);
    print_lines_list(printer, node->import.names, print_expression);
    print_close_lines(printer);
}

/* The comma and the message behind it, on a line of its own where it does not fit. */
static void print_message(struct printer *printer, const struct node *message) {
    print_take(printer);
    print_space(printer);
    if (printer->flat) {
        print_expression(printer, message);
    } else if (!print_try_flat(printer, print_expression, message)) {
        printer->indent += PRINT_STEP;
        print_line(printer);
        print_expression(printer, message);
        printer->indent -= PRINT_STEP;
    }
}

static void print_check_words(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->check.condition);
    print_message(printer, node->check.message);
}

/* On the line of what it checks if it was written there and fits, else on its own. */
static void print_checks(struct printer *printer, struct list checks) {
    printer->indent += PRINT_STEP;
    for (const struct node *check = checks.first; check; check = check->next) {
        bool apart = print_peek(printer).flags & TOKEN_LINE;
        print_space(printer);
        if (printer->flat) {
            if (apart) printer->failed = true;
            print_check_words(printer, check);
        } else if (apart || !print_try_flat(printer, print_check_words, check)) {
            print_line(printer);
            print_check_words(printer, check);
        }
    }
    printer->indent -= PRINT_STEP;
}

static void print_param(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_take(printer);
    print_take(printer);
    print_space(printer);
    print_type(printer, node->param.type);
    if (node->param.initial) {
        print_take_spaced(printer);
        print_expression(printer, node->param.initial);
    }
    print_checks(printer, node->param.checks);
}

static void print_type_declaration(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_take(printer);
    print_take_spaced(printer);
    print_type(printer, node->type.type);
    print_checks(printer, node->type.checks);
}

static void print_parameters_flat(struct printer *printer, const struct node *node) {
    if (print_opens_line(printer) && node->fn.parameters.first) printer->failed = true;
    print_take(printer);
    print_flat_list(printer, node->fn.parameters, print_field);
    print_take(printer);
}

static void print_parameters(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_parameters_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_parameters_flat, node)) return;
    print_open_lines(printer);
    print_lines_list(printer, node->fn.parameters, print_field);
    print_close_lines(printer);
}

static void print_fn_block(struct printer *printer, const struct node *node) {
    struct alignment alignment = {0};
    print_open_lines(printer);
    for (const struct node *let = node->fn.lets.first; let; let = let->next) {
        print_value_declaration(printer, let, &alignment);
        print_item_line(printer);
    }
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->fn.value);
    print_close_lines(printer);
}

static void print_fn(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_take(printer);
    print_parameters(printer, node);
    if (node->fn.result) {
        print_take(printer);
        print_space(printer);
        print_type(printer, node->fn.result);
    }
    print_space(printer);
    if (node->fn.has_block) {
        print_fn_block(printer, node);
        return;
    }
    print_take_spaced(printer);
    print_expression(printer, node->fn.value);
}

static void print_region(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    for (const struct node *name = node->region.names.first; name; name = name->next) {
        print_take(printer);
        if (name->next) print_take(printer);
        print_space(printer);
    }
    if (node->region.region) print_take_text(printer, node->region.region);
    if (node->region.over) {
        print_take_spaced(printer);
        print_expression(printer, node->region.over);
    }
    print_space(printer);
    print_block(printer, node->region.body);
}

static void print_unit(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_take(printer);
    if (node->unit.type) {
        print_take(printer);
        print_space(printer);
        print_type(printer, node->unit.type);
    }
    if (node->unit.home) {
        print_take_spaced(printer);
        print_expression(printer, node->unit.home);
    }
    print_space(printer);
    print_generators(printer, node->unit.header->generators);
    if (node->unit.header->condition) {
        print_take(printer);
        print_space(printer);
        print_expression(printer, node->unit.header->condition);
    }
    print_space(printer);
    print_body(printer, node->unit.body);
}

/* The name of the warning that an assert is. */
static void print_warning(struct printer *printer, const struct node *node) {
    if (!node->assertion.warning) return;
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->assertion.warning);
}

static void print_assert(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->assertion.condition);
    if (!node->assertion.message) return;
    print_message(printer, node->assertion.message);
    print_warning(printer, node);
}

static void print_named_body(struct printer *printer, const struct node *body) {
    print_take(printer);
    print_space(printer);
    print_take(printer);
    print_space(printer);
    print_body(printer, body);
}

void print_item(struct printer *printer, const struct node *node) {
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
        print_take(printer);
        print_space(printer);
        print_take_text(printer, node->test.title);
        print_space(printer);
        print_block(printer, node->test.body);
        break;
    case NODE_WITH:
        print_take(printer);
        print_space(printer);
        print_record(printer, node->with.record);
        break;
    case NODE_ENTRY: print_entry(printer, node, NULL); break;
    case NODE_IF: print_if(printer, node); break;
    case NODE_FOR: print_loop(printer, node); break;
    default: break; /* only items come here */
    }
}

/* One run over a file. Nothing is aligned over an empty line between its items. */
struct printing {
    struct taker taker;
    const struct sources *sources;
    struct buffer *out;
    struct lines lines;
    struct printer printer;
    struct item_row row;
};

static void begin(struct printing *printing, const struct tokens *tokens) {
    printing->printer = (struct printer){
        .tokens = tokens,
        .items = tokens->items,
        .bytes = sources_get(printing->sources, tokens->source)->bytes.bytes,
        .out = &printing->lines,
        .gap = GAP_ITEM,
        .opened = true,
    };
}

static void take(struct taker *taker, const struct tokens *tokens, const struct node *item) {
    struct printing *printing = (struct printing *)taker;
    struct printer *printer = &printing->printer;
    if (!printer->tokens) begin(printing, tokens);
    if (tokens->items[printer->cursor].flags & TOKEN_BLANK) {
        lines_flush(&printing->lines, printing->out);
        printing->row.alignment.group = 0;
    }
    print_row_item(printer, item, &printing->row);
}

static void finish(struct printing *printing, const struct tokens *tokens) {
    if (!printing->printer.tokens) begin(printing, tokens);
    print_comments(&printing->printer);
    lines_flush(&printing->lines, printing->out);
}

void printer_format(struct arena *arena, struct names *names, struct diagnostics *diagnostics,
                    uint32_t source, struct buffer *out) {
    struct printing printing = {.taker = {take}, .sources = diagnostics->sources, .out = out};
    lines_init(&printing.lines);
    struct parse parse = parser_parse_each(arena, names, diagnostics, source, &printing.taker);
    if (!parse.file) finish(&printing, parse.tokens);
    lines_release(&printing.lines);
    if (!parse.file || diagnostics_failed(diagnostics)) return;
    out->length = 0;
    printer_print(&parse, diagnostics->sources, out);
}

void printer_print(const struct parse *parse, const struct sources *sources, struct buffer *out) {
    struct printing printing = {.taker = {take}, .sources = sources, .out = out};
    lines_init(&printing.lines);
    const struct node *item = parse->file->file.items.first;
    for (; item; item = item->next) take(&printing.taker, parse->tokens, item);
    finish(&printing, parse->tokens);
    lines_release(&printing.lines);
}
