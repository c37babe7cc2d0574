/* Protocols: the cases of AWS's own protocol tests. A case has shapes, values and what they become
 * on the wire: requests are made of the values by the shapes, as a call's function would by hand;
 * in responses each value is looked up as a call's function would look it up.
 */
#include "runtime/aws/protocol.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "runtime/aws/when.h"
#include "tests/unit/vectors.h"

struct suite {
    struct arena *arena;
    enum protocol protocol;
    const struct data *shapes;
    struct text name;
    bool is_bad;
};

/* The cases that are not run, each with what no call of ours has. An id's star stands for the
 * rest. */
static const struct skip {
    const char *id;
    bool of_request, of_response;
    const char *reason;
} skips[] = {
    {"SDKAppliedContentEncoding_*", true, false, "requests are not compressed"},
    {"SDKAppendsGzipAndIgnoresHttpProvidedEncoding_*", true, false, "requests are not compressed"},
    {"SDKAppendedGzipAfterProvidedEncoding_*", true, false, "requests are not compressed"},
    {"QueryProtocolIdempotencyTokenAutoFill", true, false,
     "the client adds tokens: aws_client_test"},
    {"QueryIdempotencyTokenAutoFill", true, false, "the client adds tokens: aws_client_test"},
    {"RestJsonQueryIdempotencyTokenAutoFill", true, false,
     "the client adds tokens: aws_client_test"},
    {"RestXmlEnumPayloadRequest", true, false, "a call says the type of its body itself"},
    {"RestXmlStringPayloadRequest", true, false, "a call says the type of its body itself"},
    {"RestJsonEnumPayloadRequest", true, false, "a call says the type of its body itself"},
    {"RestJsonStringPayloadRequest", true, false, "a call says the type of its body itself"},
    {"RestJsonHttpPayloadTraitsWithBlob", true, false, "a call says the type of its body itself"},
    {"DocumentTypeAsPayloadInputString", true, false,
     "no call has a body that is one text of JSON"},
    {"RestJsonHttpChecksumRequired", true, false, "no call has an MD5 of its body"},
    {"InputAndOutputWithTimestampHeaders", true, false, "no call has a list of times in a header"},
    {"RestJsonInputAndOutputWithTimestampHeaders", true, false,
     "no call has a list of times in a header"},
    {"RestXmlXmlMapWithXmlNamespace", true, false, "no call has name spaces of keys"},
    {"XmlNamespaces", true, false, "no call has name spaces of plain values"},
    {"MediaTypeHeaderInputBase64", true, false, "no call has JSON in a header"},
    {"MediaTypeHeaderOutputBase64", false, true, "no call has JSON in a header"},
};

/* Why a case is not run, or NULL. */
static const char *reason_to_skip(struct text id, bool is_request) {
    for (size_t i = 0; i < sizeof skips / sizeof *skips; i++) {
        if (is_request ? !skips[i].of_request : !skips[i].of_response) continue;
        size_t length = strlen(skips[i].id);
        bool is_start = skips[i].id[length - 1] == '*';
        if (is_start ? text_starts(id, (struct text){skips[i].id, length - 1})
                     : text_is(id, skips[i].id)) {
            return skips[i].reason;
        }
    }
    return NULL;
}

static const struct data *find(const struct data *record, struct text key) {
    const struct data *child = data_first(record);
    while (child && !text_equal(child->key, key)) child = child->next;
    return child;
}

static const struct data *shape_of(const struct suite *suite, const struct data *reference) {
    return find(suite->shapes, data_text(reference, "shape"));
}

static struct text either(struct text a, struct text b) { return a.length ? a : b; }
static const char *string(struct suite *suite, struct text text) {
    return text_copy(suite->arena, text).bytes;
}

/* --- base64 ---------------------------------------------------------------------------------- */

static struct text base64(struct arena *arena, struct text bytes) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = arena_alloc(arena, bytes.length / 3 * 4 + 8);
    size_t length = 0;
    for (size_t i = 0; i < bytes.length; i += 3) {
        unsigned group = (unsigned)(unsigned char)bytes.bytes[i] << 16;
        if (i + 1 < bytes.length) group |= (unsigned)(unsigned char)bytes.bytes[i + 1] << 8;
        if (i + 2 < bytes.length) group |= (unsigned char)bytes.bytes[i + 2];
        out[length++] = letters[group >> 18];
        out[length++] = letters[group >> 12 & 63];
        out[length++] = i + 1 < bytes.length ? letters[group >> 6 & 63] : '=';
        out[length++] = i + 2 < bytes.length ? letters[group & 63] : '=';
    }
    return (struct text){out, length};
}

