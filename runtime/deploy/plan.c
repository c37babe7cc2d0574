/* Making a plan, in rounds that ask all regions at the same time: who we are and what is there; the
 * deployed templates, and change sets for what is there; what these would do; and their deletion.
 */
#include "runtime/deploy/plan.h"

#include <stdio.h>

#include "base/hash.h"
#include "schema/schema.h"

#define PLAN_SET_NAME "mrp-plan"
enum { PLAN_POLLS = 150 };      /* at most, of change sets that are being made */

struct making {
    const struct cloud *cloud;
    const struct plan_options *options;
    struct plan *plan;
    struct arena *arena;
    struct failure *why;
    struct text *regions;
    uint32_t region_count;
    uint32_t own_regions;         /* of them, those of the program: the first */
    struct cloud_call *described; /* by region */
    struct cloud_call *sets;      /* by stack; operation 0 where none was made */
    bool *has_set;
};

static bool call_failed(struct failure *why, const struct cloud_call *call, const char *what) {
    failure_set(why, "could not %s in %.*s: %.*s", what, TEXT_ARGS(call->region),
                TEXT_ARGS(call->error.message));
    return false;
}

/* --- regions and stacks ----------------------------------------------------------------------- */

static void add_region(struct making *making, struct text region) {
    for (uint32_t i = 0; i < making->region_count; i++) {
        if (text_equal(making->regions[i], region)) return;
    }
    making->regions[making->region_count++] = region;
}

static size_t most_regions(const struct making *making) {
    if (!making->options) return 0;
    return making->options->region_count +
           (making->options->all_regions ? schema_region_count() : 0);
}

static struct text partition_of(struct text region) {
    static const char *const marked[] = {"cn-", "us-gov-", "us-iso", "eusc-", "eu-isoe-"};
    for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) {
        if (text_starts(region, text_of(marked[i]))) return text_of(marked[i]);
    }
    return (struct text){0};
}

static bool is_same_partition(const struct making *making, struct text region) {
    struct text known = making->region_count ? making->regions[0] : TEXT("us-east-1");
    return text_equal(partition_of(region), partition_of(known));
}

/* A region that the account has not turned on holds no stacks. */
static bool is_turned_off(const struct making *making, uint32_t region,
                          const struct cloud_call *call) {
    static const char *const codes[] = {"InvalidClientTokenId", "UnrecognizedClientException",
                                        "AuthFailure", "OptInRequired", "AccessDenied"};
    if (region < making->own_regions) return false;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (text_is(call->error.code, codes[i])) return true;
    }
    return false;
}

static void collect_stacks(struct making *making) {
    struct plan *plan = making->plan;
    const struct template_set *set = plan->program->set;
    making->regions = arena_array(making->arena, set->count + most_regions(making) + 1,
                                  sizeof *making->regions);
    plan->stacks = arena_array(making->arena, set->count + 1, sizeof *plan->stacks);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[set->order[i]];
        struct plan_stack *stack = &plan->stacks[plan->count++];
        *stack = (struct plan_stack){
            .template = template, .name = template->name, .region = template->region_name,
            .label = template->region_label, .path = template->path,
            .body = plan->program->bodies[template->index],
        };
        add_region(making, template->region_name);
    }
    making->own_regions = making->region_count;
    for (size_t i = 0; making->options && i < making->options->region_count; i++) {
        add_region(making, making->options->regions[i]);
    }
    if (!making->options || !making->options->all_regions) return;
    for (size_t i = 0; i < schema_region_count(); i++) {
        /* Other partitions have other accounts. */
        struct text region = schema_region_at(i);
        if (is_same_partition(making, region)) add_region(making, region);
    }
}

