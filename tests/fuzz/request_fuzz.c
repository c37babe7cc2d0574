/* Requests to mrp sandbox serve: forms, JSON, XML, paths and signatures of strangers. The first
 * byte says which service is asked, whether the signature is a good one, and where the request
 * goes; the rest is its target up to a new line, and its body.
 */
#include <stdint.h>
#include <stdlib.h>

#include "runtime/aws/sign.h"
#include "runtime/serve/front.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const double now = 1767225600; /* 2026-01-01T00:00:00Z */

static void set_headers(struct arena *arena, struct http_request *request, unsigned service,
                        bool is_good, struct text bytes) {
    static const char *const names[] = {"cloudformation", "sts", "ssm", "s3"};
    struct sign_options options = {
        .access_key = TEXT(SERVE_ACCESS_KEY), .secret_key = TEXT(SERVE_SECRET_KEY),
        .service = text_of(names[service]), .region = TEXT("us-east-1"), .now = now,
        .is_path_final = service == 3, .adds_hash = service == 3};
    http_set(arena, request, "X-Amz-Target", TEXT("AmazonSSM.GetParameters"));
    if (is_good) {
        sign_headers(arena, request, &options, NULL);
        return;
    }
    http_set(arena, request, "X-Amz-Date", bytes);
    http_set(arena, request, "Authorization", bytes);
}

static struct http_request read_request(struct arena *arena, unsigned choice, struct text bytes) {
    static const char *const methods[] = {"POST", "GET", "PUT", "DELETE"};
    const char *line = bytes.length ? memchr(bytes.bytes, '\n', bytes.length) : NULL;
    size_t length = line ? (size_t)(line - bytes.bytes) : 0;
    struct http_request request = {.method = text_of(methods[choice >> 4 & 3]),
                                   .host = TEXT("127.0.0.1:4580"), .path = {bytes.bytes, length},
                                   .query = TEXT(""), .body = bytes};
    const char *mark = length ? memchr(bytes.bytes, '?', length) : NULL;
    if (line) request.body = (struct text){line + 1, bytes.length - length - 1};
    if (mark) {
        request.path.length = (size_t)(mark - bytes.bytes);
        request.query = (struct text){mark + 1, length - request.path.length - 1};
    }
    set_headers(arena, &request, choice & 3, !(choice & 4), bytes);
    return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct simulator *simulator;
    struct failure why;
    struct arena arena;
    struct serve_response response;
    if (!size || !simulator_open(&simulator, NULL, &why)) return 0;
    struct serve_front front = {.simulator = simulator, .access_key = TEXT(SERVE_ACCESS_KEY),
                                .secret_key = TEXT(SERVE_SECRET_KEY)};
    arena_init(&arena);
    struct text bytes = {arena_copy(&arena, (const char *)data + 1, size - 1), size - 1};
    struct http_request request = read_request(&arena, data[0], bytes);
    serve_answer(&front, &arena, &request, now, &response);
    if (response.status < 200 || response.status > 599) abort();
    if ((data[0] & 4) && response.status < 400) abort(); /* the signature is wrong */
    arena_release(&arena);
    simulator_close(simulator, &why);
    return 0;
}
