/* What a value is in one stack: the replacements that both walks must make alike. */
#include "base/limits.h"
#include "template/lowering.h"

enum { REDUCE_STEPS = 100000, DISTRIBUTED_BYTES = 24 };

void *lowering_grow(struct arena *arena, void *items, uint32_t *count, uint32_t *capacity,
                    size_t size) {
    return arena_grown(arena, items, (*count)++, capacity, size);
}

struct span declared_span(const struct node *declared) {
    if (!declared) return (struct span){0};
    struct declaration *head = node_declaration((struct node *)declared);
    if (!head || head->name.end <= head->name.start) return declared->span;
    return written_span(declared, head->name);
}

const struct node *depends_on_entry(const struct node *declared) {
    if (!declared || declared->kind != NODE_RESOURCE || !declared->unit.body) return declared;
    const struct node *body = declared->unit.body;
    if (body->kind != NODE_RECORD) return declared;
    for (const struct node *entry = body->record.entries.first; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY || !(entry->flags & NODE_META)) continue;
        if (text_is(entry_text(entry), "depends_on")) return entry;
    }
    return declared;
}

static struct text joined(struct arena *arena, struct text a, char separator, struct text b) {
    char *bytes = arena_alloc(arena, a.length + b.length + 2);
    memcpy(bytes, a.bytes, a.length);
    size_t length = a.length;
    if (a.length && b.length) bytes[length++] = separator;
    if (b.length) memcpy(bytes + length, b.bytes, b.length);
    return (struct text){bytes, length + b.length};
}

struct text resource_full_path(struct arena *arena, const struct resource *resource) {
    struct text region = resource->region ? resource->region->path : TEXT("");
    return joined(arena, region, '.', resource->path);
}

struct text attribute_path(struct arena *arena, const struct resource *resource,
                           const struct name *attribute) {
    struct text path = resource_full_path(arena, resource);
    if (text_is(name_text(attribute), "Ref")) return path;
    return joined(arena, path, '.', name_text(attribute));
}

/* FNV-1a with a finalizer (splitmix64): no library to load, and nobody gains by a collision
 * here. */
struct text content_letters(struct arena *arena, struct text bytes) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes.length; i++) {
        hash = (hash ^ (unsigned char)bytes.bytes[i]) * 0x100000001b3u;
    }
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
    hash ^= hash >> 31;
    char *letters = arena_alloc(arena, 9);
    for (int i = 0; i < 8; i++, hash /= 26) letters[i] = (char)('a' + hash % 26);
    letters[0] = (char)(letters[0] - 32);
    return (struct text){letters, 8};
}

bool lowering_is_scalar(struct value value) {
    return value.kind == VALUE_TEXT || value.kind == VALUE_INT || value.kind == VALUE_NUMBER ||
           value.kind == VALUE_BOOL;
}

struct text lowering_scalar_text(struct arena *arena, struct value value) {
    if (value.kind == VALUE_TEXT) return value_as_text(value);
    if (value.kind == VALUE_BOOL) return value.boolean ? TEXT("true") : TEXT("false");
    if (value.kind == VALUE_INT) return text_format(arena, "%lld", (long long)value.integer);
    if (value.kind != VALUE_NUMBER) return TEXT("");
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_number(&buffer, value.number);
    struct text text = buffer_take(&buffer, arena);
    buffer_release(&buffer);
    return text;
}

struct deferred *lowering_node(struct stack_lowering *in, enum deferred_kind kind,
                               enum deferred_shape shape, uint32_t count,
                               const struct node *cause) {
    return deferred_new(in->all->arena, kind, shape, count, cause);
}

static void remember(struct stack_lowering *in, const struct deferred *d, struct value value) {
    struct value *kept = ARENA_NEW(in->all->arena, struct value);
    *kept = value;
    map_put(&in->rewritten, d, kept);
}

static bool is_deferred(struct value value, enum deferred_kind kind) {
    return value.kind == VALUE_DEFERRED && value.deferred->kind == kind;
}

