/* Reading arguments, making results, slices: what all built-in functions share. */
#include <stdarg.h>

#include "evaluator/builtins.h"

/* ---- messages about arguments ---- */

/* The start of parameter number index in a signature: behind the index-th comma at depth one. */
static const char *parameter_start(const char *signature, int index) {
    int depth = 0;
    bool quoted = false;
    for (const char *c = signature; *c; c++) {
        if (*c == '"') quoted = !quoted;
        if (quoted) continue;
        if (*c == '(' || *c == '[' || *c == '{') depth++;
        if (*c == ')' || *c == ']' || *c == '}') depth--;
        if (depth == 0) break;
        if (depth == 1 && ((*c == '(' && index == 0) || (*c == ',' && --index == 0))) return c + 1;
    }
    return "";
}

struct text parameter_name(const struct builtin *builtin, int index) {
    const char *start = parameter_start(builtin->signature, index);
    while (*start == ' ')
        start++;
    return (struct text){start, strcspn(start, ":")};
}

/* A function that passes values on was to look inside one that is not there yet. */
static struct value not_known(struct call *call, int index) {
    if (call_is_lenient(call)) return value_poison();
    return call_error_hint(call, index,
                           "Use a value that the program itself gives, such as a param or a let.",
                           "\"%s\" cannot be worked out: its argument is known only at deploy time",
                           call->builtin->name);
}

struct value argument_wrong(struct call *call, int index, const char *wanted) {
    struct value value = call->arguments[index];
    if (value.kind == VALUE_POISON) return value;
    if (value.kind == VALUE_DEFERRED) return not_known(call, index);
    struct text name = parameter_name(call->builtin, index);
    struct text kind = value_kind_text(call->arena, value);
    return call_error(call, index, "argument \"%.*s\" of \"%s\" is %.*s, not %s", TEXT_ARGS(name),
                      call->builtin->name, TEXT_ARGS(kind), wanted);
}

struct value element_wrong(struct call *call, int index, uint32_t position, struct value element,
                           const char *wanted) {
    if (element.kind == VALUE_POISON) return element;
    if (element.kind == VALUE_DEFERRED) return not_known(call, index);
    struct text name = parameter_name(call->builtin, index);
    struct text kind = value_kind_text(call->arena, element);
    return call_error(call, index, "element %u of argument \"%.*s\" of \"%s\" is %.*s, not %s",
                      position, TEXT_ARGS(name), call->builtin->name, TEXT_ARGS(kind), wanted);
}

bool fail(struct call *call, int index, const char *message, ...) {
    va_list args;
    va_start(args, message);
    struct text text = text_vformat(call->arena, message, args);
    va_end(args);
    call_error(call, index, "%.*s", TEXT_ARGS(text));
    return false;
}

/* ---- arguments ---- */

static bool has_kind(struct call *call, int index, enum value_kind kind, const char *wanted) {
    if (call->arguments[index].kind == kind) return true;
    argument_wrong(call, index, wanted);
    return false;
}

bool argument_text(struct call *call, int index, struct text *text) {
    if (!has_kind(call, index, VALUE_TEXT, "a string")) return false;
    *text = value_as_text(call->arguments[index]);
    return true;
}

bool argument_filled(struct call *call, int index, struct text *text) {
    if (!argument_text(call, index, text)) return false;
    if (text->length) return true;
    struct text name = parameter_name(call->builtin, index);
    return fail(call, index, "argument \"%.*s\" of \"%s\" is empty", TEXT_ARGS(name),
                call->builtin->name);
}

bool argument_int(struct call *call, int index, int64_t *integer) {
    if (!has_kind(call, index, VALUE_INT, "an integer")) return false;
    *integer = call->arguments[index].integer;
    return true;
}

bool argument_range(struct call *call, int index, int64_t least, int64_t most, int64_t *integer) {
    if (!argument_int(call, index, integer)) return false;
    if (*integer >= least && *integer <= most) return true;
    struct text name = parameter_name(call->builtin, index);
    return fail(call, index, "argument \"%.*s\" of \"%s\" is %lld, not between %lld and %lld",
                TEXT_ARGS(name), call->builtin->name, (long long)*integer, (long long)least,
                (long long)most);
}

bool argument_bool(struct call *call, int index, bool *boolean) {
    if (!has_kind(call, index, VALUE_BOOL, "true or false")) return false;
    *boolean = call->arguments[index].boolean;
    return true;
}

bool argument_list(struct call *call, int index, struct value *list) {
    if (!has_kind(call, index, VALUE_LIST, "a list")) return false;
    *list = call->arguments[index];
    return call_spend(call, list->length);
}

