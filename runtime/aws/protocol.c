/* Requests: form data, JSON, XML, and the parts of HTTP that the REST protocols use. */
#include "runtime/aws/protocol.h"

static const struct operation_row operations[] = {
#define OPERATION(id, service, protocol, name, version, method, path, token)                       \
    {service, protocol, name, version, method, path, token},
#include "runtime/aws/operations.def"
#undef OPERATION
};

const struct operation_row *operation_row(enum operation operation) {
    return &operations[operation];
}

/* --- form data ------------------------------------------------------------------------------- */

struct form {
    struct buffer *out;
    char name[1024]; /* "Parameters.member.1.ParameterKey" so far */
    size_t length;
};

/* Adds a part to the name; returns the length before, to go back to. A name that does not fit is
 * cut: no name of AWS's is a tenth as long. */
static size_t form_enter(struct form *form, const char *part, size_t length) {
    size_t before = form->length;
    if (before + length + 2 > sizeof form->name) return before;
    if (before) form->name[form->length++] = '.';
    memcpy(form->name + form->length, part, length);
    form->length += length;
    return before;
}

static size_t form_enter_number(struct form *form, uint32_t number) {
    char digits[16];
    int length = 0;
    for (uint32_t left = number; left; left /= 10) length++;
    for (int i = length; i-- > 0; number /= 10) digits[i] = (char)('0' + number % 10);
    return form_enter(form, digits, (size_t)length);
}

/* A blank is "+", as forms have it and as AWS's own clients send it. */
static void form_encode(struct buffer *out, struct text text) {
    for (size_t start = 0; start <= text.length;) {
        const char *blank = start < text.length
                                ? memchr(text.bytes + start, ' ', text.length - start) : NULL;
        size_t end = blank ? (size_t)(blank - text.bytes) : text.length;
        http_encode(out, (struct text){text.bytes + start, end - start}, "");
        if (blank) buffer_char(out, '+');
        start = end + 1;
    }
}

static void form_value(struct form *form, struct text value) {
    if (form->out->length) buffer_char(form->out, '&');
    form_encode(form->out, (struct text){form->name, form->length});
    buffer_char(form->out, '=');
    form_encode(form->out, value);
}

static void form_node(struct form *form, const struct data *node);

static const char *or_else(const char *given, const char *usual) { return given ? given : usual; }

static void form_list(struct form *form, const struct data *list) {
    size_t before = form->length;
    uint32_t index = 1;
    if (!list->count) form_value(form, (struct text){"", 0});
    if (!list->is_flat) {
        const char *item = or_else(list->item, "member");
        form_enter(form, item, strlen(item));
    }
    for (const struct data *child = list->children; child; child = child->next, index++) {
        size_t inner = form_enter_number(form, index);
        form_node(form, child);
        form->length = inner;
    }
    form->length = before;
}

static void form_map(struct form *form, const struct data *map) {
    size_t before = form->length;
    const char *key = or_else(map->map_key, "key"), *value = or_else(map->map_value, "value");
    uint32_t index = 1;
    if (!map->is_flat) form_enter(form, "entry", 5);
    for (const struct data *child = map->children; child; child = child->next, index++) {
        size_t entry = form_enter_number(form, index);
        size_t inner = form_enter(form, key, strlen(key));
        form_value(form, child->key);
        form->length = inner;
        form_enter(form, value, strlen(value));
        form_node(form, child);
        form->length = entry;
    }
    form->length = before;
}

static void form_node(struct form *form, const struct data *node) {
    switch (node->kind) {
    case DATA_NULL: return;
    case DATA_FALSE:
    case DATA_TRUE:
    case DATA_NUMBER:
    case DATA_TEXT: form_value(form, data_value(node)); return;
    case DATA_LIST: form_list(form, node); return;
    case DATA_MAP: form_map(form, node); return;
    case DATA_RECORD: break;
    }
    for (const struct data *child = node->children; child; child = child->next) {
        size_t before = form_enter(form, child->key.bytes, child->key.length);
        form_node(form, child);
        form->length = before;
    }
}

/* Form data: lists as "Name.member.1", maps as "Name.entry.1.key"; an empty list as "Name=". */
static void protocol_write_form(const struct data *input, struct buffer *out) {
    struct form form = {.out = out, .length = 0};
    form_node(&form, input);
}

/* --- XML ------------------------------------------------------------------------------------- */

static void xml_text(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '&') buffer_string(out, "&amp;");
        else if (c == '<') buffer_string(out, "&lt;");
        else if (c == '>') buffer_string(out, "&gt;");
        else if (c == '"') buffer_string(out, "&quot;");
        else if (c == '\r' || c == '\n') buffer_format(out, "&#x%X;", c);
        else buffer_char(out, c);
    }
}

static void xml_open(struct buffer *out, struct text name, const struct data *element) {
    buffer_format(out, "<%.*s", TEXT_ARGS(name));
    for (const struct data *child = data_first(element); child; child = child->next) {
        if (!child->is_attribute) continue;
        buffer_format(out, " %.*s=\"", TEXT_ARGS(child->key));
        xml_text(out, data_value(child));
        buffer_char(out, '"');
    }
    buffer_char(out, '>');
}

