/* A deploy as it goes: one live line a stack on a terminal, plain lines elsewhere, objects as JSON.
 */
#include "cli/progress.h"

#include <stdio.h>

#include "base/unicode.h"
#include "cli/hidden.h"

enum {
    REDRAW_MILLISECONDS = 80,
    WIDE_COLUMNS = 90, /* from here on live lines have columns */
};

void progress_say(struct buffer *out) {
    hidden_mask_buffer(out);
    if (out->length) fwrite(out->bytes, 1, out->length, stderr);
    buffer_release(out);
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

/* What is done to a stack, in a word or two. */
static const char *progress_done(const struct apply_stack *stack) {
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

/* --- live lines ------------------------------------------------------------------------------- */

static void write_line(struct progress *progress, const struct apply_stack *stack,
                       struct buffer *out) {
    double now = progress->deploying->cloud->now(progress->deploying->cloud->context);
    struct buffer line;
    buffer_init(&line);
    bool is_wide = progress->columns >= WIDE_COLUMNS;
    buffer_format(&line, "%-*.*s %-*.*s %-*s", is_wide ? 14 : 0, TEXT_ARGS(stack->plan->region),
                  is_wide ? 28 : 0, TEXT_ARGS(stack->plan->name), is_wide ? 20 : 0,
                  progress_done(stack));
    if (stack->state == APPLY_RUNNING && stack->total) {
        uint32_t settled = stack->done < stack->total ? stack->done : stack->total;
        buffer_format(&line, " %u/%u", settled, stack->total);
    }
    buffer_char(&line, ' ');
    write_duration(&line, (stack->ended != 0 ? stack->ended : now) - stack->began);
    if (stack->state == APPLY_RUNNING && stack->plan->expected > 0) {
        buffer_string(&line, " of about ");
        write_duration(&line, stack->plan->expected);
    }
    if (stack->state == APPLY_RUNNING && stack->bucket.length) {
        buffer_format(&line, "  emptying %.*s, %llu deleted", TEXT_ARGS(stack->bucket),
                      (unsigned long long)stack->emptied);
    } else if (stack->state == APPLY_RUNNING && stack->current.length) {
        buffer_string(&line, "  ");
        show_name(stack->plan->template, stack->current, &line);
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

void progress_redraw(struct progress *progress, bool always) {
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
    progress_say(&out);
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
                      TEXT_ARGS(stack->plan->name), progress_done(stack));
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
        buffer_format(&out, "%.*s  %.*s: ", TEXT_ARGS(stack->plan->region),
                      TEXT_ARGS(stack->plan->name));
        show_name(stack->plan->template, event->logical_id, &out);
        buffer_format(&out, " %.*s%s%.*s\n", TEXT_ARGS(event->status),
                      event->reason.length ? ": " : "", TEXT_ARGS(event->reason));
    }
    say(&out);
}

/* What stands behind AWS's words. */
static void details_json(const struct apply_stack *stack, struct buffer *out) {
    for (uint32_t i = 0; i < stack->hook_count; i++) {
        buffer_string(out, i ? ",{\"type\":" : ",\"hooks\":[{\"type\":");
        buffer_json_string(out, stack->hooks[i].type);
        buffer_json_more(out, "id", stack->hooks[i].target);
        buffer_json_more(out, "reason", stack->hooks[i].reason);
        buffer_string(out, i + 1 == stack->hook_count ? "}]" : "}");
    }
    if (!stack->trail) return;
    buffer_string(out, ",\"call\":{\"name\":");
    buffer_json_string(out, stack->trail->name);
    buffer_json_more(out, "source", stack->trail->source);
    buffer_json_more(out, "user", stack->trail->user);
    buffer_json_more(out, "error", stack->trail->error_code);
    buffer_json_more(out, "message", stack->trail->error_message);
    buffer_char(out, '}');
}

static void json(struct progress *progress, enum apply_event what,
                 const struct apply_stack *stack, const struct cloud_event *event) {
    struct buffer out;
    if (what == APPLY_PROGRESS) return;
    buffer_init(&out);
    buffer_format(&out, "{\"format\":1,\"event\":\"%s\"", what == APPLY_RESOURCE  ? "resource"
                                                           : what == APPLY_EMPTIES ? "bucket"
                                                                                   : "stack");
    buffer_json_more(&out, "region", stack->plan->region);
    buffer_json_more(&out, "stack", stack->plan->name);
    if (what == APPLY_EMPTIES) {
        buffer_json_more(&out, "bucket", stack->bucket);
        buffer_format(&out, ",\"deleted\":%llu,\"time\":%.3f", (unsigned long long)stack->emptied,
                      progress->deploying->cloud->now(progress->deploying->cloud->context));
    } else if (what == APPLY_RESOURCE) {
        buffer_json_more(&out, "id", event->logical_id);
        buffer_json_more(&out, "type", event->type);
        buffer_json_more(&out, "physicalId", event->physical_id);
        buffer_json_more(&out, "status", event->status);
        buffer_json_more(&out, "reason", event->reason);
        buffer_format(&out, ",\"time\":%.3f", event->time);
    } else {
        buffer_json_more(&out, "state", text_of(progress_done(stack)));
        buffer_json_more(&out, "cause", stack->cause);
        buffer_json_more(&out, "causeId", stack->cause_id);
        details_json(stack, &out);
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
    if (what == APPLY_TICK) {
        if (progress->columns && progress->deploying->form != FORM_JSON) {
            progress_redraw(progress, false);
        }
        return;
    }
    buffer_init(&out);
    if (progress->deploying->form == FORM_JSON) {
        buffer_format(&out, "{\"format\":1,\"event\":\"%s\",\"time\":%.3f}\n",
                      stops ? "interrupted" : "rollback",
                      progress->deploying->cloud->now(progress->deploying->cloud->context));
        print(buffer_view(&out));
    } else if (stops || !option_given(progress->deploying->invocation, OPTION_QUIET)) {
        if (progress->columns) progress_redraw(progress, true);
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
    progress->live = arena_grown(&progress->deploying->arena, progress->live, progress->live_count,
                                 &progress->live_capacity, sizeof *progress->live);
    progress->live[progress->live_count++] = stack;
}

void progress_tell(void *context, enum apply_event what, const struct apply_stack *stack,
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
    progress_redraw(progress, what == APPLY_STACK_BEGAN || what == APPLY_STACK_ENDED);
}
