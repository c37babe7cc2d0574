/* The stacks of the simulated world: finding them, adding to them, what they tell. */
#include "base/hash.h"
#include "base/partition.h"
#include "runtime/simulator/world.h"

static const char *const status_names[] = {
#define STATUS(name) #name,
#include "runtime/simulator/statuses.def"
#undef STATUS
};

const char *sim_status_name(unsigned status) { return status_names[status]; }

unsigned sim_status_find(struct text name) {
    for (unsigned i = 0; i < SIM_STATUS_COUNT; i++) {
        if (text_is(name, status_names[i])) return i;
    }
    return SIM_NONE;
}

/* --- random characters ------------------------------------------------------------------------ */

static uint64_t mix(uint64_t x) { /* splitmix64 */
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint64_t seed_of(struct text seed) { /* FNV-1a */
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < seed.length; i++) {
        hash = (hash ^ (unsigned char)seed.bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

void sim_random(struct text seed, const char *alphabet, char *out, size_t length) {
    uint64_t state = seed_of(seed);
    size_t letters = strlen(alphabet);
    for (size_t i = 0; i < length; i++) out[i] = alphabet[(state = mix(state)) % letters];
}

struct text sim_uuid(struct arena *arena, struct text seed) {
    char hex[32];
    sim_random(seed, "0123456789abcdef", hex, sizeof hex);
    return text_format(arena, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15,
                       hex + 18);
}

struct text sim_partition(struct text region) { return text_of(partition_of_region(region)->id); }

struct text sim_url_suffix(struct text region) {
    return text_of(partition_of_region(region)->domain);
}

/* --- arrays ----------------------------------------------------------------------------------- */

void *sim_grow(struct simulator *simulator, void *array, uint32_t count, uint32_t *capacity,
               size_t size) {
    if (count < *capacity) return array;
    *capacity = *capacity ? *capacity * 2 : 8;
    void *larger = arena_array(&simulator->arena, *capacity, size);
    if (count) memcpy(larger, array, count * size);
    return larger;
}

bool sim_invalid(struct arena *arena, struct cloud_error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    error->code = TEXT("ValidationError");
    error->message = text_vformat(arena, format, args);
    va_end(args);
    return false;
}

/* --- stacks ----------------------------------------------------------------------------------- */

struct sim_stack *sim_stack_live(struct simulator *simulator, struct text region,
                                 struct text name) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        struct sim_stack *stack = simulator->stacks[i];
        if (stack->status != SIM_DELETE_COMPLETE && text_equal(stack->region, region) &&
            (text_equal(stack->name, name) || text_equal(stack->id, name))) return stack;
    }
    return NULL;
}

struct sim_stack *sim_stack_find(struct simulator *simulator, struct text region,
                                 struct text stack) {
    struct sim_stack *live = sim_stack_live(simulator, region, stack);
    for (uint32_t i = simulator->stack_count; !live && i > 0; i--) {
        if (text_equal(simulator->stacks[i - 1]->id, stack)) live = simulator->stacks[i - 1];
    }
    return live;
}

struct text sim_account(const struct sim_stack *stack) {
    struct text rest = stack->id;
    for (int colons = 0; colons < 4; colons++) { /* arn:PARTITION:cloudformation:REGION:ACCOUNT: */
        const char *colon = memchr(rest.bytes, ':', rest.length);
        if (!colon) return TEXT(SIM_ACCOUNT);
        rest.length -= (size_t)(colon + 1 - rest.bytes);
        rest.bytes = colon + 1;
    }
    const char *colon = memchr(rest.bytes, ':', rest.length);
    return colon ? (struct text){rest.bytes, (size_t)(colon - rest.bytes)} : TEXT(SIM_ACCOUNT);
}

struct sim_stack *sim_stack_new(struct simulator *simulator, struct text region,
                                struct text name) {
    struct arena *arena = &simulator->arena;
    struct sim_stack *stack = ARENA_NEW(arena, struct sim_stack);
    struct text seed = text_format(arena, "stack/%.*s/%.*s/%llu", TEXT_ARGS(region),
                                   TEXT_ARGS(name), (unsigned long long)++simulator->counter);
    stack->name = text_copy(arena, name);
    stack->region = text_copy(arena, region);
    stack->id = text_format(arena, "arn:%.*s:cloudformation:%.*s:%.*s:stack/%.*s/%.*s",
                            TEXT_ARGS(sim_partition(region)), TEXT_ARGS(region),
                            TEXT_ARGS(simulator->account), TEXT_ARGS(name),
                            TEXT_ARGS(sim_uuid(arena, seed)));
    stack->created = simulator->clock;
    simulator->stacks = sim_grow(simulator, simulator->stacks, simulator->stack_count,
                                 &simulator->stack_capacity, sizeof *simulator->stacks);
    simulator->stacks[simulator->stack_count++] = stack;
    return stack;
}

void sim_stack_add_resource(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource) {
    stack->resources = sim_grow(simulator, stack->resources, stack->resource_count,
                                &stack->resource_capacity, sizeof *stack->resources);
    stack->resources[stack->resource_count++] = resource;
}

struct sim_resource *sim_stack_resource(const struct sim_stack *stack, struct text logical_id) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (!resource->is_leftover && !resource->is_orphan &&
            text_equal(resource->logical_id, logical_id)) {
            return resource;
        }
    }
    return NULL;
}

