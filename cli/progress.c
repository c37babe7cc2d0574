/* A deploy as it goes: one live line a stack on a terminal, plain lines elsewhere, objects as JSON;
 * then how it ended, and what to do where it did not end well.
 */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/deploy.h"
#include "cli/request.h"

enum {
    REDRAW_MILLISECONDS = 80,
    WIDE_COLUMNS = 90, /* from here on live lines have columns */
};

struct progress {
    struct deploying *deploying;
    const struct plan *plan;
    const struct apply_stack *stacks; /* of the apply, once it is known */
    unsigned columns;                 /* of standard error; 0: plain lines */
    unsigned drawn;                   /* live lines on the screen */
    const struct apply_stack **live;  /* in the order in which they began */
    uint32_t live_count, live_capacity;
    bool color;
    struct timespec last;
};

/* Writes to standard error, and releases. */
static void say(struct buffer *out) {
    if (out->length) fwrite(out->bytes, 1, out->length, stderr);
    buffer_release(out);
}

static volatile sig_atomic_t interruptions;

static void interrupted(int signal_number) {
    (void)signal_number;
    interruptions++;
}

/* --- words ------------------------------------------------------------------------------------ */

static const char *doing(const struct plan_stack *stack) {
    if (stack->goes_back) return stack->action == PLAN_DELETE ? "deleting again" : "taking back";
    switch (stack->action) {
    case PLAN_NOTHING: return "unchanged";
    case PLAN_CREATE:
    case PLAN_RECREATE: return "creating";
    case PLAN_UPDATE: return "updating";
    case PLAN_DELETE: return "deleting";
    }
    return "";
}

static const char *done(const struct apply_stack *stack) {
    switch (stack->state) {
    case APPLY_WAITING: return "waiting";
    case APPLY_RUNNING: return doing(stack->plan);
    case APPLY_NOTHING: return "unchanged";
    case APPLY_SKIPPED: return "not begun";
    case APPLY_LOST: return "out of sight";
    case APPLY_FAILED: return stack->is_back && stack->is_begun ? "failed, rolled back" : "failed";
    case APPLY_DONE:
        if (stack->plan->goes_back) {
            return stack->plan->action == PLAN_DELETE ? "deleted again" : "taken back";
        }
        if (stack->plan->action == PLAN_DELETE) return "deleted";
        return stack->plan->action == PLAN_UPDATE ? "updated" : "created";
    }
    return "";
}

static struct text name_of(const struct plan_stack *stack, struct text logical_id) {
    const struct template_resource *resource = plan_resource(stack->template, logical_id);
    return resource ? resource->path : logical_id;
}

/* --- live lines ------------------------------------------------------------------------------- */

static void write_line(struct progress *progress, const struct apply_stack *stack,
                       struct buffer *out) {
    double now = progress->deploying->cloud->now(progress->deploying->cloud->context);
    struct buffer line;
    buffer_init(&line);
    bool is_wide = progress->columns >= WIDE_COLUMNS;
    buffer_format(&line, "%-*.*s %-*.*s %-*s", is_wide ? 14 : 0, TEXT_ARGS(stack->plan->region),
                  is_wide ? 28 : 0, TEXT_ARGS(stack->plan->name), is_wide ? 20 : 0, done(stack));
    if (stack->state == APPLY_RUNNING && stack->total) {
        uint32_t settled = stack->done < stack->total ? stack->done : stack->total;
        buffer_format(&line, " %u/%u", settled, stack->total);
    }
    buffer_char(&line, ' ');
    write_duration(&line, (stack->ended != 0 ? stack->ended : now) - stack->began);
    if (stack->state == APPLY_RUNNING && stack->bucket.length) {
        buffer_format(&line, "  emptying %.*s, %llu deleted", TEXT_ARGS(stack->bucket),
                      (unsigned long long)stack->emptied);
    } else if (stack->state == APPLY_RUNNING && stack->current.length) {
        buffer_format(&line, "  %.*s", TEXT_ARGS(name_of(stack->plan, stack->current)));
    }
    if (progress->columns && line.length >= progress->columns) line.length = progress->columns - 1;
    buffer_text(out, buffer_view(&line));
    buffer_release(&line);
}