static bool ask_regions(struct making *making) {
    struct cloud_call *calls = arena_array(making->arena, making->region_count + 1, sizeof *calls);
    uint32_t count = 0;
    for (; count < making->region_count; count++) {
        calls[count] = (struct cloud_call){.operation = CLOUD_DESCRIBE_STACKS,
                                           .region = making->regions[count],
                                           .arena = making->arena};
    }
    calls[count] = (struct cloud_call){.operation = CLOUD_IDENTITY, .arena = making->arena,
                                       .region = count ? making->regions[0] : TEXT("us-east-1")};
    cloud_all(making->cloud, calls, count + 1);
    if (cloud_failed(&calls[count])) {
        return call_failed(making->why, &calls[count], "ask who the credentials belong to");
    }
    making->plan->account = calls[count].reply.account;
    making->plan->caller = calls[count].reply.caller;
    for (uint32_t i = 0; i < count; i++) {
        if (cloud_failed(&calls[i]) && !is_turned_off(making, i, &calls[i])) {
            return call_failed(making->why, &calls[i], "list the stacks");
        }
    }
    making->described = calls;
    return true;
}

static bool check_account(struct making *making) {
    struct text wanted = making->plan->program->account;
    if (!wanted.length || text_equal(wanted, making->plan->account)) return true;
    failure_set(making->why, "the credentials are for account %.*s, the program is for account "
                             "%.*s", TEXT_ARGS(making->plan->account), TEXT_ARGS(wanted));
    failure_hint(making->why, "Use credentials of account %.*s, or change project { account }.",
                 TEXT_ARGS(wanted));
    return false;
}

/* --- ownership -------------------------------------------------------------------------------- */

static struct text tag_of(const struct cloud_stack *stack, const char *key) {
    for (uint32_t i = 0; i < stack->tag_count; i++) {
        if (text_is(stack->tags[i].key, key)) return stack->tags[i].value;
    }
    return (struct text){0};
}

static bool is_ours(const struct making *making, const struct cloud_stack *stack) {
    const struct deploy_program *program = making->plan->program;
    return text_equal(tag_of(stack, "mrp:project"), program->project) &&
           text_equal(tag_of(stack, "mrp:suffix"), program->suffix) && program->project.length;
}

static bool may_adopt(const struct making *making, struct text name) {
    for (size_t i = 0; making->options && i < making->options->adopt_count; i++) {
        if (text_equal(making->options->adopt[i], name)) return true;
    }
    return false;
}

static bool take_existing(struct making *making, struct plan_stack *stack,
                          const struct cloud_stack *found) {
    stack->deployed = found;
    stack->id = found->id;
    stack->status = found->status;
    if (is_ours(making, found) || text_is(found->status, "REVIEW_IN_PROGRESS")) return true;
    stack->is_adopted = may_adopt(making, stack->name);
    if (stack->is_adopted) return true;
    failure_set(making->why, "the stack \"%.*s\" in %.*s was not made by this deployment",
                TEXT_ARGS(stack->name), TEXT_ARGS(stack->region));
    failure_hint(making->why, "Rename the project, or take the stack over with --adopt %.*s.",
                 TEXT_ARGS(stack->name));
    return false;
}

/* Where who asked stands in a token of ours, or NULL. */
static const char *find_asker(struct text token) {
    static const char *const begins[] = {"mrp-execute-", "mrp-delete-"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        size_t at = strlen(begins[i]) + 33; /* 32 digits and a dash */
        if (text_starts(token, text_of(begins[i])) && token.length > at) return token.bytes + at;
    }
    return NULL;
}

/* ", for 40 s" */
static struct text since(const struct making *making, double began) {
    long seconds = (long)(making->cloud->now(making->cloud->context) - began);
    if (began == 0 || seconds < 0) return TEXT("");
    return seconds < 120 ? text_format(making->arena, ", for %ld s", seconds)
                         : text_format(making->arena, ", for %ld minutes", seconds / 60);
}

/* Who began what runs, by the end of its token, and when that was. */
static bool refuse_busy(struct making *making, const struct plan_stack *stack) {
    struct cloud_call call = {.operation = CLOUD_STACK_EVENTS, .region = stack->region,
                              .arena = making->arena, .request = {.stack = stack->id}};
    struct text who = {0}, token = {0};
    double began = 0;
    cloud_all(making->cloud, &call, 1);
    for (uint32_t i = 0; !cloud_failed(&call) && i < call.reply.event_count; i++) {
        const struct cloud_event *event = &call.reply.events[i];
        if (i == 0) token = event->token;
        if (!text_equal(event->token, token)) break;
        began = event->time;
    }
    /* "mrp-execute-<32 digits>-ann-build3" */
    const char *dash = token.length ? find_asker(token) : NULL;
    if (dash) who = (struct text){dash, (size_t)(token.bytes + token.length - dash)};
    failure_set(making->why, "the stack \"%.*s\" in %.*s is busy: %.*s%s%.*s%s",
                TEXT_ARGS(stack->name), TEXT_ARGS(stack->region), TEXT_ARGS(stack->status),
                who.length ? ", begun by " : "", TEXT_ARGS(who), since(making, began).bytes);
    return failure_hint(making->why, "Wait until it has settled, then try again; \"mrp resume\" goes "
                                     "on with a deploy of your own that was interrupted.");
}

