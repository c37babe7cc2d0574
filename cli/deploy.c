/* Opening what a deploy needs: the program compiled, its templates as they are sent, the cloud. */
#include "cli/deploy.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "cli/hidden.h"
#include "cli/package.h"

static struct text folder_of(struct arena *arena, const char *file) {
    const char *slash = strrchr(file, '/');
    if (!slash) return TEXT(".");
    if (slash == file) return TEXT("/");
    return text_copy(arena, (struct text){file, (size_t)(slash - file)});
}

static void fill_program(struct deploying *deploying, const struct package *package) {
    const struct template_set *set = mrp_listed_templates(deploying->mrp);
    const struct deployment *deployment = mrp_deployment(deploying->mrp);
    struct text *bodies = arena_array(&deploying->arena, set->count + 1, sizeof *bodies);
    for (uint32_t i = 0; i < set->count; i++) {
        struct buffer body;
        buffer_init(&body);
        template_write(set, i, false, &body);
        bodies[i] = buffer_take(&body, &deploying->arena);
        buffer_release(&body);
    }
    deploying->program = (struct deploy_program){
        .set = set, .bodies = bodies, .project = deployment->project,
        .suffix = deployment->suffix, .account = deployment->account,
        .package = package->bytes, .package_name = package->name};
}

/* What the connection to AWS has to say: beside the result, never in it. */
static void say_line(void *context, struct text line) {
    (void)context;
    struct buffer said;
    buffer_init(&said);
    buffer_format(&said, "note: %.*s\n", TEXT_ARGS(line));
    say(&said);
}

static int open_session(struct deploying *deploying, const char *file, enum cloud_choice choice) {
    struct failure why;
    struct session_options options = {
        .folder = folder_of(&deploying->arena, file).bytes,
        .sandbox = choice != CLOUD_AWS,
        .sandbox_is_new = choice == CLOUD_NEW_SANDBOX,
        .account = deploying->program.account,
        .profile = option_value(deploying->invocation, OPTION_PROFILE),
        .version = mrp_version(),
        .is_verbose = option_given(deploying->invocation, OPTION_VERBOSE),
        .say = say_line};
    deploying->session = session_open(&options, &why);
    if (!deploying->session) return world_failed(&why);
    deploying->cloud = session_cloud(deploying->session);
    return OUTCOME_DONE;
}

static int init(struct deploying *deploying, const struct invocation *invocation) {
    *deploying = (struct deploying){.invocation = invocation};
    arena_init(&deploying->arena);
    deploying->color = wants_color(invocation, 1);
    deploying->columns = terminal_columns(1);
    return output_form(invocation, false, &deploying->form);
}

int deploying_open_program(struct deploying *deploying, const struct invocation *invocation) {
    struct failure why;
    deploying->invocation = invocation;
    if (!program_file(invocation, 0, &deploying->file, &why)) return world_failed(&why);
    int outcome = program_compile(invocation, 0, &deploying->mrp);
    if (outcome != OUTCOME_DONE) return outcome;
    struct package package;
    if (!package_fill(deploying->mrp, &package, &why)) return world_failed(&why);
    fill_program(deploying, &package);
    hidden_take(deploying->program.set);
    struct simulator *simulator = deploying->session ? session_simulator(deploying->session) : NULL;
    if (simulator && deploying->program.account.length) {
        simulator_account(simulator, deploying->program.account);
    }
    return OUTCOME_DONE;
}

