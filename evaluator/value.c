/* Values: records, deferred nodes, texts joined, equality and order. */
#include "evaluator/value.h"

#include "base/limits.h"
#include "evaluator/builtin.h"

/* ---- records: entries in written order, hashed once there are more than a few ---- */

enum { RECORD_FIRST = 4, RECORD_LINEAR = 8 };

struct record *record_new(struct arena *arena, uint32_t capacity) {
    struct record *record = ARENA_NEW(arena, struct record);
    if (capacity) {
        record->entries = arena_array(arena, capacity, sizeof *record->entries);
        record->capacity = capacity;
    }
    return record;
}

struct record_index {
    uint32_t capacity;
    uint32_t slots[]; /* entry index + 1; 0 is empty */
};

/* The slot of the key, or the empty one where it belongs. */
static uint32_t *record_slot(const struct record *record, const struct name *key) {
    uint32_t mask = record->index->capacity - 1;
    for (uint32_t i = key->hash & mask;; i = (i + 1) & mask) {
        uint32_t index = record->index->slots[i];
        if (index == 0 || record->entries[index - 1].key == key) return &record->index->slots[i];
    }
}

struct record_entry *record_find(const struct record *record, const struct name *key) {
    if (record->index) {
        uint32_t index = *record_slot(record, key);
        return index ? &record->entries[index - 1] : NULL;
    }
    for (uint32_t i = 0; i < record->count; i++) {
        if (record->entries[i].key == key) return &record->entries[i];
    }
    return NULL;
}

static void record_grow(struct arena *arena, struct record *record) {
    uint32_t capacity = record->capacity ? record->capacity * 2 : RECORD_FIRST;
    struct record_entry *entries = arena_array(arena, capacity, sizeof *entries);
    if (record->count) memcpy(entries, record->entries, record->count * sizeof *entries);
    record->entries = entries;
    record->capacity = capacity;
}

/* Index tables are four times the entries at most half of the capacity needs, so that a table lasts
 * for two doublings of the entries. */
static void record_reindex(struct arena *arena, struct record *record) {
    uint32_t wanted = 32;
    while (wanted < record->capacity * 2) wanted *= 2;
    record->index = arena_alloc(arena, sizeof *record->index +
                                           wanted * sizeof *record->index->slots);
    record->index->capacity = wanted;
    for (uint32_t i = 0; i < record->count; i++) {
        *record_slot(record, record->entries[i].key) = i + 1;
    }
}

void record_put(struct arena *arena, struct record *record, const struct name *key,
                struct value value, const struct node *origin) {
    struct record_entry *entry = record_find(record, key);
    if (entry) {
        entry->value = value;
        entry->origin = origin;
        return;
    }
    if (record->count == record->capacity) record_grow(arena, record);
    record->entries[record->count++] = (struct record_entry){key, origin, value};
    if (record->count <= RECORD_LINEAR) return;
    if (!record->index || record->index->capacity < record->count * 3 / 2) {
        record_reindex(arena, record);
    } else {
        *record_slot(record, key) = record->count;
    }
}

/* ---- deferred nodes ---- */

struct deferred *deferred_new(struct arena *arena, enum deferred_kind kind,
                              enum deferred_shape shape, uint32_t count, const struct node *cause) {
    struct deferred *deferred =
        arena_alloc(arena, sizeof *deferred + (size_t)count * sizeof(struct value));
    deferred->kind = (uint8_t)kind;
    deferred->shape = (uint8_t)shape;
    deferred->count = count;
    deferred->cause = cause;
    return deferred;
}

/* ---- flags and depth ---- */

static void seal_with(struct value *whole, struct value *part) {
    if ((part->kind == VALUE_LIST || part->kind == VALUE_RECORD) && part->depth == 0) {
        *part = value_seal(*part);
    }
    unsigned depth = part->depth + 1u;
    if (part->kind == VALUE_DEFERRED) depth = part->deferred->depth + 1u;
    if (depth > whole->depth) whole->depth = depth > UINT16_MAX ? UINT16_MAX : (uint16_t)depth;
    if (part->kind >= VALUE_REGION) whole->flags |= VALUE_OPEN;
    if (part->kind == VALUE_POISON) whole->flags |= VALUE_BROKEN;
    whole->flags |= part->flags & (VALUE_OPEN | VALUE_SECRET | VALUE_BROKEN | VALUE_WRITTEN);
}

