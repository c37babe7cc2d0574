/* Names and functions of other languages: what to write in their place. */
#include "checker/typing.h"
#include "evaluator/builtin.h"

/* --- names --- */

static const struct {
    const char *other, *ours;
} constants[] = {
    {"undefined", "null"}, {"None", "null"},  {"nil", "null"},  {"NULL", "null"},
    {"Null", "null"},      {"True", "true"},  {"TRUE", "true"}, {"yes", "true"},
    {"False", "false"},    {"FALSE", "false"}, {"no", "false"},
};

#define BY_NAME "A param or a let is written by its name alone."
#define BY_ENV                                                                                     \
    "A variable of the environment is the default of a param: param name: string = env(\"NAME\")."

static const struct {
    const char *name, *advice;
} names[] = {
    {"region", "The region that a block stands in is here (here.name, here.label)."},
    {"var", BY_NAME}, {"local", BY_NAME}, {"params", BY_NAME}, {"locals", BY_NAME},
    {"process", BY_ENV}, {"os", BY_ENV},
    {"self", "What stands in the same block is written by its name alone."},
    {"this", "What stands in the same block is written by its name alone."},
    {"each", "A loop names what it goes through: for key, value in map."},
    {"Object", "Write keys(map), values(map), to_entries(map) or merge(a, b)."},
    {"JSON", "Write to_json(value), or json(text)."},
    {"Math", "Functions stand by themselves: ceil(x), floor(x), max(a, b), min(a, b)."},
    {"Array", "A list is written [a, b]."},
    {"console", "What is to be seen is an output: output Name = value."},
};

bool hint_foreign_name(struct checker *checker, struct diagnostic *d, struct node *node) {
    struct text name = name_text(node_name(node));
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (!text_is(name, constants[i].other)) continue;
        add_hint(checker, d, "Write %s.", constants[i].ours);
        if (d) diagnostic_fix(checker->diagnostics, d, node->span, text_of(constants[i].ours));
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!text_is(name, names[i].name)) continue;
        add_hint(checker, d, "%s", names[i].advice);
        return true;
    }
    if (!text_starts(name, TEXT("aws_"))) return false;
    add_hint(checker, d, "A resource is written by its own name, without its type.");
    return true;
}

/* --- functions behind a dot --- */

/* `Fn::GetAtt(...)` */
bool hint_foreign_callee(struct checker *checker, struct diagnostic *d,
                         const struct node *callee) {
    struct text name = expression_text(checker, callee);
    const char *advice;
    if (!text_starts(name, TEXT("Fn::"))) return false;
    name.bytes += strlen("Fn::"), name.length -= strlen("Fn::");
    struct text ours = builtin_habit(name, &advice);
    struct buffer lower;
    buffer_init(&lower);
    for (size_t i = 0; i < name.length; i++) buffer_char(&lower, ascii_lower(name.bytes[i]));
    if (!ours.length && builtin_find((struct text){lower.bytes, lower.length}))
        ours = text_format(checker->arena, "%.*s", (int)lower.length, lower.bytes);
    buffer_release(&lower);
    if (ours.length) add_hint(checker, d, "Write %.*s(...).", TEXT_ARGS(ours));
    else if (advice) add_hint(checker, d, "%s", advice);
    return ours.length || advice;
}

/* What a call says in its brackets, on one line; "..." where it is long. */
static struct text arguments_text(struct checker *checker, const struct node *call) {
    enum { LONGEST = 40 };
    struct buffer out;
    buffer_init(&out);
    for (const struct node *a = call->call.arguments.first; a; a = a->next)
        buffer_format(&out, "%s%.*s", out.length ? ", " : "",
                      TEXT_ARGS(expression_text(checker, a)));
    struct text text = out.length > LONGEST ? TEXT("...") : buffer_take(&out, checker->arena);
    buffer_release(&out);
    return text;
}

/* Functions that take the text behind the separator, wherever other languages have it. */
static bool is_separator_first(const struct node *object, struct text function) {
    if (text_is(function, "split")) return true;
    return text_is(function, "join") && object->kind != NODE_TEXT;
}

static void hint_call(struct checker *checker, struct diagnostic *d, const struct node *call,
                      struct text function) {
    const struct node *object = call->call.callee->member.object;
    struct text first = expression_text(checker, object);
    struct text second = arguments_text(checker, call);
    if (is_separator_first(object, function) && second.length) {
        struct text swapped = first;
        first = second;
        second = swapped;
    }
    add_hint(checker, d, "Write %.*s(%.*s%s%.*s).", TEXT_ARGS(function), TEXT_ARGS(first),
             second.length ? ", " : "", TEXT_ARGS(second));
}

void hint_foreign_method(struct checker *checker, struct diagnostic *d, const struct node *call) {
    const struct node *callee = call->call.callee;
    struct text name = name_text(callee->member.member.name);
    const char *advice;
    struct text ours = builtin_habit(name, &advice);
    if (text_is(name, "format")) {
        add_hint(checker, d, "A text holds values by itself: \"orders-${kind}\".");
    } else if (text_is(name, "at")) {
        add_hint(checker, d, "An element is %.*s[i], the last one last(%.*s).",
                 TEXT_ARGS(expression_text(checker, callee->member.object)),
                 TEXT_ARGS(expression_text(checker, callee->member.object)));
    } else if (builtin_find(name)) {
        hint_call(checker, d, call, name);
    } else if (ours.length) {
        hint_call(checker, d, call, ours);
    } else if (advice) {
        add_hint(checker, d, "%s", advice);
    }
}