struct sim_change_set *sim_change_set_find(struct simulator *simulator, struct sim_stack *stack,
                                           struct text name) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *owner = simulator->stacks[s];
        if (stack && owner != stack) continue;
        for (uint32_t i = owner->change_set_count; i > 0; i--) { /* newest first */
            struct sim_change_set *set = owner->change_sets[i - 1];
            if (set->is_deleted) continue;
            if (text_equal(set->id, name) || (stack && text_equal(set->name, name))) return set;
        }
    }
    return NULL;
}

void sim_stack_index(struct simulator *simulator, struct sim_stack *stack) {
    const struct sim_blueprint *blueprint = stack->now.blueprint;
    stack->by_item = NULL;
    if (!blueprint) return;
    stack->by_item = arena_array(&simulator->arena, blueprint->count, sizeof *stack->by_item);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan || resource->is_removed) continue;
        const struct sim_item *item = sim_blueprint_find(blueprint, resource->logical_id);
        if (item) stack->by_item[item - blueprint->items] = resource;
    }
}

/* --- secrets ---------------------------------------------------------------------------------- */

struct text sim_secret(struct simulator *simulator, struct arena *arena, struct text value) {
    struct text salted = text_format(arena, "%.*s%.*s", TEXT_ARGS(simulator->salt),
                                     TEXT_ARGS(value));
    return text_format(arena, SIM_SECRET "%.32s", hash_hex(arena, HASH_SHA256, salted).bytes);
}

struct text sim_masked(struct arena *arena, struct text value) {
    static const size_t begin = sizeof SIM_SECRET - 1;
    if (!value.length || !memmem(value.bytes, value.length, SIM_SECRET, begin)) return value;
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < value.length;) {
        struct text rest = {value.bytes + i, value.length - i};
        if (!text_starts(rest, TEXT(SIM_SECRET))) {
            buffer_char(&out, value.bytes[i++]);
            continue;
        }
        buffer_string(&out, "****");
        for (i += begin; i < value.length && strchr("0123456789abcdef", value.bytes[i]); i++) {}
    }
    struct text masked = buffer_take(&out, arena);
    buffer_release(&out);
    return masked;
}

/* --- events ----------------------------------------------------------------------------------- */

void sim_operation(struct simulator *simulator, struct sim_stack *stack, const char *operation) {
    struct arena *arena = &simulator->arena;
    struct text seed = text_format(arena, "operation/%.*s/%u", TEXT_ARGS(stack->id),
                                   stack->event_count);
    stack->operation = operation;
    stack->operation_id = sim_uuid(arena, seed);
}

/* What an update cleans up has ids of another form. */
static struct text event_id(struct simulator *simulator, const struct sim_stack *stack,
                            const struct sim_resource *resource, unsigned status) {
    struct arena *arena = &simulator->arena;
    struct text seed = text_format(arena, "event/%llu", (unsigned long long)++simulator->counter);
    struct text uuid = sim_uuid(arena, seed);
    if (!resource) return uuid;
    if (stack->phase == PHASE_CLEANUP) {
        return text_format(arena, "%.*s-%.*s", TEXT_ARGS(resource->logical_id), TEXT_ARGS(uuid));
    }
    return text_format(arena, "%.*s-%s-%.8s", TEXT_ARGS(resource->logical_id),
                       sim_status_name(status), uuid.bytes);
}

