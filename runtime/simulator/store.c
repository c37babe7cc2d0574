/* The simulated world in a database: a row a stack, as JSON, with its events beside it; read whole
 * when it is opened, written stack by stack when something was asked for or has settled. What runs is
 * kept by what its resources still have to do, so that it goes on after the process was killed.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "runtime/simulator/world.h"

enum { STORE_VERSION = 1 };

struct sim_store {
    sqlite3 *database;
};

/* --- the database ----------------------------------------------------------------------------- */

static bool failed(struct sim_store *store, struct failure *why) {
    failure_set(why, "could not use the sandbox: %s", sqlite3_errmsg(store->database));
    return failure_hint(why, "Remove the folder .mrp to begin with an empty sandbox.");
}

static bool run(struct sim_store *store, const char *sql, struct failure *why) {
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    return failed(store, why);
}

static void bind(sqlite3_stmt *statement, int index, struct text text) {
    sqlite3_bind_text(statement, index, text.length ? text.bytes : "", (int)text.length,
                      SQLITE_STATIC);
}

static struct text column(struct arena *arena, sqlite3_stmt *statement, int index) {
    const char *bytes = (const char *)sqlite3_column_text(statement, index);
    int length = sqlite3_column_bytes(statement, index);
    if (!bytes || length <= 0) return (struct text){0};
    return (struct text){arena_copy(arena, bytes, (size_t)length), (size_t)length};
}

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
           (unsigned)resource->is_failed << 6;
}

static void set_flags(struct sim_resource *resource, unsigned flags) {
    resource->is_new = flags & 1;
    resource->is_changed = flags >> 1 & 1;
    resource->is_removed = flags >> 2 & 1;
    resource->is_leftover = flags >> 3 & 1;
    resource->is_orphan = flags >> 4 & 1;
    resource->is_replacement = flags >> 5 & 1;
    resource->is_failed = flags >> 6 & 1;
}

static struct document *write_resource(struct arena *arena, const struct sim_stack *stack,
                                       const struct sim_resource *resource) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "logical", resource->logical_id);
    put(arena, object, "type", resource->type);
    put(arena, object, "status", text_of(sim_status_name(resource->status)));
    put(arena, object, "reason", resource->reason);
    put(arena, object, "deletion", resource->deletion_policy);
    put(arena, object, "replace", resource->update_replace_policy);
    put_number(arena, object, "work", resource->work);
    put_number(arena, object, "flags", flags_of(resource));
    put_number(arena, object, "generation", resource->generation);
    put_number(arena, object, "until", resource->until);
    put_number(arena, object, "updated", resource->updated);
    put_number(arena, object, "old", resource->blueprint != stack->now.blueprint);
    document_add(object, TEXT("now"), write_state(arena, &resource->now));
    if (stack->phase == PHASE_IDLE) return object;
    document_add(object, TEXT("before"), write_state(arena, &resource->before));
    document_add(object, TEXT("next"), write_state(arena, &resource->next));
    return object;
}

static struct document *write_inputs(struct arena *arena, const struct sim_plan_inputs *inputs) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    if (inputs->blueprint) put(arena, object, "template", inputs->blueprint->body);
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

static struct document *write_change_set(struct arena *arena, const struct sim_change_set *set) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "id", set->id);
    put(arena, object, "name", set->name);
    put(arena, object, "type", set->type);
    put(arena, object, "token", set->token);
    put(arena, object, "execution", text_of(set->execution_status));
    put(arena, object, "template", set->blueprint->body);
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

static struct document *write_stack(struct arena *arena, const struct sim_stack *stack) {
    struct document *object = document_new(arena, DOCUMENT_OBJECT);
    put(arena, object, "name", stack->name);
    put(arena, object, "region", stack->region);
    put(arena, object, "description", stack->description);
    put(arena, object, "status", text_of(sim_status_name(stack->status)));
    put(arena, object, "origin", text_of(sim_status_name(stack->origin)));
    put(arena, object, "reason", stack->reason);
    put(arena, object, "token", stack->token);
    put(arena, object, "set", stack->change_set_id);
    put_number(arena, object, "phase", stack->phase);
    put_number(arena, object, "flags", stack->is_failing | stack->is_rolling_back << 1 |
               stack->is_protected << 2 | stack->disable_rollback << 3);
    put_number(arena, object, "created", stack->created);
    put_number(arena, object, "updated", stack->updated);
    put_number(arena, object, "deleted", stack->deleted);
    put_texts(arena, object, "capabilities", stack->capabilities, stack->capability_count);
    put_texts(arena, object, "imports", stack->imports, stack->import_count);
    if (stack->status != SIM_DELETE_COMPLETE) {
        document_add(object, TEXT("now"), write_inputs(arena, &stack->now));
    }
    if (stack->phase != PHASE_IDLE) {
        document_add(object, TEXT("before"), write_inputs(arena, &stack->before));
    }
    write_lists(arena, stack, object);
    return object;
}