/* --- making requests ------------------------------------------------------------------------- */

static struct text time_text(struct suite *suite, struct text value, struct text format) {
    char room[40];
    double seconds = 0;
    if (!when_any(value, &seconds)) return value;
    if (text_is(format, "unixTimestamp")) return text_format(suite->arena, "%.0f", seconds);
    if (text_is(format, "rfc822")) when_format_http(seconds, room);
    else when_format(seconds, room);
    return text_copy(suite->arena, text_of(room));
}

/* The format of times, by where they stand. */
static struct text time_format(const struct suite *suite, const struct data *reference,
                               const struct data *shape) {
    struct text format = either(data_text(reference, "timestampFormat"),
                                data_text(shape, "timestampFormat"));
    struct text location = data_text(reference, "location");
    if (format.length) return format;
    if (text_is(location, "header")) return TEXT("rfc822");
    if (location.length) return TEXT("iso8601");
    bool is_json = suite->protocol == PROTOCOL_JSON_11 || suite->protocol == PROTOCOL_REST_JSON;
    return is_json ? TEXT("unixTimestamp") : TEXT("iso8601");
}

static struct data *make(struct suite *suite, const struct data *value,
                         const struct data *reference);

static void add_space(struct suite *suite, struct data *node, const struct data *reference,
                      const struct data *shape) {
    const struct data *space = data_get(reference, "xmlNamespace");
    if (!space) space = data_get(shape, "xmlNamespace");
    if (!space || suite->protocol != PROTOCOL_REST_XML) return;
    if (node->kind != DATA_RECORD && node->kind != DATA_LIST) return;
    struct text prefix = data_text(space, "prefix");
    struct text name = prefix.length ? text_format(suite->arena, "xmlns:%.*s", TEXT_ARGS(prefix))
                                     : TEXT("xmlns");
    struct text uri = either(data_text(space, "uri"), data_value(space));
    data_put(suite->arena, node, string(suite, name), uri)->is_attribute = true;
}

static struct data *make_structure(struct suite *suite, const struct data *value,
                                   const struct data *shape) {
    struct data *record = data_new(suite->arena, DATA_RECORD);
    struct text payload = data_text(shape, "payload");
    for (const struct data *v = data_first(value); v; v = v->next) {
        const struct data *member = find(data_get(shape, "members"), v->key);
        if (!member || v->kind == DATA_NULL) continue;
        const struct data *inner = shape_of(suite, member);
        struct data *made = make(suite, v, member);
        struct text name = either(data_text(member, "locationName"), v->key);
        struct text location = data_text(member, "location");
        bool is_payload = text_equal(payload, v->key);
        if (is_payload) {
            made->place = PLACE_PAYLOAD;
            if (text_equal(name, v->key)) { /* no name of its own */
                name = either(data_text(inner, "locationName"), data_text(member, "shape"));
            }
        }
        if (text_is(location, "uri")) made->place = PLACE_PATH;
        if (text_is(location, "querystring")) made->place = PLACE_QUERY;
        if (text_is(location, "header") || text_is(location, "headers")) made->place = PLACE_HEADER;
        made->is_attribute = data_is_true(member, "xmlAttribute");
        data_add(record, name, made);
    }
    return record;
}

static struct data *make_list(struct suite *suite, const struct data *value,
                              const struct data *reference, const struct data *shape) {
    struct data *list = data_new(suite->arena, DATA_LIST);
    const struct data *member = data_get(shape, "member");
    struct text item = data_text(member, "locationName");
    list->is_flat = data_is_true(reference, "flattened") || data_is_true(shape, "flattened");
    if (item.length) list->item = string(suite, item);
    /* Times have the format of the place where the list stands. */
    struct data copy = *member;
    if (data_text(reference, "location").length) {
        struct data *with = data_new(suite->arena, DATA_RECORD);
        data_put(suite->arena, with, "shape", data_text(member, "shape"));
        data_put(suite->arena, with, "location", data_text(reference, "location"));
        copy = *with;
    }
    for (const struct data *v = data_first(value); v; v = v->next) {
        if (v->kind != DATA_NULL) data_add(list, TEXT(""), make(suite, v, &copy));
    }
    return list;
}

