/* What the parts of the evaluator share: nothing of it is seen outside this folder.
 *
 *   expression.c    names, literals, texts, lists: the tree walked
 *   entries.c       records;  loops.c  comprehensions, and loops among entries
 *   operators.c     operators;  deferred.c  what they are of deferred values
 *   choice.c        deferred values of which each that there can be is known
 *   member.c        what stands behind a dot;  index.c  in brackets
 *   existing.c      attributes of resources that exist already
 *   call.c          functions of the program and built-in ones
 *   frame.c         frames, and values made when they are first asked for
 *   declarations.c  lets, outputs, asserts, blocks
 *   project.c       the block `project`
 *   regions.c       regions, stacks
 *   params.c        inputs: params of the root file and of components
 *   pipelines.c, pipeline_*.c
 *                   pipelines, as instances of std.deliver.Pipeline
 *   resources.c     resources: making them, and giving them their place
 *   resource_body.c their properties;  meta.c  their @ attributes;  additions.c  @add
 *   components.c    instances of components
 *   convert.c       values to declared types;  convert_text.c  texts from outside
 *   conform*.c      properties to the schema
 *   logical_ids.c   names in templates
 *   physical_names.c, suffix_room.c
 *                   names at AWS: limits, the suffix, names that meet
 *   budget.c        evaluation always ends
 *   trial.c         tests and policies: asserts about what was made;  trial_reason.c  why not
 *   view.c          what they look at: templates as data
 *   snapshot.c      values compared with those of earlier runs
 *   coverage.c      which declarations and branches were reached
 *   evaluator.c     the whole run
 *
 * A declaration is evaluated when it is first asked for. Resources are made first (resource_make:
 * how many there are, their keys), registered in the order of the program (block_run), and their
 * bodies run afterwards from a list of tasks, so a reference to a resource never runs its body.
 */
#ifndef MRP_EVALUATOR_INTERNAL_H
#define MRP_EVALUATOR_INTERNAL_H

#include "base/limits.h"
#include "evaluator/builtin.h"
#include "evaluator/evaluator.h"

/* Two more kinds for slots of frames. */
enum slot_kind {
    SLOT_WAITING = 0xFE, /* nobody has asked for it yet */
    SLOT_RUNNING = 0xFF, /* being evaluated: asking again is a cycle */
};

/* Where a block stands. Shared by the frames in it. */
struct site {
    struct region *region;       /* NULL in files */
    struct stack *stack;         /* NULL in files */
    struct component *component; /* the instance it is the inside of, or NULL */
    struct pipeline *pipeline;   /* in whose block it is, or NULL */
    struct module *module;
    struct text path;  /* below the region, of what is around: "", "network", "network.app" */
    struct text below; /* the same below the stack */
    struct text keys;  /* of the `for` blocks around: `["a"]` */
    const struct node *instance; /* outermost RESOURCE whose component this is inside, or NULL */
    unsigned depth;    /* components around */
};

struct frame {
    struct frame *parent;
    const struct scope *scope;
    struct site *place;
    struct value slots[];
};

/* Something whose value is being worked out; a chain on the C stack, innermost first. */
struct waiting {
    struct waiting *outer;
    const void *what;         /* symbol, or the lazy property */
    const struct frame *frame;
    struct span span;         /* where it is declared */
    struct span asked;        /* the expression that asked for it */
    struct text name;
};

/* A property that was asked for by name (bucket.BucketName) before or while the body runs. */
struct lazy {
    struct lazy *next;
    const struct name *name;
    struct value value; /* or a slot_kind */
    const struct node *origin;
};

struct addition {
    struct addition *next;
    struct record *properties;
    const struct node *node;
};

struct resource_state {
    struct resource resource; /* first, so that one pointer is both */
    struct frame *frame;      /* its body is evaluated in it */
    struct site *place;      /* where it is declared */
    struct lazy *lazies;
    struct addition *additions, **additions_end; /* what others add to its properties (@add) */
    struct text below;        /* its path below its stack */
    bool is_registered;
    bool is_naming;           /* its logical id is being found */
    bool is_broken;           /* a mistake, reported, leaves properties out */
    uint8_t body;             /* SLOT_WAITING, SLOT_RUNNING, or 0 once properties are there */
};

