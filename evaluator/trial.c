/* Tests and policies: blocks that run when all templates are there, and look at them. */
#include "evaluator/trial.h"

/* ---- what they ask ---- */

enum { STACKS_SHOWN = 12 };

static bool holds_text(struct text whole, struct text part) {
    return part.length == 0 || memmem(whole.bytes, whole.length, part.bytes, part.length) != NULL;
}

/* Whether the program has a diagnostic of this name; those that are asked for are expected. */
static bool expect_diagnostic(struct trial *trial, bool wants_error, struct text id,
                              struct text part) {
    bool found = false;
    const struct diagnostic *d = trial->run->program->first;
    for (; d; d = d->next) {
        if (wants_error ? !trial_is_failure(d) : !trial_is_warning(d)) continue;
        if (!text_is(id, diagnostic_name(d->id)) || !holds_text(d->message, part)) continue;
        map_put(&trial->expected, d, (void *)d);
        found = true;
    }
    return found;
}

static bool text_argument(struct evaluator *ev, struct node *node, struct frame *frame,
                          struct text *text) {
    *text = (struct text){"", 0};
    if (!node) return true;
    struct value value = settled(ev, evaluate(ev, node, frame));
    if (value.kind == VALUE_TEXT) *text = value_as_text(value);
    else if (value.kind != VALUE_POISON) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "a string is wanted, and this is %.*s",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return value.kind == VALUE_TEXT;
}

static struct value call_fails(struct evaluator *ev, struct node *call, struct frame *frame,
                               bool wants_error) {
    struct node *first = call->call.arguments.first;
    struct text id, part;
    if (!ev->trial->run || !first || !text_argument(ev, first, frame, &id) ||
        !text_argument(ev, first->next, frame, &part)) {
        return value_poison();
    }
    return value_bool(expect_diagnostic(ev->trial, wants_error, id, part));
}

static struct value call_resources(struct evaluator *ev, struct node *call, struct frame *frame) {
    size_t base = ev->stack_count;
    for (struct node *a = call->call.arguments.first; a; a = a->next) {
        struct value type = evaluate(ev, a, frame);
        if (type.kind == VALUE_POISON) {
            ev->stack_count = base;
            return type;
        }
        stack_push(ev, type);
    }
    struct value types = stack_take(ev, base);
    return view_resources(ev, types.items, types.length);
}

static struct value call_matches(struct evaluator *ev, struct node *call, struct frame *frame) {
    struct node *first = call->call.arguments.first;
    struct text name;
    if (!ev->trial->run || !first || !text_argument(ev, first->next, frame, &name)) {
        return value_poison();
    }
    struct value value = settled(ev, evaluate(ev, first, frame));
    return value.kind == VALUE_POISON ? value : snapshot_match(ev, value, name);
}

struct value trial_call(struct evaluator *ev, struct node *call, struct frame *frame) {
    const struct node *callee = call->call.callee;
    if (callee->kind != NODE_NAME || !node_name(callee)) return value_poison();
    struct text name = name_text(node_name(callee));
    if (text_is(name, "resources")) return call_resources(ev, call, frame);
    if (text_is(name, "fails")) return call_fails(ev, call, frame, true);
    if (text_is(name, "warns")) return call_fails(ev, call, frame, false);
    if (text_is(name, "matches_snapshot")) return call_matches(ev, call, frame);
    return value_poison();
}

struct value trial_name(struct evaluator *ev, const struct symbol *symbol) {
    if (!ev->trial) return value_poison();
    if (symbol->kind == SYMBOL_STACKS) return view_stacks(ev);
    if (!ev->trial->run) return value_poison();
    ev->trial->expects_all = true;
    return view_diagnostics(ev, ev->trial->run->program);
}

bool trial_has_stacks(const struct evaluator *ev, const struct record *record) {
    const struct trial *trial = ev->trial;
    return trial && trial->stacks.kind == VALUE_RECORD && trial->stacks.record == record;
}