static bool settle_action(struct making *making, struct plan_stack *stack) {
    if (!stack->deployed || text_is(stack->status, "REVIEW_IN_PROGRESS")) {
        stack->action = PLAN_CREATE;
        return true;
    }
    if (cloud_status_running(stack->status)) {
        return refuse_busy(making, stack);
    }
    if (text_is(stack->status, "ROLLBACK_COMPLETE") || text_is(stack->status, "ROLLBACK_FAILED") ||
        text_is(stack->status, "DELETE_FAILED")) {
        stack->action = PLAN_RECREATE;
        return true;
    }
    if (text_is(stack->status, "UPDATE_ROLLBACK_FAILED")) {
        failure_set(making->why, "the stack \"%.*s\" in %.*s cannot be updated: it is in %.*s",
                    TEXT_ARGS(stack->name), TEXT_ARGS(stack->region), TEXT_ARGS(stack->status));
        return failure_hint(making->why, "\"mrp rescue %.*s\" goes on with its rollback.",
                            TEXT_ARGS(stack->name));
    }
    stack->action = PLAN_UPDATE;
    return true;
}

static const struct cloud_stack *described(const struct making *making, struct text region,
                                           struct text name) {
    for (uint32_t r = 0; r < making->region_count; r++) {
        const struct cloud_reply *reply = &making->described[r].reply;
        if (!text_equal(making->regions[r], region)) continue;
        for (uint32_t i = 0; i < reply->stack_count; i++) {
            if (text_equal(reply->stacks[i].name, name)) return &reply->stacks[i];
        }
    }
    return NULL;
}

static bool match_stacks(struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        struct plan_stack *stack = &making->plan->stacks[i];
        const struct cloud_stack *found = described(making, stack->region, stack->name);
        if (found && !take_existing(making, stack, found)) return false;
        if (!settle_action(making, stack)) return false;
    }
    return true;
}

