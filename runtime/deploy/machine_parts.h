/* What the files of a machine share: machine.c (the steps in their order, and what each of them
 * needs), machine_rename.c (other logical ids), machine_set.c (the change set), machine_empty.c
 * (buckets before a deletion), machine_watch.c (what AWS does with it), machine_nested.c (nested
 * stacks), machine_why.c (why it failed). A function either begins
 * the machine's next call, or ends it. */
#ifndef MRP_DEPLOY_MACHINE_PARTS_H
#define MRP_DEPLOY_MACHINE_PARTS_H

#include "runtime/deploy/machine.h"

#define APPLY_SET_NAME "mrp-apply"

enum {
    POLL_FIRST = 2, POLL_LAST = 5, /* seconds between looks at a stack */
    EVENTS_MOST = 100000,          /* of one look */
    STALE_LOOKS = 8,               /* until a description that events deny is believed, */
    SAME_LOOKS = 3,                /* and one that says what was before, where there are none */
    REVIEW_LOOKS = 720,            /* at a stack that is to be made and is not begun: an hour */
    EMPTY_TRIES = 3,               /* deletions, with what came into buckets meanwhile */
};

/* --- machine.c: what every step needs --------------------------------------------------------- */

struct text run_digest(struct run *run, struct text bytes);
void machine_tell(struct run *run, enum apply_event what, const struct machine *machine,
                  const struct cloud_event *event);
/* False where the journal could not be written: the run stops. */
bool machine_write_step(struct run *run, struct machine *machine, enum journal_step step);

/* How the stack is before something is asked for. */
void machine_note_before(struct machine *machine, const struct cloud_stack *stack);
void machine_end(struct run *run, struct machine *machine, enum apply_state state);
void machine_fail(struct run *run, struct machine *machine, struct text cause);
void machine_fail_call(struct run *run, struct machine *machine);
void machine_lose(struct run *run, struct machine *machine);

/* Prepares the machine's call and gives its request, to be filled and sent. */
struct cloud_request *machine_prepare(struct machine *machine, enum cloud_operation operation,
                                      struct run *run);
/* For what is asked again and again: the reply is there until the machine sleeps. */
struct cloud_request *machine_prepare_look(struct machine *machine, enum cloud_operation operation,
                                           struct run *run);
void machine_send(struct run *run, struct machine *machine, enum machine_phase phase);
void machine_sleep(struct run *run, struct machine *machine, enum machine_phase phase);
/* One token an operation, so that a repeated request is known as the same; it ends in who asks, so
 * that another user can be told. */
void machine_make_token(struct run *run, struct machine *machine, const char *what);
void machine_ask_delete(struct run *run, struct machine *machine, enum machine_phase phase);
void machine_ask_events(struct run *run, struct machine *machine, enum machine_phase phase);
/* Whether the stack that the call describes is as it was planned for; else why not. */
bool machine_is_as_planned(struct run *run, const struct machine *machine, struct text *why);

/* --- machine_set.c ---------------------------------------------------------------------------- */

/* Makes the change set, after what its pipeline runs, and a large template, have been put into the
 * bucket; machine_upload goes on from the second. */
void machine_make_set(struct run *run, struct machine *machine);
void machine_upload(struct run *run, struct machine *machine);
void machine_ask_set(struct run *run, struct machine *machine);
void machine_set_made(struct run *run, struct machine *machine);
void machine_read_set(struct run *run, struct machine *machine);
/* After a call of PHASE_READ_NESTED. */
void machine_nested_read(struct run *run, struct machine *machine);
/* After PHASE_CHECK_AGAIN: executes it, where the stack is still what it was planned for. */
void machine_checked_again(struct run *run, struct machine *machine);
/* After it was explained why the change set failed. */
void machine_give_up_set(struct run *run, struct machine *machine);

/* --- machine_nested.c ------------------------------------------------------------------------- */

/* Notes the change sets of nested stacks that belong to the one that was read, and looks at the
 * next; false where there is none left. */
bool machine_read_nested(struct run *run, struct machine *machine,
                         const struct cloud_change_set *set, struct text path);
/* Notes a nested stack that an event is about; path: of the stack whose event it is, or empty. */
void machine_note_nested(struct run *run, struct machine *machine, const struct cloud_event *event,
                         struct text path);
/* Asks for events of nested stacks, from the first on; false where none is at work. */
bool machine_ask_nested(struct run *run, struct machine *machine, enum machine_phase phase);
/* After a call of PHASE_NESTED or PHASE_LAST_NESTED. */
void machine_nested_told(struct run *run, struct machine *machine);

/* --- machine_why.c ---------------------------------------------------------------------------- */

/* Notes what a hook has against a resource, told by an event. */
void machine_note_hook(struct run *run, struct machine *machine, const struct cloud_event *event);
/* Asks why the change set failed, or the stack, of which the events were noted: what hooks and
 * CloudTrail have to say, as far as one may ask them. */
void machine_explain_set(struct run *run, struct machine *machine);
void machine_explain_stack(struct run *run, struct machine *machine);
/* After a call of PHASE_WHY, PHASE_HOOKS, PHASE_HOOK or PHASE_TRAIL. */
void machine_explained(struct run *run, struct machine *machine);

/* --- machine_rename.c ------------------------------------------------------------------------- */

/* Gives resources their new ids, then makes the change set. */
void machine_rename(struct run *run, struct machine *machine);
/* After a call of the phases PHASE_RENAME...; after it has slept. */
void machine_renamed(struct run *run, struct machine *machine);
void machine_look_at_rename(struct run *run, struct machine *machine);

/* --- machine_empty.c -------------------------------------------------------------------------- */

/* Empties the buckets that say so, then deletes the stack. */
void machine_empty(struct run *run, struct machine *machine);
/* After a call of PHASE_BUCKETS, PHASE_VERSIONS or PHASE_EMPTY. */
void machine_emptied(struct run *run, struct machine *machine);
/* Begins once more with a deletion that failed where a bucket may have been filled again. */
bool machine_empties_again(struct run *run, struct machine *machine);

/* --- machine_watch.c -------------------------------------------------------------------------- */

/* A request whose answer was lost may have been taken, and a repeated one is refused then. */
void machine_accepted(struct run *run, struct machine *machine, bool was_repeated);
void machine_confirmed(struct run *run, struct machine *machine);
/* False when another page was asked for. */
bool machine_note_events(struct run *run, struct machine *machine);
/* The stack has failed, and it was explained why. */
void machine_give_up_stack(struct run *run, struct machine *machine);
void machine_after_events(struct run *run, struct machine *machine);
/* After the events of nested stacks as well. */
void machine_after_nested(struct run *run, struct machine *machine);
/* What an event says of a resource; in a nested stack its logical id is "Nested.LogicalId". */
void machine_note_event(struct run *run, struct machine *machine, const struct cloud_event *event);
bool machine_is_root(const struct cloud_event *event);
void machine_look(struct run *run, struct machine *machine);
/* Sets termination protection where it is not as it is to be; false where it is. */
bool machine_protect(struct run *run, struct machine *machine);

#endif
