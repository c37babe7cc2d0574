/* Calls: functions of the program, and built-in ones with their arguments in order. */
#include <alloca.h>
#include <stdlib.h>

#include "evaluator/internal.h"

enum { MOST_PARAMETERS = 16 };

/* ---- what a row's signature says, read once ---- */

struct parameter_form {
    const struct name *name;
    struct value initial;
    bool has_initial;
    bool is_any;        /* T, json: whatever it is, it is only passed on */
    bool wants_text;    /* string, [string]: resources become their Ref */
};

struct signature {
    struct parameter_form parameters[MOST_PARAMETERS];
    uint32_t count;
    bool is_variadic;
};

static struct text trim(struct text text) {
    while (text.length && text.bytes[0] == ' ') {
        text.bytes++;
        text.length--;
    }
    while (text.length && text.bytes[text.length - 1] == ' ') text.length--;
    return text;
}

/* The literals that defaults are written with: texts, integers, truth values, null, [] and {}. */
static struct value literal_value(struct evaluator *ev, struct text text) {
    if (text_is(text, "true") || text_is(text, "false")) return value_bool(text_is(text, "true"));
    if (text_is(text, "[]")) return value_seal(value_list(NULL, 0));
    if (text_is(text, "{}")) return value_seal(value_record(record_new(ev->arena, 0)));
    if (text.length >= 2 && text.bytes[0] == '"') {
        char *bytes = arena_alloc(ev->arena, text.length);
        size_t length = 0;
        for (size_t i = 1; i + 1 < text.length; i++) {
            char c = text.bytes[i];
            if (c == '\\' && i + 2 < text.length) {
                c = text.bytes[++i];
                if (c == 'n') c = '\n';
                if (c == 't') c = '\t';
            }
            bytes[length++] = c;
        }
        return value_text((struct text){bytes, length});
    }
    if (text.length && (text.bytes[0] == '-' || ascii_is_digit(text.bytes[0]))) {
        return value_int(strtoll(text.bytes, NULL, 10));
    }
    return value_null();
}

static void read_parameter(struct evaluator *ev, struct signature *signature, struct text text) {
    const char *colon = memchr(text.bytes, ':', text.length);
    if (!colon || signature->count == MOST_PARAMETERS) return;
    struct parameter_form *form = &signature->parameters[signature->count++];
    struct text name = trim((struct text){text.bytes, (size_t)(colon - text.bytes)});
    while (name.length && name.bytes[0] == '.') { /* ...xs */
        name.bytes++;
        name.length--;
    }
    form->name = names_intern(ev->names, name);
    struct text type = {colon + 1, text.length - (size_t)(colon + 1 - text.bytes)};
    const char *equal = memchr(type.bytes, '=', type.length);
    if (equal) {
        struct text initial = {equal + 1, type.length - (size_t)(equal + 1 - type.bytes)};
        form->initial = literal_value(ev, trim(initial));
        form->has_initial = true;
        type.length = (size_t)(equal - type.bytes);
    }
    type = trim(type);
    if (type.length && type.bytes[type.length - 1] == '?') {
        if (!form->has_initial) form->initial = value_null();
        form->has_initial = true;
        type.length--;
    }
    form->is_any = text_is(type, "T") || text_is(type, "U") || text_is(type, "json");
    form->wants_text = text_is(type, "string") || text_is(type, "[string]");
}

static const struct signature *signature_of(struct evaluator *ev, const struct builtin *builtin) {
    struct signature *signature = map_find(&ev->signatures, builtin);
    if (signature) return signature;
    signature = ARENA_NEW(ev->arena, struct signature);
    signature->is_variadic = builtin->flags & BUILTIN_VARIADIC;
    const char *start = strchr(builtin->signature, '(');
    int depth = 0;
    bool quoted = false;
    for (const char *at = start ? start + 1 : ""; *at; at++) {
        if (*at == '\\' && quoted && at[1]) {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else if (!quoted && strchr("([{", *at)) {
            depth++;
        } else if (!quoted && (depth == 0 && strchr(",)", *at))) {
            read_parameter(ev, signature, (struct text){start + 1, (size_t)(at - start - 1)});
            start = at;
            if (*at == ')') break;
        } else if (!quoted && strchr(")]}", *at)) {
            depth--;
        }
    }
    map_put(&ev->signatures, builtin, signature);
    return signature;
}

/* ---- built-in functions ---- */

static struct value resources_to_text(struct evaluator *ev, struct value value,
                                      const struct node *node) {
    if (value.kind == VALUE_RESOURCE || value.kind == VALUE_COMPONENT) {
        return reference_to(ev, value, node);
    }
    if (value.kind != VALUE_LIST || !(value.flags & VALUE_OPEN)) return value;
    size_t base = ev->stack_count;
    for (uint32_t i = 0; i < value.length; i++) {
        struct value item = value.items[i];
        bool thing = item.kind == VALUE_RESOURCE || item.kind == VALUE_COMPONENT;
        stack_push(ev, thing ? reference_to(ev, item, node) : item);
    }
    return stack_take(ev, base);
}

/* The first deferred part of a value, for messages. */
static struct value find_deferred(struct value value, unsigned depth) {
    if (value.kind == VALUE_DEFERRED || depth == 0) return value;
    if (value.kind == VALUE_LIST && value.flags & VALUE_OPEN) {
        for (uint32_t i = 0; i < value.length; i++) {
            struct value found = find_deferred(value.items[i], depth - 1);
            if (found.kind == VALUE_DEFERRED) return found;
        }
    }
    if (value.kind == VALUE_RECORD && value.flags & VALUE_OPEN) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            struct value found = find_deferred(value.record->entries[i].value, depth - 1);
            if (found.kind == VALUE_DEFERRED) return found;
        }
    }
    return value_null();
}

