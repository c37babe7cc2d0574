/* A plan as people read it: stacks by region, equal ones of several regions once; what is new by type,
 * what changes property by property with its line; last the summary, and what loses data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "cli/deploy.h"

enum {
    USUAL_COLUMNS = 100,
    NARROWEST = 40,
    TYPE_COLUMNS = 44,     /* at most, of the column of types */
    DIFF_LINES = 12,       /* at most, inside one property */
    NAMES_SHOWN = 60,      /* of one type */
};

struct page { /* a plan being written */
    struct deploying *deploying;
    const struct plan *plan;
    const struct plan_stack *stack;
    struct buffer *out;
    unsigned columns;
};

struct group { /* stacks that are shown once */
    const struct plan_stack **stacks;
    uint32_t count;
    struct text body;
};

void paint(const struct deploying *deploying, struct buffer *out, enum paint paint) {
    static const char *const codes[] = {"0", "32", "33", "35", "31", "2", "1"};
    if (deploying->color) buffer_format(out, "\033[%sm", codes[paint]);
}

static void painted(const struct page *page, enum paint color, const char *text) {
    paint(page->deploying, page->out, color);
    buffer_string(page->out, text);
    paint(page->deploying, page->out, PAINT_NONE);
}

/* What comes from AWS or a program must not steer the terminal. */
static void safe(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.length;) {
        uint32_t character = 0;
        size_t size = unicode_decode(text, i, &character);
        if (size && !unicode_is_hazard(character)) {
            buffer_add(out, text.bytes + i, size);
        } else if (character == '\n' || character == '\t') {
            buffer_char(out, ' ');
        } else {
            buffer_format(out, "\\u{%x}", (unsigned)(size ? character
                                                          : (unsigned char)text.bytes[i]));
        }
        i += size ? size : 1;
    }
}

void show_value(struct deploying *deploying, struct text value, unsigned room,
                struct buffer *out) {
    struct buffer one;
    buffer_init(&one);
    bool is_json = value.length > 1 && (value.bytes[0] == '[' || text_is(value, "{}") ||
                                        text_starts(value, TEXT("{\"")));
    if (!is_json) buffer_char(&one, '"');
    safe(&one, value);
    if (!is_json) buffer_char(&one, '"');
    struct text text = buffer_take(&one, &deploying->arena);
    buffer_release(&one);
    if (text_columns(text) <= room || room < 8) {
        buffer_text(out, text);
        return;
    }
    size_t at = 0, used = 0;
    while (at < text.length) {
        uint32_t character;
        size_t size = unicode_decode(text, at, &character);
        if (used + unicode_columns(character) > room - 4) break;
        used += unicode_columns(character);
        at += size ? size : 1;
    }
    buffer_add(out, text.bytes, at);
    buffer_string(out, is_json ? " ..." : "...\"");
}

void plan_head(const struct deploying *deploying, struct text account, struct text caller,
               struct buffer *out) {
    bool sandbox = option_given(deploying->invocation, OPTION_SANDBOX);
    buffer_format(out, "account %.*s%s, as %.*s\n", TEXT_ARGS(account),
                  sandbox ? " (sandbox)" : "", TEXT_ARGS(caller));
    buffer_format(out, "project %.*s", TEXT_ARGS(deploying->program.project));
    if (deploying->program.suffix.length) {
        buffer_format(out, ", suffix %.*s", TEXT_ARGS(deploying->program.suffix));
    }
    buffer_string(out, "\n\n");
}

bool plan_changes(const struct plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->stacks[i].action != PLAN_NOTHING) return true;
    }
    return false;
}

/* --- names ------------------------------------------------------------------------------------ */

/* How a resource is named below its stack: its path without the stack's, else its logical id. */
static struct text name_of(const struct page *page, const struct plan_change *change) {
    struct text path = change->resource ? change->resource->path : change->former_path;
    struct text stack = page->stack->path;
    if (!path.length) return change->logical_id;
    if (text_starts(path, stack) && path.length > stack.length + 1 &&
        path.bytes[stack.length] == '.') {
        path.bytes += stack.length + 1;
        path.length -= stack.length + 1;
    }
    return path;
}