/* ---- one step of reduction each; true where *next is the value that d stands for ---- */

static bool reduce_attribute(struct stack_lowering *in, struct deferred *d, struct value *next) {
    if (in->stack && d->resource->stack == in->stack) return false;
    struct import *import = lowering_import(in, d, -1);
    if (!import) return false;
    if (import->way == WAY_IN_PLACE) *next = import->travel->computed;
    return import->way == WAY_IN_PLACE;
}

/* Fn::If with the operation inside both branches: operand `at` of d is the Fn::If. */
static struct value distribute(struct stack_lowering *in, const struct deferred *d, uint32_t at,
                               const struct deferred *branch) {
    struct deferred *outer = lowering_node(in, DEFERRED_IF, d->shape, 3, branch->cause);
    outer->operands[0] = branch->operands[0];
    for (int side = 1; side <= 2; side++) {
        struct deferred *copy = lowering_node(in, d->kind, d->shape, d->count, d->cause);
        copy->resource = d->resource, copy->name = d->name, copy->map_name = d->map_name;
        memcpy(copy->operands, d->operands, d->count * sizeof *d->operands);
        copy->operands[at] = branch->operands[side];
        outer->operands[side] = value_deferred(copy);
    }
    return value_deferred(outer);
}

static struct text known_text(struct stack_lowering *in, const struct value *items,
                              uint32_t count) {
    size_t length = 0;
    for (uint32_t i = 0; i < count; i++) {
        length += items[i].kind == VALUE_TEXT ? items[i].length : 32;
    }
    char *bytes = arena_alloc(in->all->arena, length + 1);
    length = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct text piece = lowering_scalar_text(in->all->arena, items[i]);
        if (piece.length) memcpy(bytes + length, piece.bytes, piece.length);
        length += piece.length;
    }
    return (struct text){bytes, length};
}

/* The texts around the one deferred operand are short enough to be written twice. */
static bool is_short_around(const struct deferred *d, uint32_t at) {
    size_t length = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        if (i != at && d->operands[i].kind == VALUE_TEXT) length += d->operands[i].length;
    }
    return length <= DISTRIBUTED_BYTES;
}

static bool has_known_branches(struct stack_lowering *in, const struct deferred *branch) {
    return lowering_is_scalar(lowering_reduce(in, branch->operands[1])) &&
           lowering_is_scalar(lowering_reduce(in, branch->operands[2]));
}

static bool reduce_text(struct stack_lowering *in, struct deferred *d, struct value *next) {
    if (d->count == 1) {
        *next = d->operands[0];
        return true;
    }
    uint32_t open = 0, at = 0;
    for (uint32_t i = 0; i < d->count && open < 2; i++) {
        if (lowering_is_scalar(d->operands[i])) continue;
        open++;
        at = i;
    }
    if (open > 1) return false;
    if (open == 0) {
        *next = value_text(known_text(in, d->operands, d->count));
        return true;
    }
    struct value one = lowering_reduce(in, d->operands[at]);
    if (lowering_is_scalar(one)) {
        struct pieces pieces = lowering_pieces(in, value_deferred(d));
        *next = pieces.count ? pieces.items[0] : value_text(TEXT(""));
        remember(in, d, *next);
        return true;
    }
    if (!is_deferred(one, DEFERRED_IF) || !is_short_around(d, at)) return false;
    if (!has_known_branches(in, one.deferred)) return false;
    *next = distribute(in, d, at, one.deferred);
    remember(in, d, *next);
    return true;
}

static bool reduce_if(struct stack_lowering *in, struct deferred *d, struct value *next) {
    struct term *term = lowering_term(in, d->operands[0]);
    if (term->kind == TERM_TRUE || term->kind == TERM_FALSE) {
        *next = d->operands[term->kind == TERM_TRUE ? 1 : 2];
        return true;
    }
    struct value then = d->operands[1], otherwise = d->operands[2];
    if (then.kind == VALUE_DEFERRED || value_is_open(then)) return false;
    if (then.kind != otherwise.kind || value_is_open(otherwise)) return false;
    if (!lowering_is_scalar(then) || !value_equal(then, otherwise)) return false;
    *next = then;
    return true;
}

