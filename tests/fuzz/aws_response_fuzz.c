/* What comes from a network or from files of settings: XML, JSON, INI, errors, times, URLs. The
 * first byte says which reader gets the rest. */
#include <stdint.h>
#include <stdlib.h>

#include "runtime/aws/config.h"
#include "runtime/aws/protocol.h"
#include "runtime/aws/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_response(struct arena *arena, enum protocol protocol, unsigned status,
                          struct text bytes) {
    struct http_header headers[] = {{TEXT("x-amzn-errortype"), bytes}};
    struct http_call call = {.arena = arena, .status = status, .body = bytes, .headers = headers,
                             .header_count = 1};
    struct data *result;
    struct service_error error;
    protocol_response(arena, protocol, &call, &result, &error);
    if (!result || (status != 200 && !error.code.length)) abort();
    data_time(result, "Timestamp");
    data_long(result, "Count", 0);
    data_path(result, "Error.Code");
}

/* What is read and written as JSON reads back. */
static void read_json(struct arena *arena, struct text bytes) {
    struct data *node;
    struct failure why;
    struct buffer out;
    if (!data_read_json(arena, bytes, &node, &why)) return;
    buffer_init(&out);
    data_write_json(node, &out);
    if (!data_read_json(arena, buffer_view(&out), &node, &why)) abort();
    buffer_release(&out);
}

static void read_settings(struct arena *arena, struct text bytes) {
    struct config config = {.around = NULL};
    struct failure why;
    size_t half = bytes.length / 2;
    if (!config_parse(&config, arena, bytes, (struct text){bytes.bytes + half, bytes.length - half},
                      &why)) return;
    for (const struct data *p = data_first(config.profiles); p; p = p->next) {
        config_nested(arena, data_text(p, "s3"), "addressing_style");
    }
}

static void read_url(struct arena *arena, struct text bytes) {
    struct http_request request;
    double seconds;
    when_any(bytes, &seconds);
    http_decode(arena, bytes);
    if (!http_set_url(arena, &request, bytes)) return;
    http_url(arena, &request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    if (!size) return 0;
    arena_init(&arena);
    struct text bytes = {arena_copy(&arena, (const char *)data + 1, size - 1), size - 1};
    switch (data[0] % 8) {
    case 0: read_response(&arena, PROTOCOL_QUERY, 200, bytes); break;
    case 1: read_response(&arena, PROTOCOL_QUERY, 400, bytes); break;
    case 2: read_response(&arena, PROTOCOL_JSON_11, 200, bytes); break;
    case 3: read_response(&arena, PROTOCOL_REST_JSON, 400, bytes); break;
    case 4: read_response(&arena, PROTOCOL_REST_XML, 404, bytes); break;
    case 5: read_json(&arena, bytes); break;
    case 6: read_settings(&arena, bytes); break;
    case 7: read_url(&arena, bytes); break;
    }
    arena_release(&arena);
    return 0;
}