static bool in_program(const struct plan *plan, struct text region, struct text name) {
    for (uint32_t i = 0; i < plan->count; i++) {
        if (text_equal(plan->stacks[i].region, region) && text_equal(plan->stacks[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Stacks of this deployment that the program no longer has, newest first: what reads another was
 * made after it. */
static void add_orphans(struct making *making) {
    struct plan *plan = making->plan;
    uint32_t most = plan->count + 1;
    for (uint32_t r = 0; r < making->region_count; r++) most += making->described[r].reply.stack_count;
    struct plan_stack *all = arena_array(making->arena, most, sizeof *all);
    if (plan->count) memcpy(all, plan->stacks, plan->count * sizeof *all);
    plan->stacks = all;
    uint32_t known = plan->count;
    for (uint32_t r = 0; r < making->region_count; r++) {
        const struct cloud_reply *reply = &making->described[r].reply;
        for (uint32_t i = 0; i < reply->stack_count; i++) {
            const struct cloud_stack *stack = &reply->stacks[i];
            if (!is_ours(making, stack) || in_program(plan, making->regions[r], stack->name)) {
                continue;
            }
            uint32_t at = plan->count++;
            while (at > known && all[at - 1].deployed->created < stack->created) {
                all[at] = all[at - 1];
                at--;
            }
            all[at] = (struct plan_stack){
                .name = stack->name, .region = making->regions[r], .label = making->regions[r],
                .path = tag_of(stack, "mrp:stack"), .id = stack->id, .status = stack->status,
                .deployed = stack, .action = PLAN_DELETE};
        }
    }
}

/* --- templates and change sets ---------------------------------------------------------------- */

static struct cloud_call *new_call(struct making *making, const struct plan_stack *stack,
                                   enum cloud_operation operation) {
    struct cloud_call *call = ARENA_NEW(making->arena, struct cloud_call);
    call->operation = operation;
    call->region = stack->region;
    call->arena = making->arena;
    call->request.stack = stack->id.length ? stack->id : stack->name;
    call->request.change_set = TEXT(PLAN_SET_NAME);
    return call;
}

static const struct cloud_stack **deployed_stacks(struct making *making) {
    const struct cloud_stack **deployed =
        arena_array(making->arena, making->plan->count + 1, sizeof *deployed);
    for (uint32_t i = 0; i < making->plan->count; i++) {
        deployed[i] = making->plan->stacks[i].deployed;
    }
    return deployed;
}

/* --- large templates ---------------------------------------------------------------------------- */

static bool has_assets(const struct making *making, struct text region) {
    const struct cloud_stack *stack = described(making, region, TEXT(ASSETS_STACK));
    return stack && cloud_status_good(stack->status);
}

/* Where a large template is to be sent and the bucket is not there, its stack goes first. */
static void add_assets(struct making *making) {
    struct plan *plan = making->plan;
    struct plan_stack *all = arena_array(making->arena, plan->count + making->region_count + 1,
                                         sizeof *all);
    uint32_t added = 0;
    for (uint32_t r = 0; r < making->region_count; r++) {
        bool is_needed = false;
        for (uint32_t i = 0; i < plan->count; i++) {
            is_needed |= plan_uses_assets(&plan->stacks[i]) &&
                         text_equal(plan->stacks[i].region, making->regions[r]);
        }
        if (!is_needed || has_assets(making, making->regions[r])) continue;
        all[added++] = (struct plan_stack){
            .name = TEXT(ASSETS_STACK), .region = making->regions[r], .label = making->regions[r],
            .path = TEXT(ASSETS_STACK), .action = PLAN_CREATE, .is_assets = true,
            .body = assets_template(making->arena, plan->account, making->regions[r])};
    }
    if (plan->count) memcpy(all + added, plan->stacks, plan->count * sizeof *all);
    plan->stacks = all;
    plan->count += added;
}

/* Puts the template of a stack that is to be compared by change set where it is read from. */
static bool upload(struct making *making, const struct plan_stack *stack) {
    if (!plan_is_large(stack)) return true;
    struct text key, url;
    if (!has_assets(making, stack->region) ||
        !assets_place(making->arena, making->plan->account, stack, &key, &url)) return false;
    struct cloud_call *call = new_call(making, stack, CLOUD_PUT_OBJECT);
    call->request.bucket = assets_bucket(making->arena, making->plan->account, stack->region);
    call->request.key = key;
    call->request.body = stack->body;
    cloud_all(making->cloud, call, 1);
    return !cloud_failed(call);
}

static bool wants_set(const struct making *making, const struct plan_stack *stack) {
    return stack->action == PLAN_UPDATE && !(making->options && making->options->quick);
}

/* One round: deployed templates, and change sets of what is there. */
static void begin_round(struct making *making, struct cloud_call **templates) {
    struct plan *plan = making->plan;
    struct deploy_inputs inputs = {plan, deployed_stacks(making)};
    for (uint32_t i = 0; i < plan->count; i++) {
        making->has_set[i] = wants_set(making, &plan->stacks[i]) && upload(making, &plan->stacks[i]);
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        struct plan_stack *stack = &plan->stacks[i];
        if (stack->deployed && stack->action != PLAN_CREATE) {
            templates[i] = new_call(making, stack, CLOUD_GET_TEMPLATE);
            making->cloud->begin(making->cloud->context, templates[i]);
        }
        if (!making->has_set[i]) continue;
        struct cloud_call *call = &making->sets[i];
        *call = *new_call(making, stack, CLOUD_CREATE_CHANGE_SET);
        making->has_set[i] = deploy_request(&inputs, stack, making->arena, &call->request);
        if (!making->has_set[i]) continue;
        call->request.change_set = TEXT(PLAN_SET_NAME);
        making->cloud->begin(making->cloud->context, call);
    }
}

static void wait_for(struct making *making, uint32_t count) {
    const struct cloud *cloud = making->cloud;
    while (count > 0) {
        if (cloud->next(cloud->context, cloud->now(cloud->context) + 60)) count--;
    }
}

static bool read_body(struct making *making, struct text body, struct document **document,
                      struct plan_stack *stack) {
    if (!body.length) return true;
    if (document_read(making->arena, body, document, making->why)) return true;
    struct failure cause = *making->why;
    return failure_set(making->why, "the template of stack \"%.*s\" could not be read: %s",
                       TEXT_ARGS(stack->name), cause.message);
}

/* A change set of our name that a killed plan left is deleted, and ours made after all. */
static void make_again(struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        struct cloud_call *call = &making->sets[i];
        if (!making->has_set[i] || !text_is(call->error.code, "AlreadyExistsException")) continue;
        cloud_all(making->cloud,
                  new_call(making, &making->plan->stacks[i], CLOUD_DELETE_CHANGE_SET), 1);
        cloud_all(making->cloud, call, 1);
    }
}

static bool finish_round(struct making *making, struct cloud_call **templates) {
    struct plan *plan = making->plan;
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->count; i++) count += (templates[i] != NULL) + making->has_set[i];
    wait_for(making, count);
    make_again(making);
    for (uint32_t i = 0; i < plan->count; i++) {
        struct plan_stack *stack = &plan->stacks[i];
        struct failure ignored;
        if (!read_body(making, stack->body, &stack->wanted, stack)) return false;
        if (!templates[i]) continue;
        if (cloud_failed(templates[i])) {
            return call_failed(making->why, templates[i], "read the template of a stack");
        }
        struct text body = templates[i]->reply.body;
        if (!read_body(making, body, &stack->current, stack)) return false;
        stack->deployed_body = body;
        hash_hex(making->arena, HASH_SHA256, body, &stack->deployed_hash, &ignored);
    }
    return true;
}

/* --- what the change sets say ----------------------------------------------------------------- */

static bool is_made(const struct cloud_call *call) {
    struct text status = call->reply.change_set.status;
    return cloud_failed(call) || !(text_is(status, "CREATE_PENDING") ||
                                   text_is(status, "CREATE_IN_PROGRESS"));
}

static void describe_sets(struct making *making, struct cloud_call *calls) {
    struct plan *plan = making->plan;
    for (uint32_t poll = 0; poll < PLAN_POLLS; poll++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < plan->count; i++) {
            if (!making->has_set[i] || cloud_failed(&making->sets[i])) continue;
            if (poll && is_made(&calls[i])) continue;
            calls[i] = *new_call(making, &plan->stacks[i], CLOUD_DESCRIBE_CHANGE_SET);
            making->cloud->begin(making->cloud->context, &calls[i]);
            count++;
        }
        if (!count) return;
        wait_for(making, count);
        bool all = true;
        for (uint32_t i = 0; i < plan->count; i++) {
            if (making->has_set[i] && !cloud_failed(&making->sets[i])) all &= is_made(&calls[i]);
        }
        if (all) return;
        double until = making->cloud->now(making->cloud->context) + (poll < 5 ? 1 : 4);
        while (making->cloud->next(making->cloud->context, until)) {}
    }
}

static void delete_sets(struct making *making) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < making->plan->count; i++) {
        if (!making->has_set[i] || cloud_failed(&making->sets[i])) continue;
        making->cloud->begin(making->cloud->context,
                             new_call(making, &making->plan->stacks[i], CLOUD_DELETE_CHANGE_SET));
        count++;
    }
    wait_for(making, count);
}

