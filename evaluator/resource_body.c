/* Bodies of resources: run once, or entry by entry where somebody asks for a property before. */
#include "evaluator/resources.h"

static struct lazy *lazy_find(struct resource_state *state, const struct name *name) {
    struct lazy *lazy = state->lazies;
    while (lazy && lazy->name != name) lazy = lazy->next;
    return lazy;
}

struct body_sink {
    struct entry_sink sink;
    struct evaluator *ev;
    struct resource_state *state; /* or NULL: an instance of a component */
    struct record *record;
};

/* Not a value of the resource: never resolved, or done when it was registered. */
static bool meta_is_no_value(struct text key) {
    return text_is(key, "was") || text_is(key, "add");
}

static void body_put(struct entry_sink *sink, const struct name *key, struct node *entry,
                     struct frame *frame, const struct value *given) {
    struct body_sink *body = (struct body_sink *)sink;
    struct evaluator *ev = body->ev;
    bool is_meta = entry->kind == NODE_ENTRY && entry->flags & NODE_META && !given;
    struct value value;
    if (given) {
        value = *given;
    } else if (entry->flags & NODE_BAD) {
        value = value_poison();
    } else if (is_meta && meta_is_no_value(name_text(key))) {
        value = value_null();
    } else {
        struct lazy *lazy = body->state && !is_meta ? lazy_find(body->state, key) : NULL;
        bool done = lazy && lazy->origin == entry && lazy->value.kind < SLOT_WAITING;
        value = done ? lazy->value : evaluate(ev, entry->entry.value, frame);
    }
    if (is_meta) {
        if (body->state) meta_set(ev, body->state, name_text(key), value, entry);
    } else {
        record_put(ev->arena, body->record, key, value, entry);
    }
}

/* Evaluates the body once; false while it is being evaluated (a circle, reported). */
static bool body_evaluate(struct evaluator *ev, struct resource_state *state,
                          const struct node *asked) {
    const struct node *node = state->resource.declared;
    if (state->body == 0) return true;
    if (state->body == SLOT_RUNNING) {
        fault_cycle(ev, state, state->frame, asked->span);
        return false;
    }
    struct waiting waiting = {.what = state, .frame = state->frame,
                              .span = written_span(node, node->declaration.name),
                              .asked = asked->span, .name = state->resource.path};
    if (!waiting_enter(ev, &waiting)) return false;
    state->body = SLOT_RUNNING;
    struct list entries = body_entries(node);
    state->resource.properties = record_new(ev->arena, list_count(entries));
    struct body_sink sink = {{.put = body_put}, ev, state, state->resource.properties};
    entries_run(ev, entries, state->frame, &sink.sink);
    additions_take(ev, state);
    state->body = 0;
    state->is_broken = sink.sink.is_broken;
    waiting_leave(ev);
    return true;
}

static struct value lazy_evaluate(struct evaluator *ev, struct resource_state *state,
                                  const struct name *name, struct node *entry,
                                  const struct node *asked) {
    struct lazy *lazy = lazy_find(state, name);
    if (!lazy) {
        lazy = ARENA_NEW(ev->arena, struct lazy);
        *lazy = (struct lazy){.next = state->lazies, .name = name, .origin = entry};
        lazy->value.kind = SLOT_WAITING;
        state->lazies = lazy;
    }
    if (lazy->value.kind < SLOT_WAITING) return lazy->value;
    if (lazy->value.kind == SLOT_RUNNING) return fault_cycle(ev, lazy, state->frame, asked->span);
    struct waiting waiting = {.what = lazy, .frame = state->frame, .span = entry->span,
                              .asked = asked->span};
    waiting.name = text_format(ev->arena, "%.*s.%.*s", TEXT_ARGS(state->resource.path),
                               NAME_ARGS(name));
    if (!waiting_enter(ev, &waiting)) return value_poison();
    lazy->value.kind = SLOT_RUNNING;
    struct value value = evaluate(ev, entry->entry.value, state->frame);
    lazy->value = value;
    waiting_leave(ev);
    return value;
}

struct value resource_property(struct evaluator *ev, struct resource_state *state,
                               const struct name *name, const struct node *asked) {
    bool unsure;
    struct value none = {.kind = SLOT_WAITING};
    struct node *entry = NULL;
    if (state->body != 0) {
        entry = entry_lookup(body_entries(state->resource.declared), name, false, &unsure);
        if (state->additions) unsure = true;
        if (!unsure && !entry) return none;
        if (!unsure && entry->flags & NODE_BAD) return value_poison();
        if (!unsure) return lazy_evaluate(ev, state, name, entry, asked);
        if (!schema_body_find(schema_type_body(state->resource.type), name_text(name))) return none;
        if (!body_evaluate(ev, state, asked)) return value_poison();
    }
    struct record_entry *found = record_find(state->resource.properties, name);
    if (!found && state->is_broken) return value_poison(); /* it may be what is left out */
    return found ? found->value : none;
}

struct value body_record(struct evaluator *ev, struct list entries, struct frame *frame) {
    struct body_sink sink = {
        {.put = body_put}, ev, NULL, record_new(ev->arena, list_count(entries))};
    entries_run(ev, entries, frame, &sink.sink);
    struct value value = value_seal(value_record(sink.record));
    if (sink.sink.is_broken) value.flags |= VALUE_BROKEN;
    return value;
}

void resource_body(struct evaluator *ev, struct resource_state *state) {
    if (!body_evaluate(ev, state, state->resource.declared)) return;
    struct resource *resource = &state->resource;
    if (resource->is_existing) return; /* only read: what is written of it is as it is */
    conform_resource(ev, resource, state->is_broken);
    naming_check(ev, resource);
}
