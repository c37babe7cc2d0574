#include "tests/unit/by_hand.h"

#include <stdlib.h>

#include "base/limits.h"
#include "template/document.h"
#include "tests/unit/unit.h"

enum { LINES = 400 };

struct world *world_new(void) {
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena);
    names_init(&w->names, &w->arena);
    sources_init(&w->sources, &w->arena);
    char *source = arena_alloc(&w->arena, LINES * 8);
    for (int i = 0; i < LINES; i++) memcpy(source + i * 8, "1234567\n", 8);
    sources_add(&w->sources, TEXT("test.mrp"), (struct text){source, LINES * 8});
    diagnostics_init(&w->diagnostics, &w->arena, &w->sources);
    w->deployment = (struct deployment){
        .arena = &w->arena, .names = &w->names, .diagnostics = &w->diagnostics,
        .project = TEXT("shop"), .suffix = TEXT("dev"),
    };
    return w;
}

void world_free(struct world *w) {
    arena_release(&w->arena);
    free(w);
}

/* Each thing is on a line of its own, so that messages can be told apart. */
static struct node *node_here(struct world *w, enum node_kind kind) {
    struct node *node = ARENA_NEW(&w->arena, struct node);
    node->kind = (uint8_t)kind;
    uint32_t at = (w->line++ % LINES) * 8;
    node->span = (struct span){0, at, at + 7};
    return node;
}

struct region *region_add(struct world *w, const char *label, const char *name) {
    struct region *region = ARENA_NEW(&w->arena, struct region);
    *region = (struct region){.label = names_intern(&w->names, text_of(label)),
                              .path = text_of(label),
                              .name = text_of(name),
                              .partition = TEXT("aws"),
                              .declared = node_here(w, NODE_REGION)};
    if (!w->deployment.regions) w->deployment.regions = arena_array(&w->arena, 64, sizeof region);
    region->index = w->deployment.region_count;
    w->deployment.regions[w->deployment.region_count++] = region;
    return region;
}

struct stack *stack_add(struct world *w, struct region *region, const char *path,
                        const char *name) {
    struct stack *stack = ARENA_NEW(&w->arena, struct stack);
    *stack = (struct stack){.name = text_of(name), .path = text_of(path), .region = region,
                            .declared = node_here(w, NODE_STACK)};
    if (!w->deployment.stacks) w->deployment.stacks = arena_array(&w->arena, 1024, sizeof stack);
    stack->index = w->deployment.stack_count;
    w->deployment.stacks[w->deployment.stack_count++] = stack;
    return stack;
}

struct resource_meta *meta_of(struct resource *resource) {
    return (struct resource_meta *)resource->meta; /* made by resource_add */
}

static struct node *resource_node(struct world *w, const char *type) {
    struct node *node = node_here(w, NODE_RESOURCE);
    node->unit.type = ARENA_NEW(&w->arena, struct node);
    node->unit.type->kind = NODE_AWS_TYPE;
    node->unit.type->aws_type.name = names_intern(&w->names, text_of(type));
    return node;
}

struct resource *resource_add(struct world *w, struct stack *stack, const char *path,
                              const char *type) {
    struct resource *resource = ARENA_NEW(&w->arena, struct resource);
    struct resource_meta *meta = ARENA_NEW(&w->arena, struct resource_meta);
    *meta = (struct resource_meta){
        .depends_on = value_null(), .deletion_policy = value_null(),
        .update_replace_policy = value_null(), .creation_policy = value_null(),
        .update_policy = value_null(), .metadata = value_null(), .ignore_changes = value_null(),
    };
    *resource = (struct resource){
        .logical_id = names_intern(&w->names, text_words_joined(&w->arena, text_of(path))),
        .path = text_copy(&w->arena, text_of(path)),
        .stack = stack,
        .region = stack->region,
        .type = schema_type_find(text_of(type)),
        .declared = resource_node(w, type),
        .properties = record_new(&w->arena, 4),
        .meta = meta,
    };
    resource->shown = resource->declared;
    if (!resource->type) abort();
    if (stack->resource_count == stack->resource_capacity) {
        stack->resource_capacity = stack->resource_capacity ? stack->resource_capacity * 2 : 8;
        struct resource **grown = arena_array(&w->arena, stack->resource_capacity, sizeof *grown);
        if (stack->resource_count) {
            memcpy(grown, stack->resources, stack->resource_count * sizeof *grown);
        }
        stack->resources = grown;
    }
    resource->index = stack->resource_count;
    stack->resources[stack->resource_count++] = resource;
    return resource;
}

struct value open_value(struct value value) {
    value.flags |= VALUE_OPEN;
    return value;
}