static struct text short_type(struct text type) {
    if (!text_starts(type, TEXT("AWS::"))) return type;
    return (struct text){type.bytes + 5, type.length - 5};
}

/* A logical id or a stack's path as the reader knows it. */
static struct text known_name(const struct page *page, struct text id) {
    for (uint32_t i = 0; i < page->stack->change_count; i++) {
        if (text_equal(page->stack->changes[i].logical_id, id)) {
            return name_of(page, &page->stack->changes[i]);
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
    safe(out, piece);
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
        unsigned width = (unsigned)short_type(change->type).length;
        if (change->kind == kind && width > widest) widest = width;
    }
    unsigned most = page->columns / 2 < TYPE_COLUMNS ? page->columns / 2 : TYPE_COLUMNS;
    return widest < most ? widest : most;
}

static void write_type(struct page *page, uint32_t first, enum plan_kind kind, unsigned width) {
    const struct plan_stack *stack = page->stack;
    struct text type = stack->changes[first].type;
    struct name_list names = {.page = page, .is_first = true, .indent = 6 + width,
                          .column = 6 + width};
    uint32_t count = 0, more = 0;
    buffer_string(page->out, "  ");
    painted(page, kind == PLAN_ADD ? PAINT_ADD : PAINT_REMOVE, kind == PLAN_ADD ? "+" : "-");
    buffer_format(page->out, " %-*.*s  ", (int)width, TEXT_ARGS(short_type(type)));
    for (uint32_t i = first; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (change->kind != kind || !text_equal(change->type, type)) continue;
        if (count++ < NAMES_SHOWN) put_name(&names, name_of(page, change));
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

/* --- what changes: property by property ------------------------------------------------------- */

static void write_place(struct page *page, struct text place) {
    if (!place.length) return;
    buffer_string(page->out, "  ");
    paint(page->deploying, page->out, PAINT_DIM);
    buffer_text(page->out, place);
    paint(page->deploying, page->out, PAINT_NONE);
}

static void write_pair(struct page *page, struct text name, struct text before, struct text after,
                       const char *open) {
    struct buffer *out = page->out;
    unsigned room = page->columns > 60 ? (page->columns - 40) / 2 : 20;
    buffer_string(out, "      ");
    safe(out, name);
    buffer_string(out, ": ");
    if (before.length) show_value(page->deploying, before, room, out);
    if (before.length) buffer_string(out, " -> ");
    if (open) buffer_string(out, open);
    else if (after.length) show_value(page->deploying, after, room, out);
    else buffer_string(out, before.length ? "(not set)" : "\"\"");
}

struct diff { /* where two documents differ */
    struct page *page;
    uint32_t lines;
};

static struct text document_line(struct page *page, const struct document *value) {
    if (!value) return (struct text){0};
    if (value->kind == DOCUMENT_TEXT || value->kind == DOCUMENT_NUMBER) return value->text;
    struct buffer out;
    buffer_init(&out);
    document_write(value, &out, 0);
    struct text text = buffer_take(&out, &page->deploying->arena);
    buffer_release(&out);
    return text;
}

static const struct document *member(const struct document *object, struct text key) {
    for (const struct document *c = object->children; c; c = c->next) {
        if (text_equal(c->key, key)) return c;
    }
    return NULL;
}

static void diff_values(struct diff *diff, struct text path, const struct document *before,
                        const struct document *after);

static void diff_objects(struct diff *diff, struct text path, const struct document *before,
                         const struct document *after) {
    struct arena *arena = &diff->page->deploying->arena;
    for (const struct document *c = after->children; c; c = c->next) {
        diff_values(diff, text_format(arena, "%.*s.%.*s", TEXT_ARGS(path), TEXT_ARGS(c->key)),
                    member(before, c->key), c);
    }
    for (const struct document *c = before->children; c; c = c->next) {
        if (member(after, c->key)) continue;
        diff_values(diff, text_format(arena, "%.*s.%.*s", TEXT_ARGS(path), TEXT_ARGS(c->key)), c,
                    NULL);
    }
}

static void diff_lists(struct diff *diff, struct text path, const struct document *before,
                       const struct document *after) {
    struct arena *arena = &diff->page->deploying->arena;
    const struct document *a = before->children, *b = after->children;
    for (uint32_t i = 0; a || b; i++) {
        diff_values(diff, text_format(arena, "%.*s[%u]", TEXT_ARGS(path), i), a, b);
        a = a ? a->next : NULL;
        b = b ? b->next : NULL;
    }
}

static void diff_values(struct diff *diff, struct text path, const struct document *before,
                        const struct document *after) {
    if (before && after && document_equal(before, after)) return;
    if (before && after && before->kind == DOCUMENT_OBJECT && after->kind == DOCUMENT_OBJECT) {
        diff_objects(diff, path, before, after);
        return;
    }
    if (before && after && before->kind == DOCUMENT_LIST && after->kind == DOCUMENT_LIST) {
        diff_lists(diff, path, before, after);
        return;
    }
    if (++diff->lines > DIFF_LINES) return;
    if (diff->lines > 1) buffer_char(diff->page->out, '\n');
    struct text old = document_line(diff->page, before), new = document_line(diff->page, after);
    bool opens = text_is(new, "{{changeSet:KNOWN_AFTER_APPLY}}");
    write_pair(diff->page, path, old, new, opens ? "(known after the deploy)" : NULL);
}

/* Writes only what differs inside of two JSON values; false when they are none. */
static bool write_inner(struct page *page, const struct plan_property *property) {
    struct arena *arena = &page->deploying->arena;
    struct document *before, *after;
    struct failure why;
    struct text a = property->before, b = property->after;
    if (!a.length || !b.length || (a.bytes[0] != '{' && a.bytes[0] != '[') ||
        a.bytes[0] != b.bytes[0]) return false;
    if (!document_read(arena, a, &before, &why) || !document_read(arena, b, &after, &why)) {
        return false;
    }
    struct diff diff = {.page = page};
    diff_values(&diff, property->name, before, after);
    if (diff.lines > DIFF_LINES) {
        buffer_format(page->out, "\n      and %u more places", diff.lines - DIFF_LINES);
    }
    return diff.lines > 0;
}

static void write_property(struct page *page, const struct plan_change *change,
                           const struct plan_property *property) {
    struct arena *arena = &page->deploying->arena;
    if (!write_inner(page, property)) {
        struct text open = {0};
        if (property->known_after.length) {
            open = text_format(arena, "(known after %.*s)",
                               TEXT_ARGS(known_name(page, property->known_after)));
        }
        write_pair(page, property->name, property->before, property->after, open.bytes);
    }
    write_place(page, property_place(page->deploying, page->stack->template, change->resource,
                                     property->name));
    buffer_char(page->out, '\n');
}

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
        safe(page->out, property->name);
    }
}

static void write_reason(struct page *page, const struct plan_change *change) {
    struct buffer *out = page->out;
    if (change->kind != PLAN_REPLACE && change->kind != PLAN_MAY_REPLACE) return;
    buffer_string(out, change->kind == PLAN_REPLACE ? "    is replaced: " : "    may be replaced: ");
    write_forcing(page, change);
    buffer_string(out, " cannot be changed in place");
    if (change->because.length) {
        buffer_string(out, ", and ");
        safe(out, known_name(page, change->because));
        buffer_string(out, " is replaced");
    }
    buffer_char(out, '\n');
}

static void write_change(struct page *page, const struct plan_change *change) {
    enum paint color = change->kind == PLAN_MODIFY ? PAINT_CHANGE : PAINT_REPLACE;
    buffer_string(page->out, "  ");
    painted(page, color, mark_of(change->kind));
    buffer_char(page->out, ' ');
    paint(page->deploying, page->out, PAINT_BOLD);
    safe(page->out, name_of(page, change));
    paint(page->deploying, page->out, PAINT_NONE);
    buffer_format(page->out, "  %.*s", TEXT_ARGS(short_type(change->type)));
    write_place(page, resource_place(page->deploying, change->resource));
    buffer_char(page->out, '\n');
    write_reason(page, change);
    for (uint32_t i = 0; i < change->property_count; i++) {
        write_property(page, change, &change->properties[i]);
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
        buffer_format(page->out, "  ! compared by templates alone: %.*s\n",
                      TEXT_ARGS(stack->quick_because));
    }
    if (stack->disagreement.length) {
        buffer_format(page->out, "  ! %.*s\n", TEXT_ARGS(stack->disagreement));
    }
}

/* What only gets another logical id. */
static void write_renames(struct page *page) {
    const struct plan_stack *stack = page->stack;
    for (uint32_t i = 0; i < stack->move_count; i++) {
        const struct template_resource *resource = plan_resource(stack->template,
                                                                 stack->moves[i].to);
        struct plan_change change = {.logical_id = stack->moves[i].to, .resource = resource};
        buffer_string(page->out, "  ");
        painted(page, PAINT_CHANGE, "=");
        buffer_char(page->out, ' ');
        safe(page->out, name_of(page, &change));
        buffer_format(page->out, "  %.*s  is renamed: its id %.*s becomes %.*s, it stays",
                      TEXT_ARGS(short_type(resource->type)), TEXT_ARGS(stack->moves[i].from),
                      TEXT_ARGS(stack->moves[i].to));
        write_place(page, resource_place(page->deploying, resource));
        buffer_char(page->out, '\n');
    }
}

static struct text stack_body(struct page *page) {
    struct buffer body, *out = page->out;
    const struct plan_stack *stack = page->stack;
    buffer_init(&body);
    page->out = &body;
    write_renames(page);
    write_types(page, PLAN_ADD);
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (change->kind == PLAN_ADD || change->kind == PLAN_REMOVE || change->is_tags_only) {
            continue;
        }
        write_change(page, change);
    }
    write_types(page, PLAN_REMOVE);
    write_rest(page);
    struct text text = buffer_take(&body, &page->deploying->arena);
    buffer_release(&body);
    page->out = out;
    return text;
}

