/* Values to the types that the program declares. Most pass as they are; records get the defaults of
 * their fields, and constrained types run their checks. */
#include "evaluator/internal.h"

#include <errno.h>
#include <stdlib.h>

static struct value fault_type(struct evaluator *ev, struct value value, const struct type *type,
                               const struct node *node, struct text what) {
    if (value.kind == VALUE_POISON) return value;
    struct text wanted = type_text(ev->arena, type);
    if (value_is_open(value) || value.kind >= VALUE_LIST) {
        return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node,
                     "\"%.*s\" is of type %.*s, and this is %.*s", TEXT_ARGS(what),
                     TEXT_ARGS(wanted), TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "\"%.*s\" is of type %.*s, and this is %.*s",
                 TEXT_ARGS(what), TEXT_ARGS(wanted), TEXT_ARGS(value_brief(ev, value)));
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

/* ---- conversion ---- */

enum { CONVERT_DEPTH = 64 };

static struct value convert_within(struct evaluator *ev, struct value value,
                                   const struct type *type, const struct node *node,
                                   struct text what, unsigned depth);

static struct value convert_list(struct evaluator *ev, struct value value, const struct type *type,
                                 const struct node *node, struct text what, unsigned depth) {
    if (!spend_steps(ev, value.length)) return value_poison();
    struct value *changed = NULL;
    for (uint32_t i = 0; i < value.length; i++) {
        struct value item = convert_within(ev, value.items[i], type->element, node, what, depth);
        if (!changed && memcmp(&item, &value.items[i], sizeof item) == 0) continue;
        if (!changed) {
            changed = arena_array(ev->arena, value.length, sizeof *changed);
            memcpy(changed, value.items, value.length * sizeof *changed);
        }
        changed[i] = item;
    }
    return changed ? value_seal(value_list(changed, value.length)) : value;
}

static struct value convert_map(struct evaluator *ev, struct value value, const struct type *type,
                                const struct node *node, struct text what, unsigned depth) {
    struct record *changed = NULL, *record = value.record;
    if (!spend_steps(ev, record->count)) return value_poison();
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i];
        struct value item = convert_within(ev, entry->value, type->element, node, what, depth);
        if (!changed && memcmp(&item, &entry->value, sizeof item) == 0) continue;
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
        struct value item = convert_within(ev, entry->value, field->type, value_node(entry, node),
                                           name_text(entry->key), depth);
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
                                  const struct node *node, struct text what, unsigned depth) {
    const struct type *only = NULL;
    for (uint32_t i = 0; i < type->join.count; i++) {
        const struct type *member = type->join.members[i];
        if (!fits(value, member, CONVERT_DEPTH)) continue;
        return convert_within(ev, value, member, node, what, depth);
    }
    for (uint32_t i = 0; i < type->join.count; i++) { /* T?: complain about T */
        const struct type *member = type->join.members[i];
        if (member->kind == TYPE_NULL) continue;
        if (only) return fault_type(ev, value, type, node, what);
        only = member;
    }
    if (!only) return fault_type(ev, value, type, node, what);
    return convert_within(ev, value, only, node, what, depth);
}

static struct value convert_named(struct evaluator *ev, struct value value, const struct type *type,
                                  const struct node *node, struct text what, unsigned depth) {
    value = convert_within(ev, value, type->named.base, node, what, depth);
    if (value.kind == VALUE_POISON || value.kind == VALUE_DEFERRED || value.kind == VALUE_NULL) {
        return value;
    }
    const struct symbol *symbol = type->named.symbol;
    struct node *declared = symbol ? symbol->declaration : NULL;
    if (!declared || declared->kind != NODE_TYPE || !declared->type.checks.first) return value;
    struct frame *around = module_frame(ev, symbol_module(symbol));
    if (!around) return value;
    return checks_hold(ev, declared->type.checks, around, value, node, what) ? value
                                                                              : value_poison();
}