/* The place of a logical id in the program, or an empty text. */
static struct text place_of(struct making *making, const struct plan_stack *stack,
                            struct text logical_id) {
    const struct template_resource *resource = plan_resource(stack->template, logical_id);
    if (!resource) return (struct text){0};
    return text_format(making->arena, " (%.*s, %.*s:%u)", TEXT_ARGS(resource->path),
                       TEXT_ARGS(resource->file), resource->line);
}

static bool refuse_set(struct making *making, const struct plan_stack *stack,
                       const struct cloud_change_set *set) {
    struct cloud_call *call = new_call(making, stack, CLOUD_CHANGE_SET_EVENTS);
    cloud_all(making->cloud, call, 1);
    for (uint32_t i = 0; !cloud_failed(call) && i < call->reply.event_count; i++) {
        const struct cloud_event *event = &call->reply.events[i];
        if (text_is(event->validation_mode, "WARN")) continue;
        return failure_set(making->why, "AWS refuses stack \"%.*s\" in %.*s: %.*s%.*s: %.*s",
                           TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
                           TEXT_ARGS(event->logical_id),
                           TEXT_ARGS(place_of(making, stack, event->logical_id)),
                           TEXT_ARGS(event->reason));
    }
    return failure_set(making->why, "AWS refuses stack \"%.*s\" in %.*s: %.*s",
                       TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
                       TEXT_ARGS(set->status_reason));
}

