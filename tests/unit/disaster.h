/* What disaster_test.c is made of: programs made by chance, in two versions, as the engine takes
 * them; and a cloud in which everything goes wrong. */
#ifndef MRP_TESTS_DISASTER_H
#define MRP_TESTS_DISASTER_H

#include <setjmp.h>

#include "runtime/deploy/plan.h"
#include "runtime/simulator/world.h"

enum { STACKS = 5, ITEMS = 4 };

/* --- chance ----------------------------------------------------------------------------------- */

void chance_begin(uint64_t seed);
uint32_t chance(uint32_t below);
bool percent(uint32_t of);

/* --- programs --------------------------------------------------------------------------------- */

enum item_kind {
    ITEM_PARAMETER, ITEM_QUEUE, ITEM_TOPIC, ITEM_TABLE, ITEM_BUCKET, ITEM_NESTED, ITEM_KINDS
};

struct item {
    enum item_kind kind;
    bool is_there[2];     /* in the first version, in the second */
    int value[2];         /* a property that changes in place */
    int name[2];          /* a property that replaces */
    bool is_renamed;      /* the second version has it under another logical id, and says so */
    bool is_emptied;      /* a bucket, before its stack is deleted */
};

struct made_stack {
    bool is_there[2];
    const char *region;
    int reads;            /* index of the stack whose output it reads; -1 for none */
    bool by_parameter;    /* as a parameter, else by Fn::GetStackOutput */
    int given[2];         /* value of a deploy param; -1: there is none */
    bool has_secret;
    bool is_protected[2];
    int value[2];
    struct item items[ITEMS];
    int item_count;
};

extern struct made_stack made[STACKS]; /* "s0" to "s4"; their items are I0 to I3 */
extern int made_count;

/* destroys: the second version is nothing, so the first must not be protected. */
void make_program(bool destroys);

/* The template of nested stacks, and the bucket it lies in. */
#define NESTED_BUCKET "disaster-templates"
extern const char nested_template[];

struct version { /* a program as the engine takes it */
    struct template templates[STACKS];
    struct text bodies[STACKS];
    uint32_t order[STACKS];
    struct template_set set;
    struct deploy_program program;
};

void make_version(struct arena *arena, struct version *version, int v);

/* --- disaster_storm.c ------------------------------------------------------------------------- */

enum { REMEMBERED = 64, PAGES = 256 };

struct remembered { /* what was said of a stack, and when */
    struct text region, stack;
    struct cloud_reply reply;
    double time;
};

struct storm {
    struct simulator *simulator;
    const struct cloud *inner;
    struct cloud cloud;
    struct cloud_call *first, **end; /* calls that never reached AWS */
    unsigned throttled, lost_before, lost_after; /* per mille of calls */
    unsigned stale;                  /* per mille of looks at a stack: they see what was before */
    struct remembered remembered[REMEMBERED];
    unsigned remembered_count;
    struct arena *home;              /* of calls; others hold what is asked again and again, */
    struct arena *pages[PAGES];      /* which are these */
    unsigned page_count;
    unsigned calls, dies_at;         /* dies before the call of that number; 0 never */
    unsigned writes, dies_at_write;
    unsigned meddles_at;             /* another writer, before the call of that number */
    struct text meddled_name, meddled_body, meddled_region;
    bool is_calm;
    struct arena setting; /* of what is there before */
    struct arena meddler; /* of calls of another writer, which nobody else is handed */
    jmp_buf death;
};

void storm_open(struct storm *storm, struct arena *home);
void storm_close(struct storm *storm);
double storm_now(struct storm *storm);
/* Before each writing of the journal; context is the storm. */
void storm_before_writing(void *context);
/* A dead process takes its answers with it. */
void storm_bury(struct storm *storm);

/* --- what the world looks like ---------------------------------------------------------------- */

struct thing { /* a resource that holds data */
    struct text stack, region, logical_id, physical_id;
};

struct picture {
    struct text text;
    struct thing *things;
    uint32_t thing_count;
};

/* meddled: another writer was there, whose outputs others may have read. */
struct picture take_picture(struct arena *arena, const struct simulator *simulator, bool meddled);

#endif
