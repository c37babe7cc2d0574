/* Carrying a plan out, or an interrupted run on: the options of a run, and Ctrl-C. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/host.h"
#include "cli/interrupts.h"
#include "cli/progress.h"
#include "cli/request.h"

/* Letters, digits and "-" alone: part of tokens. */
static struct text who_asks(struct arena *arena) {
    char host[65] = {0}, user[32], name[128];
    gethostname(host, sizeof host - 1);
    host_user(user, sizeof user);
    int length = snprintf(name, sizeof name, "%s-%.31s", user, host);
    for (int i = 0; i < length; i++) {
        if (!ascii_is_alphanumeric(name[i])) name[i] = '-';
    }
    return text_copy(arena, text_of(name));
}

/* "1,*": how many regions in each wave; "*" for all that are left. */
static bool read_waves(const struct invocation *invocation, struct apply_options *options) {
    const char *at = option_value(invocation, OPTION_WAVES);
    while (at && *at) {
        char *end = (char *)at + 1;
        unsigned long regions = *at == '*' ? 0 : strtoul(at, &end, 10);
        bool is_number = *at == '*' || (ascii_is_digit(*at) && regions && regions < 1000);
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
        .journal = session_journal(deploying->session),
        .interrupted = &interruptions, .keep = option_given(deploying->invocation, OPTION_KEEP),
        .who = who_asks(&deploying->arena), .request = write_request(deploying),
        .tell = progress_tell, .context = progress};
    /* The sandbox's time is its own: there is nobody who watches it pass. */
    bool is_sandbox = option_given(deploying->invocation, OPTION_SANDBOX);
    if (progress->columns && !is_sandbox) options->tick = 1;
    return read_waves(deploying->invocation, options);
}

int deploying_apply(struct deploying *deploying, const struct plan *plan, bool continues) {
    struct progress progress;
    struct apply_options options;
    struct apply apply;
    struct failure why = {0};
    if (!progress_open(&progress, deploying, &options)) {
        return misuse(deploying->invocation, "--waves takes numbers of regions, the last may be "
                                             "\"*\": --waves 1,*");
    }
    progress.plan = plan;
    options.continues = continues;
    interrupts_take();
    enum apply_outcome outcome =
        apply_plan(deploying->cloud, plan, &options, &deploying->arena, &apply, &why);
    interrupts_leave();
    return progress_end(&progress, &apply, outcome, &why);
}

bool deploying_resume(struct deploying *deploying, const struct journal_run *run, bool rollback,
                      int *outcome) {
    struct progress progress;
    struct apply_options options;
    struct resume *resume = ARENA_NEW(&deploying->arena, struct resume);
    struct failure why = {0};
    progress_open(&progress, deploying, &options);
    progress.plan = &resume->plan;
    options.goes_back = rollback;
    if (run) resume->run = *run;
    interrupts_take();
    enum resume_next next = (run ? resume_run : resume_elsewhere)(
        deploying->cloud, &deploying->program, &options, &deploying->arena, resume, &why);
    interrupts_leave();
    *outcome = OUTCOME_DONE;
    if (next == RESUME_REFUSED) *outcome = world_failed(&why);
    if (next == RESUME_ENDED)
        *outcome = progress_end(&progress, &resume->apply, resume->outcome, &why);
    /* It was asked for: that is no failure. */
    if (rollback && *outcome == OUTCOME_ROLLED_BACK) *outcome = OUTCOME_DONE;
    return next == RESUME_GO_ON;
}