static struct data *make_map(struct suite *suite, const struct data *value,
                             const struct data *reference, const struct data *shape) {
    struct data *map = data_new(suite->arena, DATA_MAP);
    struct text key = data_text(data_get(shape, "key"), "locationName");
    struct text item = data_text(data_get(shape, "value"), "locationName");
    map->is_flat = data_is_true(reference, "flattened") || data_is_true(shape, "flattened");
    if (key.length) map->map_key = string(suite, key);
    if (item.length) map->map_value = string(suite, item);
    for (const struct data *v = data_first(value); v; v = v->next) {
        if (v->kind != DATA_NULL) data_add(map, v->key, make(suite, v, data_get(shape, "value")));
    }
    return map;
}

static struct data *make_scalar(struct suite *suite, const struct data *value,
                                const struct data *reference, const struct data *shape) {
    struct data *node = data_new(suite->arena, value->kind);
    struct text type = data_text(shape, "type");
    node->text = value->text;
    if (text_is(type, "timestamp")) {
        struct text format = time_format(suite, reference, shape);
        node->text = time_text(suite, data_value(value), format);
        bool is_json = suite->protocol == PROTOCOL_JSON_11 || suite->protocol == PROTOCOL_REST_JSON;
        node->kind = is_json && text_is(format, "unixTimestamp") ? DATA_NUMBER : DATA_TEXT;
    } else if (text_is(type, "blob")) {
        node->text = base64(suite->arena, value->text);
    }
    return node;
}

static struct data *make(struct suite *suite, const struct data *value,
                         const struct data *reference) {
    const struct data *shape = shape_of(suite, reference);
    struct text type = data_text(shape, "type");
    struct data *made;
    if (data_is_true(shape, "document") || !shape) {
        made = data_new(suite->arena, DATA_NULL);
        *made = *value;
        made->next = NULL;
    } else if (text_is(type, "structure")) {
        made = make_structure(suite, value, shape);
    } else if (text_is(type, "list")) {
        made = make_list(suite, value, reference, shape);
    } else if (text_is(type, "map")) {
        made = make_map(suite, value, reference, shape);
    } else {
        made = make_scalar(suite, value, reference, shape);
    }
    add_space(suite, made, reference, shape);
    return made;
}

/* --- comparing ------------------------------------------------------------------------------- */

static void differs(struct suite *suite, const char *what, struct text wanted, struct text found) {
    if (vectors_same(suite->name, what, wanted, found)) return;
    suite->is_bad = true;
}

/* The parts between separators, sorted: order says nothing. */
static struct text sorted(struct suite *suite, struct text text, char separator) {
    struct text *parts = arena_array(suite->arena, text.length + 2, sizeof *parts);
    struct buffer out;
    size_t count = 0;
    for (size_t start = 0; start <= text.length;) {
        const char *end = memchr(text.bytes + start, separator, text.length - start);
        size_t length = end ? (size_t)(end - text.bytes) - start : text.length - start;
        parts[count++] = (struct text){text.bytes + start, length};
        start += length + 1;
    }
    qsort(parts, count, sizeof *parts, text_order);
    buffer_init(&out);
    for (size_t i = 0; i < count; i++) buffer_format(&out, "%.*s\n", TEXT_ARGS(parts[i]));
    struct text joined = buffer_take(&out, suite->arena);
    buffer_release(&out);
    return joined;
}

static bool same_data(const struct data *a, const struct data *b) {
    if (!a || !b) return a == b;
    if (!a->children && !b->children) {
        struct text x = data_value(a), y = data_value(b);
        double p, q;
        return text_equal(x, y) || (when_any(x, &p) && when_any(y, &q) && p == q);
    }
    if (a->count != b->count) return false;
    const struct data *ordered = b->children;
    for (const struct data *x = a->children; x; x = x->next) {
        bool found = false;
        if (a->kind == DATA_LIST) {
            found = same_data(x, ordered);
            ordered = ordered->next;
        }
        for (const struct data *y = b->children; y && !found && a->kind != DATA_LIST; y = y->next) {
            found = text_equal(x->key, y->key) && same_data(x, y);
        }
        if (!found) return false;
    }
    return true;
}

static size_t count_of(struct text text, const char *part) {
    size_t count = 0, length = strlen(part);
    for (size_t i = 0; i + length <= text.length; i++) {
        count += memcmp(text.bytes + i, part, length) == 0;
    }
    return count;
}

