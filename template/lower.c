/* template_lower: every stack's values are walked, then what follows from all of them is worked
 * out. */
#include "template/lowering.h"

/* ---- one stack ---- */

static struct stack_lowering *stack_lowering_new(struct lowering *all, struct stack *stack,
                                                 struct template *template) {
    struct stack_lowering *in = ARENA_NEW(all->arena, struct stack_lowering);
    in->all = all;
    in->stack = stack;
    in->template = template;
    map_init(&in->imports, all->arena);
    map_init(&in->terms, all->arena);
    map_init(&in->rewritten, all->arena);
    map_init(&in->by_content, all->arena);
    map_init(&in->mappings[0], all->arena);
    map_init(&in->mappings[1], all->arena);
    map_init(&in->ids, all->arena);
    map_init(&in->parameter_ids, all->arena);
    map_init(&in->output_ids, all->arena);
    map_init(&in->order_edges, all->arena);
    names_init(&in->contents, all->arena);
    in->uses_parameter = arena_array(all->arena, all->deployment->parameter_count + 1, 1);
    in->size = 64;
    return in;
}

static struct tag *add_tag(struct tag *at, const char *key, struct text value) {
    *at = (struct tag){.key = text_of(key), .value = value};
    return at + 1;
}

/* The path in the letters that a tag takes: fleet["eu-west-1"] is fleet.eu-west-1. */
static struct text tag_path(struct arena *arena, struct text path) {
    char *bytes = arena_alloc(arena, path.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < path.length; i++) {
        char c = path.bytes[i];
        if (c == '"' || c == ']') continue;
        bytes[length++] = c == '[' ? '.' : c;
    }
    return (struct text){bytes, length};
}

static void make_tags(struct lowering *all, struct template *template) {
    struct stack *stack = template->stack;
    struct tag *tags = arena_array(all->arena, stack->tag_count + 3, sizeof *tags), *at = tags;
    for (uint32_t i = 0; i < stack->tag_count; i++) *at++ = stack->tags[i];
    at = add_tag(at, "mrp:project", all->deployment->project);
    /* CloudFormation takes no tag without a value */
    if (all->deployment->suffix.length) at = add_tag(at, "mrp:suffix", all->deployment->suffix);
    at = add_tag(at, "mrp:stack", tag_path(all->arena, stack->path));
    template->tags = tags;
    template->tag_count = (uint32_t)(at - tags);
}

/* ---- resources ---- */

/* The logical id that a path gives; a region's or stack's own words before it do not count. */
static struct text id_of_path(struct lowering *all, const struct resource *resource,
                              struct text path) {
    struct text prefixes[] = {resource->stack->path, resource->region->path};
    for (int i = 0; i < 2; i++) {
        struct text prefix = prefixes[i];
        if (prefix.length && text_starts(path, prefix) && path.length > prefix.length &&
            path.bytes[prefix.length] == '.') {
            path = (struct text){path.bytes + prefix.length + 1, path.length - prefix.length - 1};
            break;
        }
    }
    return text_words_joined(all->arena, path);
}

static void set_ignored(struct lowering *all, struct template_resource *row, struct value names) {
    if (names.kind != VALUE_LIST || names.length == 0) return;
    struct text *texts = arena_array(all->arena, names.length, sizeof *texts);
    for (uint32_t i = 0; i < names.length; i++) {
        texts[i] = lowering_scalar_text(all->arena, names.items[i]);
    }
    row->ignore_changes = texts;
    row->ignore_count = names.length;
}

struct position { /* of the last declaration: loops make many resources of one */
    const struct node *node;
    struct text file;
    uint32_t line;
};

static void find_position(struct lowering *all, const struct node *node, struct position *last) {
    struct sources *sources = all->deployment->diagnostics->sources;
    if (last->node == node) return;
    *last = (struct position){.node = node};
    if (!node || !sources || node->span.source >= sources->count) return;
    last->file = sources_get(sources, node->span.source)->path;
    last->line = source_place(sources, node->span.source, node->span.start).line;
}

