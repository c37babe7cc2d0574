/* Renames (@was): resources whose logical id changes while they themselves stay. CloudFormation
 * does that by a stack refactor, which wants the deployed template with other ids and nothing else
 * changed; the update that follows is then an ordinary one. Done once, there is nothing left to
 * rename, and on a fresh deployment there never was. */
#include "runtime/deploy/making.h"

#include "base/limits.h"
#include "schema/schema.h"

/* --- the template with other ids -------------------------------------------------------------- */

struct renaming {
    struct arena *arena;
    const struct cloud_move *moves;
    uint32_t count;
};

static struct text renamed(const struct renaming *renaming, struct text id) {
    for (uint32_t i = 0; i < renaming->count; i++) {
        if (text_equal(renaming->moves[i].from, id)) return renaming->moves[i].to;
    }
    return id;
}

/* "Id.Attribute": only what stands before the dot is an id. */
static struct text renamed_path(const struct renaming *renaming, struct text path) {
    const char *dot = path.length ? memchr(path.bytes, '.', path.length) : NULL;
    struct text id = {path.bytes, dot ? (size_t)(dot - path.bytes) : path.length};
    struct text to = renamed(renaming, id);
    if (text_equal(to, id)) return path;
    return text_format(renaming->arena, "%.*s%.*s", TEXT_ARGS(to), (int)(path.length - id.length),
                       path.bytes + id.length);
}

/* The text of Fn::Sub; names that its own map defines are no ids. */
static struct text renamed_format(const struct renaming *renaming, struct text format,
                                  const struct document *own) {
    struct buffer out;
    struct text before, name;
    buffer_init(&out);
    while (text_take_hole(&format, &before, &name)) {
        if (!document_member(own, name)) name = renamed_path(renaming, name);
        buffer_format(&out, "%.*s${%.*s}", TEXT_ARGS(before), TEXT_ARGS(name));
    }
    buffer_text(&out, before);
    struct text text = buffer_take(&out, renaming->arena);
    buffer_release(&out);
    return text;
}

static struct document *copy(const struct renaming *renaming, const struct document *value);

static struct document *copy_children(const struct renaming *renaming,
                                      const struct document *value) {
    struct document *all = document_new(renaming->arena, (enum document_kind)value->kind);
    for (const struct document *c = value->children; c; c = c->next) {
        document_add(all, c->key, copy(renaming, c));
    }
    return all;
}

static struct document *new_text(const struct renaming *renaming, struct text text) {
    return document_text(renaming->arena, text);
}

/* The value of a function that names resources; NULL where it names none. */
static struct document *copy_call(const struct renaming *renaming, const struct document *call) {
    const struct document *first = call->kind == DOCUMENT_LIST ? call->children : NULL;
    if (text_is(call->key, "Ref") && call->kind == DOCUMENT_TEXT) {
        return new_text(renaming, renamed(renaming, call->text));
    }
    if (text_is(call->key, "Fn::GetAtt") && call->kind == DOCUMENT_TEXT) {
        return new_text(renaming, renamed_path(renaming, call->text));
    }
    if (text_is(call->key, "Fn::GetAtt") && first && first->kind == DOCUMENT_TEXT) {
        struct document *all = copy_children(renaming, call);
        all->children->text = renamed(renaming, first->text);
        return all;
    }
    if (text_is(call->key, "Fn::Sub") && call->kind == DOCUMENT_TEXT) {
        return new_text(renaming, renamed_format(renaming, call->text, NULL));
    }
    if (text_is(call->key, "Fn::Sub") && first && first->kind == DOCUMENT_TEXT) {
        struct document *all = copy_children(renaming, call);
        all->children->text = renamed_format(renaming, first->text, first->next);
        return all;
    }
    return NULL;
}

