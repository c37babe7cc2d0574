/* From a request to its answer: time, signature, service, protocol. */
#include "runtime/serve/front.h"

#include "runtime/aws/protocol.h"

#define NAMESPACE_CLOUDFORMATION "http://cloudformation.amazonaws.com/doc/2010-05-15/"
#define NAMESPACE_STS "https://sts.amazonaws.com/doc/2011-06-15/"

bool serve_refuse(struct serving *serving, unsigned status, const char *code, const char *format,
                  ...) {
    va_list args;
    va_start(args, format);
    serving->status = status;
    serving->code = text_of(code);
    serving->message = text_vformat(serving->arena, format, args);
    va_end(args);
    return false;
}

/* --- writing ---------------------------------------------------------------------------------- */

struct text serve_header(const struct serving *serving, const char *name) {
    return http_header(serving->request->headers, serving->request->header_count, name);
}

void serve_set_header(struct serving *serving, const char *name, struct text value) {
    struct serve_response *response = serving->response;
    struct http_request as = {.headers = response->headers, .header_count = response->header_count,
                              .header_room = response->header_room};
    http_set(serving->arena, &as, name, value);
    response->headers = as.headers;
    response->header_count = as.header_count;
    response->header_room = as.header_room;
}

static void set_body(struct serving *serving, unsigned status, const char *type,
                     struct buffer *body) {
    serving->response->status = status;
    serving->response->type = type;
    serving->response->body = buffer_take(body, serving->arena);
    buffer_release(body);
}

static unsigned error_status(const struct serving *serving) {
    return serving->status ? serving->status : 400;
}

static struct data *error_record(struct serving *serving, const char *key) {
    struct data *error = data_new(serving->arena, DATA_RECORD);
    error->key = text_of(key);
    return error;
}

static void write_query_error(struct serving *serving, struct text id) {
    struct arena *arena = serving->arena;
    struct buffer body;
    struct data *response = error_record(serving, "ErrorResponse");
    struct data *error = data_set_new(arena, response, "Error", DATA_RECORD);
    data_put(arena, error, "Type",
             error_status(serving) >= 500 ? TEXT("Receiver") : TEXT("Sender"));
    data_put(arena, error, "Code", serving->code);
    data_put(arena, error, "Message", serving->message);
    data_put(arena, response, "RequestId", id);
    buffer_init(&body);
    protocol_write_xml(response, &body);
    set_body(serving, error_status(serving), "text/xml", &body);
}

static void write_query(struct serving *serving, struct text action, struct text id) {
    struct arena *arena = serving->arena;
    struct buffer body;
    struct data *response = data_new(arena, DATA_RECORD);
    response->key = text_format(arena, "%.*sResponse", TEXT_ARGS(action));
    bool is_sts = text_is(serving->claim.service, "sts");
    data_put(arena, response, "xmlns",
             is_sts ? TEXT(NAMESPACE_STS) : TEXT(NAMESPACE_CLOUDFORMATION))->is_attribute = true;
    data_add(response, text_format(arena, "%.*sResult", TEXT_ARGS(action)), serving->result);
    data_put(arena, data_set_new(arena, response, "ResponseMetadata", DATA_RECORD), "RequestId",
             id);
    buffer_init(&body);
    protocol_write_xml(response, &body);
    set_body(serving, 200, "text/xml", &body);
}

static void write_json(struct serving *serving, unsigned status, const struct data *record) {
    struct buffer body;
    buffer_init(&body);
    data_write_json(record, &body);
    set_body(serving, status, "application/x-amz-json-1.1", &body);
}

static void write_json_error(struct serving *serving) {
    struct data *error = error_record(serving, "");
    data_put(serving->arena, error, "__type", serving->code);
    data_set(serving->arena, error, "message", serving->message);
    write_json(serving, error_status(serving), error);
}

static void write_s3_error(struct serving *serving, struct text id) {
    struct arena *arena = serving->arena;
    struct buffer body;
    struct data *error = error_record(serving, "Error");
    data_put(arena, error, "Code", serving->code);
    data_put(arena, error, "Message", serving->message);
    data_put(arena, error, "Resource", serving->request->path);
    data_put(arena, error, "RequestId", id);
    buffer_init(&body);
    protocol_write_xml(error, &body);
    set_body(serving, error_status(serving), "application/xml", &body);
}

/* In the words of the service that was asked; whoever asked none is told as most are. */
static void write_error(struct serving *serving, struct text id) {
    if (text_is(serving->claim.service, "s3")) write_s3_error(serving, id);
    else if (text_is(serving->claim.service, "ssm")) write_json_error(serving);
    else write_query_error(serving, id);
}

/* --- the services ----------------------------------------------------------------------------- */

