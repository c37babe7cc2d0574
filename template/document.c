/* Documents: made, looked up, compared, written. */
#include <stdlib.h>

#include "base/limits.h"
#include "template/document_internal.h"

struct document *document_new(struct arena *arena, enum document_kind kind) {
    struct document *document = ARENA_NEW(arena, struct document);
    document->kind = (uint8_t)kind;
    return document;
}

struct document *document_text(struct arena *arena, struct text text) {
    struct document *document = document_new(arena, DOCUMENT_TEXT);
    document->text = text;
    return document;
}

void document_add(struct document *parent, struct text key, struct document *child) {
    child->key = key;
    child->next = NULL;
    if (parent->last) {
        parent->last->next = child;
    } else {
        parent->children = child;
    }
    parent->last = child;
    parent->count++;
}

struct document *document_member(const struct document *object, struct text key) {
    if (!object || object->kind != DOCUMENT_OBJECT) return NULL;
    for (struct document *c = object->children; c; c = c->next) {
        if (text_equal(c->key, key)) return c;
    }
    return NULL;
}

struct document *document_get(const struct document *object, const char *key) {
    return document_member(object, text_of(key));
}

bool document_is_call(const struct document *document) {
    return document->kind == DOCUMENT_OBJECT && document->count == 1 &&
           (text_is(document->children->key, "Ref") ||
            text_starts(document->children->key, TEXT("Fn::")));
}

struct text document_get_text(const struct document *object, const char *key) {
    const struct document *member = document_get(object, key);
    return member && member->kind == DOCUMENT_TEXT ? member->text : (struct text){0};
}

/* ---- members in order of their keys ---- */

static int compare_keys(const void *left, const void *right) {
    const struct document *a = *(const struct document *const *)left;
    const struct document *b = *(const struct document *const *)right;
    return text_compare(a->key, b->key);
}

/* On the heap; the caller frees. */
static const struct document **sorted_members(const struct document *object) {
    const struct document **members = memory_alloc((object->count + 1) * sizeof *members);
    uint32_t count = 0;
    for (const struct document *child = object->children; child; child = child->next) {
        members[count++] = child;
    }
    qsort(members, count, sizeof *members, compare_keys);
    return members;
}

static const struct document *duplicate_of_few(const struct document *object) {
    for (const struct document *child = object->children; child; child = child->next) {
        for (const struct document *other = child->next; other; other = other->next) {
            if (text_equal(child->key, other->key)) return other;
        }
    }
    return NULL;
}

const struct document *document_duplicate(const struct document *object) {
    if (object->count <= DOCUMENT_FEW) return duplicate_of_few(object);
    const struct document **members = sorted_members(object), *found = NULL;
    for (uint32_t i = 1; i < object->count && !found; i++) {
        if (text_equal(members[i - 1]->key, members[i]->key)) found = members[i];
    }
    memory_free(members);
    return found;
}

/* ---- equality ---- */

bool document_is_number(struct text text) {
    const char *at = text.bytes, *end = text.bytes + text.length;
    if (at < end && *at == '-') at++;
    if (at == end) return false;
    if (*at == '0') {
        at++;
    } else {
        if (*at < '1' || *at > '9') return false;
        while (at < end && ascii_is_digit(*at))
            at++;
    }
    if (at < end && *at == '.') {
        const char *start = ++at;
        while (at < end && ascii_is_digit(*at))
            at++;
        if (at == start) return false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        const char *start = at;
        while (at < end && ascii_is_digit(*at))
            at++;
        if (at == start) return false;
    }
    return at == end;
}

/* A decimal taken apart: sign, the digits from the first to the last that is not 0 (a point
 * among them is skipped), and the power of ten of the first. Exact, however long. */
struct decimal {
    bool is_negative;
    const char *first, *end; /* equal for zero */
    int64_t power;
};

static int64_t read_exponent(const char *at, const char *end) {
    bool is_negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    int64_t value = 0;
    for (; at < end && value < INT64_MAX / 100; at++) value = value * 10 + (*at - '0');
    return is_negative ? -value : value;
}

