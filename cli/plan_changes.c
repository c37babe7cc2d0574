/* What happens inside a stack: what is new or removed by type, what changes, resource by resource.
 * Equal changes of the resources of a loop are written once. */
#include <string.h>

#include "base/unicode.h"
#include "cli/plan_page.h"

enum {
    TYPE_COLUMNS = 44,     /* at most, of the column of types */
    NARROW_COLUMNS = 60,   /* from here on types have a column */
    NAMES_SHOWN = 60,      /* of one type */
};

/* --- names ------------------------------------------------------------------------------------ */

struct text page_name(const struct page *page, const struct plan_change *change) {
    struct text path = change->resource ? change->resource->path : change->former_path;
    struct text stack = page->stack->path;
    if (!path.length) return change->logical_id;
    const char *dot = memchr(change->logical_id.bytes, '.', change->logical_id.length);
    if (dot) { /* the rest is inside a nested stack */
        size_t known = (size_t)(dot - change->logical_id.bytes);
        path = text_format(&page->deploying->arena, "%.*s%.*s", TEXT_ARGS(path),
                           (int)(change->logical_id.length - known), dot);
    }
    if (text_starts(path, stack) && path.length > stack.length + 1 &&
        path.bytes[stack.length] == '.') {
        path.bytes += stack.length + 1;
        path.length -= stack.length + 1;
    }
    return path;
}

struct text page_type(struct text type) {
    if (!text_starts(type, TEXT("AWS::"))) return type;
    return (struct text){type.bytes + 5, type.length - 5};
}

struct text page_known_name(const struct page *page, struct text id) {
    for (uint32_t i = 0; i < page->stack->change_count; i++) {
        if (text_equal(page->stack->changes[i].logical_id, id)) {
            return page_name(page, &page->stack->changes[i]);
        }
    }
    return id;
}

/* --- what is added or removed: a line a type -------------------------------------------------- */

struct name_list { /* a list of names being written, wrapped */
    struct page *page;
    unsigned indent, column;
    struct text base; /* of the name before, where it ends in ["key"] */
    bool is_first, is_open;
};

static struct text base_of(struct text name) {
    const char *bracket = memchr(name.bytes, '[', name.length);
    if (!bracket || name.bytes[name.length - 1] != ']') return (struct text){0};
    /* Only the last key is folded, and only where nothing follows it. */
    for (size_t i = name.length; i > 0; i--) {
        if (name.bytes[i - 1] == '[') return (struct text){name.bytes, i - 1};
    }
    return (struct text){0};
}

static void put_piece(struct name_list *names, struct text piece) {
    struct buffer *out = names->page->out;
    unsigned width = (unsigned)text_columns(piece);
    bool closes = text_is(piece, "]") || text_is(piece, ", ");
    if (!closes && names->column + width + 2 > names->page->columns &&
        names->column > names->indent) {
        while (out->length && out->bytes[out->length - 1] == ' ') out->length--;
        buffer_format(out, "\n%*s", (int)names->indent, "");
        names->column = names->indent;
    }
    show_line(out, piece);
    names->column += width;
}

static void put_name(struct name_list *names, struct text name) {
    struct arena *arena = &names->page->deploying->arena;
    struct text base = base_of(name);
    if (names->is_open && base.length && text_equal(base, names->base)) {
        put_piece(names, TEXT(", "));
        put_piece(names, (struct text){name.bytes + base.length + 1,
                                       name.length - base.length - 2});
        return;
    }
    if (names->is_open) put_piece(names, TEXT("]"));
    if (!names->is_first) put_piece(names, TEXT(", "));
    names->is_first = false;
    names->is_open = base.length > 0;
    names->base = base;
    put_piece(names, base.length ? text_format(arena, "%.*s", (int)name.length - 1, name.bytes)
                                 : name);
}

static unsigned type_columns(const struct page *page, enum plan_kind kind) {
    unsigned widest = 0;
    for (uint32_t i = 0; i < page->stack->change_count; i++) {
        const struct plan_change *change = &page->stack->changes[i];
        unsigned width = (unsigned)page_type(change->type).length;
        if (change->kind == kind && width > widest) widest = width;
    }
    unsigned most = page->columns / 2 < TYPE_COLUMNS ? page->columns / 2 : TYPE_COLUMNS;
    return widest < most ? widest : most;
}

