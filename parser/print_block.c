/* Records and blocks: what stands between braces. See printer.c. */
#include "parser/printer_parts.h"

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
    print_space(printer);
    print_comments(printer);
    bool plain = printer->gap < GAP_LINE && !printer->flat && alignment;
    uint32_t at = 0, lines = 0;
    if (plain) {
        uint32_t group = group_of(printer, alignment);
        at = lines_equal(printer->out, group);
        lines = lines_count(printer->out);
    }
    print_take(printer);
    print_space(printer);
    print_expression(printer, value);
    if (!plain || lines_count(printer->out) == lines) return;
    /* what goes on over lines ends the group; it stays out if only a bracket is on its line */
    if (lines_ends_with_opener(printer->out, at)) lines_equal_drop(printer->out, at);
    alignment->group = 0;
}

void print_entry(struct printer *printer, const struct node *node, struct alignment *alignment) {
    struct span key = node_place(node);
    if (node->flags & NODE_QUOTED) print_take_span(printer, key.start, key.end);
    else print_take(printer);
    print_equal(printer, node->entry.value, alignment);
}

void print_if(struct printer *printer, const struct node *node) {
    print_take(printer);
    print_space(printer);
    print_expression(printer, node->branch.condition);
    print_space(printer);
    print_body(printer, node->branch.then);
    if (!node->branch.otherwise) return;
    print_take_spaced(printer);
    if (node->branch.otherwise->kind == NODE_IF) print_if(printer, node->branch.otherwise);
    else print_body(printer, node->branch.otherwise);
}

void print_loop(struct printer *printer, const struct node *node) {
    print_generators(printer, node->loop.generators);
    print_space(printer);
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
    if (print_opens_line(printer) && entries.first) printer->failed = true;
    print_take(printer);
    if (entries.first) print_space(printer);
    print_flat_list(printer, entries, print_flat_entry);
    if (entries.first) print_space(printer);
    print_take(printer);
}

void print_record(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_record_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_record_flat, node)) return;
    struct alignment alignment = {0};
    print_open_lines(printer);
    for (const struct node *entry = node->record.entries.first; entry; entry = entry->next) {
        print_record_item(printer, entry, &alignment);
        print_skip_comma(printer);
        print_item_line(printer);
    }
    print_close_lines(printer);
}

static bool is_aligned_declaration(const struct node *node) {
    return node->kind == NODE_LET || node->kind == NODE_OUTPUT;
}

void print_value_declaration(struct printer *printer, const struct node *node,
                                    struct alignment *alignment) {
    const struct node *type = declared_type(node);
    const struct node *value = node->kind == NODE_LET ? node->let.value : node->output.value;
    print_take(printer);
    print_space(printer);
    print_take(printer);
    if (type) {
        print_take(printer);
        print_space(printer);
        print_type(printer, type);
    }
    print_equal(printer, value, alignment);
}

void print_row_item(struct printer *printer, const struct node *item, struct item_row *row) {
    struct alignment *alignment = &row->alignment;
    if (item->kind != row->last) alignment->group = 0;
    row->last = item->kind;
    if (item->kind == NODE_ENTRY) print_entry(printer, item, alignment);
    else if (is_aligned_declaration(item)) print_value_declaration(printer, item, alignment);
    else print_item(printer, item);
    print_skip_comma(printer);
    print_item_line(printer);
}

/* One declaration on the line of its braces stays there, if the author put it there. */
static void print_block_flat(struct printer *printer, const struct node *node) {
    struct list items = node->block.items;
    if ((items.first && items.first->next) || (items.first && print_opens_line(printer))) printer->failed = true;
    print_take(printer);
    if (items.first) {
        print_space(printer);
        print_item(printer, items.first);
        print_skip_comma(printer);
        print_space(printer);
    }
    print_take(printer);
}

void print_block(struct printer *printer, const struct node *node) {
    if (printer->flat) {
        print_block_flat(printer, node);
        return;
    }
    if (print_try_flat(printer, print_block_flat, node)) return;
    struct item_row row = {0};
    print_open_lines(printer);
    for (const struct node *item = node->block.items.first; item; item = item->next) {
        print_row_item(printer, item, &row);
    }
    print_close_lines(printer);
}

void print_body(struct printer *printer, const struct node *node) {
    if (node->kind == NODE_BLOCK) print_block(printer, node);
    else print_record(printer, node);
}