static bool is_too_soon(struct progress *progress) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long passed = (now.tv_sec - progress->last.tv_sec) * 1000 +
                  (now.tv_nsec - progress->last.tv_nsec) / 1000000;
    if (passed < REDRAW_MILLISECONDS) return true;
    progress->last = now;
    return false;
}

static void redraw(struct progress *progress, bool always) {
    struct buffer out;
    if (!always && is_too_soon(progress)) return;
    buffer_init(&out);
    if (progress->drawn) buffer_format(&out, "\033[%uA", progress->drawn);
    for (uint32_t i = 0; i < progress->live_count; i++) {
        buffer_string(&out, "\r\033[K");
        write_line(progress, progress->live[i], &out);
        buffer_char(&out, '\n');
    }
    progress->drawn = progress->live_count;
    say(&out);
}

/* --- plain lines and JSON --------------------------------------------------------------------- */

static void plain(struct progress *progress, enum apply_event what,
                  const struct apply_stack *stack, const struct cloud_event *event) {
    const struct invocation *invocation = progress->deploying->invocation;
    struct buffer out;
    if (option_given(invocation, OPTION_QUIET)) return;
    buffer_init(&out);
    if (what == APPLY_STACK_BEGAN) {
        buffer_format(&out, "%.*s  %.*s: %s\n", TEXT_ARGS(stack->plan->region),
                      TEXT_ARGS(stack->plan->name), doing(stack->plan));
    } else if (what == APPLY_STACK_ENDED) {
        buffer_format(&out, "%.*s  %.*s: %s", TEXT_ARGS(stack->plan->region),
                      TEXT_ARGS(stack->plan->name), done(stack));
        if (stack->state != APPLY_SKIPPED && stack->state != APPLY_NOTHING) {
            buffer_string(&out, " after ");
            write_duration(&out, stack->ended - stack->began);
        }
        buffer_char(&out, '\n');
    } else if (what == APPLY_EMPTIES) {
        buffer_format(&out, "%.*s  %.*s: emptying bucket %.*s, %llu versions deleted\n",
                      TEXT_ARGS(stack->plan->region), TEXT_ARGS(stack->plan->name),
                      TEXT_ARGS(stack->bucket), (unsigned long long)stack->emptied);
    } else if (what == APPLY_RESOURCE && option_given(invocation, OPTION_VERBOSE)) {
        struct text name = name_of(stack->plan, event->logical_id);
        buffer_format(&out, "%.*s  %.*s: %.*s %.*s%s%.*s\n", TEXT_ARGS(stack->plan->region),
                      TEXT_ARGS(stack->plan->name), TEXT_ARGS(name), TEXT_ARGS(event->status),
                      event->reason.length ? ": " : "", TEXT_ARGS(event->reason));
    }
    say(&out);
}

static void member(struct buffer *out, const char *name, struct text value) {
    if (!value.length) return;
    buffer_format(out, ",\"%s\":", name);
    buffer_json_string(out, value);
}

static void json(struct progress *progress, enum apply_event what,
                 const struct apply_stack *stack, const struct cloud_event *event) {
    struct buffer out;
    if (what == APPLY_PROGRESS) return;
    buffer_init(&out);
    buffer_format(&out, "{\"format\":1,\"event\":\"%s\"", what == APPLY_RESOURCE  ? "resource"
                                                           : what == APPLY_EMPTIES ? "bucket"
                                                                                   : "stack");
    member(&out, "region", stack->plan->region);
    member(&out, "stack", stack->plan->name);
    if (what == APPLY_EMPTIES) {
        member(&out, "bucket", stack->bucket);
        buffer_format(&out, ",\"deleted\":%llu,\"time\":%.3f", (unsigned long long)stack->emptied,
                      progress->deploying->cloud->now(progress->deploying->cloud->context));
    } else if (what == APPLY_RESOURCE) {
        member(&out, "id", event->logical_id);
        member(&out, "type", event->type);
        member(&out, "physicalId", event->physical_id);
        member(&out, "status", event->status);
        member(&out, "reason", event->reason);
        buffer_format(&out, ",\"time\":%.3f", event->time);
    } else {
        member(&out, "state", text_of(done(stack)));
        member(&out, "cause", stack->cause);
        member(&out, "causeId", stack->cause_id);
        buffer_format(&out, ",\"time\":%.3f",
                      progress->deploying->cloud->now(progress->deploying->cloud->context));
    }
    buffer_string(&out, "}\n");
    print(buffer_view(&out));
    buffer_release(&out);
}