static void write_type(struct page *page, uint32_t first, enum plan_kind kind, unsigned width) {
    const struct plan_stack *stack = page->stack;
    struct text type = stack->changes[first].type;
    bool is_narrow = page->columns < NARROW_COLUMNS; /* names go on below their type */
    if (is_narrow) width = (unsigned)page_type(type).length;
    struct name_list names = {.page = page, .is_first = true, .column = 6 + width,
                              .indent = is_narrow ? 6 : 6 + width};
    uint32_t count = 0, more = 0;
    buffer_string(page->out, "  ");
    page_painted(page, kind == PLAN_ADD ? PAINT_ADD : PAINT_REMOVE, kind == PLAN_ADD ? "+" : "-");
    buffer_char(page->out, ' ');
    show_line(page->out, page_type(type));
    size_t length = page_type(type).length;
    buffer_format(page->out, "%*s  ", width > length ? (int)(width - length) : 0, "");
    for (uint32_t i = first; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (change->kind != kind || !text_equal(change->type, type)) continue;
        if (count++ < NAMES_SHOWN) put_name(&names, page_name(page, change));
        else more++;
    }
    if (names.is_open) put_piece(&names, TEXT("]"));
    if (more) buffer_format(page->out, " and %u more", more);
    buffer_char(page->out, '\n');
}

static bool is_first_of_type(const struct plan_stack *stack, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (stack->changes[i].kind == stack->changes[index].kind &&
            text_equal(stack->changes[i].type, stack->changes[index].type)) return false;
    }
    return true;
}

static void write_types(struct page *page, enum plan_kind kind) {
    unsigned width = type_columns(page, kind);
    for (uint32_t i = 0; i < page->stack->change_count; i++) {
        if (page->stack->changes[i].kind == kind && is_first_of_type(page->stack, i)) {
            write_type(page, i, kind, width);
        }
    }
}

/* --- what changes ----------------------------------------------------------------------------- */

static const char *mark_of(enum plan_kind kind) {
    switch (kind) {
    case PLAN_ADD: return "+";
    case PLAN_MODIFY: return "~";
    case PLAN_REPLACE: return "-/+";
    case PLAN_MAY_REPLACE: return "~/+";
    case PLAN_REMOVE: return "-";
    }
    return "";
}

/* The properties that force a replacement: "Scheme and Name". */
static void write_forcing(struct page *page, const struct plan_change *change) {
    unsigned count = 0;
    for (uint32_t i = 0; i < change->property_count; i++) {
        const struct plan_property *property = &change->properties[i];
        if (!property->replaces && !property->may_replace) continue;
        if (count++) buffer_string(page->out, ", ");
        show_line(page->out, property->name);
    }
}

static void write_reason(struct page *page, const struct plan_change *change) {
    struct buffer *out = page->out;
    if (change->kind != PLAN_REPLACE && change->kind != PLAN_MAY_REPLACE) return;
    buffer_string(out,
                  change->kind == PLAN_REPLACE ? "    is replaced: " : "    may be replaced: ");
    write_forcing(page, change);
    buffer_string(out, " cannot be changed in place");
    if (change->because.length) {
        buffer_string(out, ", and ");
        show_line(out, page_known_name(page, change->because));
        buffer_string(out, " is replaced");
    }
    buffer_char(out, '\n');
}

/* All of a change but its mark and its name. */
static struct text change_tail(struct page *page, const struct plan_change *change) {
    struct buffer tail, *out = page->out;
    buffer_init(&tail);
    page->out = &tail;
    buffer_string(page->out, "  ");
    show_line(page->out, page_type(change->type));
    page_place(page, resource_place(page->deploying, change->resource));
    buffer_char(page->out, '\n');
    write_reason(page, change);
    for (uint32_t i = 0; i < change->property_count; i++) {
        page_property(page, change, &change->properties[i]);
    }
    struct text text = buffer_take(&tail, &page->deploying->arena);
    buffer_release(&tail);
    page->out = out;
    return text;
}