struct value trial_no_stack(struct evaluator *ev, const struct name *name,
                            const struct node *node) {
    const struct record *stacks = ev->trial->stacks.record;
    uint32_t named = 0;
    struct buffer paths;
    buffer_init(&paths);
    for (uint32_t i = 0; i < ev->deployment->stack_count; i++) {
        named += text_equal(ev->deployment->stacks[i]->name, name_text(name));
    }
    for (uint32_t i = 0; i < stacks->count && i < STACKS_SHOWN; i++) {
        buffer_format(&paths, "%s\"%.*s\"", i ? ", " : "", NAME_ARGS(stacks->entries[i].key));
    }
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_MISSING_KEY, node,
               named > 1 ? "several stacks have the name \"%.*s\"" : "there is no stack \"%.*s\"",
               NAME_ARGS(name));
    if (paths.length) {
        hint(ev, d, "They are named by their paths: %.*s%s.", (int)paths.length, paths.bytes,
             stacks->count > STACKS_SHOWN ? ", ..." : "");
    }
    buffer_release(&paths);
    return value_poison();
}

/* stacks["shop-dev"]: CloudFormation's name, where it is the only stack of that name. */
struct value trial_stack(struct evaluator *ev, const struct record *stacks,
                         const struct name *name) {
    struct value found = value_poison();
    if (!trial_has_stacks(ev, stacks)) return found;
    for (uint32_t i = 0; i < ev->deployment->stack_count; i++) {
        const struct stack *stack = ev->deployment->stacks[i];
        if (!text_equal(stack->name, name_text(name))) continue;
        if (found.kind != VALUE_POISON) return value_poison();
        found = view_stack(ev, stack);
    }
    return found;
}

/* ---- whom a policy is about ---- */

/* The resource that the innermost loop around is at. */
static const struct resource *subject_of(struct evaluator *ev, const struct frame *frame) {
    for (; frame && frame->scope->kind != SCOPE_FILE; frame = frame->parent) {
        for (uint32_t i = frame->scope->slot_count; i-- > 0;) {
            struct value value = frame->slots[i];
            if (value.kind != VALUE_RECORD || !(value.flags & VALUE_SPARSE)) continue;
            const struct resource *found = map_find(&ev->trial->views, value.record);
            if (found) return found;
        }
    }
    return NULL;
}

static struct span subject_span(const struct resource *resource) {
    const struct node *node = resource->instance ? resource->instance : resource->declared;
    if (node->declaration.name.name) return written_span(node, node->declaration.name);
    return node->span;
}

/* A policy is violated: said at the resource, once for each assert. */
static void report_violation(struct evaluator *ev, struct node *node, struct frame *frame,
                             enum diagnostic_id id, struct text why) {
    struct trial *trial = ev->trial;
    const struct resource *resource = subject_of(ev, frame);
    struct text apart = text_format(ev->arena, "%u:%u", node->span.source, node->span.start);
    struct span span = resource ? subject_span(resource) : node->assertion.condition->span;
    struct text about = {"", 0};
    if (resource) {
        about = text_format(ev->arena, "\"%.*s.%.*s\" violates policy \"%.*s\"",
                            TEXT_ARGS(resource->region->path), TEXT_ARGS(resource->path),
                            TEXT_ARGS(trial->title));
    } else {
        about = text_format(ev->arena, "policy \"%.*s\" is violated", TEXT_ARGS(trial->title));
    }
    struct diagnostic *d = diagnostics_report_apart(ev->diagnostics, id, span, apart, "%.*s%s%.*s",
                                                    TEXT_ARGS(about), why.length ? ": " : "",
                                                    TEXT_ARGS(why));
    if (resource) note(ev, d, node->assertion.condition->span, "the policy asks for this");
    if (trial->reason.length) hint(ev, d, "%.*s", TEXT_ARGS(trial->reason));
}

/* ---- running ---- */

static void items_run(struct evaluator *ev, struct list items, struct frame *frame);

static bool assert_message(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct text *message) {
    *message = (struct text){"", 0};
    if (!node->assertion.message) return true;
    struct value value = settled(ev, evaluate(ev, node->assertion.message, frame));
    if (value.kind == VALUE_POISON) return false;
    *message = value.kind == VALUE_TEXT && !(value.flags & VALUE_SECRET) ? value_as_text(value)
                                                                         : value_brief(ev, value);
    return true;
}

