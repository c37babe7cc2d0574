/* A stack of the simulated world as JSON, and back. */
#include <stdlib.h>

#include "runtime/simulator/store.h"

/* --- to JSON ---------------------------------------------------------------------------------- */

static void put(struct arena *arena, struct document *object, const char *key,
                struct text value) {
    if (value.length) document_add(object, text_of(key), document_text(arena, value));
}

static void put_number(struct arena *arena, struct document *object, const char *key,
                       double value) {
    if (value != 0) put(arena, object, key, text_format(arena, "%.17g", value));
}

static void put_document(struct arena *arena, struct document *object, const char *key,
                         const struct document *value) {
    if (!value) return;
    struct document *copy = ARENA_NEW(arena, struct document);
    *copy = *value;
    copy->next = NULL;
    document_add(object, text_of(key), copy);
}

static void put_tags(struct arena *arena, struct document *object, const char *key,
                     const struct cloud_tag *tags, uint32_t count) {
    struct document *list = document_new(arena, DOCUMENT_OBJECT);
    for (uint32_t i = 0; i < count; i++) {
        document_add(list, tags[i].key, document_text(arena, tags[i].value));
    }
    document_add(object, text_of(key), list);
}

static void put_texts(struct arena *arena, struct document *object, const char *key,
                      const struct text *texts, uint32_t count) {
    struct document *list = document_new(arena, DOCUMENT_LIST);
    for (uint32_t i = 0; i < count; i++) {
        document_add(list, (struct text){0}, document_text(arena, texts[i]));
    }
    document_add(object, text_of(key), list);
}

static struct document *write_state(struct arena *arena, const struct sim_state *state) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "id", state->physical_id);
    put_document(arena, object, "properties", state->properties);
    put(arena, object, "tags", state->tags);
    put_number(arena, object, "version", state->version);
    return object;
}

static unsigned flags_of(const struct sim_resource *resource) {
    return (unsigned)resource->is_new | (unsigned)resource->is_changed << 1 |
           (unsigned)resource->is_removed << 2 | (unsigned)resource->is_leftover << 3 |
           (unsigned)resource->is_orphan << 4 | (unsigned)resource->is_replacement << 5 |
           (unsigned)resource->is_failed << 6 | (unsigned)resource->is_missing << 7 |
           (unsigned)resource->is_ringing << 8;
}

static void set_flags(struct sim_resource *resource, unsigned flags) {
    resource->is_new = flags & 1;
    resource->is_changed = flags >> 1 & 1;
    resource->is_removed = flags >> 2 & 1;
    resource->is_leftover = flags >> 3 & 1;
    resource->is_orphan = flags >> 4 & 1;
    resource->is_replacement = flags >> 5 & 1;
    resource->is_failed = flags >> 6 & 1;
    resource->is_missing = flags >> 7 & 1;
    resource->is_ringing = flags >> 8 & 1;
}

/* Whether an operation runs, or has stopped where it can be gone on with. */
static bool can_go_back(const struct sim_stack *stack) {
    return stack->phase != PHASE_IDLE || stack->status == SIM_UPDATE_FAILED ||
           stack->status == SIM_UPDATE_ROLLBACK_FAILED;
}

static struct document *write_resource(struct arena *arena, const struct sim_stack *stack,
                                       const struct sim_resource *resource) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "logical", resource->logical_id);
    put(arena, object, "type", resource->type);
    put(arena, object, "status", text_of(sim_status_name(resource->status)));
    put(arena, object, "reason", resource->reason);
    put(arena, object, "import", resource->import_id);
    put(arena, object, "deletion", resource->deletion_policy);
    put(arena, object, "replace", resource->update_replace_policy);
    put_number(arena, object, "work", resource->work);
    put_number(arena, object, "flags", flags_of(resource));
    put_number(arena, object, "generation", resource->generation);
    put_number(arena, object, "until", resource->until);
    put_number(arena, object, "updated", resource->updated);
    put_number(arena, object, "old", resource->blueprint != stack->now.blueprint);
    put_document(arena, object, "actual", resource->actual);
    document_add(object, TEXT("now"), write_state(arena, &resource->now));
    if (!can_go_back(stack)) return object;
    document_add(object, TEXT("before"), write_state(arena, &resource->before));
    document_add(object, TEXT("next"), write_state(arena, &resource->next));
    return object;
}

