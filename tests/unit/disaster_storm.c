/* A cloud in which everything goes wrong: calls that are throttled, whose answers get lost or are
 * out of date, another writer, and the death of whoever calls; and what the world behind it looks
 * like.
 */
#include <stdlib.h>

#include "schema/schema.h"
#include "tests/unit/disaster.h"

enum { STALE_SECONDS = 10 };

/* --- the storm -------------------------------------------------------------------------------- */

static void meddle(struct storm *storm);

static double now(void *context) {
    struct storm *storm = context;
    return storm->inner->now(storm->inner->context);
}

double storm_now(struct storm *storm) { return now(storm); }

/* The process dies here: whoever opened the storm goes on. */
static _Noreturn void storm_die(struct storm *storm) { longjmp(storm->death, 1); }

static void refuse(struct storm *storm, struct cloud_call *call, const char *code, bool network) {
    call->error = (struct cloud_error){.code = text_of(code), .message = text_of(code),
                                       .is_network = network};
    call->next = NULL;
    *storm->end = call;
    storm->end = &call->next;
}

static struct remembered *find_remembered(struct storm *storm, const struct cloud_call *call) {
    for (unsigned i = 0; i < storm->remembered_count; i++) {
        struct remembered *one = &storm->remembered[i];
        if (text_equal(one->stack, call->request.stack) && text_equal(one->region, call->region)) {
            return one;
        }
    }
    return NULL;
}

static void remember(struct storm *storm, struct cloud_call *call) {
    struct remembered *one = find_remembered(storm, call);
    if (cloud_failed(call)) return;
    if (!one && storm->remembered_count == REMEMBERED) return;
    if (!one) one = &storm->remembered[storm->remembered_count++];
    struct cloud_stack *seen = ARENA_NEW(storm->home, struct cloud_stack);
    *seen = cloud_copy_stack(storm->home, &call->reply.stacks[0]);
    *one = (struct remembered){text_copy(storm->home, call->region),
                               text_copy(storm->home, call->request.stack), call->reply,
                               now(storm)};
    one->reply.stacks = seen;
}

/* A look at one stack: AWS shows for some seconds what was before. */
static void look(struct storm *storm, struct cloud_call *call) {
    struct remembered *one = find_remembered(storm, call);
    if (one && now(storm) < one->time + STALE_SECONDS && chance(1000) < storm->stale) {
        call->reply = one->reply;
        call->next = NULL;
        *storm->end = call;
        storm->end = &call->next;
        return;
    }
    storm->inner->begin(storm->inner->context, call);
    remember(storm, call);
}

static void note_page(struct storm *storm, struct arena *arena) {
    for (unsigned i = 0; i < storm->page_count; i++) {
        if (storm->pages[i] == arena) return;
    }
    if (storm->page_count == PAGES) abort();
    storm->pages[storm->page_count++] = arena;
}

static void begin(void *context, struct cloud_call *call) {
    struct storm *storm = context;
    if (call->arena != storm->home) note_page(storm, call->arena);
    bool looks = call->operation == CLOUD_DESCRIBE_STACKS && call->request.stack.length;
    storm->calls++;
    if (!storm->is_calm && storm->stale && looks) {
        if (storm->calls == storm->dies_at) storm_die(storm);
        look(storm, call);
        return;
    }
    if (!storm->is_calm) {
        if (storm->calls == storm->meddles_at) meddle(storm);
        if (storm->calls == storm->dies_at) storm_die(storm);
        uint32_t dice = chance(1000);
        if (dice < storm->throttled) {
            refuse(storm, call, "Throttling", false);
            return;
        }
        if (dice < storm->throttled + storm->lost_before) {
            refuse(storm, call, "ConnectionReset", true);
            return;
        }
        storm->inner->begin(storm->inner->context, call);
        if (dice < storm->throttled + storm->lost_before + storm->lost_after) {
            call->reply = (struct cloud_reply){0};
            call->error = (struct cloud_error){.code = TEXT("ConnectionReset"),
                                               .message = TEXT("no answer"), .is_network = true};
        }
        return;
    }
    storm->inner->begin(storm->inner->context, call);
}

static struct cloud_call *next(void *context, double until) {
    struct storm *storm = context;
    struct cloud_call *call = storm->first;
    if (!call) {
        do call = storm->inner->next(storm->inner->context, until);
        while (call && call->arena == &storm->meddler);
        return call;
    }
    storm->first = call->next;
    if (!storm->first) storm->end = &storm->first;
    return call;
}

