/* What stands behind a dot. */
#include "evaluator/choice.h"
#include "evaluator/internal.h"

struct value attribute_of(struct evaluator *ev, struct resource *resource, const struct name *name,
                          enum deferred_shape shape, const struct node *cause) {
    struct deferred *deferred = deferred_new(ev->arena, DEFERRED_ATTRIBUTE, shape, 0, cause);
    deferred->resource = resource;
    deferred->name = name;
    return value_deferred(deferred);
}

static struct value ref_of(struct evaluator *ev, struct resource *resource,
                           const struct node *cause) {
    if (!resource->is_existing) return attribute_of(ev, resource, ev->name_ref, SHAPE_TEXT, cause);
    return existing_attribute(ev, (struct resource_state *)resource, ev->name_ref, cause);
}

struct value reference_to(struct evaluator *ev, struct value value, const struct node *cause) {
    if (value.kind == VALUE_RESOURCE) return ref_of(ev, value.resource, cause);
    if (value.kind != VALUE_COMPONENT) return value_poison();
    struct resource *self = component_self(ev, value.component);
    if (self) return ref_of(ev, self, cause);
    struct diagnostic *d = report(ev, DIAGNOSTIC_RESOURCE_AS_VALUE, cause,
                                  "component \"%.*s\" has no resource \"self\" that stands for it",
                                  NAME_ARGS(value.component->symbol->name));
    hint(ev, d, "Write one of its outputs behind a dot.");
    return value_poison();
}

static struct value fault_member(struct evaluator *ev, const struct node *node,
                                 const struct name *name, struct text owner,
                                 struct suggestion *suggestion) {
    struct diagnostic *d = report(ev, DIAGNOSTIC_UNKNOWN_MEMBER, node, "%.*s has no \"%.*s\"",
                                  TEXT_ARGS(owner), NAME_ARGS(name));
    if (suggestion->best.length) hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion->best));
    return value_poison();
}

/* ---- records ---- */

struct value fault_key(struct evaluator *ev, const struct node *node, const struct record *record,
                       const struct name *name) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, name_text(name));
    uint32_t offered = record->count < 1000 ? record->count : 1000;
    for (uint32_t i = 0; i < offered; i++) {
        suggestion_offer(&suggestion, name_text(record->entries[i].key));
    }
    struct diagnostic *d = report(ev, DIAGNOSTIC_MISSING_KEY, node, "there is no key \"%.*s\"",
                                  NAME_ARGS(name));
    if (suggestion.best.length) {
        hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion.best));
    } else if (record->count == 0) {
        hint(ev, d, "The record is empty here; `m?[\"key\"]` gives null for a missing key.");
    } else {
        hint(ev, d, "`m?[\"key\"]` gives null for a missing key.");
    }
    return value_poison();
}

static struct value record_member(struct evaluator *ev, struct value record,
                                  const struct name *name, const struct node *node) {
    struct record_entry *entry = record_find(record.record, name);
    if (entry) return entry->value;
    if (record.flags & VALUE_BROKEN) return value_poison();
    if (node->flags & NODE_OPTIONAL || record.flags & VALUE_SPARSE) return value_null();
    return fault_key(ev, node, record.record, name);
}

/* ---- regions and stacks ---- */

static struct value scope_member(struct evaluator *ev, struct frame *frame, const struct name *name,
                                 const struct node *node, bool *found) {
    struct symbol *symbol = map_find(&frame->scope->values, name);
    if (!symbol || symbol->scope != frame->scope) symbol = map_find(&frame->scope->outputs, name);
    *found = symbol != NULL;
    return symbol ? force(ev, frame, symbol, node) : value_null();
}

static struct value region_member(struct evaluator *ev, struct region *region,
                                  const struct name *name, const struct node *node) {
    struct region_state *state = (struct region_state *)region;
    if (name == ev->name_name) return value_text(region->name);
    if (name == ev->name_label) return value_text(name_text(region->label));
    struct suggestion suggestion;
    suggestion_init(&suggestion, name_text(name));
    for (uint32_t i = 0; i < state->frames.count; i++) {
        bool found;
        struct frame *frame = state->frames.entries[i].value;
        struct value value = scope_member(ev, frame, name, node, &found);
        if (found) return value;
        suggestion_offer_names(&suggestion, &frame->scope->values);
        suggestion_offer_names(&suggestion, &frame->scope->outputs);
    }
    struct text owner = text_format(ev->arena, "region \"%.*s\"", TEXT_ARGS(region->path));
    return fault_member(ev, node, name, owner, &suggestion);
}

