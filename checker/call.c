/* Calls: of functions of the program, and of built-in ones by their signatures. */
#include "checker/typing.h"
#include "evaluator/builtin.h"

struct parameter {
    const struct name *name;
    const struct type *type;
    bool required;
    struct span span;
};

struct signature {
    struct parameter *parameters;
    uint32_t count;
    bool is_variadic; /* the last takes any number */
    const struct type *result;
    bool is_generic;
};

/* --- signatures of built-in functions, read at the first use --- */

static void drop_dots(struct buffer *out, const char *signature) { /* (...xs: [T]) */
    for (const char *c = signature; *c; c++) {
        if (strncmp(c, "...", 3) == 0) c += 2;
        else buffer_char(out, *c);
    }
}

static struct node *signature_fn(struct checker *checker, const struct builtin *builtin) {
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "fn builtin");
    drop_dots(&out, builtin->signature);
    buffer_string(&out, " = null\n");
    struct text text = buffer_take(&out, checker->arena);
    buffer_release(&out);
    uint32_t source = sources_add(checker->program->sources, text_of(builtin->name), text);
    struct parse parse = parser_parse(checker->arena, checker->names, checker->diagnostics, source);
    struct node *first = parse.file->file.items.first;
    return first && first->kind == NODE_FN ? first : NULL;
}

static bool holds_generic(const struct type *type) {
    switch ((int)type->kind) {
    case TYPE_GENERIC: return true;
    case TYPE_LIST: case TYPE_MAP: return holds_generic(type->element);
    case TYPE_UNION:
        for (uint32_t i = 0; i < type->join.count; i++) {
            if (holds_generic(type->join.members[i])) return true;
        }
        return false;
    case TYPE_RECORD:
        for (uint32_t i = 0; i < type->record.count; i++) {
            if (holds_generic(type->record.fields[i].type)) return true;
        }
        return false;
    }
    return false;
}

static const struct signature *signature_of(struct checker *checker,
                                            const struct builtin *builtin) {
    struct signature *signature = map_find(&checker->signatures, builtin);
    if (signature) return signature;
    signature = ARENA_NEW(checker->arena, struct signature);
    signature->result = &type_error;
    map_put(&checker->signatures, builtin, signature);
    struct node *fn = signature_fn(checker, builtin);
    if (!fn) return signature;
    signature->is_variadic = (builtin->flags & BUILTIN_VARIADIC) != 0;
    signature->parameters =
        arena_array(checker->arena, list_count(fn->fn.parameters), sizeof *signature->parameters);
    for (struct node *field = fn->fn.parameters.first; field; field = field->next) {
        const struct type *type = annotation_signature(checker, field->field.type);
        bool last = !field->next;
        signature->is_generic |= holds_generic(type);
        signature->parameters[signature->count++] = (struct parameter){
            field->field.name.name, type,
            !field_initial(field) && !type_has_null(type) && !(last && signature->is_variadic),
            {0, 0, 0}};
    }
    signature->result = annotation_signature(checker, fn->fn.result);
    return signature;
}

/* --- putting arguments in order --- */

struct arguments {
    struct node **nodes; /* one a parameter, NULL for none; of a variadic last the first */
    uint32_t extra;      /* arguments behind the first of a variadic last one */
    bool failed;
};

static const struct parameter *parameter_find(const struct signature *signature,
                                              const struct name *name, uint32_t *index) {
    for (*index = 0; *index < signature->count; (*index)++) {
        if (signature->parameters[*index].name == name) return &signature->parameters[*index];
    }
    return NULL;
}

static void hint_form(struct checker *checker, struct diagnostic *d,
                      const struct signature *signature, struct text function) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < signature->count; i++) {
        buffer_format(&out, "%s%.*s", i ? ", " : "", NAME_ARGS(signature->parameters[i].name));
    }
    add_hint(checker, d, "It is called as %.*s(%.*s).", TEXT_ARGS(function), (int)out.length,
             out.bytes);
    buffer_release(&out);
}

static void wrong_name(struct checker *checker, const struct signature *signature,
                       struct text function, struct node *argument) {
    struct suggestion near;
    suggestion_init(&near, name_text(argument->argument.name.name));
    for (uint32_t i = 0; i < signature->count; i++) {
        suggestion_offer(&near, name_text(signature->parameters[i].name));
    }
    struct span span = written_span(argument, argument->argument.name);
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_WRONG_ARGUMENTS, span,
                                       "function \"%.*s\" has no parameter \"%.*s\"",
                                       TEXT_ARGS(function),
                                       NAME_ARGS(argument->argument.name.name));
    if (!add_suggestion(checker, d, &near, span)) hint_form(checker, d, signature, function);
}