struct value value_seal(struct value value) {
    if (value.kind == VALUE_LIST) {
        value.depth = 1;
        for (uint32_t i = 0; i < value.length; i++) seal_with(&value, &value.items[i]);
    } else if (value.kind == VALUE_RECORD) {
        value.depth = 1;
        for (uint32_t i = 0; i < value.record->count; i++) {
            seal_with(&value, &value.record->entries[i].value);
        }
    }
    return value;
}

/* Where shared parts are settled again and again, this many have to do. */
struct settling { struct arena *arena; uint32_t left; };

static struct value settle(struct settling *settling, struct value value);

static struct value settle_list(struct settling *settling, struct value value) {
    struct value *items = arena_array(settling->arena, value.length, sizeof *items);
    for (uint32_t i = 0; i < value.length; i++) items[i] = settle(settling, value.items[i]);
    return value_seal(value_list(items, value.length));
}

static struct value settle_record(struct settling *settling, struct value value) {
    struct record *record = record_new(settling->arena, value.record->count);
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        record_put(settling->arena, record, entry->key, settle(settling, entry->value),
                   entry->origin);
    }
    struct value made = value_seal(value_record(record));
    made.flags |= value.flags & VALUE_BROKEN;
    return made;
}

static struct value settle_text(struct settling *settling, struct value value) {
    struct deferred *deferred = value.deferred;
    struct value *parts = arena_array(settling->arena, deferred->count, sizeof *parts);
    for (uint32_t i = 0; i < deferred->count; i++)
        parts[i] = settle(settling, deferred->operands[i]);
    struct value made = value_concat(settling->arena, parts, deferred->count, deferred->cause);
    made.flags |= value.flags & VALUE_FITTED;
    return made;
}

static struct value settle(struct settling *settling, struct value value) {
    if (!(value.flags & VALUE_WRITTEN)) return value;
    uint32_t size = 1;
    if (value.kind == VALUE_LIST) size = value.length;
    if (value.kind == VALUE_RECORD) size = value.record->count;
    if (value.kind == VALUE_DEFERRED) size = value.deferred->count;
    if (size >= settling->left) return value;
    settling->left -= size;
    if (value.kind == VALUE_LIST) return settle_list(settling, value);
    if (value.kind == VALUE_RECORD) return settle_record(settling, value);
    if (value.kind != VALUE_DEFERRED) return value;
    if (value.deferred->kind == DEFERRED_TEXT) return settle_text(settling, value);
    if (value.deferred->kind == DEFERRED_ATTRIBUTE && value.deferred->count == 1) {
        /* what is deferred itself stays the attribute: in another stack, what it is made of (a
         * deploy param) can have another value; template/ looks into those of its own stack */
        struct value written = settle(settling, value.deferred->operands[0]);
        return written.kind == VALUE_DEFERRED ? value : written;
    }
    return value;
}

struct value value_settle(struct arena *arena, struct value value) {
    uint32_t left = LIMIT_VALUES / 4;
    return value_settle_within(arena, value, &left);
}

struct value value_settle_within(struct arena *arena, struct value value, uint32_t *left) {
    if (!(value.flags & VALUE_WRITTEN)) return value;
    struct settling settling = {arena, *left};
    struct value made = settle(&settling, value);
    *left = settling.left;
    return made;
}

/* ---- joining texts ---- */

struct text value_integer_text(int64_t integer, char room[SCALAR_ROOM]) {
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    char *at = room + SCALAR_ROOM;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (integer < 0) *--at = '-';
    return (struct text){at, (size_t)(room + SCALAR_ROOM - at)};
}

/* The text of a known scalar; numbers are written into room. */
static struct text scalar_text(struct value value, char room[SCALAR_ROOM]) {
    if (value.kind == VALUE_TEXT) return value_as_text(value);
    if (value.kind == VALUE_BOOL) return value.boolean ? TEXT("true") : TEXT("false");
    if (value.kind == VALUE_INT) return value_integer_text(value.integer, room);
    if (value.kind != VALUE_NUMBER) return (struct text){"", 0};
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_number(&buffer, value.number);
    size_t length = buffer.length < SCALAR_ROOM ? buffer.length : SCALAR_ROOM;
    memcpy(room, buffer.bytes, length);
    buffer_release(&buffer);
    return (struct text){room, length};
}

