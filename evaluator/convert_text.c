/* Texts from outside (--set, env()) to the types of params. */
#include "evaluator/internal.h"

#include <errno.h>
#include <stdlib.h>

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
    if (type_base(type)->kind == TYPE_ERROR) return value_poison();
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
    if (value.kind != VALUE_POISON && !convert_fits(value, type)) {
        return fault_input(ev, text, type, node, from);
    }
    return convert(ev, value, type, node, from);
}
