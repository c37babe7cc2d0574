/* Calls of the engine as calls of the client: pages followed, unclear ends cleared up. */
#include "runtime/aws/network.h"

#include "runtime/aws/calls.h"

enum phase {
    PHASE_PAGES,         /* the call itself */
    PHASE_WITHOUT_VALUES,/* a change set once more, since AWS left changes out */
    PHASE_LOOK,          /* whether an execution that had no answer began */
};

struct pending {
    struct network *network;
    struct cloud_call *call;
    struct client_call inner;
    struct arena arena;      /* of requests and answers, which are many times larger than replies */
    struct cloud_change_set first; /* of PHASE_WITHOUT_VALUES */
    struct text token;
    enum phase phase;
    unsigned pages, looks;
    struct pending *before, *next; /* all that are under way */
};

struct network {
    struct client *client;
    struct cloud cloud;
    struct pending *pending;
};

/* The arena begins anew with each page: what is needed of the last one is copied out first. */
static void send(struct pending *pending, enum cloud_operation operation, struct text token) {
    struct client *client = pending->network->client;
    const struct cloud_call *call = pending->call;
    struct text copy = token.length ? text_copy(call->arena, token) : (struct text){"", 0};
    arena_release(&pending->arena);
    pending->token = copy;
    pending->inner = (struct client_call){.operation = cloud_call_operation(operation),
                                          .region = call->region,
                                          .bucket = call->request.bucket,
                                          .arena = &pending->arena,
                                          .context = pending,
                                          .is_once = operation == CLOUD_EXECUTE_CHANGE_SET};
    if (!pending->inner.bucket.length) pending->inner.bucket = (struct text){"", 0};
    struct filling filling = {.arena = &pending->arena, .request = &call->request,
                              .account = client_account(client),
                              .with_values = pending->phase == PHASE_PAGES};
    pending->inner.input = cloud_call_input(&filling, operation, copy);
    client_begin(client, &pending->inner);
}

static void begin(void *context, struct cloud_call *call) {
    struct pending *pending = memory_alloc(sizeof *pending);
    struct network *network = context;
    *pending = (struct pending){.network = network, .call = call, .next = network->pending};
    if (pending->next) pending->next->before = pending;
    network->pending = pending;
    arena_init(&pending->arena);
    call->reply = (struct cloud_reply){0};
    call->error = (struct cloud_error){0};
    send(pending, call->operation, call->request.next_token);
}

static struct cloud_call *end(struct pending *pending) {
    struct cloud_call *call = pending->call;
    if (pending->before) pending->before->next = pending->next;
    else pending->network->pending = pending->next;
    if (pending->next) pending->next->before = pending->before;
    arena_release(&pending->arena);
    memory_free(pending);
    return call;
}

static bool is_incomplete(const struct cloud_change_set *set) {
    struct text sign = TEXT("--include-property-values");
    return memmem(set->status_reason.bytes, set->status_reason.length, sign.bytes, sign.length) !=
           NULL;
}

/* The call asked once more for the same thing went well the first time. */
static bool was_done(const struct pending *pending) {
    struct text code = pending->inner.error.code;
    return pending->inner.was_unclear && pending->call->operation == CLOUD_DELETE_CHANGE_SET &&
           text_is(code, "ChangeSetNotFound");
}

static bool is_executing(const struct data *result) {
    struct text status = data_text(result, "ExecutionStatus");
    return text_is(status, "EXECUTE_IN_PROGRESS") || text_is(status, "EXECUTE_COMPLETE");
}

/* Whether the execution began is not known: the connection broke, or it was refused as if it had
 * begun before. The change set says it; asking twice could run it twice where tokens are not
 * heeded. */
static bool is_unclear(const struct pending *pending) {
    const struct client_call *inner = &pending->inner;
    if (pending->call->operation != CLOUD_EXECUTE_CHANGE_SET || pending->looks >= LIMIT_LOOKS) {
        return false;
    }
    return inner->was_unclear ||
           (pending->looks && text_is(inner->error.code, "InvalidChangeSetStatus"));
}

static void keep_error(struct pending *pending) {
    struct cloud_call *call = pending->call;
    const struct service_error *error = &pending->inner.error;
    call->error = (struct cloud_error){text_copy(call->arena, error->code),
                                       text_copy(call->arena, error->message),
                                       text_copy(call->arena, error->request_id),
                                       pending->inner.is_network};
}

static struct cloud_call *after_error(struct pending *pending) {
    if (was_done(pending)) return end(pending);
    keep_error(pending);
    if (!is_unclear(pending)) return end(pending);
    pending->looks++;
    pending->phase = PHASE_LOOK;
    send(pending, CLOUD_DESCRIBE_CHANGE_SET, (struct text){"", 0});
    return NULL;
}

static struct cloud_call *after_look(struct pending *pending) {
    const struct data *result = pending->inner.result;
    if (pending->inner.error.code.length) return end(pending);
    if (is_executing(result)) {
        pending->call->error = (struct cloud_error){0};
        return end(pending);
    }
    if (!text_is(data_text(result, "ExecutionStatus"), "AVAILABLE")) return end(pending);
    pending->phase = PHASE_PAGES;
    pending->call->error = (struct cloud_error){0};
    send(pending, CLOUD_EXECUTE_CHANGE_SET, (struct text){"", 0});
    return NULL;
}