/* What concerns the whole run: the user asked to stop, or the rollback begins. */
static void tell_all(struct progress *progress, enum apply_event what) {
    struct buffer out;
    bool stops = what == APPLY_INTERRUPTED;
    buffer_init(&out);
    if (progress->deploying->form == FORM_JSON) {
        buffer_format(&out, "{\"format\":1,\"event\":\"%s\",\"time\":%.3f}\n",
                      stops ? "interrupted" : "rollback",
                      progress->deploying->cloud->now(progress->deploying->cloud->context));
        print(buffer_view(&out));
    } else if (stops || !option_given(progress->deploying->invocation, OPTION_QUIET)) {
        if (progress->columns) redraw(progress, true);
        buffer_string(&out, stops ? "stopping: nothing more is begun, what AWS is doing is waited "
                                    "for; Ctrl-C again leaves at once, \"mrp resume\" goes on\n"
                                  : "taking back what was changed\n");
        for (uint32_t i = 0; stops && i < progress->live_count; i++) {
            const struct apply_stack *stack = progress->live[i];
            if (stack->state != APPLY_RUNNING) continue;
            buffer_format(&out, "  still running: %.*s in %.*s\n", TEXT_ARGS(stack->plan->name),
                          TEXT_ARGS(stack->plan->region));
        }
        fwrite(out.bytes, 1, out.length, stderr);
        progress->drawn = 0;
    }
    buffer_release(&out);
}

static void add_live(struct progress *progress, const struct apply_stack *stack) {
    if (progress->live_count == progress->live_capacity) {
        uint32_t capacity = progress->live_capacity ? 2 * progress->live_capacity : 32;
        const struct apply_stack **larger =
            arena_array(&progress->deploying->arena, capacity, sizeof *larger);
        if (progress->live_count) {
            memcpy(larger, progress->live, progress->live_count * sizeof *larger);
        }
        progress->live = larger;
        progress->live_capacity = capacity;
    }
    progress->live[progress->live_count++] = stack;
}

