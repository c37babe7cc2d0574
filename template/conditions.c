/* Truth values that only CloudFormation knows: Conditions. Equal conditions are one. */
#include "template/lowering.h"

enum { MAX_OPERANDS = 10, HOIST_DEPTH = 12 };

static struct term term_false = {.kind = TERM_FALSE}, term_true = {.kind = TERM_TRUE};

static struct term *constant(bool truth) {
    return truth ? &term_true : &term_false;
}

static bool is_constant(const struct term *term) {
    return term->kind == TERM_TRUE || term->kind == TERM_FALSE;
}

static struct text term_content(struct stack_lowering *in, const struct term *term) {
    struct buffer buffer;
    buffer_init(&buffer);
    struct emitter e = {.in = in, .out = &buffer, .is_content = true};
    emit_term(&e, term);
    struct text content = buffer_take(&buffer, in->all->arena);
    buffer_release(&buffer);
    return content;
}

/* The one term of this content. */
static struct term *shared(struct stack_lowering *in, struct term *term) {
    term->content = term_content(in, term);
    const struct name *key = names_intern(&in->contents, term->content);
    struct term *known = map_find(&in->by_content, key);
    if (known) return known;
    lowering_read_term(in, term);
    map_put(&in->by_content, key, term);
    return term;
}

/* ---- building ---- */

static struct term *term_of(struct stack_lowering *in, struct value value, unsigned depth);

/* A long condition is written once and named where others use it: shared parts of a large
 * expression would multiply otherwise. */
static void name_long(struct stack_lowering *in, struct term *term) {
    if (term->content.length > CONDITION_INLINE_BYTES) lowering_name_term(in, term);
}

static struct term *negate(struct stack_lowering *in, struct term *term) {
    if (is_constant(term)) return constant(term->kind == TERM_FALSE);
    if (term->kind == TERM_NOT) return term->terms[0];
    struct term *made = ARENA_NEW(in->all->arena, struct term);
    made->kind = TERM_NOT;
    made->count = 1;
    made->terms = arena_array(in->all->arena, 1, sizeof *made->terms);
    made->terms[0] = term;
    name_long(in, term);
    return shared(in, made);
}

struct gathered {
    struct term **terms;
    uint32_t count, capacity;
    uint32_t mark;   /* of the terms that are in it */
    bool is_decided; /* an operand decides the whole */
};

/* Adds an operand: the inner ones of the same kind flat, each once, constants not at all. */
static void gather(struct stack_lowering *in, struct gathered *g, enum term_kind kind,
                   struct term *term) {
    if (is_constant(term)) {
        if ((term->kind == TERM_TRUE) == (kind == TERM_OR)) g->is_decided = true;
        return;
    }
    if (term->kind == kind) {
        for (uint32_t i = 0; i < term->count; i++) gather(in, g, kind, term->terms[i]);
        return;
    }
    if (term->mark == g->mark) return;
    term->mark = g->mark;
    *LOWERING_ADD(in->all->arena, g->terms, g->count, g->capacity) = term;
}

/* Fn::And and Fn::Or take 2 to 10: more are joined in groups, and the groups again. */
static struct term *combine(struct stack_lowering *in, enum term_kind kind, struct term **terms,
                            uint32_t count) {
    struct arena *arena = in->all->arena;
    if (count == 1) return terms[0];
    if (count > MAX_OPERANDS) {
        uint32_t size = MAX_OPERANDS;
        while ((count + size - 1) / size > MAX_OPERANDS) size *= MAX_OPERANDS;
        uint32_t groups = (count + size - 1) / size;
        struct term **joined = arena_array(arena, groups, sizeof *joined);
        for (uint32_t i = 0; i < groups; i++) {
            uint32_t left = count - i * size;
            joined[i] = combine(in, kind, terms + i * size, left < size ? left : size);
        }
        terms = joined;
        count = groups;
    }
    struct term *made = ARENA_NEW(arena, struct term);
    *made = (struct term){.kind = kind, .count = count, .terms = terms};
    for (uint32_t i = 0; i < count; i++) name_long(in, terms[i]);
    return shared(in, made);
}

