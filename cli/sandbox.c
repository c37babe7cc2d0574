/* mrp sandbox: forgets the simulated AWS, scripts a failure in it, changes it behind mrp's back, or
 * serves it to other programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "cli/deploy.h"
#include "runtime/serve/serve.h"

enum { MOST_OBJECTS = 10000 };

struct target {
    const struct template *template;
    const struct template_resource *resource;
    struct text logical_id; /* of one in a nested stack "Nested.LogicalId" */
};

/* Whether the path is that of the resource, or goes on inside of it. */
static bool is_target(struct deploying *deploying, struct text path, struct target *target) {
    const struct template_resource *resource = target->resource;
    target->logical_id = resource->logical_id;
    if (text_equal(resource->path, path)) return true;
    if (!text_is(resource->type, "AWS::CloudFormation::Stack") ||
        !text_starts(path, resource->path) || path.bytes[resource->path.length] != '.') {
        return false;
    }
    target->logical_id = text_format(&deploying->arena, "%.*s%.*s",
                                     TEXT_ARGS(resource->logical_id),
                                     (int)(path.length - resource->path.length),
                                     path.bytes + resource->path.length);
    return true;
}

static bool find_target(struct deploying *deploying, struct text path, struct target *target,
                        struct suggestion *near) {
    const struct template_set *set = deploying->program.set;
    for (uint32_t t = 0; t < set->count; t++) {
        for (uint32_t i = 0; i < set->templates[t].resource_count; i++) {
            *target = (struct target){.template = &set->templates[t],
                                      .resource = &set->templates[t].resources[i]};
            if (is_target(deploying, path, target)) return true;
            suggestion_offer(near, target->resource->path);
        }
    }
    return false;
}

/* What --on names. */
struct occasion {
    const char *word, *operation, *what;
};

/* NULL for no such word; the creation for none. */
static const struct occasion *find_occasion(const char *word) {
    static const struct occasion occasions[] = {
        {"create", "CREATE", "creation"}, {"update", "UPDATE", "update"},
        {"delete", "DELETE", "deletion"}, {"rollback", "ROLLBACK", "way back of an update"}};
    for (size_t i = 0; i < sizeof occasions / sizeof *occasions; i++) {
        if (!word || strcmp(word, occasions[i].word) == 0) return &occasions[i];
    }
    return NULL;
}

static int unknown_path(const char *path, const struct suggestion *near) {
    struct failure why;
    failure_set(&why, "the program has no resource \"%s\"", path);
    if (near->best.length) {
        failure_hint(&why, "Did you mean \"%.*s\"?", TEXT_ARGS(near->best));
    } else {
        failure_hint(&why, "A path is that of plan and status: \"east.orders\".");
    }
    return wrong_use(&why);
}

static int fail(struct deploying *deploying, const struct invocation *invocation,
                struct target target) {
    const char *path = invocation->operands[1], *reason = option_value(invocation, OPTION_REASON);
    const struct occasion *occasion = find_occasion(option_value(invocation, OPTION_ON));
    if (!occasion) return misuse(invocation, "--on is create, update, delete or rollback");
    const char *hook = option_value(invocation, OPTION_HOOK);
    struct simulator_failure failure = {
        .region = target.template->region_name, .stack = target.template->name,
        .logical_id = target.logical_id, .operation = text_of(occasion->operation),
        .reason = text_of(reason ? reason : "a failure that \"mrp sandbox fail\" asked for"),
        .hook = text_of(hook ? hook : "")};
    simulator_fail(session_simulator(deploying->session), &failure);
    if (!option_given(invocation, OPTION_QUIET)) {
        bool is_inner = target.logical_id.length > target.resource->logical_id.length;
        struct text type = is_inner ? TEXT("in a nested stack") : target.resource->type;
        fprintf(stderr, "the next %s of %s (%.*s) in %.*s fails\n", occasion->what, path,
                TEXT_ARGS(type), TEXT_ARGS(target.template->region_name));
    }
    return OUTCOME_DONE;
}

static int not_deployed(const char *path, const char *or_else) {
    struct failure why;
    failure_set(&why, "\"%s\" is not deployed in the sandbox%s", path, or_else);
    return world_failed(&why);
}

static int change(struct deploying *deploying, const struct invocation *invocation,
                  struct target target) {
    const char *path = invocation->operands[1];
    const char *property = option_value(invocation, OPTION_PROPERTY);
    const char *value = option_value(invocation, OPTION_VALUE);
    if (value && !property) return misuse(invocation, "--value needs --property");
    if (!simulator_change(session_simulator(deploying->session), target.template->region_name,
                          target.template->name, target.logical_id,
                          text_of(property ? property : ""), text_of(value ? value : ""))) {
        return not_deployed(path, value ? ", or the value is no JSON" : "");
    }
    if (!option_given(invocation, OPTION_QUIET)) {
        fprintf(stderr, "%s%s%s was %s behind the back of its stack\n", path, property ? "." : "",
                property ? property : "", !property ? "deleted" : value ? "changed" : "taken away");
    }
    return OUTCOME_DONE;
}

