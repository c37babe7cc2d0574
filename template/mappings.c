/* Look-ups of a known map by a deferred key: Mappings with Fn::FindInMap, or a chain of Fn::If.
 *
 * The deferred key is the first one, whose letters may be more (a-z, digits, '-' and '.'); the
 * second has letters and digits only.
 */
#include "base/limits.h"
#include "template/lowering.h"

/* What was found of a map: the mapping (NULL if it does not fit) and the second key for it. */
struct found_mapping {
    struct mapping *mapping;
    struct text column;
};

static bool fits_key(struct text key, bool is_first) {
    if (key.length == 0 || key.length > LIMIT_LOGICAL_ID) return false;
    for (size_t i = 0; i < key.length; i++) {
        char c = key.bytes[i];
        if (!ascii_is_alphanumeric(c) && !(is_first && (c == '-' || c == '.'))) return false;
    }
    return true;
}

static bool fits_value(struct value value) {
    if (lowering_is_scalar(value)) return true;
    if (value.kind != VALUE_LIST || value.length == 0) return false;
    for (uint32_t i = 0; i < value.length; i++) {
        if (!lowering_is_scalar(value.items[i])) return false;
    }
    return true;
}

static bool fits_flat(const struct record *record, bool is_first) {
    if (record->count == 0 || record->count > LIMIT_MAPPING_ATTRIBUTES) return false;
    for (uint32_t i = 0; i < record->count; i++) {
        if (!fits_key(name_text(record->entries[i].key), is_first)) return false;
        if (!fits_value(record->entries[i].value)) return false;
    }
    return true;
}

static bool fits_nested(const struct record *record) {
    if (record->count == 0 || record->count > LIMIT_MAPPING_ATTRIBUTES) return false;
    for (uint32_t i = 0; i < record->count; i++) {
        struct value value = record->entries[i].value;
        if (!fits_key(name_text(record->entries[i].key), true)) return false;
        if (value.kind != VALUE_RECORD || !fits_flat(value.record, false)) return false;
    }
    return true;
}

/* Fn::FindInMap gives text, so 1 and "1" are one. */
static bool same_value(struct arena *arena, struct value a, struct value b) {
    if (a.kind == VALUE_RECORD || b.kind == VALUE_RECORD) {
        return a.kind == b.kind && a.record == b.record;
    }
    if (a.kind != VALUE_LIST || b.kind != VALUE_LIST) {
        return lowering_is_scalar(a) && lowering_is_scalar(b) &&
               text_equal(lowering_scalar_text(arena, a), lowering_scalar_text(arena, b));
    }
    if (a.length != b.length) return false;
    for (uint32_t i = 0; i < a.length; i++) {
        if (!same_value(arena, a.items[i], b.items[i])) return false;
    }
    return true;
}

static bool same_keys(const struct record *a, const struct record *b) {
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->entries[i].key != b->entries[i].key) return false;
    }
    return true;
}

static bool same_record(struct arena *arena, const struct record *a, const struct record *b) {
    if (!same_keys(a, b)) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!same_value(arena, a->entries[i].value, b->entries[i].value)) return false;
    }
    return true;
}

static struct mapping *mapping_named(struct stack_lowering *in, struct text name) {
    for (uint32_t i = 0; i < in->mapping_count; i++) {
        if (text_equal(in->mapping_list[i]->name, name)) return in->mapping_list[i];
    }
    return NULL;
}

static struct mapping *new_mapping(struct stack_lowering *in, struct text name) {
    struct mapping *mapping = ARENA_NEW(in->all->arena, struct mapping);
    mapping->name = name;
    in->size += name.length + 4;
    *LOWERING_ADD(in->all->arena, in->mapping_list, in->mapping_count, in->mapping_capacity) =
        mapping;
    return mapping;
}

/* Whether the map can be this column of the mapping: it is there already, or the column is free
 * and the rows are the same. */
static bool takes_column(struct arena *arena, const struct mapping *mapping, struct text column,
                         const struct record *record, bool *is_there) {
    *is_there = false;
    if (mapping->two_levels || !same_keys(mapping->columns[0].record, record)) return false;
    for (uint32_t i = 0; i < mapping->column_count; i++) {
        if (!text_equal(mapping->columns[i].key, column)) continue;
        *is_there = true;
        return same_record(arena, mapping->columns[i].record, record);
    }
    return mapping->column_count < LIMIT_MAPPING_ATTRIBUTES;
}

static void add_column(struct stack_lowering *in, struct mapping *mapping, struct text column,
                       const struct record *record, size_t bytes) {
    in->size += bytes + record->count * (column.length + 6);
    *LOWERING_ADD(in->all->arena, mapping->columns, mapping->column_count,
                  mapping->column_capacity) =
        (struct mapping_column){.key = column, .record = record};
}

