/* A stack of the simulated world as JSON, and back. What is written as it stands in a record has a
 * row in the record's table, by which it is read as well; functions do the rest.
 */
#include <stddef.h>
#include <stdlib.h>

#include "runtime/simulator/store.h"

/* --- tables ----------------------------------------------------------------------------------- */

enum member_kind {
    MEMBER_TEXT,
    MEMBER_NUMBER, /* a double */
    MEMBER_COUNT,  /* a uint32_t */
};

struct member {
    const char *key;
    enum member_kind kind;
    size_t place; /* in the record */
};

/* A record's members, and its truth values, each a bit of "flags" by its number here: a new one
 * comes last. */
struct form {
    const struct member *members;
    size_t member_count;
    const size_t *flags;
    size_t flag_count;
};

#define COUNT_OF(list) (sizeof (list) / sizeof *(list))

#define IN(member) offsetof(struct sim_state, member)
static const struct member state_members[] = {
    {"id", MEMBER_TEXT, IN(physical_id)},
    {"tags", MEMBER_TEXT, IN(tags)},
    {"version", MEMBER_COUNT, IN(version)},
};
#undef IN
static const struct form state_form = {state_members, COUNT_OF(state_members), NULL, 0};

#define IN(member) offsetof(struct sim_resource, member)
static const struct member resource_members[] = {
    {"logical", MEMBER_TEXT, IN(logical_id)},
    {"type", MEMBER_TEXT, IN(type)},
    {"reason", MEMBER_TEXT, IN(reason)},
    {"import", MEMBER_TEXT, IN(import_id)},
    {"deletion", MEMBER_TEXT, IN(deletion_policy)},
    {"replace", MEMBER_TEXT, IN(update_replace_policy)},
    {"generation", MEMBER_COUNT, IN(generation)},
    {"until", MEMBER_NUMBER, IN(until)},
    {"updated", MEMBER_NUMBER, IN(updated)},
};
static const size_t resource_flags[] = {
    IN(is_new), IN(is_changed), IN(is_removed), IN(is_leftover), IN(is_orphan),
    IN(is_replacement), IN(is_failed), IN(is_missing), IN(is_ringing)};
#undef IN
static const struct form resource_form = {resource_members, COUNT_OF(resource_members),
                                          resource_flags, COUNT_OF(resource_flags)};

#define IN(member) offsetof(struct sim_output, member)
static const struct member output_members[] = {
    {"key", MEMBER_TEXT, IN(key)},
    {"value", MEMBER_TEXT, IN(value)},
    {"description", MEMBER_TEXT, IN(description)},
    {"export", MEMBER_TEXT, IN(export_name)},
};
#undef IN
static const struct form output_form = {output_members, COUNT_OF(output_members), NULL, 0};

#define IN(member) offsetof(struct sim_change_set, member)
static const struct member set_members[] = {
    {"id", MEMBER_TEXT, IN(id)},
    {"name", MEMBER_TEXT, IN(name)},
    {"type", MEMBER_TEXT, IN(type)},
    {"token", MEMBER_TEXT, IN(token)},
    {"mode", MEMBER_TEXT, IN(mode)},
    {"description", MEMBER_TEXT, IN(description)},
    {"parent", MEMBER_TEXT, IN(parent_id)},
    {"root", MEMBER_TEXT, IN(root_id)},
    {"created", MEMBER_NUMBER, IN(created)},
};
#undef IN
static const struct form set_form = {set_members, COUNT_OF(set_members), NULL, 0};

#define IN(member) offsetof(struct sim_stack, member)
static const struct member stack_members[] = {
    {"description", MEMBER_TEXT, IN(description)},
    {"parent", MEMBER_TEXT, IN(parent_id)},
    {"root", MEMBER_TEXT, IN(root_id)},
    {"nested_as", MEMBER_TEXT, IN(nested_as)},
    {"reason", MEMBER_TEXT, IN(reason)},
    {"token", MEMBER_TEXT, IN(token)},
    {"set", MEMBER_TEXT, IN(change_set_id)},
    {"operation_id", MEMBER_TEXT, IN(operation_id)},
    {"policy", MEMBER_TEXT, IN(policy)},
    {"update_policy", MEMBER_TEXT, IN(update_policy)},
    {"on_failure", MEMBER_TEXT, IN(on_failure)},
    {"cause", MEMBER_TEXT, IN(cause)},
    {"drift_checked", MEMBER_NUMBER, IN(drift_checked)},
    {"detection", MEMBER_TEXT, IN(detection_id)},
    {"detected", MEMBER_NUMBER, IN(detected)},
    {"until", MEMBER_NUMBER, IN(until)},
    {"created", MEMBER_NUMBER, IN(created)},
    {"updated", MEMBER_NUMBER, IN(updated)},
    {"deleted", MEMBER_NUMBER, IN(deleted)},
};
static const size_t stack_flags[] = {IN(is_failing),       IN(is_rolling_back), IN(is_protected),
                                     IN(disable_rollback), IN(is_led),          IN(reverts_drift)};
#undef IN
static const struct form stack_form = {stack_members, COUNT_OF(stack_members), stack_flags,
                                       COUNT_OF(stack_flags)};

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