/* An instance of a component. */
struct component {
    struct text path;
    const struct symbol *symbol; /* COMPONENT, or MODULE for a file */
    struct node *declared;       /* RESOURCE */
    struct frame *outer;         /* its arguments are evaluated in it */
    struct frame *frame;         /* of its inside */
    struct site place;
    struct site *around;        /* where it is declared */
    struct resource **resources; /* all inside, once registered */
    uint32_t resource_count, resource_capacity;
    struct value arguments;      /* all of them as a record, or a slot_kind */
    /* of an action: what the pipeline gives where the author does not */
    struct record *given;
    struct pipeline *pipeline;   /* the block it comes from, or NULL */
    bool is_registered;
};

struct region_state {
    struct region region; /* first */
    const struct symbol *symbol;
    struct map frames;    /* const struct scope * -> struct frame * */
    struct stack *stack;  /* its own */
    struct value store;   /* of the pipelines' artifacts, once there is one; else poison */
    struct site place;
    struct map physical_names; /* schema_type -> struct map *: names taken */
};

struct stack_state {
    struct stack stack; /* first */
    struct frame *frame;
    struct site place;
    struct map ids;     /* logical ids -> struct resource * */
};

enum task_kind {
    TASK_BODY, TASK_VALUES, TASK_OUTPUT, TASK_ASSERT, TASK_COMPONENT, TASK_STACK_ENTRY,
};

struct task {
    uint8_t kind;
    union {
        struct resource_state *resource; /* BODY */
        struct component *component;     /* COMPONENT */
        struct symbol *symbol;           /* OUTPUT */
        struct { struct node *first, *last; } values; /* VALUES: declarations side by side */
        struct node *node;               /* ASSERT, STACK_ENTRY */
    };
    struct frame *frame;
};

/* A comprehension or call that runs, for the message when the budget is used up. */
struct spender {
    struct spender *outer;
    const struct node *node;
    int64_t before; /* steps left when it began */
    int64_t inner;  /* spent by those inside */
};

enum { SPENDERS = 64 };
struct spent { const struct node *node; int64_t steps; uint64_t times; };

struct signature;
struct trial;

struct evaluator {
    struct arena *arena;
    struct names *names;
    struct program *program;
    struct diagnostics *diagnostics;
    const struct evaluation *evaluation;
    struct deployment *deployment;

    int64_t steps_left, values_left;
    size_t memory_ceiling; /* of the arena */
    bool is_exhausted;
    unsigned depth, call_depth;
    struct spender *spender;
    struct spent spent[SPENDERS]; /* by the address of the node */

    struct value *stack; /* elements of lists that are being made; on the heap */
    size_t stack_count, stack_capacity;

    struct waiting *waiting;
    struct frame *root, *call_frame; /* call_frame: in which the running built-in is called */
    struct frame **modules; /* by index: file frames of imported files, made when first needed */
    struct site *module_places;
    struct task *tasks; /* on the heap, in order */
    uint32_t task_count, task_capacity;
    /* in a check: what needs a value that is not known yet gives poison in silence */
    bool is_lenient;
    /* instances (RESOURCE) that break a rule of their component of the library */
    struct map faulted;
    const struct resource *conforming; /* whose properties are fitted to the schema, or NULL */
    const struct node *instance; /* of the component whose inside is looked at, or NULL */
    struct stack **stacks;  /* with what is registered, in order */
    uint32_t stack_number, stack_room;
    struct host host;       /* the program's, noting which variables are read */
    bool may_read_secrets;  /* in the default of a secret param */
    bool is_skipping;       /* the link of a chain evaluated last was skipped: see member.c */
    struct map signatures;  /* struct builtin -> struct signature */
    struct conform_cache *conform_cache;
    struct map physical_names; /* of what must be alone in the account: as in region_state */
    struct map open_environment; /* names of variables read, but for those of secrets */
    struct trial *trial;       /* the test or policy that runs, or NULL */
    struct coverage *coverage; /* notes what is reached, or NULL */

    enum { PROJECT_WAITING, PROJECT_RUNNING, PROJECT_DONE } project_state;
    bool suffix_is_wrong;   /* reported */
    uint32_t suffix_room;   /* the most characters that the suffix can have, 0 if not known */

    const struct name *name_name, *name_label, *name_ref, *name_self, *name_id,
        *name_existing, *name_add;
};

/* --- evaluator.c, coverage.c, trial.c --- */