/* What comes newest first is asked for as far as needed. */
static bool is_paged_by_caller(enum cloud_operation operation) {
    return operation == CLOUD_STACK_EVENTS || operation == CLOUD_TRAIL;
}

/* What changes something has no pages, whatever its answer says: nothing is done twice for that. */
static bool has_pages(enum cloud_operation operation) {
    struct text name = text_of(operation_row(cloud_call_operation(operation))->name);
    return text_starts(name, TEXT("Describe")) || text_starts(name, TEXT("List"));
}

/* Sends for the next page; false where this was the last, or where they do not end: an error. */
static bool next_page(struct pending *pending) {
    struct cloud_call *call = pending->call;
    struct text token = data_text(pending->inner.result, "NextToken");
    if (is_paged_by_caller(call->operation) || !token.length || !has_pages(call->operation)) {
        return false;
    }
    if (text_equal(token, pending->token) || ++pending->pages >= LIMIT_PAGES) {
        call->error.code = TEXT("EndlessAnswer");
        call->error.message = TEXT("the server always has one page more of its answer");
        return false;
    }
    send(pending, call->operation, token);
    return true;
}

static bool ask_without_values(struct pending *pending) {
    struct cloud_call *call = pending->call;
    if (call->operation != CLOUD_DESCRIBE_CHANGE_SET || pending->phase != PHASE_PAGES ||
        !is_incomplete(&call->reply.change_set)) {
        return false;
    }
    pending->first = call->reply.change_set;
    pending->phase = PHASE_WITHOUT_VALUES;
    call->reply.change_set = (struct cloud_change_set){0};
    send(pending, call->operation, (struct text){"", 0});
    return true;
}

/* A stack that was deleted and made again since it was looked at has another id. */
static bool is_another_stack(const struct cloud_call *call) {
    return call->operation == CLOUD_CREATE_CHANGE_SET &&
           text_starts(call->request.stack, TEXT("arn:")) && call->reply.stack_id.length &&
           !text_equal(call->request.stack, call->reply.stack_id);
}

/* What is asked of one stack is answered about that one. */
static const struct cloud_stack *find_stranger(const struct cloud_call *call) {
    struct text asked = call->request.stack;
    if (call->operation != CLOUD_DESCRIBE_STACKS || !asked.length) return NULL;
    for (uint32_t i = 0; i < call->reply.stack_count; i++) {
        const struct cloud_stack *stack = &call->reply.stacks[i];
        if (!text_equal(stack->id, asked) && !text_equal(stack->name, asked)) return stack;
    }
    return NULL;
}

/* What is wrong with an answer as a whole. "No stacks" is said, not left unsaid: else all that
 * stands would be planned anew because of a proxy that answers nothing. */
static void check_reply(struct cloud_call *call, const struct data *result) {
    const struct cloud_stack *stranger = find_stranger(call);
    if (call->operation == CLOUD_DESCRIBE_STACKS && !data_get(result, "Stacks")) {
        call->error.code = TEXT("UnreadableResponse");
        call->error.message = TEXT("the server's answer could not be read: it says nothing of "
                                   "stacks");
    } else if (stranger) {
        call->error.code = TEXT("AnotherStack");
        call->error.message = text_format(
            call->arena, "the server was asked about \"%.*s\" and answered about \"%.*s\"",
            TEXT_ARGS(call->request.stack), TEXT_ARGS(stranger->name));
    } else if (is_another_stack(call)) {
        call->error.code = TEXT("StackReplaced");
        call->error.message = TEXT("the stack was deleted and made again while mrp looked at it");
    }
}

/* What comes after an answer; NULL where the call goes on. */
static struct cloud_call *go_on(struct pending *pending) {
    struct cloud_call *call = pending->call;
    if (pending->phase == PHASE_LOOK) return after_look(pending);
    if (pending->inner.error.code.length) return after_error(pending);
    cloud_call_read(call, pending->inner.result);
    if (next_page(pending) || ask_without_values(pending)) return NULL;
    if (pending->phase == PHASE_WITHOUT_VALUES) {
        cloud_changes_merge(call->arena, &pending->first, &call->reply.change_set);
        call->reply.change_set = pending->first;
    }
    check_reply(call, pending->inner.result);
    if (call->operation == CLOUD_IDENTITY) {
        client_set_account(pending->network->client, call->reply.account);
    }
    return end(pending);
}

static struct cloud_call *next(void *context, double until) {
    struct network *network = context;
    for (struct client_call *inner; (inner = client_next(network->client, until));) {
        struct cloud_call *call = go_on(inner->context);
        if (call) return call;
    }
    return NULL;
}

static double now(void *context) { return client_now(((struct network *)context)->client); }

bool network_open(struct network **result, const struct client_options *options,
                  struct failure *why) {
    struct client *client;
    if (!client_open(&client, options, why)) return false;
    struct network *network = memory_alloc(sizeof *network);
    *network = (struct network){.client = client, .cloud = {network, begin, next, now}};
    *result = network;
    return true;
}

void network_close(struct network *network) {
    client_close(network->client);
    while (network->pending) end(network->pending);
    memory_free(network);
}

const struct cloud *network_cloud(struct network *network) { return &network->cloud; }