/* A `let` nodes of which .cpu is taken has the name "nodes.cpu": mapping Nodes, column cpu. */
static void split_name(struct arena *arena, const struct name *map_name, struct text *name,
                       struct text *column) {
    struct text whole = map_name ? name_text(map_name) : TEXT("");
    const char *dot = whole.length ? memchr(whole.bytes, '.', whole.length) : NULL;
    size_t before = dot ? (size_t)(dot - whole.bytes) : whole.length;
    *name = text_words_joined(arena, (struct text){whole.bytes, before});
    *column = TEXT("Value");
    if (!dot) return;
    struct text member = {dot + 1, whole.length - before - 1};
    *column = fits_key(member, false) ? member : text_words_joined(arena, member);
    if (column->length == 0) *column = TEXT("Value");
}

/* Named as the `let`; with letters of the content where another map has that name, or it has
 * none. */
static struct mapping *flat_mapping(struct stack_lowering *in, const struct record *record,
                                    const struct name *map_name, struct text *column) {
    struct arena *arena = in->all->arena;
    struct text content = lowering_content(in, value_record((struct record *)record)), name;
    split_name(arena, map_name, &name, column);
    struct text letters = content_letters(arena, content);
    if (name.length == 0) name = text_format(arena, "Map%.*s", TEXT_ARGS(letters));
    bool is_there = false;
    struct mapping *mapping = mapping_named(in, name);
    if (mapping && !takes_column(arena, mapping, *column, record, &is_there)) {
        name = text_format(arena, "%.*s%.*s", TEXT_ARGS(name), TEXT_ARGS(letters));
        mapping = mapping_named(in, name);
        is_there = false;
        if (mapping) takes_column(arena, mapping, *column, record, &is_there);
    }
    if (!mapping) mapping = new_mapping(in, name);
    if (!is_there) add_column(in, mapping, *column, record, content.length);
    return mapping;
}

static struct mapping *nested_mapping(struct stack_lowering *in, const struct record *record,
                                      const struct name *map_name) {
    struct arena *arena = in->all->arena;
    struct text content = lowering_content(in, value_record((struct record *)record));
    struct text letters = content_letters(arena, content);
    struct text name = map_name ? text_words_joined(arena, name_text(map_name)) : TEXT("");
    if (name.length == 0) name = text_format(arena, "Map%.*s", TEXT_ARGS(letters));
    if (mapping_named(in, name)) {
        name = text_format(arena, "%.*s%.*s", TEXT_ARGS(name), TEXT_ARGS(letters));
    }
    struct mapping *mapping = mapping_named(in, name);
    if (mapping) return mapping;
    mapping = new_mapping(in, name);
    mapping->two_levels = record;
    in->size += content.length;
    return mapping;
}

static const struct found_mapping *find_mapping(struct stack_lowering *in,
                                                const struct record *record,
                                                const struct name *map_name, uint8_t levels) {
    struct map *known = &in->mappings[levels - 1];
    struct found_mapping *found = map_find(known, record);
    if (found) return found;
    found = ARENA_NEW(in->all->arena, struct found_mapping);
    if (levels == 2 && fits_nested(record)) {
        found->mapping = nested_mapping(in, record, map_name);
    } else if (levels == 1 && fits_flat(record, true)) {
        found->mapping = flat_mapping(in, record, map_name, &found->column);
    }
    map_put(known, record, found);
    return found;
}

bool lowering_is_key(struct stack_lowering *in, struct value key) {
    if (key.kind == VALUE_TEXT) return true;
    if (key.kind != VALUE_DEFERRED) return false;
    struct deferred *d = key.deferred;
    if (d->kind == DEFERRED_PARAMETER || d->kind == DEFERRED_PSEUDO) return true;
    if (d->kind == DEFERRED_ATTRIBUTE) {
        /* of another stack: it becomes a parameter */
        return !(in->stack && d->resource->stack == in->stack) && d->resource->stack;
    }
    struct find_in_map found;
    return d->kind == DEFERRED_LOOKUP && lowering_find_in_map(in, d, &found);
}

/* map[first][second] of a known map of records. */
static bool find_in_two(struct stack_lowering *in, const struct deferred *outer,
                        const struct deferred *d, struct find_in_map *found) {
    struct value map = lowering_reduce(in, outer->operands[0]);
    struct value first = lowering_settle(in, outer->operands[1]);
    struct value second = lowering_settle(in, d->operands[1]);
    if (map.kind != VALUE_RECORD || !lowering_is_key(in, first) || !lowering_is_key(in, second)) {
        return false;
    }
    found->mapping = find_mapping(in, map.record, outer->map_name, 2)->mapping;
    found->first = first;
    found->second = second;
    return found->mapping != NULL;
}