static void too_many(struct checker *checker, const struct signature *signature,
                     struct text function, struct node *argument) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_WRONG_ARGUMENTS, argument,
                                    "function \"%.*s\" takes %u argument%s", TEXT_ARGS(function),
                                    signature->count, signature->count == 1 ? "" : "s");
    hint_form(checker, d, signature, function);
}

static struct arguments arrange(struct checker *checker, const struct signature *signature,
                                struct text function, struct node *call) {
    struct arguments result = {arena_array(&checker->program->scratch, signature->count + 1,
                                           sizeof *result.nodes),
                               0, false};
    uint32_t position = 0;
    for (struct node *a = call->call.arguments.first; a; a = a->next) {
        uint32_t index = position;
        struct node *value = a;
        if (a->kind == NODE_ARGUMENT) {
            value = a->argument.value;
            if (!a->argument.name.name) continue;
            if (!parameter_find(signature, a->argument.name.name, &index)) {
                wrong_name(checker, signature, function, a);
                result.failed = true;
                call->flags |= NODE_BAD;
                continue;
            }
        } else if (position < signature->count) {
            position++;
        } else if (signature->is_variadic) {
            result.extra++;
            continue;
        } else {
            if (!result.failed) too_many(checker, signature, function, a);
            result.failed = true;
            call->flags |= NODE_BAD;
            continue;
        }
        if (result.nodes[index]) {
            complain(checker, DIAGNOSTIC_WRONG_ARGUMENTS, a, "argument \"%.*s\" is given twice",
                     NAME_ARGS(signature->parameters[index].name));
            result.failed = true;
            call->flags |= NODE_BAD;
            continue;
        }
        result.nodes[index] = value;
    }
    return result;
}

static void check_missing(struct checker *checker, const struct signature *signature,
                          struct text function, struct node *call, struct arguments *arguments) {
    struct buffer out;
    uint32_t count = 0;
    if (arguments->failed) return;
    buffer_init(&out);
    for (uint32_t i = 0; i < signature->count; i++) {
        if (arguments->nodes[i] || !signature->parameters[i].required) continue;
        buffer_format(&out, "%s\"%.*s\"", count++ ? ", " : "",
                      NAME_ARGS(signature->parameters[i].name));
    }
    if (count) {
        struct diagnostic *d = complain(
            checker, DIAGNOSTIC_WRONG_ARGUMENTS, call,
            "function \"%.*s\" %sneeds the argument%s %.*s", TEXT_ARGS(function),
            call->call.arguments.first ? "also " : "", count > 1 ? "s" : "", (int)out.length,
            out.bytes);
        hint_form(checker, d, signature, function);
        arguments->failed = true;
    }
    buffer_release(&out);
}

/* --- generic parameters --- */

struct bindings {
    const struct type *types[2];
};

static void bind(struct checker *checker, struct bindings *bindings, const struct type *form,
                 const struct type *found) {
    found = type_base(found);
    switch ((int)form->kind) {
    case TYPE_GENERIC: {
        const struct type **type = &bindings->types[form->generic];
        if (found->kind == TYPE_LITERAL && !found->is_text) found = &type_int;
        *type = *type ? type_either(checker, *type, found) : found;
        return;
    }
    case TYPE_LIST: case TYPE_MAP:
        if (found->kind == TYPE_UNION) {
            for (uint32_t i = 0; i < found->join.count; i++) {
                bind(checker, bindings, form, found->join.members[i]);
            }
        } else if (found->kind == form->kind) {
            bind(checker, bindings, form->element, found->element);
        } else if (form->kind == TYPE_MAP && found->kind == TYPE_RECORD) {
            for (uint32_t i = 0; i < found->record.count; i++) {
                bind(checker, bindings, form->element, found->record.fields[i].type);
            }
        } else if (found->kind == TYPE_JSON || found->kind == TYPE_ERROR) {
            bind(checker, bindings, form->element, found);
        }
        return;
    case TYPE_UNION:
        for (uint32_t i = 0; i < form->join.count; i++) {
            const struct type *member = form->join.members[i];
            if (member->kind == TYPE_NULL) continue;
            bind(checker, bindings, member, type_without_null(checker, found));
        }
        return;
    }
}