static struct document *write_inputs(struct arena *arena, const struct sim_plan_inputs *inputs) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    if (inputs->blueprint) put(arena, object, "template", inputs->blueprint->body);
    if (inputs->blueprint) put(arena, object, "original", inputs->blueprint->original);
    put_document(arena, object, "parameters", inputs->parameters);
    put_document(arena, object, "conditions", inputs->conditions);
    put_tags(arena, object, "tags", inputs->tags, inputs->tag_count);
    return object;
}

static struct document *write_output(struct arena *arena, const struct sim_output *output) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "key", output->key);
    put(arena, object, "value", output->value);
    put(arena, object, "description", output->description);
    put(arena, object, "export", output->export_name);
    return object;
}

static void write_settings(struct arena *arena, struct document *object,
                           const struct sim_settings *settings) {
    put(arena, object, "role", settings->role);
    put_texts(arena, object, "notifications", settings->notifications,
              settings->notification_count);
    put_texts(arena, object, "alarms", settings->alarms, settings->alarm_count);
    put_number(arena, object, "alarm_minutes", settings->alarm_minutes);
}

static struct document *write_change_set(struct arena *arena, const struct sim_change_set *set) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "id", set->id);
    put(arena, object, "name", set->name);
    put(arena, object, "type", set->type);
    put(arena, object, "token", set->token);
    put(arena, object, "mode", set->mode);
    put(arena, object, "description", set->description);
    write_settings(arena, object, &set->settings);
    put(arena, object, "execution", text_of(set->execution_status));
    put(arena, object, "parent", set->parent_id);
    put(arena, object, "root", set->root_id);
    put_number(arena, object, "nested", set->with_nested);
    put_number(arena, object, "imports_existing", set->imports_existing);
    struct document *imports = document_new(arena, DOCUMENT_OBJECT);
    for (uint32_t i = 0; text_is(set->type, "IMPORT") && i < set->import_count; i++) {
        document_add(imports, set->imports[i].logical_id,
                     document_text(arena, set->imports[i].physical_id));
    }
    document_add(object, TEXT("import"), imports);
    if (set->blueprint) put(arena, object, "original", set->blueprint->original);
    if (set->blueprint) put(arena, object, "template", set->blueprint->body);
    else put(arena, object, "reason", set->status_reason);
    put_document(arena, object, "parameters", set->parameters);
    put_tags(arena, object, "tags", set->tags, set->tag_count);
    put_texts(arena, object, "capabilities", set->capabilities, set->capability_count);
    put_number(arena, object, "created", set->created);
    return object;
}

static void write_lists(struct arena *arena, const struct sim_stack *stack,
                        struct document *object) {
    struct document *resources = document_new(arena, DOCUMENT_LIST);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        document_add(resources, (struct text){0},
                     write_resource(arena, stack, stack->resources[i]));
    }
    struct document *outputs = document_new(arena, DOCUMENT_LIST);
    for (uint32_t i = 0; i < stack->output_count; i++) {
        document_add(outputs, (struct text){0}, write_output(arena, &stack->outputs[i]));
    }
    struct document *sets = document_new(arena, DOCUMENT_LIST);
    for (uint32_t i = 0; i < stack->change_set_count; i++) {
        const struct sim_change_set *set = stack->change_sets[i];
        if (set->is_deleted || strcmp(set->execution_status, "EXECUTE_COMPLETE") == 0) continue;
        document_add(sets, (struct text){0}, write_change_set(arena, set));
    }
    document_add(object, TEXT("resources"), resources);
    document_add(object, TEXT("outputs"), outputs);
    document_add(object, TEXT("sets"), sets);
}

