/* Many stacks at once: how many questions are asked one after the other for a plan, and that a
 * large deploy ends while AWS throttles one call in ten, in less memory than is set: that of the
 * engine is what the process gives back with it. Not with sanitizers, which need several times as
 * much. */
#include <stdio.h>
#include <unistd.h>

#include "runtime/deploy/apply.h"
#include "runtime/deploy/rescue.h"
#include "runtime/simulator/simulator.h"
#include "schema/schema.h"
#include "tests/unit/unit.h"

enum {
    STACKS = 200, REGIONS = 20, RESOURCES = 25,
    MEMORY_MOST = 60, /* MiB */
    SLOW = 20, LONG_MOST = 256 << 10,
};

static struct template templates[STACKS];
static struct text bodies[STACKS];
static uint32_t order[STACKS];
static struct template_set set;
static struct deploy_program program;
static struct simulator *simulator;
static struct failure why;

/* --- a cloud that counts, and throttles ------------------------------------------------------- */

struct counter {
    const struct cloud *inner;
    struct cloud cloud;
    struct cloud_call *first, **end;  /* throttled */
    unsigned calls, throttle;         /* every so many calls; 0 for none */
    unsigned depth, deepest;          /* of the answers seen: questions asked after one another */
    unsigned depths[1 << 12];         /* by call, in a ring */
    struct cloud_call *known[1 << 12];
};

static struct counter counter;

static void note(struct cloud_call *call, unsigned depth) {
    unsigned at = counter.calls % (sizeof counter.known / sizeof *counter.known);
    counter.known[at] = call;
    counter.depths[at] = depth;
}

static void begin(void *context, struct cloud_call *call) {
    (void)context;
    note(call, counter.depth + 1);
    if (++counter.calls % (counter.throttle ? counter.throttle : UINT32_MAX) == 0) {
        call->error = (struct cloud_error){.code = TEXT("Throttling"),
                                           .message = TEXT("Rate exceeded")};
        call->next = NULL;
        *counter.end = call;
        counter.end = &call->next;
        return;
    }
    counter.inner->begin(counter.inner->context, call);
}

static struct cloud_call *take(struct cloud_call *call) {
    for (unsigned i = 0; call && i < sizeof counter.known / sizeof *counter.known; i++) {
        if (counter.known[i] != call) continue;
        if (counter.depths[i] > counter.depth) counter.depth = counter.depths[i];
        counter.known[i] = NULL;
        break;
    }
    if (counter.depth > counter.deepest) counter.deepest = counter.depth;
    return call;
}

static struct cloud_call *next(void *context, double until) {
    (void)context;
    struct cloud_call *call = counter.first;
    if (!call) return take(counter.inner->next(counter.inner->context, until));
    counter.first = call->next;
    if (!counter.first) counter.end = &counter.first;
    return take(call);
}

static double now(void *context) {
    (void)context;
    return counter.inner->now(counter.inner->context);
}

static void open_world(void) {
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, NULL, &why));
    counter = (struct counter){.inner = simulator_cloud(simulator)};
    counter.cloud = (struct cloud){NULL, begin, next, now};
    counter.end = &counter.first;
}

/* --- programs --------------------------------------------------------------------------------- */

static struct text write_body(struct arena *arena, uint32_t number, int resources, int value) {
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "{\"Resources\":{");
    for (int i = 0; i < resources; i++) {
        buffer_format(&out, "%s\"R%d\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":"
                            "\"q%u-%d\",\"VisibilityTimeout\":%d}}", i ? "," : "", i, number, i,
                      value);
    }
    buffer_string(&out, "},\"Outputs\":{\"Out\":{\"Value\":{\"Ref\":\"R0\"}}}}");
    struct text body = buffer_take(&out, arena);
    buffer_release(&out);
    return body;
}