static const struct type *substitute(struct checker *checker, const struct bindings *bindings,
                                     const struct type *form) {
    if (!holds_generic(form)) return form;
    switch ((int)form->kind) {
    case TYPE_GENERIC: {
        const struct type *type = bindings->types[form->generic];
        return type ? type : &type_error;
    }
    case TYPE_LIST: return type_list(checker, substitute(checker, bindings, form->element));
    case TYPE_MAP: return type_map(checker, substitute(checker, bindings, form->element));
    case TYPE_UNION: {
        const struct type *type = NULL;
        for (uint32_t i = 0; i < form->join.count; i++) {
            const struct type *member = substitute(checker, bindings, form->join.members[i]);
            type = type ? type_either(checker, type, member) : member;
        }
        return type ? type : &type_error;
    }
    case TYPE_RECORD: {
        struct type_field *fields =
            arena_array(checker->arena, form->record.count, sizeof *fields);
        for (uint32_t i = 0; i < form->record.count; i++) {
            fields[i] = form->record.fields[i];
            fields[i].type = substitute(checker, bindings, fields[i].type);
        }
        return type_record(checker, fields, form->record.rules, form->record.count);
    }
    }
    return &type_error;
}

/* --- checking the arguments --- */

struct application {
    struct node *call;
    struct text function;
    const struct signature *signature;
    const struct builtin *builtin; /* NULL for a fn */
    struct bindings bindings;
    struct fact all; /* the arguments' phases joined */
};

static void check_argument(struct checker *checker, struct application *application,
                           const struct parameter *parameter, struct node *node) {
    struct wanted wanted = {.type = parameter->type, .word = "argument",
                            .name = name_text(parameter->name)};
    struct fact fact;
    if (holds_generic(parameter->type)) {
        fact = infer(checker, node);
        bind(checker, &application->bindings, parameter->type, fact.type);
        wanted.type = substitute(checker, &application->bindings, parameter->type);
        if (!type_fits(checker, fact.type, wanted.type) && !(node->flags & NODE_BAD)) {
            mismatch(checker, node, fact, &wanted);
        }
    } else {
        fact = expect(checker, node, &wanted);
    }
    unsigned flags = application->builtin ? application->builtin->flags : BUILTIN_DEFERS;
    bool passes_on = flags & BUILTIN_OPEN &&
                     type_without_null(checker, parameter->type)->kind == TYPE_GENERIC;
    if (!(flags & BUILTIN_DEFERS) && !passes_on) {
        struct text what = text_format(&checker->program->scratch, "\"%.*s\"",
                                       TEXT_ARGS(application->function));
        need_known_operand(checker, node, fact, what.bytes);
    }
    application->all = fact_join(NULL, application->all, fact);
}

static void check_arranged(struct checker *checker, struct application *application) {
    const struct signature *signature = application->signature;
    struct node *call = application->call;
    struct arguments arguments = arrange(checker, signature, application->function, call);
    check_missing(checker, signature, application->function, call, &arguments);
    for (uint32_t i = 0; i < signature->count; i++) {
        if (!arguments.nodes[i]) continue;
        check_argument(checker, application, &signature->parameters[i], arguments.nodes[i]);
    }
    if (!signature->is_variadic || signature->count == 0) return;
    uint32_t position = 0;
    for (struct node *a = call->call.arguments.first; a; a = a->next) {
        if (a->kind == NODE_ARGUMENT || position++ < signature->count) continue;
        check_argument(checker, application, &signature->parameters[signature->count - 1], a);
    }
}

static void check_arguments(struct checker *checker, struct application *application) {
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    check_arranged(checker, application);
    arena_rewind(&checker->program->scratch, mark);
}

/* --- functions of the program --- */

static struct fact call_fn(struct checker *checker, struct node *call) {
    struct symbol *symbol = call_symbol(call);
    struct list list = symbol->declaration->fn.parameters;
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    struct signature signature = {.parameters = arena_array(
        &checker->program->scratch, list_count(list) + 1, sizeof *signature.parameters)};
    fn_settle(checker, symbol);
    for (struct node *field = list.first; field; field = field->next) {
        if (!field->field.name.name) continue;
        struct symbol *parameter =
            map_find(&symbol->declaration->fn.scope->values, field->field.name.name);
        const struct type *type = parameter && parameter->type ? parameter->type : &type_error;
        signature.parameters[signature.count++] = (struct parameter){
            field->field.name.name, type, !field_initial(field) && !type_has_null(type),
            written_span(field, field->field.name)};
    }
    struct application application = {.call = call, .function = name_text(symbol->name),
                                      .signature = &signature, .all = {NULL, PHASE_KNOWN, NULL}};
    check_arguments(checker, &application);
    arena_rewind(&checker->program->scratch, mark);
    struct fact fact = {symbol->type ? symbol->type : &type_error, symbol->phase, NULL};
    if (fact.phase == PHASE_DEFERRED) fact.by = map_find(&checker->causes, symbol);
    return fact;
}

