/* Look-ups of a known map by a deferred key: Mappings with Fn::FindInMap, or a chain of Fn::If.
 *
 * A flat map { k = v } has the deferred key as its first key, whose letters may be more (a-z, digits, '-'
 * and '.'; the second has letters and digits only), and one second key for all: "Value".
 */
#include "base/limits.h"
#include "template/lowering.h"

const char mapping_second_key[] = "Value";

static struct mapping no_mapping; /* stands for a map that does not fit */

static bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool fits_key(struct text key, bool is_first) {
    if (key.length == 0 || key.length > LIMIT_LOGICAL_ID) return false;
    for (size_t i = 0; i < key.length; i++) {
        char c = key.bytes[i];
        if (!is_plain(c) && !(is_first && (c == '-' || c == '.'))) return false;
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

static bool fits_record(const struct record *record, uint8_t levels) {
    if (record->count == 0 || record->count > LIMIT_MAPPING_ATTRIBUTES) return false;
    for (uint32_t i = 0; i < record->count; i++) {
        const struct record_entry *entry = &record->entries[i];
        if (!fits_key(name_text(entry->key), levels == 2)) return false;
        struct value value = entry->value;
        if (levels == 1 && !fits_value(value)) return false;
        if (levels == 2 && !(value.kind == VALUE_RECORD && fits_record(value.record, 1))) {
            return false;
        }
    }
    return true;
}

/* A flat map's keys are first keys. */
static bool fits_flat(const struct record *record) {
    if (record->count == 0 || record->count > LIMIT_MAPPING_ATTRIBUTES) return false;
    for (uint32_t i = 0; i < record->count; i++) {
        if (!fits_key(name_text(record->entries[i].key), true)) return false;
        if (!fits_value(record->entries[i].value)) return false;
    }
    return true;
}

static struct text mapping_content(struct stack_lowering *in, const struct mapping *mapping) {
    struct buffer buffer;
    buffer_init(&buffer);
    struct emitter e = {.in = in, .out = &buffer};
    emit_mapping(&e, mapping);
    struct text content = buffer_take(&buffer, in->all->arena);
    buffer_release(&buffer);
    return content;
}

static struct mapping *mapping_named(struct stack_lowering *in, struct text name) {
    for (uint32_t i = 0; i < in->mapping_count; i++) {
        if (text_equal(in->mapping_list[i]->name, name)) return in->mapping_list[i];
    }
    return NULL;
}

/* The `let`'s name; letters of the content where another map has that name, or it has none. */
static struct mapping *add_mapping(struct stack_lowering *in, struct mapping *mapping,
                                   const struct name *map_name) {
    struct arena *arena = in->all->arena;
    struct text letters = content_letters(arena, mapping->content);
    struct text name = map_name ? words_joined(arena, name_text(map_name)) : TEXT("");
    if (name.length == 0) name = text_format(arena, "Map%.*s", TEXT_ARGS(letters));
    struct mapping *same = mapping_named(in, name);
    if (same && !text_equal(same->content, mapping->content)) {
        name = text_format(arena, "%.*s%.*s", TEXT_ARGS(name), TEXT_ARGS(letters));
        same = mapping_named(in, name);
    }
    if (same) return same;
    mapping->name = name;
    in->size += mapping->content.length + name.length + 4;
    *LOWERING_ADD(arena, in->mapping_list, in->mapping_count, in->mapping_capacity) = mapping;
    return mapping;
}

struct mapping *lowering_mapping(struct stack_lowering *in, const struct record *record,
                                 const struct name *map_name, uint8_t levels) {
    struct map *of_levels = &in->mappings[levels - 1];
    struct mapping *known = map_find(of_levels, record);
    if (known) return known == &no_mapping ? NULL : known;
    if (!(levels == 2 ? fits_record(record, 2) : fits_flat(record))) {
        map_put(of_levels, record, &no_mapping);
        return NULL;
    }
    struct mapping *mapping = ARENA_NEW(in->all->arena, struct mapping);
    *mapping = (struct mapping){.record = record, .levels = levels};
    mapping->content = mapping_content(in, mapping);
    mapping = add_mapping(in, mapping, map_name);
    map_put(of_levels, record, mapping);
    return mapping;
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
    struct value first = lowering_reduce(in, outer->operands[1]);
    struct value second = lowering_reduce(in, d->operands[1]);
    if (map.kind != VALUE_RECORD || !lowering_is_key(in, first) || !lowering_is_key(in, second)) {
        return false;
    }
    found->mapping = lowering_mapping(in, map.record, outer->map_name, 2);
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
    struct value key = lowering_reduce(in, d->operands[1]);
    if (map.kind != VALUE_RECORD || !lowering_is_key(in, key)) return false;
    found->mapping = lowering_mapping(in, map.record, d->map_name, 1);
    found->first = key;
    found->second = value_text(text_of(mapping_second_key));
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

/* A map of records looked up twice: the outer look-up becomes the chain, and the inner one is done in
 * each of its branches. */
struct value lowering_chain(struct stack_lowering *in, struct deferred *lookup) {
    struct value map = lowering_reduce(in, lookup->operands[0]);
    struct value key = lowering_reduce(in, lookup->operands[1]);
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
