/* The protocols of AWS's services: how a tree of data becomes an HTTP request, and a response a
 * tree.
 *
 * Query:     form data in a POST, XML back (CloudFormation, STS)
 * JSON:      JSON in a POST, the call's name in the header X-Amz-Target (SSM, CodePipeline)
 * REST-XML:  HTTP's own method, path, query and headers; XML or bytes as body (S3)
 * REST-JSON: the same with JSON (SSO, sign-in)
 */
#ifndef MRP_RUNTIME_AWS_PROTOCOL_H
#define MRP_RUNTIME_AWS_PROTOCOL_H

#include "runtime/aws/endpoint.h"
#include "runtime/aws/http.h"
#include "runtime/aws/data.h"

enum protocol {
    PROTOCOL_QUERY,
    PROTOCOL_JSON_10,
    PROTOCOL_JSON_11,
    PROTOCOL_REST_XML,
    PROTOCOL_REST_JSON,
};

enum operation {
#define OPERATION(id, service, protocol, name, version, method, path, token) OPERATION_##id,
#include "runtime/aws/operations.def"
#undef OPERATION
    OPERATION_COUNT
};

struct operation_row {
    enum service service;
    enum protocol protocol;
    const char *name, *version, *method, *path;
    const char *token; /* the member that makes a repeated call harmless, or NULL */
};
const struct operation_row *operation_row(enum operation operation);

/* Fills method, path, query, headers and body of a request; path and query go behind those of the
 * endpoint that are there already. input may be NULL. In the REST protocols members go where their
 * place says; "{Key+}" in a row's path keeps the slashes of a name. False where a member of the
 * path is missing. */
bool protocol_request(struct arena *arena, const struct operation_row *row,
                      const struct data *input, struct http_request *request,
                      struct failure *why);

struct service_error {
    struct text code, message; /* an empty code: the call went well */
    struct text request_id;
};

/* Reads a response. *result is never NULL: the call's result (inside Query's wrapper), or what
 * came with an error. A response that is neither what was expected nor an error has the code
 * "UnreadableResponse". */
void protocol_response(struct arena *arena, enum protocol protocol, const struct http_call *call,
                       struct data **result, struct service_error *error);

/* An XML element with its name. */
void protocol_write_xml(const struct data *element, struct buffer *out);

#endif
