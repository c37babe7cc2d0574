/* A described machine: environment, files and a network that answers what was recorded. */
#ifndef MRP_TESTS_MACHINE_H
#define MRP_TESTS_MACHINE_H

#include <errno.h>
#include <stdlib.h>

#include "runtime/aws/http.h"
#include "runtime/aws/surroundings.h"
#include "tests/unit/vectors.h"

struct machine {
    struct arena *arena;
    struct data *variables;   /* record */
    const char *folder;       /* files are below it, or NULL */
    struct data *files;       /* record: path and content; what was written, what a test gives */
    const struct data *events; /* of recorded traffic, or NULL */
    struct data *requests;    /* list of records method, url, body: what was sent */
    struct data *replies;     /* list of records status, body: instead of events */
    double now;
    struct http_call *finished;
    unsigned mismatches;
    bool runs_shell;          /* programs of the settings are run by a shell, as in other SDKs */
};

static inline const char *machine_variable(void *context, const char *name) {
    struct machine *machine = context;
    const struct data *found = data_get(machine->variables, name);
    return found ? text_copy(machine->arena, found->text).bytes : NULL;
}

/* credential_process = X becomes sh -c "X". */
static inline struct text machine_with_shell(struct arena *arena, struct text bytes) {
    struct buffer out;
    const char *whole = text_copy(arena, bytes).bytes, *mark = "credential_process = ";
    const char *place = strstr(whole, mark);
    if (!place) return bytes;
    const char *start = place + strlen(mark), *end = start + strcspn(start, "\n");
    buffer_init(&out);
    buffer_add(&out, whole, (size_t)(start - whole));
    buffer_format(&out, "sh -c \"%.*s\"", (int)(end - start), start);
    buffer_string(&out, end);
    struct text changed = buffer_take(&out, arena);
    buffer_release(&out);
    return changed;
}

static inline enum reading machine_read(void *context, struct arena *arena, struct text path,
                                        struct text *bytes, struct failure *why) {
    struct machine *machine = context;
    for (const struct data *file = data_first(machine->files); file; file = file->next) {
        if (!text_equal(file->key, path)) continue;
        *bytes = text_copy(arena, file->text);
        return READ_GOOD;
    }
    struct text real = text_format(arena, "%s%s%.*s", machine->folder ? machine->folder : "/none",
                                   path.length && path.bytes[0] == '/' ? "" : "/", TEXT_ARGS(path));
    struct failure reason;
    if (machine->folder && file_read(arena, real.bytes, bytes, &reason)) {
        if (machine->runs_shell) *bytes = machine_with_shell(arena, *bytes);
        return READ_GOOD;
    }
    failure_set(why, "could not read \"%.*s\": No such file or directory", TEXT_ARGS(path));
    return READ_MISSING;
}

static inline bool machine_write(void *context, struct text path, struct text bytes,
                                 struct failure *why) {
    struct machine *machine = context;
    (void)why;
    for (struct data *file = machine->files->children; file; file = file->next) {
        if (!text_equal(file->key, path)) continue;
        file->text = text_copy(machine->arena, bytes);
        return true;
    }
    data_put(machine->arena, machine->files, text_copy(machine->arena, path).bytes,
             text_copy(machine->arena, bytes));
    return true;
}

static inline double machine_now(void *context) { return ((struct machine *)context)->now; }

/* The next recorded request and its response; false when there are no more. */
static inline bool machine_exchange(struct machine *machine, const struct data **request,
                                    const struct data **response, struct text *body) {
    const struct data *event = machine->events;
    *body = (struct text){"", 0};
    for (; event && !data_path(event, "action.Request.request"); event = event->next) {}
    *request = data_path(event, "action.Request.request");
    if (!*request) return false;
    *response = NULL;
    for (event = event->next; event && !data_path(event, "action.Request"); event = event->next) {
        const struct data *found = data_path(event, "action.Response.response");
        if (found) *response = found;
        const struct data *data = data_path(event, "action.Data");
        if (data && text_is(data_text(data, "direction"), "Response")) {
            *body = data_value(data_path(data, "data.Utf8"));
        }
    }
    machine->events = event;
    return true;
}

