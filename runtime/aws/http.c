/* The network: libcurl's multi interface. One thread, any number of requests, connections kept. */
#include "runtime/aws/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <time.h>

struct transfer {
    struct http_call *call;
    CURL *easy;
    struct curl_slist *headers;
    struct buffer body;
    size_t header_bytes;
    uint32_t header_room;
    bool is_too_long;
    char error[CURL_ERROR_SIZE];
    struct transfer *next, *before; /* among the idle or the running ones */
};

struct transport {
    CURLM *multi;
    struct http_options options;
    struct transfer *idle, *running;
    struct http_call *unsent; /* that are handed back as they came */
};

static double transport_now(void *context) {
    struct timespec time;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* --- receiving ------------------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t length = size * count;
    if (length > LIMIT_RESPONSE_BYTES - transfer->body.length) {
        transfer->is_too_long = true;
        return 0;
    }
    buffer_add(&transfer->body, bytes, length);
    return length;
}

static struct text trim(struct text text) {
    while (text.length && strchr(" \t\r\n", text.bytes[0])) text.bytes++, text.length--;
    while (text.length && strchr(" \t\r\n", text.bytes[text.length - 1])) text.length--;
    return text;
}

static void add_header(struct transfer *transfer, struct text name, struct text value) {
    struct http_call *call = transfer->call;
    if (call->header_count == LIMIT_RESPONSE_HEADERS) return;
    call->headers = arena_grown(call->arena, call->headers, call->header_count,
                                &transfer->header_room, sizeof *call->headers);
    call->headers[call->header_count++] =
        (struct http_header){text_copy(call->arena, name), text_copy(call->arena, value)};
}

/* A status line begins the headers anew: those of "100 Continue" come first. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    struct text line = {bytes, size * count};
    transfer->header_bytes += line.length;
    if (transfer->header_bytes > LIMIT_HEADER_BYTES) {
        transfer->is_too_long = true;
        return 0;
    }
    if (text_starts(line, TEXT("HTTP/"))) {
        transfer->call->header_count = 0;
        return line.length;
    }
    const char *colon = memchr(line.bytes, ':', line.length);
    if (colon) {
        size_t length = (size_t)(colon - line.bytes);
        add_header(transfer, trim((struct text){line.bytes, length}),
                   trim((struct text){colon + 1, line.length - length - 1}));
    }
    return line.length;
}

/* --- sending --------------------------------------------------------------------------------- */

static struct transfer *take_transfer(struct transport *transport) {
    struct transfer *transfer = transport->idle;
    if (transfer) {
        transport->idle = transfer->next;
        curl_easy_reset(transfer->easy);
        return transfer;
    }
    transfer = memory_alloc(sizeof *transfer);
    *transfer = (struct transfer){.easy = curl_easy_init()};
    if (!transfer->easy) memory_exhausted();
    buffer_init(&transfer->body);
    return transfer;
}

static void add_line(struct transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (!longer) memory_exhausted();
    transfer->headers = longer;
}

static void set_headers(struct transfer *transfer) {
    const struct http_request *request = &transfer->call->request;
    bool has_type = false;
    transfer->headers = NULL;
    for (uint32_t i = 0; i < request->header_count; i++) {
        struct http_header header = request->headers[i];
        has_type = has_type || text_is(header.name, "Content-Type");
        struct text line = text_format(transfer->call->arena, header.value.length ? "%.*s: %.*s"
                                                                                  : "%.*s;%.*s",
                                       TEXT_ARGS(header.name), TEXT_ARGS(header.value));
        add_line(transfer, line.bytes);
    }
    if (!has_type) add_line(transfer, "Content-Type:"); /* none that nobody signed */
    add_line(transfer, "Expect:");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_method(struct transfer *transfer) {
    const struct http_request *request = &transfer->call->request;
    CURL *easy = transfer->easy;
    if (text_is(request->method, "HEAD")) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request->body.length || !text_is(request->method, "GET")) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.bytes ? request->body.bytes : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        struct text method = text_copy(transfer->call->arena, request->method);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.bytes);
    }
}

static void set_protocols(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static long milliseconds(double seconds) { return (long)(seconds * 1000); }

/* A server that says nothing for a while is given up long before the whole time is over, which has
 * to do for a large body on a slow line. */
static void set_deadlines(CURL *easy, const struct http_request *request) {
    double connect = request->connect_seconds > 0 ? request->connect_seconds : 10;
    double whole = request->seconds > 0 ? request->seconds
                                        : 60 + (double)request->body.length / HTTP_SLOWEST;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(whole));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)HTTP_IDLE_SECONDS);
}

static void set_options(struct transport *transport, struct transfer *transfer) {
    const struct http_request *request = &transfer->call->request;
    CURL *easy = transfer->easy;
    struct text url = http_url(transfer->call->arena, request);
    curl_easy_setopt(easy, CURLOPT_URL, url.bytes);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* as it was signed */
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    set_deadlines(easy, request);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (request->is_direct) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (request->is_once) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (transport->options.user_agent) {
        curl_easy_setopt(easy, CURLOPT_USERAGENT, transport->options.user_agent);
    }
    if (transport->options.ca_bundle) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, transport->options.ca_bundle);
        curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, transport->options.ca_bundle);
    }
    set_protocols(easy);
}