static void compare_body(struct suite *suite, struct text wanted, struct text found, bool is_raw) {
    struct data *a = NULL, *b = NULL;
    struct failure why;
    if (suite->protocol == PROTOCOL_QUERY) {
        differs(suite, "form", sorted(suite, wanted, '&'), sorted(suite, found, '&'));
        return;
    }
    bool is_xml = suite->protocol == PROTOCOL_REST_XML;
    if (is_raw || !wanted.length || !found.length) {
        if (!(text_is(wanted, "{}") && !found.length)) differs(suite, "body", wanted, found);
        return;
    }
    bool good = is_xml ? data_read_xml(suite->arena, wanted, &a, &why) &&
                             data_read_xml(suite->arena, found, &b, &why)
                       : data_read_json(suite->arena, wanted, &a, &why) &&
                             data_read_json(suite->arena, found, &b, &why);
    if (good && text_equal(a->key, b->key) && same_data(a, b)) return;
    suite->is_bad = true;
    differs(suite, "body", wanted, found);
}

static void compare_headers(struct suite *suite, const struct data *serialized,
                            const struct http_request *request) {
    for (const struct data *h = data_first(data_get(serialized, "headers")); h; h = h->next) {
        struct text found =
            http_header(request->headers, request->header_count, string(suite, h->key));
        if (text_is(h->key, "Content-Type") && text_starts(found, data_value(h))) continue;
        bool is_type = strncasecmp(h->key.bytes, "content-type", 12) == 0;
        if (is_type && suite->protocol == PROTOCOL_REST_JSON && !request->body.length) continue;
        differs(suite, string(suite, h->key), data_value(h), found);
    }
    for (const struct data *h = data_first(data_get(serialized, "forbidHeaders")); h; h = h->next) {
        struct text found =
            http_header(request->headers, request->header_count, string(suite, h->text));
        if (found.length && strcasecmp(string(suite, h->text), "content-type") != 0) {
            differs(suite, "a header too much", TEXT(""), found);
        }
    }
}

static void compare_request(struct suite *suite, const struct data *test,
                            const struct http_request *request, bool is_raw) {
    const struct data *serialized = data_get(test, "serialized");
    struct text uri = data_text(serialized, "uri");
    const char *mark = uri.length ? memchr(uri.bytes, '?', uri.length) : NULL;
    struct text path = uri, query = {"", 0};
    if (mark) {
        path.length = (size_t)(mark - uri.bytes);
        query = (struct text){mark + 1, uri.length - path.length - 1};
    }
    differs(suite, "method", data_text(serialized, "method"), request->method);
    differs(suite, "path", path, request->path);
    differs(suite, "query", sorted(suite, query, '&'), sorted(suite, request->query, '&'));
    compare_headers(suite, serialized, request);
    const struct data *body = data_get(serialized, "body");
    if (body) compare_body(suite, data_value(body), request->body, is_raw);
    if (suite->protocol != PROTOCOL_REST_XML || is_raw) return;
    differs(suite, "name spaces",
            text_format(suite->arena, "%zu", count_of(data_value(body), "xmlns")),
            text_format(suite->arena, "%zu", count_of(request->body, "xmlns")));
}

static void run_request(struct suite *suite, const struct data *group, const struct data *test) {
    const struct data *given = data_get(test, "given"), *metadata = data_get(group, "metadata");
    const struct data *input_shape = data_get(given, "input");
    struct text version = suite->protocol == PROTOCOL_JSON_11 ? data_text(metadata, "targetPrefix")
                                                              : data_text(metadata, "apiVersion");
    struct text path = data_value(data_path(given, "http.requestUri"));
    struct operation_row row = {.protocol = suite->protocol,
                                .name = string(suite, data_text(given, "name")),
                                .version = string(suite, version),
                                .method =
                                    string(suite, data_value(data_path(given, "http.method"))),
                                .path = string(suite, path)};
    struct http_request request = {.path = TEXT("/"), .query = {"", 0}, .body = {"", 0}};
    struct text endpoint = data_text(group, "clientEndpoint");
    struct failure why = {.message = ""};
    if (endpoint.length) CU_ASSERT(http_set_url(suite->arena, &request, endpoint));
    struct data *input = NULL;
    bool is_raw = false;
    if (input_shape) {
        const struct data *shape = shape_of(suite, input_shape);
        input = make(suite, data_get(test, "params"), input_shape);
        input->key = either(data_text(shape, "locationName"),
                            either(data_text(input_shape, "locationName"),
                                   data_text(input_shape, "shape")));
        struct text payload = data_text(shape, "payload");
        struct text type = data_text(
            shape_of(suite, find(data_get(shape, "members"), payload)), "type");
        is_raw = payload.length && !text_is(type, "structure");
        /* Bytes that are the body are sent as they are. */
        for (struct data *c = input->children; c; c = c->next) {
            const struct data *value = find(data_get(test, "params"), payload);
            if (is_raw && c->place == PLACE_PAYLOAD && value) c->text = value->text;
        }
    }
    bool good = protocol_request(suite->arena, &row, input, &request, &why);
    if (!good) differs(suite, why.message, TEXT("a request"), TEXT(""));
    compare_request(suite, test, &request, is_raw);
}