/* --- stacks ----------------------------------------------------------------------------------- */

static void write_where(struct page *page, const struct group *group) {
    for (uint32_t i = 0; i < group->count; i++) {
        const struct plan_stack *stack = group->stacks[i];
        buffer_format(page->out, "%s%.*s", i ? ", " : "", TEXT_ARGS(stack->region));
        if (!text_equal(stack->label, stack->region)) {
            buffer_format(page->out, " (%.*s)", TEXT_ARGS(stack->label));
        }
    }
}

static void write_group(struct page *page, const struct group *group) {
    static const char *const words[] = {"", "new stack", "new stack", "stack", "stack deleted:"};
    static const enum paint colors[] = {PAINT_NONE, PAINT_ADD, PAINT_ADD, PAINT_CHANGE,
                                        PAINT_REMOVE};
    static const char *const marks[] = {"", "+", "+", "~", "-"};
    const struct plan_stack *stack = group->stacks[0];
    page->stack = stack;
    painted(page, colors[stack->action], marks[stack->action]);
    buffer_format(page->out, " %s ", words[stack->action]);
    paint(page->deploying, page->out, PAINT_BOLD);
    safe(page->out, stack->name);
    paint(page->deploying, page->out, PAINT_NONE);
    buffer_string(page->out, " in ");
    write_where(page, group);
    if (stack->action == PLAN_CREATE || stack->action == PLAN_DELETE ||
        stack->action == PLAN_RECREATE) {
        buffer_format(page->out, ": %u resource%s%s", stack->change_count,
                      stack->change_count == 1 ? "" : "s", group->count > 1 ? " each" : "");
    }
    if (stack->action == PLAN_RECREATE) {
        buffer_string(page->out, ", after what a failed creation left is deleted");
    }
    if (stack->action == PLAN_DELETE && !stack->template) {
        buffer_string(page->out, ", the program no longer has it");
    }
    if (stack->is_adopted) buffer_string(page->out, ", taken over");
    buffer_char(page->out, '\n');
    buffer_text(page->out, group->body);
    buffer_char(page->out, '\n');
}