static struct term *join(struct stack_lowering *in, enum term_kind kind, const struct gathered *g) {
    if (g->is_decided) return constant(kind == TERM_OR);
    if (g->count == 0) return constant(kind == TERM_AND);
    return combine(in, kind, g->terms, g->count);
}

static struct term *join_two(struct stack_lowering *in, enum term_kind kind, struct term *a,
                             struct term *b) {
    struct gathered g = {.mark = ++in->operand_lists};
    gather(in, &g, kind, a);
    gather(in, &g, kind, b);
    return join(in, kind, &g);
}

static struct term *choose(struct stack_lowering *in, struct term *condition, struct term *then,
                           struct term *otherwise) {
    if (condition->kind == TERM_TRUE || then == otherwise) return then;
    if (condition->kind == TERM_FALSE) return otherwise;
    if (then->kind == TERM_TRUE) return join_two(in, TERM_OR, condition, otherwise);
    if (otherwise->kind == TERM_FALSE) return join_two(in, TERM_AND, condition, then);
    if (then->kind == TERM_FALSE) return join_two(in, TERM_AND, negate(in, condition), otherwise);
    if (otherwise->kind == TERM_TRUE) return join_two(in, TERM_OR, negate(in, condition), then);
    return join_two(in, TERM_OR, join_two(in, TERM_AND, condition, then),
                    join_two(in, TERM_AND, negate(in, condition), otherwise));
}

/* ---- Fn::Equals ---- */

/* Counts a step of a walk through operands; false when there were too many. */
static bool step(struct stack_lowering *in) {
    if (++in->steps > LOWERING_STEPS) lowering_give_up(in);
    return !in->is_too_large;
}

static bool is_truth(struct value value) {
    if (value.kind == VALUE_BOOL) return true;
    if (value.kind != VALUE_DEFERRED) return false;
    switch ((enum deferred_kind)value.deferred->kind) {
    case DEFERRED_EQUAL: case DEFERRED_AND: case DEFERRED_OR: case DEFERRED_NOT: return true;
    default: return false;
    }
}

/* The Fn::If inside an operand, which Fn::Equals does not take: it is moved to the outside. */
static struct deferred *find_if(struct stack_lowering *in, struct value value, unsigned depth) {
    if ((value.kind != VALUE_DEFERRED && value.kind != VALUE_LIST) || !step(in)) return NULL;
    value = lowering_reduce(in, value);
    const struct value *items = value.items;
    uint32_t count = value.length;
    if (value.kind == VALUE_DEFERRED) {
        if (value.deferred->kind == DEFERRED_IF) return value.deferred;
        if (value.deferred->kind == DEFERRED_ATTRIBUTE) return NULL;
        items = value.deferred->operands;
        count = value.deferred->count;
    } else if (value.kind != VALUE_LIST) {
        return NULL;
    }
    for (uint32_t i = 0; i < count && depth < HOIST_DEPTH; i++) {
        struct deferred *found = find_if(in, items[i], depth + 1);
        if (found) return found;
    }
    return NULL;
}

static struct value replace(struct stack_lowering *in, struct value value,
                            const struct deferred *what, struct value by, unsigned depth) {
    if ((value.kind != VALUE_DEFERRED && value.kind != VALUE_LIST) || !step(in)) return value;
    value = lowering_reduce(in, value);
    if (value.kind == VALUE_DEFERRED && value.deferred == what) return by;
    if (depth >= HOIST_DEPTH) return value;
    if (value.kind == VALUE_LIST) {
        struct value *items = arena_array(in->all->arena, value.length + 1, sizeof *items);
        for (uint32_t i = 0; i < value.length; i++) {
            items[i] = replace(in, value.items[i], what, by, depth + 1);
        }
        value.items = items;
        return value;
    }
    if (value.kind != VALUE_DEFERRED || value.deferred->count == 0) return value;
    struct deferred *d = value.deferred;
    if (d->kind == DEFERRED_ATTRIBUTE) return value;
    struct deferred *copy = lowering_node(in, d->kind, d->shape, d->count, d->cause);
    copy->resource = d->resource, copy->name = d->name, copy->parameter = d->parameter;
    copy->map_name = d->map_name;
    for (uint32_t i = 0; i < d->count; i++) {
        copy->operands[i] = replace(in, d->operands[i], what, by, depth + 1);
    }
    return value_deferred(copy);
}