static struct decimal take_apart(struct text text) {
    struct decimal decimal = {0};
    const char *at = text.bytes, *end = at + text.length, *mark = at, *point;
    if (at < end && *at == '-') decimal.is_negative = true, at++;
    while (mark < end && *mark != 'e' && *mark != 'E') mark++;
    int64_t exponent = mark < end ? read_exponent(mark + 1, end) : 0;
    point = memchr(at, '.', (size_t)(mark - at));
    if (!point) point = mark;
    decimal.first = at;
    while (decimal.first < mark && (*decimal.first == '0' || *decimal.first == '.')) {
        decimal.first++;
    }
    decimal.end = mark;
    while (decimal.end > decimal.first && (decimal.end[-1] == '0' || decimal.end[-1] == '.')) {
        decimal.end--;
    }
    decimal.power = exponent + (point - decimal.first) + (decimal.first > point);
    return decimal;
}

static bool number_equal(struct text left, struct text right) {
    if (text_equal(left, right)) return true;
    struct decimal a = take_apart(left), b = take_apart(right);
    if (a.first == a.end || b.first == b.end) return (a.first == a.end) == (b.first == b.end);
    if (a.is_negative != b.is_negative || a.power != b.power) return false;
    while (a.first < a.end && b.first < b.end) {
        if (*a.first == '.') a.first++;
        if (*b.first == '.') b.first++;
        if (*a.first++ != *b.first++) return false;
    }
    return a.first == a.end && b.first == b.end;
}

static bool same(const struct document *a, const struct document *b, unsigned depth);

static bool list_equal(const struct document *a, const struct document *b, unsigned depth) {
    const struct document *x = a->children, *y = b->children;
    for (; x && y; x = x->next, y = y->next) {
        if (!same(x, y, depth)) return false;
    }
    return x == y;
}

static bool sorted_equal(const struct document *a, const struct document *b, unsigned depth) {
    const struct document **x = sorted_members(a), **y = sorted_members(b);
    bool equal = true;
    for (uint32_t i = 0; i < a->count && equal; i++) {
        equal = text_equal(x[i]->key, y[i]->key) && same(x[i], y[i], depth);
    }
    memory_free(x);
    memory_free(y);
    return equal;
}

/* Most objects have the same order on both sides. */
static bool object_equal(const struct document *a, const struct document *b, unsigned depth) {
    if (a->count != b->count) return false;
    for (const struct document *x = a->children, *y = b->children; x; x = x->next, y = y->next) {
        if (!text_equal(x->key, y->key)) return sorted_equal(a, b, depth);
        if (!same(x, y, depth)) return false;
    }
    return true;
}

static bool same(const struct document *a, const struct document *b, unsigned depth) {
    if (a->kind != b->kind || depth > 2 * LIMIT_JSON_DEPTH) return false;
    switch ((enum document_kind)a->kind) {
    case DOCUMENT_NULL: return true;
    case DOCUMENT_BOOL: return a->boolean == b->boolean;
    case DOCUMENT_NUMBER: return number_equal(a->text, b->text);
    case DOCUMENT_TEXT: return text_equal(a->text, b->text);
    case DOCUMENT_LIST: return list_equal(a, b, depth + 1);
    case DOCUMENT_OBJECT: return object_equal(a, b, depth + 1);
    }
    return false;
}

bool document_equal(const struct document *a, const struct document *b) {
    if (!a || !b) return a == b;
    return same(a, b, 0);
}

/* ---- templates ---- */

static bool is_mark(const struct document *metadata) {
    return metadata->kind == DOCUMENT_OBJECT && metadata->count == 1 &&
           text_is(metadata->children->key, "mrp");
}

/* A shallow copy without Metadata.mrp; children keep their places in the original. */
static struct document without_mark(const struct document *template, struct document *rows,
                                    struct document *metadata_rows) {
    struct document copy = *template;
    copy.children = copy.last = NULL;
    copy.count = 0;
    for (const struct document *child = template->children; child; child = child->next) {
        bool is_metadata = text_is(child->key, "Metadata") && child->kind == DOCUMENT_OBJECT;
        if (is_metadata && is_mark(child)) continue;
        struct document *row = rows++;
        *row = *child;
        document_add(&copy, child->key, row);
        if (!is_metadata) continue;
        row->children = row->last = NULL;
        row->count = 0;
        for (const struct document *part = child->children; part; part = part->next) {
            if (text_is(part->key, "mrp")) continue;
            *metadata_rows = *part;
            document_add(row, part->key, metadata_rows++);
        }
    }
    return copy;
}

static uint32_t metadata_count(const struct document *template) {
    const struct document *metadata = document_get(template, "Metadata");
    return metadata ? metadata->count : 0;
}