/* --- from JSON -------------------------------------------------------------------------------- */

static struct text get(const struct document *object, const char *key) {
    const struct document *value = document_get(object, key);
    return value && value->kind == DOCUMENT_TEXT ? value->text : (struct text){0};
}

static double get_number(struct arena *arena, const struct document *object, const char *key) {
    struct text value = get(object, key);
    return value.length ? strtod(text_copy(arena, value).bytes, NULL) : 0;
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
        .physical_id = get(object, "id"),
        .properties = document_get(object, "properties"),
        .tags = get(object, "tags"),
        .version = (uint32_t)get_number(arena, object, "version"),
    };
}

static void read_inputs(struct arena *arena, const struct document *object,
                        struct sim_plan_inputs *inputs) {
    struct cloud_error error = {0};
    struct text body = get(object, "template");
    inputs->blueprint = body.length ? sim_blueprint_read(arena, body, &error) : NULL;
    inputs->parameters = document_get(object, "parameters");
    inputs->conditions = document_get(object, "conditions");
    inputs->tags = get_tags(arena, object, &inputs->tag_count);
}

static void read_resource(struct simulator *simulator, struct sim_stack *stack,
                          const struct document *object) {
    struct arena *arena = &simulator->arena;
    struct sim_resource *resource = ARENA_NEW(arena, struct sim_resource);
    *resource = (struct sim_resource){
        .logical_id = get(object, "logical"), .type = get(object, "type"),
        .schema = schema_type_find(get(object, "type")),
        .status = (uint8_t)sim_status_find(get(object, "status")),
        .reason = get(object, "reason"),
        .deletion_policy = get(object, "deletion"),
        .update_replace_policy = get(object, "replace"),
        .work = (uint8_t)get_number(arena, object, "work"),
        .generation = (uint32_t)get_number(arena, object, "generation"),
        .until = get_number(arena, object, "until"),
        .updated = get_number(arena, object, "updated"),
        .now = read_state(arena, document_get(object, "now")),
        .before = read_state(arena, document_get(object, "before")),
        .next = read_state(arena, document_get(object, "next")),
    };
    set_flags(resource, (unsigned)get_number(arena, object, "flags"));
    bool is_old = get_number(arena, object, "old") != 0;
    resource->blueprint = is_old && stack->before.blueprint ? stack->before.blueprint
                                                            : stack->now.blueprint;
    if (resource->blueprint) {
        resource->item = sim_blueprint_find(resource->blueprint, resource->logical_id);
    }
    sim_stack_add_resource(simulator, stack, resource);
}

static void read_change_set(struct simulator *simulator, struct sim_stack *stack,
                            const struct document *object) {
    struct arena *arena = &simulator->arena;
    struct cloud_error error = {0};
    struct sim_change_set *set = ARENA_NEW(arena, struct sim_change_set);
    set->id = get(object, "id");
    set->name = get(object, "name");
    set->type = get(object, "type");
    set->token = get(object, "token");
    set->blueprint = sim_blueprint_read(arena, get(object, "template"), &error);
    set->parameters = document_get(object, "parameters");
    set->tags = get_tags(arena, object, &set->tag_count);
    set->capabilities = get_texts(arena, object, "capabilities", &set->capability_count);
    set->created = get_number(arena, object, "created");
    if (!set->blueprint) return;
    sim_change_set_plan(simulator, stack, set);
    stack->change_sets = sim_grow(simulator, stack->change_sets, stack->change_set_count,
                                  &stack->change_set_capacity, sizeof *stack->change_sets);
    stack->change_sets[stack->change_set_count++] = set;
}

static void read_lists(struct simulator *simulator, struct sim_stack *stack,
                       const struct document *object) {
    const struct document *list = document_get(object, "resources");
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        read_resource(simulator, stack, c);
    }
    list = document_get(object, "outputs");
    stack->outputs = arena_array(&simulator->arena, list ? list->count + 1 : 1,
                                 sizeof *stack->outputs);
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        stack->outputs[stack->output_count++] = (struct sim_output){
            get(c, "key"), get(c, "value"), get(c, "description"), get(c, "export")};
    }
    list = document_get(object, "sets");
    for (const struct document *c = list ? list->children : NULL; c; c = c->next) {
        read_change_set(simulator, stack, c);
    }
}