struct evaluator *evaluator_new(struct program *program, const struct evaluation *evaluation);
void cover_reach(struct evaluator *ev, const struct node *node);
/* Notes that a declaration or branch is reached. */
static inline void cover(struct evaluator *ev, const struct node *node) {
    if (__builtin_expect(ev->coverage != NULL, 0)) cover_reach(ev, node);
}
/* What only a test or policy may ask: `stacks`, `diagnostics`, resources(...), fails(...), ... */
struct value trial_name(struct evaluator *ev, const struct symbol *symbol);
struct value trial_call(struct evaluator *ev, struct node *call, struct frame *frame);
/* The stack of this name in `stacks`; poison if the record is another one or has not one such. */
struct value trial_stack(struct evaluator *ev, const struct record *stacks,
                         const struct name *name);
bool trial_has_stacks(const struct evaluator *ev, const struct record *record);
struct value trial_no_stack(struct evaluator *ev, const struct name *name, const struct node *node);

/* --- budget.c --- */

void budget_start(struct evaluator *ev);
/* Reports that the budget is used up, once; false. From then on all is poison. */
bool budget_end(struct evaluator *ev, const char *what, uint64_t limit);
static inline bool spend_steps(struct evaluator *ev, uint64_t steps) {
    if (__builtin_expect(ev->steps_left < (int64_t)steps, 0)) {
        return budget_end(ev, "steps", LIMIT_STEPS);
    }
    ev->steps_left -= (int64_t)steps;
    return true;
}
static inline bool spend_values(struct evaluator *ev, uint64_t values) {
    if (__builtin_expect(ev->values_left < (int64_t)values, 0)) {
        return budget_end(ev, "values", LIMIT_VALUES);
    }
    if (__builtin_expect(ev->arena->used > ev->memory_ceiling, 0)) {
        return budget_end(ev, "MB of memory", LIMIT_EVALUATION_MB);
    }
    ev->values_left -= (int64_t)values;
    return true;
}
/* value_settle, paid for. */
struct value settle_open(struct evaluator *ev, struct value value);
static inline struct value settled(struct evaluator *ev, struct value value) {
    return value.flags & VALUE_WRITTEN ? settle_open(ev, value) : value;
}
void spender_enter(struct evaluator *ev, struct spender *spender, const struct node *node);
void spender_leave(struct evaluator *ev, struct spender *spender);
/* Counts what waits for something else; false, reported, when it is too deep. leave undoes it. */
bool depth_end(struct evaluator *ev, const struct node *node);
static inline bool depth_enter(struct evaluator *ev, const struct node *node) {
    if (__builtin_expect(ev->depth >= LIMIT_EVALUATION_DEPTH, 0)) return depth_end(ev, node);
    ev->depth++;
    return true;
}
static inline void depth_leave(struct evaluator *ev) { ev->depth--; }

/* --- messages --- */

struct diagnostic *report(struct evaluator *ev, enum diagnostic_id id, const struct node *node,
                          const char *message, ...) __attribute__((cold, format(printf, 4, 5)));
/* As report, at a place that is no whole node. */
struct diagnostic *report_at(struct evaluator *ev, enum diagnostic_id id, struct span span,
                             const char *message, ...) __attribute__((cold, format(printf, 4, 5)));
/* report, and poison. */
struct value fault(struct evaluator *ev, enum diagnostic_id id, const struct node *node,
                   const char *message, ...) __attribute__((cold, format(printf, 4, 5)));
void hint(struct evaluator *ev, struct diagnostic *diagnostic, const char *text, ...)
    __attribute__((cold, format(printf, 3, 4)));
void note(struct evaluator *ev, struct diagnostic *diagnostic, struct span span, const char *text,
          ...) __attribute__((cold, format(printf, 4, 5)));
/* Whether the node stands in a module of the library. */
bool in_library(const struct evaluator *ev, const struct node *node);
/* What the user wrote that a mistake at the node is about. Of a node in the library: the argument
 * that the running instance gives for a param in it, else the instance's name. */
const struct node *blame_node(struct evaluator *ev, const struct node *node);
/* Something that steers (what: "the condition of an if", ...) is deferred. */
struct value fault_steering(struct evaluator *ev, const struct node *node, struct value value,
                            const char *what);
/* An operation that CloudFormation has not (what: "<", "upper") got a deferred value. */
struct value fault_deferred(struct evaluator *ev, const struct node *node, struct value value,
                            struct text what);
/* The value as a short text for messages. */
struct text value_brief(struct evaluator *ev, struct value value);
/* "%.*s" of a name. */
#define NAME_ARGS(n) (int)(n)->length, (n)->bytes

/* --- frame.c --- */

struct frame *frame_new(struct evaluator *ev, const struct scope *scope, struct frame *parent,
                        struct site *place);
