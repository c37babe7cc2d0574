/* Reading forms and signatures of strangers. */
#include "runtime/serve/request.h"

#include <stdlib.h>

/* --- forms ------------------------------------------------------------------------------------ */

struct form_reader {
    struct arena *arena;
    struct failure *why;
    unsigned pairs;
};

/* The member of that name, made where it is missing. A text that stands there already gives way. */
static struct data *enter(struct form_reader *reader, struct data *record, struct text name) {
    record->kind = DATA_RECORD;
    for (struct data *child = record->children; child; child = child->next) {
        if (text_equal(child->key, name)) return child;
    }
    struct data *child = data_new(reader->arena, DATA_TEXT);
    child->text = TEXT("");
    return data_add(record, name, child);
}

static bool add_pair(struct form_reader *reader, struct data *input, struct text name,
                     struct text value) {
    struct data *at = input;
    unsigned depth = 0;
    if (++reader->pairs > SERVE_PAIRS) return failure_set(reader->why, "it has too many members");
    for (size_t start = 0; start <= name.length;) {
        size_t end = start;
        while (end < name.length && name.bytes[end] != '.') end++;
        if (++depth > SERVE_DEPTH) return failure_set(reader->why, "it is nested too deeply");
        at = enter(reader, at, (struct text){name.bytes + start, end - start});
        start = end + 1;
    }
    if (at->kind == DATA_TEXT) at->text = value;
    return true;
}

static int by_number(const void *a, const void *b) {
    const struct data *x = *(struct data *const *)a, *y = *(struct data *const *)b;
    unsigned long left = strtoul(x->key.bytes, NULL, 10), right = strtoul(y->key.bytes, NULL, 10);
    return left < right ? -1 : left > right;
}

/* {"member": {"2": b, "1": a}} becomes the list of a and b. */
static void make_list(struct form_reader *reader, struct data *record) {
    struct data *members = record->children;
    struct data **items = arena_array(reader->arena, members->count + 1, sizeof *items);
    size_t count = 0;
    for (struct data *child = members->children; child; child = child->next) {
        child->key = text_copy(reader->arena, child->key);
        items[count++] = child;
    }
    if (count) qsort(items, count, sizeof *items, by_number);
    record->kind = DATA_LIST;
    record->children = record->last = NULL;
    record->count = 0;
    for (size_t i = 0; i < count; i++) {
        items[i]->next = NULL;
        data_add(record, TEXT(""), items[i]);
    }
}

static void make_lists(struct form_reader *reader, struct data *record) {
    for (struct data *child = record->children; child; child = child->next) {
        if (child->kind == DATA_RECORD) make_lists(reader, child);
    }
    if (record->count == 1 && text_is(record->children->key, "member") &&
        record->children->kind == DATA_RECORD) {
        make_list(reader, record);
    }
}

bool serve_read_form(struct arena *arena, struct text form, struct data **input,
                     struct failure *why) {
    struct form_reader reader = {.arena = arena, .why = why};
    *input = data_new(arena, DATA_RECORD);
    for (size_t start = 0; start < form.length;) {
        size_t end = start;
        while (end < form.length && form.bytes[end] != '&') end++;
        struct text pair = {form.bytes + start, end - start};
        const char *equals = pair.length ? memchr(pair.bytes, '=', pair.length) : NULL;
        start = end + 1;
        if (!pair.length) continue;
        struct text name = pair, value = TEXT("");
        if (equals) {
            name.length = (size_t)(equals - pair.bytes);
            value = (struct text){equals + 1, pair.length - name.length - 1};
        }
        name = http_decode_form(arena, name);
        value = http_decode_form(arena, value);
        if (text_utf8_error(name) != name.length || text_utf8_error(value) != value.length) {
            return failure_set(why, "it is no UTF-8");
        }
        if (memchr(value.bytes, 0, value.length)) return failure_set(why, "it holds a NUL");
        if (!add_pair(&reader, *input, name, value)) return false;
    }
    make_lists(&reader, *input);
    return true;
}

/* --- signatures ------------------------------------------------------------------------------- */

/* What follows "NAME=" up to a comma or the end. */
static struct text field(struct text header, const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i + length < header.length; i++) {
        if (i > 0 && header.bytes[i - 1] != ' ' && header.bytes[i - 1] != ',') continue;
        if (memcmp(header.bytes + i, name, length) != 0 || header.bytes[i + length] != '=')
            continue;
        size_t begin = i + length + 1, end = begin;
        while (end < header.length && header.bytes[end] != ',' && header.bytes[end] != ' ') end++;
        return (struct text){header.bytes + begin, end - begin};
    }
    return TEXT("");
}

/* Takes what stands before the next slash from the front of a text. */
static struct text next_part(struct text *rest) {
    const char *slash = rest->length ? memchr(rest->bytes, '/', rest->length) : NULL;
    size_t length = slash ? (size_t)(slash - rest->bytes) : rest->length;
    struct text part = {rest->bytes, length};
    size_t used = length + (slash != NULL);
    *rest = (struct text){rest->bytes + used, rest->length - used};
    return part;
}

bool serve_read_claim(struct text authorization, struct serve_claim *claim) {
    if (!text_starts(authorization, TEXT("AWS4-HMAC-SHA256 "))) return false;
    struct text scope = field(authorization, "Credential");
    *claim = (struct serve_claim){.signed_names = field(authorization, "SignedHeaders"),
                                  .signature = field(authorization, "Signature")};
    claim->access_key = next_part(&scope);
    claim->date = next_part(&scope);
    claim->region = next_part(&scope);
    claim->service = next_part(&scope);
    return text_is(scope, "aws4_request") && claim->access_key.length && claim->date.length == 8 &&
           claim->region.length && claim->service.length && claim->signed_names.length &&
           claim->signature.length == 64;
}
