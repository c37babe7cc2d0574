/* Attempts after the first, on a clock that only waiting moves: which failures are worth one, how
 * long the pauses are, what they cost, and when keys are looked for again. */
#include <math.h>

#include "runtime/aws/when.h"
#include "tests/unit/trial.h"

/* Seconds between the first attempt and the second, of which the first was answered so. */
static double pause_after(long status, const char *body, const char *name, const char *value) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    struct data *reply = machine_reply(&trial.machine, status, body);
    if (name) data_put(&trial.arena, reply, name, text_of(value));
    machine_reply(&trial.machine, 200, good);
    struct client_call call = describe(&trial);
    double begun = trial.machine.now;
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.attempts, 2);
    double pause = call.started - begun;
    close_trial(&trial);
    return pause;
}

/* A pause is drawn between nothing and a second: not always the same, never longer. */
static void test_jitter(void) {
    double least = 10, most = 0;
    for (int i = 0; i < 50; i++) {
        double pause = pause_after(500, "", NULL, NULL);
        least = fmin(least, pause);
        most = fmax(most, pause);
    }
    CU_ASSERT(least >= 0 && most <= 1);
    CU_ASSERT(most - least > 0.2);
}

static void test_asked_pauses(void) {
    char date[40];
    CU_ASSERT(pause_after(503, "", "Retry-After", "7") >= 7);
    CU_ASSERT(pause_after(503, "", "Retry-After", "7") < 8);
    CU_ASSERT(pause_after(429, "", "retry-after", "7") >= 7);
    CU_ASSERT(pause_after(400, throttled, "x-amz-retry-after", "5500") >= 5.5);
    CU_ASSERT(pause_after(500, "", "x-amz-retry-after", "1500") >= 1.5);
    when_format_http(1.7e9 + 9, date);
    CU_ASSERT(pause_after(503, "", "Retry-After", date) >= 9);
    CU_ASSERT(pause_after(503, "", "Retry-After", "86400") <= CLIENT_ASKED + 1);
    CU_ASSERT(pause_after(503, "", "Retry-After", "-5") <= 1);
    CU_ASSERT(pause_after(503, "", "Retry-After", "1e9") <= CLIENT_ASKED + 1);
    CU_ASSERT(pause_after(503, "", "Retry-After", "soon") <= 1);
}

/* What one caller is asked to wait, all of its lane wait. */
static void test_asked_of_all(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    struct data *reply = machine_reply(&trial.machine, 400, throttled);
    data_put(&trial.arena, reply, "Retry-After", TEXT("6"));
    for (int i = 0; i < 3; i++) machine_reply(&trial.machine, 200, good);
    struct client_call first = describe(&trial), second = first, third = first;
    double begun = trial.machine.now;
    third.region = TEXT("us-east-1");
    client_begin(trial.client, &first);
    CU_ASSERT_PTR_NULL(client_next(trial.client, begun + 0.001));
    client_begin(trial.client, &second);
    client_begin(trial.client, &third);
    for (int left = 3; left > 0;) left -= client_next(trial.client, begun + 60) != NULL;
    CU_ASSERT(second.started >= begun + 6);
    CU_ASSERT(third.started < begun + 1);
    close_trial(&trial);
}

/* An outage is not answered with a flood: once the stock of tokens is spent each call has one
 * attempt, and successes fill it again. */
static void test_tokens(void) {
    struct trial trial;
    unsigned calls = 0;
    prepare(&trial);
    open_client(&trial);
    for (int i = 0; i < 400; i++) machine_reply(&trial.machine, 500, "");
    for (uint32_t before = 0; sent(&trial) < 400; calls++) {
        before = sent(&trial);
        struct client_call call = describe(&trial);
        client_run(trial.client, &call);
        CU_ASSERT(call.error.code.length > 0);
        CU_ASSERT_EQUAL(sent(&trial) - before, calls < CLIENT_TOKENS / 10 ? 3 : 1);
        if (calls >= CLIENT_TOKENS / 10 + 5) break;
    }
    trial.machine.replies = NULL;
    for (int i = 0; i < 5; i++) machine_reply(&trial.machine, 200, good);
    for (int i = 0; i < 5; i++) {
        struct client_call call = describe(&trial);
        client_run(trial.client, &call);
    }
    machine_reply(&trial.machine, 500, "");
    machine_reply(&trial.machine, 200, good);
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.attempts, 2);
    close_trial(&trial);
}