bool lowering_find_in_map(struct stack_lowering *in, const struct deferred *d,
                          struct find_in_map *found) {
    struct value map = d->operands[0];
    if (map.kind == VALUE_DEFERRED && map.deferred->kind == DEFERRED_LOOKUP &&
        find_in_two(in, map.deferred, d, found)) {
        return true;
    }
    map = lowering_reduce(in, map);
    struct value key = lowering_settle(in, d->operands[1]);
    if (map.kind != VALUE_RECORD || !lowering_is_key(in, key)) return false;
    const struct found_mapping *flat = find_mapping(in, map.record, d->map_name, 1);
    found->mapping = flat->mapping;
    found->first = key;
    found->second = value_text(flat->column);
    return found->mapping != NULL;
}

/* ---- the chain ---- */

/* Whether the key is a param that allows no other values than the map's keys: the last one needs no
 * condition then. */
static bool covers_allowed(const struct record *record, struct value key,
                           struct names *names) {
    if (key.kind != VALUE_DEFERRED || key.deferred->kind != DEFERRED_PARAMETER) return false;
    struct value allowed = key.deferred->parameter->allowed;
    if (allowed.kind != VALUE_LIST) return false;
    for (uint32_t i = 0; i < allowed.length; i++) {
        if (allowed.items[i].kind != VALUE_TEXT) return false;
        const struct name *name = names_find(names, value_as_text(allowed.items[i]));
        if (!name || !record_find(record, name)) return false;
    }
    return allowed.length >= record->count;
}

static void report_chain(struct stack_lowering *in, const struct deferred *lookup, uint32_t keys) {
    struct diagnostics *diagnostics = in->all->deployment->diagnostics;
    struct diagnostic *diagnostic = diagnostics_report(
        diagnostics, DIAGNOSTIC_LOOKUP_KEYS, cause_span(lookup->cause),
        "a map of %u keys that Mappings cannot hold is looked up by a deferred key; "
        "at most %d become a chain of Fn::If", (unsigned)keys, LIMIT_IF_CHAIN);
    diagnostic_hint(diagnostics, diagnostic,
                    "Mappings hold texts, numbers and lists of them under keys of letters, digits, "
                    "\"-\" and \".\"; shape the map so, or look it up by a known key.");
}

static struct value lookup_in(struct stack_lowering *in, const struct deferred *d,
                              struct value map, struct value key) {
    struct deferred *lookup = lowering_node(in, DEFERRED_LOOKUP, d->shape, 2, d->cause);
    lookup->operands[0] = map;
    lookup->operands[1] = key;
    lookup->map_name = d->map_name;
    return value_deferred(lookup);
}

static struct value chain_of(struct stack_lowering *in, const struct deferred *lookup,
                             const struct record *record, struct value key) {
    bool covers =
        in->needs_value || covers_allowed(record, key, in->all->deployment->names);
    struct value chain = covers ? record->entries[record->count - 1].value : value_null();
    for (uint32_t i = record->count - covers; i-- > 0;) {
        struct deferred *equal =
            lowering_node(in, DEFERRED_EQUAL, SHAPE_BOOL, 2, lookup->cause);
        equal->operands[0] = key;
        equal->operands[1] = value_text(name_text(record->entries[i].key));
        struct deferred *link = lowering_node(in, DEFERRED_IF, lookup->shape, 3, lookup->cause);
        link->operands[0] = value_deferred(equal);
        link->operands[1] = record->entries[i].value;
        link->operands[2] = chain;
        chain = value_deferred(link);
    }
    return chain;
}

/* A map of records looked up twice: the outer look-up becomes the chain, and the inner one is
 * done in each of its branches. */
struct value lowering_chain(struct stack_lowering *in, struct deferred *lookup) {
    struct value map = lowering_reduce(in, lookup->operands[0]);
    struct value key = lowering_settle(in, lookup->operands[1]);
    if (map.kind == VALUE_DEFERRED && map.deferred->kind == DEFERRED_LOOKUP) {
        map = lowering_chain(in, map.deferred);
        return lookup_in(in, lookup, map, key);
    }
    if (map.kind != VALUE_RECORD) return value_null();
    if (map.record->count > LIMIT_IF_CHAIN) {
        report_chain(in, lookup, map.record->count);
        return value_null();
    }
    return chain_of(in, lookup, map.record, key);
}