/* In each region every second stack reads the one before it. */
static void make_program(struct arena *arena, uint32_t stacks, uint32_t regions, int resources,
                         int value) {
    set = (struct template_set){.templates = templates, .order = order, .count = stacks};
    program = (struct deploy_program){.set = &set, .bodies = bodies, .project = TEXT("load"),
                                      .suffix = TEXT("dev")};
    for (uint32_t i = 0; i < stacks; i++) {
        struct text name = text_format(arena, "s%u", i);
        struct text region = schema_region_at(i * regions / stacks);
        struct tag *tags = arena_array(arena, 3, sizeof *tags);
        tags[0] = (struct tag){TEXT("mrp:project"), program.project, NULL};
        tags[1] = (struct tag){TEXT("mrp:suffix"), program.suffix, NULL};
        tags[2] = (struct tag){TEXT("mrp:stack"), name, NULL};
        templates[i] = (struct template){.index = i, .name = name, .region_name = region,
                                         .region_label = region, .path = name, .tags = tags,
                                         .tag_count = 3};
        if (i % 2) {
            templates[i].edges = ARENA_NEW(arena, struct template_edge);
            templates[i].edge_count = 1;
            templates[i].edges[0] = (struct template_edge){.stack = i - 1, .output = TEXT("Out")};
        }
        bodies[i] = write_body(arena, i, resources, value);
        order[i] = i;
    }
}

/* The client below a plan tries throttled calls again by itself; the engine does it for those of
 * stacks on their way. */
static enum apply_outcome deploy(struct arena *arena, unsigned throttle) {
    struct plan plan;
    struct apply apply;
    struct apply_options options = {.who = TEXT("test")};
    CU_ASSERT_EQUAL_FATAL(plan_make(&counter.cloud, &program, NULL, arena, &plan, &why), PLAN_MADE);
    counter.throttle = throttle;
    enum apply_outcome outcome = apply_plan(&counter.cloud, &plan, &options, arena, &apply, &why);
    counter.throttle = 0;
    return outcome;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_rounds(void) {
    struct arena arena;
    struct plan plan;
    struct plan_options quick = {.quick = true};
    arena_init(&arena);
    open_world();
    make_program(&arena, 20, 4, 3, 30);
    CU_ASSERT_EQUAL(deploy(&arena, 0), APPLY_ALL_DONE);
    make_program(&arena, 20, 4, 3, 31);
    counter.depth = counter.deepest = 0;
    CU_ASSERT_EQUAL(plan_make(&counter.cloud, &program, &quick, &arena, &plan, &why), PLAN_MADE);
    CU_ASSERT_TRUE(counter.deepest <= 3);
    printf("plan --quick: %u questions after one another", counter.deepest);
    counter.depth = counter.deepest = 0;
    CU_ASSERT_EQUAL(plan_make(&counter.cloud, &program, NULL, &arena, &plan, &why), PLAN_MADE);
    CU_ASSERT_TRUE(counter.deepest <= 5); /* change sets: made, read, deleted */
    printf(", with change sets %u\n", counter.deepest);
    simulator_close(simulator, &why);
    arena_release(&arena);
}

/* What the process has in memory now, in MiB. */
static long memory(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file) return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1) pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE) / (1 << 20);
}

static void test_load(void) {
    struct arena arena;
    open_world();
    for (int value = 30; value < 32; value++) { /* made, then updated */
        arena_init(&arena);
        make_program(&arena, STACKS, REGIONS, RESOURCES, value);
        CU_ASSERT_EQUAL(deploy(&arena, 10), APPLY_ALL_DONE);
        long whole = memory();
        arena_release(&arena);
        long engine = whole - memory();
        printf("%d stacks, %d resources, %s: %u calls so far, the engine has %ld MiB of %ld\n",
               STACKS, STACKS * RESOURCES, value == 30 ? "made" : "updated", counter.calls, engine,
               whole);
#ifndef __SANITIZE_ADDRESS__
        CU_ASSERT_TRUE(engine < MEMORY_MOST);
#endif
    }
    simulator_close(simulator, &why);
}