void storm_before_writing(void *context) {
    struct storm *storm = context;
    if (!storm->is_calm && ++storm->writes == storm->dies_at_write) storm_die(storm);
}

void storm_bury(struct storm *storm) {
    storm->first = NULL;
    storm->end = &storm->first;
    while (storm->inner->next(storm->inner->context, now(storm))) {}
    while (storm->page_count) arena_release(storm->pages[--storm->page_count]);
}

static void ask_inner(struct storm *storm, enum cloud_operation operation,
                      struct cloud_request request) {
    struct cloud_call call = {.operation = operation, .region = TEXT("us-east-1"),
                              .arena = &storm->setting, .request = request};
    cloud_all(storm->inner, &call, 1);
    if (cloud_failed(&call)) abort();
}

/* Where nested stacks find their template: in a bucket that is nobody's business here. */
static void put_template(struct storm *storm) {
    struct text stack = TEXT("setting"), set = TEXT("set");
    ask_inner(storm, CLOUD_CREATE_CHANGE_SET, (struct cloud_request){
        .stack = stack, .change_set = set, .change_type = TEXT("CREATE"),
        .body = TEXT("{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":{"
                     "\"BucketName\":\"" NESTED_BUCKET "\"}}}}")});
    ask_inner(storm, CLOUD_EXECUTE_CHANGE_SET,
              (struct cloud_request){.stack = stack, .change_set = set});
    struct failure why;
    if (!simulator_settle(storm->simulator, &why)) abort();
    ask_inner(storm, CLOUD_PUT_OBJECT, (struct cloud_request){
        .bucket = TEXT(NESTED_BUCKET), .key = TEXT("nested.json"),
        .body = text_of(nested_template)});
}

void storm_open(struct storm *storm, struct arena *home) {
    struct failure why;
    *storm = (struct storm){.is_calm = true, .home = home};
    storm->end = &storm->first;
    if (!simulator_open(&storm->simulator, NULL, &why)) abort();
    storm->inner = simulator_cloud(storm->simulator);
    storm->cloud = (struct cloud){storm, begin, next, now};
    arena_init(&storm->meddler);
    arena_init(&storm->setting);
    put_template(storm);
}

void storm_close(struct storm *storm) {
    struct failure why;
    simulator_close(storm->simulator, &why);
    arena_release(&storm->setting);
    arena_release(&storm->meddler);
}

/* --- another writer --------------------------------------------------------------------------- */

static void ask_and_wait(struct storm *storm, struct cloud_call *call) {
    storm->inner->begin(storm->inner->context, call); /* answered at once, handed back later */
}

static void meddle(struct storm *storm) {
    int number = (int)chance((uint32_t)made_count);
    struct text region = text_of(made[number].region);
    struct text name = text_format(&storm->meddler, "s%d", number);
    struct text body =
        TEXT("{\"Resources\":{\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{"
             "\"Type\":\"String\",\"Value\":\"somebody else\"}}},\"Outputs\":{\"Out\":"
             "{\"Value\":{\"Fn::GetAtt\":[\"P\",\"Value\"]}}}}");
    struct cloud_call *calls = arena_array(&storm->meddler, 3, sizeof *calls);
    calls[0] = (struct cloud_call){.operation = CLOUD_CREATE_CHANGE_SET, .region = region,
                                   .arena = &storm->meddler};
    calls[0].request = (struct cloud_request){
        .stack = name, .change_set = TEXT("other"), .change_type = TEXT("UPDATE"), .body = body,
        .token = TEXT("other")};
    ask_and_wait(storm, &calls[0]);
    if (cloud_failed(&calls[0])) return;
    calls[1] = (struct cloud_call){.operation = CLOUD_EXECUTE_CHANGE_SET, .region = region,
                                   .arena = &storm->meddler};
    calls[1].request = (struct cloud_request){.stack = name, .change_set = TEXT("other"),
                                              .token = TEXT("other")};
    ask_and_wait(storm, &calls[1]);
    if (cloud_failed(&calls[1])) return;
    storm->meddled_name = name;
    storm->meddled_region = region;
    storm->meddled_body = body;
}

/* --- what the world looks like ---------------------------------------------------------------- */

static bool is_shell(const struct sim_stack *stack) {
    return text_is(stack->name, "setting") || stack->status == SIM_DELETE_COMPLETE ||
           stack->status == SIM_ROLLBACK_COMPLETE ||
           stack->status == SIM_REVIEW_IN_PROGRESS;
}

static bool is_settled(const struct sim_stack *stack) {
    return stack->status == SIM_CREATE_COMPLETE || stack->status == SIM_UPDATE_COMPLETE ||
           stack->status == SIM_UPDATE_ROLLBACK_COMPLETE;
}

/* The names of nested stacks are made by chance. */
static struct text name_of(struct arena *arena, const struct simulator *simulator,
                           const struct sim_stack *stack) {
    for (uint32_t i = 0; stack->parent_id.length && i < simulator->stack_count; i++) {
        const struct sim_stack *parent = simulator->stacks[i];
        if (!text_equal(parent->id, stack->parent_id)) continue;
        return text_format(arena, "%.*s.%.*s", TEXT_ARGS(parent->name),
                           TEXT_ARGS(stack->nested_as));
    }
    return stack->name;
}

static struct text describe(struct arena *arena, const struct simulator *simulator,
                            const struct sim_stack *stack, bool meddled) {
    struct buffer out;
    buffer_init(&out);
    struct text name = name_of(arena, simulator, stack);
    buffer_format(&out, "%.*s/%.*s %s%s\n", TEXT_ARGS(stack->region), TEXT_ARGS(name),
                  is_settled(stack) ? "settled" : sim_status_name(stack->status),
                  stack->is_protected ? " protected" : "");
    size_t body = out.length;
    if (stack->now.blueprint) buffer_text(&out, stack->now.blueprint->body);
    /* A rename stays whatever happens after it: both names are one. */
    for (size_t i = body; i + 3 < out.length; i++) {
        bool is_id = out.bytes[i] == '"' && out.bytes[i + 1] == 'R' && out.bytes[i + 3] == '"';
        if (is_id) out.bytes[i + 1] = 'I';
    }
    buffer_char(&out, '\n');
    if (stack->now.parameters && !meddled) document_write(stack->now.parameters, &out, 0);
    for (uint32_t i = 0; i < stack->now.tag_count; i++) {
        if (text_is(stack->now.tags[i].key, "mrp:inputs")) continue;
        buffer_format(&out, "\n%.*s=%.*s", TEXT_ARGS(stack->now.tags[i].key),
                      TEXT_ARGS(stack->now.tags[i].value));
    }
    /* What another writer's outputs were read by in between is not known to anybody. */
    for (uint32_t i = 0; !meddled && i < stack->output_count; i++) {
        buffer_format(&out, "\n%.*s: %.*s", TEXT_ARGS(stack->outputs[i].key),
                      TEXT_ARGS(stack->outputs[i].value));
    }
    buffer_char(&out, '\n');
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

/* A nested stack that its parent could not delete, and no longer manages. */
static bool is_left(const struct simulator *simulator, const struct sim_stack *stack) {
    for (uint32_t s = 0; stack->parent_id.length && s < simulator->stack_count; s++) {
        const struct sim_stack *parent = simulator->stacks[s];
        if (!text_equal(parent->id, stack->parent_id)) continue;
        for (uint32_t r = 0; r < parent->resource_count; r++) {
            const struct sim_resource *resource = parent->resources[r];
            if (text_equal(resource->now.physical_id, stack->id)) return resource->is_orphan;
        }
    }
    return false;
}

struct picture take_picture(struct arena *arena, const struct simulator *simulator,
                            bool meddled) {
    struct picture picture = {0};
    uint32_t count = 0, most = 1;
    struct text *texts = arena_array(arena, simulator->stack_count + 1, sizeof *texts);
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        most += simulator->stacks[s]->resource_count;
    }
    picture.things = arena_array(arena, most, sizeof *picture.things);
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (!is_shell(stack) && !is_left(simulator, stack)) {
            texts[count++] = describe(arena, simulator, stack, meddled);
        }
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            const struct sim_resource *resource = stack->resources[r];
            if (!resource->now.properties || !resource->schema ||
                !(schema_type_flags(resource->schema) & SCHEMA_TYPE_STATEFUL)) continue;
            picture.things[picture.thing_count++] = (struct thing){
                name_of(arena, simulator, stack), stack->region, resource->logical_id,
                resource->now.physical_id};
        }
    }
    qsort(texts, count, sizeof *texts, text_order);
    struct buffer all;
    buffer_init(&all);
    for (uint32_t i = 0; i < count; i++) buffer_text(&all, texts[i]);
    picture.text = buffer_take(&all, arena);
    buffer_release(&all);
    return picture;
}
