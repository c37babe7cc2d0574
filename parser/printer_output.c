/* Tokens one after the other, the gaps between them, and tries. See printer.c. */
#include "parser/printer_parts.h"

struct token print_peek(const struct printer *printer) {
    uint32_t i = printer->cursor;
    while (print_is_comment(printer->items[i])) i++;
    return printer->items[i];
}

void print_space(struct printer *printer) {
    if (printer->gap == GAP_NONE) printer->gap = GAP_SPACE;
}

void print_line(struct printer *printer) {
    if (printer->flat) printer->failed = true;
    if (printer->gap < GAP_LINE) printer->gap = GAP_LINE;
    printer->forced = false;
}

void print_item_line(struct printer *printer) {
    print_line(printer);
    printer->gap = GAP_ITEM;
}

/* Puts out the gap that was noted. blank: the author left an empty line here. */
static void put_gap(struct printer *printer, bool blank) {
    if (printer->gap >= GAP_LINE) {
        uint32_t indent = printer->indent + (printer->forced ? PRINT_STEP : 0);
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

void print_comments(struct printer *printer) {
    while (print_is_comment(printer->items[printer->cursor]) && !printer->failed)
        put_comment(printer, printer->items[printer->cursor++]);
}

static void print_put(struct printer *printer, struct text text) {
    lines_add(printer->out, text);
    printer->column += (uint32_t)text_columns(text);
    if (printer->flat && printer->column > PRINT_WIDTH) printer->failed = true;
}

void print_take(struct printer *printer) {
    if (printer->failed) return;
    print_comments(printer);
    if (printer->failed) return;
    struct token token = printer->items[printer->cursor++];
    put_gap(printer, token.flags & TOKEN_BLANK && token.kind != RBRACE && token.kind != RPAREN &&
                         token.kind != RBRACK);
    print_put(printer, (struct text){printer->bytes + token.start, token.length});
    printer->opened = token.kind == LBRACE || token.kind == LPAREN || token.kind == SP_LPAREN ||
                      token.kind == LBRACK || token.kind == SP_LBRACK ||
                      token.kind == OPTIONAL_LBRACK;
}

void print_take_spaced(struct printer *printer) {
    print_space(printer);
    print_take(printer);
    print_space(printer);
}

/* One line of a text that goes over several. */
static void put_text_line(struct printer *printer, struct text text, bool last) {
    if (!last && text.length > 0 && text.bytes[text.length - 1] == '\r') text.length--;
    print_put(printer, text);
    if (last) return;
    if (printer->flat) printer->failed = true;
    lines_break(printer->out, false, 0);
    printer->column = 0;
}

void print_take_span(struct printer *printer, uint32_t start, uint32_t end) {
    if (printer->failed) return;
    print_comments(printer);
    if (printer->failed) return;
    if (printer->flat && end - start > PRINT_WIDTH * 4) { /* not even in characters of four bytes */
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

void print_take_text(struct printer *printer, const struct node *node) {
    print_take_span(printer, node->span.start, node->span.end);
}

void print_skip_comma(struct printer *printer) {
    uint32_t i = printer->cursor;
    while (print_is_comment(printer->items[i])) i++;
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
    print_comments(printer);
    printer->cursor++;
}

void print_put_comma(struct printer *printer) {
    if (!printer->failed) print_put(printer, TEXT(","));
}

/* ---- tries ---- */

bool print_try_flat(struct printer *printer, print_function *print, const struct node *node) {
    print_comments(printer);
    struct printer saved = *printer;
    struct lines_mark mark = lines_mark(printer->out);
    printer->flat++;
    print(printer, node);
    bool fits = !printer->failed && printer->column <= PRINT_WIDTH;
    if (fits) {
        printer->flat--;
        return true;
    }
    lines_undo(printer->out, mark);
    *printer = saved;
    return false;
}

bool print_opens_line(const struct printer *printer) {
    uint32_t i = printer->cursor;
    while (print_is_comment(printer->items[i])) i++;
    return printer->items[i + 1].flags & TOKEN_LINE || print_is_comment(printer->items[i + 1]);
}

void print_close_lines(struct printer *printer) {
    print_line(printer);
    print_comments(printer);
    printer->indent -= PRINT_STEP;
    print_line(printer);
    print_take(printer);
}

void print_open_lines(struct printer *printer) {
    print_take(printer);
    printer->indent += PRINT_STEP;
    print_line(printer);
}
