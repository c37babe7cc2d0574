/* What the actions of CloudFormation share: reading what is sent, refusals, pages. */
#ifndef MRP_SERVE_QUERY_H
#define MRP_SERVE_QUERY_H

#include "runtime/serve/front.h"

/* An operation of the simulated world: runtime/simulator/calls.h. */
typedef bool query_operation(struct simulator *, struct cloud_call *);

struct text query_member(const struct serving *serving, const char *name);
const struct text *query_texts(struct serving *serving, const struct data *list, uint32_t *count);
/* All that any action reads: each heeds what it names. */
void query_read(struct serving *serving, struct cloud_call *call);
/* Whether the call failed: its error is then the answer. */
bool query_failed(struct serving *serving, const struct cloud_call *call);
/* Carries out an operation; false when it was refused. */
bool query_ask(struct serving *serving, query_operation *operation, struct cloud_call *call);
/* As query_ask, of what changes the world. */
bool query_change(struct serving *serving, query_operation *operation, struct cloud_call *call);

/* A list of the result. */
struct data *query_list(struct serving *serving, const char *name);
/* Leaves the page of a list that the request asks for, and says how to ask for the next. */
void query_page(struct serving *serving, struct data *list);

/* Of upkeep.c: drift, rollbacks that a person begins, refactors; false for another action. */
bool serve_upkeep(struct serving *serving, struct text action);
/* Of hooks.c: what hooks found. */
bool serve_hooks(struct serving *serving, struct text action);
/* Of absent.c: what the sandbox has none of; false for another action. */
bool serve_absent(struct serving *serving, struct text action);

#endif