static void list_resources(struct stack_lowering *in, struct arena *arena) {
    struct lowering *all = in->all;
    struct template *template = in->template;
    struct stack *stack = template->stack;
    struct position position = {0};
    template->resources =
        arena_array(arena, stack->resource_count + 1, sizeof *template->resources);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct resource *resource = stack->resources[i];
        find_position(all, resource->shown, &position);
        struct template_resource *row = &template->resources[i];
        *row = (struct template_resource){
            .logical_id = name_text(resource->logical_id),
            .path = resource_full_path(arena, resource),
            .type = resource_type_name(resource),
            .span = cause_span(resource->shown),
            .file = position.file, .line = position.line,
            .is_protected = resource->is_protected,
        };
        if (resource->meta->was.length)
            row->was_id = id_of_path(all, resource, resource->meta->was);
        set_ignored(all, row, resource->meta->ignore_changes);
    }
}

static void drop_list(void *listing) {
    struct listing *dropped = listing;
    dropped->in->template->resources = NULL;
    arena_release(&dropped->arena);
}

void listing_begin(struct listing *listing, struct stack_lowering *in) {
    listing->in = in;
    listing->is_mine = in->template->resources == NULL;
    if (!listing->is_mine) return;
    arena_init(&listing->arena);
    cleanup_push(&listing->cleanup, drop_list, listing);
    list_resources(in, &listing->arena);
}

void listing_end(struct listing *listing) {
    if (!listing->is_mine) return;
    cleanup_pop(&listing->cleanup);
    drop_list(listing);
}

/* ---- capabilities ---- */

/* The types whose own name makes CAPABILITY_NAMED_IAM necessary: CloudFormation API Reference,
 * CreateStack, Capabilities. */
static const struct { const char *type, *name; } named_types[] = {
    {"AWS::IAM::Role", "RoleName"}, {"AWS::IAM::User", "UserName"},
    {"AWS::IAM::Group", "GroupName"}, {"AWS::IAM::ManagedPolicy", "ManagedPolicyName"},
    {"AWS::IAM::InstanceProfile", "InstanceProfileName"},
};

static bool has_own_name(struct lowering *all, const struct resource *resource) {
    struct text type = resource_type_name(resource);
    for (size_t i = 0; i < sizeof named_types / sizeof *named_types; i++) {
        if (!text_is(type, named_types[i].type) || !resource->properties) continue;
        const struct name *name =
            names_find(all->deployment->names, text_of(named_types[i].name));
        struct record_entry *entry = name ? record_find(resource->properties, name) : NULL;
        if (entry && entry->value.kind != VALUE_NULL) return true;
    }
    return false;
}

static void make_capabilities(struct lowering *all, struct template *template) {
    static const char *const iam[] = {"CAPABILITY_IAM"}, *const named[] = {"CAPABILITY_NAMED_IAM"};
    /* Nobody knows here what is in the template of a nested stack. */
    static const char *const nested[] = {"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"};
    const struct name *last = NULL;
    bool is_iam = false;
    for (uint32_t i = 0; i < template->stack->resource_count; i++) {
        const struct resource *resource = template->stack->resources[i];
        if (resource_type(resource) != last) {
            last = resource_type(resource);
            is_iam = text_starts(name_text(last), TEXT("AWS::IAM::"));
            if (text_is(name_text(last), "AWS::CloudFormation::Stack")) {
                template->capabilities = nested;
                template->capability_count = sizeof nested / sizeof *nested;
                return;
            }
        }
        if (!is_iam) continue;
        template->capability_count = 1;
        if (!template->capabilities) template->capabilities = iam;
        if (!has_own_name(all, resource)) continue;
        template->capabilities = named;
        return;
    }
}

/* ---- parameters ---- */