static void tell(void *context, enum apply_event what, const struct apply_stack *stack,
                 const struct cloud_event *event) {
    struct progress *progress = context;
    if (!stack) {
        tell_all(progress, what);
        return;
    }
    if (what == APPLY_STACK_BEGAN) add_live(progress, stack);
    if (progress->deploying->form == FORM_JSON) {
        json(progress, what, stack, event);
        return;
    }
    if (!progress->columns) {
        plain(progress, what, stack, event);
        return;
    }
    redraw(progress, what == APPLY_STACK_BEGAN || what == APPLY_STACK_ENDED);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void write_left(const struct apply_stack *stack, const struct apply_left *left,
                       struct buffer *out) {
    buffer_text(out, name_of(stack->plan, left->logical_id));
    if (left->physical_id.length) {
        buffer_format(out, " (%.*s %.*s)", TEXT_ARGS(left->type), TEXT_ARGS(left->physical_id));
    }
}

static void say_failure(struct progress *progress, const struct apply_stack *stack,
                        struct buffer *out) {
    struct deploying *deploying = progress->deploying;
    if (progress->color) buffer_string(out, "\033[31m");
    buffer_string(out, stack->state == APPLY_LOST ? "lost: " : "failed: ");
    if (progress->color) buffer_string(out, "\033[0m");
    if (stack->cause_id.length) {
        buffer_format(out, "%.*s (%.*s)", TEXT_ARGS(name_of(stack->plan, stack->cause_id)),
                      TEXT_ARGS(stack->cause_type));
        struct text place = resource_place(deploying, stack->cause_resource);
        if (place.length) buffer_format(out, ", %.*s", TEXT_ARGS(place));
        buffer_string(out, ", ");
    }
    buffer_format(out, "stack %.*s in %.*s\n", TEXT_ARGS(stack->plan->name),
                  TEXT_ARGS(stack->plan->region));
    buffer_format(out, "  AWS says: %.*s\n", TEXT_ARGS(stack->cause));
    if (stack->state == APPLY_LOST) {
        buffer_string(out, "  what became of the stack is not known\n");
    } else if (!stack->is_begun) {
        buffer_string(out, "  the stack was not changed\n");
    } else {
        buffer_format(out, "  the stack is %s (%.*s)\n",
                      stack->is_back ? "back as it was" : "not back as it was",
                      TEXT_ARGS(stack->status));
    }
    for (uint32_t i = 0; i < stack->left_count; i++) {
        buffer_string(out, stack->plan->action == PLAN_DELETE ? "  is still there: "
                                                              : "  left behind by its rollback: ");
        write_left(stack, &stack->left[i], out);
        buffer_char(out, '\n');
    }
}

/* What became of a stack, where its failure was not told above; NULL for nothing to say. */
static const char *rest_of(const struct apply *apply, uint32_t index) {
    const struct apply_stack *stack = &apply->stacks[index];
    const struct apply_back *back = apply->back ? &apply->back[index] : NULL;
    if (back && back->is_touched && stack->state != APPLY_FAILED) {
        if (!back->is_verified) return "is not back as it was: ";
        return back->stack && back->stack->plan->action == PLAN_DELETE ? "was deleted again"
                                                                        : "is back as it was";
    }
    if (stack->state == APPLY_RUNNING) return "is still running at AWS";
    if (stack->state == APPLY_DONE) return "was changed and stays so";
    return stack->state == APPLY_SKIPPED ? "was not begun" : NULL;
}

static void say_rest(const struct apply *apply, struct buffer *out) {
    for (uint32_t i = 0; i < apply->count; i++) {
        const struct apply_stack *stack = &apply->stacks[i];
        const char *word = rest_of(apply, i);
        if (!word) continue;
        buffer_format(out, "  %.*s in %.*s %s", TEXT_ARGS(stack->plan->name),
                      TEXT_ARGS(stack->plan->region), word);
        if (text_ends(text_of(word), TEXT(": "))) {
            buffer_text(out, apply->back[i].problem);
        }
        buffer_char(out, '\n');
    }
}

/* Whether a stack is in a state that nothing but a rescue gets it out of. */
static bool is_stuck(const struct apply *apply) {
    for (uint32_t i = 0; i < apply->count; i++) {
        const struct apply_stack *stack = &apply->stacks[i];
        const struct apply_stack *back = apply->back ? apply->back[i].stack : NULL;
        struct text status = back && back->status.length ? back->status : stack->status;
        if (stack->is_begun && (text_is(status, "UPDATE_ROLLBACK_FAILED") ||
                                text_is(status, "ROLLBACK_FAILED"))) return true;
    }
    return false;
}

static const char *advice(const struct progress *progress, const struct apply *apply,
                          enum apply_outcome outcome) {
    if (outcome == APPLY_BEFORE) return "nothing was changed\n";
    if (outcome == APPLY_ROLLED_BACK) {
        return "all that was touched is back as it was; mend the cause, then \"mrp apply\" again\n";
    }
    if (is_stuck(apply)) {
        return "a stack is stuck: \"mrp rescue\" shows why, and gets it out; \"mrp resume\" or \"mrp "
               "apply\" go on afterwards\n";
    }
    if (progress->plan->is_destroy) {
        return "not all is deleted: \"mrp resume\" goes on, \"mrp status\" shows what is there\n";
    }
    if (apply->back) {
        return "not all is back as it was: \"mrp status\" shows what is there, \"mrp resume\" tries "
               "again to take it back, \"mrp apply\" goes forward\n";
    }
    return "the deploy is not complete: \"mrp resume\" goes on, \"mrp resume --rollback\" takes back "
           "what was changed, \"mrp status\" shows what is there\n";
}

static int say_end(struct progress *progress, const struct apply *apply,
                   enum apply_outcome outcome) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; outcome != APPLY_ALL_DONE && i < apply->count; i++) {
        enum apply_state state = apply->stacks[i].state;
        if (state == APPLY_FAILED || state == APPLY_LOST) {
            say_failure(progress, &apply->stacks[i], &out);
        }
    }
    if (outcome != APPLY_ALL_DONE) {
        say_rest(apply, &out);
        if (apply->was_interrupted) buffer_string(&out, "interrupted: ");
        buffer_string(&out, advice(progress, apply, outcome));
    }
    say(&out);
    switch (outcome) {
    case APPLY_ALL_DONE: return OUTCOME_DONE;
    case APPLY_BEFORE: return OUTCOME_WORLD;
    case APPLY_ROLLED_BACK: return OUTCOME_ROLLED_BACK;
    case APPLY_STUCK: return OUTCOME_STUCK;
    }
    return OUTCOME_STUCK;
}