static struct term *equal_terms(struct stack_lowering *in, struct value a, struct value b,
                                unsigned depth);

static struct term *hoist(struct stack_lowering *in, struct value a, struct value b,
                          const struct deferred *branch, unsigned depth) {
    struct value then = branch->operands[1], otherwise = branch->operands[2];
    return choose(in, term_of(in, branch->operands[0], depth + 1),
                  equal_terms(in, replace(in, a, branch, then, 0), replace(in, b, branch, then, 0),
                              depth + 1),
                  equal_terms(in, replace(in, a, branch, otherwise, 0),
                              replace(in, b, branch, otherwise, 0), depth + 1));
}

/* Text as Fn::Equals compares it: pieces that became known are joined, lists too. */
static struct value comparable(struct stack_lowering *in, struct value value) {
    value = lowering_settle(in, value);
    bool is_list = value.kind == VALUE_LIST ||
                   (value.kind == VALUE_DEFERRED && value.deferred->shape == SHAPE_LIST);
    if (is_list) {
        struct deferred *join = lowering_node(in, DEFERRED_JOIN, SHAPE_TEXT, 2, NULL);
        join->operands[0] = value_text(TEXT(","));
        join->operands[1] = value;
        return lowering_reduce(in, value_deferred(join));
    }
    if (value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_TEXT) {
        struct pieces pieces = lowering_pieces(in, value);
        if (pieces.count == 0) return value_text(TEXT(""));
        if (pieces.count == 1) return pieces.items[0];
    }
    return value;
}

static void report_reads(struct stack_lowering *in, const struct deferred *d, const char *what) {
    struct diagnostics *diagnostics = in->all->deployment->diagnostics;
    struct diagnostic *diagnostic =
        diagnostics_report(diagnostics, DIAGNOSTIC_CONDITION_READS, cause_span(d->cause),
                           "a condition cannot read %s: CloudFormation decides conditions before "
                           "it makes any resource", what);
    diagnostic_hint(diagnostics, diagnostic,
                    "Compare deploy params, `account`, or values of another stack; or decide while "
                    "compiling, by a plain `param`.");
}

static void use_attribute(struct stack_lowering *in, struct deferred *d) {
    struct import *import = lowering_import(in, d, -1);
    if (import) {
        lowering_carry(in, import, true);
    } else if (d->resource->stack) {
        struct text path = attribute_path(in->all->arena, d->resource, d->name);
        report_reads(in, d, text_format(in->all->arena, "\"%.*s\"", TEXT_ARGS(path)).bytes);
    }
}

/* One element of a list attribute of another stack travels alone. */
static bool use_element(struct stack_lowering *in, const struct deferred *d) {
    struct value list = lowering_reduce(in, d->operands[0]);
    if (!lowering_is_element(in, list, d->operands[1])) return false;
    struct import *import = lowering_import(in, list.deferred, d->operands[1].integer);
    if (import) lowering_carry(in, import, true);
    return import != NULL;
}

static void use_operand(struct stack_lowering *in, struct value value);

static void use_operands(struct stack_lowering *in, const struct value *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) use_operand(in, values[i]);
}

/* Notes what an operand of Fn::Equals needs, and reports what cannot stand in it. */
static void use_operand(struct stack_lowering *in, struct value value) {
    if (!step(in)) return;
    value = lowering_reduce(in, value);
    if (value.kind == VALUE_LIST) use_operands(in, value.items, value.length);
    if (value.kind != VALUE_DEFERRED) return;
    struct deferred *d = value.deferred;
    switch ((enum deferred_kind)d->kind) {
    case DEFERRED_ATTRIBUTE: use_attribute(in, d); return;
    case DEFERRED_PARAMETER: lowering_use_parameter(in, d->parameter); return;
    case DEFERRED_PSEUDO: return;
    case DEFERRED_DYNAMIC: report_reads(in, d, "a dynamic reference"); return;
    case DEFERRED_BASE64: report_reads(in, d, "base64() of a deferred value"); return;
    case DEFERRED_CIDR: report_reads(in, d, "cidr() of a deferred value"); return;
    case DEFERRED_ZONES: report_reads(in, d, "the availability zones"); return;
    case DEFERRED_EQUAL: case DEFERRED_AND: case DEFERRED_OR: case DEFERRED_NOT: return;
    case DEFERRED_SELECT:
        if (use_element(in, d)) return;
        break;
    case DEFERRED_TEXT: case DEFERRED_IF: case DEFERRED_JOIN: case DEFERRED_SPLIT:
    case DEFERRED_LOOKUP: case DEFERRED_JSON: case DEFERRED_OVERRIDES:
    case DEFERRED_READS: break;
    }
    use_operands(in, d->operands, d->count);
}