/* An argument as the row takes it: known, or deferred where it says so. */
static struct value argument_ready(struct evaluator *ev, const struct builtin *builtin,
                                   const struct parameter_form *form, struct value value,
                                   const struct node *node) {
    if (value.kind == VALUE_POISON || value.flags & VALUE_BROKEN) return value_poison();
    if (value.kind < VALUE_REGION && !(value.flags & (VALUE_OPEN | VALUE_SECRET))) return value;
    if (form->wants_text) value = resources_to_text(ev, value, node);
    if (builtin->flags & BUILTIN_DEFERS) return value;
    value = settled(ev, value);
    struct text name = text_of(builtin->name);
    if (builtin->flags & BUILTIN_OPEN) {
        if (value.kind == VALUE_DEFERRED && !form->is_any) {
            return fault_deferred(ev, node, value, name);
        }
        return value;
    }
    if (value.flags & VALUE_SECRET) {
        return fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "\"%s\" would take a secret apart",
                     builtin->name);
    }
    if (!value_is_open(value) || value.kind == VALUE_REGION || value.kind == VALUE_TYPE)
        return value;
    struct value deferred = find_deferred(value, 8);
    if (deferred.kind == VALUE_DEFERRED) return fault_deferred(ev, node, deferred, name);
    struct diagnostic *d = report(ev, DIAGNOSTIC_RESOURCE_AS_VALUE, node,
                                  "\"%s\" takes data, and this holds %.*s", builtin->name,
                                  TEXT_ARGS(value_kind_text(ev->arena, value)));
    hint(ev, d, "Write the attribute that is meant, such as x.Arn or x.Ref.");
    return value_poison();
}

/* What a call of a built-in function is given, evaluated in the frame of the call. */
struct arguments {
    struct evaluator *ev;
    const struct builtin *builtin;
    const struct signature *signature;
    struct frame *frame;
    struct value *values;
    const struct node **nodes;
    bool is_poison;
};

static int parameter_index(const struct signature *signature, const struct name *name) {
    for (uint32_t i = 0; i < signature->count; i++) {
        if (signature->parameters[i].name == name) return (int)i;
    }
    return -1;
}

static struct value argument_evaluate(struct arguments *arguments, int index, struct node *node) {
    struct value value = evaluate(arguments->ev, node, arguments->frame);
    value = argument_ready(arguments->ev, arguments->builtin,
                           &arguments->signature->parameters[index], value, node);
    if (value.kind == VALUE_POISON) arguments->is_poison = true;
    return value;
}

static void argument_set(struct arguments *arguments, int index, struct node *node) {
    arguments->values[index] = argument_evaluate(arguments, index, node);
    arguments->nodes[index] = node;
}

/* The rest of the positional arguments, as the list of the last parameter. */
static struct node *arguments_rest(struct arguments *arguments, struct node *node) {
    int last = (int)arguments->signature->count - 1;
    size_t base = arguments->ev->stack_count;
    arguments->nodes[last] = node;
    for (; node && node->kind != NODE_ARGUMENT; node = node->next) {
        stack_push(arguments->ev, argument_evaluate(arguments, last, node));
    }
    arguments->values[last] = stack_take(arguments->ev, base);
    return node;
}