struct document *sim_store_write_stack(struct arena *arena, const struct sim_stack *stack) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "name", stack->name);
    put(arena, object, "region", stack->region);
    put(arena, object, "description", stack->description);
    put(arena, object, "parent", stack->parent_id);
    put(arena, object, "root", stack->root_id);
    put(arena, object, "nested_as", stack->nested_as);
    put(arena, object, "status", text_of(sim_status_name(stack->status)));
    put(arena, object, "origin", text_of(sim_status_name(stack->origin)));
    put(arena, object, "reason", stack->reason);
    put(arena, object, "token", stack->token);
    put(arena, object, "set", stack->change_set_id);
    put(arena, object, "operation",
        stack->operation ? text_of(stack->operation) : (struct text){0});
    put(arena, object, "operation_id", stack->operation_id);
    write_settings(arena, object, &stack->settings);
    put(arena, object, "policy", stack->policy);
    put(arena, object, "update_policy", stack->update_policy);
    put(arena, object, "on_failure", stack->on_failure);
    put(arena, object, "cause", stack->cause);
    put(arena, object, "drift", text_of(stack->drift_status ? stack->drift_status : ""));
    put_number(arena, object, "drift_checked", stack->drift_checked);
    put(arena, object, "detection", stack->detection_id);
    put_number(arena, object, "detected", stack->detected);
    put_number(arena, object, "phase", stack->phase);
    put_number(arena, object, "flags", stack->is_failing | stack->is_rolling_back << 1 |
               stack->is_protected << 2 | stack->disable_rollback << 3 | stack->is_led << 4 |
               stack->reverts_drift << 5);
    put_number(arena, object, "until", stack->until);
    put_number(arena, object, "created", stack->created);
    put_number(arena, object, "updated", stack->updated);
    put_number(arena, object, "deleted", stack->deleted);
    put_texts(arena, object, "capabilities", stack->capabilities, stack->capability_count);
    put_texts(arena, object, "imports", stack->imports, stack->import_count);
    if (stack->status != SIM_DELETE_COMPLETE) {
        document_add(object, TEXT("now"), write_inputs(arena, &stack->now));
    }
    if (can_go_back(stack)) {
        document_add(object, TEXT("before"), write_inputs(arena, &stack->before));
    }
    write_lists(arena, stack, object);
    return object;
}

/* --- from JSON -------------------------------------------------------------------------------- */

static double get_number(struct arena *arena, const struct document *object, const char *key) {
    struct text value = document_get_text(object, key);
    return value.length ? strtod(text_copy(arena, value).bytes, NULL) : 0;
}

/* A number that is one of `count` names; false for any other. */
static bool get_name(struct arena *arena, const struct document *object, const char *key,
                     unsigned count, uint8_t *name) {
    double number = get_number(arena, object, key);
    if (!(number >= 0 && number < count)) return false;
    *name = (uint8_t)number;
    return true;
}

/* A whole number that is not below 0; what is none is 0, and what is too large the largest. */
static uint32_t get_count(struct arena *arena, const struct document *object, const char *key) {
    double number = get_number(arena, object, key);
    if (number >= UINT32_MAX) return UINT32_MAX;
    return number > 0 ? (uint32_t)number : 0;
}

static struct cloud_tag *get_tags(struct arena *arena, const struct document *object,
                                  uint32_t *count) {
    const struct document *list = document_get(object, "tags");
    struct cloud_tag *tags = arena_array(arena, list ? list->count + 1 : 1, sizeof *tags);
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        tags[(*count)++] = (struct cloud_tag){c->key, c->text};
    }
    return tags;
}

static const struct text *get_texts(struct arena *arena, const struct document *object,
                                    const char *key, uint32_t *count) {
    const struct document *list = document_get(object, key);
    struct text *texts = arena_array(arena, list ? list->count + 1 : 1, sizeof *texts);
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        texts[(*count)++] = c->text;
    }
    return texts;
}

static struct sim_state read_state(struct arena *arena, const struct document *object) {
    return (struct sim_state){
        .physical_id = document_get_text(object, "id"),
        .properties = document_get(object, "properties"),
        .tags = document_get_text(object, "tags"),
        .version = get_count(arena, object, "version"),
    };
}