static struct text parameter_text(struct lowering *all, struct value value) {
    if (value.kind != VALUE_LIST) return lowering_scalar_text(all->arena, value);
    struct buffer joined;
    buffer_init(&joined);
    for (uint32_t i = 0; i < value.length; i++) {
        if (i) buffer_char(&joined, ',');
        buffer_text(&joined, lowering_scalar_text(all->arena, value.items[i]));
    }
    struct text text = buffer_take(&joined, all->arena);
    buffer_release(&joined);
    return text;
}

static void report_parameter_taken(struct lowering *all, const struct stack *stack,
                                   const struct parameter *parameter, const struct node *other,
                                   const char *what) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    struct diagnostic *diagnostic = diagnostics_report(
        diagnostics, DIAGNOSTIC_PARAMETER_ID_TAKEN, declared_span(parameter->declared),
        "param \"%.*s\" and a %s of stack \"%.*s\" have one logical id, \"%.*s\"",
        TEXT_ARGS(name_text(parameter->name)), what, TEXT_ARGS(stack->name),
        TEXT_ARGS(parameter->logical_id));
    diagnostic_note(diagnostics, diagnostic, declared_span(other), "the %s is declared here", what);
    diagnostic_hint(diagnostics, diagnostic,
                    "Rename one of them, or give the resource another id: `@id = "
                    "\"%.*sResource\"`.",
                    TEXT_ARGS(parameter->logical_id));
}

static void check_parameter_id(struct stack_lowering *in, const struct parameter *parameter,
                               uint32_t index) {
    struct deployment *deployment = in->all->deployment;
    struct resource *resource = lowering_find_id(in, parameter->logical_id);
    if (resource) {
        report_parameter_taken(in->all, in->stack, parameter, resource->declared, "resource");
    }
    for (uint32_t i = 0; i < index; i++) {
        const struct parameter *other = deployment->parameters[i];
        if (in->uses_parameter[i] && text_equal(other->logical_id, parameter->logical_id)) {
            report_parameter_taken(in->all, in->stack, parameter, other->declared, "param");
        }
    }
}

/* The user's parameters come first, in the order of the program. */
static void make_parameters(struct stack_lowering *in) {
    struct lowering *all = in->all;
    struct deployment *deployment = all->deployment;
    struct template *template = in->template;
    uint32_t made = template->parameter_count, count = 0;
    struct template_parameter *rows =
        arena_array(all->arena, made + deployment->parameter_count + 1, sizeof *rows);
    for (uint32_t i = 0; i < deployment->parameter_count; i++) {
        const struct parameter *parameter = deployment->parameters[i];
        if (!in->uses_parameter[i]) continue;
        check_parameter_id(in, parameter, i);
        in->size += 200 + parameter->doc.length;
        struct template_parameter *row = &rows[count++];
        *row = (struct template_parameter){.logical_id = parameter->logical_id,
                                           .type = parameter->type,
                                           .source = parameter->is_package ? PARAMETER_PACKAGE
                                                                           : PARAMETER_USER,
                                           .is_secret = parameter->is_secret,
                                           .has_default = parameter->has_initial,
                                           .is_given = parameter->is_given};
        if (row->has_default) row->initial = parameter_text(all, parameter->initial);
        if (row->is_given) row->given = parameter_text(all, parameter->given);
    }
    if (made) memcpy(rows + count, template->parameters, made * sizeof *rows);
    template->parameters = rows;
    template->parameter_count = count + made;
}

/* ---- deliveries ---- */

static void make_delivered(struct lowering *all, struct template *template) {
    const struct deployment *deployment = all->deployment;
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        const struct delivery *delivery = &deployment->deliveries[i];
        if (delivery->home != template->stack || delivery->stack == template->stack) continue;
        if (!template->delivered) {
            template->delivered = arena_array(all->arena, deployment->delivery_count,
                                              sizeof *template->delivered);
        }
        template->delivered[template->delivered_count++] = delivery->stack->index;
    }
}

/* ---- all ---- */

