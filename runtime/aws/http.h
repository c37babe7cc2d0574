/* HTTP requests, and what carries them.
 *
 * A request is data that the protocols fill and the signer completes. What carries it is a table
 * like struct cloud: many requests are under way at once, in one thread, and time passes only in
 * next(). The network (http_open) is libcurl; tests fill the table with recorded exchanges.
 *
 * Nothing here tries again: that is the client's (client.h).
 */
#ifndef MRP_RUNTIME_AWS_HTTP_H
#define MRP_RUNTIME_AWS_HTTP_H

#include "base/failure.h"
#include "base/text.h"

struct http_header {
    struct text name, value;
};

struct http_request {
    struct text method;         /* "GET" */
    struct text scheme, host;   /* "https"; the host with its port if it is not the scheme's own */
    struct text path, query;    /* as sent: "/a%20b", "x=1&y=2" without "?" */
    struct text body;
    struct http_header *headers; /* but Host, which follows from host */
    uint32_t header_count, header_room;
    /* The most that each may take; 0 for 10, and for 60 and what the body needs on a slow line. */
    double connect_seconds, seconds;
    bool is_direct;             /* never through a proxy */
    bool is_once;               /* sent on a new connection: on a kept one that turns out to be dead
                                   libcurl sends again, of its own accord, what may have arrived */
};

/* Sets a header: an equal name (whatever its case) is replaced. */
void http_set(struct arena *arena, struct http_request *request, const char *name,
              struct text value);
void http_drop(struct http_request *request, const char *name);
/* The value of a header, by its name in any case; empty for none. */
struct text http_header(const struct http_header *headers, uint32_t count, const char *name);
/* Takes scheme, host, path and query from a URL. False if it is none, or not of http and https, or
 * holds a user's name or bytes that no URL has. */
bool http_set_url(struct arena *arena, struct http_request *request, struct text url);
/* Whether no header of the request holds a control character. */
bool http_is_sound(const struct http_request *request);
/* The URL of a request. */
struct text http_url(struct arena *arena, const struct http_request *request);
/* Percent-encodes every byte but A-Z a-z 0-9 - _ . ~ and those of keep. */
void http_encode(struct buffer *out, struct text text, const char *keep);
/* Undoes percent-encoding; what is no %XX stays. */
struct text http_decode(struct arena *arena, struct text text);
/* The same of form data, where a "+" is a blank. */
struct text http_decode_form(struct arena *arena, struct text text);

enum http_failure {
    HTTP_GOOD,        /* a response came, of any status */
    HTTP_UNREACHABLE, /* no connection: the server has not seen the request */
    HTTP_UNTRUSTED,   /* its certificate was refused */
    HTTP_TIMEOUT,
    HTTP_BROKEN,      /* the connection ended, or what came is no HTTP */
    HTTP_TOO_LONG,    /* more bytes than LIMIT_RESPONSE_BYTES */
    HTTP_UNSENT,      /* a header would have held a line break: what follows it would be another */
};

struct http_call {
    struct http_request request; /* its texts stay until the call is handed back */
    struct arena *arena;         /* where the response goes */
    void *context;               /* the caller's own */
    enum http_failure failure;
    char error[256];             /* of a failure: why, in the library's words */
    unsigned status;
    struct http_header *headers;
    uint32_t header_count;
    struct text body;
    struct http_call *next;      /* the transport's own */
};

struct http {
    void *context;
    void (*begin)(void *context, struct http_call *call);
    /* The next finished call; NULL when none is before the time until, or after a signal. */
    struct http_call *(*next)(void *context, double until);
    double (*now)(void *context); /* seconds since 1970 */
};

/* Runs one call on a transport that has no other. */
void http_run(const struct http *http, struct http_call *call);

enum {
    LIMIT_RESPONSE_BYTES = 16 << 20, /* a response's body */
    LIMIT_RESPONSE_HEADERS = 200,
    LIMIT_HEADER_BYTES = 64 << 10,   /* all headers of a response */
    HTTP_IDLE_SECONDS = 30,          /* without a byte in either direction */
    HTTP_SLOWEST = 32 << 10,         /* bytes a second that a body may be sent with */
};

struct http_options {
    const char *ca_bundle;  /* a file of certificates, or NULL for the system's */
    const char *user_agent;
};

/* The network. The strings of the options must stay. */
bool http_open(struct http *http, const struct http_options *options, struct failure *why);
void http_close(struct http *http);

#endif
