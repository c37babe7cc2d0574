/* What the files of built-in functions share: reading arguments, making results. Private to
 * builtins*.c; builtin.h is what others see.
 *
 * The checker has seen the arguments, but what comes out of json() has no type before it is there:
 * so each function asks for its arguments through these, which report the wrong kind. A function
 * that gets false returns poison.
 */
#ifndef MRP_EVALUATOR_BUILTINS_H
#define MRP_EVALUATOR_BUILTINS_H

#include "base/limits.h"
#include "evaluator/builtin.h"

/* One declaration a row. */
#define BUILTIN(name, signature, function, flags, doc, example, result) \
    struct value function(struct call *call);
#include "evaluator/builtins.def"
#undef BUILTIN

/* The argument as what the function needs; false, reported, when it is something else. */
bool argument_text(struct call *call, int index, struct text *text);
bool argument_int(struct call *call, int index, int64_t *integer);
bool argument_bool(struct call *call, int index, bool *boolean);
bool argument_list(struct call *call, int index, struct value *list);
bool argument_record(struct call *call, int index, struct record **record);
/* An int in a range; messages name the range. */
bool argument_range(struct call *call, int index, int64_t least, int64_t most, int64_t *integer);
/* A text of at least one byte. */
bool argument_filled(struct call *call, int index, struct text *text);
/* Whether an optional argument has a value. */
bool argument_given(const struct call *call, int index);

/* An element of a list argument; position counts from 0. Messages say "element 3 of ...". */
bool element_text(struct call *call, int index, uint32_t position, struct value element,
                  struct text *text);
bool element_record(struct call *call, int index, uint32_t position, struct value element,
                    struct record **record);
/* The value of a field of an element that must be a record and have it. */
bool element_field(struct call *call, int index, uint32_t position, struct value element,
                   struct text field, struct value *value);
/* Reports that the argument is not what is wanted ("a string or a list"). */
struct value argument_wrong(struct call *call, int index, const char *wanted);
struct value element_wrong(struct call *call, int index, uint32_t position, struct value element,
                           const char *wanted);
/* The parameter's name, from the signature. */
struct text parameter_name(const struct builtin *builtin, int index);

/* Spends for looking at so many bytes of text. */
bool spend_bytes(struct call *call, uint64_t bytes);

/* Room for the elements of a result, paid for; NULL, reported, when the budget is used up. */
struct value *make_items(struct call *call, uint64_t count);
/* A list that grows; each element is paid for. */
struct items {
    struct value *items;
    uint32_t count, capacity;
};
bool items_add(struct call *call, struct items *items, struct value value);
static inline struct value items_list(const struct items *items) {
    return value_list(items->items, items->count);
}
struct value make_text(struct call *call, struct text text); /* copied */
struct value make_format(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Reports a result over LIMIT_TEXT_BYTES. */
bool text_fits(struct call *call, uint64_t length);
/* Takes the buffer's content as the result and releases it. */
struct value make_buffer(struct call *call, struct buffer *buffer);
/* As make_buffer, where the result may be any bytes: they must be UTF-8. what names them in the
 * message ("the decoded text"). */
struct value make_utf8(struct call *call, int index, struct text bytes, const char *what);
void put_text(struct call *call, struct record *record, const char *key, struct value value);

/* call_error for functions that return whether they succeeded. */
bool fail(struct call *call, int index, const char *message, ...)
    __attribute__((format(printf, 3, 4)));

/* A set of known values, found by their hashes. */
struct value_set {
    struct value *items;
    uint64_t *hashes;
    uint32_t *slots; /* index + 1 */
    uint32_t count, mask;
};
/* A set with room for so many values. */
bool value_set_init(struct call *call, struct value_set *set, uint32_t capacity);
/* The value's place among items; *added says whether it is new. UINT32_MAX, reported, on
 * failure. */
uint32_t value_set_add(struct call *call, struct value_set *set, int index, struct value value,
                       bool *added);

/* Whether the argument is the path of a file where its text is wanted; then it has been
 * reported. */
bool builtin_takes_path(struct call *call, struct text text);
/* Writes a known value as JSON on one line; false, reported, when it cannot be. */
bool json_write_value(struct call *call, int index, struct buffer *text, struct value value);
/* Characters of a text, from character first (0 is the first) up to but without last. */
struct text text_slice(struct text text, uint64_t first, uint64_t last);
/* Start and end counted from the end when negative, kept inside 0..length. */
void slice_bounds(int64_t length, int64_t start, bool has_end, int64_t end, int64_t *first,
                  int64_t *last);
/* A text or a number or a truth value, as "${}" writes it. False for all else. */
bool value_scalar_text(struct call *call, struct value value, struct text *text);
/* The result, secret if an argument is: for the functions that get secrets (BUILTIN_DEFERS) and
 * make a text of them. */
struct value keep_secret(const struct call *call, struct value result);
/* What the functions that can be deferred compute from known arguments. */
struct value split_known(struct call *call, struct text text, struct text separator);
struct value cidr_known(struct call *call);
struct value base64_known(struct call *call, struct text bytes);
struct value sha256_known(struct call *call, struct text bytes);
struct value text_reverse(struct call *call, struct text text);

#endif