static bool is_written_out(const struct plan_change *change) {
    return change->kind != PLAN_ADD && change->kind != PLAN_REMOVE && !change->is_tags_only;
}

/* The change, and those after it that are equal but for the key of a loop. */
static void write_equal(struct page *page, const struct text *tails, bool *is_done,
                        uint32_t index) {
    const struct plan_stack *stack = page->stack;
    const struct plan_change *change = &stack->changes[index];
    struct name_list names = {.page = page, .is_first = true, .indent = 6, .column = 6};
    struct text name = page_name(page, change), base = base_of(name);
    buffer_string(page->out, "  ");
    page_painted(page, change->kind == PLAN_MODIFY ? PAINT_CHANGE : PAINT_REPLACE,
                 mark_of(change->kind));
    buffer_char(page->out, ' ');
    paint(page->deploying, page->out, PAINT_BOLD);
    put_name(&names, name);
    for (uint32_t i = index + 1; base.length && i < stack->change_count; i++) {
        const struct plan_change *other = &stack->changes[i];
        if (is_done[i] || !is_written_out(other) || other->kind != change->kind ||
            !text_equal(base_of(page_name(page, other)), base) ||
            !text_equal(tails[i], tails[index])) continue;
        put_name(&names, page_name(page, other));
        is_done[i] = true;
    }
    if (names.is_open) put_piece(&names, TEXT("]"));
    paint(page->deploying, page->out, PAINT_NONE);
    buffer_text(page->out, tails[index]);
}

static void write_changes(struct page *page) {
    struct arena *arena = &page->deploying->arena;
    const struct plan_stack *stack = page->stack;
    struct text *tails = arena_array(arena, stack->change_count + 1, sizeof *tails);
    bool *is_done = arena_array(arena, stack->change_count + 1, sizeof *is_done);
    for (uint32_t i = 0; i < stack->change_count; i++) {
        if (is_written_out(&stack->changes[i])) tails[i] = change_tail(page, &stack->changes[i]);
    }
    for (uint32_t i = 0; i < stack->change_count; i++) {
        if (is_written_out(&stack->changes[i]) && !is_done[i]) write_equal(page, tails, is_done, i);
    }
}

/* The stack of the plan that has the alarm, before or at the one of the page; NULL: later, or
 * never. */
static const struct plan_stack *holder_of(const struct page *page,
                                          const struct template_alarm *alarm) {
    for (const struct plan_stack *stack = page->plan->stacks; stack <= page->stack; stack++) {
        if (stack->template && stack->template->index == alarm->stack) return stack;
    }
    return NULL;
}

/* Alarms of rollback_on that cannot be watched yet. */
static void write_alarms(struct page *page) {
    const struct template *template = page->stack->template;
    bool is_deployed = page->stack->action != PLAN_NOTHING && page->stack->action != PLAN_DELETE;
    for (uint32_t i = 0; template && is_deployed && i < template->alarm_count; i++) {
        const struct template_alarm *alarm = &template->alarms[i];
        const struct plan_stack *holder = holder_of(page, alarm);
        if (holder && holder != page->stack) continue;
        if (holder && !plan_makes_anew(holder, alarm->logical_id)) continue;
        buffer_format(page->out,
                      "  ! %.*s is %s: it takes this stack back from the next deploy on\n",
                      TEXT_ARGS(alarm->path), holder ? "made here" : "not there yet");
    }
}