static void xml_close(struct buffer *out, struct text name) {
    buffer_format(out, "</%.*s>", TEXT_ARGS(name));
}

static void xml_element(struct buffer *out, struct text name, const struct data *node);

static void xml_items(struct buffer *out, struct text name, const struct data *node) {
    for (const struct data *child = node->children; child; child = child->next) {
        if (!child->is_attribute) xml_element(out, name, child);
    }
}

static void xml_entries(struct buffer *out, struct text name, const struct data *map) {
    for (const struct data *child = map->children; child; child = child->next) {
        if (child->is_attribute) continue;
        struct data key = {.kind = DATA_TEXT, .text = child->key};
        xml_open(out, name, NULL);
        xml_element(out, text_of(or_else(map->map_key, "key")), &key);
        xml_element(out, text_of(or_else(map->map_value, "value")), child);
        xml_close(out, name);
    }
}

static void xml_content(struct buffer *out, const struct data *node) {
    switch (node->kind) {
    case DATA_NULL: return;
    case DATA_FALSE:
    case DATA_TRUE:
    case DATA_NUMBER:
    case DATA_TEXT: xml_text(out, data_value(node)); return;
    case DATA_LIST: xml_items(out, text_of(or_else(node->item, "member")), node); return;
    case DATA_MAP: xml_entries(out, TEXT("entry"), node); return;
    case DATA_RECORD: break;
    }
    for (const struct data *child = node->children; child; child = child->next) {
        if (!child->is_attribute) xml_element(out, child->key, child);
    }
}

/* A flat list has no element of its own: its items carry its name. */
static void xml_element(struct buffer *out, struct text name, const struct data *node) {
    if (node->kind == DATA_NULL) return;
    if (node->is_flat && node->kind == DATA_LIST) {
        xml_items(out, name, node);
    } else if (node->is_flat && node->kind == DATA_MAP) {
        xml_entries(out, name, node);
    } else {
        xml_open(out, name, node);
        xml_content(out, node);
        xml_close(out, name);
    }
}

void protocol_write_xml(const struct data *element, struct buffer *out) {
    xml_element(out, element->key, element);
}

/* --- the parts of HTTP ----------------------------------------------------------------------- */

static const struct data *path_member(const struct data *input, struct text name) {
    for (const struct data *child = data_first(input); child; child = child->next) {
        if (child->place == PLACE_PATH && text_equal(child->key, name)) return child;
    }
    return NULL;
}

static void add_pair(struct buffer *query, struct text name, struct text value) {
    if (query->length) buffer_char(query, '&');
    http_encode(query, name, "");
    buffer_char(query, '=');
    http_encode(query, value, "");
}

/* The row's path with its names filled in; what follows "?" in it goes to the query. */
static bool add_path(const char *template, const struct data *input, struct buffer *path,
                     struct buffer *query, struct failure *why) {
    for (const char *at = template; *at && *at != '?';) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            buffer_char(path, *at++);
            continue;
        }
        bool keeps_slashes = end[-1] == '+';
        struct text name = {at + 1, (size_t)(end - at) - 1 - keeps_slashes};
        struct text value = data_value(path_member(input, name));
        if (!value.length) {
            return failure_set(why, "a request lacks \"%.*s\"", TEXT_ARGS(name));
        }
        http_encode(path, value, keeps_slashes ? "/" : "");
        at = end + 1;
    }
    const char *constant = strchr(template, '?');
    if (constant) {
        if (query->length) buffer_char(query, '&');
        buffer_string(query, constant + 1);
    }
    return true;
}

/* A map in the query names its own parameters; those that are named otherwise win. */
static void add_query_map(const struct data *map, const struct data *input, struct buffer *query) {
    for (const struct data *entry = map->children; entry; entry = entry->next) {
        bool is_taken = false;
        for (const struct data *other = data_first(input); other; other = other->next) {
            if (other->place == PLACE_QUERY && other->kind != DATA_MAP &&
                text_equal(other->key, entry->key)) {
                is_taken = true;
            }
        }
        if (is_taken) continue;
        if (entry->kind != DATA_LIST) add_pair(query, entry->key, data_value(entry));
        for (const struct data *v = entry->kind == DATA_LIST ? entry->children : NULL; v;
             v = v->next) {
            add_pair(query, entry->key, data_value(v));
        }
    }
}

static void add_query(const struct data *input, struct buffer *query) {
    for (const struct data *child = data_first(input); child; child = child->next) {
        if (child->place != PLACE_QUERY || child->kind == DATA_NULL) continue;
        if (child->kind == DATA_MAP) {
            add_query_map(child, input, query);
        } else if (child->kind == DATA_LIST) {
            for (const struct data *v = child->children; v; v = v->next) {
                add_pair(query, child->key, data_value(v));
            }
        } else {
            add_pair(query, child->key, data_value(child));
        }
    }
}

