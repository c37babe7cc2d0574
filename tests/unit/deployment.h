/* A deployment made by hand against a simulated world: what the tests of the deploy engine
 * share. */
#ifndef MRP_TESTS_DEPLOYMENT_H
#define MRP_TESTS_DEPLOYMENT_H

#include "runtime/deploy/apply.h"
#include "tests/unit/world.h"

enum { MOST = 8 };

/* A deployment in the making: stacks with their bodies and who reads whom. */
static struct template templates[MOST];
static struct text bodies[MOST];
static uint32_t order[MOST];
static struct tag tags[MOST][3];
static struct template_set set;
static struct deploy_program program;
static char log_text[8192];

static inline void begin_deployment(void) {
    memset(templates, 0, sizeof templates);
    set = (struct template_set){.templates = templates, .order = order};
    program = (struct deploy_program){.set = &set, .bodies = bodies, .project = TEXT("shop"),
                                      .suffix = TEXT("dev")};
}

static inline void open_deployment(void) {
    open_world();
    begin_deployment();
}

static inline struct template *add_stack(const char *name, const char *region, const char *body) {
    uint32_t i = set.count++;
    tags[i][0] = (struct tag){TEXT("mrp:project"), program.project, NULL};
    tags[i][1] = (struct tag){TEXT("mrp:suffix"), program.suffix, NULL};
    tags[i][2] = (struct tag){TEXT("mrp:stack"), text_of(name), NULL};
    templates[i] = (struct template){
        .index = i, .name = text_of(name), .region_name = text_of(region),
        .region_label = text_of(region), .path = text_of(name), .tags = tags[i], .tag_count = 3};
    bodies[i] = text_of(body);
    order[i] = i;
    return &templates[i];
}

/* a reads an output of b. */
static inline void reads(struct template *a, const struct template *b, const char *output) {
    a->edges = ARENA_NEW(&arena, struct template_edge);
    a->edge_count = 1;
    a->edges[0] = (struct template_edge){.stack = b->index, .output = text_of(output)};
}

#define QUEUE(name, wait)                                                                         \
    "{\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":\"" name   \
    "\",\"VisibilityTimeout\":" wait "}}},\"Outputs\":{\"Url\":{\"Value\":{\"Ref\":\"Q\"}}}}"
#define READER                                                                                    \
    "{\"Resources\":{\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\"," \
    "\"Value\":{\"Fn::GetStackOutput\":{\"StackName\":\"jobs\",\"OutputName\":\"Url\",\"Region\":" \
    "\"us-east-1\"}}}}},\"Outputs\":{\"Value\":{\"Value\":{\"Fn::GetAtt\":[\"P\",\"Value\"]}}}}"

static inline void tell(void *context, enum apply_event what, const struct apply_stack *stack,
                 const struct cloud_event *event) {
    (void)context;
    (void)event;
    size_t used = strlen(log_text);
    if (what != APPLY_STACK_BEGAN && what != APPLY_STACK_ENDED) return;
    snprintf(log_text + used, sizeof log_text - used, "%s%.*s ",
             what == APPLY_STACK_BEGAN ? "+" : "-", TEXT_ARGS(stack->plan->name));
}

static inline struct plan make_plan(void) {
    struct plan plan;
    CU_ASSERT_EQUAL(plan_make(cloud, &program, NULL, &arena, &plan, &why), PLAN_MADE);
    return plan;
}

static inline enum apply_outcome carry_out(const struct plan *plan, struct apply *apply) {
    struct apply_options options = {.tell = tell};
    log_text[0] = 0;
    return apply_plan(cloud, plan, &options, &arena, apply, &why);
}

static inline enum apply_outcome deploy(void) {
    struct apply apply;
    struct plan plan = make_plan();
    return carry_out(&plan, &apply);
}

#endif