static struct client_call answered(struct trial *trial, long status, struct text code) {
    struct text body = text_format(&trial->arena, "<ErrorResponse><Error><Code>%.*s</Code></Error>"
                                                  "</ErrorResponse>", TEXT_ARGS(code));
    machine_reply(&trial->machine, status, code.length ? body.bytes : "");
    machine_reply(&trial->machine, 200, good);
    struct client_call call = describe(trial);
    client_run(trial->client, &call);
    return call;
}

/* Each policy of botocore for the services that are called has a second attempt here. */
static void test_codes(void) {
    static const char *const groups[] = {"definitions", "retry.s3.__default__.policies",
                                         "retry.sts.__default__.policies"};
    unsigned run = 0;
    if (!vectors_there("codes that are worth another attempt")) return;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        struct arena arena;
        arena_init(&arena);
        const struct data *policies =
            data_path(vectors_json(&arena, "botocore/_retry.json"), groups[g]);
        for (const struct data *p = data_first(policies); p; p = p->next) {
            const struct data *response = data_path(p, "applies_when.response");
            struct trial trial;
            if (!response) continue; /* connections that break: tests of their own */
            prepare(&trial);
            open_client(&trial);
            long status = data_long(response, "http_status_code", 400);
            struct client_call call =
                answered(&trial, status, data_text(response, "service_error_code"));
            if (call.attempts != 2) printf("FAILED %.*s\n", TEXT_ARGS(p->key));
            CU_ASSERT_EQUAL(call.attempts, 2);
            close_trial(&trial);
            run++;
        }
        arena_release(&arena);
    }
    printf("codes that are worth another attempt: %u run\n", run);
    CU_ASSERT_EQUAL(run, 14);
}

/* All that were signed by the wrong clock are refused, one after the other: each is asked again. */
static void test_clock_of_all(void) {
    static const char refused[] = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"
                                  "</Error></ErrorResponse>";
    struct trial trial;
    char date[40];
    prepare(&trial);
    open_client(&trial);
    when_format_http(trial.machine.now - 7200, date);
    for (int i = 0; i < 3; i++) {
        struct data *reply = machine_reply(&trial.machine, 403, refused);
        data_put(&trial.arena, reply, "Date", text_of(date));
    }
    for (int i = 0; i < 3; i++) machine_reply(&trial.machine, 200, good);
    struct client_call calls[3];
    for (int i = 0; i < 3; i++) {
        calls[i] = describe(&trial);
        client_begin(trial.client, &calls[i]);
    }
    for (int left = 3; left > 0;) left -= client_next(trial.client, trial.machine.now + 9) != NULL;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(calls[i].error.code.length, 0);
        CU_ASSERT_EQUAL(calls[i].attempts, 2);
    }
    const char *said = text_copy(&trial.arena, buffer_view(&trial.said)).bytes;
    CU_ASSERT_STRING_EQUAL(said, "this machine's clock is 7200 seconds ahead of AWS's; mrp goes by "
                                 "AWS's\n");
    close_trial(&trial);
}

/* Keys of a short life are renewed when half of it is over. */
static void test_short_keys(void) {
    struct trial trial;
    char expires[32];
    prepare(&trial);
    trial.machine.variables->children = trial.machine.variables->last = NULL;
    data_put(&trial.arena, trial.machine.variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI",
             TEXT("http://127.0.0.1/k"));
    open_client(&trial);
    for (int i = 0; i < 3; i++) { /* the keys, and calls with them */
        when_format(trial.machine.now + 600, expires);
        struct text keys = text_format(&trial.arena,
                                       "{\"AccessKeyId\":\"K%d\",\"SecretAccessKey\":\"S\","
                                       "\"Token\":\"T\",\"Expiration\":\"%s\"}", i, expires);
        machine_reply(&trial.machine, 200, keys.bytes);
        for (int j = 0; j < 3; j++) {
            machine_reply(&trial.machine, 200, good);
            struct client_call call = describe(&trial);
            client_run(trial.client, &call);
            CU_ASSERT_EQUAL(call.error.code.length, 0);
            trial.machine.now += 90;
        }
        CU_ASSERT_EQUAL(sent(&trial), 4 * (uint32_t)(i + 1));
        trial.machine.now += 40;
    }
    close_trial(&trial);
}

UNIT_MAIN("aws_retry", {"pauses are drawn", test_jitter},
          {"pauses that are asked for", test_asked_pauses},
          {"asked of all in a lane", test_asked_of_all}, {"the stock of tokens", test_tokens},
          {"codes", test_codes}, {"a wrong clock of many calls", test_clock_of_all},
          {"keys of a short life", test_short_keys})