/* Joins pieces that are all known. The common short text is put together on the stack. */
static struct value concat_known(struct arena *arena, const struct value *pieces, uint32_t count) {
    char stack_room[512], scalar_room[SCALAR_ROOM];
    size_t length = 0;
    unsigned flags = 0;
    for (uint32_t i = 0; i < count; i++) {
        flags |= pieces[i].flags & VALUE_SECRET;
        length += pieces[i].kind == VALUE_TEXT ? pieces[i].length : SCALAR_ROOM;
    }
    if (length > LIMIT_TEXT_BYTES + (size_t)count * SCALAR_ROOM) return value_poison();
    char *bytes = length < sizeof stack_room ? stack_room : arena_alloc(arena, length + 1);
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct text text = scalar_text(pieces[i], scalar_room);
        if (text.length) memcpy(bytes + at, text.bytes, text.length);
        at += text.length;
    }
    if (at > LIMIT_TEXT_BYTES) return value_poison();
    if (bytes == stack_room) bytes = arena_copy(arena, bytes, at);
    struct value joined = value_text((struct text){bytes, at});
    joined.flags = (uint8_t)flags;
    return joined;
}

static bool is_deferred_text(struct value value) {
    return value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_TEXT;
}

/* Puts the pieces, those of joined texts in their place, into flat; returns how many. */
static uint32_t flatten_pieces(const struct value *pieces, uint32_t count, struct value *flat) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_deferred_text(pieces[i])) {
            flat[used++] = pieces[i];
            continue;
        }
        struct deferred *inner = pieces[i].deferred;
        memcpy(flat + used, inner->operands, inner->count * sizeof *flat);
        used += inner->count;
    }
    return used;
}

static struct value concat_deferred(struct arena *arena, const struct value *pieces, uint32_t count,
                                    const struct node *cause) {
    size_t room = 0;
    for (uint32_t i = 0; i < count; i++) {
        room += is_deferred_text(pieces[i]) ? pieces[i].deferred->count : 1;
    }
    if (room > LIMIT_TEXT_PIECES) return value_poison();
    struct value *flat = arena_array(arena, room, sizeof *flat);
    uint32_t used = flatten_pieces(pieces, count, flat), kept = 0;
    unsigned flags = 0, depth = 0;
    for (uint32_t i = 0; i < used;) {
        uint32_t end = i;
        while (end < used && flat[end].kind != VALUE_DEFERRED) end++;
        if (end > i) {
            struct value known = concat_known(arena, flat + i, end - i);
            if (known.kind == VALUE_POISON) return known;
            flags |= known.flags;
            if (known.length) flat[kept++] = known;
            i = end;
        } else {
            flags |= flat[i].flags & (VALUE_SECRET | VALUE_WRITTEN);
            if (flat[i].deferred->depth >= depth) depth = flat[i].deferred->depth + 1u;
            flat[kept++] = flat[i++];
        }
    }
    if (kept == 1 && flat[0].deferred->shape == SHAPE_TEXT) return flat[0];
    struct deferred *joined = deferred_new(arena, DEFERRED_TEXT, SHAPE_TEXT, kept, cause);
    memcpy(joined->operands, flat, kept * sizeof *flat);
    joined->depth = (uint16_t)depth;
    struct value value = value_deferred(joined);
    value.flags = (uint8_t)flags;
    return value;
}

struct value value_concat(struct arena *arena, const struct value *pieces, uint32_t count,
                          const struct node *cause) {
    bool deferred = false;
    for (uint32_t i = 0; i < count; i++) {
        if (pieces[i].kind == VALUE_POISON) return value_poison();
        deferred |= pieces[i].kind == VALUE_DEFERRED;
    }
    return deferred ? concat_deferred(arena, pieces, count, cause)
                    : concat_known(arena, pieces, count);
}

/* ---- equality and order ---- */

/* Compares without end on shared lists of lists of lists: so each pair costs a step. */
struct comparison { uint64_t steps; };

static bool equal_within(struct comparison *comparison, struct value a, struct value b);

static bool numbers_equal(struct value a, struct value b) {
    if (a.kind == VALUE_INT && b.kind == VALUE_INT) return a.integer == b.integer;
    double left = a.kind == VALUE_INT ? (double)a.integer : a.number;
    double right = b.kind == VALUE_INT ? (double)b.integer : b.number;
    if (left != right) return false;
    if (a.kind == b.kind) return true;
    /* beyond 2^53 several integers are one double: compare exactly */
    if (left >= 9223372036854775808.0) return false;
    return (a.kind == VALUE_INT ? a.integer : (int64_t)left) ==
           (b.kind == VALUE_INT ? b.integer : (int64_t)right);
}