/* The action that a form names; false where it names none: the request is refused. */
static bool read_query(struct serving *serving, struct text *action) {
    struct failure why;
    struct data *input;
    bool is_get = text_is(serving->request->method, "GET");
    struct text form = is_get ? serving->request->query : serving->request->body;
    if (!serve_read_form(serving->arena, form, &input, &why)) {
        return serve_refuse(serving, 400, "MalformedQueryString",
                            "The request could not be read: %s", why.message);
    }
    serving->input = input;
    *action = data_text(input, "Action");
    return action->length || serve_refuse(serving, 400, "MissingAction",
                                          "The request must contain the parameter Action");
}

static void answer_query(struct serving *serving, struct text id) {
    struct text action;
    bool is_sts = text_is(serving->claim.service, "sts");
    if (!read_query(serving, &action)) return;
    if (!(is_sts ? serve_sts(serving, action) : serve_cloudformation(serving, action))) {
        serve_refuse(serving, 400, "InvalidAction", "Could not find operation %.*s for version %s",
                     TEXT_ARGS(action), is_sts ? "2011-06-15" : "2010-05-15");
    }
    if (!serving->code.length) write_query(serving, action, id);
}

/* What stands behind the dot of a header "AmazonSSM.GetParameter". */
static struct text json_action(const struct serving *serving) {
    struct text target = serve_header(serving, "X-Amz-Target");
    const char *dot = target.length ? memchr(target.bytes, '.', target.length) : NULL;
    if (!dot) return TEXT("");
    size_t used = (size_t)(dot + 1 - target.bytes);
    return (struct text){dot + 1, target.length - used};
}

static void answer_json(struct serving *serving) {
    struct failure why;
    struct data *input;
    struct text action = json_action(serving);
    if (!data_read_json(serving->arena, serving->request->body, &input, &why)) {
        serve_refuse(serving, 400, "SerializationException", "The request could not be read: %s",
                     why.message);
        return;
    }
    serving->input = input;
    if (!serve_ssm(serving, action)) {
        serve_refuse(serving, 400, "UnknownOperationException", "The sandbox has no operation %.*s",
                     TEXT_ARGS(action));
    }
    if (!serving->code.length) write_json(serving, 200, serving->result);
}

static void answer_service(struct serving *serving, struct text id) {
    struct text service = serving->claim.service;
    if (text_is(service, "s3")) {
        serve_s3(serving);
    } else if (text_is(service, "ssm")) {
        answer_json(serving);
    } else if (text_is(service, "cloudformation") || text_is(service, "sts")) {
        answer_query(serving, id);
    } else {
        serve_refuse(serving, 400, "UnknownService",
                     "The sandbox has no service \"%.*s\": it has cloudformation, s3, ssm and sts",
                     TEXT_ARGS(service));
    }
}

/* --- time ------------------------------------------------------------------------------------- */

static void move_world(struct simulator *simulator, double seconds) {
    if (seconds <= 0) return;
    simulator->cloud.next(simulator->cloud.context, simulator->clock + seconds);
}

static void pass_time(struct serve_front *front, double now) {
    if (front->moved > 0) move_world(front->simulator, (now - front->moved) * front->pace);
    front->moved = now;
}

static bool is_region(struct serving *serving) {
    struct text region = serving->claim.region;
    if (schema_region_find(region) >= 0) return true;
    return serve_refuse(serving, 400, "UnknownEndpoint", "There is no region \"%.*s\"",
                        TEXT_ARGS(region));
}

void serve_answer(struct serve_front *front, struct arena *arena,
                  const struct http_request *request, double now, struct serve_response *response) {
    struct failure why;
    *response = (struct serve_response){.status = 500};
    struct serving serving = {
        .front = front, .simulator = front->simulator, .arena = arena, .request = request,
        .now = now, .response = response, .result = data_new(arena, DATA_RECORD),
        .code = TEXT(""), .message = TEXT(""), .looks = true,
        .claim = {.service = TEXT("")}};
    struct text id = sim_uuid(arena, text_format(arena, "request/%.17g/%llu", now,
                                                 (unsigned long long)++front->requests));
    pass_time(front, now);
    bool is_good = serve_authorize(&serving) && is_region(&serving);
    if (is_good) answer_service(&serving, id);
    if (serving.code.length) write_error(&serving, id);
    serve_set_header(&serving, "x-amzn-RequestId", id);
    if (text_is(serving.claim.service, "s3")) serve_set_header(&serving, "x-amz-request-id", id);
    if (is_good && serving.looks) {
        move_world(front->simulator, SERVE_LOOK);
    } else if (is_good && !simulator_save(front->simulator, &why)) {
        serve_refuse(&serving, 500, "InternalFailure", "%s", why.message);
        write_error(&serving, id);
    }
}

void serve_tidy(struct serve_front *front) {
    struct failure why; /* the world stays as it is then, and the next request tries again */
    simulator_renew(front->simulator, &front->litter, &why);
}