/* What was changed behind the stack's back, a resource's properties together. */
static void write_drift(struct page *page) {
    const struct plan_stack *stack = page->stack;
    struct buffer *out = page->out;
    struct text last = {0};
    for (uint32_t i = 0; i < stack->drifted_count; i++) {
        const struct plan_drifted *drifted = &stack->drifted[i];
        struct plan_change change = {.logical_id = drifted->logical_id,
                                     .resource = drifted->resource};
        bool is_deleted = !drifted->path.length;
        if (!text_equal(last, drifted->logical_id)) {
            buffer_string(out, "  ! ");
            show_line(out, page_name(page, &change));
            buffer_string(out, "  ");
            show_line(out, page_type(drifted->type));
            buffer_format(out, "  was %s by hand%s", is_deleted ? "deleted" : "changed",
                          !is_deleted ? "" : drifted->is_overwritten ? ", is made anew"
                                                                     : ", stays so");
            page_place(page, resource_place(page->deploying, drifted->resource));
            buffer_char(out, '\n');
        }
        last = drifted->logical_id;
        if (is_deleted) continue;
        page_pair(page, drifted->path, drifted->deployed, drifted->actual, NULL);
        buffer_string(out, drifted->is_overwritten ? "  is overwritten\n" : "  yours, kept\n");
    }
    if (stack->drift_unknown.length) {
        buffer_string(out, "  ! what was changed by hand could not be seen: ");
        show_line(out, stack->drift_unknown);
        buffer_char(out, '\n');
    }
}

static void write_rest(struct page *page) {
    const struct plan_stack *stack = page->stack;
    uint32_t tags = 0;
    for (uint32_t i = 0; i < stack->change_count; i++) tags += stack->changes[i].is_tags_only;
    if (tags && stack->tags_change) {
        buffer_format(page->out, "  ~ %u resource%s get%s the stack's new tags\n", tags,
                      tags == 1 ? "" : "s", tags == 1 ? "s" : "");
    } else if (stack->tags_change && stack->action == PLAN_UPDATE) {
        buffer_string(page->out, "  ~ the stack's tags\n");
    }
    if (stack->protection_changes) {
        buffer_string(page->out, stack->template->is_protected
                                     ? "  ~ is protected from deletion\n"
                                     : "  ~ is no longer protected from deletion\n");
    }
    if (stack->outputs_change) buffer_string(page->out, "  ~ the stack's outputs\n");
    if (stack->inputs_change) {
        buffer_string(page->out, "  ~ is updated after the stacks it reads, which change\n");
    }
    if (stack->quick_because.length) {
        buffer_string(page->out, "  ! compared by templates alone: ");
        buffer_visible(page->out, stack->quick_because);
        buffer_char(page->out, '\n');
    }
    if (stack->is_quick && stack->action == PLAN_UPDATE && plan_has_nested(stack)) {
        buffer_format(page->out, "  ! what is in its nested stacks %s\n",
                      stack->inputs_change ? "may change more, by what it reads"
                                           : "was not looked at");
    }
    if (stack->disagreement.length) {
        buffer_string(page->out, "  ! ");
        show_line(page->out, stack->disagreement);
        buffer_char(page->out, '\n');
    }
    write_drift(page);
    write_alarms(page);
}

/* What only gets another logical id. */
static void write_renames(struct page *page) {
    const struct plan_stack *stack = page->stack;
    for (uint32_t i = 0; i < stack->move_count; i++) {
        const struct template_resource *resource = plan_resource(stack->template,
                                                                 stack->moves[i].to);
        struct plan_change change = {.logical_id = stack->moves[i].to, .resource = resource};
        buffer_string(page->out, "  ");
        page_painted(page, PAINT_CHANGE, "=");
        buffer_char(page->out, ' ');
        show_line(page->out, page_name(page, &change));
        buffer_format(page->out, "  %.*s  is renamed: its id %.*s becomes %.*s, it stays",
                      TEXT_ARGS(page_type(resource->type)), TEXT_ARGS(stack->moves[i].from),
                      TEXT_ARGS(stack->moves[i].to));
        page_place(page, resource_place(page->deploying, resource));
        buffer_char(page->out, '\n');
    }
}

struct text page_stack(struct page *page) {
    struct buffer body, *out = page->out;
    buffer_init(&body);
    page->out = &body;
    write_renames(page);
    write_types(page, PLAN_ADD);
    write_changes(page);
    write_types(page, PLAN_REMOVE);
    write_rest(page);
    struct text text = buffer_take(&body, &page->deploying->arena);
    buffer_release(&body);
    page->out = out;
    return text;
}