static struct group *find_group(struct group *groups, uint32_t count,
                                const struct plan_stack *stack, struct text body) {
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_stack *first = groups[i].stacks[0];
        if (first->action == stack->action && text_equal(first->name, stack->name) &&
            first->is_adopted == stack->is_adopted && !first->template == !stack->template &&
            text_equal(groups[i].body, body)) return &groups[i];
    }
    return NULL;
}

static int by_program(const void *a, const void *b) {
    const struct plan_stack *x = *(const struct plan_stack *const *)a;
    const struct plan_stack *y = *(const struct plan_stack *const *)b;
    if (x->is_assets != y->is_assets) return x->is_assets ? -1 : 1;
    uint32_t at = x->template ? x->template->index : UINT32_MAX;
    uint32_t bt = y->template ? y->template->index : UINT32_MAX;
    if (at != bt) return at < bt ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void write_stacks(struct page *page) {
    struct arena *arena = &page->deploying->arena;
    const struct plan *plan = page->plan;
    const struct plan_stack **stacks = arena_array(arena, plan->count + 1, sizeof *stacks);
    struct group *groups = arena_array(arena, plan->count + 1, sizeof *groups);
    uint32_t group_count = 0, count = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->stacks[i].action != PLAN_NOTHING) stacks[count++] = &plan->stacks[i];
    }
    if (count) qsort(stacks, count, sizeof *stacks, by_program);
    for (uint32_t i = 0; i < count; i++) {
        page->stack = stacks[i];
        struct text body = stack_body(page);
        struct group *group = find_group(groups, group_count, stacks[i], body);
        if (!group) {
            group = &groups[group_count++];
            group->stacks = arena_array(arena, count, sizeof *group->stacks);
            group->body = body;
        }
        group->stacks[group->count++] = stacks[i];
    }
    for (uint32_t i = 0; i < group_count; i++) write_group(page, &groups[i]);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void write_data(struct page *page, enum plan_data data) {
    for (uint32_t s = 0; s < page->plan->count; s++) {
        page->stack = &page->plan->stacks[s];
        for (uint32_t i = 0; i < page->stack->change_count; i++) {
            const struct plan_change *change = &page->stack->changes[i];
            if (change->data != data) continue;
            const char *what = change->kind == PLAN_REMOVE ? "is deleted" : "is replaced";
            if (change->kind == PLAN_MAY_REPLACE) what = "may be replaced";
            if (data == PLAN_DATA_LOST) painted(page, PAINT_REMOVE, "DATA IS LOST: ");
            else buffer_string(page->out, data == PLAN_DATA_KEPT ? "left behind: " : "snapshot: ");
            safe(page->out, name_of(page, change));
            buffer_format(page->out, " (%.*s) in %.*s %s", TEXT_ARGS(short_type(change->type)),
                          TEXT_ARGS(page->stack->region), what);
            if (data == PLAN_DATA_LOST) buffer_string(page->out, " with what it holds");
            if (data == PLAN_DATA_KEPT) buffer_string(page->out, " here and stays in the account");
            if (data == PLAN_DATA_SNAPSHOT) buffer_string(page->out, " after a snapshot is taken");
            write_place(page, resource_place(page->deploying, change->resource));
            buffer_char(page->out, '\n');
        }
    }
}

