/* Lints about state machines: a definition in the Amazon States Language that Step Functions would
 * refuse.
 *
 * Parts that are known only at deploy time (ARNs, mostly) are read as a word in their place.
 */
#include "lint/internal.h"
#include "template/document.h"

/* One Map, Parallel branch or whole machine: states know each other within it only. */
struct machine {
    const struct look *look;
    struct item at;
    unsigned depth;
};

enum { MACHINE_DEPTH = 50 };

static void check_machine(const struct machine *machine, const struct document *states_of);

static void check_next(const struct machine *machine, const struct document *states,
                       const struct document *target, struct text from) {
    if (!target || target->kind != DOCUMENT_TEXT) return;
    struct suggestion near;
    suggestion_init(&near, target->text);
    for (const struct document *s = states->children; s; s = s->next) {
        if (text_equal(s->key, target->text)) return;
        suggestion_offer(&near, s->key);
    }
    struct diagnostic *d =
        warn(machine->look, machine->at, "state \"%.*s\" leads to \"%.*s\", which is no state",
             TEXT_ARGS(from), TEXT_ARGS(target->text));
    if (near.best.length)
        warn_hint(machine->look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
}

static void check_ends(const struct machine *machine, const struct document *state) {
    const struct document *type = document_get(state, "Type"), *end = document_get(state, "End");
    static const char types[] = "Task Pass Wait Choice Parallel Map Succeed Fail";
    if (!type || type->kind != DOCUMENT_TEXT) {
        warn(machine->look, machine->at, "state \"%.*s\" has no Type", TEXT_ARGS(state->key));
    } else if (!is_word(types, type->text)) {
        warn(machine->look, machine->at,
             "state \"%.*s\" has the Type \"%.*s\", which is none of %s", TEXT_ARGS(state->key),
             TEXT_ARGS(type->text), types);
    } else if (is_word("Task Pass Wait Parallel Map", type->text) && !document_get(state, "Next") &&
               !(end && end->kind == DOCUMENT_BOOL && end->boolean)) {
        warn(machine->look, machine->at, "state \"%.*s\" has neither Next nor End",
             TEXT_ARGS(state->key));
    }
}

static void check_state(const struct machine *machine, const struct document *states,
                        const struct document *state) {
    check_ends(machine, state);
    check_next(machine, states, document_get(state, "Next"), state->key);
    check_next(machine, states, document_get(state, "Default"), state->key);
    static const char *const lists[] = {"Choices", "Catch"};
    for (size_t i = 0; i < 2; i++) {
        const struct document *list = document_get(state, lists[i]);
        for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
            check_next(machine, states, document_get(c, "Next"), state->key);
        }
    }
    struct machine inner = *machine;
    if (++inner.depth > MACHINE_DEPTH) return;
    const struct document *branches = document_get(state, "Branches");
    for (const struct document *b = branches ? branches->children : NULL; b; b = b->next) {
        check_machine(&inner, b);
    }
    static const char *const maps[] = {"ItemProcessor", "Iterator"};
    for (size_t i = 0; i < 2; i++) {
        if (document_get(state, maps[i])) check_machine(&inner, document_get(state, maps[i]));
    }
}

static void check_machine(const struct machine *machine, const struct document *whole) {
    const struct document *states = document_get(whole, "States");
    const struct document *start = document_get(whole, "StartAt");
    if (!states || states->kind != DOCUMENT_OBJECT || !states->count) {
        warn(machine->look, machine->at, "the state machine has no States");
        return;
    }
    if (!start || start->kind != DOCUMENT_TEXT) {
        warn(machine->look, machine->at, "the state machine has no StartAt");
    } else if (!document_get(states, text_copy(look_arena(machine->look), start->text).bytes)) {
        warn(machine->look, machine->at, "StartAt is \"%.*s\", which is no state",
             TEXT_ARGS(start->text));
    }
    for (const struct document *s = states->children; s; s = s->next) {
        if (s->kind == DOCUMENT_OBJECT) check_state(machine, states, s);
    }
}

/* JSON of a record, with a word for what is not known. */
static void write_rough(const struct look *look, struct value value, struct buffer *out) {
    if (value.kind == VALUE_RECORD) {
        buffer_char(out, '{');
        for (uint32_t i = 0; i < value.record->count; i++) {
            if (i) buffer_char(out, ',');
            buffer_json_string(out, name_text(value.record->entries[i].key));
            buffer_char(out, ':');
            write_rough(look, value.record->entries[i].value, out);
        }
        buffer_char(out, '}');
    } else if (value.kind == VALUE_LIST) {
        buffer_char(out, '[');
        for (uint32_t i = 0; i < value.length; i++) {
            if (i) buffer_char(out, ',');
            write_rough(look, value.items[i], out);
        }
        buffer_char(out, ']');
    } else if (value.kind >= VALUE_REGION || value.kind == VALUE_POISON) {
        buffer_string(out, "\"unknown\"");
    } else {
        value_json(out, value, 0);
    }
}

static bool rough_definition(const struct look *look, struct item *at, struct text *text) {
    *at = item_get(look, "DefinitionString");
    if (item_rough_text(look, *at, "unknown", text)) return true;
    *at = item_get(look, "Definition");
    if (!item_is_record(*at)) return false;
    struct buffer out;
    buffer_init(&out);
    write_rough(look, at->value, &out);
    *text = buffer_take(&out, look_arena(look));
    buffer_release(&out);
    return true;
}

void lint_state_machine(const struct look *look) {
    struct item at;
    struct text text;
    struct document *document;
    struct failure why;
    if (!rough_definition(look, &at, &text)) return;
    if (memmem(text.bytes, text.length, "${", 2)) return; /* DefinitionSubstitutions fill it in */
    if (!document_read(look_arena(look), text, &document, &why) ||
        document->kind != DOCUMENT_OBJECT) {
        warn(look, at, "the definition of the state machine is no JSON");
        return;
    }
    struct machine machine = {look, at, 0};
    check_machine(&machine, document);
}
