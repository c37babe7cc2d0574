/* Values of resources, read where they are known. */
#include <errno.h>
#include <stdlib.h>

#include "lint/internal.h"

/* What lies in `around`, whose node is where that is written. */
static struct item make(const struct look *look, struct value raw, const struct node *node,
                        struct item around) {
    struct value value = raw.flags & VALUE_WRITTEN ? value_settle(look_arena(look), raw) : raw;
    const struct node *call = around.node->kind == NODE_CALL ? around.node : around.call;
    return (struct item){value, raw, node, call};
}

struct item item_of_resource(const struct resource *resource) {
    return (struct item){value_null(), value_null(), resource->declared, NULL};
}

struct item item_whole(const struct resource *resource) {
    struct value all = value_record(resource->properties);
    return (struct item){all, all, resource->declared, NULL};
}

struct item item_self(const struct look *look) {
    return item_of_resource(look->resource);
}

static const struct record_entry *find(const struct look *look, const struct record *record,
                                       struct text key) {
    const struct name *name = names_find(look_deployment(look)->names, key);
    return name ? record_find(record, name) : NULL;
}

/* What stands before the first dot of the path, which is taken off it. */
static struct text first_word(const char **path) {
    const char *dot = strchr(*path, '.');
    struct text word = dot ? (struct text){*path, (size_t)(dot - *path)} : text_of(*path);
    *path = dot ? dot + 1 : *path + word.length;
    return word;
}

struct item item_in(const struct look *look, struct item around, const char *path) {
    while (*path) {
        struct text word = first_word(&path);
        if (around.value.kind != VALUE_RECORD) {
            if (around.value.kind != VALUE_NULL) around.value = around.raw = value_poison();
            return around;
        }
        const struct record_entry *entry = find(look, around.value.record, word);
        if (!entry) return make(look, value_null(), around.node, around);
        around = make(look, entry->value, value_node(entry, around.node), around);
    }
    return around;
}

struct item item_of(const struct look *look, const struct resource *resource, const char *path) {
    struct text word = first_word(&path);
    const struct record_entry *entry = find(look, resource->properties, word);
    if (!entry) return item_of_resource(resource);
    struct item whole = item_of_resource(resource);
    return item_in(look, make(look, entry->value, value_node(entry, whole.node), whole), path);
}

struct item item_get(const struct look *look, const char *path) {
    return item_of(look, look->resource, path);
}

uint32_t item_count(struct item list) {
    return list.value.kind == VALUE_LIST ? list.value.length : 0;
}

/* Where an element is written, of a list that is written out; the list where it comes of a spread,
 * which may stand for any number. */
static const struct node *element_node(struct item list, uint32_t index) {
    if (list.node->kind != NODE_LIST) return list.node;
    uint32_t written = list_count(list.node->list.elements), at = 0, before = 0, after = 0;
    bool is_behind = false;
    for (const struct node *e = list.node->list.elements.first; e; e = e->next) {
        is_behind |= e->kind == NODE_SPREAD;
        after = e->kind == NODE_SPREAD ? 0 : after + 1;
        before += !is_behind;
    }
    if (index < before) {
        at = index;
    } else if (is_behind && list.value.length - index <= after) {
        at = written - (list.value.length - index);
    } else {
        return list.node;
    }
    const struct node *element = list.node->list.elements.first;
    while (at-- > 0)
        element = element->next;
    return element;
}

struct item item_at(const struct look *look, struct item list, uint32_t index) {
    return make(look, list.value.items[index], element_node(list, index), list);
}

/* Whether what stands at the place is the key and no part of another word. */
static bool is_key_at(struct text source, size_t at, struct text key) {
    static const char before[] = " \t\n-{,\"'", after[] = ":\"'";
    size_t end = at + key.length;
    return at > 0 && strchr(before, source.bytes[at - 1]) && end < source.length &&
           strchr(after, source.bytes[end]);
}

struct item item_key_in(const struct look *look, struct item document, struct text key) {
    if (document.node->kind != NODE_TEXT || !key.length) return document;
    struct text source =
        span_text(look_deployment(look)->diagnostics->sources, document.node->span);
    size_t found = 0, count = 0;
    for (size_t at = 0; at + key.length <= source.length; at++) {
        if (memcmp(source.bytes + at, key.bytes, key.length) != 0) continue;
        if (!is_key_at(source, at, key)) continue;
        found = at;
        count++;
    }
    if (count != 1) return document;
    struct node *word = arena_alloc(look_arena(look), sizeof *word);
    *word = (struct node){.kind = NODE_TEXT, .span = document.node->span};
    word->span.start += (uint32_t)found;
    word->span.end = word->span.start + (uint32_t)key.length;
    document.node = word;
    return document;
}