static bool is_same_widening(struct page *page, const struct plan_stack *a, uint32_t i,
                             const struct plan_stack *b, uint32_t j) {
    page->stack = a;
    struct text name = name_of(page, &a->changes[a->widenings[i].change]);
    page->stack = b;
    struct text other = name_of(page, &b->changes[b->widenings[j].change]);
    return text_equal(a->name, b->name) && text_equal(name, other) &&
           text_equal(a->widenings[i].grant, b->widenings[j].grant);
}

/* The regions of the stacks that grant the same; false where an earlier one has said it. */
static bool same_regions(struct page *page, uint32_t s, uint32_t i, struct buffer *regions) {
    const struct plan_stack *stack = &page->plan->stacks[s];
    for (uint32_t t = 0; t < page->plan->count; t++) {
        const struct plan_stack *other = &page->plan->stacks[t];
        for (uint32_t j = 0; j < other->widening_count; j++) {
            bool is_it = t == s && j == i;
            if (!is_it && !is_same_widening(page, stack, i, other, j)) continue;
            if (t < s || (t == s && j < i)) return false;
            if (t == s && j != i) continue;
            buffer_format(regions, "%s%.*s", regions->length ? ", " : "",
                          TEXT_ARGS(other->region));
            break;
        }
    }
    return true;
}