static struct value stack_member(struct evaluator *ev, struct stack *stack, const struct name *name,
                                 const struct node *node) {
    struct stack_state *state = (struct stack_state *)stack;
    if (name == ev->name_name) return value_text(stack->name);
    struct suggestion suggestion;
    suggestion_init(&suggestion, name_text(name));
    if (state->frame) {
        bool found;
        struct value value = scope_member(ev, state->frame, name, node, &found);
        if (found) return value;
        suggestion_offer_names(&suggestion, &state->frame->scope->values);
        suggestion_offer_names(&suggestion, &state->frame->scope->outputs);
    }
    struct text owner = text_format(ev->arena, "stack \"%.*s\"", TEXT_ARGS(stack->path));
    return fault_member(ev, node, name, owner, &suggestion);
}

/* ---- resources ---- */

static enum deferred_shape shape_of_schema(const struct schema_value *value) {
    switch (schema_value_shape(value)) {
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: return SHAPE_TEXT;
    case SCHEMA_INTEGER: case SCHEMA_NUMBER: return SHAPE_NUMBER;
    case SCHEMA_BOOLEAN: return SHAPE_TEXT; /* Fn::GetAtt gives "true" as a text */
    case SCHEMA_LIST: return SHAPE_LIST;
    case SCHEMA_JSON: case SCHEMA_MAP: case SCHEMA_BODY: case SCHEMA_UNION: return SHAPE_ANY;
    }
    return SHAPE_ANY;
}

/* Whether some attribute begins with "name.": then name alone is a step on the way to it. */
static bool is_attribute_prefix(const struct schema_type *type, struct text name) {
    for (size_t i = 0; i < schema_type_attribute_count(type); i++) {
        struct text attribute = schema_type_attribute(type, i).name;
        if (attribute.length > name.length && attribute.bytes[name.length] == '.' &&
            text_starts(attribute, name)) {
            return true;
        }
    }
    return false;
}

static struct value find_attribute(struct evaluator *ev, struct resource *resource,
                                   const struct name *name, const struct node *node, bool *found) {
    struct schema_attribute attribute;
    *found = true;
    if (name == ev->name_ref) return attribute_of(ev, resource, name, SHAPE_TEXT, node);
    if (schema_type_attribute_find(resource->type, name_text(name), &attribute)) {
        bool is_open = schema_type_attribute_open(resource->type, name_text(name));
        return attribute_of(ev, resource, name,
                            is_open ? SHAPE_ANY : shape_of_schema(attribute.value), node);
    }
    *found = is_attribute_prefix(resource->type, name_text(name));
    return *found ? attribute_of(ev, resource, name, SHAPE_ANY, node) : value_null();
}

static void hint_attribute(struct evaluator *ev, struct diagnostic *d,
                           const struct resource *resource, const struct name *name) {
    struct text names[3];
    size_t count = schema_suggest_attribute(resource->type, name_text(name), names, 3);
    if (count) {
        hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(names[0]));
    } else {
        hint(ev, d, "`mrp explain %.*s` lists its attributes.",
             TEXT_ARGS(schema_type_name(resource->type)));
    }
}

static struct value fault_attribute(struct evaluator *ev, struct resource *resource,
                                    const struct name *name, const struct node *node) {
    const struct schema_property *property =
        schema_body_find(schema_type_body(resource->type), name_text(name));
    if (property) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_UNKNOWN_MEMBER, node,
                   "property \"%.*s\" of \"%.*s\" is not written, and AWS does not tell it",
                   NAME_ARGS(name), TEXT_ARGS(resource->path));
        hint(ev, d, "Write %.*s in the resource, or use one of its attributes.", NAME_ARGS(name));
        return value_poison();
    }
    struct diagnostic *d = report(ev, DIAGNOSTIC_UNKNOWN_MEMBER, node, "%.*s has no \"%.*s\"",
                                  TEXT_ARGS(schema_type_name(resource->type)), NAME_ARGS(name));
    hint_attribute(ev, d, resource, name);
    return value_poison();
}

/* A property that is written is its value; where AWS tells the same as Ref or attribute, that is
 * what flows (it orders the deploy), and the written value is what steers. */
