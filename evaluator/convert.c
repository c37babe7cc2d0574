/* Values to the types that the program declares. Most pass as they are; records get the defaults of
 * their fields, and constrained types run their checks. */
#include "evaluator/choice.h"
#include "evaluator/internal.h"

enum { CONVERT_DEPTH = 64 };

static struct value fault_type(struct evaluator *ev, struct value value, const struct type *type,
                               struct target target) {
    if (value.kind == VALUE_POISON) return value;
    struct text wanted = type_text(ev->arena, type), found;
    if (value_is_open(value) || value.kind >= VALUE_LIST) {
        found = value_kind_text(ev->arena, value);
    } else {
        found = value_brief(ev, value);
    }
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, target.node,
                 "\"%.*s\" is of type %.*s, and this is %.*s", TEXT_ARGS(target.what),
                 TEXT_ARGS(wanted), TEXT_ARGS(found));
}

/* ---- does it fit, without a message (for unions) ---- */

static bool fits(struct value value, const struct type *type, unsigned depth);

static bool fits_list(struct value value, const struct type *type, unsigned depth) {
    for (uint32_t i = 0; i < value.length; i++) {
        if (!fits(value.items[i], type->element, depth)) return false;
    }
    return true;
}

static bool fits_map(struct value value, const struct type *type, unsigned depth) {
    for (uint32_t i = 0; i < value.record->count; i++) {
        if (!fits(value.record->entries[i].value, type->element, depth)) return false;
    }
    return true;
}

static struct type_field *find_field(const struct type *type, const struct name *name) {
    for (uint32_t i = 0; i < type->record.count; i++) {
        if (type->record.fields[i].name == name) return &type->record.fields[i];
    }
    return NULL;
}

static bool fits_record(struct value value, const struct type *type, unsigned depth) {
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct type_field *field = find_field(type, value.record->entries[i].key);
        if (!field || !fits(value.record->entries[i].value, field->type, depth)) return false;
    }
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct type_field *field = &type->record.fields[i];
        struct field_rule rule = type_field_rule(type, field);
        if (rule.is_required && !rule.initial && !record_find(value.record, field->name))
            return false;
    }
    return true;
}

static bool fits_union(struct value value, const struct type *type, unsigned depth) {
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (fits(value, type->join.members[i], depth)) return true;
    }
    return false;
}

/* Where what is deferred may stand: its own type is the checker's matter. */
static bool fits_deferred(const struct deferred *deferred, const struct type *type) {
    if (deferred->shape == SHAPE_LIST) {
        return type->kind == TYPE_LIST || type->kind == TYPE_JSON || type->kind == TYPE_PROPERTY;
    }
    return type->kind != TYPE_LIST && type->kind != TYPE_MAP && type->kind != TYPE_RECORD;
}

static bool fits(struct value value, const struct type *type, unsigned depth) {
    if (depth == 0 || !type) return true;
    if (value.kind == VALUE_POISON) return true;
    if (value.kind == VALUE_DEFERRED && value.deferred->shape == SHAPE_ANY) return true;
    switch ((enum type_kind)type->kind) {
    case TYPE_NAMED: return fits(value, type->named.base, depth - 1);
    case TYPE_UNION: return fits_union(value, type, depth - 1);
    case TYPE_LIST:
        if (value.kind == VALUE_DEFERRED) return fits_deferred(value.deferred, type);
        return value.kind == VALUE_LIST && fits_list(value, type, depth - 1);
    case TYPE_MAP: return value.kind == VALUE_RECORD && fits_map(value, type, depth - 1);
    case TYPE_RECORD: return value.kind == VALUE_RECORD && fits_record(value, type, depth - 1);
    case TYPE_NULL: return value.kind == VALUE_NULL;
    case TYPE_BOOL:
        return value.kind == VALUE_BOOL ||
               (value.kind == VALUE_DEFERRED && value.deferred->shape == SHAPE_BOOL);
    case TYPE_INT:
    case TYPE_NUMBER:
        if (value.kind == VALUE_DEFERRED) {
            return value.deferred->shape == SHAPE_NUMBER || value.deferred->shape == SHAPE_TEXT;
        }
        return value.kind == VALUE_INT || (type->kind == TYPE_NUMBER && value.kind == VALUE_NUMBER);
    case TYPE_STRING:
    case TYPE_SECRET:
        return value.kind == VALUE_TEXT || value.kind == VALUE_RESOURCE ||
               value.kind == VALUE_COMPONENT ||
               (value.kind == VALUE_DEFERRED && value.deferred->shape != SHAPE_LIST);
    case TYPE_LITERAL:
        if (value.kind == VALUE_DEFERRED) return value.deferred->shape != SHAPE_LIST;
        if (type->is_text) {
            return value.kind == VALUE_TEXT && text_equal(value_as_text(value), type->literal.text);
        }
        return value.kind == VALUE_INT && value.integer == type->literal.integer;
    case TYPE_REGION: return value.kind == VALUE_REGION;
    case TYPE_STACK: return value.kind == VALUE_STACK;
    case TYPE_RESOURCE:
        return value.kind == VALUE_DEFERRED || value.kind == VALUE_COMPONENT ||
               value.kind == VALUE_TEXT ||
               (value.kind == VALUE_RESOURCE && value.resource->type == type->resource);
    case TYPE_COMPONENT: return value.kind == VALUE_COMPONENT;
    case TYPE_TYPE: return value.kind == VALUE_TYPE;
    case TYPE_ARTIFACT: return value.kind == VALUE_RECORD;
    default: return true; /* json, properties, what the checker alone knows */
    }
}