/* Permissions that are granted beyond those there were, equal ones of several regions once. */
static void write_widenings(struct page *page) {
    for (uint32_t s = 0; s < page->plan->count; s++) {
        const struct plan_stack *stack = &page->plan->stacks[s];
        for (uint32_t i = 0; i < stack->widening_count; i++) {
            const struct plan_change *change = &stack->changes[stack->widenings[i].change];
            struct buffer regions;
            buffer_init(&regions);
            if (same_regions(page, s, i, &regions)) {
                page->stack = stack;
                painted(page, PAINT_CHANGE, "wider: ");
                safe(page->out, name_of(page, change));
                buffer_format(page->out, " (%.*s) in %.*s: ", TEXT_ARGS(short_type(change->type)),
                              TEXT_ARGS(buffer_view(&regions)));
                safe(page->out, stack->widenings[i].grant);
                write_place(page, resource_place(page->deploying, change->resource));
                buffer_char(page->out, '\n');
            }
            buffer_release(&regions);
        }
    }
}

static void write_count(struct buffer *out, uint32_t count, const char *what, bool *is_first) {
    if (!count) return;
    buffer_format(out, "%s%u %s", *is_first ? "" : ", ", count, what);
    *is_first = false;
}

/* Regions of the stacks that change, or of all where none does. */
static uint32_t count_regions(const struct plan *plan) {
    uint32_t regions = 0;
    bool any = plan_changes(plan);
    for (uint32_t i = 0; i < plan->count; i++) {
        bool is_known = any && plan->stacks[i].action == PLAN_NOTHING;
        for (uint32_t j = 0; j < i; j++) {
            bool counts = !any || plan->stacks[j].action != PLAN_NOTHING;
            is_known |= counts && text_equal(plan->stacks[i].region, plan->stacks[j].region);
        }
        regions += !is_known;
    }
    return regions;
}

static void write_scope(struct page *page, uint32_t stacks) {
    uint32_t regions = count_regions(page->plan);
    buffer_format(page->out, "%u stack%s in %u region%s", stacks, stacks == 1 ? "" : "s", regions,
                  regions == 1 ? "" : "s");
}

static void write_summary(struct page *page) {
    const struct plan_counts *counts = &page->plan->counts;
    struct buffer *out = page->out;
    bool is_first = true;
    if (!plan_changes(page->plan)) {
        if (page->plan->is_destroy) {
            buffer_string(out, "nothing to destroy: no stack is there\n");
            return;
        }
        buffer_string(out, "nothing changes: ");
        write_scope(page, page->plan->count);
        buffer_string(out, page->plan->count == 1 ? " is as the program says\n"
                                                  : " are as the program says\n");
        return;
    }
    buffer_string(out, "plan: ");
    write_count(out, counts->kinds[PLAN_ADD], "to add", &is_first);
    write_count(out, counts->kinds[PLAN_MODIFY], "to change", &is_first);
    write_count(out, counts->kinds[PLAN_REPLACE], "to replace", &is_first);
    write_count(out, counts->kinds[PLAN_MAY_REPLACE], "that may be replaced", &is_first);
    write_count(out, counts->kinds[PLAN_REMOVE], "to delete", &is_first);
    if (is_first) buffer_string(out, "no resource changes");
    buffer_string(out, ", in ");
    write_scope(page, counts->creates + counts->updates + counts->deletes);
    buffer_char(out, '\n');
}

void plan_text(const struct deploying *deploying, const struct plan *plan, struct buffer *out) {
    struct page page = {.deploying = (struct deploying *)deploying, .plan = plan, .out = out,
                        .columns = deploying->columns ? deploying->columns : USUAL_COLUMNS};
    if (page.columns < NARROWEST) page.columns = NARROWEST;
    write_stacks(&page);
    write_summary(&page);
    write_widenings(&page);
    write_data(&page, PLAN_DATA_KEPT);
    write_data(&page, PLAN_DATA_SNAPSHOT);
    write_data(&page, PLAN_DATA_LOST);
}