static void read_stack(struct simulator *simulator, struct text id,
                       const struct document *object) {
    struct arena *arena = &simulator->arena;
    struct sim_stack *stack = sim_stack_new(simulator, get(object, "region"), get(object, "name"));
    unsigned flags = (unsigned)get_number(arena, object, "flags");
    stack->id = id;
    stack->description = get(object, "description");
    stack->status = (uint8_t)sim_status_find(get(object, "status"));
    stack->origin = (uint8_t)sim_status_find(get(object, "origin"));
    stack->reason = get(object, "reason");
    stack->token = get(object, "token");
    stack->change_set_id = get(object, "set");
    stack->phase = (uint8_t)get_number(arena, object, "phase");
    stack->is_failing = flags & 1;
    stack->is_rolling_back = flags >> 1 & 1;
    stack->is_protected = flags >> 2 & 1;
    stack->disable_rollback = flags >> 3 & 1;
    stack->created = get_number(arena, object, "created");
    stack->updated = get_number(arena, object, "updated");
    stack->deleted = get_number(arena, object, "deleted");
    stack->capabilities = get_texts(arena, object, "capabilities", &stack->capability_count);
    stack->imports = get_texts(arena, object, "imports", &stack->import_count);
    read_inputs(arena, document_get(object, "now"), &stack->now);
    read_inputs(arena, document_get(object, "before"), &stack->before);
    stack->tag_text = sim_tags_text(arena, stack->now.tags, stack->now.tag_count);
    read_lists(simulator, stack, object);
    sim_stack_index(simulator, stack);
    sim_count_waits(stack);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_meta(struct simulator *simulator, sqlite3_stmt *statement) {
    struct text key = column(&simulator->arena, statement, 0);
    struct text value = column(&simulator->arena, statement, 1);
    if (text_is(key, "clock")) simulator->clock = strtod(value.bytes, NULL);
    if (text_is(key, "counter")) simulator->counter = strtoull(value.bytes, NULL, 10);
    if (text_is(key, "salt")) simulator->salt = value;
    return true;
}

static bool read_stack_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct document *object;
    struct failure why = {0};
    struct text id = column(&simulator->arena, statement, 0);
    if (!document_read(&simulator->arena, column(&simulator->arena, statement, 1), &object,
                       &why)) return false;
    read_stack(simulator, id, object);
    return true;
}

static bool read_event_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct arena *arena = &simulator->arena;
    struct text id = column(arena, statement, 0);
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        struct sim_stack *stack = simulator->stacks[i];
        if (!text_equal(stack->id, id)) continue;
        stack->events = sim_grow(simulator, stack->events, stack->event_count,
                                 &stack->event_capacity, sizeof *stack->events);
        stack->events[stack->event_count++] = (struct cloud_event){
            .id = column(arena, statement, 1), .stack_id = stack->id, .stack_name = stack->name,
            .logical_id = column(arena, statement, 2), .physical_id = column(arena, statement, 3),
            .type = column(arena, statement, 4), .status = column(arena, statement, 5),
            .reason = column(arena, statement, 6), .token = column(arena, statement, 7),
            .time = sqlite3_column_double(statement, 8)};
        stack->event_saved = stack->event_count;
        return true;
    }
    return true;
}

static bool read_object_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct arena *arena = &simulator->arena;
    if (!simulator->objects) simulator->objects = document_new(arena, DOCUMENT_OBJECT);
    struct document *object = document_text(arena, column(arena, statement, 1));
    object->boolean = true;
    document_add(simulator->objects, column(arena, statement, 0), object);
    return true;
}

static bool read_failure_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct arena *arena = &simulator->arena;
    simulator_fail(simulator, column(arena, statement, 0), column(arena, statement, 1),
                   column(arena, statement, 2), column(arena, statement, 3),
                   column(arena, statement, 4));
    return true;
}

static bool read_rows(struct simulator *simulator, const char *sql,
                      bool (*read)(struct simulator *, sqlite3_stmt *), struct failure *why) {
    sqlite3_stmt *statement;
    struct sim_store *store = simulator->store;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return failed(store, why);
    }
    int code;
    bool good = true;
    while (good && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        good = read(simulator, statement);
        if (!good) {
            failure_set(why, "the sandbox's database could not be understood");
            failure_hint(why, "Remove the folder .mrp to begin with an empty sandbox.");
        }
    }
    if (good && code != SQLITE_DONE) good = failed(store, why);
    sqlite3_finalize(statement);
    return good;
}

