/* A client on a described machine, for the tests of what it does with answers. */
#ifndef MRP_TESTS_TRIAL_H
#define MRP_TESTS_TRIAL_H

#include "runtime/aws/network.h"
#include "tests/unit/machine.h"

static const char good[] = "<R><DescribeStacksResult><Stacks/></DescribeStacksResult></R>";
static const char throttled[] = "<ErrorResponse><Error><Code>Throttling</Code>"
                                "<Message>Rate exceeded</Message></Error></ErrorResponse>";

struct trial {
    struct arena arena;
    struct machine machine;
    struct surroundings around;
    struct http http;
    struct buffer said;
    struct client *client;
};

static inline void trial_hear(void *context, struct text line) {
    struct trial *trial = context;
    buffer_text(&trial->said, line);
    buffer_char(&trial->said, '\n');
}

static inline struct client_options options_of(struct trial *trial) {
    return (struct client_options){.around = &trial->around, .http = &trial->http,
                                   .say = trial_hear, .context = trial};
}

static inline void prepare(struct trial *trial) {
    arena_init(&trial->arena);
    buffer_init(&trial->said);
    trial->client = NULL;
    machine_open(&trial->machine, &trial->arena, 1.7e9);
    data_put(&trial->arena, trial->machine.variables, "AWS_ACCESS_KEY_ID", TEXT("AKIDEXAMPLE"));
    data_put(&trial->arena, trial->machine.variables, "AWS_SECRET_ACCESS_KEY", TEXT("PLANTED"));
    trial->around = machine_surroundings(&trial->machine);
    trial->http = machine_http(&trial->machine);
}

static inline void open_client(struct trial *trial) {
    struct client_options options = options_of(trial);
    struct failure why;
    CU_ASSERT_FATAL(client_open(&trial->client, &options, &why));
}

static inline void close_trial(struct trial *trial) {
    if (trial->client) client_close(trial->client);
    buffer_release(&trial->said);
    arena_release(&trial->arena);
}

static inline struct client_call describe(struct trial *trial) {
    struct client_call call = {.operation = OPERATION_DESCRIBE_STACKS, .region = TEXT("eu-west-1"),
                               .bucket = {"", 0}, .arena = &trial->arena};
    return call;
}

/* Runs one call while no other is under way. */
static inline void client_run(struct client *client, struct client_call *call) {
    client_begin(client, call);
    while (client_next(client, client_now(client) + 60) != call) {}
}

/* Runs one call of the engine, over a network of its own. */
static inline struct cloud_call run_cloud(struct trial *trial, struct cloud_call call) {
    struct client_options options = options_of(trial);
    struct network *network;
    struct failure why;
    call.arena = &trial->arena;
    call.region = TEXT("eu-west-1");
    CU_ASSERT_FATAL(network_open(&network, &options, &why));
    const struct cloud *cloud = network_cloud(network);
    cloud->begin(cloud->context, &call);
    while (!cloud->next(cloud->context, cloud->now(cloud->context) + 60)) {}
    network_close(network);
    return call;
}

static inline uint32_t sent(const struct trial *trial) { return trial->machine.requests->count; }

#endif