static struct document *copy(const struct renaming *renaming, const struct document *value) {
    if (value->kind == DOCUMENT_OBJECT && value->count == 1) {
        struct document *call = copy_call(renaming, value->children);
        if (call) {
            struct document *all = document_new(renaming->arena, DOCUMENT_OBJECT);
            document_add(all, value->children->key, call);
            return all;
        }
    }
    if (value->kind == DOCUMENT_OBJECT || value->kind == DOCUMENT_LIST) {
        return copy_children(renaming, value);
    }
    struct document *same = ARENA_NEW(renaming->arena, struct document);
    *same = *value;
    same->next = NULL;
    return same;
}

/* DependsOn is a name or a list of names. */
static void rename_needs(const struct renaming *renaming, struct document *resource) {
    struct document *needs = document_get(resource, "DependsOn");
    if (needs && needs->kind == DOCUMENT_TEXT) needs->text = renamed(renaming, needs->text);
    for (struct document *c = needs ? needs->children : NULL; c; c = c->next) {
        c->text = renamed(renaming, c->text);
    }
}

static struct document *rename_template(const struct renaming *renaming,
                                        const struct document *template) {
    struct document *all = document_new(renaming->arena, DOCUMENT_OBJECT);
    for (const struct document *c = template->children; c; c = c->next) {
        /* Notes about the program are no references. */
        bool is_note = text_is(c->key, "Metadata") || text_is(c->key, "Description");
        struct renaming none = {.arena = renaming->arena};
        struct document *part = copy(is_note ? &none : renaming, c);
        document_add(all, c->key, part);
        if (!text_is(c->key, "Resources")) continue;
        for (struct document *r = part->children; r; r = r->next) {
            r->key = renamed(renaming, r->key);
            rename_needs(renaming, r);
        }
    }
    return all;
}

/* --- which are to be renamed ------------------------------------------------------------------ */

static struct text type_of(const struct document *resource) {
    const struct document *type = document_get(resource, "Type");
    return type && type->kind == DOCUMENT_TEXT ? type->text : (struct text){0};
}

/* A rename that is still to be done: the old id is deployed, the new one is not, and the program
 * has no other resource of the old id. */
static bool is_due(const struct plan_stack *stack, const struct template_resource *resource) {
    const struct document *current = document_get(stack->current, "Resources");
    const struct document *wanted = document_get(stack->wanted, "Resources");
    if (!resource->was_id.length || text_equal(resource->was_id, resource->logical_id))
        return false;
    const struct document *old = document_member(current, resource->was_id);
    return old && !document_member(current, resource->logical_id) &&
           !document_member(wanted, resource->was_id) && text_equal(type_of(old), resource->type);
}

static bool check_type(const struct plan_stack *stack, const struct template_resource *resource,
                       struct failure *why) {
    const struct schema_type *type = schema_type_find(resource->type);
    if (type && (schema_type_flags(type) & SCHEMA_TYPE_CLOUD_CONTROL)) return true;
    failure_set(
        why,
        "\"%.*s\" in %.*s (%.*s:%u) cannot be renamed: CloudFormation's stack refactor does "
        "not support %.*s",
        TEXT_ARGS(resource->path), TEXT_ARGS(stack->region), TEXT_ARGS(resource->file),
        resource->line, TEXT_ARGS(resource->type));
    return failure_hint(why, "Write @id = \"%.*s\" in it instead of @was: it keeps its logical id.",
                        TEXT_ARGS(resource->was_id));
}

bool plan_rename(struct plan *plan, struct plan_stack *stack, struct failure *why) {
    const struct template *template = stack->template;
    struct cloud_move *moves =
        arena_array(plan->arena, template->resource_count + 1, sizeof *moves);
    uint32_t count = 0;
    for (uint32_t i = 0; stack->current && i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];
        if (!is_due(stack, resource)) continue;
        if (!check_type(stack, resource, why)) return false;
        moves[count++] = (struct cloud_move){resource->was_id, resource->logical_id};
    }
    if (!count) return true;
    struct renaming renaming = {plan->arena, moves, count};
    stack->moves = moves;
    stack->move_count = count;
    stack->current = rename_template(&renaming, stack->current);
    stack->renamed_body = document_json(plan->arena, stack->current);
    return true;
}