void set(struct world *w, struct resource *resource, const char *key, struct value value) {
    record_put(&w->arena, resource->properties, names_intern(&w->names, text_of(key)), value, NULL);
}

struct value txt(const char *text) {
    return value_text(text_of(text));
}

struct value vlist(struct world *w, uint32_t count, const struct value *items) {
    struct value *copy = arena_array(&w->arena, count + 1, sizeof *copy);
    if (count) memcpy(copy, items, count * sizeof *copy);
    return open_value(value_list(copy, count));
}

struct value vmap(struct world *w, uint32_t count, const struct pair *pairs) {
    struct record *record = record_new(&w->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        record_put(&w->arena, record, names_intern(&w->names, text_of(pairs[i].key)),
                   pairs[i].value, NULL);
    }
    return open_value(value_record(record));
}

struct value op(struct world *w, enum deferred_kind kind, enum deferred_shape shape, uint32_t count,
                const struct value *operands) {
    struct deferred *d = deferred_new(&w->arena, kind, shape, count, node_here(w, NODE_CALL));
    if (count) memcpy(d->operands, operands, count * sizeof *operands);
    return value_deferred(d);
}

struct value attribute(struct world *w, struct resource *resource, const char *name) {
    struct value value = op(w, DEFERRED_ATTRIBUTE, SHAPE_TEXT, 0, NULL);
    value.deferred->resource = resource;
    value.deferred->name = names_intern(&w->names, text_of(name));
    return value;
}

struct value list_attribute(struct world *w, struct resource *resource, const char *name) {
    struct value value = attribute(w, resource, name);
    value.deferred->shape = SHAPE_LIST;
    return value;
}

struct value pseudo(struct world *w, const char *name) {
    struct value value = op(w, DEFERRED_PSEUDO, SHAPE_TEXT, 0, NULL);
    value.deferred->name = names_intern(&w->names, text_of(name));
    return value;
}

struct parameter *parameter_add(struct world *w, const char *name, const char *type) {
    struct parameter *parameter = ARENA_NEW(&w->arena, struct parameter);
    *parameter = (struct parameter){.name = names_intern(&w->names, text_of(name)),
                                    .logical_id = text_words_joined(&w->arena, text_of(name)),
                                    .type = text_of(type),
                                    .allowed = value_null(),
                                    .initial = value_null(),
                                    .declared = node_here(w, NODE_PARAM)};
    if (!w->deployment.parameters) {
        w->deployment.parameters = arena_array(&w->arena, 1024, sizeof parameter);
    }
    w->deployment.parameters[w->deployment.parameter_count++] = parameter;
    return parameter;
}

struct value param_of(struct world *w, struct parameter *parameter) {
    bool is_list = text_is(parameter->type, "CommaDelimitedList");
    struct value value = op(w, DEFERRED_PARAMETER, is_list ? SHAPE_LIST : SHAPE_TEXT, 0, NULL);
    value.deferred->parameter = parameter;
    return value;
}

struct value param(struct world *w, const char *name) {
    for (uint32_t i = 0; i < w->deployment.parameter_count; i++) {
        struct parameter *known = w->deployment.parameters[i];
        if (text_is(name_text(known->name), name)) return param_of(w, known);
    }
    return param_of(w, parameter_add(w, name, "String"));
}

struct output *output_add(struct world *w, const char *name, struct value value) {
    struct output *output = ARENA_NEW(&w->arena, struct output);
    *output = (struct output){.name = names_intern(&w->names, text_of(name)), .value = value,
                              .declared = node_here(w, NODE_OUTPUT)};
    if (!w->deployment.outputs) w->deployment.outputs = arena_array(&w->arena, 1024, sizeof output);
    w->deployment.outputs[w->deployment.output_count++] = output;
    return output;
}

/* ---- what is made of it ---- */

static void keep_template(struct text region, struct text body) {
    const char *folder = getenv("MRP_KEEP_TEMPLATES");
    static unsigned number;
    if (!folder || body.length > LIMIT_TEMPLATE_INLINE_BYTES) return;
    char path[512], command[600];
    snprintf(command, sizeof command, "mkdir -p '%s/%.*s'", folder, TEXT_ARGS(region));
    if (system(command) != 0) return;
    snprintf(path, sizeof path, "%s/%.*s/unit-%u.template.json", folder, TEXT_ARGS(region),
             number++);
    FILE *file = fopen(path, "w");
    if (!file) return;
    fwrite(body.bytes, 1, body.length, file);
    fclose(file);
}

struct text written(struct world *w, uint32_t index, bool indented) {
    struct buffer buffer;
    buffer_init(&buffer);
    template_write(&w->set, index, indented, &buffer);
    struct text text = buffer_take(&buffer, &w->arena);
    buffer_release(&buffer);
    return text;
}

