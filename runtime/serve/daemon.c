/* Connections, with libmicrohttpd: one thread takes and answers requests, this one waits for the
 * signal that ends it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "runtime/serve/front.h"

enum {
    CONNECTIONS = 64,
    IDLE_SECONDS = 20,         /* without a byte */
    REQUEST_SECONDS = 60,      /* from its first byte to its last */
    HEADER_BYTES = 64 << 10,
    HEADER_COUNT = 100,
};

struct server {
    struct serve_front front;
    struct MHD_Daemon *daemon;
};

struct incoming { /* a request while it arrives */
    struct arena arena;
    char *target;
    struct buffer body;
    double began;
    bool is_begun, is_too_long;
};

static double real_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The target as it was sent, before anything is decoded: it is what was signed. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection) {
    (void)context, (void)connection;
    struct incoming *incoming = memory_alloc(sizeof *incoming);
    *incoming = (struct incoming){.began = real_time()};
    arena_init(&incoming->arena);
    buffer_init(&incoming->body);
    incoming->target = arena_copy(&incoming->arena, target, strlen(target));
    return incoming;
}

static void on_end(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code) {
    (void)context, (void)connection, (void)code;
    struct incoming *incoming = *state;
    if (!incoming) return;
    buffer_release(&incoming->body);
    arena_release(&incoming->arena);
    memory_free(incoming);
    *state = NULL;
}

struct headers {
    struct arena *arena;
    struct http_request *request;
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    struct headers *headers = context;
    struct http_request *request = headers->request;
    (void)kind;
    if (request->header_count == HEADER_COUNT) return MHD_NO;
    struct http_header *room = request->headers;
    room[request->header_count++] = (struct http_header){text_of(name),
                                                         text_of(value ? value : "")};
    return MHD_YES;
}

static void read_request(struct MHD_Connection *connection, struct incoming *incoming,
                         const char *method, struct http_request *request) {
    struct headers headers = {&incoming->arena, request};
    struct text target = text_of(incoming->target);
    const char *mark = strchr(incoming->target, '?');
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    *request = (struct http_request){.method = text_of(method), .host = text_of(host ? host : ""),
                                     .path = target, .query = TEXT(""),
                                     .body = buffer_view(&incoming->body)};
    if (mark) {
        request->path.length = (size_t)(mark - incoming->target);
        request->query = text_of(mark + 1);
    }
    if (!request->body.bytes) request->body = TEXT("");
    request->header_room = HEADER_COUNT;
    request->headers = arena_array(&incoming->arena, HEADER_COUNT, sizeof *request->headers);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &headers);
}

static enum MHD_Result respond(struct MHD_Connection *connection, struct incoming *incoming,
                               const struct serve_response *response) {
    struct MHD_Response *out = MHD_create_response_from_buffer(
        response->body.length, (void *)(response->body.bytes ? response->body.bytes : ""),
        MHD_RESPMEM_MUST_COPY);
    if (!out) return MHD_NO;
    if (response->type) MHD_add_response_header(out, "Content-Type", response->type);
    for (uint32_t i = 0; i < response->header_count; i++) {
        struct text name = text_copy(&incoming->arena, response->headers[i].name);
        struct text value = text_copy(&incoming->arena, response->headers[i].value);
        MHD_add_response_header(out, name.bytes, value.bytes);
    }
    enum MHD_Result result = MHD_queue_response(connection, response->status, out);
    MHD_destroy_response(out);
    return result;
}

static enum MHD_Result send_status(struct MHD_Connection *connection, struct incoming *incoming,
                                   unsigned status, struct text why) {
    struct serve_response response = {.status = status, .type = "text/plain", .body = why};
    struct http_request as = {0};
    http_set(&incoming->arena, &as, "Connection", TEXT("close"));
    response.headers = as.headers;
    response.header_count = as.header_count;
    return respond(connection, incoming, &response);
}

/* An object may be larger than a call: the path tells them apart before the signature is known. */
static size_t most_bytes(const struct incoming *incoming) {
    return strcmp(incoming->target, "/") == 0 ? SERVE_BODY_BYTES : SERVE_OBJECT_BYTES;
}

static void take_body(struct incoming *incoming, const char *bytes, size_t *count) {
    bool is_late = real_time() - incoming->began > REQUEST_SECONDS;
    if (is_late || incoming->body.length + *count > most_bytes(incoming)) {
        incoming->is_too_long = true;
        buffer_release(&incoming->body);
        buffer_init(&incoming->body);
    }
    if (!incoming->is_too_long) buffer_add(&incoming->body, bytes, *count);
    *count = 0;
}

static bool announces_too_much(struct MHD_Connection *connection, const struct incoming *incoming) {
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                     "Content-Length");
    return length && strtoull(length, NULL, 10) > most_bytes(incoming);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *count, void **state) {
    struct server *server = context;
    struct incoming *incoming = *state;
    (void)url, (void)version;
    if (!incoming->is_begun) {
        incoming->is_begun = true;
        if (!announces_too_much(connection, incoming)) return MHD_YES;
        return send_status(connection, incoming, MHD_HTTP_CONTENT_TOO_LARGE,
                           TEXT("the request is too large\n"));
    }
    if (*count) {
        take_body(incoming, bytes, count);
        return MHD_YES;
    }
    if (incoming->is_too_long) {
        return send_status(connection, incoming, MHD_HTTP_CONTENT_TOO_LARGE,
                           TEXT("the request is too large, or came too slowly\n"));
    }
    struct http_request request;
    struct serve_response response;
    read_request(connection, incoming, method, &request);
    serve_answer(&server->front, &incoming->arena, &request, real_time(), &response);
    enum MHD_Result result = respond(connection, incoming, &response); /* which copies it */
    serve_tidy(&server->front);
    return result;
}

static bool start(struct server *server, unsigned port, struct failure *why) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    errno = 0;
    server->daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, (uint16_t)port, NULL, NULL, on_request,
        server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES, MHD_OPTION_END);
    if (server->daemon) return true;
    int reason = errno;
    const char *words = reason == EAGAIN ? "no thread can be made, for want of memory or processes"
                        : reason         ? strerror(reason)
                                         : "";
    failure_set(why, "could not serve at port %u of 127.0.0.1%s%s", port, reason ? ": " : "",
                words);
    if (reason == ENOMEM || reason == EAGAIN) return false;
    return failure_hint(why, "Another program may have it: --port names another one.");
}

static unsigned port_of(const struct server *server) {
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

bool serve_run(struct simulator *simulator, const struct serve_options *options,
               struct failure *why) {
    struct server server = {.front = {.simulator = simulator, .pace = options->pace,
                                      .access_key = TEXT(SERVE_ACCESS_KEY),
                                      .secret_key = TEXT(SERVE_SECRET_KEY),
                                      .litter = SIMULATOR_LITTER}};
    sigset_t ends, before;
    int caught;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ends, &before); /* the other thread inherits it */
    bool good = start(&server, options->port, why);
    if (good) {
        if (options->ready) options->ready(options->context, port_of(&server));
        sigwait(&ends, &caught);
        MHD_stop_daemon(server.daemon);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good && simulator_save(simulator, why);
}