static bool reduce_truth(struct stack_lowering *in, struct deferred *d, struct value *next) {
    struct term *term = lowering_term(in, value_deferred(d));
    if (term->kind != TERM_TRUE && term->kind != TERM_FALSE) return false;
    *next = value_bool(term->kind == TERM_TRUE);
    return true;
}

/* Elements that Fn::Select takes in a list written out: texts, Ref, Fn::GetAtt, Fn::If. */
static bool fits_select(struct stack_lowering *in, struct value list) {
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = lowering_reduce(in, list.items[i]);
        if (lowering_is_scalar(item)) continue;
        if (item.kind != VALUE_DEFERRED) return false;
        switch ((enum deferred_kind)item.deferred->kind) {
        case DEFERRED_ATTRIBUTE: case DEFERRED_PARAMETER: case DEFERRED_PSEUDO: break;
        default: return false;
        }
    }
    return true;
}

/* [a, b][i] as { 0 = a, 1 = b }[i]. */
static struct value select_as_lookup(struct stack_lowering *in, const struct deferred *d,
                                     struct value list, struct value index) {
    struct arena *arena = in->all->arena;
    struct record *record = record_new(arena, list.length);
    for (uint32_t i = 0; i < list.length; i++) {
        const struct name *key =
            names_intern(in->all->deployment->names, text_format(arena, "%u", i));
        record_put(arena, record, key, list.items[i], NULL);
    }
    struct deferred *lookup = lowering_node(in, DEFERRED_LOOKUP, d->shape, 2, d->cause);
    lookup->operands[0] = value_record(record);
    lookup->operands[0].flags = VALUE_OPEN;
    lookup->operands[1] = index;
    return value_deferred(lookup);
}

static bool reduce_select(struct stack_lowering *in, struct deferred *d, struct value *next) {
    struct value list = lowering_reduce(in, d->operands[0]);
    struct value index = lowering_settle(in, d->operands[1]);
    if (is_deferred(list, DEFERRED_IF)) {
        *next = distribute(in, d, 0, list.deferred);
    } else if (list.kind == VALUE_LIST && index.kind == VALUE_INT) {
        if (index.integer < 0 || index.integer >= list.length) return false;
        *next = list.items[index.integer];
    } else if (is_deferred(index, DEFERRED_IF)) {
        *next = distribute(in, d, 1, index.deferred);
    } else if (list.kind == VALUE_LIST && list.length &&
               !(lowering_is_key(in, index) && fits_select(in, list))) {
        *next = select_as_lookup(in, d, list, index);
    } else {
        return false;
    }
    remember(in, d, *next);
    return true;
}

static struct record_entry *find_entry(struct stack_lowering *in, const struct record *record,
                                       struct value key) {
    struct text text = lowering_scalar_text(in->all->arena, key);
    const struct name *name = names_find(in->all->deployment->names, text);
    return name ? record_find(record, name) : NULL;
}

static bool reduce_lookup(struct stack_lowering *in, struct deferred *d, struct value *next) {
    struct find_in_map found;
    if (is_deferred(d->operands[0], DEFERRED_LOOKUP) && lowering_find_in_map(in, d, &found)) {
        return false; /* before the inner look-up becomes a chain of records */
    }
    struct value map = lowering_reduce(in, d->operands[0]);
    struct value key = lowering_settle(in, d->operands[1]);
    if (map.kind == VALUE_RECORD && lowering_is_scalar(key)) {
        struct record_entry *entry = find_entry(in, map.record, key);
        *next = entry ? entry->value : value_null();
    } else if (is_deferred(map, DEFERRED_IF)) {
        *next = distribute(in, d, 0, map.deferred);
    } else if (is_deferred(key, DEFERRED_IF)) {
        *next = distribute(in, d, 1, key.deferred);
    } else if (lowering_find_in_map(in, d, &found)) {
        return false;
    } else {
        *next = lowering_chain(in, d);
    }
    remember(in, d, *next);
    return true;
}