static void print_diagnostics(struct world *w) {
    struct buffer out;
    buffer_init(&out);
    struct severity_rules rules = {0};
    diagnostics_settle(&w->diagnostics, &rules);
    diagnostics_text(&w->diagnostics, &out, false);
    printf("%.*s\n", TEXT_ARGS(buffer_view(&out)));
    buffer_release(&out);
}

void lower(struct world *w) {
    bool fine = template_lower(&w->deployment, &w->set);
    template_list_resources(&w->set);
    CU_ASSERT(fine);
    if (!fine) print_diagnostics(w);
    for (uint32_t i = 0; i < w->set.count; i++) {
        keep_template(w->set.templates[i].region_name, written(w, i, true));
    }
}

struct document *template_data(struct world *w, uint32_t index) {
    struct document *compact = NULL, *indented = NULL;
    struct failure why = {0};
    CU_ASSERT(document_read(&w->arena, written(w, index, false), &compact, &why));
    CU_ASSERT(document_read(&w->arena, written(w, index, true), &indented, &why));
    CU_ASSERT(document_equal(compact, indented));
    return compact;
}

struct text as_json(struct world *w, const struct document *document) {
    struct buffer buffer;
    buffer_init(&buffer);
    if (document) document_write(document, &buffer, 0);
    struct text text = buffer_take(&buffer, &w->arena);
    buffer_release(&buffer);
    return text;
}

void same_text(const char *file, int line, struct text got, const char *wanted) {
    bool same = text_is(got, wanted);
    CU_ASSERT(same);
    if (!same) printf("\n%s:%d:\n  got    %.*s\n  wanted %s\n", file, line, TEXT_ARGS(got), wanted);
}

struct text section(struct world *w, uint32_t index, const char *name) {
    return as_json(w, document_get(template_data(w, index), name));
}

struct one one_new(void) {
    struct world *w = world_new();
    struct region *east = region_add(w, "east", "us-east-1");
    struct one one = {.w = w, .stack = stack_add(w, east, "east", "shop-dev")};
    one.vpc = resource_add(w, one.stack, "vpc", "AWS::EC2::VPC");
    set(w, one.vpc, "CidrBlock", txt("10.0.0.0/16"));
    one.queue = resource_add(w, one.stack, "queue", "AWS::SQS::Queue");
    one.holder = resource_add(w, one.stack, "holder", "AWS::SSM::Parameter");
    set(w, one.holder, "Type", txt("String"));
    return one;
}

struct two two_new(void) {
    struct world *w = world_new();
    struct region *east = region_add(w, "east", "us-east-1"),
                  *west = region_add(w, "west", "us-west-2");
    struct two two = {.w = w, .east = stack_add(w, east, "east", "shop-dev"),
                      .west = stack_add(w, west, "west", "shop-dev")};
    two.topic = resource_add(w, two.east, "topic", "AWS::SNS::Topic");
    two.vpc = resource_add(w, two.east, "vpc", "AWS::EC2::VPC");
    set(w, two.vpc, "CidrBlock", txt("10.0.0.0/16"));
    two.holder = resource_add(w, two.west, "holder", "AWS::SSM::Parameter");
    set(w, two.holder, "Type", txt("String"));
    return two;
}

struct text holder_value(struct world *w, uint32_t index) {
    struct document *resources = document_get(template_data(w, index), "Resources");
    struct document *properties = document_get(document_get(resources, "Holder"), "Properties");
    return as_json(w, document_get(properties, "Value"));
}

void becomes(const char *file, int line, struct one *one, struct value value, const char *wanted) {
    set(one->w, one->holder, "Value", value);
    lower(one->w);
    same_text(file, line, holder_value(one->w, 0), wanted);
}

static const struct diagnostic *reported(struct world *w, enum diagnostic_id id) {
    for (const struct diagnostic *d = w->diagnostics.first; d; d = d->next) {
        if (d->id == id) return d;
    }
    return NULL;
}

unsigned note_count(const struct diagnostic *diagnostic) {
    unsigned count = 0;
    for (struct diagnostic_note *note = diagnostic->notes; note; note = note->next) count++;
    return count;
}

const struct diagnostic *fails(const char *file, int line, struct world *w, enum diagnostic_id id) {
    bool fine = template_lower(&w->deployment, &w->set);
    template_list_resources(&w->set);
    const struct diagnostic *found = reported(w, id);
    bool right = !fine && found && w->diagnostics.count == 1;
    CU_ASSERT(right);
    if (!right) {
        printf("\n%s:%d: expected one %s\n", file, line, diagnostic_name(id));
        print_diagnostics(w);
    }
    static struct diagnostic none;
    return found ? found : &none;
}