static bool read_world(struct simulator *simulator, struct failure *why) {
    bool good = read_rows(simulator, "SELECT id, data FROM stack ORDER BY position",
                          read_stack_row, why) &&
                read_rows(simulator, "SELECT stack, id, logical, physical, type, status, reason, "
                                     "token, time FROM event ORDER BY stack, number",
                          read_event_row, why) &&
                read_rows(simulator, "SELECT key, body FROM object ORDER BY rowid",
                          read_object_row, why) &&
                read_rows(simulator, "SELECT region, stack, logical, operation, reason FROM failure"
                                     " ORDER BY rowid", read_failure_row, why) &&
                read_rows(simulator, "SELECT key, value FROM meta", read_meta, why);
    for (uint32_t i = 0; i < simulator->stack_count; i++) simulator->stacks[i]->is_dirty = false;
    simulator->failures_changed = false;
    return good;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool step(struct sim_store *store, sqlite3_stmt *statement, struct failure *why) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || failed(store, why);
}

static bool save_stack(struct simulator *simulator, uint32_t position, sqlite3_stmt *statement,
                       struct failure *why) {
    struct arena scratch;
    struct buffer out;
    arena_init(&scratch);
    buffer_init(&out);
    struct sim_stack *stack = simulator->stacks[position];
    document_write(write_stack(&scratch, stack), &out, 0);
    bind(statement, 1, stack->id);
    sqlite3_bind_int(statement, 2, (int)position);
    bind(statement, 3, buffer_view(&out));
    bool good = step(simulator->store, statement, why);
    buffer_release(&out);
    arena_release(&scratch);
    return good;
}

static bool save_events(struct simulator *simulator, struct sim_stack *stack,
                        sqlite3_stmt *statement, struct failure *why) {
    for (; stack->event_saved < stack->event_count; stack->event_saved++) {
        const struct cloud_event *event = &stack->events[stack->event_saved];
        bind(statement, 1, stack->id);
        sqlite3_bind_int(statement, 2, (int)stack->event_saved);
        bind(statement, 3, event->id);
        bind(statement, 4, event->logical_id);
        bind(statement, 5, event->physical_id);
        bind(statement, 6, event->type);
        bind(statement, 7, event->status);
        bind(statement, 8, event->reason);
        bind(statement, 9, event->token);
        sqlite3_bind_double(statement, 10, event->time);
        if (!step(simulator->store, statement, why)) return false;
    }
    return true;
}

static bool save_stacks(struct simulator *simulator, struct failure *why) {
    sqlite3 *database = simulator->store->database;
    sqlite3_stmt *stack_row = NULL, *event_row = NULL;
    bool good =
        sqlite3_prepare_v2(database, "INSERT OR REPLACE INTO stack VALUES (?, ?, ?)", -1,
                           &stack_row, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database, "INSERT OR REPLACE INTO event VALUES (?,?,?,?,?,?,?,?,?,?)",
                           -1, &event_row, NULL) == SQLITE_OK;
    if (!good) failed(simulator->store, why);
    for (uint32_t i = 0; good && i < simulator->stack_count; i++) {
        if (!simulator->stacks[i]->is_dirty) continue;
        good = save_stack(simulator, i, stack_row, why) &&
               save_events(simulator, simulator->stacks[i], event_row, why);
        simulator->stacks[i]->is_dirty = !good;
    }
    sqlite3_finalize(stack_row);
    sqlite3_finalize(event_row);
    return good;
}

static bool save_pair(struct simulator *simulator, const char *sql, struct text key,
                      struct text value, struct failure *why) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(simulator->store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return failed(simulator->store, why);
    }
    bind(statement, 1, key);
    bind(statement, 2, value);
    bool good = step(simulator->store, statement, why);
    sqlite3_finalize(statement);
    return good;
}