/* --- reading responses ----------------------------------------------------------------------- */

struct reading_place {
    const struct data *node;   /* the value, or the parent of a flat list or map */
    struct text flat_name;     /* the key of a flat list's items; empty for others */
};

static bool is_xml(const struct suite *suite) {
    return suite->protocol == PROTOCOL_QUERY || suite->protocol == PROTOCOL_REST_XML;
}

static void check(struct suite *suite, const struct data *wanted, struct reading_place place,
                  const struct data *reference);

static void check_member(struct suite *suite, const struct data *wanted, const struct data *node,
                         const struct data *member) {
    const struct data *shape = shape_of(suite, member);
    struct text name = either(data_text(member, "locationName"), wanted->key);
    bool is_flat = is_xml(suite) &&
                   (data_is_true(member, "flattened") || data_is_true(shape, "flattened"));
    if (is_flat) check(suite, wanted, (struct reading_place){node, name}, member);
    else check(suite, wanted, (struct reading_place){find(node, name), {"", 0}}, member);
}

static void check_list(struct suite *suite, const struct data *wanted, struct reading_place place,
                       const struct data *shape) {
    const struct data *node = data_first(place.node);
    const struct data *member = data_get(shape, "member");
    for (const struct data *w = data_first(wanted); w; w = w->next) {
        while (node && ((place.flat_name.length && !text_equal(node->key, place.flat_name)) ||
                        node->kind == DATA_NULL)) {
            node = node->next;
        }
        if (!node) {
            differs(suite, "a list is too short", data_value(w), TEXT("(nothing)"));
            return;
        }
        if (w->kind != DATA_NULL) check(suite, w, (struct reading_place){node, {"", 0}}, member);
        node = node->next;
    }
}

/* The entry of a map in XML: <entry><key>..</key><value>..</value></entry>. */
static const struct data *find_entry(struct suite *suite, struct reading_place place,
                                     const struct data *shape, struct text key) {
    const char *key_name = string(suite, either(data_text(data_get(shape, "key"), "locationName"),
                                                TEXT("key")));
    for (const struct data *e = data_first(place.node); e; e = e->next) {
        if (place.flat_name.length && !text_equal(e->key, place.flat_name)) continue;
        if (text_equal(data_text(e, key_name), key)) return e;
    }
    return NULL;
}

static void check_map(struct suite *suite, const struct data *wanted, struct reading_place place,
                      const struct data *shape) {
    const struct data *value = data_get(shape, "value");
    struct text value_name = either(data_text(value, "locationName"), TEXT("value"));
    for (const struct data *w = data_first(wanted); w; w = w->next) {
        if (w->kind == DATA_NULL) continue;
        const struct data *found = is_xml(suite)
                                       ? find(find_entry(suite, place, shape, w->key), value_name)
                                       : find(place.node, w->key);
        check(suite, w, (struct reading_place){found, {"", 0}}, value);
    }
}

static void check_scalar(struct suite *suite, const struct data *wanted, const struct data *node,
                         const struct data *shape) {
    struct text type = data_text(shape, "type"), w = data_value(wanted), f = data_value(node);
    double a, b;
    if (text_is(type, "blob")) w = base64(suite->arena, w);
    if (text_is(type, "timestamp") || text_is(type, "double") || text_is(type, "float")) {
        if (when_any(w, &a) && when_any(f, &b) &&
            (a == b || (text_is(type, "timestamp") && floor(b) == a))) return;
    }
    differs(suite, string(suite, wanted->key), w, f);
}

