/* Building requests: headers, URLs, percent-encoding. */
#include <strings.h>

#include "runtime/aws/http.h"

static bool same_name(struct text a, struct text b) {
    return a.length == b.length && strncasecmp(a.bytes, b.bytes, a.length) == 0;
}

void http_set(struct arena *arena, struct http_request *request, const char *name,
              struct text value) {
    struct text wanted = text_of(name);
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (!same_name(request->headers[i].name, wanted)) continue;
        request->headers[i].value = value;
        return;
    }
    request->headers = arena_grown(arena, request->headers, request->header_count,
                                   &request->header_room, sizeof *request->headers);
    request->headers[request->header_count++] = (struct http_header){wanted, value};
}

void http_drop(struct http_request *request, const char *name) {
    struct text unwanted = text_of(name);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (same_name(request->headers[i].name, unwanted)) continue;
        request->headers[kept++] = request->headers[i];
    }
    request->header_count = kept;
}

struct text http_header(const struct http_header *headers, uint32_t count, const char *name) {
    struct text wanted = text_of(name);
    for (uint32_t i = 0; i < count; i++) {
        if (same_name(headers[i].name, wanted)) return headers[i].value;
    }
    return (struct text){"", 0};
}

bool http_is_sound(const struct http_request *request) {
    for (uint32_t i = 0; i < request->header_count; i++) {
        struct text value = request->headers[i].value;
        for (size_t at = 0; at < value.length; at++) {
            unsigned char c = (unsigned char)value.bytes[at];
            if ((c < ' ' && c != '\t') || c == 0x7f) return false;
        }
    }
    return true;
}

static size_t find(struct text text, size_t start, const char *of) {
    while (start < text.length && !strchr(of, text.bytes[start])) start++;
    return start;
}

static bool is_sound(struct text url) {
    for (size_t i = 0; i < url.length; i++) {
        unsigned char c = (unsigned char)url.bytes[i];
        if (c <= ' ' || c == 0x7f || strchr("\"<>\\^`{|}", c)) return false;
    }
    return true;
}

static struct text lower_host(struct arena *arena, struct text host, bool is_secure) {
    struct text lower = text_lower(arena, host);
    struct text port = is_secure ? TEXT(":443") : TEXT(":80");
    if (text_ends(lower, port)) lower.length -= port.length;
    return lower;
}

bool http_set_url(struct arena *arena, struct http_request *request, struct text url) {
    bool is_secure = text_starts(url, TEXT("https://"));
    if (!is_sound(url) || (!is_secure && !text_starts(url, TEXT("http://")))) return false;
    size_t start = is_secure ? 8 : 7;
    size_t path = find(url, start, "/?#");
    struct text host = {url.bytes + start, path - start};
    if (!host.length || memchr(host.bytes, '@', host.length)) return false;
    size_t fragment = find(url, path, "#");
    size_t query = find(url, path, "?#");
    request->scheme = is_secure ? TEXT("https") : TEXT("http");
    request->host = lower_host(arena, host, is_secure);
    request->path = text_copy(arena, (struct text){url.bytes + path, query - path});
    if (!request->path.length) request->path = TEXT("/");
    request->query = (struct text){"", 0};
    if (query < fragment) {
        request->query =
            text_copy(arena, (struct text){url.bytes + query + 1, fragment - query - 1});
    }
    return true;
}

struct text http_url(struct arena *arena, const struct http_request *request) {
    struct text path = request->path.length ? request->path : TEXT("/");
    return text_format(arena, "%.*s://%.*s%.*s%s%.*s", TEXT_ARGS(request->scheme),
                       TEXT_ARGS(request->host), TEXT_ARGS(path), request->query.length ? "?" : "",
                       TEXT_ARGS(request->query));
}

void http_encode(struct buffer *out, struct text text, const char *keep) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (ascii_is_unreserved(c) || (c && strchr(keep, c)))
            buffer_char(out, c);
        else buffer_format(out, "%%%02X", (unsigned char)c);
    }
}

struct text http_decode(struct arena *arena, struct text text) {
    char *bytes = arena_alloc(arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        int high = -1, low = -1;
        if (text.bytes[i] == '%' && i + 2 < text.length) {
            high = ascii_digit(text.bytes[i + 1], 16);
            low = ascii_digit(text.bytes[i + 2], 16);
        }
        if (high >= 0 && low >= 0) {
            bytes[length++] = (char)(high << 4 | low);
            i += 2;
        } else {
            bytes[length++] = text.bytes[i];
        }
    }
    return (struct text){bytes, length};
}

struct text http_decode_form(struct arena *arena, struct text text) {
    char *bytes = arena_copy(arena, text.bytes, text.length);
    for (size_t i = 0; i < text.length; i++) {
        if (bytes[i] == '+') bytes[i] = ' ';
    }
    return http_decode(arena, (struct text){bytes, text.length});
}

void http_run(const struct http *http, struct http_call *call) {
    http->begin(http->context, call);
    while (http->next(http->context, http->now(http->context) + 3600) != call) {}
}