/* Whether something it reads of another stack changes in the same run. */
static bool inputs_change(const struct plan *plan, const struct plan_stack *stack) {
    for (uint32_t e = 0; e < stack->template->edge_count; e++) {
        const struct template_edge *edge = &stack->template->edges[e];
        if (edge->is_weak || !edge->output.length) continue;
        for (uint32_t i = 0; i < plan->count; i++) {
            const struct plan_stack *producer = &plan->stacks[i];
            if (producer->template && producer->template->index == edge->stack &&
                plan_output_changes(producer, edge->output)) return true;
        }
    }
    return false;
}

static bool same_tags(const struct plan_stack *stack) {
    const struct template *template = stack->template;
    uint32_t found = 0;
    for (uint32_t i = 0; i < template->tag_count; i++) {
        for (uint32_t d = 0; d < stack->deployed->tag_count; d++) {
            const struct cloud_tag *tag = &stack->deployed->tags[d];
            found += text_equal(tag->key, template->tags[i].key) &&
                     text_equal(tag->value, template->tags[i].value);
        }
    }
    uint32_t others = tag_of(stack->deployed, "mrp:inputs").length ? 1 : 0;
    return found == template->tag_count && stack->deployed->tag_count == found + others;
}

static bool same_outputs(const struct plan_stack *stack) {
    const struct document *before = document_get(stack->current, "Outputs");
    const struct document *after = document_get(stack->wanted, "Outputs");
    if (!before || !after) return (!before || !before->count) && (!after || !after->count);
    return document_equal(before, after);
}

static void plan_quickly(struct making *making, struct plan_stack *stack) {
    plan_compare(making->plan, stack);
    stack->tags_change = !same_tags(stack);
    if (stack->change_count || stack->inputs_change || stack->tags_change || stack->open_count) {
        return;
    }
    if (document_same_template(stack->current, stack->wanted) || !stack->outputs_change) {
        stack->action = PLAN_NOTHING;
    }
}

static bool plan_update(struct making *making, uint32_t index, const struct cloud_call *told) {
    struct plan_stack *stack = &making->plan->stacks[index];
    stack->inputs_change = inputs_change(making->plan, stack);
    stack->outputs_change = !same_outputs(stack);
    plan_find_open(making->plan, stack);
    if (!making->has_set[index] || stack->inputs_change) {
        plan_quickly(making, stack);
        return true;
    }
    const struct cloud_call *made = &making->sets[index];
    if (cloud_failed(made)) {
        if (text_is(made->error.code, "AccessDenied")) {
            plan_quickly(making, stack);
            return true;
        }
        return failure_set(making->why, "AWS refuses stack \"%.*s\" in %.*s: %.*s",
                           TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
                           TEXT_ARGS(made->error.message));
    }
    if (cloud_failed(told)) return call_failed(making->why, told, "read a change set");
    const struct cloud_change_set *set = &told->reply.change_set;
    if (cloud_no_changes(set)) {
        stack->action = PLAN_NOTHING;
        stack->outputs_change = false;
        return true;
    }
    if (text_is(set->status, "FAILED")) return refuse_set(making, stack, set);
    plan_read_change_set(making->plan, stack, set);
    stack->tags_change = !same_tags(stack);
    return true;
}

/* --- the way back ------------------------------------------------------------------------------- */