static void check(struct suite *suite, const struct data *wanted, struct reading_place place,
                  const struct data *reference) {
    const struct data *shape = shape_of(suite, reference);
    struct text type = data_text(shape, "type");
    if (data_is_true(shape, "document") || !shape) {
        if (!same_data(wanted, place.node)) differs(suite, "document", TEXT("same"), TEXT(""));
    } else if (text_is(type, "structure")) {
        for (const struct data *w = data_first(wanted); w; w = w->next) {
            if (w->kind == DATA_NULL) continue;
            check_member(suite, w, place.node, find(data_get(shape, "members"), w->key));
        }
    } else if (text_is(type, "list")) {
        check_list(suite, wanted, place, shape);
    } else if (text_is(type, "map")) {
        check_map(suite, wanted, place, shape);
    } else {
        check_scalar(suite, wanted, place.node, shape);
    }
}

static void give_response(struct suite *suite, const struct data *response,
                          struct http_call *call) {
    const struct data *headers = data_get(response, "headers");
    *call = (struct http_call){.arena = suite->arena,
                               .status = (unsigned)data_long(response, "status_code", 200)};
    call->headers = arena_array(suite->arena, 40, sizeof *call->headers);
    for (const struct data *h = data_first(headers); h && call->header_count < 40; h = h->next) {
        call->headers[call->header_count++] = (struct http_header){h->key, data_value(h)};
    }
    call->body = data_text(response, "body");
}

/* Members that travel in headers or the status; true where the member is one of them. */
static bool check_header(struct suite *suite, const struct data *wanted,
                         const struct http_call *call, const struct data *member) {
    struct text location = data_text(member, "location");
    struct text name = either(data_text(member, "locationName"), wanted->key);
    const struct data *shape = shape_of(suite, member);
    struct text type = data_text(shape, "type");
    if (text_is(location, "statusCode")) {
        differs(suite, "status", data_value(wanted),
                text_format(suite->arena, "%u", call->status));
        return true;
    }
    if (text_is(location, "headers")) {
        for (const struct data *w = data_first(wanted); w; w = w->next) {
            struct text full = text_format(suite->arena, "%.*s%.*s",
                                           TEXT_ARGS(data_text(member, "locationName")),
                                           TEXT_ARGS(w->key));
            differs(suite, "header", data_value(w),
                    http_header(call->headers, call->header_count, full.bytes));
        }
        return true;
    }
    if (!text_is(location, "header")) return false;
    if (wanted->kind == DATA_LIST) return true; /* no call of ours has lists in headers */
    struct data found = {.kind = DATA_TEXT, .text = http_header(call->headers, call->header_count,
                                                                string(suite, name))};
    if (text_is(type, "blob")) return true;
    check_scalar(suite, wanted, &found, shape);
    return true;
}

static void check_output(struct suite *suite, const struct data *wanted, struct data *result,
                         const struct http_call *call, const struct data *reference) {
    const struct data *shape = shape_of(suite, reference);
    struct text payload = data_text(shape, "payload");
    for (const struct data *w = data_first(wanted); w; w = w->next) {
        const struct data *member = find(data_get(shape, "members"), w->key);
        if (w->kind == DATA_NULL || check_header(suite, w, call, member)) continue;
        if (!text_equal(payload, w->key)) {
            check_member(suite, w, result, member);
        } else if (text_is(data_text(shape_of(suite, member), "type"), "structure") ||
                   data_is_true(shape_of(suite, member), "document")) {
            check(suite, w, (struct reading_place){result, {"", 0}}, member);
        } else {
            differs(suite, "body", data_value(w), call->body);
        }
    }
}

static void run_response(struct suite *suite, const struct data *test) {
    struct http_call call;
    struct data *result;
    struct service_error error;
    const struct data *given = data_get(test, "given");
    give_response(suite, data_get(test, "response"), &call);
    protocol_response(suite->arena, suite->protocol, &call, &result, &error);
    struct text code = data_text(test, "errorCode");
    if (code.length) {
        differs(suite, "code", code, error.code);
        struct text message = data_text(test, "errorMessage");
        if (message.length) differs(suite, "message", message, error.message);
        return;
    }
    const struct data *shape = shape_of(suite, data_get(given, "output"));
    bool is_bytes = false;
    struct text payload = data_text(shape, "payload");
    if (payload.length) {
        struct text type = data_text(
            shape_of(suite, find(data_get(shape, "members"), payload)), "type");
        is_bytes = !text_is(type, "structure");
    }
    if (!is_bytes) differs(suite, "error", TEXT(""), error.code);
    check_output(suite, data_get(test, "result"), result, &call, data_get(given, "output"));
}

/* --- running --------------------------------------------------------------------------------- */

