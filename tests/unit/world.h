/* A simulated world, and asking it: what the tests of the simulator share. */
#ifndef MRP_TESTS_WORLD_H
#define MRP_TESTS_WORLD_H

#include <sqlite3.h>

#include "runtime/simulator/simulator.h"
#include "tests/unit/unit.h"

static struct arena arena;
static struct simulator *simulator;
static const struct cloud *cloud;
static struct failure why;

/* In a database that somebody else closes, or in none. */
static inline void open_world_in(sqlite3 *database) {
    arena_init(&arena);
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, database, &why));
    cloud = simulator_cloud(simulator);
}

static inline void open_world(void) { open_world_in(NULL); }

static inline void close_world(void) {
    simulator_close(simulator, &why);
    arena_release(&arena);
}

/* A world that is kept in memory as others are on disk; the same, as the next process finds it. */
static inline sqlite3 *open_kept_world(void) {
    sqlite3 *database;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &database), SQLITE_OK);
    open_world_in(database);
    return database;
}

static inline void reopen_world(sqlite3 *database) {
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, database, &why));
    cloud = simulator_cloud(simulator);
}

static inline void close_kept_world(sqlite3 *database) {
    simulator_close(simulator, &why);
    sqlite3_close(database);
    arena_release(&arena);
}

static inline struct cloud_call *ask(enum cloud_operation operation, const char *region,
                                     struct cloud_request request) {
    struct cloud_call *call = ARENA_NEW(&arena, struct cloud_call);
    call->operation = operation;
    call->region = text_of(region);
    call->request = request;
    call->arena = &arena;
    cloud_all(cloud, call, 1);
    return call;
}

static inline struct cloud_call *make_set(const char *stack, const char *type, const char *body) {
    static const struct text named = {"CAPABILITY_NAMED_IAM", 20};
    return ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = text_of(stack), .change_set = TEXT("changes"), .change_type = text_of(type),
        .body = text_of(body), .capabilities = &named, .capability_count = 1});
}

static inline const struct cloud_change_set *read_set(const char *stack) {
    return &ask(CLOUD_DESCRIBE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = text_of(stack), .change_set = TEXT("changes")})->reply.change_set;
}

static inline const struct cloud_stack *look(const char *region, const char *stack) {
    struct cloud_call *call = ask(CLOUD_DESCRIBE_STACKS, region,
                                  (struct cloud_request){.stack = text_of(stack)});
    return cloud_failed(call) ? NULL : &call->reply.stacks[0];
}

static inline const char *settle_in(const char *region, const char *stack) {
    const struct cloud_stack *seen = look(region, stack);
    while (seen && cloud_status_running(seen->status)) {
        cloud->next(cloud->context, cloud->now(cloud->context) + 5);
        seen = look(region, seen->id.bytes);
    }
    return seen ? seen->status.bytes : "none";
}

static inline const char *run(const char *stack, const char *type, const char *body) {
    struct cloud_call *call = make_set(stack, type, body);
    if (cloud_failed(call)) return call->error.message.bytes;
    call = ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1",
               (struct cloud_request){.stack = text_of(stack), .change_set = TEXT("changes")});
    if (cloud_failed(call)) return call->error.message.bytes;
    return settle_in("us-east-1", stack);
}

/* All events of a logical id, "STATUS reason|STATUS|...", oldest first. */
static inline const char *history(const char *stack, const char *logical_id) {
    struct cloud_call *call = ask(CLOUD_STACK_EVENTS, "us-east-1",
                                  (struct cloud_request){.stack = text_of(stack)});
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = call->reply.event_count; i > 0; i--) {
        const struct cloud_event *event = &call->reply.events[i - 1];
        if (!text_is(event->logical_id, logical_id)) continue;
        if (out.length) buffer_char(&out, '|');
        buffer_text(&out, event->status);
        if (event->reason.length) buffer_format(&out, " %.*s", TEXT_ARGS(event->reason));
    }
    const char *text = buffer_take(&out, &arena).bytes;
    buffer_release(&out);
    return text;
}

/* A template of a topic "Foo" with that name, and of a parameter that reads it. */
#define NAMED_TOPIC(name)                                                                         \
    "{\"Resources\":{\"Foo\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":\"" name \
    "\"}},\"Parameter\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\","   \
    "\"Value\":{\"Fn::GetAtt\":[\"Foo\",\"TopicName\"]}}}}}"

/* A template of so many resources "R0", "R1", ... of a type. */
static inline const char *many_of(const char *type, unsigned count) {
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "{\"Resources\":{");
    for (unsigned i = 0; i < count; i++) {
        buffer_format(&out, "%s\"R%u\":{\"Type\":\"%s\"}", i ? "," : "", i, type);
    }
    buffer_string(&out, "}}");
    const char *text = buffer_take(&out, &arena).bytes;
    buffer_release(&out);
    return text;
}

static inline const char *output(const char *stack, const char *key) {
    const struct cloud_stack *seen = look("us-east-1", stack);
    for (uint32_t i = 0; seen && i < seen->output_count; i++) {
        if (text_is(seen->outputs[i].key, key)) return seen->outputs[i].value.bytes;
    }
    return "(none)";
}

#define SAME(a, b) same((a), (b), __LINE__)
static inline void same(const char *a, const char *b, int line) {
    bool equal = strcmp(a, b) == 0;
    if (!equal) printf("\n  line %d\n  found    %s\n  expected %s\n", line, a, b);
    CU_ASSERT_TRUE(equal);
}

#endif