/* The properties that an event shows: those that are on their way, or those that are. */
static struct text told_properties(struct simulator *simulator, const struct sim_stack *stack,
                                   struct sim_resource *resource) {
    const struct document *properties = resource->now.properties;
    if (stack->phase == PHASE_FORWARD && resource->next.properties) {
        properties = resource->next.properties;
    }
    if (!properties || !properties->count) return (struct text){0};
    if (resource->told == properties) return resource->told_text;
    struct arena *arena = &simulator->arena;
    resource->told = properties;
    resource->told_text = sim_masked(arena, document_json(arena, properties));
    return resource->told_text;
}

void sim_event(struct simulator *simulator, struct sim_stack *stack,
               struct sim_resource *resource, unsigned status, struct text reason) {
    stack->events = sim_grow(simulator, stack->events, stack->event_count, &stack->event_capacity,
                             sizeof *stack->events);
    struct cloud_event *event = &stack->events[stack->event_count++];
    *event = (struct cloud_event){
        .id = event_id(simulator, stack, resource, status),
        .stack_id = stack->id,
        .stack_name = stack->name,
        .logical_id = resource ? resource->logical_id : stack->name,
        .physical_id = resource ? resource->now.physical_id : stack->id,
        .type = resource ? resource->type : TEXT("AWS::CloudFormation::Stack"),
        .status = text_of(sim_status_name(status)),
        .reason = reason,
        .token = stack->token,
        .time = simulator->clock,
    };
    if (resource && stack->phase != PHASE_CLEANUP)
        event->properties = told_properties(simulator, stack, resource);
    stack->is_dirty = true;
}

void sim_complete_hook(struct arena *arena, struct cloud_event *event) {
    if (!event->hook_type.length) return;
    event->hook_status = TEXT("HOOK_COMPLETE_FAILED");
    event->hook_mode = TEXT("FAIL");
    event->hook_id = sim_uuid(arena, text_format(arena, "hook/%.*s", TEXT_ARGS(event->id)));
}

void sim_stack_status(struct simulator *simulator, struct sim_stack *stack, unsigned status,
                      struct text reason) {
    stack->status = (uint8_t)status;
    stack->reason = reason;
    sim_event(simulator, stack, NULL, status, reason);
}

/* --- names that are taken --------------------------------------------------------------------- */

static bool in_scope(enum schema_scope scope, const struct sim_stack *a,
                     const struct sim_stack *b) {
    switch (scope) {
    case SCHEMA_SCOPE_REGION: return text_equal(a->region, b->region);
    case SCHEMA_SCOPE_ACCOUNT:
    case SCHEMA_SCOPE_WORLD: return true;
    case SCHEMA_SCOPE_PARENT: return false;
    }
    return true;
}

static bool given_name(const struct schema_name *name, const struct document *properties,
                       struct text *given) {
    struct text property = schema_property_name(name->property);
    if (!properties || properties->kind != DOCUMENT_OBJECT) return false;
    for (const struct document *c = properties->children; c; c = c->next) {
        if (!text_equal(c->key, property) || c->kind != DOCUMENT_TEXT) continue;
        *given = c->text;
        return !text_is(c->text, SIM_UNKNOWN);
    }
    return false;
}

/* A hash of the given name, worked out once for each version of the properties; 0 for none. */
static uint64_t name_hash(const struct schema_name *name, struct sim_state *state) {
    struct text given;
    if (state->named == state->properties) return state->name_hash;
    state->named = state->properties;
    state->name_hash = given_name(name, state->properties, &given) ? seed_of(given) | 1 : 0;
    return state->name_hash;
}

struct sim_resource *sim_name_taken(struct simulator *simulator, const struct sim_stack *stack,
                                    const struct schema_type *type,
                                    const struct document *properties,
                                    const struct sim_resource *except, struct sim_stack **owner) {
    struct schema_name name;
    struct text wanted, other_name;
    if (!type || !schema_type_physical_name(type, &name) ||
        !given_name(&name, properties, &wanted)) return NULL;
    uint64_t hash = seed_of(wanted) | 1;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *other = simulator->stacks[s];
        if (!in_scope(name.scope, stack, other)) continue;
        for (uint32_t r = 0; r < other->resource_count; r++) {
            struct sim_resource *resource = other->resources[r];
            if (resource->schema != type || resource == except || !resource->now.properties ||
                name_hash(&name, &resource->now) != hash ||
                !given_name(&name, resource->now.properties, &other_name) ||
                !text_equal(other_name, wanted)) continue;
            *owner = other;
            return resource;
        }
    }
    return NULL;
}