static void assert_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct text message;
    bool ok, holds = evaluate_condition(ev, node->assertion.condition, frame, "an assert", &ok);
    if (!ok || holds || !assert_message(ev, node, frame, &message)) return;
    if (ev->trial->policy) {
        enum diagnostic_id id = ev->trial->violation;
        if (node->assertion.warning) id = diagnostic_find(node_text(node->assertion.warning));
        if (id != DIAGNOSTIC_COUNT) report_violation(ev, node, frame, id, message);
        return;
    }
    if (!message.length) message = TEXT("the assert does not hold");
    struct diagnostic *d = report(ev, DIAGNOSTIC_ASSERT_FAILED, node->assertion.condition, "%.*s",
                                  TEXT_ARGS(message));
    trial_note_reason(ev, d, node->assertion.condition, frame);
}

static void inner_run(struct evaluator *ev, struct node *block, struct frame *frame) {
    if (block->kind != NODE_BLOCK || !block->block.scope) return;
    items_run(ev, block->block.items, frame_new(ev, block->block.scope, frame, frame->place));
}

static void branch_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    while (node && node->kind == NODE_IF) {
        bool ok, condition = evaluate_condition(ev, node->branch.condition, frame, "a condition",
                                                &ok);
        if (!ok) return;
        node = condition ? node->branch.then : node->branch.otherwise;
    }
    if (node) inner_run(ev, node, frame);
}

struct trial_loop {
    struct loop loop;
    struct node *body;
};

static bool loop_body(struct loop *loop) {
    inner_run(loop->ev, ((struct trial_loop *)loop)->body, loop->frame);
    return spend_values(loop->ev, 2);
}

static void loop_item_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    if (!node->loop.scope) return;
    struct frame *inner = frame_new(ev, node->loop.scope, frame, frame->place);
    struct trial_loop loop = {{.ev = ev, .frame = inner, .body = loop_body}, node->loop.body};
    loop_run(&loop.loop, node, node->loop.generators);
}

static void item_run(struct evaluator *ev, struct node *item, struct frame *frame) {
    switch ((int)item->kind) {
    case NODE_ASSERT: assert_run(ev, item, frame); break;
    case NODE_IF: branch_run(ev, item, frame); break;
    case NODE_FOR: loop_item_run(ev, item, frame); break;
    case NODE_LET: {
        struct symbol *symbol = item->declaration.symbol;
        if (symbol && symbol->scope == frame->scope) force(ev, frame, symbol, NULL);
        break;
    }
    }
}

static void items_run(struct evaluator *ev, struct list items, struct frame *frame) {
    for (struct node *item = items.first; item && !ev->is_exhausted; item = item->next) {
        if (item->flags & NODE_BAD || !spend_steps(ev, 1)) continue;
        item_run(ev, item, frame);
    }
}

/* The frame of a test's or policy's own block. */
static struct frame *block_frame(struct evaluator *ev, struct module *module, struct node *node) {
    struct node *body = node->test.body;
    struct frame *file = module_frame(ev, module);
    if (!file || !body || body->kind != NODE_BLOCK || !body->block.scope) return NULL;
    return frame_new(ev, body->block.scope, file, file->place);
}

static struct trial *trial_new(struct evaluator *ev, const struct observer *observer) {
    struct trial *trial = ARENA_NEW(ev->arena, struct trial);
    trial->observer = observer;
    trial->stacks.kind = SLOT_WAITING;
    map_init(&trial->templates, ev->arena);
    map_init(&trial->known, ev->arena);
    map_init(&trial->views, ev->arena);
    map_init(&trial->expected, ev->arena);
    ev->stack_count = 0;
    ev->instance = NULL;
    ev->is_exhausted = false;
    budget_start(ev);
    ev->trial = trial;
    return trial;
}

static void trial_end(struct evaluator *ev) {
    evaluator_rest(ev);
    ev->trial = NULL;
}

/* ---- policies ---- */

static struct text title_of(const struct node *node) {
    return node->test.title->kind == NODE_TEXT ? node_text(node->test.title) : TEXT("");
}

static void policy_entries(struct evaluator *ev, struct node *policy, struct frame *frame) {
    struct trial *trial = ev->trial;
    trial->violation = DIAGNOSTIC_POLICY;
    trial->reason = (struct text){"", 0};
    for (struct node *item = policy->test.body->block.items.first; item; item = item->next) {
        if (item->kind != NODE_ENTRY || item->flags & NODE_BAD) continue;
        if (!item->entry.key) continue;
        struct text text;
        if (!text_argument(ev, item->entry.value, frame, &text)) continue;
        if (text_is(entry_text(item), "reason")) trial->reason = text;
        else if (text_is(text, "warning")) trial->violation = DIAGNOSTIC_POLICY_WARNING;
    }
}