/* False where they do not fit, which the checker has said. */
static bool arguments_gather(struct arguments *arguments, struct node *argument) {
    const struct signature *signature = arguments->signature;
    uint32_t index = 0;
    while (argument) {
        if (argument->kind == NODE_ARGUMENT) {
            int named = parameter_index(signature, argument->argument.name.name);
            if (named < 0) return false;
            argument_set(arguments, named, argument->argument.value);
        } else if (signature->is_variadic && index + 1 == signature->count) {
            argument = arguments_rest(arguments, argument);
            continue;
        } else {
            if (index >= signature->count) return false;
            argument_set(arguments, (int)index++, argument);
        }
        argument = argument->next;
    }
    for (uint32_t i = 0; i < signature->count; i++) {
        if (arguments->values[i].kind < SLOT_WAITING) continue;
        if (signature->is_variadic && i + 1 == signature->count) {
            arguments->values[i] = value_seal(value_list(NULL, 0));
        } else if (signature->parameters[i].has_initial) {
            arguments->values[i] = signature->parameters[i].initial;
        } else {
            return false;
        }
    }
    return true;
}

static struct value call_builtin(struct evaluator *ev, struct node *node, struct frame *frame) {
    const struct builtin *builtin = call_row(node);
    const struct signature *signature = signature_of(ev, builtin);
    uint32_t count = signature->count;
    struct value values[MOST_PARAMETERS];
    const struct node *nodes[MOST_PARAMETERS] = {0};
    for (uint32_t i = 0; i < count; i++) values[i].kind = SLOT_WAITING;
    struct arguments arguments = {ev, builtin, signature, frame, values, nodes, false};
    if (!arguments_gather(&arguments, node->call.arguments.first)) return value_poison();
    if (arguments.is_poison || ev->is_exhausted) return value_poison();
    struct frame *before = ev->call_frame;
    ev->call_frame = frame;
    struct call call = {.arena = ev->arena, .names = ev->names, .builtin = builtin,
                        .arguments = values, .count = count, .node = node, .nodes = nodes,
                        .evaluator = ev};
    struct value result = builtin->function(&call);
    ev->call_frame = before;
    if (ev->is_exhausted) return value_poison();
    if ((result.kind == VALUE_LIST || result.kind == VALUE_RECORD) && result.depth == 0) {
        result = value_seal(result);
    }
    return value_checked(ev, result, node);
}

/* ---- functions of the program ---- */

static int fn_parameter(const struct node *fn, const struct name *name) {
    int index = 0;
    for (struct node *field = fn->fn.parameters.first; field; field = field->next, index++) {
        if (field->field.name.name == name) return index;
    }
    return -1;
}

static struct node *fn_field(const struct node *fn, int index) {
    struct node *field = fn->fn.parameters.first;
    while (field && index--) field = field->next;
    return field;
}

/* The names of a scope stand in the order of their slots, unless one is declared twice. */
static const struct type *slot_type(const struct node *fn, uint32_t slot) {
    const struct map *values = &fn->fn.scope->values;
    const struct symbol *symbol = slot < values->count ? values->entries[slot].value : NULL;
    return symbol && symbol->slot == slot ? symbol->type : NULL;
}

static bool fn_argument(struct evaluator *ev, struct node *fn, int index, struct node *argument,
                        struct frame *caller, struct frame *frame) {
    struct node *field = fn_field(fn, index);
    if (!field) return false;
    struct value value = evaluate(ev, argument, caller);
    const struct type *type = slot_type(fn, (uint32_t)index);
    struct text what = field->field.name.name ? name_text(field->field.name.name) : TEXT("");
    frame->slots[index] = type ? convert(ev, value, type, argument, what) : value;
    return true;
}

/* The same for a function of the program. */
static bool fn_arguments(struct evaluator *ev, struct node *node, struct node *fn,
                         struct frame *caller, struct frame *frame) {
    int index = 0;
    for (struct node *argument = node->call.arguments.first; argument; argument = argument->next) {
        bool named = argument->kind == NODE_ARGUMENT;
        int place = named ? fn_parameter(fn, argument->argument.name.name) : index++;
        struct node *given = named ? argument->argument.value : argument;
        if (place < 0 || !fn_argument(ev, fn, place, given, caller, frame)) return false;
    }
    index = 0;
    for (struct node *field = fn->fn.parameters.first; field; field = field->next, index++) {
        if (frame->slots[index].kind < SLOT_WAITING) continue;
        if (!field_initial(field)) return false;
        const struct type *type = slot_type(fn, (uint32_t)index);
        struct value value = evaluate(ev, field_initial(field), frame);
        struct text what = field->field.name.name ? name_text(field->field.name.name) : TEXT("");
        if (type) value = convert(ev, value, type, field_initial(field), what);
        frame->slots[index] = value;
    }
    return true;
}