bool argument_record(struct call *call, int index, struct record **record) {
    if (!has_kind(call, index, VALUE_RECORD, "a map")) return false;
    *record = call->arguments[index].record;
    return call_spend(call, (*record)->count);
}

bool argument_given(const struct call *call, int index) {
    return call->arguments[index].kind != VALUE_NULL;
}

bool element_text(struct call *call, int index, uint32_t position, struct value element,
                  struct text *text) {
    if (element.kind != VALUE_TEXT) {
        element_wrong(call, index, position, element, "a string");
        return false;
    }
    *text = value_as_text(element);
    return true;
}

bool element_record(struct call *call, int index, uint32_t position, struct value element,
                    struct record **record) {
    if (element.kind != VALUE_RECORD) {
        element_wrong(call, index, position, element, "a record");
        return false;
    }
    *record = element.record;
    return true;
}

bool spend_bytes(struct call *call, uint64_t bytes) {
    return call_spend(call, 1 + bytes / 32);
}

/* ---- results ---- */

struct value *make_items(struct call *call, uint64_t count) {
    if (count > LIMIT_VALUES) {
        fail(call, -1, "\"%s\" would make %llu elements, more than the %d of an evaluation",
             call->builtin->name, (unsigned long long)count, LIMIT_VALUES);
        return NULL;
    }
    if (!call_spend(call, count)) return NULL;
    return arena_array(call->arena, count ? count : 1, sizeof(struct value));
}

bool items_add(struct call *call, struct items *items, struct value value) {
    if (!call_spend(call, 1)) return false;
    if (items->count == items->capacity) {
        uint32_t capacity = items->capacity ? items->capacity * 2 : 8;
        struct value *more = arena_array(call->arena, capacity, sizeof *more);
        if (items->count) memcpy(more, items->items, items->count * sizeof *more);
        items->items = more;
        items->capacity = capacity;
    }
    items->items[items->count++] = value;
    return true;
}

struct value make_text(struct call *call, struct text text) {
    return value_text(text_copy(call->arena, text));
}

struct value make_format(struct call *call, const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct text text = text_vformat(call->arena, format, args);
    va_end(args);
    return value_text(text);
}

bool text_fits(struct call *call, uint64_t length) {
    if (length <= LIMIT_TEXT_BYTES) return true;
    return fail(call, -1, "\"%s\" would make a text of more than %d bytes", call->builtin->name,
                LIMIT_TEXT_BYTES);
}

struct value make_buffer(struct call *call, struct buffer *buffer) {
    struct value value = value_poison();
    if (text_fits(call, buffer->length) && spend_bytes(call, buffer->length)) {
        value = value_text(buffer_take(buffer, call->arena));
    }
    buffer_release(buffer);
    return value;
}

struct value make_utf8(struct call *call, int index, struct text bytes, const char *what) {
    if (!text_fits(call, bytes.length)) return value_poison();
    size_t at = text_utf8_error(bytes);
    if (at == bytes.length) return value_text(bytes);
    return call_error(call, index, "%s is not UTF-8: byte 0x%02X at offset %zu", what,
                      (unsigned char)bytes.bytes[at], at);
}

void put_text(struct call *call, struct record *record, const char *key, struct value value) {
    record_put(call->arena, record, names_intern(call->names, text_of(key)), value, NULL);
}

bool value_scalar_text(struct call *call, struct value value, struct text *text) {
    if (value.kind != VALUE_TEXT && value.kind != VALUE_BOOL && !value_is_number(value)) {
        return false;
    }
    struct value joined = value_concat(call->arena, &value, 1, call->node);
    *text = value_as_text(joined);
    return joined.kind == VALUE_TEXT;
}

struct value keep_secret(const struct call *call, struct value result) {
    for (uint32_t i = 0; i < call->count; i++) {
        if (call->arguments[i].flags & VALUE_SECRET) result.flags |= VALUE_SECRET;
    }
    return result;
}

/* ---- slices ---- */

struct text text_slice(struct text text, uint64_t first, uint64_t last) {
    if (text.length == 0) return TEXT("");
    size_t at = 0, start = text.length;
    for (uint64_t character = 0; at < text.length && character < last; character++) {
        if (character == first) start = at;
        at++;
        while (at < text.length && ((unsigned char)text.bytes[at] & 0xC0) == 0x80)
            at++;
    }
    if (start > at) start = at;
    return (struct text){text.bytes + start, at - start};
}

static int64_t inside(int64_t length, int64_t position) {
    if (position < 0) position = position < -length ? 0 : position + length;
    return position > length ? length : position;
}

void slice_bounds(int64_t length, int64_t start, bool has_end, int64_t end, int64_t *first,
                  int64_t *last) {
    *first = inside(length, start);
    *last = has_end ? inside(length, end) : length;
    if (*last < *first) *last = *first;
}
