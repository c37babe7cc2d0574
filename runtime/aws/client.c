/* The client: opened by the settings, its calls begun, waited for and handed back. */
#include "runtime/aws/client_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* --- opening --------------------------------------------------------------------------------- */

static const char *optional_text(struct arena *arena, const struct config *config,
                                 const char *variable, const char *property) {
    struct text value;
    if (!config_setting(config, variable, property, &value)) return NULL;
    return text_copy(arena, value).bytes;
}

static void read_attempts(struct client *client) {
    const char *given =
        optional_text(&client->arena, &client->config, "AWS_MAX_ATTEMPTS", "max_attempts");
    int count = given ? atoi(given) : 0;
    client->most_attempts = count >= 1 && count <= 100 ? (unsigned)count : CLIENT_ATTEMPTS;
}

/* The name of the application, as AWS's SDKs write it: what cannot stand in a header's word is
 * "-". */
static void name_agent(struct client *client) {
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "!$%&'*+-.^_`|~";
    const char *version = client->options.version ? client->options.version : "0";
    char id[51] = "";
    struct text given;
    if (surroundings_variable(&client->around, "AWS_SDK_UA_APP_ID", &given)) {
        snprintf(id, sizeof id, "%.*s", TEXT_ARGS(given));
    }
    for (char *c = id; *c; c++) {
        if (!strchr(good, *c)) *c = '-';
    }
    snprintf(client->user_agent, sizeof client->user_agent, "mrp/%s%s%s", version,
             *id ? " app/" : "", id);
}

static bool open_network(struct client *client, struct failure *why) {
    name_agent(client);
    if (client->options.http) {
        client->http = client->side = *client->options.http;
        return true;
    }
    client->owns_http = true;
    struct http_options options = {
        .ca_bundle = optional_text(&client->arena, &client->config, "AWS_CA_BUNDLE", "ca_bundle"),
        .user_agent = client->user_agent};
    return http_open(&client->http, &options, why) && http_open(&client->side, &options, why);
}

bool client_open(struct client **result, const struct client_options *options,
                 struct failure *why) {
    struct client *client = memory_alloc(sizeof *client);
    *client = (struct client){.options = *options};
    client->log = (struct log){.file = -1, .is_verbose = options->is_verbose,
                               .say = options->say, .context = options->context};
    arena_init(&client->arena);
    client->around = options->around ? *options->around : surroundings_system();
    if (getrandom(&client->random, sizeof client->random, 0) < 0) client->random = 1;
    client->random |= 1;
    *result = client;
    if (config_load(&client->config, &client->arena, &client->around, options->profile, why) &&
        log_open(&client->log, &client->around, why) && open_network(client, why)) {
        read_attempts(client);
        struct credentials_options source = {.config = &client->config, .http = &client->side,
                                             .clock = &client->clock, .log = &client->log};
        client->credentials = credentials_open(&source);
        return true;
    }
    client_close(client);
    *result = NULL;
    return false;
}

void client_close(struct client *client) {
    if (client->credentials) credentials_close(client->credentials);
    if (client->owns_http) {
        http_close(&client->http);
        http_close(&client->side);
    }
    log_close(&client->log);
    arena_release(&client->arena);
    memory_free(client);
}

double client_now(const struct client *client) { return client->http.now(client->http.context); }

/* From 0 to 1; xorshift: the pauses of many processes shall differ, nothing hangs on it. */
double client_random(struct client *client) {
    client->random ^= client->random << 13;
    client->random ^= client->random >> 7;
    client->random ^= client->random << 17;
    return (double)(client->random >> 11) / 9007199254740992.0;
}

struct text client_account(const struct client *client) { return text_of(client->account); }

void client_set_account(struct client *client, struct text account) {
    if (account.length >= sizeof client->account) return;
    snprintf(client->account, sizeof client->account, "%.*s", TEXT_ARGS(account));
}

void client_tell_clock(struct client *client) {
    double skew = client->clock.skew;
    if (fabs(skew) < CLOCK_SKEW || client->clock.is_said) return;
    log_say(&client->log, "this machine's clock is %.0f seconds %s AWS's; mrp goes by AWS's",
            fabs(skew), skew < 0 ? "ahead of" : "behind");
    client->clock.is_said = true;
}

/* --- calls that wait ------------------------------------------------------------------------- */

struct lane *client_lane(struct client *client, enum service service, struct text region) {
    for (struct lane *lane = client->lanes; lane; lane = lane->next) {
        if (lane->service == service && text_is(region, lane->region)) return lane;
    }
    struct lane *lane = ARENA_NEW(&client->arena, struct lane);
    *lane = (struct lane){.next = client->lanes, .service = service, .tokens = CLIENT_TOKENS};
    snprintf(lane->region, sizeof lane->region, "%.*s", TEXT_ARGS(region));
    client->lanes = lane;
    return lane;
}

void client_finish(struct client *client, struct client_call *call) {
    struct client_call **end = &client->finished;
    while (*end) end = &(*end)->next;
    call->next = NULL;
    *end = call;
}

void client_again(struct client *client, struct client_call *call, double pause) {
    call->at = client_now(client) + pause;
    call->next = client->waiting;
    client->waiting = call;
}

/* --- the loop -------------------------------------------------------------------------------- */

static void add_token(struct client *client, struct client_call *call) {
    const char *name = operation_row(call->operation)->token;
    unsigned char bytes[16];
    if (!name || data_text(call->input, name).length) return;
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (unsigned char)(client_random(client) * 255);
        }
    }
    char *token = arena_alloc(call->arena, 40);
    memcpy(token, "mrp-", 4);
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(token + 4 + 2 * i, 3, "%02x", bytes[i]);
    if (!call->input) call->input = data_new(call->arena, DATA_RECORD);
    data_put(call->arena, call->input, name, text_of(token));
}

void client_begin(struct client *client, struct client_call *call) {
    struct text region =
        call->region.length ? call->region : config_region(&client->config, NULL);
    if (!region.length) region = TEXT("us-east-1");
    call->lane = client_lane(client, operation_row(call->operation)->service, region);
    call->result = data_new(call->arena, DATA_RECORD);
    call->begun = call->at = client_now(client);
    call->attempts = call->failures = call->cost = 0;
    call->is_renewed = call->is_shifted = call->is_moved = call->was_unclear = false;
    call->is_network = false;
    add_token(client, call);
    struct client_call **end = &client->waiting; /* in the order they came */
    while (*end) end = &(*end)->next;
    call->next = NULL;
    *end = call;
}

static double due(const struct client_call *call) { return fmax(call->at, call->lane->not_before); }

/* Starts what may start; returns when the next one may, or until. A lane that is full wakes by
 * itself: one of its calls ends. */
static double start_due(struct client *client, double until) {
    double now = client_now(client), wake = until;
    for (struct client_call **place = &client->waiting; *place;) {
        struct client_call *call = *place;
        if (call->lane->running >= CLIENT_LANE_CALLS) {
            place = &call->next;
        } else if (due(call) > now) {
            wake = fmin(wake, due(call));
            place = &call->next;
        } else {
            *place = call->next;
            client_attempt(client, call);
            now = client_now(client);
        }
    }
    return wake;
}

struct client_call *client_next(struct client *client, double until) {
    for (;;) {
        double wake = start_due(client, until);
        struct client_call *call = client->finished;
        if (call) {
            client->finished = call->next;
            return call;
        }
        struct http_call *http = client->http.next(client->http.context, wake);
        if (http) {
            client_judge(client, http->context);
            continue;
        }
        double now = client_now(client);
        if (now >= until || now < wake) return NULL;
    }
}