static void read_inputs(struct arena *arena, const struct document *object,
                        struct sim_plan_inputs *inputs) {
    struct cloud_error error = {0};
    struct text body = document_get_text(object, "template");
    inputs->blueprint = body.length ? sim_blueprint_read(arena, body, &error) : NULL;
    if (inputs->blueprint) inputs->blueprint->original = document_get_text(object, "original");
    inputs->parameters = document_get(object, "parameters");
    inputs->conditions = document_get(object, "conditions");
    inputs->tags = get_tags(arena, object, &inputs->tag_count);
}

static bool read_resource(struct simulator *simulator, struct sim_stack *stack,
                          const struct document *object) {
    struct arena *arena = &simulator->arena;
    struct sim_resource *resource = ARENA_NEW(arena, struct sim_resource);
    *resource = (struct sim_resource){
        .logical_id = document_get_text(object, "logical"),
        .type = document_get_text(object, "type"),
        .schema = schema_type_find(document_get_text(object, "type")),
        .status = (uint8_t)sim_status_find(document_get_text(object, "status")),
        .reason = document_get_text(object, "reason"),
        .import_id = document_get_text(object, "import"),
        .deletion_policy = document_get_text(object, "deletion"),
        .update_replace_policy = document_get_text(object, "replace"),
        .generation = get_count(arena, object, "generation"),
        .until = get_number(arena, object, "until"),
        .updated = get_number(arena, object, "updated"),
        .now = read_state(arena, document_get(object, "now")),
        .before = read_state(arena, document_get(object, "before")),
        .next = read_state(arena, document_get(object, "next")),
    };
    if (!get_name(arena, object, "work", WORK_RUNNING + 1, &resource->work)) return false;
    set_flags(resource, get_count(arena, object, "flags"));
    resource->actual = document_get(object, "actual");
    bool is_old = get_number(arena, object, "old") != 0;
    resource->blueprint = is_old && stack->before.blueprint ? stack->before.blueprint
                                                            : stack->now.blueprint;
    if (resource->blueprint) {
        resource->item = sim_blueprint_find(resource->blueprint, resource->logical_id);
    }
    sim_stack_add_resource(simulator, stack, resource);
    return true;
}

static void read_settings(struct arena *arena, const struct document *object,
                          struct sim_settings *settings) {
    settings->role = document_get_text(object, "role");
    settings->notifications =
        get_texts(arena, object, "notifications", &settings->notification_count);
    settings->alarms = get_texts(arena, object, "alarms", &settings->alarm_count);
    settings->alarm_minutes = get_count(arena, object, "alarm_minutes");
}

static const char *read_drift(struct text word) {
    return text_is(word, "DRIFTED") ? "DRIFTED" : text_is(word, "IN_SYNC") ? "IN_SYNC" : NULL;
}

/* The word of a stack's last operation, as a constant. */
static const char *read_operation(struct text word) {
    static const char *const words[] = {"CREATE_STACK", "UPDATE_STACK", "DELETE_STACK",
                                        "ROLLBACK"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (text_is(word, words[i])) return words[i];
    }
    return NULL;
}

static void read_change_set(struct simulator *simulator, struct sim_stack *stack,
                            const struct document *object) {
    struct arena *arena = &simulator->arena;
    struct cloud_error error = {0};
    struct sim_change_set *set = ARENA_NEW(arena, struct sim_change_set);
    set->id = document_get_text(object, "id");
    set->name = document_get_text(object, "name");
    set->type = document_get_text(object, "type");
    set->token = document_get_text(object, "token");
    set->mode = document_get_text(object, "mode");
    struct text body = document_get_text(object, "template");
    set->parent_id = document_get_text(object, "parent");
    set->root_id = document_get_text(object, "root");
    set->with_nested = get_number(arena, object, "nested") != 0;
    set->imports_existing = get_number(arena, object, "imports_existing") != 0;
    const struct document *imports = document_get(object, "import");
    for (const struct document *i = imports ? imports->children : NULL; i; i = i->next) {
        sim_add_import(simulator, set, i->key, i->text);
    }
    set->status_reason = document_get_text(object, "reason");
    set->blueprint = body.length ? sim_blueprint_read(arena, body, &error) : NULL;
    if (set->blueprint) set->blueprint->original = document_get_text(object, "original");
    set->parameters = document_get(object, "parameters");
    set->tags = get_tags(arena, object, &set->tag_count);
    set->capabilities = get_texts(arena, object, "capabilities", &set->capability_count);
    set->created = get_number(arena, object, "created");
    set->description = document_get_text(object, "description");
    read_settings(arena, object, &set->settings);
    set->status = "FAILED";
    set->execution_status = text_is(document_get_text(object, "execution"), "OBSOLETE") ? "OBSOLETE"
                                                                          : "UNAVAILABLE";
    stack->change_sets = sim_grow(simulator, stack->change_sets, stack->change_set_count,
                                  &stack->change_set_capacity, sizeof *stack->change_sets);
    stack->change_sets[stack->change_set_count++] = set;
}