/* A file becomes an object with its name. */
static int put_file(struct deploying *deploying, const struct invocation *invocation,
                    struct target target, const char *file) {
    struct failure why;
    struct text bytes;
    const char *path = invocation->operands[1], *slash = strrchr(file, '/');
    const char *key = slash ? slash + 1 : file;
    if (!file_read(&deploying->arena, file, &bytes, &why)) return world_failed(&why);
    if (!simulator_put_object(session_simulator(deploying->session), target.template->region_name,
                              target.template->name, target.logical_id, text_of(key), bytes)) {
        return not_deployed(path, ", or is no bucket");
    }
    if (!option_given(invocation, OPTION_QUIET)) fprintf(stderr, "%s was put into %s\n", key, path);
    return OUTCOME_DONE;
}

static int put(struct deploying *deploying, const struct invocation *invocation,
               struct target target) {
    const char *file = option_value(invocation, OPTION_FILE);
    if (file) return put_file(deploying, invocation, target, file);
    const char *path = invocation->operands[1], *given = option_value(invocation, OPTION_OBJECTS);
    char *end = NULL;
    unsigned long count = given ? strtoul(given, &end, 10) : 1;
    if (given && (*end || !count || count > MOST_OBJECTS)) {
        return misuse(invocation, "--objects is a number from 1 to %d", MOST_OBJECTS);
    }
    if (!simulator_put(session_simulator(deploying->session), target.template->region_name,
                       target.template->name, target.logical_id, (uint32_t)count)) {
        return not_deployed(path, ", or is no bucket");
    }
    if (!option_given(invocation, OPTION_QUIET)) {
        fprintf(stderr, "%lu object%s put into %s\n", count, count == 1 ? " was" : "s were", path);
    }
    return OUTCOME_DONE;
}

static int set_alarm(struct deploying *deploying, const struct invocation *invocation,
                     struct target target, bool rings) {
    const char *path = invocation->operands[1];
    if (!simulator_ring(session_simulator(deploying->session), target.template->region_name,
                        target.template->name, target.logical_id, rings)) {
        return not_deployed(path, ", or is no alarm");
    }
    if (!option_given(invocation, OPTION_QUIET)) {
        fprintf(stderr, "%s %s\n", path, rings ? "rings" : "is quiet");
    }
    return OUTCOME_DONE;
}

static int ring(struct deploying *deploying, const struct invocation *invocation,
                struct target target) {
    return set_alarm(deploying, invocation, target, true);
}

static int hush(struct deploying *deploying, const struct invocation *invocation,
                struct target target) {
    return set_alarm(deploying, invocation, target, false);
}

static int reset(const struct invocation *invocation) {
    struct deploying deploying;
    struct invocation other = *invocation;
    other.operands++;
    other.operand_count--;
    int outcome = deploying_open_cloud(&deploying, &other, CLOUD_NEW_SANDBOX);
    if (outcome == OUTCOME_DONE && !option_given(invocation, OPTION_QUIET)) {
        fputs("the sandbox is empty\n", stderr);
    }
    return deploying_close(&deploying, outcome);
}

/* What is done to one resource of the program. */
static int to_resource(const struct invocation *invocation,
                       int (*act)(struct deploying *, const struct invocation *, struct target)) {
    struct deploying deploying;
    struct target target;
    struct suggestion near;
    struct invocation other = *invocation;
    if (invocation->operand_count < 2) {
        return misuse(invocation, "%s needs the path of a resource", invocation->operands[0]);
    }
    other.operands += 2;
    other.operand_count -= 2;
    int outcome = deploying_open_cloud(&deploying, &other, CLOUD_SANDBOX);
    if (outcome == OUTCOME_DONE) outcome = deploying_open_program(&deploying, &other);
    suggestion_init(&near, text_of(invocation->operands[1]));
    if (outcome == OUTCOME_DONE) {
        bool found = find_target(&deploying, text_of(invocation->operands[1]), &target,
                                 &near);
        outcome = found ? act(&deploying, invocation, target)
                        : unknown_path(invocation->operands[1], &near);
    }
    return deploying_close(&deploying, outcome);
}

/* --- settings of the world -------------------------------------------------------------------- */

enum { MOST_LAG = 600 }; /* seconds */

static bool read_number(const char *text, double most, double *number) {
    char *end;
    if (!text) return true;
    *number = strtod(text, &end);
    return *text && !*end && *number >= 0 && *number <= most;
}

