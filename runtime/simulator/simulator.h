/* A CloudFormation in the process, on virtual time.
 *
 * It answers the calls of struct cloud as CloudFormation does: change sets, stacks, events, in any
 * region, of one account. Nothing waits: its clock moves only while the caller waits for the next
 * finished call. The same calls give the same answers. What it models, and what it does not, is in
 * docs/sandbox.md. Templates and parameters it is sent are not trusted.
 */
#ifndef MRP_RUNTIME_SIMULATOR_H
#define MRP_RUNTIME_SIMULATOR_H

#include "runtime/cloud.h"

struct simulator;
struct sqlite3;

/* Drops the world that is kept in the database, whichever version of mrp wrote it. */
bool simulator_erase(struct sqlite3 *database, struct failure *why);
/* Opens the simulated world kept in the database, which stays the caller's; NULL for one in memory
 * alone. */
bool simulator_open(struct simulator **simulator, struct sqlite3 *database, struct failure *why);
/* Writes what is not written yet and closes. False when writing failed (why). */
bool simulator_close(struct simulator *simulator, struct failure *why);

/* Writes what is not written yet, so that the world survives the end of the process. */
bool simulator_save(struct simulator *simulator, struct failure *why);

enum { SIMULATOR_LITTER = 32 << 20 }; /* bytes that a world may have forgotten about */

/* Reads the world anew from its database where it holds more than *limit bytes, which is then set
 * for the next time: change sets that are gone and templates that no stack has any more leave the
 * memory so. Nothing that was handed out is valid any more. */
bool simulator_renew(struct simulator *simulator, size_t *limit, struct failure *why);

/* Lets time pass until no stack is busy: what was under way when the world was last used; or until
 * then. False where a stack is at work and nothing will ever happen to it: somebody has changed the
 * world. Where that is seen later, calls are refused from then on ("InternalFailure"). */
bool simulator_settle(struct simulator *simulator, struct failure *why);
bool simulator_go_on(struct simulator *simulator, double until, struct failure *why);

/* New stacks are made in this account, and the caller is of it; 123456789012 where none is said. */
void simulator_account(struct simulator *simulator, struct text account);

/* The functions to reach it; valid until it is closed. */
const struct cloud *simulator_cloud(struct simulator *simulator);

struct simulator_failure {
    struct text region, stack, logical_id;
    struct text operation; /* "CREATE", "UPDATE", "DELETE", "ROLLBACK": of an update */
    struct text reason;    /* AWS's words, or the hook's */
    struct text hook;      /* the hook that refuses it ("Acme::Guard::Hook"), or empty */
};

/* Lets the first operation of that kind on the resource fail, from now on and once. */
void simulator_fail(struct simulator *simulator, const struct simulator_failure *failure);

/* Puts that many objects, "object-1" and so on, into a deployed bucket. False where there is none.
 */
bool simulator_put(struct simulator *simulator, struct text region, struct text stack,
                   struct text logical_id, uint32_t count);
/* From now on that many calls in a hundred are throttled (0: none), and news is seen that many
 * seconds late: new stacks and change sets, and events. */
void simulator_throttle(struct simulator *simulator, unsigned percent);
void simulator_lag(struct simulator *simulator, double seconds);

/* Puts one object with that content. */
bool simulator_put_object(struct simulator *simulator, struct text region, struct text stack,
                          struct text logical_id, struct text key, struct text body);
/* Changes a property of a deployed resource behind its stack's back: value is JSON, or empty to
 * take the property away; without a property the resource itself is deleted. False where there is
 * no such resource, or the value is no JSON. */
bool simulator_change(struct simulator *simulator, struct text region, struct text stack,
                      struct text logical_id, struct text property, struct text value);

/* Lets an alarm that a stack made ring, or be quiet again. False where there is none. */
bool simulator_ring(struct simulator *simulator, struct text region, struct text stack,
                    struct text logical_id, bool rings);

#endif