#define FRAME_BYTES(scope) \
    (sizeof(struct frame) + (size_t)(scope)->slot_count * sizeof(struct value))
/* Room for a frame that ends with the C function which asks: on its stack unless it is large. */
#define FRAME_BRIEF(ev, scope) \
    ((scope)->slot_count <= 32 ? alloca(FRAME_BYTES(scope)) \
                               : arena_alloc((ev)->arena, FRAME_BYTES(scope)))
/* All slots are waiting. */
void frame_init(struct frame *frame, const struct scope *scope, struct frame *parent,
                struct site *place);
static inline struct frame *frame_up(struct frame *frame, uint32_t hops) {
    while (hops--) frame = frame->parent;
    return frame;
}
/* The file frame of a module (for names that are imported). */
struct frame *module_frame(struct evaluator *ev, struct module *module);
/* The frame that holds a symbol named with hops; NULL if there is none here. */
struct frame *frame_of(struct evaluator *ev, struct frame *frame, const struct symbol *symbol,
                       uint32_t hops);
/* The value of a symbol of the frame, evaluated if it has not been. asked: the expression. */
struct value force(struct evaluator *ev, struct frame *frame, struct symbol *symbol,
                   const struct node *asked);
/* Begins waiting; false, reported, on a cycle or too deep. */
bool waiting_enter(struct evaluator *ev, struct waiting *waiting);
void waiting_leave(struct evaluator *ev);
struct value fault_cycle(struct evaluator *ev, const void *what, const struct frame *frame,
                         struct span asked);

/* --- expression.c --- */

struct value evaluate(struct evaluator *ev, struct node *node, struct frame *frame);
/* A known truth value; false in *ok (reported) otherwise. what: for the message. */
bool evaluate_condition(struct evaluator *ev, struct node *node, struct frame *frame,
                        const char *what, bool *ok);
/* The text of a value inside ${ } or as a part of a text: a scalar or deferred; else poison. */
struct value as_piece(struct evaluator *ev, struct value value, const struct node *node);
/* A known key: text, number, truth value or region as a name; NULL if it is none. */
const struct name *key_of(struct evaluator *ev, struct value value);

/* Loops: generators and filters, with a body. */
struct loop {
    struct evaluator *ev;
    struct frame *frame;         /* of the loop's variables */
    bool (*body)(struct loop *); /* false ends the loop */
    struct value key;            /* of the innermost generator: a map's key, or the element */
    const struct node *keyed;    /* the innermost generator */
    bool is_broken;              /* a mistake, reported, leaves steps out */
};
/* Runs all of it; parts: generators and filters. The steps count as spent by node. */
void loop_run(struct loop *loop, const struct node *node, struct list parts);

/* Evaluates entries of a record; sink gets each. */
struct entry_sink {
    bool is_broken; /* a mistake, reported, leaves entries out */
    void (*put)(struct entry_sink *sink, const struct name *key, struct node *entry,
                struct frame *frame, const struct value *value);
};
void entries_run(struct evaluator *ev, struct list entries, struct frame *frame,
                 struct entry_sink *sink);
/* A value as a record's key; NULL, reported, if it is none. */
const struct name *known_key(struct evaluator *ev, struct value value, const struct node *node);
struct value evaluate_record(struct evaluator *ev, struct node *node, struct frame *frame);
struct value evaluate_list_for(struct evaluator *ev, struct node *node, struct frame *frame);
struct value evaluate_map_for(struct evaluator *ev, struct node *node, struct frame *frame);

void stack_push(struct evaluator *ev, struct value value);
/* Takes what was pushed since base as a list. */
struct value stack_take(struct evaluator *ev, size_t base);
/* Reports a value that is nested too deep. */
struct value value_checked(struct evaluator *ev, struct value value, const struct node *node);

/* --- operators.c --- */

struct value evaluate_binary(struct evaluator *ev, struct node *node, struct frame *frame);
struct value evaluate_unary(struct evaluator *ev, struct node *node, struct frame *frame);
struct value evaluate_conditional(struct evaluator *ev, struct node *node, struct frame *frame);

/* --- deferred.c --- */

/* !a, and a && b (DEFERRED_AND) or a || b (DEFERRED_OR), of truth values that may be known. */
struct value deferred_not(struct evaluator *ev, struct value operand, const struct node *cause);
struct value deferred_chain(struct evaluator *ev, enum deferred_kind kind, struct value a,
                            struct value b, const struct node *cause);