static void put_member(struct arena *arena, struct document *object, const struct member *member,
                       const void *place) {
    switch (member->kind) {
    case MEMBER_TEXT: put(arena, object, member->key, *(const struct text *)place); break;
    case MEMBER_NUMBER: put_number(arena, object, member->key, *(const double *)place); break;
    case MEMBER_COUNT: put_number(arena, object, member->key, *(const uint32_t *)place); break;
    }
}

/* A new object with the members of a record that its form has. */
static struct document *write_form(struct arena *arena, const struct form *form,
                                   const void *record) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    const char *begin = record;
    unsigned flags = 0;
    for (size_t i = 0; i < form->member_count; i++) {
        put_member(arena, object, &form->members[i], begin + form->members[i].place);
    }
    for (size_t i = 0; i < form->flag_count; i++) {
        if (*(const bool *)(begin + form->flags[i])) flags |= 1u << i;
    }
    put_number(arena, object, "flags", flags);
    return object;
}

static struct document *write_state(struct arena *arena, const struct sim_state *state) {
    struct document *object = write_form(arena, &state_form, state);
    put_document(arena, object, "properties", state->properties);
    return object;
}

/* Whether an operation runs, or has stopped where it can be gone on with. */
static bool can_go_back(const struct sim_stack *stack) {
    return stack->phase != PHASE_IDLE || stack->status == SIM_UPDATE_FAILED ||
           stack->status == SIM_UPDATE_ROLLBACK_FAILED;
}

static struct document *write_resource(struct arena *arena, const struct sim_stack *stack,
                                       const struct sim_resource *resource) {
    struct document *object = write_form(arena, &resource_form, resource);
    put(arena, object, "status", text_of(sim_status_name(resource->status)));
    put_number(arena, object, "work", resource->work);
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

static void write_settings(struct arena *arena, struct document *object,
                           const struct sim_settings *settings) {
    put(arena, object, "role", settings->role);
    put_texts(arena, object, "notifications", settings->notifications,
              settings->notification_count);
    put_texts(arena, object, "alarms", settings->alarms, settings->alarm_count);
    put_number(arena, object, "alarm_minutes", settings->alarm_minutes);
}

static struct document *write_change_set(struct arena *arena, const struct sim_change_set *set) {
    struct document *object = write_form(arena, &set_form, set);
    write_settings(arena, object, &set->settings);
    put(arena, object, "execution", text_of(set->execution_status));
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
        document_add(outputs, (struct text){0}, write_form(arena, &output_form, &stack->outputs[i]));
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
    struct document *object = write_form(arena, &stack_form, stack);
    put(arena, object, "name", stack->name);
    put(arena, object, "region", stack->region);
    put(arena, object, "status", text_of(sim_status_name(stack->status)));
    put(arena, object, "origin", text_of(sim_status_name(stack->origin)));
    put(arena, object, "operation",
        stack->operation ? text_of(stack->operation) : (struct text){0});
    put(arena, object, "drift", text_of(stack->drift_status ? stack->drift_status : ""));
    put_number(arena, object, "phase", stack->phase);
    write_settings(arena, object, &stack->settings);
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

static void take_member(struct arena *arena, const struct document *object,
                        const struct member *member, void *place) {
    switch (member->kind) {
    case MEMBER_TEXT: *(struct text *)place = document_get_text(object, member->key); break;
    case MEMBER_NUMBER: *(double *)place = get_number(arena, object, member->key); break;
    case MEMBER_COUNT: *(uint32_t *)place = get_count(arena, object, member->key); break;
    }
}

/* Fills the members of a record that its form has. */
static void read_form(struct arena *arena, const struct form *form, const struct document *object,
                      void *record) {
    char *begin = record;
    unsigned flags = get_count(arena, object, "flags");
    for (size_t i = 0; i < form->member_count; i++) {
        take_member(arena, object, &form->members[i], begin + form->members[i].place);
    }
    for (size_t i = 0; i < form->flag_count; i++) {
        *(bool *)(begin + form->flags[i]) = flags >> i & 1;
    }
}

static void read_state(struct arena *arena, const struct document *object,
                       struct sim_state *state) {
    read_form(arena, &state_form, object, state);
    state->properties = document_get(object, "properties");
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
    read_form(arena, &resource_form, object, resource);
    resource->schema = schema_type_find(resource->type);
    resource->status = (uint8_t)sim_status_find(document_get_text(object, "status"));
    read_state(arena, document_get(object, "now"), &resource->now);
    read_state(arena, document_get(object, "before"), &resource->before);
    read_state(arena, document_get(object, "next"), &resource->next);
    if (!get_name(arena, object, "work", WORK_RUNNING + 1, &resource->work)) return false;
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
    struct text body = document_get_text(object, "template");
    read_form(arena, &set_form, object, set);
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
        read_form(&simulator->arena, &output_form, c, &stack->outputs[stack->output_count++]);
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
    read_form(arena, &stack_form, object, stack);
    stack->id = id;
    stack->status = (uint8_t)sim_status_find(document_get_text(object, "status"));
    stack->origin = (uint8_t)sim_status_find(document_get_text(object, "origin"));
    stack->operation = read_operation(document_get_text(object, "operation"));
    stack->drift_status = read_drift(document_get_text(object, "drift"));
    if (!get_name(arena, object, "phase", PHASE_AWAIT + 1, &stack->phase)) return false;
    read_settings(arena, object, &stack->settings);
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
