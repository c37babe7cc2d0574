/* What answers one request: read, its signature checked, carried out by the simulated world,
 * written.
 *
 * daemon.c has the connections; front.c decides which service is meant; each service is a file. No
 * socket is needed for an answer, so that tests and the fuzzer hand requests in directly.
 */
#ifndef MRP_SERVE_FRONT_H
#define MRP_SERVE_FRONT_H

#include "runtime/aws/data.h"
#include "runtime/serve/request.h"
#include "runtime/serve/serve.h"
#include "runtime/simulator/calls.h"

enum { SERVE_SESSIONS = 256 }; /* of assumed roles; the oldest gives way */

struct serve_session { /* of an assumed role */
    char access_key[24], secret_key[72], token[72], arn[320];
    double expires;
};

struct serve_response {
    unsigned status;
    const char *type; /* of the content, or NULL */
    struct text body;
    struct http_header *headers;
    uint32_t header_count, header_room;
};

struct serve_front { /* lives as long as the server */
    struct simulator *simulator;
    struct text access_key, secret_key; /* the only ones that last */
    struct serve_session sessions[SERVE_SESSIONS];
    uint64_t session_count;             /* made so far: each takes the place of the oldest */
    uint64_t requests;                  /* answered so far */
    size_t litter;                      /* bytes of the world from which on it is read anew */
    double pace;                        /* seconds of the world that pass in each real one */
    double moved;                       /* real time at which the world was moved last */
};

/* Answers a request; all of it lives in the arena. now is real time, which signatures carry. */
void serve_answer(struct serve_front *front, struct arena *arena,
                  const struct http_request *request, double now, struct serve_response *response);

/* Gives back what the world does not hold any more, now and then; between requests, when the answer
 * has left. */
void serve_tidy(struct serve_front *front);

/* --- what the services' files share ----------------------------------------------------------- */

struct serving { /* one request on its way */
    struct serve_front *front;
    struct simulator *simulator;
    struct arena *arena;
    const struct http_request *request;
    struct serve_claim claim;
    struct text caller;            /* ARN */
    double now;
    const struct data *input;      /* of the call's members */
    struct data *result;           /* a record that the service fills */
    struct text code, message;     /* an empty code: it goes well */
    unsigned status;               /* of an error; 0 for 400 */
    bool looks;                    /* it changes nothing */
    struct serve_response *response;
};

/* The request is refused; returns false. */
bool serve_refuse(struct serving *serving, unsigned status, const char *code, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));
/* Whether the request was signed by keys that are known, now. False: it is refused. */
bool serve_authorize(struct serving *serving);

/* Carries out an action, which fills the result; false where the service has none of that name. */
bool serve_cloudformation(struct serving *serving, struct text action);
bool serve_sts(struct serving *serving, struct text action);
bool serve_ssm(struct serving *serving, struct text action);
/* Writes its own response, since S3's answers are not all XML. */
void serve_s3(struct serving *serving);

/* Of tell.c: records of the world as members of a result. */
void tell_stack(struct arena *arena, struct data *list, const struct cloud_stack *stack,
                const struct sim_stack *held);
void tell_stack_summary(struct arena *arena, struct data *list, const struct sim_stack *stack);
void tell_event(struct arena *arena, struct data *list, const struct cloud_event *event);
void tell_operation_event(struct arena *arena, struct data *list, const struct cloud_event *event,
                          const struct sim_stack *stack);
/* Returns the list of its changes. */
struct data *tell_change_set(struct arena *arena, struct data *result,
                             const struct cloud_change_set *set,
                             const struct sim_change_set *held, bool with_values);
void tell_change_set_summary(struct arena *arena, struct data *list, const struct sim_stack *stack,
                             const struct sim_change_set *set);
void tell_time(struct arena *arena, struct data *record, const char *key, double seconds);
void tell_resource(struct arena *arena, struct data *record, const struct cloud_resource *resource,
                   const char *time);
/* As GetTemplateSummary and ValidateTemplate have it. */
void tell_summary(struct arena *arena, struct data *result, const struct sim_blueprint *blueprint);
void tell_validation(struct arena *arena, struct data *result,
                     const struct sim_blueprint *blueprint);

/* front.c: a header of the request, or an empty text. */
struct text serve_header(const struct serving *serving, const char *name);
/* Adds a header to the response, or gives it another value. */
void serve_set_header(struct serving *serving, const char *name, struct text value);

#endif