/* --- built-in functions --- */

static struct fact check_env(struct checker *checker, struct node *call, struct fact fact) {
    struct node *first = call->call.arguments.first;
    struct diagnostic *d;
    if (!checker->may_env) {
        d = complain(checker, DIAGNOSTIC_MISPLACED_ENV, call,
                     "env() stands outside of a param's default in the root file");
        add_hint(checker, d, "Write param p: string = env(\"NAME\"), and use p here.");
        return fact_error();
    }
    if (first && first->kind == NODE_ARGUMENT) first = first->argument.value;
    if (!first) return fact;
    if (first->kind != NODE_TEXT) {
        d = complain(checker, DIAGNOSTIC_MISPLACED_ENV, first,
                     "the name of an environment variable is not written as a text");
        add_hint(checker, d, "Write the name itself, as in env(\"ENVIRONMENT\"), so that a reader "
                 "sees what the program reads.");
        return fact;
    }
    if (checker->wants_secret) {
        fact.type = &type_secret;
    } else if (host_is_secret(node_text(first))) {
        d = complain(checker, DIAGNOSTIC_SECRET_EXPOSED, first,
                     "variable \"%.*s\" looks like a secret, and this param is not one",
                     TEXT_ARGS(node_text(first)));
        add_hint(checker, d, "Declare the param with type secret: param p: secret = env(\"%.*s\").",
                 TEXT_ARGS(node_text(first)));
    }
    return fact;
}

/* Functions whose result says more than their signature can. */
static const struct type *special_result(struct checker *checker, const struct builtin *builtin,
                                         struct node *call, const struct bindings *bindings,
                                         const struct type *result) {
    const char *name = builtin->name;
    const struct type *t = bindings->types[0], *u = bindings->types[1];
    const struct type *base = t ? type_base(t) : NULL;
    bool single = list_count(call->call.arguments) == 1;
    if (!base) return result;
    if ((strcmp(name, "max") == 0 || strcmp(name, "min") == 0) && single &&
        base->kind == TYPE_LIST) {
        return type_widen(checker, base->element);
    }
    if (strcmp(name, "coalesce") == 0) return type_without_null(checker, t);
    if (strcmp(name, "get") == 0 && u && !type_has_null(u)) {
        return type_either(checker, type_without_null(checker, result), u);
    }
    if (strcmp(name, "compact") == 0 && base->kind == TYPE_LIST) {
        return type_list(checker, type_without_null(checker, base->element));
    }
    bool merges = strcmp(name, "merge") == 0 || strcmp(name, "deep_merge") == 0;
    if (merges && base->kind == TYPE_LIST) return type_map(checker, &type_error);
    if (merges && !(base->kind == TYPE_RECORD && single)) {
        return type_map(checker, base->kind == TYPE_MAP ? base->element : &type_error);
    }
    return result;
}

static struct fact call_builtin(struct checker *checker, struct node *call) {
    const struct builtin *builtin = call_row(call);
    struct application application = {.call = call, .function = text_of(builtin->name),
                                      .signature = signature_of(checker, builtin),
                                      .builtin = builtin, .all = {NULL, PHASE_KNOWN, NULL}};
    check_arguments(checker, &application);
    struct fact fact = application.all;
    fact.type = substitute(checker, &application.bindings, application.signature->result);
    if (application.signature->is_generic) {
        fact.type = special_result(checker, builtin, call, &application.bindings, fact.type);
    }
    if (fact.phase == PHASE_KNOWN) fact.phase = PHASE_EITHER;
    if (!(builtin->flags & BUILTIN_DEFERS)) fact.phase = PHASE_EITHER;
    if (builtin->flags & BUILTIN_ENV) fact = check_env(checker, call, fact);
    return fact;
}

struct fact infer_call(struct checker *checker, struct node *node) {
    if (call_symbol(node) && call_symbol(node)->kind == SYMBOL_FN) return call_fn(checker, node);
    if (call_row(node)) return call_builtin(checker, node);
    const struct node *callee = node->call.callee;
    if (!(node->flags & NODE_BAD) && callee->kind == NODE_NAME && node_name(callee)) {
        return call_of_test(checker, node);
    }
    for (struct node *a = node->call.arguments.first; a; a = a->next) {
        infer(checker, a->kind == NODE_ARGUMENT ? a->argument.value : a);
    }
    return fact_error();
}
