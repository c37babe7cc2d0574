/* What CloudFormation asks for while it deploys a stack: outputs of other stacks, parameters of the
 * Systems Manager, secrets. Whoever lets it act has to allow that, of these and no others.
 */
#include "template/lowering.h"

enum kind { READS_STACKS, READS_PARAMETERS, READS_SECRETS };

struct resources { /* of an IAM statement */
    struct lowering *all;
    struct text region;
    struct value *items;
    uint32_t count, capacity;
};

/* arn:PARTITION:service:region:ACCOUNT:what, each once; public ones are in no account. */
static void add(struct resources *to, const char *service, struct text region, bool is_public,
                struct text what) {
    struct lowering *all = to->all;
    struct deferred *arn = deferred_new(all->arena, DEFERRED_TEXT, SHAPE_TEXT, 5, NULL);
    arn->operands[0] = value_text(TEXT("arn:"));
    arn->operands[1] = lowering_pseudo(all, "AWS::Partition");
    arn->operands[2] =
        value_text(text_format(all->arena, ":%s:%.*s:", service, TEXT_ARGS(region)));
    arn->operands[3] = is_public ? value_text(TEXT("")) : lowering_pseudo(all, "AWS::AccountId");
    arn->operands[4] = value_text(text_format(all->arena, ":%.*s", TEXT_ARGS(what)));
    for (uint32_t i = 0; i < to->count; i++) {
        const struct deferred *other = to->items[i].deferred;
        if (value_equal(other->operands[4], arn->operands[4]) &&
            value_equal(other->operands[2], arn->operands[2])) return;
    }
    *LOWERING_ADD(all->arena, to->items, to->count, to->capacity) = value_deferred(arn);
}

static void add_stacks(struct resources *to, const struct template *template) {
    const struct template_set *set = to->all->set;
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        if (edge->is_weak || !edge->output.length) continue;
        const struct template *read = &set->templates[edge->stack];
        add(to, "cloudformation", read->region_name, false,
            text_format(to->all->arena, "stack/%.*s/*", TEXT_ARGS(read->name)));
    }
}

/* The text up to one of these, or all of it. */
static struct text up_to(struct text text, const char *end) {
    const char *found = memmem(text.bytes, text.length, end, strlen(end));
    if (found) text.length = (size_t)(found - text.bytes);
    return text;
}

/* A name of which a part is known when it is deployed ends in a star there. */
static struct text known_part(struct lowering *all, struct text name) {
    struct text known = up_to(name, "${");
    return known.length == name.length ? name
                                       : text_format(all->arena, "%.*s*", TEXT_ARGS(known));
}

static void add_parameter(struct resources *to, struct text name) {
    struct lowering *all = to->all;
    bool is_public = text_starts(name, TEXT("/aws/"));
    name = known_part(all, name);
    const char *slash = text_starts(name, TEXT("/")) ? "" : "/";
    add(to, "ssm", to->region, is_public,
        text_format(all->arena, "parameter%s%.*s", slash, TEXT_ARGS(name)));
}

static void add_secret(struct resources *to, struct text id) {
    struct lowering *all = to->all;
    bool is_arn = text_starts(id, TEXT("arn:"));
    if (is_arn) { /* its last part: secret:NAME-abcdef */
        const char *found = memmem(id.bytes, id.length, ":secret:", 8);
        if (found) id = (struct text){found + 8, id.length - (size_t)(found + 8 - id.bytes)};
    }
    struct text known = known_part(all, id);
    bool has_letters = is_arn || known.length != id.length; /* those that AWS puts behind names */
    add(to, "secretsmanager", to->region, false,
        text_format(all->arena, "secret:%.*s%s", TEXT_ARGS(known),
                    has_letters ? "" : "-\?\?\?\?\?\?"));
}

/* Finds the references in what is sent, in whatever form they stand there. */
static void add_dynamic(struct resources *to, struct text body, enum kind kind) {
    static const char mark[] = "{{resolve:";
    for (;;) {
        const char *at = memmem(body.bytes, body.length, mark, sizeof mark - 1);
        if (!at) return;
        at += sizeof mark - 1;
        body = (struct text){at, body.length - (size_t)(at - body.bytes)};
        struct text reference = up_to(body, "}}"), service = up_to(reference, ":");
        if (service.length == reference.length) continue;
        struct text name = {reference.bytes + service.length + 1,
                            reference.length - service.length - 1};
        bool is_secret = text_is(service, "secretsmanager");
        if (is_secret && kind == READS_SECRETS) add_secret(to, up_to(name, ":SecretString"));
        if (!is_secret && kind == READS_PARAMETERS) add_parameter(to, up_to(name, ":"));
    }
}

static void add_body(struct resources *to, struct stack_lowering *stack, enum kind kind) {
    struct buffer body;
    buffer_init(&body);
    stack->is_read = true; /* its own policies do not ask what they allow to ask */
    template_write_content(to->all->set, stack->template->index, &body);
    stack->is_read = false;
    struct text text = buffer_take(&body, to->all->arena);
    buffer_release(&body);
    add_dynamic(to, text, kind);
}

static void add_looked_up(struct resources *to, const struct template *template) {
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        if (!text_starts(parameter->type, TEXT("AWS::SSM::Parameter::"))) continue;
        if (parameter->is_given) add_parameter(to, parameter->given);
        if (parameter->has_default) add_parameter(to, parameter->initial);
    }
}

struct value lowering_reads(struct stack_lowering *in, const struct deferred *d) {
    struct lowering *all = in->all;
    struct stack *stack = d->operands[0].stack;
    struct stack_lowering *read = stack->lowered;
    struct text what = value_as_text(d->operands[1]);
    struct resources resources = {.all = all, .region = stack->region->name};
    if (read->is_read) return value_null();
    if (text_is(what, "stacks")) {
        add_stacks(&resources, read->template);
    } else {
        enum kind kind = text_is(what, "secrets") ? READS_SECRETS : READS_PARAMETERS;
        add_body(&resources, read, kind);
        if (kind == READS_PARAMETERS) add_looked_up(&resources, read->template);
    }
    if (!resources.count) return value_null();
    struct names *names = all->deployment->names;
    struct record *statement = record_new(all->arena, 3);
    record_put(all->arena, statement, names_intern(names, TEXT("Effect")),
               value_text(TEXT("Allow")), NULL);
    record_put(all->arena, statement, names_intern(names, TEXT("Action")), d->operands[2], NULL);
    record_put(all->arena, statement, names_intern(names, TEXT("Resource")),
               value_list(resources.items, resources.count), NULL);
    return value_record(statement);
}
