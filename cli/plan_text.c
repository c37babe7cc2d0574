/* A plan as people read it: stacks by region, equal ones of several regions once; last the summary,
 * and what loses data. */
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "cli/plan_page.h"
#include "cli/wrap.h"

enum {
    NARROWEST = 40,
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

void page_painted(const struct page *page, enum paint color, const char *text) {
    paint(page->deploying, page->out, color);
    buffer_string(page->out, text);
    paint(page->deploying, page->out, PAINT_NONE);
}

void page_place(struct page *page, struct text place) {
    show_place(page->deploying, place, page->out);
}

void show_line(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.length;) {
        uint32_t character = 0;
        size_t size = unicode_decode(text, i, &character);
        if (size && !unicode_is_hazard(character)) {
            buffer_add(out, text.bytes + i, size);
        } else if (character == '\n' || character == '\t') {
            buffer_char(out, ' ');
        } else {
            buffer_format(out, "\\u{%X}", (unsigned)(size ? character
                                                          : (unsigned char)text.bytes[i]));
        }
        i += size ? size : 1;
    }
}

unsigned value_room(unsigned columns) { return columns > 60 ? (columns - 40) / 2 : 20; }

void show_place(const struct deploying *deploying, struct text place, struct buffer *out) {
    if (!place.length) return;
    buffer_string(out, "  ");
    paint(deploying, out, PAINT_DIM);
    buffer_text(out, place);
    paint(deploying, out, PAINT_NONE);
}

void show_value(struct deploying *deploying, struct text value, unsigned room,
                struct buffer *out) {
    struct buffer one;
    buffer_init(&one);
    bool is_json = value.length > 1 && (value.bytes[0] == '[' || text_is(value, "{}") ||
                                        text_starts(value, TEXT("{\"")));
    if (!is_json) buffer_char(&one, '"');
    show_line(&one, value);
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

/* On a terminal, in its width. */
static void write_fitting(const struct deploying *deploying, struct text text,
                          struct buffer *out) {
    if (deploying->columns) wrap_lines(text, deploying->columns, out);
    else buffer_text(out, text);
}

void plan_head(const struct deploying *deploying, struct text account, struct text caller,
               struct buffer *out) {
    bool sandbox = option_given(deploying->invocation, OPTION_SANDBOX);
    struct buffer head;
    buffer_init(&head);
    buffer_string(&head, "account ");
    show_line(&head, account);
    buffer_string(&head, sandbox ? " (sandbox), as " : ", as ");
    show_line(&head, caller);
    buffer_format(&head, "\nproject %.*s", TEXT_ARGS(deploying->program.project));
    if (deploying->program.suffix.length) {
        buffer_format(&head, ", suffix %.*s", TEXT_ARGS(deploying->program.suffix));
    }
    buffer_string(&head, "\n\n");
    write_fitting(deploying, buffer_view(&head), out);
    buffer_release(&head);
}

bool plan_changes(const struct plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->stacks[i].action != PLAN_NOTHING) return true;
    }
    return false;
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
    static const char *const words[] = {"stack", "new stack", "new stack", "stack",
                                        "stack deleted:"};
    static const enum paint colors[] = {PAINT_NONE, PAINT_ADD, PAINT_ADD, PAINT_CHANGE,
                                        PAINT_REMOVE};
    static const char *const marks[] = {"=", "+", "+", "~", "-"};
    const struct plan_stack *stack = group->stacks[0];
    page->stack = stack;
    page_painted(page, colors[stack->action], marks[stack->action]);
    buffer_format(page->out, " %s ", words[stack->action]);
    paint(page->deploying, page->out, PAINT_BOLD);
    show_line(page->out, stack->name);
    paint(page->deploying, page->out, PAINT_NONE);
    buffer_string(page->out, " in ");
    write_where(page, group);
    if (stack->action == PLAN_CREATE || stack->action == PLAN_DELETE ||
        stack->action == PLAN_RECREATE) {
        uint32_t count = 0;
        bool is_made = stack->action != PLAN_DELETE;
        for (uint32_t i = 0; i < stack->change_count; i++) {
            count += stack->changes[i].kind == (is_made ? PLAN_ADD : PLAN_REMOVE);
        }
        buffer_format(page->out, ": %u resource%s%s", count, count == 1 ? "" : "s",
                      group->count > 1 ? " each" : "");
    }
    if (stack->action == PLAN_RECREATE) {
        bool was_deleted = text_is(stack->status, "DELETE_FAILED");
        buffer_format(page->out, ", after what a failed %s left is deleted",
                      was_deleted ? "deletion" : "creation");
    }
    if (stack->action == PLAN_DELETE && !stack->template) {
        buffer_string(page->out, ", the program no longer has it");
    }
    if (stack->is_adopted) buffer_string(page->out, ", taken over");
    if (stack->action == PLAN_NOTHING) buffer_string(page->out, ": nothing changes");
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
        const struct plan_stack *stack = &plan->stacks[i];
        bool is_shown = stack->drifted_count || stack->drift_unknown.length;
        if (stack->action != PLAN_NOTHING || is_shown) stacks[count++] = stack;
    }
    if (count) qsort(stacks, count, sizeof *stacks, by_program);
    for (uint32_t i = 0; i < count; i++) {
        page->stack = stacks[i];
        struct text body = page_stack(page);
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
            if (data == PLAN_DATA_LOST) page_painted(page, PAINT_REMOVE, "DATA IS LOST: ");
            else buffer_string(page->out, data == PLAN_DATA_KEPT ? "left behind: " : "snapshot: ");
            show_line(page->out, page_name(page, change));
            buffer_string(page->out, " (");
            show_line(page->out, page_type(change->type));
            buffer_format(page->out, ") in %.*s %s", TEXT_ARGS(page->stack->region), what);
            if (data == PLAN_DATA_LOST) buffer_string(page->out, " with what it holds");
            if (data == PLAN_DATA_KEPT) buffer_string(page->out, " here and stays in the account");
            if (data == PLAN_DATA_SNAPSHOT) buffer_string(page->out, " after a snapshot is taken");
            page_place(page, resource_place(page->deploying, change->resource));
            buffer_char(page->out, '\n');
        }
    }
}