static bool read_lists(struct simulator *simulator, struct sim_stack *stack,
                       const struct document *object) {
    const struct document *list = document_get(object, "resources");
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        if (!read_resource(simulator, stack, c)) return false;
    }
    list = document_get(object, "outputs");
    stack->outputs = arena_array(&simulator->arena, list ? list->count + 1 : 1,
                                 sizeof *stack->outputs);
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        stack->outputs[stack->output_count++] = (struct sim_output){
            document_get_text(c, "key"), document_get_text(c, "value"),
            document_get_text(c, "description"), document_get_text(c, "export")};
    }
    list = document_get(object, "sets");
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        read_change_set(simulator, stack, c);
    }
    return true;
}

bool sim_store_read_stack(struct simulator *simulator, struct text id,
                          const struct document *object) {
    struct arena *arena = &simulator->arena;
    struct sim_stack *stack = sim_stack_new(simulator, document_get_text(object, "region"),
                                            document_get_text(object, "name"));
    unsigned flags = get_count(arena, object, "flags");
    stack->id = id;
    stack->description = document_get_text(object, "description");
    stack->parent_id = document_get_text(object, "parent");
    stack->root_id = document_get_text(object, "root");
    stack->nested_as = document_get_text(object, "nested_as");
    stack->status = (uint8_t)sim_status_find(document_get_text(object, "status"));
    stack->origin = (uint8_t)sim_status_find(document_get_text(object, "origin"));
    stack->reason = document_get_text(object, "reason");
    stack->token = document_get_text(object, "token");
    stack->change_set_id = document_get_text(object, "set");
    stack->operation = read_operation(document_get_text(object, "operation"));
    stack->operation_id = document_get_text(object, "operation_id");
    read_settings(arena, object, &stack->settings);
    stack->policy = document_get_text(object, "policy");
    stack->update_policy = document_get_text(object, "update_policy");
    stack->on_failure = document_get_text(object, "on_failure");
    stack->cause = document_get_text(object, "cause");
    stack->drift_status = read_drift(document_get_text(object, "drift"));
    stack->drift_checked = get_number(arena, object, "drift_checked");
    stack->detection_id = document_get_text(object, "detection");
    stack->detected = get_number(arena, object, "detected");
    if (!get_name(arena, object, "phase", PHASE_AWAIT + 1, &stack->phase)) return false;
    stack->is_failing = flags & 1;
    stack->is_rolling_back = flags >> 1 & 1;
    stack->is_protected = flags >> 2 & 1;
    stack->disable_rollback = flags >> 3 & 1;
    stack->is_led = flags >> 4 & 1;
    stack->reverts_drift = flags >> 5 & 1;
    stack->until = get_number(arena, object, "until");
    stack->created = get_number(arena, object, "created");
    stack->updated = get_number(arena, object, "updated");
    stack->deleted = get_number(arena, object, "deleted");
    stack->capabilities = get_texts(arena, object, "capabilities", &stack->capability_count);
    stack->imports = get_texts(arena, object, "imports", &stack->import_count);
    read_inputs(arena, document_get(object, "now"), &stack->now);
    read_inputs(arena, document_get(object, "before"), &stack->before);
    stack->tag_text = sim_tags_text(arena, stack->now.tags, stack->now.tag_count);
    if (!read_lists(simulator, stack, object) || !sim_store_is_sound(stack)) return false;
    sim_stack_index(simulator, stack);
    sim_count_waits(stack);
    return true;
}