bool convert_fits(struct value value, const struct type *type) {
    return fits(value, type, CONVERT_DEPTH);
}

/* ---- conversion ---- */

static struct value convert_within(struct evaluator *ev, struct value value,
                                   const struct type *type, struct target target, unsigned depth);

static struct value convert_list(struct evaluator *ev, struct value value, const struct type *type,
                                 struct target target, unsigned depth) {
    if (!spend_steps(ev, value.length)) return value_poison();
    struct value *changed = NULL;
    for (uint32_t i = 0; i < value.length; i++) {
        struct value item = convert_within(ev, value.items[i], type->element, target, depth);
        if (!changed && value_is_same(item, value.items[i])) continue;
        if (!changed) {
            changed = arena_array(ev->arena, value.length, sizeof *changed);
            memcpy(changed, value.items, value.length * sizeof *changed);
        }
        changed[i] = item;
    }
    return changed ? value_seal(value_list(changed, value.length)) : value;
}

static struct value convert_map(struct evaluator *ev, struct value value, const struct type *type,
                                struct target target, unsigned depth) {
    struct record *changed = NULL, *record = value.record;
    if (!spend_steps(ev, record->count)) return value_poison();
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i];
        struct value item = convert_within(ev, entry->value, type->element, target, depth);
        if (!changed && value_is_same(item, entry->value)) continue;
        if (!changed) {
            changed = record_new(ev->arena, record->count);
            for (uint32_t j = 0; j < record->count; j++) {
                record_put(ev->arena, changed, record->entries[j].key, record->entries[j].value,
                           record->entries[j].origin);
            }
        }
        changed->entries[i].value = item;
    }
    return changed ? value_seal(value_record(changed)) : value;
}

static void fault_unknown_field(struct evaluator *ev, const struct record_entry *entry,
                                const struct type *type, const struct node *node) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, name_text(entry->key));
    for (uint32_t i = 0; i < type->record.count; i++) {
        suggestion_offer(&suggestion, name_text(type->record.fields[i].name));
    }
    const struct node *key = entry->origin ? entry->origin : node;
    unsigned bad = key->kind == NODE_ENTRY ? NODE_BAD_KEY : NODE_BAD;
    if (key->flags & bad) return; /* the checker has said it */
    struct diagnostic *d = report(ev, DIAGNOSTIC_UNKNOWN_ENTRY, key,
                                  "the record has no field \"%.*s\"", NAME_ARGS(entry->key));
    if (suggestion.best.length) hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion.best));
}

/* The file in which something is written; annotations stand in the scope of their file. */
static struct frame *file_frame(struct evaluator *ev, const struct node *node) {
    for (uint32_t i = 0; i < ev->program->module_count; i++) {
        struct module *module = ev->program->modules[i];
        if (module->source == node->span.source) return module_frame(ev, module);
    }
    return ev->root;
}

/* Fields in the order of the value, then those that have a default, in the order of the type. */
static struct value convert_record(struct evaluator *ev, struct value value,
                                   const struct type *type, const struct node *node,
                                   unsigned depth) {
    struct record *record = record_new(ev->arena, value.record->count);
    bool is_poison = false;
    if (!spend_values(ev, value.record->count)) return value_poison();
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        struct type_field *field = find_field(type, entry->key);
        if (!field) {
            fault_unknown_field(ev, entry, type, node);
            is_poison = true;
            continue;
        }
        struct target inner = {value_node(entry, node), name_text(entry->key)};
        struct value item = convert_within(ev, entry->value, field->type, inner, depth);
        record_put(ev->arena, record, entry->key, item, entry->origin);
    }
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct type_field *field = &type->record.fields[i];
        if (record_find(record, field->name)) continue;
        struct field_rule rule = type_field_rule(type, field);
        if (rule.initial) {
            struct value item = evaluate(ev, rule.initial, file_frame(ev, rule.initial));
            record_put(ev->arena, record, field->name, item, NULL);
        } else if (!rule.is_required) {
            record_put(ev->arena, record, field->name, value_null(), NULL);
        } else if (is_poison) {
            break; /* it may be the one that is misspelt */
        } else {
            fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "field \"%.*s\" is missing",
                  NAME_ARGS(field->name));
            is_poison = true;
        }
    }
    return is_poison ? value_poison() : value_seal(value_record(record));
}