static bool reduce_join(struct stack_lowering *in, struct deferred *d, struct value *next) {
    struct value list = lowering_reduce(in, d->operands[1]);
    if (list.kind != VALUE_LIST) return false;
    struct value *parts = arena_array(in->all->arena, list.length * 2 + 1, sizeof *parts);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = lowering_reduce(in, list.items[i]);
        if (!lowering_is_scalar(item)) return false;
        if (count) parts[count++] = d->operands[0];
        parts[count++] = item;
    }
    *next = value_text(known_text(in, parts, count));
    remember(in, d, *next);
    return true;
}

static bool reduce_deferred(struct stack_lowering *in, struct deferred *d, struct value *next) {
    switch ((enum deferred_kind)d->kind) {
    case DEFERRED_ATTRIBUTE: return reduce_attribute(in, d, next);
    case DEFERRED_PARAMETER: case DEFERRED_PSEUDO: return false;
    case DEFERRED_CIDR: case DEFERRED_BASE64: case DEFERRED_ZONES: case DEFERRED_JSON:
    case DEFERRED_SPLIT: return false;
    case DEFERRED_DYNAMIC: *next = d->operands[0]; return true;
    case DEFERRED_OVERRIDES:
        if (in->all->is_walked) *next = lowering_overrides(in, d);
        return in->all->is_walked;
    case DEFERRED_READS:
        if (in->all->is_walked) *next = lowering_reads(in, d);
        return in->all->is_walked;
    case DEFERRED_IF: return reduce_if(in, d, next);
    case DEFERRED_EQUAL: case DEFERRED_AND: case DEFERRED_OR: case DEFERRED_NOT:
        return reduce_truth(in, d, next);
    case DEFERRED_TEXT: case DEFERRED_SELECT: case DEFERRED_LOOKUP: case DEFERRED_JOIN: break;
    }
    struct value *known = in->rewritten.count ? map_find(&in->rewritten, d) : NULL;
    if (known) {
        *next = *known;
        return true;
    }
    if (d->kind == DEFERRED_TEXT) return reduce_text(in, d, next);
    if (d->kind == DEFERRED_SELECT) return reduce_select(in, d, next);
    if (d->kind == DEFERRED_LOOKUP) return reduce_lookup(in, d, next);
    return reduce_join(in, d, next);
}

static struct value resource_ref(struct stack_lowering *in, struct resource *resource) {
    struct deferred *d =
        lowering_node(in, DEFERRED_ATTRIBUTE, SHAPE_TEXT, 0, resource->declared);
    d->resource = resource;
    d->name = in->all->ref;
    return value_deferred(d);
}

struct value lowering_reduce(struct stack_lowering *in, struct value value) {
    for (unsigned step = 0; step < REDUCE_STEPS; step++) {
        switch ((enum value_kind)value.kind) {
        case VALUE_POISON: case VALUE_NULL: case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER:
        case VALUE_TEXT: case VALUE_LIST: case VALUE_RECORD: return value;
        case VALUE_COMPONENT: return value_poison(); /* the evaluator has said so */
        case VALUE_REGION: return value_text(value.region->name);
        case VALUE_STACK: return value_text(value.stack->name);
        case VALUE_TYPE: return value_text(name_text(value.type));
        case VALUE_RESOURCE: value = resource_ref(in, value.resource); break;
        case VALUE_DEFERRED: {
            struct value next;
            if (!reduce_deferred(in, value.deferred, &next)) return value;
            value = next;
        }
        }
    }
    return value;
}

/* ---- what was written of a property ---- */

static bool is_own_written(struct stack_lowering *in, struct value value) {
    return is_deferred(value, DEFERRED_ATTRIBUTE) && value.deferred->count == 1 && in->stack &&
           value.deferred->resource->stack == in->stack;
}