/* One database after the other: hours of looks at a stack of which little is to be told. */
static struct text write_slow_body(struct arena *arena) {
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "{\"Resources\":{");
    for (int i = 0; i < SLOW; i++) {
        buffer_format(&out, "%s\"R%d\":{\"Type\":\"AWS::RDS::DBInstance\",\"Properties\":{"
                            "\"DBInstanceClass\":\"db.t4g.micro\",\"Engine\":\"postgres\","
                            "\"AllocatedStorage\":\"20\",\"MasterUsername\":\"shop\","
                            "\"ManageMasterUserPassword\":true}", i ? "," : "", i);
        if (i) buffer_format(&out, ",\"DependsOn\":\"R%d\"", i - 1);
        buffer_char(&out, '}');
    }
    buffer_string(&out, "}}");
    struct text body = buffer_take(&out, arena);
    buffer_release(&out);
    return body;
}

static void test_long(void) {
    struct arena arena;
    arena_init(&arena);
    open_world();
    make_program(&arena, 1, 1, 1, 30);
    bodies[0] = write_slow_body(&arena);
    CU_ASSERT_EQUAL(deploy(&arena, 0), APPLY_ALL_DONE);
    printf("%d databases, one after the other: %u calls, the engine keeps %zu KiB\n", SLOW,
           counter.calls, arena.used >> 10);
    CU_ASSERT_TRUE(counter.calls > 1000);
    CU_ASSERT_TRUE(arena.used < LONG_MOST);
    simulator_close(simulator, &why);
    arena_release(&arena);
}

/* Somebody else makes the databases. */
static void begin_elsewhere(struct arena *arena) {
    struct cloud_request request = {
        .stack = templates[0].name, .change_set = TEXT("other"), .change_type = TEXT("CREATE"),
        .body = bodies[0], .tags = (struct cloud_tag[]){{TEXT("mrp:project"), program.project},
                                                        {TEXT("mrp:suffix"), program.suffix}},
        .tag_count = 2, .has_tags = true};
    enum cloud_operation operations[] = {CLOUD_CREATE_CHANGE_SET, CLOUD_EXECUTE_CHANGE_SET};
    for (int i = 0; i < 2; i++) {
        struct cloud_call call = {.operation = operations[i], .arena = arena,
                                  .region = templates[0].region_name, .request = request};
        cloud_all(&counter.cloud, &call, 1);
        CU_ASSERT_FALSE(cloud_failed(&call));
    }
}

/* What waits for others looks as often, and keeps as little. */
static void test_waits(void) {
    for (int rescues = 0; rescues < 2; rescues++) {
        struct arena arena;
        struct plan plan;
        struct plan_options waits = {.waits = true};
        struct rescue rescue;
        struct rescue_end end;
        arena_init(&arena);
        open_world();
        make_program(&arena, 1, 1, 1, 30);
        bodies[0] = write_slow_body(&arena);
        begin_elsewhere(&arena);
        if (rescues) {
            CU_ASSERT_TRUE_FATAL(
                rescue_make(&counter.cloud, &program, TEXT(""), &arena, &rescue, &why));
            CU_ASSERT_TRUE(rescue_run(&counter.cloud, &rescue.stacks[0], RESCUE_WAIT, NULL, &arena,
                                      &end, &why));
            CU_ASSERT_TRUE(end.is_rescued);
        } else {
            CU_ASSERT_EQUAL(plan_make(&counter.cloud, &program, &waits, &arena, &plan, &why),
                            PLAN_MADE);
        }
        printf("%s: %u calls, %zu KiB\n", rescues ? "a rescue that waits" : "a plan that waits",
               counter.calls, arena.used >> 10);
        CU_ASSERT_TRUE(counter.calls > 1000);
        CU_ASSERT_TRUE(arena.used < LONG_MOST);
        simulator_close(simulator, &why);
        arena_release(&arena);
    }
}

UNIT_MAIN("load", {"rounds", test_rounds}, {"many stacks", test_load}, {"long", test_long},
          {"waits", test_waits})