/* A parameter that is no secret can be given again; a secret is not known, only kept. */
static struct cloud_parameter *former_parameters(struct making *making,
                                                 const struct plan_stack *stack) {
    const struct cloud_stack *deployed = stack->deployed;
    const struct document *declared = document_get(stack->current, "Parameters");
    struct cloud_parameter *all = arena_array(making->arena, deployed->parameter_count + 1,
                                              sizeof *all);
    for (uint32_t i = 0; i < deployed->parameter_count; i++) {
        const struct document *c = declared ? declared->children : NULL;
        while (c && !text_equal(c->key, deployed->parameters[i].key)) c = c->next;
        const struct document *hidden = c ? document_get(c, "NoEcho") : NULL;
        all[i] = (struct cloud_parameter){.key = deployed->parameters[i].key};
        all[i].use_previous = hidden && ((hidden->kind == DOCUMENT_BOOL && hidden->boolean) ||
                                         text_is(hidden->text, "true"));
        if (!all[i].use_previous) all[i].value = deployed->parameters[i].value;
    }
    return all;
}

static void remember_former(struct making *making, struct plan_stack *stack) {
    const struct cloud_stack *deployed = stack->deployed;
    struct plan_former *former = ARENA_NEW(making->arena, struct plan_former);
    *former = (struct plan_former){
        .body = stack->deployed_body,
        .parameters = former_parameters(making, stack),
        .parameter_count = deployed->parameter_count,
        .tags = deployed->tags, .tag_count = deployed->tag_count,
        .capabilities = deployed->capabilities, .capability_count = deployed->capability_count,
        .is_protected = deployed->is_protected};
    stack->former = former;
}

/* What must not or cannot be replaced. A replacement is made before the old one is deleted: with a
 * name of its own that stays the same it cannot be. */
static bool check_replaced(struct making *making, const struct plan_stack *stack) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        struct text name;
        if (change->kind == PLAN_REPLACE && change->resource && change->resource->is_protected) {
            failure_set(making->why, "\"%.*s\" in %.*s%.*s is protected and would be replaced",
                        TEXT_ARGS(change->logical_id), TEXT_ARGS(stack->region),
                        TEXT_ARGS(place_of(making, stack, change->logical_id)));
            return failure_hint(making->why, "Undo the change that replaces it, or take its "
                                             "@protect away.");
        }
        if (!plan_keeps_name(stack, change, &name)) continue;
        failure_set(making->why, "\"%.*s\" in %.*s%.*s must be replaced, which its fixed name "
                                 "\"%.*s\" forbids: the old one has it until the new one is there",
                    TEXT_ARGS(change->logical_id), TEXT_ARGS(stack->region),
                    TEXT_ARGS(place_of(making, stack, change->logical_id)), TEXT_ARGS(name));
        return failure_hint(making->why, "Give it another name in the same change, leave the name "
                                         "out, or undo the change that replaces it.");
    }
    return true;
}

static bool plan_stacks(struct making *making, const struct cloud_call *told) {
    for (uint32_t i = 0; i < making->plan->count; i++) { /* producers first */
        struct plan_stack *stack = &making->plan->stacks[i];
        switch (stack->action) {
        case PLAN_NOTHING: break;
        case PLAN_CREATE:
        case PLAN_RECREATE: plan_add_all(making->plan, stack); break;
        case PLAN_UPDATE:
            if (!plan_update(making, i, &told[i])) return false;
            break;
        case PLAN_DELETE: plan_remove_all(making->plan, stack); break;
        }
        plan_finish_stack(making->plan, stack);
        if (stack->action == PLAN_UPDATE && !check_replaced(making, stack)) return false;
        bool is_kept = stack->action == PLAN_NOTHING || stack->action == PLAN_UPDATE;
        if (is_kept && stack->template->is_protected != stack->deployed->is_protected) {
            stack->action = PLAN_UPDATE;
            stack->protection_changes = true;
        }
        if (stack->action == PLAN_UPDATE) remember_former(making, stack);
        stack->cannot_undo = plan_cannot_undo(stack, making->arena);
    }
    return true;
}

/* --- all together ----------------------------------------------------------------------------- */