static void policy_run(struct evaluator *ev, struct module *module, struct node *policy) {
    struct frame *frame = block_frame(ev, module, policy);
    if (!frame) return;
    ev->trial->policy = policy;
    ev->trial->title = title_of(policy);
    policy_entries(ev, policy, frame);
    items_run(ev, policy->test.body->block.items, frame);
}

static bool has_policies(const struct module *module) {
    const struct node *item = module->parse.file->file.items.first;
    while (item && item->kind != NODE_POLICY) item = item->next;
    return item != NULL;
}

void evaluator_policies(struct deployment *deployment, const struct observer *observer) {
    struct evaluator *ev = deployment->evaluator;
    const struct program *program = ev->program;
    bool is_begun = false;
    for (uint32_t i = 0; i < program->module_count; i++) {
        struct module *module = program->modules[i];
        if (!has_policies(module)) continue;
        if (!is_begun) trial_new(ev, observer);
        is_begun = true;
        struct node *item = module->parse.file->file.items.first;
        for (; item && !ev->is_exhausted; item = item->next) {
            if (item->kind != NODE_POLICY || item->flags & NODE_BAD) continue;
            policy_run(ev, module, item);
        }
    }
    if (is_begun) trial_end(ev);
}

/* ---- tests ---- */

static struct node *with_of(const struct node *test) {
    struct node *first = test->test.body->block.items.first;
    return first && first->kind == NODE_WITH && !(first->flags & NODE_BAD) ? first : NULL;
}

bool evaluator_test_inputs(struct program *program, struct test_run *run, struct input **inputs,
                           uint32_t *count) {
    struct node *with = with_of(run->test);
    *inputs = NULL;
    *count = 0;
    if (!with) return true;
    static const struct evaluation none = {.no_environment = true};
    struct evaluator *ev = evaluator_new(program, &none);
    ev->diagnostics = run->verdict;
    struct frame *frame = block_frame(ev, run->module, run->test);
    struct value record = value_poison();
    if (frame) record = settled(ev, evaluate(ev, with->with.record, frame));
    evaluator_rest(ev);
    if (record.kind != VALUE_RECORD || diagnostics_failed(run->verdict)) return false;
    *inputs = arena_array(program->arena, record.record->count, sizeof **inputs);
    for (uint32_t i = 0; i < record.record->count; i++) {
        const struct record_entry *entry = &record.record->entries[i];
        (*inputs)[(*count)++] = (struct input){.name = name_text(entry->key), .value = entry->value,
                                               .from = TEXT("with")};
    }
    return true;
}

/* Errors of the program that the test did not ask for. They are all there is to say then: what the
 * test asserts of a program that could not be built follows from them. */
static bool is_unexpected(const struct trial *trial, const struct diagnostic *d) {
    return trial_is_failure(d) && !trial->expects_all && !map_find(&trial->expected, d);
}

static void report_unexpected(struct evaluator *ev, struct trial *trial) {
    struct test_run *run = trial->run;
    const struct diagnostic *d = run->program->first;
    while (d && !is_unexpected(trial, d)) d = d->next;
    if (!d) return;
    diagnostics_init(run->verdict, ev->arena, ev->program->sources);
    for (; d; d = d->next) {
        if (!is_unexpected(trial, d)) continue;
        struct diagnostic *copy = diagnostics_report_apart(run->verdict, d->id, d->span, d->message,
                                                           "%.*s", TEXT_ARGS(d->message));
        copy->hint = d->hint;
        copy->notes = d->notes;
        copy->is_error = true;
    }
}

void evaluator_test(struct deployment *deployment, const struct observer *observer,
                    struct test_run *run) {
    struct evaluator *ev = deployment->evaluator;
    struct trial *trial = trial_new(ev, observer);
    struct diagnostics *kept = ev->diagnostics;
    trial->run = run;
    trial->title = title_of(run->test);
    ev->diagnostics = run->verdict;
    struct frame *frame = block_frame(ev, run->module, run->test);
    if (frame) items_run(ev, run->test->test.body->block.items, frame);
    report_unexpected(ev, trial);
    ev->diagnostics = kept;
    trial_end(ev);
}