static struct value settle_text(struct stack_lowering *in, struct deferred *d) {
    bool has_written = false;
    for (uint32_t i = 0; i < d->count; i++) {
        has_written = has_written || is_own_written(in, d->operands[i]) ||
                      is_deferred(d->operands[i], DEFERRED_TEXT);
    }
    if (!has_written) return value_deferred(d);
    struct deferred *copy = lowering_node(in, DEFERRED_TEXT, d->shape, d->count, d->cause);
    for (uint32_t i = 0; i < d->count; i++) {
        struct value part = d->operands[i];
        bool is_open = is_own_written(in, part) || is_deferred(part, DEFERRED_TEXT);
        copy->operands[i] = is_open ? lowering_settle(in, part) : part;
    }
    return value_deferred(copy);
}

struct value lowering_settle(struct stack_lowering *in, struct value value) {
    if (++in->steps > LOWERING_STEPS) lowering_give_up(in);
    if (in->is_too_large) return value;
    for (unsigned step = 0; is_own_written(in, value) && step < LIMIT_VALUE_DEPTH; step++) {
        value = value.deferred->operands[0];
    }
    if (is_deferred(value, DEFERRED_TEXT)) value = settle_text(in, value.deferred);
    return lowering_reduce(in, value);
}

/* ---- the pieces of a text ---- */

struct collector {
    struct stack_lowering *in;
    struct value *items;
    uint32_t count, capacity;
    size_t bytes;
};

static void collect(struct collector *c, struct value value) {
    if (c->count > LOWERING_PIECES || c->bytes > LOWERING_SIZE_CEILING) {
        lowering_give_up(c->in);
        return;
    }
    if (value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_TEXT &&
        value.deferred->count > 1) {
        for (uint32_t i = 0; i < value.deferred->count; i++) {
            collect(c, value.deferred->operands[i]);
        }
        return;
    }
    struct value reduced = lowering_reduce(c->in, value);
    if (is_deferred(reduced, DEFERRED_TEXT) &&
        !(value.kind == VALUE_DEFERRED && reduced.deferred == value.deferred)) {
        collect(c, reduced);
        return;
    }
    if (reduced.kind == VALUE_NULL || reduced.kind == VALUE_POISON) return;
    if (reduced.kind == VALUE_TEXT && reduced.length == 0) return;
    c->bytes += reduced.kind == VALUE_TEXT ? reduced.length : 0;
    *LOWERING_ADD(c->in->all->arena, c->items, c->count, c->capacity) = reduced;
}

struct pieces lowering_pieces(struct stack_lowering *in, struct value text) {
    struct collector c = {.in = in};
    collect(&c, text);
    uint32_t count = 0;
    for (uint32_t i = 0, end; i < c.count; i = end) {
        end = i + 1;
        if (lowering_is_scalar(c.items[i])) {
            while (end < c.count && lowering_is_scalar(c.items[end])) end++;
        }
        struct value piece = c.items[i];
        if (end - i > 1 || (lowering_is_scalar(piece) && piece.kind != VALUE_TEXT)) {
            piece = value_text(known_text(in, c.items + i, end - i));
        }
        c.items[count++] = piece;
    }
    return (struct pieces){c.items, count};
}

bool lowering_is_inline(struct stack_lowering *in, struct value piece) {
    if (piece.kind != VALUE_DEFERRED) return false;
    struct deferred *d = piece.deferred;
    if (d->kind == DEFERRED_PARAMETER || d->kind == DEFERRED_PSEUDO) return true;
    if (d->kind != DEFERRED_ATTRIBUTE) return false;
    if (in->stack && d->resource->stack == in->stack) return true;
    struct import *import = lowering_import(in, d, -1);
    return import && import->way == WAY_PARAMETER;
}

bool lowering_fits_sub(struct text text) {
    bool is_open = false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '}') is_open = false;
        if (text.bytes[i] != '$' || i + 1 == text.length || text.bytes[i + 1] != '{') continue;
        if (is_open) return false;
        is_open = true;
    }
    return !is_open;
}