uint32_t item_entries(struct item record) {
    return record.value.kind == VALUE_RECORD ? record.value.record->count : 0;
}

struct item item_entry(const struct look *look, struct item record, uint32_t index,
                       struct text *key) {
    const struct record_entry *entry = &record.value.record->entries[index];
    if (key) *key = name_text(entry->key);
    return make(look, entry->value, value_node(entry, record.node), record);
}

uint32_t item_some(struct item item) {
    if (item.value.kind == VALUE_LIST) return item.value.length;
    return item.value.kind != VALUE_NULL;
}

struct item item_one(const struct look *look, struct item item, uint32_t index) {
    return item.value.kind == VALUE_LIST ? item_at(look, item, index) : item;
}

/* ---- known values ---- */

bool item_text(struct item item, struct text *text) {
    if (item.value.kind != VALUE_TEXT || item.value.flags & VALUE_SECRET) return false;
    *text = value_as_text(item.value);
    return true;
}

bool item_integer(struct item item, int64_t *integer) {
    struct text text;
    if (item.value.kind == VALUE_INT) {
        *integer = item.value.integer;
        return true;
    }
    char digits[24], *end;
    if (!item_text(item, &text) || !text.length || text.length >= sizeof digits) return false;
    memcpy(digits, text.bytes, text.length);
    digits[text.length] = '\0';
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    *integer = value;
    return errno == 0 && end == digits + text.length;
}

bool item_number(struct item item, double *number) {
    int64_t integer;
    if (item.value.kind == VALUE_NUMBER) {
        *number = item.value.number;
        return true;
    }
    if (!item_integer(item, &integer)) return false;
    *number = (double)integer;
    return true;
}

bool item_bool(struct item item, bool *boolean) {
    if (item.value.kind == VALUE_BOOL) {
        *boolean = item.value.boolean;
        return true;
    }
    if (!item_is(item, "true") && !item_is(item, "false")) return false;
    *boolean = item_is(item, "true");
    return true;
}

bool item_is(struct item item, const char *wanted) {
    struct text text;
    return item_text(item, &text) && text_is(text, wanted);
}

bool item_is_true(struct item item) {
    bool boolean;
    return item_bool(item, &boolean) && boolean;
}

bool item_is_false(struct item item) {
    bool boolean;
    return item_bool(item, &boolean) && !boolean;
}

const struct resource *item_resource(struct item item) {
    if (item.raw.kind == VALUE_RESOURCE) return item.raw.resource;
    if (item.raw.kind != VALUE_DEFERRED) return NULL;
    const struct deferred *deferred = item.raw.deferred;
    return deferred->kind == DEFERRED_ATTRIBUTE ? deferred->resource : NULL;
}

bool item_rough_text(const struct look *look, struct item item, const char *stand_in,
                     struct text *text) {
    if (item_text(item, text)) return true;
    if (item.value.kind != VALUE_DEFERRED) return false;
    const struct deferred *deferred = item.value.deferred;
    if (deferred->kind != DEFERRED_TEXT) return false;
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < deferred->count; i++) {
        struct value piece = deferred->operands[i];
        if (piece.kind == VALUE_TEXT && !(piece.flags & VALUE_SECRET)) {
            buffer_text(&out, value_as_text(piece));
        } else {
            buffer_string(&out, stand_in);
        }
    }
    *text = buffer_take(&out, look_arena(look));
    buffer_release(&out);
    return true;
}

void item_walk(const struct look *look, struct item item,
               void (*visit)(const struct look *look, struct item item, void *context),
               void *context) {
    visit(look, item, context);
    uint32_t count = item_count(item), entries = item_entries(item);
    for (uint32_t i = 0; i < count; i++)
        item_walk(look, item_at(look, item, i), visit, context);
    for (uint32_t i = 0; i < entries; i++) {
        item_walk(look, item_entry(look, item, i, NULL), visit, context);
    }
}

bool is_word(const char *words, struct text text) {
    if (!text.length) return false;
    for (const char *at = words; (at = memmem(at, strlen(at), text.bytes, text.length)); at++) {
        bool begins = at == words || at[-1] == ' ';
        if (begins && (at[text.length] == ' ' || at[text.length] == '\0')) return true;
    }
    return false;
}
