/* The programs of disaster_test.c: made by chance, in two versions, as the engine takes them. */
#ifndef MRP_TESTS_DISASTER_H
#define MRP_TESTS_DISASTER_H

#include "runtime/deploy/plan.h"

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

#endif
