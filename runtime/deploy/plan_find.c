/* What is there in all regions, and whose it is. */
#include "runtime/deploy/making.h"

#include "base/partition.h"
#include "schema/schema.h"

enum { WAIT_SECONDS = 5, WAIT_LOOKS = 5000 }; /* about seven hours */

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

static bool is_same_partition(const struct making *making, struct text region) {
    struct text known = making->region_count ? making->regions[0] : TEXT("us-east-1");
    return partition_of_region(region) == partition_of_region(known);
}

/* A region that the account has not turned on holds no stacks. */
static bool is_turned_off(const struct making *making, uint32_t region,
                          const struct cloud_call *call) {
    static const char *const codes[] = {"InvalidClientTokenId", "UnrecognizedClientException",
                                        "AuthFailure",          "OptInRequired",
                                        "AccessDenied",         NULL};
    if (region < making->own_regions) return false;
    return text_is_one_of(call->error.code, codes);
}

void making_collect(struct making *making) {
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

bool making_ask_regions(struct making *making) {
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
        return making_failed(making->why, &calls[count], "ask who the credentials belong to");
    }
    making->plan->account = calls[count].reply.account;
    making->plan->caller = calls[count].reply.caller;
    for (uint32_t i = 0; i < count; i++) {
        if (cloud_failed(&calls[i]) && !is_turned_off(making, i, &calls[i])) {
            return making_failed(making->why, &calls[i], "list the stacks");
        }
    }
    making->described = calls;
    return true;
}

bool making_check_account(struct making *making) {
    struct text wanted = making->plan->program->account;
    if (!wanted.length || text_equal(wanted, making->plan->account)) return true;
    failure_set(making->why, "the credentials are for account %.*s, the program is for account "
                             "%.*s", TEXT_ARGS(making->plan->account), TEXT_ARGS(wanted));
    failure_hint(making->why, "Use credentials of account %.*s, or change project { account }.",
                 TEXT_ARGS(wanted));
    return false;
}

/* --- ownership -------------------------------------------------------------------------------- */

struct text plan_tag(const struct cloud_stack *stack, const char *key) {
    for (uint32_t i = 0; i < stack->tag_count; i++) {
        if (text_is(stack->tags[i].key, key)) return stack->tags[i].value;
    }
    return (struct text){0};
}

bool plan_owns(const struct deploy_program *program, const struct cloud_stack *stack) {
    return !stack->parent_id.length && program->project.length &&
           text_equal(plan_tag(stack, "mrp:project"), program->project) &&
           text_equal(plan_tag(stack, "mrp:suffix"), program->suffix);
}

static bool may_adopt(const struct making *making, struct text name) {
    for (size_t i = 0; making->options && i < making->options->adopt_count; i++) {
        if (text_equal(making->options->adopt[i], name)) return true;
    }
    return false;
}

bool making_take_existing(struct making *making, struct plan_stack *stack,
                          const struct cloud_stack *found) {
    stack->deployed = found;
    stack->id = found->id;
    stack->status = found->status;
    if (plan_owns(making->plan->program, found) || text_is(found->status, "REVIEW_IN_PROGRESS")) return true;
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
    return failure_hint(making->why,
                        "Wait until it has settled, then try again; \"mrp resume\" goes "
                        "on with a deploy of your own that was interrupted.");
}

/* Looks until the stack has settled; false where it cannot be seen any more. */
static bool wait_for_rest(struct making *making, struct plan_stack *stack) {
    const struct cloud *cloud = making->cloud;
    struct arena_mark before_looks = arena_mark(making->arena);
    if (making->options->tell) making->options->tell(making->options->context, stack);
    for (unsigned looks = 0; looks < WAIT_LOOKS; looks++) {
        double until = cloud->now(cloud->context) + WAIT_SECONDS;
        while (cloud->now(cloud->context) < until) cloud->next(cloud->context, until);
        struct cloud_call *call = ARENA_NEW(making->arena, struct cloud_call);
        *call = (struct cloud_call){.operation = CLOUD_DESCRIBE_STACKS, .region = stack->region,
                                    .arena = making->arena, .request = {.stack = stack->id}};
        cloud_all(cloud, call, 1);
        if (cloud_failed(call)) return making_failed(making->why, call, "look at a stack");
        if (!cloud_status_running(call->reply.stacks[0].status)) {
            stack->deployed = &call->reply.stacks[0];
            stack->status = stack->deployed->status;
            return true;
        }
        arena_rewind(making->arena, before_looks);
    }
    return refuse_busy(making, stack);
}

static bool settle_action(struct making *making, struct plan_stack *stack) {
    if (!stack->deployed || text_is(stack->status, "REVIEW_IN_PROGRESS")) {
        stack->action = PLAN_CREATE;
        return true;
    }
    if (cloud_status_running(stack->status)) {
        if (!making->options || !making->options->waits) return refuse_busy(making, stack);
        if (!wait_for_rest(making, stack)) return false;
        /* What was being deleted, by us or by somebody else, is to be made. */
        if (text_is(stack->status, "DELETE_COMPLETE")) {
            stack->deployed = NULL;
            stack->id = stack->status = (struct text){0};
        }
        return settle_action(making, stack);
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

const struct cloud_stack *making_described(const struct making *making, struct text region,
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

bool making_match_stacks(struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        struct plan_stack *stack = &making->plan->stacks[i];
        const struct cloud_stack *found = making_described(making, stack->region, stack->name);
        if (found && !making_take_existing(making, stack, found)) return false;
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

void making_add_orphans(struct making *making) {
    struct plan *plan = making->plan;
    uint32_t most = plan->count + 1;
    for (uint32_t r = 0; r < making->region_count; r++)
        most += making->described[r].reply.stack_count;
    struct plan_stack *all = arena_array(making->arena, most, sizeof *all);
    if (plan->count) memcpy(all, plan->stacks, plan->count * sizeof *all);
    plan->stacks = all;
    uint32_t known = plan->count;
    for (uint32_t r = 0; r < making->region_count; r++) {
        const struct cloud_reply *reply = &making->described[r].reply;
        for (uint32_t i = 0; i < reply->stack_count; i++) {
            const struct cloud_stack *stack = &reply->stacks[i];
            if (!plan_owns(plan->program, stack) ||
                in_program(plan, making->regions[r], stack->name)) continue;
            uint32_t at = plan->count++;
            while (at > known && all[at - 1].deployed->created < stack->created) {
                all[at] = all[at - 1];
                at--;
            }
            all[at] = (struct plan_stack){
                .name = stack->name, .region = making->regions[r], .label = making->regions[r],
                .path = plan_tag(stack, "mrp:stack"), .id = stack->id, .status = stack->status,
                .deployed = stack, .action = PLAN_DELETE};
        }
    }
}

/* --- large templates -------------------------------------------------------------------------- */

bool making_has_assets(const struct making *making, struct text region) {
    const struct cloud_stack *stack = making_described(making, region, TEXT(ASSETS_STACK));
    return stack && cloud_status_good(stack->status);
}

void making_add_assets(struct making *making) {
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
        if (!is_needed || making_has_assets(making, making->regions[r])) continue;
        all[added++] = (struct plan_stack){
            .name = TEXT(ASSETS_STACK), .region = making->regions[r], .label = making->regions[r],
            .path = TEXT(ASSETS_STACK), .action = PLAN_CREATE, .is_assets = true,
            .body = assets_template(making->arena, plan->account, making->regions[r])};
    }
    if (plan->count) memcpy(all + added, plan->stacks, plan->count * sizeof *all);
    plan->stacks = all;
    plan->count += added;
}