static struct value convert_within(struct evaluator *ev, struct value value,
                                   const struct type *type, const struct node *node,
                                   struct text what, unsigned depth) {
    if (!type || depth == 0 || value.kind == VALUE_POISON) return value;
    switch ((enum type_kind)type->kind) {
    case TYPE_NAMED: return convert_named(ev, value, type, node, what, depth - 1);
    case TYPE_UNION: return convert_union(ev, value, type, node, what, depth - 1);
    case TYPE_LIST:
        if (value.kind == VALUE_LIST) return convert_list(ev, value, type, node, what, depth - 1);
        break;
    case TYPE_MAP:
        if (value.kind == VALUE_RECORD) return convert_map(ev, value, type, node, what, depth - 1);
        break;
    case TYPE_RECORD:
        if (value.kind == VALUE_RECORD) return convert_record(ev, value, type, node, depth - 1);
        break;
    case TYPE_STRING:
        if (value.kind == VALUE_RESOURCE || value.kind == VALUE_COMPONENT) {
            return reference_to(ev, value, node);
        }
        break;
    default: break;
    }
    return fits(value, type, CONVERT_DEPTH) ? value : fault_type(ev, value, type, node, what);
}

struct value convert(struct evaluator *ev, struct value value, const struct type *type,
                     const struct node *node, struct text what) {
    return convert_within(ev, value, type, node, what, CONVERT_DEPTH);
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
                 const struct node *blame, struct text what) {
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
            d = report(ev, DIAGNOSTIC_CHECK_FAILED, blame, "\"%.*s\" is %.*s: %.*s",
                       TEXT_ARGS(what), TEXT_ARGS(shown), TEXT_ARGS(message));
        } else {
            d = report(ev, DIAGNOSTIC_CHECK_FAILED, blame,
                       "\"%.*s\" is %.*s, which its check refuses", TEXT_ARGS(what),
                       TEXT_ARGS(shown));
        }
        note(ev, d, check->check.condition->span, "the check");
        return false;
    }
    return true;
}

/* ---- texts from outside ---- */

static struct value fault_input(struct evaluator *ev, struct text text, const struct type *type,
                                const struct node *node, struct text from) {
    return fault(ev, DIAGNOSTIC_INPUT_VALUE, node, "%.*s gives \"%.*s\", and %.*s is wanted",
                 TEXT_ARGS(from), TEXT_ARGS(text), TEXT_ARGS(type_text(ev->arena, type)));
}

static bool read_integer(struct text text, int64_t *integer) {
    char room[32], *end;
    if (text.length == 0 || text.length >= sizeof room) return false;
    if (text.bytes[0] != '-' && !ascii_is_digit(text.bytes[0])) return false;
    memcpy(room, text.bytes, text.length);
    room[text.length] = 0;
    errno = 0;
    *integer = strtoll(room, &end, 10);
    return errno == 0 && *end == 0;
}

static bool read_number(struct text text, double *number) {
    char room[64], *end;
    if (text.length == 0 || text.length >= sizeof room) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!strchr("0123456789.-+eE", text.bytes[i])) return false;
    }
    memcpy(room, text.bytes, text.length);
    room[text.length] = 0;
    *number = strtod(room, &end);
    return *end == 0 && *number - *number == 0;
}

/* Lists and records as the language writes them. */
static struct value read_expression(struct evaluator *ev, struct text text, const struct type *type,
                                    const struct node *node, struct text from) {
    struct text path = text_format(ev->arena, "(%.*s)", TEXT_ARGS(from));
    uint32_t source = sources_add(ev->program->sources, path, text);
    uint32_t before = ev->diagnostics->error_count;
    struct parse parse = parser_parse_expression(ev->arena, ev->names, ev->diagnostics, source);
    if (ev->diagnostics->error_count > before) return value_poison();
    struct node *expression = parse.file;
    if (!program_check_expression(ev->program, expression)) return value_poison();
    if (expression->kind == NODE_FILE) expression = expression->file.items.first;
    if (!expression) return fault_input(ev, text, type, node, from);
    return evaluate(ev, expression, ev->root);
}