/* A value in a list of values: quoted where it holds what separates them. */
static void add_listed(struct buffer *out, struct text value) {
    bool is_quoted =
        memchr(value.bytes, ',', value.length) || memchr(value.bytes, '"', value.length);
    if (!is_quoted) {
        buffer_text(out, value);
        return;
    }
    buffer_char(out, '"');
    for (size_t i = 0; i < value.length; i++) {
        if (value.bytes[i] == '"' || value.bytes[i] == '\\') buffer_char(out, '\\');
        buffer_char(out, value.bytes[i]);
    }
    buffer_char(out, '"');
}

static void add_header(struct arena *arena, struct http_request *request,
                       const struct data *member) {
    const char *name = text_copy(arena, member->key).bytes;
    if (member->kind == DATA_MAP) { /* "x-amz-meta-" and the names of the map */
        for (const struct data *entry = member->children; entry; entry = entry->next) {
            struct text full = text_format(arena, "%s%.*s", name, TEXT_ARGS(entry->key));
            http_set(arena, request, full.bytes, data_value(entry));
        }
    } else if (member->kind == DATA_LIST) {
        struct buffer out;
        buffer_init(&out);
        for (const struct data *v = member->children; v; v = v->next) {
            if (v != member->children) buffer_string(&out, ", ");
            add_listed(&out, data_value(v));
        }
        if (member->count) http_set(arena, request, name, buffer_take(&out, arena));
        buffer_release(&out);
    } else if (member->kind != DATA_NULL) {
        http_set(arena, request, name, data_value(member));
    }
}

static void rest_body(struct arena *arena, const struct operation_row *row,
                      const struct data *input, struct http_request *request) {
    struct data body = {.kind = DATA_RECORD, .key = TEXT("Request")};
    const struct data *payload = NULL;
    bool is_xml = row->protocol == PROTOCOL_REST_XML;
    if (input && input->key.length) body.key = input->key;
    for (const struct data *child = data_first(input); child; child = child->next) {
        if (child->place == PLACE_PAYLOAD) payload = child;
        if (child->place != PLACE_BODY) continue;
        struct data *copy = data_new(arena, child->kind);
        *copy = *child;
        copy->next = NULL;
        data_add(&body, child->key, copy);
    }
    if (payload && payload->kind == DATA_TEXT) {
        request->body = payload->text;
        return;
    }
    if (!payload && !body.count) return;
    struct buffer out;
    buffer_init(&out);
    if (is_xml) protocol_write_xml(payload ? payload : &body, &out);
    else data_write_json(payload ? payload : &body, &out);
    request->body = buffer_take(&out, arena);
    buffer_release(&out);
    http_set(arena, request, "Content-Type", is_xml ? TEXT("application/xml")
                                                    : TEXT("application/json"));
}

static bool rest_request(struct arena *arena, const struct operation_row *row,
                         const struct data *input, struct http_request *request,
                         struct failure *why) {
    struct buffer path, query;
    buffer_init(&path);
    buffer_init(&query);
    buffer_text(&path, request->path);
    if (path.length && path.bytes[path.length - 1] == '/') path.length--;
    buffer_text(&query, request->query);
    bool good = add_path(row->path, input, &path, &query, why);
    add_query(input, &query);
    request->path = buffer_take(&path, arena);
    request->query = buffer_take(&query, arena);
    buffer_release(&path);
    buffer_release(&query);
    rest_body(arena, row, input, request);
    for (const struct data *child = data_first(input); child; child = child->next) {
        if (child->place == PLACE_HEADER) add_header(arena, request, child);
    }
    return good;
}

/* --- all ------------------------------------------------------------------------------------- */

static void query_body(const struct operation_row *row, const struct data *input,
                       struct buffer *out) {
    buffer_format(out, "Action=%s&Version=%s", row->name, row->version);
    if (input) protocol_write_form(input, out);
}

static void json_headers(struct arena *arena, const struct operation_row *row,
                         struct http_request *request) {
    bool is_10 = row->protocol == PROTOCOL_JSON_10;
    http_set(arena, request, "Content-Type",
             is_10 ? TEXT("application/x-amz-json-1.0") : TEXT("application/x-amz-json-1.1"));
    http_set(arena, request, "X-Amz-Target", text_format(arena, "%s.%s", row->version, row->name));
}

bool protocol_request(struct arena *arena, const struct operation_row *row,
                      const struct data *input, struct http_request *request,
                      struct failure *why) {
    struct buffer body;
    bool is_query = row->protocol == PROTOCOL_QUERY;
    request->method = text_of(row->method);
    if (row->protocol == PROTOCOL_REST_XML || row->protocol == PROTOCOL_REST_JSON) {
        return rest_request(arena, row, input, request, why);
    }
    if (!text_ends(request->path, TEXT("/"))) { /* of an endpoint that has a path */
        request->path = text_format(arena, "%.*s/", TEXT_ARGS(request->path));
    }
    buffer_init(&body);
    if (is_query) query_body(row, input, &body);
    else if (input) data_write_json(input, &body);
    else buffer_string(&body, "{}");
    request->body = buffer_take(&body, arena);
    buffer_release(&body);
    if (is_query) {
        http_set(arena, request, "Content-Type",
                 TEXT("application/x-www-form-urlencoded; charset=utf-8"));
    } else {
        json_headers(arena, row, request);
    }
    return true;
}