static void say_outputs(struct progress *progress, const struct apply *apply, int outcome) {
    struct deploying *deploying = progress->deploying;
    struct buffer out;
    buffer_init(&out);
    if (deploying->form == FORM_JSON) {
        buffer_format(&out, "{\"format\":1,\"event\":\"end\",\"exit\":%d,\"seconds\":%.0f,"
                            "\"outputs\":", outcome, apply->seconds);
        outputs_json(deploying, progress->plan, apply, &out);
        buffer_string(&out, "}\n");
    } else if (outcome == OUTCOME_DONE && !progress->plan->is_destroy) {
        outputs_text(deploying, progress->plan, apply, &out);
        outputs_notes(progress->plan, &out);
    }
    print(buffer_view(&out));
    buffer_release(&out);
}

/* What an update should have deleted, or was told to keep: its stack does not manage it any more. */
static void say_left(const struct apply_stack *stack, struct buffer *out) {
    if (stack->state != APPLY_DONE) return;
    for (uint32_t i = 0; i < stack->left_count; i++) {
        buffer_string(out, "kept: ");
        write_left(stack, &stack->left[i], out);
        buffer_format(out, " in %.*s; no stack manages it now\n", TEXT_ARGS(stack->plan->region));
    }
}

static void say_done(struct progress *progress, const struct apply *apply) {
    struct buffer out;
    uint32_t count = 0;
    for (uint32_t i = 0; i < apply->count; i++) count += apply->stacks[i].state == APPLY_DONE;
    if (!count || progress->deploying->form == FORM_JSON) return;
    buffer_init(&out);
    for (uint32_t i = 0; i < apply->count; i++) say_left(&apply->stacks[i], &out);
    buffer_format(&out, "done: %u stack%s %s in ", count, count == 1 ? "" : "s",
                  progress->plan->is_destroy ? "deleted" : "deployed");
    write_duration(&out, apply->seconds);
    if (option_given(progress->deploying->invocation, OPTION_SANDBOX)) {
        buffer_string(&out, " of the sandbox's time");
    }
    buffer_char(&out, '\n');
    say(&out);
}

/* --- carrying out ----------------------------------------------------------------------------- */

/* Letters, digits and "-" alone: part of tokens. */
static struct text who_asks(struct arena *arena) {
    char host[65] = {0}, name[128];
    const struct passwd *user = getpwuid(geteuid());
    gethostname(host, sizeof host - 1);
    int length = snprintf(name, sizeof name, "%.31s-%.31s", user ? user->pw_name : "unknown", host);
    for (int i = 0; i < length; i++) {
        if (!isalnum((unsigned char)name[i])) name[i] = '-';
    }
    return text_copy(arena, text_of(name));
}