/* Equal but for a slash that says nothing and the order of the query's parameters. */
static inline bool machine_same_url(struct arena *arena, struct text wanted, struct text found) {
    const char *a = text_copy(arena, wanted).bytes, *b = text_copy(arena, found).bytes;
    size_t base = strcspn(a, "?"), other = strcspn(b, "?");
    while (base && a[base - 1] == '/') base--;
    size_t cut = other;
    while (cut && b[cut - 1] == '/') cut--;
    if (base != cut || memcmp(a, b, base) != 0 ||
        strlen(a) - strcspn(a, "?") != strlen(b) - other) {
        return false;
    }
    for (const char *at = a + strcspn(a, "?"); *at; at += strcspn(at, "&")) {
        at++;
        struct text part = text_copy(arena, (struct text){at, strcspn(at, "&")});
        if (!strstr(b + other, part.bytes)) return false;
    }
    return true;
}

static inline void machine_replay(struct machine *machine, struct http_call *call,
                                  struct text url) {
    const struct data *request, *response;
    if (!machine_exchange(machine, &request, &response, &call->body)) {
        call->failure = HTTP_UNREACHABLE;
        snprintf(call->error, sizeof call->error, "nothing is there");
        return;
    }
    if (!machine_same_url(machine->arena, data_text(request, "uri"), url) ||
        !text_equal(data_text(request, "method"), call->request.method)) {
        machine->mismatches++;
        printf("wanted %.*s %.*s\nfound %.*s %.*s\n", TEXT_ARGS(data_text(request, "method")),
               TEXT_ARGS(data_text(request, "uri")), TEXT_ARGS(call->request.method),
               TEXT_ARGS(url));
    }
    const struct data *good = data_get(response, "Ok");
    call->failure = good ? HTTP_GOOD : HTTP_TIMEOUT;
    call->status = (unsigned)data_long(good, "status", 0);
}

static inline void machine_begin(void *context, struct http_call *call) {
    struct machine *machine = context;
    struct text url = http_url(machine->arena, &call->request);
    struct data *sent = data_new(machine->arena, DATA_RECORD);
    data_put(machine->arena, sent, "method", call->request.method);
    data_put(machine->arena, sent, "url", url);
    data_put(machine->arena, sent, "body", text_copy(machine->arena, call->request.body));
    for (uint32_t i = 0; i < call->request.header_count; i++) {
        data_put(machine->arena, sent,
                 text_copy(machine->arena, call->request.headers[i].name).bytes,
                 text_copy(machine->arena, call->request.headers[i].value));
    }
    data_add(machine->requests, TEXT(""), sent);
    call->failure = HTTP_GOOD;
    call->headers = NULL;
    call->header_count = 0;
    call->body = (struct text){"", 0};
    struct data *reply = machine->replies ? machine->replies->children : NULL;
    if (reply) {
        call->status = (unsigned)data_long(reply, "status", 0);
        call->body = text_copy(call->arena, data_text(reply, "body"));
        call->headers = arena_array(call->arena, reply->count, sizeof *call->headers);
        for (const struct data *h = reply->children->next->next; h; h = h->next) {
            call->headers[call->header_count++] = (struct http_header){h->key, h->text};
        }
        if (!call->status) call->failure = HTTP_BROKEN;
        machine->replies->children = reply->next;
    } else {
        machine_replay(machine, call, url);
    }
    call->next = NULL;
    struct http_call **end = &machine->finished;
    while (*end) end = &(*end)->next;
    *end = call;
}

static inline struct http_call *machine_next(void *context, double until) {
    struct machine *machine = context;
    struct http_call *call = machine->finished;
    if (call) machine->finished = call->next;
    else if (until > machine->now) machine->now = until;
    return call;
}

static inline void machine_open(struct machine *machine, struct arena *arena, double now) {
    *machine = (struct machine){.arena = arena, .now = now};
    machine->variables = data_new(arena, DATA_RECORD);
    machine->files = data_new(arena, DATA_RECORD);
    machine->requests = data_new(arena, DATA_LIST);
}

static inline struct surroundings machine_surroundings(struct machine *machine) {
    return (struct surroundings){machine, machine_variable, machine_read, machine_write, NULL};
}

static inline struct http machine_http(struct machine *machine) {
    return (struct http){machine, machine_begin, machine_next, machine_now};
}

/* A reply to come: status 0 for a connection that breaks. What is put into the answer is a
 * header. */
static inline struct data *machine_reply(struct machine *machine, long status, const char *body) {
    if (!machine->replies) machine->replies = data_new(machine->arena, DATA_LIST);
    struct data *reply = data_new(machine->arena, DATA_RECORD);
    data_set_number(machine->arena, reply, "status", status);
    data_put(machine->arena, reply, "body", text_of(body));
    /* Those that were used up left the list's head, not its end. */
    if (!machine->replies->children) machine->replies->last = NULL;
    return data_add(machine->replies, TEXT(""), reply);
}

#endif