static bool save_meta(struct simulator *simulator, struct failure *why) {
    static const char sql[] = "INSERT OR REPLACE INTO meta VALUES (?, ?)";
    struct arena scratch;
    arena_init(&scratch);
    struct text clock = text_format(&scratch, "%.17g", simulator->clock);
    struct text counter = text_format(&scratch, "%llu", (unsigned long long)simulator->counter);
    bool good = save_pair(simulator, sql, TEXT("clock"), clock, why) &&
                save_pair(simulator, sql, TEXT("counter"), counter, why) &&
                save_pair(simulator, sql, TEXT("salt"), simulator->salt, why) &&
                save_pair(simulator, sql, TEXT("version"), TEXT("1"), why);
    const struct document *c = simulator->objects ? simulator->objects->children : NULL;
    for (; good && c; c = c->next) {
        if (c->boolean) continue; /* written before */
        good = save_pair(simulator, "INSERT OR REPLACE INTO object VALUES (?, ?)", c->key,
                         c->text, why);
        ((struct document *)c)->boolean = good;
    }
    arena_release(&scratch);
    return good;
}

/* The failures that are still to come. */
static bool save_failures(struct simulator *simulator, struct failure *why) {
    sqlite3_stmt *statement = NULL;
    if (!simulator->failures_changed) return true;
    if (!run(simulator->store, "DELETE FROM failure", why)) return false;
    if (sqlite3_prepare_v2(simulator->store->database, "INSERT INTO failure VALUES (?,?,?,?,?)",
                           -1, &statement, NULL) != SQLITE_OK) {
        return failed(simulator->store, why);
    }
    bool good = true;
    for (uint32_t i = 0; good && i < simulator->failure_count; i++) {
        const struct sim_failure *failure = &simulator->failures[i];
        if (failure->is_spent) continue;
        bind(statement, 1, failure->region);
        bind(statement, 2, failure->stack);
        bind(statement, 3, failure->logical_id);
        bind(statement, 4, failure->operation);
        bind(statement, 5, failure->reason);
        good = step(simulator->store, statement, why);
    }
    sqlite3_finalize(statement);
    simulator->failures_changed = !good;
    return good;
}

bool sim_store_clear(struct simulator *simulator, struct failure *why) {
    return run(simulator->store, "BEGIN; DELETE FROM stack; DELETE FROM event; DELETE FROM object;"
                                 "DELETE FROM failure; DELETE FROM meta; COMMIT", why);
}

bool sim_store_save(struct simulator *simulator, struct failure *why) {
    if (!simulator->store) return true;
    if (run(simulator->store, "BEGIN", why) && save_stacks(simulator, why) &&
        save_failures(simulator, why) && save_meta(simulator, why) &&
        run(simulator->store, "COMMIT", why)) return true;
    sqlite3_exec(simulator->store->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

/* --- opening and closing ---------------------------------------------------------------------- */

static void make_salt(struct simulator *simulator) {
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) memset(bytes, 0, sizeof bytes);
    char *hex = arena_alloc(&simulator->arena, 33);
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    simulator->salt = (struct text){hex, 32};
}

static bool check_version(struct simulator *simulator, struct failure *why) {
    static const char sql[] = "SELECT key, value FROM meta WHERE key = 'version'";
    sqlite3_stmt *statement = NULL;
    int version = STORE_VERSION;
    if (sqlite3_prepare_v2(simulator->store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return failed(simulator->store, why);
    }
    if (sqlite3_step(statement) == SQLITE_ROW) version = sqlite3_column_int(statement, 1);
    sqlite3_finalize(statement);
    if (version == STORE_VERSION) return true;
    failure_set(why, "the sandbox was written by another version of mrp");
    return failure_hint(why, "Remove the folder .mrp to begin with an empty sandbox.");
}

bool sim_store_open(struct simulator *simulator, struct sqlite3 *database, struct failure *why) {
    static const char tables[] =
        "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT);"
        "CREATE TABLE IF NOT EXISTS stack (id TEXT PRIMARY KEY, position INTEGER, data TEXT);"
        "CREATE TABLE IF NOT EXISTS event (stack TEXT, number INTEGER, id TEXT, logical TEXT,"
        " physical TEXT, type TEXT, status TEXT, reason TEXT, token TEXT, time REAL,"
        " PRIMARY KEY (stack, number)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS object (key TEXT PRIMARY KEY, body TEXT);"
        "CREATE TABLE IF NOT EXISTS failure (region TEXT, stack TEXT, logical TEXT,"
        " operation TEXT, reason TEXT);";
    simulator->store = ARENA_NEW(&simulator->arena, struct sim_store);
    simulator->store->database = database;
    if (!run(simulator->store, tables, why) || !check_version(simulator, why) ||
        !read_world(simulator, why)) return false;
    if (!simulator->salt.length) make_salt(simulator);
    return true;
}