static struct term *plain_equal(struct stack_lowering *in, struct value a, struct value b) {
    use_operand(in, a);
    use_operand(in, b);
    if (in->is_too_large) return constant(false);
    if (!lowering_is_scalar(a) && !lowering_is_scalar(b)) {
        int order = text_compare(lowering_content(in, a), lowering_content(in, b));
        if (order == 0) return constant(true);
        if (order > 0) { struct value swap = a; a = b; b = swap; }
    } else if (lowering_is_scalar(a)) {
        struct value swap = a; a = b; b = swap;
    }
    struct term *made = ARENA_NEW(in->all->arena, struct term);
    *made = (struct term){.kind = TERM_EQUAL, .left = a, .right = b};
    return shared(in, made);
}

/* {{resolve:...}} is text to a condition: what it stands for comes later. */
static bool reads_dynamic(struct stack_lowering *in, struct value value) {
    if (value.kind != VALUE_DEFERRED || value.deferred->kind != DEFERRED_DYNAMIC) return false;
    report_reads(in, value.deferred, "a dynamic reference");
    return true;
}

static struct term *equal_terms(struct stack_lowering *in, struct value a, struct value b,
                                unsigned depth) {
    if (reads_dynamic(in, a) || reads_dynamic(in, b)) return constant(false);
    a = comparable(in, a);
    b = comparable(in, b);
    if (a.kind == VALUE_POISON || b.kind == VALUE_POISON) return constant(false);
    if (a.kind == VALUE_NULL || b.kind == VALUE_NULL) {
        struct value other = a.kind == VALUE_NULL ? b : a;
        struct deferred *branch = find_if(in, other, 0);
        if (branch && depth < HOIST_DEPTH) return hoist(in, a, b, branch, depth);
        return constant(a.kind == b.kind);
    }
    if (lowering_is_scalar(a) && lowering_is_scalar(b)) {
        return constant(text_equal(lowering_scalar_text(in->all->arena, a),
                                   lowering_scalar_text(in->all->arena, b)));
    }
    if ((is_truth(a) && (is_truth(b) || b.kind == VALUE_DEFERRED)) ||
        (is_truth(b) && a.kind == VALUE_DEFERRED)) {
        bool is_bool = !(a.kind == VALUE_BOOL && !is_truth(b)) &&
                       !(b.kind == VALUE_BOOL && !is_truth(a));
        if (is_bool) {
            struct term *left = term_of(in, a, depth + 1), *right = term_of(in, b, depth + 1);
            return choose(in, left, right, negate(in, right));
        }
    }
    struct deferred *branch = find_if(in, a, 0);
    if (!branch) branch = find_if(in, b, 0);
    if (branch && depth < HOIST_DEPTH) return hoist(in, a, b, branch, depth);
    return plain_equal(in, a, b);
}

/* ---- truth values ---- */

/* A deferred text, number or parameter in a condition's place: it is compared with "true". */
static struct term *is_true(struct stack_lowering *in, struct value value, unsigned depth) {
    return equal_terms(in, value, value_text(TEXT("true")), depth + 1);
}

struct flattened {
    struct stack_lowering *in;
    enum deferred_kind kind;
    struct map seen;
    struct term **terms;
    uint32_t count, capacity;
};

/* The operands of a chain a || b || c, which comes as nodes inside each other: each node once,
 * and no condition is made of the inner ones. */
static void flatten(struct flattened *f, struct deferred *d, unsigned depth) {
    for (uint32_t i = 0; i < d->count; i++) {
        struct value operand = d->operands[i];
        bool is_inner = operand.kind == VALUE_DEFERRED && operand.deferred->kind == f->kind;
        if (!is_inner) {
            struct term *term = term_of(f->in, operand, depth);
            *LOWERING_ADD(f->in->all->arena, f->terms, f->count, f->capacity) = term;
        } else if (!map_put(&f->seen, operand.deferred, f)) {
            flatten(f, operand.deferred, depth);
        }
    }
}