static struct value fn_run(struct evaluator *ev, struct node *node, struct node *fn,
                           struct frame *caller, struct frame *frame) {
    const struct symbol *symbol = call_symbol(node);
    if (!fn_arguments(ev, node, fn, caller, frame)) return value_poison();
    if (!fn->fn.value) return value_poison();
    cover(ev, fn);
    struct value value = evaluate(ev, fn->fn.value, frame);
    if (!fn->fn.result || !symbol->type) return value;
    return convert(ev, value, symbol->type, fn->fn.value, TEXT("result"));
}

static struct frame *fn_parent(struct evaluator *ev, struct node *node, struct frame *frame) {
    const struct symbol *symbol = call_symbol(node);
    struct node *callee = node->call.callee;
    if (callee->kind != NODE_NAME) return module_frame(ev, symbol_module(symbol));
    return frame_of(ev, frame, symbol, node->hops);
}

static struct value call_function(struct evaluator *ev, struct node *node, struct frame *frame) {
    const struct symbol *symbol = call_symbol(node);
    struct node *fn = symbol->declaration;
    if (!fn || fn->kind != NODE_FN || fn->flags & NODE_BAD || !fn->fn.scope) return value_poison();
    struct frame *parent = fn_parent(ev, node, frame);
    if (!parent) return value_poison();
    if (ev->call_depth >= LIMIT_CALL_DEPTH) {
        return fault(ev, DIAGNOSTIC_EVALUATION_DEPTH, node, "more than %d calls inside each other",
                     LIMIT_CALL_DEPTH);
    }
    const struct scope *scope = fn->fn.scope;
    struct frame *inner = FRAME_BRIEF(ev, scope);
    /* a function stands in its file, but `here` and names are those of where it is called */
    frame_init(inner, scope, parent, frame->place);
    struct spender spender;
    spender_enter(ev, &spender, node);
    ev->call_depth++;
    struct value value = fn_run(ev, node, fn, frame, inner);
    ev->call_depth--;
    spender_leave(ev, &spender);
    return value;
}

struct value evaluate_call(struct evaluator *ev, struct node *node, struct frame *frame) {
    if (call_row(node)) return call_builtin(ev, node, frame);
    if (call_symbol(node)) return call_function(ev, node, frame);
    return ev->trial ? trial_call(ev, node, frame) : value_poison();
}

/* ---- what built-in functions may ask for ---- */

static const struct node *call_node(const struct call *call, int argument) {
    if (argument >= 0 && (uint32_t)argument < call->count && call->nodes[argument]) {
        return call->nodes[argument];
    }
    return call->node;
}

static struct diagnostic *call_report(struct call *call, int argument, const char *message,
                                      va_list args) {
    struct text text = text_vformat(call->arena, message, args);
    return report(call->evaluator, DIAGNOSTIC_ARGUMENT_VALUE, call_node(call, argument), "%.*s",
                  TEXT_ARGS(text));
}

struct value call_error(struct call *call, int argument, const char *message, ...) {
    va_list args;
    va_start(args, message);
    call_report(call, argument, message, args);
    va_end(args);
    return value_poison();
}

struct value call_error_hint(struct call *call, int argument, const char *hint_text,
                             const char *message, ...) {
    va_list args;
    va_start(args, message);
    struct diagnostic *d = call_report(call, argument, message, args);
    va_end(args);
    hint(call->evaluator, d, "%s", hint_text);
    return value_poison();
}

bool call_is_lenient(const struct call *call) {
    return call->evaluator->is_lenient;
}

bool call_spend(struct call *call, uint64_t steps) {
    return spend_steps(call->evaluator, steps) && spend_values(call->evaluator, steps / 8);
}

struct call_place call_place(struct call *call) {
    struct evaluator *ev = call->evaluator;
    /* env() and file() may stand in what the project's own entries are made of */
    if (!(call->builtin->flags & (BUILTIN_ENV | BUILTIN_FILE))) project_settle(ev);
    struct site *place = ev->call_frame ? ev->call_frame->place : NULL;
    struct module *module = place ? place->module : NULL;
    const struct frame *file = ev->call_frame;
    while (file && file->parent) file = file->parent;
    if (file && file->scope->module) module = file->scope->module;
    return (struct call_place){
        .project = ev->deployment->project,
        .suffix = ev->deployment->suffix,
        .region = place ? place->region : NULL,
        .account = ev->deployment->account,
        .folder = module ? module->folder : (struct text){"", 0},
        .host = ev->program->host ? &ev->host : NULL,
    };
}