static struct value convert_union(struct evaluator *ev, struct value value, const struct type *type,
                                  struct target target, unsigned depth) {
    const struct type *only = NULL;
    for (uint32_t i = 0; i < type->join.count; i++) {
        const struct type *member = type->join.members[i];
        if (!convert_fits(value, member)) continue;
        return convert_within(ev, value, member, target, depth);
    }
    for (uint32_t i = 0; i < type->join.count; i++) { /* T?: complain about T */
        const struct type *member = type->join.members[i];
        if (member->kind == TYPE_NULL) continue;
        if (only) return fault_type(ev, value, type, target);
        only = member;
    }
    if (!only) return fault_type(ev, value, type, target);
    return convert_within(ev, value, only, target, depth);
}

static struct value convert_named(struct evaluator *ev, struct value value, const struct type *type,
                                  struct target target, unsigned depth) {
    value = convert_within(ev, value, type->named.base, target, depth);
    if (value.kind == VALUE_POISON || value.kind == VALUE_DEFERRED || value.kind == VALUE_NULL) {
        return value;
    }
    const struct symbol *symbol = type->named.symbol;
    struct node *declared = symbol ? symbol->declaration : NULL;
    if (!declared || declared->kind != NODE_TYPE || !declared->type.checks.first) return value;
    struct frame *around = module_frame(ev, symbol_module(symbol));
    if (!around) return value;
    bool holds = checks_hold(ev, declared->type.checks, around, value, target);
    return holds ? value : value_poison();
}

struct conversion {
    const struct type *type;
    struct target target;
    unsigned depth;
};

/* One of a deferred choice; what a null there does is the checker's matter. */
static struct value convert_each(struct evaluator *ev, struct value each, void *context) {
    const struct conversion *conversion = context;
    if (each.kind == VALUE_NULL) return each;
    return convert_within(ev, each, conversion->type, conversion->target, conversion->depth);
}

static struct value convert_within(struct evaluator *ev, struct value value,
                                   const struct type *type, struct target target, unsigned depth) {
    if (!type || depth == 0 || value.kind == VALUE_POISON) return value;
    if (choice_is(value)) {
        struct conversion conversion = {type, target, depth};
        return choice_map(ev, value, convert_each, &conversion, target.node);
    }
    switch ((enum type_kind)type->kind) {
    case TYPE_NAMED: return convert_named(ev, value, type, target, depth - 1);
    case TYPE_UNION: return convert_union(ev, value, type, target, depth - 1);
    case TYPE_LIST:
        if (value.kind == VALUE_LIST) return convert_list(ev, value, type, target, depth - 1);
        break;
    case TYPE_MAP:
        if (value.kind == VALUE_RECORD) return convert_map(ev, value, type, target, depth - 1);
        break;
    case TYPE_RECORD:
        if (value.kind != VALUE_RECORD) break;
        return convert_record(ev, value, type, target.node, depth - 1);
    case TYPE_STRING:
        if (value.kind == VALUE_RESOURCE || value.kind == VALUE_COMPONENT) {
            return reference_to(ev, value, target.node);
        }
        break;
    default: break;
    }
    return convert_fits(value, type) ? value : fault_type(ev, value, type, target);
}

struct value convert(struct evaluator *ev, struct value value, const struct type *type,
                     const struct node *node, struct text what) {
    return convert_within(ev, value, type, (struct target){node, what}, CONVERT_DEPTH);
}

/* ---- checks ---- */

static struct text check_message(struct evaluator *ev, struct node *check, struct frame *frame) {
    if (!check->check.message) return (struct text){"", 0};
    struct value message = settled(ev, evaluate(ev, check->check.message, frame));
    if (message.flags & VALUE_SECRET) {
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, check->check.message, "a message would show a secret");
        return (struct text){"", 0};
    }
    return message.kind == VALUE_TEXT ? value_as_text(message) : (struct text){"", 0};
}

bool checks_hold(struct evaluator *ev, struct list checks, struct frame *around, struct value value,
                 struct target target) {
    for (struct node *check = checks.first; check; check = check->next) {
        if (check->flags & NODE_BAD || !check->check.it || !check->check.it->scope) continue;
        struct frame *frame = frame_new(ev, check->check.it->scope, around, around->place);
        frame->slots[check->check.it->slot] = value;
        bool is_lenient = ev->is_lenient;
        ev->is_lenient = true;
        struct value holds = settled(ev, evaluate(ev, check->check.condition, frame));
        ev->is_lenient = is_lenient;
        /* what is deferred is not checked */
        if (holds.kind != VALUE_BOOL || holds.boolean) continue;
        struct text message = check_message(ev, check, frame);
        struct text shown = value.flags & VALUE_SECRET ? TEXT("(secret)") : value_brief(ev, value);
        struct diagnostic *d;
        if (message.length) {
            d = report(ev, DIAGNOSTIC_CHECK_FAILED, target.node, "\"%.*s\" is %.*s: %.*s",
                       TEXT_ARGS(target.what), TEXT_ARGS(shown), TEXT_ARGS(message));
        } else {
            d = report(ev, DIAGNOSTIC_CHECK_FAILED, target.node,
                       "\"%.*s\" is %.*s, which its check refuses", TEXT_ARGS(target.what),
                       TEXT_ARGS(shown));
        }
        note(ev, d, check->check.condition->span, "the check");
        return false;
    }
    return true;
}