static bool lists_equal(struct comparison *comparison, struct value a, struct value b) {
    if (a.length != b.length) return false;
    if (a.items == b.items) return true;
    for (uint32_t i = 0; i < a.length; i++) {
        if (!equal_within(comparison, a.items[i], b.items[i])) return false;
    }
    return true;
}

static bool records_equal(struct comparison *comparison, const struct record *a,
                          const struct record *b) {
    if (a == b) return true;
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        struct record_entry *other = record_find(b, a->entries[i].key);
        if (!other || !equal_within(comparison, a->entries[i].value, other->value)) return false;
    }
    return true;
}

static bool deferred_equal(struct comparison *comparison, const struct deferred *a,
                           const struct deferred *b) {
    if (a == b) return true;
    if (a->kind != b->kind || a->count != b->count || a->resource != b->resource ||
        a->name != b->name || a->parameter != b->parameter) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        if (!equal_within(comparison, a->operands[i], b->operands[i])) return false;
    }
    return true;
}

static bool equal_within(struct comparison *comparison, struct value a, struct value b) {
    if (comparison->steps == 0) return false;
    comparison->steps--;
    if (value_is_number(a) && value_is_number(b)) return numbers_equal(a, b);
    if (a.kind != b.kind) return false;
    switch ((enum value_kind)a.kind) {
    case VALUE_POISON: return false;
    case VALUE_NULL: return true;
    case VALUE_BOOL: return a.boolean == b.boolean;
    case VALUE_INT:
    case VALUE_NUMBER: return numbers_equal(a, b);
    case VALUE_TEXT: return text_equal(value_as_text(a), value_as_text(b));
    case VALUE_LIST: return lists_equal(comparison, a, b);
    case VALUE_RECORD: return records_equal(comparison, a.record, b.record);
    case VALUE_REGION: return a.region == b.region;
    case VALUE_STACK: return a.stack == b.stack;
    case VALUE_RESOURCE: return a.resource == b.resource;
    case VALUE_COMPONENT: return a.component == b.component;
    case VALUE_TYPE: return a.type == b.type;
    case VALUE_DEFERRED: return deferred_equal(comparison, a.deferred, b.deferred);
    }
    return false;
}

bool value_equal_within(struct value a, struct value b, uint64_t *steps) {
    struct comparison comparison = {*steps};
    bool equal = equal_within(&comparison, a, b);
    *steps = comparison.steps;
    return equal;
}

bool value_equal(struct value a, struct value b) {
    uint64_t steps = LIMIT_STEPS;
    return value_equal_within(a, b, &steps);
}

static int compare_numbers(struct value a, struct value b) {
    if (a.kind == VALUE_INT && b.kind == VALUE_INT) {
        return (a.integer > b.integer) - (a.integer < b.integer);
    }
    if (numbers_equal(a, b)) return 0;
    double left = a.kind == VALUE_INT ? (double)a.integer : a.number;
    double right = b.kind == VALUE_INT ? (double)b.integer : b.number;
    if (left != right) return left < right ? -1 : 1;
    /* equal only after rounding: above 2^53 the double is an integer too, below 2^63 one of 64
     * bits */
    bool is_first = a.kind == VALUE_INT;
    if (left >= 9223372036854775808.0) return is_first ? -1 : 1;
    int64_t first = is_first ? a.integer : (int64_t)left;
    int64_t second = is_first ? (int64_t)right : b.integer;
    return first < second ? -1 : 1;
}

int value_compare(struct value a, struct value b) {
    if (value_is_number(a) && value_is_number(b)) return compare_numbers(a, b);
    if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
    if (a.kind == VALUE_TEXT) return text_compare(value_as_text(a), value_as_text(b));
    if (a.kind == VALUE_BOOL) return a.boolean - b.boolean;
    if (a.kind != VALUE_LIST || a.items == b.items) return 0;
    uint32_t common = a.length < b.length ? a.length : b.length;
    for (uint32_t i = 0; i < common; i++) {
        int order = value_compare(a.items[i], b.items[i]);
        if (order) return order;
    }
    return (a.length > b.length) - (a.length < b.length);
}