static void run_file(const char *file, enum protocol protocol, unsigned count, unsigned wanted) {
    struct arena arena;
    unsigned run = 0, skipped = 0, bad = 0;
    arena_init(&arena);
    struct text path = text_format(&arena, "botocore/protocol-tests/%s.json", file);
    const struct data *groups = vectors_json(&arena, path.bytes);
    for (const struct data *g = data_first(groups); g; g = g->next) {
        for (const struct data *t = data_first(data_get(g, "cases")); t; t = t->next) {
            struct suite suite = {&arena, protocol, data_get(g, "shapes"), data_text(t, "id"),
                                  false};
            bool is_request = data_get(t, "serialized") != NULL;
            const char *reason = reason_to_skip(suite.name, is_request);
            if (reason) {
                printf("skipped %.*s: %s\n", TEXT_ARGS(suite.name), reason);
                skipped++;
                continue;
            }
            if (is_request) run_request(&suite, g, t);
            else run_response(&suite, t);
            run++;
            bad += suite.is_bad;
        }
    }
    printf("%s: %u cases, %u run, %u skipped, %u differ\n", file, run + skipped, run, skipped, bad);
    CU_ASSERT_EQUAL(run + skipped, count);
    CU_ASSERT_EQUAL(run, wanted);
    arena_release(&arena);
}

static void test_query(void) {
    if (!vectors_there("the Query protocol")) return;
    run_file("query", PROTOCOL_QUERY, 38, 35);
    run_file("output-query", PROTOCOL_QUERY, 38, 38);
}

static void test_json(void) {
    if (!vectors_there("the JSON protocol")) return;
    run_file("json", PROTOCOL_JSON_11, 54, 52);
    run_file("output-json", PROTOCOL_JSON_11, 58, 58);
}

static void test_rest_xml(void) {
    if (!vectors_there("the REST-XML protocol")) return;
    run_file("rest-xml", PROTOCOL_REST_XML, 94, 86);
    run_file("output-rest-xml", PROTOCOL_REST_XML, 78, 78);
}

static void test_rest_json(void) {
    if (!vectors_there("the REST-JSON protocol")) return;
    run_file("rest-json", PROTOCOL_REST_JSON, 113, 103);
    run_file("output-rest-json", PROTOCOL_REST_JSON, 91, 90);
}

/* --- whole answers of services ---------------------------------------------------------------- */

static bool holds(const struct data *node, const struct data *wanted);

/* A list is an element with members, or the elements of its name themselves. */
static bool holds_list(const struct data *parent, const struct data *wanted) {
    const struct data *list = find(parent, wanted->key), *item = data_first(list);
    bool is_flat = list && (!item || !text_is(item->key, "member"));
    if (is_flat) item = list;
    for (const struct data *w = data_first(wanted); w; w = w->next) {
        while (is_flat && item && !text_equal(item->key, wanted->key)) item = item->next;
        if (!item || !holds(item, w)) return false;
        item = item->next;
    }
    return true;
}

static bool holds(const struct data *node, const struct data *wanted) {
    double a, b;
    if (wanted->kind == DATA_RECORD) {
        for (const struct data *w = data_first(wanted); w; w = w->next) {
            if (text_is(w->key, "ResponseMetadata")) continue;
            bool good = w->kind == DATA_LIST ? holds_list(node, w) : holds(find(node, w->key), w);
            if (!good) printf("differs: %.*s\n", TEXT_ARGS(w->key));
            if (!good) return false;
        }
        return true;
    }
    if (text_equal(data_value(wanted), data_value(node))) return true;
    return when_any(data_value(wanted), &a) && when_any(data_value(node), &b) && a == b;
}