int deploying_open(struct deploying *deploying, const struct invocation *invocation) {
    int outcome = init(deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = deploying_open_program(deploying, invocation);
    if (outcome != OUTCOME_DONE) return outcome;
    bool sandbox = option_given(invocation, OPTION_SANDBOX);
    return open_session(deploying, deploying->file, sandbox ? CLOUD_SANDBOX : CLOUD_AWS);
}

int deploying_open_cloud(struct deploying *deploying, const struct invocation *invocation,
                         enum cloud_choice choice) {
    struct failure why;
    int outcome = init(deploying, invocation);
    if (outcome != OUTCOME_DONE) return outcome;
    /* Without a program here, the journal says which one it was. */
    enum program_found found = program_find(invocation, 0, &deploying->file, &why);
    if (found == PROGRAM_FAILED) return world_failed(&why);
    if (found == PROGRAM_NONE) deploying->file = NULL;
    return open_session(deploying, deploying->file ? deploying->file : "pipeline.mrp", choice);
}

struct text deploying_hash(struct deploying *deploying) {
    struct buffer all;
    buffer_init(&all);
    for (uint32_t i = 0; i < deploying->program.set->count; i++) {
        const struct template *template = &deploying->program.set->templates[i];
        buffer_format(&all, "%.*s/%.*s\n", TEXT_ARGS(template->region_name),
                      TEXT_ARGS(template->name));
        buffer_text(&all, deploying->program.bodies[i]);
    }
    struct text hex = hash_hex(&deploying->arena, HASH_SHA256, buffer_view(&all));
    buffer_release(&all);
    return hex;
}

int deploying_close(struct deploying *deploying, int outcome) {
    struct failure why;
    if (deploying->session && !session_close(deploying->session, &why)) {
        outcome = world_failed(&why);
    }
    hidden_forget();
    if (deploying->mrp) mrp_free(deploying->mrp);
    arena_release(&deploying->arena);
    return outcome;
}

static void tell_waiting(void *context, const struct plan_stack *stack) {
    (void)context;
    struct buffer said;
    buffer_init(&said);
    buffer_format(&said, "waiting for stack %.*s in %.*s: %.*s\n", TEXT_ARGS(stack->name),
                  TEXT_ARGS(stack->region), TEXT_ARGS(stack->status));
    say(&said);
}

/* What the command line says of a plan. */
static int read_plan_options(struct deploying *deploying, struct plan_options *options) {
    const struct invocation *invocation = deploying->invocation;
    size_t count = invocation->counts[OPTION_ADOPT];
    struct text *adopt = arena_array(&deploying->arena, count + 1, sizeof *adopt);
    for (size_t i = 0; i < count; i++) adopt[i] = text_of(invocation->values[OPTION_ADOPT][i]);
    const char *regions = option_value(invocation, OPTION_REGIONS);
    if (regions && strcmp(regions, "all") != 0) {
        return misuse(invocation, "--regions takes the word all");
    }
    bool shows = option_given(invocation, OPTION_DRIFT);
    bool reverts = option_given(invocation, OPTION_REVERT_DRIFT);
    if (option_given(invocation, OPTION_QUICK) && (shows || reverts)) {
        return misuse(invocation, "--%s needs change sets, which --quick leaves out",
                      reverts ? "revert-drift" : "drift");
    }
    *options = (struct plan_options){.quick = option_given(invocation, OPTION_QUICK),
                                     .drift = reverts ? PLAN_DRIFT_REVERTED
                                              : shows ? PLAN_DRIFT_SHOWN : PLAN_DRIFT_UNASKED,
                                     .waits = option_given(invocation, OPTION_WAIT),
                                     .tell = tell_waiting,
                                     .all_regions = regions != NULL,
                                     .adopt = adopt, .adopt_count = count};
    return OUTCOME_DONE;
}

int deploying_plan(struct deploying *deploying, bool destroys, struct plan *plan) {
    struct journal *journal = session_journal(deploying->session);
    struct failure why = {0};
    struct plan_options options;
    int outcome = read_plan_options(deploying, &options);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!journal_regions(journal, deploying->program.project, deploying->program.suffix,
                         &deploying->arena, &options.regions, &options.region_count, &why))
        return world_failed(&why);
    enum plan_outcome made =
        destroys ? plan_destroy(deploying->cloud, &deploying->program, &options,
                                &deploying->arena, plan, &why)
                 : plan_make(deploying->cloud, &deploying->program, &options, &deploying->arena,
                             plan, &why);
    bool good = made == PLAN_MADE && journal_expect(journal, plan, &why);
    return good ? OUTCOME_DONE : world_failed(&why);
}

int deploying_show(struct deploying *deploying, const struct plan *plan, bool is_event) {
    struct buffer out;
    buffer_init(&out);
    if (deploying->form == FORM_JSON && is_event) {
        buffer_string(&out, "{\"format\":1,\"event\":\"plan\",\"plan\":");
        plan_json(deploying, plan, &out);
        out.length--; /* its new line */
        buffer_string(&out, "}\n");
    } else if (deploying->form == FORM_JSON) {
        plan_json(deploying, plan, &out);
    } else {
        plan_head(deploying, plan->account, plan->caller, &out);
        plan_text(deploying, plan, &out);
    }
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

/* --- places ----------------------------------------------------------------------------------- */

static struct text place_text(struct deploying *deploying, struct span span) {
    struct diagnostics *diagnostics = mrp_diagnostics(deploying->mrp);
    struct place place = source_place(diagnostics->sources, span.source, span.start);
    struct text path = mrp_user_path(deploying->mrp, span.source);
    return text_format(&deploying->arena, "%.*s:%u", TEXT_ARGS(path), place.line);
}

void show_name(const struct template *template, struct text logical_id, struct buffer *out) {
    const struct template_resource *resource = plan_resource(template, logical_id);
    if (!resource) {
        show_line(out, logical_id);
        return;
    }
    size_t known = resource->logical_id.length; /* what follows is inside of a nested stack */
    show_line(out, resource->path);
    show_line(out, (struct text){logical_id.bytes + known, logical_id.length - known});
}

struct text resource_place(struct deploying *deploying, const struct template_resource *resource) {
    return resource ? place_text(deploying, resource->span) : (struct text){0};
}

static const struct resource *find_resource(const struct template *template, struct text id) {
    const struct stack *stack = template ? template->stack : NULL;
    for (uint32_t i = 0; stack && i < stack->resource_count; i++) {
        if (text_equal(name_text(stack->resources[i]->logical_id), id)) {
            return stack->resources[i];
        }
    }
    return NULL;
}

struct text property_place(struct deploying *deploying, const struct template *template,
                           const struct template_resource *resource, struct text property) {
    const struct resource *declared = resource ? find_resource(template, resource->logical_id)
                                               : NULL;
    const struct record *record = declared ? declared->properties : NULL;
    for (uint32_t i = 0; record && i < record->count; i++) {
        const struct record_entry *entry = &record->entries[i];
        if (text_equal(name_text(entry->key), property) && entry->origin) {
            return place_text(deploying, entry->origin->span);
        }
    }
    return (struct text){0};
}

/* --- asking ----------------------------------------------------------------------------------- */

bool can_ask(void) { return terminal_columns(0) != 0 && terminal_columns(2) != 0; }

bool ask_for(const char *question, struct text answer) {
    char line[256];
    fputs(question, stderr);
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin)) return false;
    size_t length = strcspn(line, "\n");
    return text_equal((struct text){line, length}, answer);
}

void write_duration(struct buffer *out, double seconds) {
    long whole = (long)(seconds + 0.5);
    if (whole >= 3600) buffer_format(out, "%ld h %ld m", whole / 3600, whole / 60 % 60);
    else if (whole >= 60) buffer_format(out, "%ld m %ld s", whole / 60, whole % 60);
    else buffer_format(out, "%ld s", whole);
}