static struct value written_property(struct evaluator *ev, struct resource *resource,
                                     const struct name *name, struct value written,
                                     const struct node *node) {
    if (written.kind != VALUE_TEXT && written.kind != VALUE_DEFERRED && written.kind != VALUE_INT) {
        return written;
    }
    if (resource->is_existing) return written;
    bool is_ref = text_equal(schema_type_ref(resource->type), name_text(name));
    struct schema_attribute attribute;
    if (!is_ref && !schema_type_attribute_find(resource->type, name_text(name), &attribute)) {
        return written;
    }
    struct deferred *deferred = deferred_new(ev->arena, DEFERRED_ATTRIBUTE, SHAPE_TEXT, 1, node);
    deferred->resource = resource;
    deferred->name = is_ref ? ev->name_ref : name;
    deferred->operands[0] = written;
    deferred->depth = written.kind == VALUE_DEFERRED ? written.deferred->depth + 1 : 0;
    struct value value = value_deferred(deferred);
    value.flags = (written.flags & VALUE_SECRET) | VALUE_WRITTEN;
    return value;
}

/* `x?.policy` of what may be a component with an output "policy" or a plain resource: null for the
 * latter. */
static bool is_foreign(struct evaluator *ev, const struct resource *resource,
                       const struct name *name) {
    struct schema_attribute attribute;
    struct text text = name_text(name);
    const struct schema_body *body = schema_type_body(resource->type);
    return name != ev->name_ref && !schema_body_open(body) && !schema_body_find(body, text) &&
           !schema_type_attribute_find(resource->type, text, &attribute) &&
           !is_attribute_prefix(resource->type, text);
}

static struct value resource_member(struct evaluator *ev, struct resource *resource,
                                    const struct name *name, const struct node *node) {
    struct resource_state *state = (struct resource_state *)resource;
    if (node->flags & NODE_OPTIONAL && is_foreign(ev, resource, name)) return value_null();
    if (name != ev->name_ref) {
        struct value written = resource_property(ev, state, name, node);
        if (written.kind == VALUE_POISON) return written;
        if (written.kind != SLOT_WAITING && written.kind != VALUE_NULL) {
            return written_property(ev, resource, name, written, node);
        }
    }
    if (resource->is_existing) return existing_attribute(ev, state, name, node);
    bool found;
    struct value value = find_attribute(ev, resource, name, node, &found);
    return found ? value : fault_attribute(ev, resource, name, node);
}

/* ---- components ---- */

static struct value component_member(struct evaluator *ev, struct component *component,
                                     const struct name *name, const struct node *node) {
    struct symbol *output = map_find(&component->frame->scope->outputs, name);
    if (output) return force(ev, component->frame, output, node);
    struct resource *self = component_self(ev, component);
    if (self) return resource_member(ev, self, name, node);
    struct suggestion suggestion;
    suggestion_init(&suggestion, name_text(name));
    suggestion_offer_names(&suggestion, &component->frame->scope->outputs);
    struct text owner = text_format(ev->arena, "component \"%.*s\"",
                                    NAME_ARGS(component->symbol->name));
    return fault_member(ev, node, name, owner, &suggestion);
}

/* ---- deferred values ---- */

/* db.Endpoint.Address: the attribute "Endpoint" with one more word. */
static struct value attribute_further(struct evaluator *ev, const struct deferred *deferred,
                                      const struct name *name, const struct node *node) {
    struct text joined = text_format(ev->arena, "%.*s.%.*s", NAME_ARGS(deferred->name),
                                     NAME_ARGS(name));
    bool found;
    struct value value =
        find_attribute(ev, deferred->resource, names_intern(ev->names, joined), node, &found);
    if (found) return value;
    return fault_attribute(ev, deferred->resource, names_intern(ev->names, joined), node);
}

/* ---- chains: in `a?.b.c` all behind the "?" is skipped where a is null ---- */

static const struct node *chain_object(const struct node *node) {
    if (node->kind == NODE_MEMBER) return node->member.object;
    return node->kind == NODE_INDEX ? node->index.object : NULL;
}

bool chain_skips(struct evaluator *ev, const struct node *node, struct value object) {
    bool inner = chain_object(chain_object(node)) && ev->is_skipping;
    ev->is_skipping = object.kind == VALUE_NULL && (inner || node->flags & NODE_OPTIONAL);
    return ev->is_skipping;
}

bool chain_may_skip(const struct node *node) {
    for (; node; node = chain_object(node)) {
        if (node->flags & NODE_OPTIONAL) return true;
    }
    return false;
}

struct membership {
    const struct name *name;
    const struct node *node;
};

/* Of one value of a choice, of which nobody knows yet whether it is taken. */
static struct value member_of_each(struct evaluator *ev, struct value each, void *context) {
    const struct membership *membership = context;
    if (each.kind == VALUE_NULL && chain_may_skip(membership->node)) return each;
    return member_of(ev, each, membership->name, membership->node);
}