/* "1,*": how many regions in each wave; "*" for all that are left. */
static bool read_waves(const struct invocation *invocation, struct apply_options *options) {
    const char *at = option_value(invocation, OPTION_WAVES);
    while (at && *at) {
        char *end = (char *)at + 1;
        unsigned long regions = *at == '*' ? 0 : strtoul(at, &end, 10);
        bool is_number = *at == '*' || (isdigit((unsigned char)*at) && regions && regions < 1000);
        if (!is_number || (*end && (*end != ',' || !end[1])) ||
            options->wave_count == APPLY_WAVES) return false;
        options->waves[options->wave_count++] = (uint32_t)regions;
        at = *end ? end + 1 : end;
    }
    return true;
}

static struct text write_request(struct deploying *deploying) {
    struct buffer out;
    buffer_init(&out);
    buffer_char(&out, '{');
    request_write(deploying->invocation, deploying->file, &out);
    buffer_string(&out, ",\"hash\":");
    buffer_json_string(&out, deploying_hash(deploying));
    buffer_char(&out, '}');
    struct text text = buffer_take(&out, &deploying->arena);
    buffer_release(&out);
    return text;
}

static bool progress_open(struct progress *progress, struct deploying *deploying,
                          struct apply_options *options) {
    *progress = (struct progress){.deploying = deploying,
                                  .color = wants_color(deploying->invocation, 2)};
    progress->columns = progress->color ? terminal_columns(2) : 0;
    *options = (struct apply_options){
        .journal = deploying->runtime->journal(deploying->session),
        .interrupted = &interruptions, .keep = option_given(deploying->invocation, OPTION_KEEP),
        .who = who_asks(&deploying->arena), .request = write_request(deploying),
        .tell = tell, .context = progress};
    return read_waves(deploying->invocation, options);
}

static int say_all(struct progress *progress, const struct apply *apply,
                   enum apply_outcome outcome, const struct failure *why) {
    if (progress->columns) redraw(progress, true);
    if (why->message[0]) world_failed(why);
    int status = say_end(progress, apply, outcome);
    if (status == OUTCOME_DONE) say_done(progress, apply);
    say_outputs(progress, apply, status);
    return status;
}

int deploying_apply(struct deploying *deploying, const struct plan *plan, bool continues) {
    struct progress progress;
    struct apply_options options;
    struct sigaction action = {.sa_handler = interrupted}, before;
    struct apply apply;
    struct failure why = {0};
    if (!progress_open(&progress, deploying, &options)) {
        return misuse(deploying->invocation, "--waves takes numbers of regions, the last may be "
                                             "\"*\": --waves 1,*");
    }
    progress.plan = plan;
    options.continues = continues;
    sigaction(SIGINT, &action, &before);
    enum apply_outcome outcome = deploying->runtime->apply(deploying->cloud, plan, &options,
                                                           &deploying->arena, &apply, &why);
    sigaction(SIGINT, &before, NULL);
    return say_all(&progress, &apply, outcome, &why);
}

bool deploying_resume(struct deploying *deploying, const struct journal_run *run, bool rollback,
                      int *outcome) {
    struct progress progress;
    struct apply_options options;
    struct sigaction action = {.sa_handler = interrupted}, before;
    struct resume *resume = ARENA_NEW(&deploying->arena, struct resume);
    struct failure why = {0};
    progress_open(&progress, deploying, &options);
    progress.plan = &resume->plan;
    sigaction(SIGINT, &action, &before);
    enum resume_next next = deploying->runtime->resume(deploying->cloud, &deploying->program, run,
                                                       &options, rollback, &deploying->arena,
                                                       resume, &why);
    sigaction(SIGINT, &before, NULL);
    *outcome = OUTCOME_DONE;
    if (next == RESUME_REFUSED) *outcome = world_failed(&why);
    if (next == RESUME_ENDED) *outcome = say_all(&progress, &resume->apply, resume->outcome, &why);
    /* It was asked for: that is no failure. */
    if (rollback && *outcome == OUTCOME_ROLLED_BACK) *outcome = OUTCOME_DONE;
    return next == RESUME_GO_ON;
}
