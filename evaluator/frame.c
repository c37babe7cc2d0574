/* Frames, values that are made when they are first asked for, and circles among them. */
#include "evaluator/internal.h"

void frame_init(struct frame *frame, const struct scope *scope, struct frame *parent,
                struct site *place) {
    frame->parent = parent;
    frame->scope = scope;
    frame->place = place;
    for (uint32_t i = 0; i < scope->slot_count; i++) frame->slots[i].kind = SLOT_WAITING;
}

struct frame *frame_new(struct evaluator *ev, const struct scope *scope, struct frame *parent,
                        struct site *place) {
    struct frame *frame = arena_alloc(ev->arena, FRAME_BYTES(scope));
    frame_init(frame, scope, parent, place);
    return frame;
}

struct frame *module_frame(struct evaluator *ev, struct module *module) {
    if (!module || !module->scope) return NULL;
    struct frame *frame = ev->modules[module->index];
    if (frame) return frame;
    struct site *place = &ev->module_places[module->index];
    place->module = module;
    /* what the root file declares is seen in the files of its tests */
    struct frame *around = module->is_tests ? module_frame(ev, ev->program->modules[0]) : NULL;
    frame = frame_new(ev, module->scope, around, place);
    return ev->modules[module->index] = frame;
}

struct frame *frame_of(struct evaluator *ev, struct frame *frame, const struct symbol *symbol,
                       uint32_t hops) {
    if (hops == HOPS_MODULE) return module_frame(ev, symbol_module(symbol));
    if (hops != HOPS_REGION) return frame_up(frame, hops);
    struct frame *beside = pipeline_frame_of(frame, symbol->scope);
    if (beside) return beside;
    if (!frame->place->region) return NULL;
    struct region_state *region = (struct region_state *)frame->place->region;
    return map_find(&region->frames, symbol->scope);
}

/* ---- circles ---- */

/* The one of a circle that is written first: so that a circle is the same wherever it is
 * entered. */
static struct waiting *circle_first(struct waiting *from, const struct waiting *last) {
    struct waiting *first = from;
    for (struct waiting *w = from; w; w = w == last ? NULL : w->outer) {
        if (w->span.source < first->span.source ||
            (w->span.source == first->span.source && w->span.start < first->span.start)) {
            first = w;
        }
    }
    return first;
}

static const struct waiting *circle_end(const struct evaluator *ev, const void *what,
                                        const struct frame *frame) {
    const struct waiting *w = ev->waiting;
    while (w && (w->what != what || w->frame != frame)) w = w->outer;
    return w;
}

enum { CIRCLE_NOTES = 20 };

struct value fault_cycle(struct evaluator *ev, const void *what, const struct frame *frame,
                         struct span asked) {
    const struct waiting *last = circle_end(ev, what, frame);
    if (!last) return value_poison();
    struct waiting *first = circle_first(ev->waiting, last);
    struct diagnostic *d =
        diagnostics_report(ev->diagnostics, DIAGNOSTIC_DEPENDENCY_CYCLE, first->span,
                           "\"%.*s\" needs its own value", TEXT_ARGS(first->name));
    /* the waiting ones are innermost first: each was asked for by the one outside it */
    int notes = 0;
    const struct waiting *needed = last;
    struct span where = asked;
    for (const struct waiting *w = ev->waiting; notes++ < CIRCLE_NOTES; w = w->outer) {
        note(ev, d, where, "\"%.*s\" needs \"%.*s\" here", TEXT_ARGS(w->name),
             TEXT_ARGS(needed->name));
        if (w == last) break;
        needed = w;
        where = w->asked;
    }
    return value_poison();
}

bool waiting_enter(struct evaluator *ev, struct waiting *waiting) {
    waiting->outer = ev->waiting;
    struct node asked = {.kind = NODE_NAME, .span = waiting->asked};
    if (!depth_enter(ev, &asked)) return false;
    ev->waiting = waiting;
    return true;
}

void waiting_leave(struct evaluator *ev) {
    ev->waiting = ev->waiting->outer;
    depth_leave(ev);
}

static struct span symbol_place(const struct symbol *symbol) {
    struct node *node = symbol->declaration;
    struct declaration *head = node ? node_declaration(node) : NULL;
    if (head && head->name.name == symbol->name) return written_span(node, head->name);
    return node ? node->span : (struct span){0};
}

struct value force(struct evaluator *ev, struct frame *frame, struct symbol *symbol,
                   const struct node *asked) {
    struct value *slot = &frame->slots[symbol->slot];
    if (slot->kind < SLOT_WAITING) return *slot;
    struct span span = symbol_place(symbol);
    struct span asked_span = asked ? asked->span : span;
    if (slot->kind == SLOT_RUNNING) return fault_cycle(ev, symbol, frame, asked_span);
    struct waiting waiting = {.what = symbol, .frame = frame, .span = span, .asked = asked_span};
    if (symbol->name) waiting.name = name_text(symbol->name);
    if (!waiting_enter(ev, &waiting)) return value_poison();
    slot->kind = SLOT_RUNNING;
    bool is_lenient = ev->is_lenient;
    ev->is_lenient = false; /* it is evaluated once, for all that ask for it */
    struct value value = declare_value(ev, frame, symbol);
    ev->is_lenient = is_lenient;
    *slot = value;
    waiting_leave(ev);
    return value;
}