static void refuse(struct transport *transport, struct http_call *call) {
    call->failure = HTTP_UNSENT;
    snprintf(call->error, sizeof call->error, "a header would hold a line break");
    call->next = transport->unsent;
    transport->unsent = call;
}

static void transport_begin(void *context, struct http_call *call) {
    struct transport *transport = context;
    call->status = 0;
    call->headers = NULL;
    call->header_count = 0;
    call->body = (struct text){"", 0};
    call->failure = HTTP_GOOD;
    if (!http_is_sound(&call->request)) {
        refuse(transport, call);
        return;
    }
    struct transfer *transfer = take_transfer(transport);
    transfer->call = call;
    transfer->body.length = 0;
    transfer->header_bytes = 0;
    transfer->header_room = 0;
    transfer->is_too_long = false;
    transfer->error[0] = '\0';
    set_options(transport, transfer);
    set_headers(transfer);
    set_method(transfer);
    if (curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) memory_exhausted();
    transfer->before = NULL;
    transfer->next = transport->running;
    if (transfer->next) transfer->next->before = transfer;
    transport->running = transfer;
}

/* --- ending ---------------------------------------------------------------------------------- */

static enum http_failure failure_of(const struct transfer *transfer, CURLcode code) {
    if (code == CURLE_OK) return HTTP_GOOD;
    if (transfer->is_too_long) return HTTP_TOO_LONG;
    if (code == CURLE_OPERATION_TIMEDOUT) return HTTP_TIMEOUT;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
        code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CERTPROBLEM) {
        return HTTP_UNTRUSTED;
    }
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
        code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR) {
        return HTTP_UNREACHABLE;
    }
    return HTTP_BROKEN;
}

/* Out of the running ones, to be used again. */
static void retire(struct transport *transport, struct transfer *transfer) {
    curl_multi_remove_handle(transport->multi, transfer->easy);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->call = NULL;
    if (transfer->before) transfer->before->next = transfer->next;
    else transport->running = transfer->next;
    if (transfer->next) transfer->next->before = transfer->before;
    transfer->next = transport->idle;
    transport->idle = transfer;
}

/* libcurl quotes a proxy's URL as it was given: what stands before its "@" may be a password. */
static void hide_password(char *error) {
    char *at = strrchr(error, '@');
    if (!at) return;
    char *start = strstr(error, "//");
    start = start && start < at ? start + 2 : error;
    memmove(start, at, strlen(at) + 1);
}

static struct http_call *finish(struct transport *transport, struct transfer *transfer,
                                CURLcode code) {
    struct http_call *call = transfer->call;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    call->failure = failure_of(transfer, code);
    call->status = (unsigned)status;
    if (call->failure == HTTP_GOOD) {
        call->body = buffer_take(&transfer->body, call->arena);
    } else {
        const char *error = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
        if (transfer->is_too_long) error = "the answer is longer than any of AWS's";
        snprintf(call->error, sizeof call->error, "%s", error);
        hide_password(call->error);
    }
    retire(transport, transfer);
    return call;
}

static struct http_call *take_finished(struct transport *transport) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(transport->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        char *private = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        return finish(transport, (struct transfer *)private, message->data.result);
    }
    return NULL;
}

/* A wait that ends early without news was ended by a signal, or by one of libcurl's own timers:
 * the caller may look, and come back. Long waits are cut, so that a clock that is set does not
 * stop us. */
static struct http_call *transport_next(void *context, double until) {
    struct transport *transport = context;
    struct http_call *unsent = transport->unsent;
    if (unsent) {
        transport->unsent = unsent->next;
        return unsent;
    }
    for (;;) {
        int running = 0, ready = 0;
        curl_multi_perform(transport->multi, &running);
        struct http_call *call = take_finished(transport);
        if (call) return call;
        double left = until - transport_now(NULL);
        if (left <= 0) return NULL;
        int wait = left > 1 ? 1000 : (int)(left * 1000) + 1;
        double before = transport_now(NULL);
        if (curl_multi_poll(transport->multi, NULL, 0, wait, &ready) != CURLM_OK) return NULL;
        if (!ready && transport_now(NULL) - before < wait / 1000.0 - 0.005) return NULL;
    }
}

/* --- opening --------------------------------------------------------------------------------- */

bool http_open(struct http *http, const struct http_options *options, struct failure *why) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return failure_set(why, "could not start libcurl");
    }
    struct transport *transport = memory_alloc(sizeof *transport);
    *transport = (struct transport){.multi = curl_multi_init(), .options = *options};
    if (!transport->multi) memory_exhausted();
    curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(transport->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 8L);
    curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, 64L);
    *http = (struct http){transport, transport_begin, transport_next, transport_now};
    return true;
}

void http_close(struct http *http) {
    struct transport *transport = http->context;
    if (!transport) return;
    while (transport->running) retire(transport, transport->running);
    for (struct transfer *transfer = transport->idle, *next; transfer; transfer = next) {
        next = transfer->next;
        curl_easy_cleanup(transfer->easy);
        buffer_release(&transfer->body);
        memory_free(transfer);
    }
    curl_multi_cleanup(transport->multi);
    memory_free(transport);
    *http = (struct http){.context = NULL};
}