static struct value choice_member(struct evaluator *ev, struct value choice,
                                  const struct name *name, const struct node *node) {
    struct membership membership = {name, node};
    struct value made = choice_map(ev, choice, member_of_each, &membership, node);
    const struct name *of = choice.deferred->map_name;
    if (made.kind != VALUE_DEFERRED || !of || made.deferred == choice.deferred) return made;
    if (made.deferred->kind != DEFERRED_LOOKUP) return made;
    /* template/ makes one mapping of all members that are taken */
    struct text joined = text_format(ev->arena, "%.*s.%.*s", NAME_ARGS(of), NAME_ARGS(name));
    made.deferred->map_name = names_intern(ev->names, joined);
    return made;
}

struct value deferred_member(struct evaluator *ev, struct value object, const struct name *name,
                             const struct node *node) {
    struct deferred *deferred = object.deferred;
    if (choice_is(object) && (deferred->shape == SHAPE_ANY || deferred->kind == DEFERRED_IF)) {
        return choice_member(ev, object, name, node);
    }
    if (deferred->kind == DEFERRED_ATTRIBUTE && deferred->shape == SHAPE_ANY) {
        return attribute_further(ev, deferred, name, node);
    }
    return fault(ev, DIAGNOSTIC_UNKNOWN_MEMBER, node, "%.*s has no \"%.*s\"",
                 TEXT_ARGS(value_kind_text(ev->arena, object)), NAME_ARGS(name));
}

struct value member_of(struct evaluator *ev, struct value object, const struct name *name,
                       const struct node *node) {
    switch ((enum value_kind)object.kind) {
    case VALUE_POISON: return object;
    case VALUE_NULL:
        if (node->flags & NODE_OPTIONAL) return object;
        {
            struct diagnostic *d = report(ev, DIAGNOSTIC_POSSIBLY_NULL, node,
                                          "the value before \".%.*s\" is null", NAME_ARGS(name));
            hint(ev, d, "Write `?.%.*s` where null is meant to pass.", NAME_ARGS(name));
        }
        return value_poison();
    case VALUE_RECORD: return record_member(ev, object, name, node);
    case VALUE_REGION: return region_member(ev, object.region, name, node);
    case VALUE_STACK: return stack_member(ev, object.stack, name, node);
    case VALUE_RESOURCE: return resource_member(ev, object.resource, name, node);
    case VALUE_COMPONENT: return component_member(ev, object.component, name, node);
    case VALUE_DEFERRED: return deferred_member(ev, object, name, node);
    case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER: case VALUE_TEXT: case VALUE_LIST:
    case VALUE_TYPE: break;
    }
    return fault(ev, DIAGNOSTIC_UNKNOWN_MEMBER, node, "%.*s has no \"%.*s\"",
                 TEXT_ARGS(value_kind_text(ev->arena, object)), NAME_ARGS(name));
}

/* `db.MasterUserSecret.SecretArn`: of a property that is written in part, what AWS tells of it. */
static bool told_member(struct evaluator *ev, const struct record *record, struct node *node,
                        struct frame *frame, struct value *told) {
    struct node *inner = node->member.object;
    const struct name *name = node->member.member.name;
    if (inner->kind != NODE_MEMBER || !inner->member.member.name || record_find(record, name))
        return false;
    struct value owner = evaluate(ev, inner->member.object, frame);
    struct resource *resource = NULL;
    if (owner.kind == VALUE_RESOURCE) resource = owner.resource;
    if (owner.kind == VALUE_COMPONENT) resource = component_self(ev, owner.component);
    if (!resource || resource->is_existing) return false;
    struct text joined = text_format(ev->arena, "%.*s.%.*s", NAME_ARGS(inner->member.member.name),
                                     NAME_ARGS(name));
    bool found;
    *told = find_attribute(ev, resource, names_intern(ev->names, joined), node, &found);
    return found;
}

struct value evaluate_member(struct evaluator *ev, struct node *node, struct frame *frame) {
    if (!node->member.member.name) return value_poison();
    struct symbol *symbol = node->member.symbol;
    if (symbol) { /* a name of an imported file */
        struct frame *module = module_frame(ev, symbol_module(symbol));
        if (!module || symbol->scope != module->scope || symbol->kind >= SYMBOL_FN) {
            return value_poison();
        }
        struct value value = force(ev, module, symbol, node);
        ev->is_skipping = false;
        return value;
    }
    struct value object = evaluate(ev, node->member.object, frame);
    if (chain_skips(ev, node, object)) return object;
    struct value member;
    if (object.kind != VALUE_RECORD || !told_member(ev, object.record, node, frame, &member)) {
        member = member_of(ev, object, node->member.member.name, node);
    }
    ev->is_skipping = false; /* what was evaluated to find it */
    return member;
}
