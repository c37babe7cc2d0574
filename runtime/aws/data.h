/* What is sent to AWS and what comes back, as one kind of tree: JSON, XML and form data alike.
 *
 * In a reply that was XML each element is a node: with elements in it a record, else a text. Lists
 * are walked the same way whatever the protocol was (children of the node), and members are found
 * by name:
 *
 *     for (const struct data *s = data_first(data_get(reply, "Stacks")); s; s = s->next)
 *         name = data_text(s, "StackName");
 *
 * All getters take NULL and answer with nothing, so that a reply that lacks something needs no
 * checks.
 */
#ifndef MRP_RUNTIME_AWS_DATA_H
#define MRP_RUNTIME_AWS_DATA_H

#include "base/failure.h"
#include "base/text.h"

enum data_kind {
    DATA_NULL,
    DATA_FALSE,
    DATA_TRUE,
    DATA_NUMBER, /* text: as written */
    DATA_TEXT,
    DATA_LIST,   /* children without keys */
    DATA_RECORD, /* children with keys */
    DATA_MAP,    /* in requests: keys are data, not names */
};

/* Where a member of a request goes, in the protocols that use HTTP's parts. */
enum data_place { PLACE_BODY, PLACE_PATH, PLACE_QUERY, PLACE_HEADER, PLACE_PAYLOAD };

struct data {
    enum data_kind kind;
    enum data_place place;
    struct text key, text;
    struct data *children, *last, *next;
    uint32_t count;
    /* How lists and maps are named in form data and XML: NULL for "member", "key" and "value". */
    const char *item, *map_key, *map_value;
    bool is_flat;      /* a list or map without an element around its items */
    bool is_attribute; /* of an XML element: written into its tag */
};

/* --- reading --------------------------------------------------------------------------------- */

static inline const struct data *data_first(const struct data *node) {
    return node ? node->children : NULL;
}
/* The first child with this key, or NULL. */
const struct data *data_get(const struct data *node, const char *key);
/* Along "Error.Code". */
const struct data *data_path(const struct data *node, const char *path);
/* The text or number of a member; empty for none. */
struct text data_text(const struct data *node, const char *key);
/* As data_text, of the node itself. */
struct text data_value(const struct data *node);
/* Whether a member is true, "true" or "1". */
bool data_is_true(const struct data *node, const char *key);
/* A member as a whole number, or fallback. */
long data_long(const struct data *node, const char *key, long fallback);
/* A member as seconds since 1970, in any form AWS has; 0 for none. */
double data_time(const struct data *node, const char *key);

/* Reads JSON: exactly one value. Of names that stand twice data_get finds the first. */
bool data_read_json(struct arena *arena, struct text bytes, struct data **node,
                    struct failure *why);
/* Reads XML: the node of the document's element, its name as key. A document type is refused,
 * since with one comes expansion of entities. */
bool data_read_xml(struct arena *arena, struct text bytes, struct data **node, struct failure *why);

/* --- making ---------------------------------------------------------------------------------- */

struct data *data_new(struct arena *arena, enum data_kind kind);
/* Adds a child; key is copied by reference. Returns it. */
struct data *data_add(struct data *parent, struct text key, struct data *child);
/* Sets a text of a record; nothing where the text is empty (data_put sets it anyway). */
void data_set(struct arena *arena, struct data *record, const char *key, struct text text);
struct data *data_put(struct arena *arena, struct data *record, const char *key, struct text text);
/* Sets a text of a record in the place of what is there. */
void data_replace(struct arena *arena, struct data *record, const char *key, struct text text);
void data_set_bool(struct arena *arena, struct data *record, const char *key, bool value);
void data_set_number(struct arena *arena, struct data *record, const char *key, long value);
/* A new list or record as a member. */
struct data *data_set_new(struct arena *arena, struct data *record, const char *key,
                          enum data_kind kind);
/* A new record as an item of a list. */
struct data *data_add_record(struct arena *arena, struct data *list);
/* A list of texts. */
void data_set_texts(struct arena *arena, struct data *record, const char *key,
                    const struct text *texts, uint32_t count);

/* Writes JSON. */
void data_write_json(const struct data *node, struct buffer *out);

enum {
    LIMIT_DATA = 2000000, /* of one reply */
    LIMIT_DATA_DEPTH = 100,
};

#endif