/* All operands are made before any is gathered: making one may mark others. */
static struct term *joined_term(struct stack_lowering *in, struct deferred *d, unsigned depth) {
    enum term_kind kind = d->kind == DEFERRED_AND ? TERM_AND : TERM_OR;
    struct flattened f = {.in = in, .kind = d->kind};
    map_init(&f.seen, in->all->arena);
    flatten(&f, d, depth);
    struct gathered g = {.mark = ++in->operand_lists};
    for (uint32_t i = 0; i < f.count && !g.is_decided; i++) gather(in, &g, kind, f.terms[i]);
    return join(in, kind, &g);
}

static struct term *deferred_term(struct stack_lowering *in, struct deferred *d, unsigned depth) {
    switch ((enum deferred_kind)d->kind) {
    case DEFERRED_EQUAL: return equal_terms(in, d->operands[0], d->operands[1], depth);
    case DEFERRED_NOT: return negate(in, term_of(in, d->operands[0], depth));
    case DEFERRED_AND: case DEFERRED_OR: return joined_term(in, d, depth);
    case DEFERRED_IF:
        return choose(in, term_of(in, d->operands[0], depth), term_of(in, d->operands[1], depth),
                      term_of(in, d->operands[2], depth));
    case DEFERRED_ATTRIBUTE: case DEFERRED_PARAMETER: case DEFERRED_PSEUDO: case DEFERRED_TEXT:
    case DEFERRED_LOOKUP: case DEFERRED_SELECT: case DEFERRED_JOIN: case DEFERRED_SPLIT:
    case DEFERRED_CIDR: case DEFERRED_BASE64: case DEFERRED_ZONES: case DEFERRED_DYNAMIC:
    case DEFERRED_JSON: case DEFERRED_OVERRIDES:
    case DEFERRED_READS: break;
    }
    struct value value = lowering_settle(in, value_deferred(d));
    if (value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_IF) {
        return deferred_term(in, value.deferred, depth);
    }
    return is_true(in, value, depth);
}

static struct term *term_of(struct stack_lowering *in, struct value value, unsigned depth) {
    if (value.kind == VALUE_BOOL) return constant(value.boolean);
    if (value.kind == VALUE_TEXT) return constant(text_is(value_as_text(value), "true"));
    if (value.kind != VALUE_DEFERRED) return constant(false);
    struct term *term = map_find(&in->terms, value.deferred);
    if (term) return term;
    term = deferred_term(in, value.deferred, depth);
    map_put(&in->terms, value.deferred, term);
    return term;
}

struct term *lowering_term(struct stack_lowering *in, struct value value) {
    return term_of(in, value, 0);
}

/* ---- what may be null ---- */

struct term *lowering_presence(struct stack_lowering *in, struct value value) {
    value = lowering_reduce(in, value);
    if (value.kind == VALUE_NULL) return constant(false);
    if (value.kind != VALUE_DEFERRED || value.deferred->kind != DEFERRED_IF || !step(in)) {
        return constant(true);
    }
    const struct value *parts = value.deferred->operands;
    struct term *then = lowering_presence(in, parts[1]);
    return choose(in, lowering_term(in, parts[0]), then, lowering_presence(in, parts[2]));
}

struct value lowering_present(struct stack_lowering *in, struct value value) {
    value = lowering_reduce(in, value);
    if (value.kind != VALUE_DEFERRED || value.deferred->kind != DEFERRED_IF || !step(in)) {
        return value;
    }
    const struct value *parts = value.deferred->operands;
    struct value then = lowering_present(in, parts[1]);
    struct value otherwise = lowering_present(in, parts[2]);
    if (then.kind == VALUE_NULL) return otherwise;
    if (otherwise.kind == VALUE_NULL) return then;
    struct deferred *made =
        lowering_node(in, DEFERRED_IF, value.deferred->shape, 3, value.deferred->cause);
    made->operands[0] = parts[0];
    made->operands[1] = then;
    made->operands[2] = otherwise;
    return value_deferred(made);
}