static enum plan_outcome make_rounds(struct making *making) {
    struct plan *plan = making->plan;
    struct cloud_call **templates = arena_array(making->arena, plan->count + 1, sizeof *templates);
    struct cloud_call *told = arena_array(making->arena, plan->count + 1, sizeof *told);
    making->sets = arena_array(making->arena, plan->count + 1, sizeof *making->sets);
    making->has_set = arena_array(making->arena, plan->count + 1, sizeof *making->has_set);
    begin_round(making, templates);
    if (!finish_round(making, templates)) return PLAN_WORLD;
    describe_sets(making, told);
    bool good = plan_stacks(making, told);
    delete_sets(making);
    if (!good) return PLAN_REFUSED;
    plan_count(plan);
    return PLAN_MADE;
}

/* What is protected must be unprotected first, knowingly. */
static bool check_protection(const struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        const struct plan_stack *stack = &making->plan->stacks[i];
        if (stack->action != PLAN_DELETE || !stack->deployed->is_protected) continue;
        failure_set(making->why, "the stack \"%.*s\" in %.*s is protected from deletion",
                    TEXT_ARGS(stack->name), TEXT_ARGS(stack->region));
        return failure_hint(making->why, stack->template
            ? "Remove @protect from what is in it, apply that, then try again."
            : "Turn its termination protection off in the AWS console, then try again.");
    }
    return true;
}

/* A deploy param without any value, for a stack that has no previous one. */
static bool check_parameters(const struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        const struct plan_stack *stack = &making->plan->stacks[i];
        if (stack->action != PLAN_CREATE && stack->action != PLAN_RECREATE) continue;
        for (uint32_t p = 0; p < stack->template->parameter_count; p++) {
            const struct template_parameter *parameter = &stack->template->parameters[p];
            if (parameter->source != PARAMETER_USER || parameter->is_given ||
                parameter->has_default) continue;
            failure_set(making->why, "the deploy param \"%.*s\" of stack \"%.*s\" has no value",
                        TEXT_ARGS(parameter->logical_id), TEXT_ARGS(stack->name));
            return failure_hint(making->why, parameter->is_secret
                ? "Give it with --vars FILE, or by env() in its default."
                : "Give it with --set or --vars; later deploys keep it.");
        }
    }
    return true;
}

static void init(struct making *making, const struct deploy_program *program) {
    *making->plan = (struct plan){.arena = making->arena, .program = program};
    collect_stacks(making);
}

enum plan_outcome plan_make(const struct cloud *cloud, const struct deploy_program *program,
                            const struct plan_options *options, struct arena *arena,
                            struct plan *plan, struct failure *why) {
    struct making making = {.cloud = cloud, .options = options, .plan = plan, .arena = arena,
                            .why = why};
    init(&making, program);
    if (!ask_regions(&making) || !check_account(&making) || !match_stacks(&making)) {
        return PLAN_WORLD;
    }
    if (!check_parameters(&making)) return PLAN_REFUSED;
    add_orphans(&making);
    add_assets(&making);
    return check_protection(&making) ? make_rounds(&making) : PLAN_WORLD;
}

enum plan_outcome plan_destroy(const struct cloud *cloud, const struct deploy_program *program,
                               const struct plan_options *options, struct arena *arena,
                               struct plan *plan, struct failure *why) {
    struct making making = {.cloud = cloud, .options = options, .plan = plan, .arena = arena,
                            .why = why};
    init(&making, program);
    if (!ask_regions(&making) || !check_account(&making)) return PLAN_WORLD;
    plan->is_destroy = true;
    uint32_t kept = 0;
    struct plan_stack *stacks = plan->stacks;
    for (uint32_t i = plan->count; i > 0; i--) { /* consumers first */
        struct plan_stack *stack = &stacks[i - 1];
        const struct cloud_stack *found = described(&making, stack->region, stack->name);
        if (!found) continue;
        if (!take_existing(&making, stack, found)) return PLAN_WORLD;
        stack->action = PLAN_DELETE;
        kept++;
    }
    struct plan_stack *reversed = arena_array(arena, plan->count + 1, sizeof *reversed);
    kept = 0;
    for (uint32_t i = plan->count; i > 0; i--) {
        if (stacks[i - 1].action == PLAN_DELETE) reversed[kept++] = stacks[i - 1];
    }
    /* add_orphans must not take what is in the program for an orphan: only what is there is. */
    plan->stacks = reversed;
    plan->count = kept;
    add_orphans(&making);
    return check_protection(&making) ? make_rounds(&making) : PLAN_WORLD;
}