static bool accepts(const struct type *type, enum type_kind kind) {
    type = type_base(type);
    if (!type) return kind == TYPE_STRING;
    if (type->kind != TYPE_UNION) return type->kind == kind;
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (accepts(type->join.members[i], kind)) return true;
    }
    return false;
}

static bool accepts_literal(const struct type *type, bool is_text) {
    type = type_base(type);
    if (!type) return false;
    if (type->kind == TYPE_LITERAL) return type->is_text == is_text;
    for (uint32_t i = 0; type->kind == TYPE_UNION && i < type->join.count; i++) {
        if (accepts_literal(type->join.members[i], is_text)) return true;
    }
    return false;
}

/* The value that the text has by the type; null where none fits. */
static struct value read_scalar(struct text text, const struct type *type) {
    int64_t integer;
    double number;
    bool ints = accepts(type, TYPE_INT) || accepts_literal(type, false);
    if ((ints || accepts(type, TYPE_NUMBER)) && read_integer(text, &integer)) {
        return value_int(integer);
    }
    if (accepts(type, TYPE_NUMBER) && read_number(text, &number)) return value_number(number);
    if (accepts(type, TYPE_BOOL) && (text_is(text, "true") || text_is(text, "false"))) {
        return value_bool(text_is(text, "true"));
    }
    if (accepts(type, TYPE_STRING) || accepts(type, TYPE_SECRET) || accepts_literal(type, true) ||
        accepts(type, TYPE_RESOURCE)) {
        return value_text(text);
    }
    return value_null();
}

static struct value find_region(struct evaluator *ev, struct text text) {
    const struct name *name = names_find(ev->names, text);
    struct symbol *symbol = name ? map_find(&ev->root->scope->values, name) : NULL;
    if (!symbol || symbol->kind != SYMBOL_REGION) return value_null();
    return force(ev, ev->root, symbol, NULL);
}

/* a,b,c for a list of texts or numbers, as CloudFormation's own parameters have it. */
static struct value read_list(struct evaluator *ev, struct text text, const struct type *element) {
    size_t base = ev->stack_count;
    for (bool more = true; more;) {
        const char *comma = memchr(text.bytes, ',', text.length);
        size_t length = comma ? (size_t)(comma - text.bytes) : text.length;
        struct text item = text_copy(ev->arena, (struct text){text.bytes, length});
        struct value value = read_scalar(item, element);
        stack_push(ev, value.kind == VALUE_NULL ? value_text(item) : value);
        more = comma != NULL;
        if (more) text = (struct text){comma + 1, text.length - length - 1};
    }
    return stack_take(ev, base);
}

static bool is_plain_list(struct text text, const struct type *type) {
    type = type_base(type);
    if (!type || type->kind != TYPE_LIST || !text.length) return false;
    bool is_scalar = accepts(type->element, TYPE_STRING) || accepts(type->element, TYPE_INT) ||
                     accepts(type->element, TYPE_NUMBER);
    return is_scalar && text.bytes[0] != '[' && text.bytes[0] != ' ';
}

struct value convert_text(struct evaluator *ev, struct text text, const struct type *type,
                          const struct node *node, struct text from) {
    struct value value = read_scalar(text, type);
    if (value.kind == VALUE_NULL && accepts(type, TYPE_REGION)) value = find_region(ev, text);
    if (value.kind == VALUE_NULL) {
        if (!accepts(type, TYPE_LIST) && !accepts(type, TYPE_MAP) && !accepts(type, TYPE_RECORD) &&
            !accepts(type, TYPE_JSON) && !(accepts(type, TYPE_NULL) && text_is(text, "null"))) {
            return fault_input(ev, text, type, node, from);
        }
        value = is_plain_list(text, type) ? read_list(ev, text, type_base(type)->element)
                                          : read_expression(ev, text, type, node, from);
    }
    if (value.kind != VALUE_POISON && !fits(value, type, CONVERT_DEPTH)) {
        return fault_input(ev, text, type, node, from);
    }
    return convert(ev, value, type, node, from);
}