struct value deferred_if(struct evaluator *ev, struct value condition, struct value then,
                         struct value otherwise, const struct node *cause);
/* Whether the value is null, or can turn out to be: only where a choice says so. */
bool deferred_may_be_null(struct value value);
/* value ?? by */
struct value deferred_or_default(struct evaluator *ev, struct value value, struct value by,
                                 const struct node *cause);
/* a == b, of known values too. */
struct value equal_values(struct evaluator *ev, struct value a, struct value b,
                          const struct node *cause);

/* --- member.c --- */

struct value evaluate_member(struct evaluator *ev, struct node *node, struct frame *frame);
struct value evaluate_index(struct evaluator *ev, struct node *node, struct frame *frame);
/* Whether this link of a chain, whose object is evaluated, is skipped: in `a?.b.c` all behind the
 * "?" is where a is null. */
bool chain_skips(struct evaluator *ev, const struct node *node, struct value object);
/* Whether null may have come of a "?" at or before this link. */
bool chain_may_skip(const struct node *node);
struct value deferred_member(struct evaluator *ev, struct value object, const struct name *name,
                             const struct node *node);
/* An attribute, or Ref, of a resource that exists already; poison, reported, where it does not
 * follow from what is written of it. */
struct value existing_attribute(struct evaluator *ev, struct resource_state *state,
                                const struct name *name, const struct node *node);
/* Reports that the record has no such key. */
struct value fault_key(struct evaluator *ev, const struct node *node, const struct record *record,
                       const struct name *name);
struct value member_of(struct evaluator *ev, struct value object, const struct name *name,
                       const struct node *node);
/* A deferred attribute ("Ref", "Arn") of the resource. */
struct value attribute_of(struct evaluator *ev, struct resource *resource, const struct name *name,
                          enum deferred_shape shape, const struct node *cause);
/* Ref of a resource, or of a component's self; poison, reported, if it has none. */
struct value reference_to(struct evaluator *ev, struct value value, const struct node *cause);
/* The resource that stands for a component, or NULL. */
struct resource *component_self(struct evaluator *ev, struct component *component);

/* --- call.c --- */

struct value evaluate_call(struct evaluator *ev, struct node *node, struct frame *frame);

/* --- declarations.c --- */

struct value declare_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol);
struct value param_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol);
void project_settle(struct evaluator *ev);
void project_tags(struct evaluator *ev);
void stack_register(struct evaluator *ev, struct stack_state *stack);
void stacks_settle(struct evaluator *ev);
void regions_make(struct evaluator *ev);
void regions_run(struct evaluator *ev);
/* The bucket of a region for what pipelines hand on: an instance of std.deliver.Store in a stack of
 * its own, made and registered at the first call; poison where the library has none. */
struct value region_store(struct evaluator *ev, struct region_state *region, struct node *node);
void inputs_check(struct evaluator *ev);
/* A param of the program that templates are made with: neither a deploy param nor a secret. */
bool param_is_fixed(const struct symbol *symbol);
void parameters_add(struct evaluator *ev, struct parameter *parameter);
/* A stack, or a region's own one; NULL for other values. */
struct stack *stack_of_value(struct value value);
/* Runs the declarations of a block: makes and registers resources, queues the rest. */
void block_run(struct evaluator *ev, struct list items, struct frame *frame);
void task_add(struct evaluator *ev, struct task task);
/* Gives back what is on the heap: evaluation has ended, or rests until somebody asks for more. */
void evaluator_rest(struct evaluator *ev);
void tasks_run(struct evaluator *ev);
/* A path one word longer: around.name, with the keys of the blocks around and its own. */
struct text path_below(struct evaluator *ev, const struct site *place, struct text name,
                       struct value key);
struct value region_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol);
struct value stack_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol);

/* --- resources.c, resource_body.c, components.c --- */

/* The value of a RESOURCE symbol: a resource, an instance, a group, or null. */
struct value resource_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol);
/* A group of units under `for`, one a key; make is called for each. */
typedef struct value (*unit_maker)(struct evaluator *ev, struct node *node, struct frame *frame,
                                   struct value key);
struct value unit_make(struct evaluator *ev, struct node *node, struct frame *frame,
                       unit_maker make);