static bool is_same_widening(struct page *page, const struct plan_stack *a, uint32_t i,
                             const struct plan_stack *b, uint32_t j) {
    page->stack = a;
    struct text name = page_name(page, &a->changes[a->widenings[i].change]);
    page->stack = b;
    struct text other = page_name(page, &b->changes[b->widenings[j].change]);
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
                page_painted(page, PAINT_CHANGE, "wider: ");
                show_line(page->out, page_name(page, change));
                buffer_format(page->out, " (%.*s) in %.*s: ", TEXT_ARGS(page_type(change->type)),
                              TEXT_ARGS(buffer_view(&regions)));
                show_line(page->out, stack->widenings[i].grant);
                page_place(page, resource_place(page->deploying, change->resource));
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

/* The template of the plan that an edge of another leads to. */
static uint32_t stack_of(const struct plan *plan, uint32_t template_index) {
    uint32_t i = 0;
    while (i < plan->count && !(plan->stacks[i].template &&
                                plan->stacks[i].template->index == template_index)) i++;
    return i;
}

/* Seconds until all is done: stacks that read others wait for them. A deletion goes the other
 * way, and takes as long. */
static double expected_seconds(struct page *page, bool *all_known) {
    const struct plan *plan = page->plan;
    double *ends = arena_array(&page->deploying->arena, plan->count + 1, sizeof *ends);
    double last = 0;
    *all_known = true;
    for (uint32_t n = 0; n < plan->count; n++) { /* producers first */
        uint32_t i = plan->is_destroy ? plan->count - 1 - n : n;
        const struct plan_stack *stack = &plan->stacks[i];
        for (uint32_t e = 0; stack->template && e < stack->template->edge_count; e++) {
            uint32_t producer = stack_of(plan, stack->template->edges[e].stack);
            if (producer < plan->count && ends[producer] > ends[i]) ends[i] = ends[producer];
        }
        ends[i] += stack->expected;
        *all_known &= stack->action == PLAN_NOTHING || stack->expected > 0;
        if (ends[i] > last) last = ends[i];
    }
    return last;
}

static void write_time(struct page *page) {
    bool all_known;
    double seconds = expected_seconds(page, &all_known);
    if (seconds <= 0) return;
    buffer_string(page->out, all_known ? "; about " : "; more than ");
    write_duration(page->out, seconds);
    buffer_string(page->out, ", by earlier runs");
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
    write_time(page);
    buffer_char(out, '\n');
}

void plan_text(struct deploying *deploying, const struct plan *plan, struct buffer *out) {
    struct buffer whole;
    buffer_init(&whole);
    struct page page = {.deploying = deploying, .plan = plan, .out = &whole,
                        .columns = deploying->columns ? deploying->columns : USUAL_COLUMNS};
    if (page.columns < NARROWEST) page.columns = NARROWEST;
    write_stacks(&page);
    write_summary(&page);
    write_widenings(&page);
    write_data(&page, PLAN_DATA_KEPT);
    write_data(&page, PLAN_DATA_SNAPSHOT);
    write_data(&page, PLAN_DATA_LOST);
    write_fitting(deploying, buffer_view(&whole), out);
    buffer_release(&whole);
}