static void lowering_init(struct lowering *all, struct deployment *deployment,
                          struct template_set *set) {
    all->arena = deployment->arena;
    all->deployment = deployment;
    all->set = set;
    all->ref = names_intern(deployment->names, TEXT("Ref"));
    names_init(&all->travel_keys, all->arena);
    map_init(&all->travels, all->arena);
    map_init(&all->parameter_index, all->arena);
    for (uint32_t i = 0; i < deployment->parameter_count; i++) {
        map_put(&all->parameter_index, deployment->parameters[i], (void *)(uintptr_t)(i + 1));
    }
    all->printed = stack_lowering_new(all, NULL, NULL);
}

static void make_template(struct lowering *all, uint32_t index) {
    struct stack *stack = all->deployment->stacks[index];
    struct template *template = &all->set->templates[index];
    *template = (struct template){
        .stack = stack, .index = index, .name = stack->name, .region_name = stack->region->name,
        .region_label = stack->region->path, .path = stack->path,
        .is_protected = stack->is_protected,
    };
    stack->index = index;
    stack->lowered = stack_lowering_new(all, stack, template);
    for (uint32_t i = 0; i < stack->resource_count; i++) stack->resources[i]->index = i;
}

/* An alarm's ARN is an output of its stack: what is deployed then says which alarms there are. */
static void make_alarms(struct lowering *all, struct template *template) {
    const struct stack *stack = template->stack;
    const struct name *arn = names_intern(all->deployment->names, TEXT("Arn"));
    template->bake = stack->bake;
    if (!stack->alarm_count) return;
    template->alarms = arena_array(all->arena, stack->alarm_count, sizeof *template->alarms);
    for (uint32_t i = 0; i < stack->alarm_count; i++) {
        struct resource *alarm = stack->alarms[i];
        struct deferred *attribute =
            deferred_new(all->arena, DEFERRED_ATTRIBUTE, SHAPE_TEXT, 0, stack->declared);
        attribute->resource = alarm;
        attribute->name = arn;
        template->alarms[template->alarm_count++] = (struct template_alarm){
            .stack = alarm->stack->index,
            .logical_id = name_text(alarm->logical_id),
            .path = resource_full_path(all->arena, alarm),
            .output = lowering_output(all, attribute),
        };
    }
}

static void finish_stack(struct stack_lowering *in) {
    make_parameters(in);
    lowering_finish_outputs(in);
    lowering_hold_roles(in);
    lowering_check_resources(in);
    in->template->resource_count = in->stack->resource_count;
    make_capabilities(in->all, in->template);
    make_tags(in->all, in->template);
    make_delivered(in->all, in->template);
}

void template_list_resources(struct template_set *set) {
    for (uint32_t i = 0; i < set->count; i++) {
        if (!set->templates[i].resources) {
            list_resources(set->templates[i].stack->lowered, set->arena);
        }
    }
}

bool template_lower(struct deployment *deployment, struct template_set *set) {
    uint32_t errors = deployment->diagnostics->error_count;
    struct lowering *all = ARENA_NEW(deployment->arena, struct lowering);
    *set = (struct template_set){.arena = deployment->arena, .deployment = deployment,
                                 .count = deployment->stack_count, .lowered = all};
    set->templates = arena_array(set->arena, set->count + 1, sizeof *set->templates);
    set->order = arena_array(set->arena, set->count + 1, sizeof *set->order);
    lowering_init(all, deployment, set);
    for (uint32_t i = 0; i < set->count; i++) make_template(all, i);
    for (uint32_t i = 0; i < set->count; i++) lowering_use_stack(deployment->stacks[i]->lowered);
    for (uint32_t i = 0; i < set->count; i++) make_alarms(all, &set->templates[i]);
    lowering_place_outputs(all);
    for (uint32_t i = 0; i < set->count; i++) finish_stack(deployment->stacks[i]->lowered);
    lowering_order_stacks(all);
    all->is_walked = true;
    if (deployment->diagnostics->error_count == errors) lowering_check_deliveries(all);
    if (deployment->diagnostics->error_count == errors) lowering_check_limits(all);
    return deployment->diagnostics->error_count == errors;
}