static void say_setting(bool throttles, double number) {
    if (throttles && number) {
        fprintf(stderr, "%u calls in a hundred are throttled\n", (unsigned)number);
    } else if (throttles) {
        fputs("no call is throttled\n", stderr);
    } else if (number) {
        fprintf(stderr, "new stacks, change sets and events are seen %g s late\n", number);
    } else {
        fputs("all is seen at once\n", stderr);
    }
}

/* throttle PERCENT, lag SECONDS; either "off". */
static int set_weather(const struct invocation *invocation, bool throttles) {
    struct deploying deploying;
    struct invocation other = *invocation;
    const char *given = invocation->operand_count > 1 ? invocation->operands[1] : "";
    double number = 0;
    if (strcmp(given, "off") != 0 && (!*given || !read_number(given, throttles ? 100 : MOST_LAG,
                                                              &number) ||
                                      (throttles && number != (unsigned)number))) {
        return throttles ? misuse(invocation, "throttle needs a percentage from 0 to 100, or off")
                         : misuse(invocation, "lag needs seconds from 0 to %d, or off", MOST_LAG);
    }
    other.operands += 2;
    other.operand_count -= 2;
    int outcome = deploying_open_cloud(&deploying, &other, CLOUD_SANDBOX);
    if (outcome == OUTCOME_DONE) {
        if (throttles) {
            simulator_throttle(session_simulator(deploying.session), (unsigned)number);
        } else {
            simulator_lag(session_simulator(deploying.session), number);
        }
        if (!option_given(invocation, OPTION_QUIET)) say_setting(throttles, number);
    }
    return deploying_close(&deploying, outcome);
}

/* --- serve ------------------------------------------------------------------------------------ */

enum { SERVE_PORT = 4580 };

static void tell_address(void *context, unsigned port) {
    const struct invocation *invocation = context;
    printf("serving the sandbox at http://127.0.0.1:%u, until Ctrl-C\n", port);
    if (!option_given(invocation, OPTION_QUIET)) {
        printf("\nexport AWS_ENDPOINT_URL=http://127.0.0.1:%u AWS_REGION=us-east-1\n"
               "export AWS_ACCESS_KEY_ID=" SERVE_ACCESS_KEY
               " AWS_SECRET_ACCESS_KEY=" SERVE_SECRET_KEY "\n", port);
    }
    fflush(stdout);
}

static int serve(const struct invocation *invocation) {
    struct deploying deploying;
    struct failure why;
    struct invocation other = *invocation;
    double port = SERVE_PORT, pace = SERVE_PACE;
    if (!read_number(option_value(invocation, OPTION_PORT), 65535, &port) ||
        port != (unsigned)port) {
        return misuse(invocation, "--port is a number from 0 to 65535");
    }
    if (!read_number(option_value(invocation, OPTION_PACE), 86400, &pace)) {
        return misuse(invocation, "--pace is a number from 0 to 86400");
    }
    other.operands++;
    other.operand_count--;
    int outcome = deploying_open_cloud(&deploying, &other, CLOUD_SANDBOX);
    if (outcome == OUTCOME_DONE && deploying.file)
        outcome = deploying_open_program(&deploying, &other);
    if (outcome == OUTCOME_DONE) {
        struct serve_options options = {.port = (unsigned)port, .pace = pace, .ready = tell_address,
                                        .context = (void *)invocation};
        if (!serve_run(session_simulator(deploying.session), &options, &why)) {
            outcome = world_failed(&why);
        }
    }
    return deploying_close(&deploying, outcome);
}

int command_sandbox(struct invocation *invocation) {
    const char *what = invocation->operands[0];
    if (strcmp(what, "fail") == 0) return to_resource(invocation, fail);
    if (strcmp(what, "change") == 0) return to_resource(invocation, change);
    if (strcmp(what, "put") == 0) return to_resource(invocation, put);
    if (strcmp(what, "ring") == 0) return to_resource(invocation, ring);
    if (strcmp(what, "hush") == 0) return to_resource(invocation, hush);
    if (strcmp(what, "throttle") == 0) return set_weather(invocation, true);
    if (strcmp(what, "lag") == 0) return set_weather(invocation, false);
    if (strcmp(what, "reset") != 0 && strcmp(what, "serve") != 0) {
        return misuse(invocation, "\"%s\" is nothing to do: it is reset, fail, change, put, ring, "
                                  "hush, throttle, lag or serve", what);
    }
    if (invocation->operand_count > 2) return misuse(invocation, "%s takes a FILE at most", what);
    return strcmp(what, "serve") == 0 ? serve(invocation) : reset(invocation);
}