void resource_register(struct evaluator *ev, struct value value);
/* A component's instance: its arguments are evaluated in frame, and it stands in place. */
struct value component_new(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct site *place, struct symbol *symbol, struct value key);
void resource_body(struct evaluator *ev, struct resource_state *state);
void component_finish(struct evaluator *ev, struct component *component);
/* A property that the body writes; kind SLOT_WAITING if it writes none of that name. */
struct value resource_property(struct evaluator *ev, struct resource_state *state,
                               const struct name *name, const struct node *asked);
/* The entry that gives a record's key, looked for from its end, without running the others; NULL if
 * none does, or (unsure) if that cannot be said. */
struct node *entry_lookup(struct list entries, const struct name *name, bool meta, bool *unsure);
struct value component_argument(struct evaluator *ev, struct component *component,
                                const struct name *name, const struct node **origin);
/* All that the author gives, as a record; poison in a circle. */
struct value component_arguments(struct evaluator *ev, struct component *component);

/* --- pipelines.c --- */

struct value pipeline_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol);
struct value action_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol);
void stage_run(struct evaluator *ev, struct node *node, struct frame *frame);
void action_run(struct evaluator *ev, struct symbol *symbol, struct frame *frame);
/* rollback_on and bake of a stack, or of a region for the stack that it is. */
void stack_entry_run(struct evaluator *ev, struct node *node, struct frame *frame);
void pipeline_entry_run(struct evaluator *ev, struct node *node, struct frame *frame);
void pipeline_register(struct evaluator *ev, struct value value);
/* The frames of blocks in a pipeline, by scope: stages see the actions of each other. */
struct frame *pipeline_frame_of(const struct frame *frame, const struct scope *scope);
void pipeline_block_run(struct evaluator *ev, struct node *body, struct frame *around,
                        struct site *place);
/* A param of std.deliver.Pipeline; kind SLOT_WAITING if the block does not give it. */
struct value pipeline_argument(struct evaluator *ev, struct pipeline *pipeline,
                               const struct name *name, const struct node **origin);

/* Sets an entry of a record by its name. */
static inline void record_set(struct evaluator *ev, struct record *record, const char *key,
                              struct value value, const struct node *origin) {
    record_put(ev->arena, record, names_intern(ev->names, text_of(key)), value, origin);
}

/* --- artifacts: a record of two entries, `artifact` (its name) and `path` --- */

bool value_is_artifact(struct evaluator *ev, struct value value);
/* What a record has under a key; poison if it is no record or has not. */
struct value record_value(struct evaluator *ev, struct value record, const char *key);

/* --- convert.c, convert_text.c --- */

/* What a value is given to, for messages. */
struct target {
    const struct node *node; /* that gives it */
    struct text what;        /* the name of the param, field, ... */
};
/* The value as the type wants it, or poison (reported at node, about what). */
struct value convert(struct evaluator *ev, struct value value, const struct type *type,
                     const struct node *node, struct text what);
/* Text of --set or env() read by the type. */
struct value convert_text(struct evaluator *ev, struct text text, const struct type *type,
                          const struct node *node, struct text from);
/* Whether the value can have the type, without a message. */
bool convert_fits(struct value value, const struct type *type);
/* Runs the checks of a type or param; false, reported, if one does not hold. */
bool checks_hold(struct evaluator *ev, struct list checks, struct frame *around, struct value value,
                 struct target target);

/* --- conform.c --- */

/* The body of a resource as its type wants it; of a broken one nothing is missed. */
void conform_resource(struct evaluator *ev, struct resource *resource, bool is_broken);
/* What leaves the evaluator in free form (outputs, metadata, json): resources become their Ref. */
struct value conform_free(struct evaluator *ev, struct value value, const struct node *node);

/* --- logical_ids.c --- */

/* Gives the resource its logical id and stack, which may be asked for before it is registered;
 * false for what has none: what exists already, and what is asked for while its @id is found. */
bool naming_settle(struct evaluator *ev, struct resource_state *state);
/* Puts the resource into its stack, under its logical id. */
void naming_register(struct evaluator *ev, struct resource_state *state);

/* --- physical_names.c --- */

/* Physical names: limits with the suffix, the suffix itself, names that meet. */
void naming_check(struct evaluator *ev, struct resource *resource);

/* --- suffix_room.c --- */

/* The param that the project's suffix is, or NULL. */
const struct symbol *suffix_param(const struct evaluator *ev);
/* The most characters that the suffix can have: as its param's type and checks say, else as now. */
unsigned suffix_longest(struct evaluator *ev);
/* Whether the node calls the built-in function with an argument. */
bool node_calls(const struct node *node, const char *function);

#endif