static void test_answers(void) {
    static const char *const names[] = {
        "cloudformation-cancel-update-stack", "cloudformation-describe-stacks",
        "cloudformation-get-template", "cloudformation-list-stacks", "s3-create-bucket",
        "s3-list-objects", "sts-get-session-token"};
    struct arena arena;
    if (!vectors_there("answers of services")) return;
    arena_init(&arena);
    printf("answers of services: %zu run\n", sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text path =
            text_format(&arena, "botocore/response-parsing/%s.json", names[i]);
        const struct data *wanted = vectors_json(&arena, path.bytes);
        const struct data *refusal = data_get(wanted, "Error");
        struct http_call call = {.arena = &arena, .status = refusal ? 400 : 200};
        struct data *result;
        struct service_error error;
        call.body = vectors_read(&arena, "botocore/response-parsing/%s.xml", names[i]);
        protocol_response(&arena, names[i][0] == 's' && names[i][1] == '3' ? PROTOCOL_REST_XML
                                                                          : PROTOCOL_QUERY,
                          &call, &result, &error);
        vectors_same(text_of(names[i]), "code", data_text(refusal, "Code"), error.code);
        vectors_same(text_of(names[i]), "message", data_text(refusal, "Message"), error.message);
        struct data *body = (struct data *)data_get(result, "TemplateBody"), *read;
        struct failure why;
        if (body && data_read_json(&arena, body->text, &read, &why)) { /* as is expected */
            body->kind = read->kind;
            body->children = read->children;
            body->count = read->count;
            CU_ASSERT(same_data(data_get(wanted, "TemplateBody"), body));
            continue;
        }
        if (refusal || holds(result, wanted)) continue;
        printf("FAILED %s\n", names[i]);
        CU_FAIL("an answer differs");
    }
    arena_release(&arena);
}

static void answer(struct arena *arena, enum protocol protocol, unsigned status, const char *body,
                   struct service_error *error) {
    struct http_call call = {.arena = arena, .status = status, .body = text_of(body)};
    struct data *result;
    protocol_response(arena, protocol, &call, &result, error);
    CU_ASSERT_PTR_NOT_NULL(result);
}

/* Errors in all forms, and what no AWS sends. */
static void test_errors(void) {
    static const struct {
        enum protocol protocol;
        unsigned status;
        const char *body, *code;
    } cases[] = {
        {PROTOCOL_QUERY, 400,
         "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", "Throttling"},
        {PROTOCOL_QUERY, 400,
         "<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>",
         "AuthFailure"},
        {PROTOCOL_REST_XML, 404, "<Error><Code>NoSuchBucket</Code></Error>", "NoSuchBucket"},
        {PROTOCOL_REST_XML, 200, "<Error><Code>InternalError</Code></Error>", "InternalError"},
        {PROTOCOL_REST_XML, 404, "", "NotFound"},
        {PROTOCOL_JSON_11, 400, "{\"__type\":\"com.amazon.x#ParameterNotFound\"}",
         "ParameterNotFound"},
        {PROTOCOL_REST_JSON, 401, "{\"error\":\"invalid_grant\"}", "invalid_grant"},
        {PROTOCOL_QUERY, 503, "<html><body>503", "ServiceUnavailable"},
        {PROTOCOL_QUERY, 502, "Bad Gateway", "HTTP502"},
        {PROTOCOL_QUERY, 200, "<DescribeStacksResponse><Desc", "UnreadableResponse"},
        {PROTOCOL_QUERY, 200, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "UnreadableResponse"},
        {PROTOCOL_JSON_11, 200, "{\"a\":", "UnreadableResponse"},
        {PROTOCOL_JSON_11, 200, "<html>", "UnreadableResponse"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct service_error error;
        arena_init(&arena);
        answer(&arena, cases[i].protocol, cases[i].status, cases[i].body, &error);
        vectors_same(text_of(cases[i].body), "code", text_of(cases[i].code), error.code);
        arena_release(&arena);
    }
}

/* At the ceiling of depth, and one past it. */
static void test_depth(void) {
    for (int extra = 0; extra < 2; extra++) {
        struct arena arena;
        struct buffer json, xml;
        struct data *node;
        struct failure why;
        arena_init(&arena);
        buffer_init(&json);
        buffer_init(&xml);
        for (int i = 0; i < LIMIT_DATA_DEPTH + extra; i++) {
            buffer_char(&json, '[');
            buffer_string(&xml, "<a>");
        }
        for (int i = 0; i < LIMIT_DATA_DEPTH + extra; i++) {
            buffer_char(&json, ']');
            buffer_string(&xml, "</a>");
        }
        CU_ASSERT_EQUAL(data_read_json(&arena, buffer_view(&json), &node, &why), extra == 0);
        CU_ASSERT_EQUAL(data_read_xml(&arena, buffer_view(&xml), &node, &why), extra == 0);
        buffer_release(&json);
        buffer_release(&xml);
        arena_release(&arena);
    }
}

UNIT_MAIN("aws_protocol", {"Query", test_query}, {"JSON", test_json}, {"REST-XML", test_rest_xml},
          {"REST-JSON", test_rest_json}, {"answers", test_answers}, {"errors", test_errors},
          {"depth", test_depth})
