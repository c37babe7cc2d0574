/* Responses: results and errors in all the forms that AWS's services have for them. */
#include "runtime/aws/protocol.h"

/* "com.example#Code:http://..." as "Code". */
static struct text protocol_error_code(struct text code) {
    const char *colon = code.length ? memchr(code.bytes, ':', code.length) : NULL;
    if (colon) code.length = (size_t)(colon - code.bytes);
    const char *hash = code.length ? memchr(code.bytes, '#', code.length) : NULL;
    if (!hash) return code;
    size_t skip = (size_t)(hash - code.bytes) + 1;
    return (struct text){code.bytes + skip, code.length - skip};
}

static struct text first_of(struct text a, struct text b) { return a.length ? a : b; }

static struct text header(const struct http_call *call, const char *name) {
    return http_header(call->headers, call->header_count, name);
}

static bool is_xml(enum protocol protocol) {
    return protocol == PROTOCOL_QUERY || protocol == PROTOCOL_REST_XML;
}

/* What a status alone says, where the body says nothing: of HEAD, of proxies and load balancers. */
static void error_of_status(struct arena *arena, unsigned status, struct service_error *error) {
    const char *code = NULL;
    switch (status) {
    case 301: code = "PermanentRedirect"; break;
    case 400: code = "BadRequest"; break;
    case 401: code = "Unauthorized"; break;
    case 403: code = "AccessDenied"; break;
    case 404: code = "NotFound"; break;
    case 412: code = "PreconditionFailed"; break;
    case 429: code = "TooManyRequestsException"; break;
    case 500: code = "InternalFailure"; break;
    case 503: code = "ServiceUnavailable"; break;
    }
    error->code = code ? text_of(code) : text_format(arena, "HTTP%u", status);
    error->message = text_format(arena, "the server answered with HTTP status %u", status);
}

/* <ErrorResponse><Error>, <Response><Errors><Error>, or S3's <Error> alone. */
static const struct data *xml_error(const struct data *root) {
    if (!root) return NULL;
    if (text_is(root->key, "Error")) return root;
    const struct data *errors = data_get(root, "Errors");
    return data_get(errors ? errors : root, "Error");
}

static void read_xml_error(const struct data *root, struct service_error *error) {
    const struct data *found = xml_error(root);
    error->code = data_text(found, "Code");
    error->message = data_text(found, "Message");
    error->request_id = first_of(data_text(root, "RequestId"), data_text(found, "RequestId"));
    if (!error->request_id.length) error->request_id = data_text(root, "RequestID");
}

static void read_json_error(const struct data *root, const struct http_call *call,
                            struct service_error *error) {
    struct text code = header(call, "x-amzn-errortype");
    static const char *const codes[] = {"__type", "code", "Code", "error"};
    static const char *const messages[] = {"message", "Message", "errorMessage",
                                           "error_description"};
    for (size_t i = 0; i < 4; i++) code = first_of(code, data_text(root, codes[i]));
    for (size_t i = 0; i < 4; i++) {
        error->message = first_of(error->message, data_text(root, messages[i]));
    }
    error->code = protocol_error_code(code);
}

static bool parse(struct arena *arena, enum protocol protocol, struct text body,
                  struct data **root, struct failure *why) {
    size_t blank = 0;
    while (blank < body.length && strchr(" \t\r\n", body.bytes[blank])) blank++;
    if (blank == body.length) return true;
    return is_xml(protocol) ? data_read_xml(arena, body, root, why)
                            : data_read_json(arena, body, root, why);
}

/* The result stands in <XResult> inside <XResponse>, but for calls that have none. */
static struct data *query_result(struct data *root) {
    for (struct data *child = root->children; child; child = child->next) {
        if (text_ends(child->key, TEXT("Result"))) return child;
    }
    return root;
}

static void unreadable(struct arena *arena, const struct failure *why,
                       struct service_error *error) {
    error->code = TEXT("UnreadableResponse");
    error->message = text_format(arena, "the server's answer could not be read: %s", why->message);
}

/* What lies between AWS and here may call an error, or a page of its own, a success. */
static bool is_answer(const struct data *root, struct failure *why) {
    if (!root || (!xml_error(root) && !text_is(root->key, "html"))) return true;
    return failure_set(why, "it is no answer of AWS's: it begins with <%.*s>",
                       TEXT_ARGS(root->key));
}

void protocol_response(struct arena *arena, enum protocol protocol, const struct http_call *call,
                       struct data **result, struct service_error *error) {
    struct data *root = NULL;
    struct failure why = {.message = ""};
    bool is_good = call->status >= 200 && call->status < 300;
    *error = (struct service_error){.code = {"", 0}, .message = {"", 0}, .request_id = {"", 0}};
    bool is_read = parse(arena, protocol, call->body, &root, &why);
    if (!is_read) root = NULL;
    *result = root ? root : data_new(arena, DATA_RECORD);
    if (is_good && !is_read) {
        unreadable(arena, &why, error);
    } else if (!is_good || (root && protocol != PROTOCOL_JSON_11 && text_is(root->key, "Error"))) {
        if (is_xml(protocol)) read_xml_error(root, error);
        else read_json_error(root, call, error);
        if (!error->code.length) error_of_status(arena, call->status, error);
    } else if (protocol == PROTOCOL_QUERY && !is_answer(root, &why)) {
        *result = data_new(arena, DATA_RECORD);
        if (xml_error(root)) read_xml_error(root, error);
        else unreadable(arena, &why, error);
    } else if (protocol == PROTOCOL_QUERY && root) {
        error->request_id = data_value(data_path(root, "ResponseMetadata.RequestId"));
        *result = query_result(root);
    }
    error->request_id = first_of(error->request_id, header(call, "x-amzn-requestid"));
    error->request_id = first_of(error->request_id, header(call, "x-amz-request-id"));
}
