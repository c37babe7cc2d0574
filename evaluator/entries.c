/* The entries of a record: written, spread, of branches and of loops. */
#include "evaluator/internal.h"

const struct name *key_of(struct evaluator *ev, struct value value) {
    char room[SCALAR_ROOM];
    switch ((enum value_kind)value.kind) {
    case VALUE_TEXT: return names_intern(ev->names, value_as_text(value));
    case VALUE_REGION: return value.region->label;
    case VALUE_BOOL: return names_intern(ev->names, value.boolean ? TEXT("true") : TEXT("false"));
    case VALUE_INT: return names_intern(ev->names, value_integer_text(value.integer, room));
    case VALUE_NUMBER: {
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_number(&buffer, value.number);
        const struct name *name = names_intern(ev->names, buffer_view(&buffer));
        buffer_release(&buffer);
        return name;
    }
    case VALUE_POISON: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_STACK:
    case VALUE_RESOURCE: case VALUE_COMPONENT: case VALUE_TYPE: case VALUE_DEFERRED: break;
    }
    return NULL;
}

const struct name *known_key(struct evaluator *ev, struct value value, const struct node *node) {
    value = settled(ev, value);
    if (value.kind == VALUE_POISON) return NULL;
    if (value.flags & VALUE_SECRET) {
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "a secret cannot be a key");
        return NULL;
    }
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, "a key");
        return NULL;
    }
    const struct name *name = key_of(ev, value);
    if (!name) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "a key is a string, and this is %.*s",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return name;
}

static const struct name *entry_key(struct evaluator *ev, struct node *entry, struct frame *frame) {
    if (entry->entry.key) return entry->entry.key;
    struct node *key = entry->entry.computed;
    return known_key(ev, evaluate(ev, key, frame), key);
}

static void entries_spread(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct entry_sink *sink) {
    if (node->flags & NODE_BAD) {
        sink->is_broken = true;
        return;
    }
    struct value value = evaluate(ev, node->spread.value, frame);
    if (value.kind == VALUE_RECORD) {
        if (!spend_values(ev, value.record->count)) return;
        for (uint32_t i = 0; i < value.record->count; i++) {
            struct record_entry *entry = &value.record->entries[i];
            struct node *origin = entry->origin ? (struct node *)entry->origin : node;
            sink->put(sink, entry->key, origin, frame, &entry->value);
        }
    } else if (value.kind == VALUE_DEFERRED) {
        fault_deferred(ev, node->spread.value, value, TEXT("..."));
    } else if (value.kind != VALUE_NULL && value.kind != VALUE_POISON) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node->spread.value, "%.*s cannot be spread in a record",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    bool whole = value.kind == VALUE_NULL ||
                 (value.kind == VALUE_RECORD && !(value.flags & VALUE_BROKEN));
    if (!whole) sink->is_broken = true;
}

static void entries_branch(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct entry_sink *sink) {
    for (;;) {
        bool ok,
            condition = evaluate_condition(ev, node->branch.condition, frame, "a condition", &ok);
        if (!ok) sink->is_broken = true;
        if (!ok) return;
        struct node *taken = condition ? node->branch.then : node->branch.otherwise;
        if (!taken) return;
        if (taken->kind != NODE_IF) {
            cover(ev, taken);
            entries_run(ev, taken->record.entries, frame, sink);
            return;
        }
        node = taken;
    }
}

struct entries_loop {
    struct loop loop;
    struct node *body;
    struct entry_sink *sink;
};

static bool entries_loop_body(struct loop *loop) {
    struct entries_loop *entries = (struct entries_loop *)loop;
    cover(loop->ev, entries->body);
    entries_run(loop->ev, entries->body->record.entries, loop->frame, entries->sink);
    return !loop->ev->is_exhausted;
}

static void entries_loop(struct evaluator *ev, struct node *node, struct frame *frame,
                         struct entry_sink *sink) {
    struct frame *inner = frame_new(ev, node->loop.scope, frame, frame->place);
    struct entries_loop loop = {{.ev = ev, .frame = inner, .body = entries_loop_body},
                                node->loop.body, sink};
    loop_run(&loop.loop, node, node->loop.generators);
    sink->is_broken |= loop.loop.is_broken;
}

void entries_run(struct evaluator *ev, struct list entries, struct frame *frame,
                 struct entry_sink *sink) {
    if (!spend_values(ev, list_count(entries))) return;
    for (struct node *entry = entries.first; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY) {
            const struct name *key = entry_key(ev, entry, frame);
            if (key) sink->put(sink, key, entry, frame, NULL);
            else sink->is_broken = true;
        } else if (entry->kind == NODE_SPREAD) {
            entries_spread(ev, entry, frame, sink);
        } else if (entry->kind == NODE_IF) {
            entries_branch(ev, entry, frame, sink);
        } else if (entry->kind == NODE_FOR) {
            entries_loop(ev, entry, frame, sink);
        }
    }
}

struct record_sink {
    struct entry_sink sink;
    struct evaluator *ev;
    struct record *record;
};

static void record_sink_put(struct entry_sink *sink, const struct name *key, struct node *entry,
                            struct frame *frame, const struct value *value) {
    struct record_sink *record = (struct record_sink *)sink;
    struct value made;
    if (value) {
        made = *value;
    } else if (entry->flags & NODE_BAD) {
        made = value_poison();
    } else {
        made = evaluate(record->ev, entry->entry.value, frame);
    }
    record_put(record->ev->arena, record->record, key, made, entry);
}

struct value evaluate_record(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct record_sink sink = {{.put = record_sink_put}, ev,
                               record_new(ev->arena, list_count(node->record.entries))};
    entries_run(ev, node->record.entries, frame, &sink.sink);
    struct value value = value_seal(value_record(sink.record));
    if (sink.sink.is_broken) value.flags |= VALUE_BROKEN;
    return value_checked(ev, value, node);
}