bool document_same_template(const struct document *a, const struct document *b) {
    if (!a || !b || a->kind != DOCUMENT_OBJECT || b->kind != DOCUMENT_OBJECT) {
        return document_equal(a, b);
    }
    uint32_t parts_a = metadata_count(a), parts_b = metadata_count(b);
    size_t count = (size_t)a->count + b->count + parts_a + parts_b + 1;
    struct document *rows = memory_alloc(count * sizeof *rows);
    struct document *rows_b = rows + a->count, *metadata = rows_b + b->count;
    struct document left = without_mark(a, rows, metadata);
    struct document right = without_mark(b, rows_b, metadata + parts_a);
    bool equal = document_equal(&left, &right);
    memory_free(rows);
    return equal;
}

/* ---- writing ---- */

static void new_line(struct buffer *out, int indent, unsigned depth) {
    if (indent <= 0) return;
    buffer_char(out, '\n');
    for (size_t i = 0; i < (size_t)indent * depth; i++) buffer_char(out, ' ');
}

static void write_at(const struct document *document, struct buffer *out, int indent,
                     unsigned depth) {
    switch ((enum document_kind)document->kind) {
    case DOCUMENT_NULL: buffer_string(out, "null"); return;
    case DOCUMENT_BOOL: buffer_string(out, document->boolean ? "true" : "false"); return;
    case DOCUMENT_NUMBER: buffer_text(out, document->text); return;
    case DOCUMENT_TEXT: buffer_json_string(out, document->text); return;
    case DOCUMENT_LIST: case DOCUMENT_OBJECT: break;
    }
    bool is_object = document->kind == DOCUMENT_OBJECT;
    buffer_char(out, is_object ? '{' : '[');
    for (const struct document *child = document->children; child; child = child->next) {
        if (child != document->children) buffer_char(out, ',');
        new_line(out, indent, depth + 1);
        if (is_object) {
            buffer_json_string(out, child->key);
            buffer_string(out, indent > 0 ? ": " : ":");
        }
        write_at(child, out, indent, depth + 1);
    }
    if (document->children) new_line(out, indent, depth);
    buffer_char(out, is_object ? '}' : ']');
}

void document_write(const struct document *document, struct buffer *out, int indent) {
    write_at(document, out, indent, 0);
}

struct text document_json(struct arena *arena, const struct document *document) {
    struct buffer out;
    buffer_init(&out);
    document_write(document, &out, 0);
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

struct text document_shown(struct arena *arena, const struct document *document) {
    if (!document) return (struct text){0};
    bool is_plain = document->kind == DOCUMENT_TEXT || document->kind == DOCUMENT_NUMBER;
    return is_plain ? document->text : document_json(arena, document);
}

/* ---- reading ---- */

static struct text without_mark_of_order(struct text bytes) {
    if (text_starts(bytes, TEXT("\xEF\xBB\xBF"))) {
        bytes.bytes += 3;
        bytes.length -= 3;
    }
    return bytes;
}

static char first_character(struct text bytes) {
    for (size_t i = 0; i < bytes.length; i++) {
        char c = bytes.bytes[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return c;
    }
    return 0;
}

/* Line and column (in bytes) of an offset, from 1. */
static void place_of(struct text bytes, size_t at, unsigned *line, unsigned *column) {
    size_t start = 0;
    *line = 1;
    for (size_t i = 0; i < at && i < bytes.length; i++) {
        if (bytes.bytes[i] != '\n') continue;
        ++*line;
        start = i + 1;
    }
    *column = (unsigned)(at - start) + 1;
}

/* Text that begins like JSON is read as JSON; what is not JSON then may still be YAML's flow
 * style. If it is neither, JSON's complaint is the better one. */
bool document_read(struct arena *arena, struct text bytes, struct document **document,
                   struct failure *why) {
    bytes = without_mark_of_order(bytes);
    if (bytes.length > LIMIT_FILE_BYTES) {
        return failure_set(why, "the document has %zu bytes, more than %d", bytes.length,
                           LIMIT_FILE_BYTES);
    }
    size_t wrong = text_utf8_error(bytes);
    if (wrong < bytes.length) {
        unsigned line, column;
        place_of(bytes, wrong, &line, &column);
        return failure_set(why, "line %u, column %u: the text is not UTF-8", line, column);
    }
    char first = first_character(bytes);
    if (first == 0) return failure_set(why, "the document is empty");
    if (first != '{' && first != '[' && first != '"') {
        return document_read_yaml(arena, bytes, document, why);
    }
    struct failure json, yaml;
    if (document_read_json(arena, bytes, document, &json)) return true;
    if (document_read_yaml(arena, bytes, document, &yaml)) return true;
    *why = json;
    return false;
}
