/* What is sent to AWS and what comes back, as one kind of tree: JSON, XML and form data alike.
 *
 * In a reply that was XML each element is a node: with elements in it a record, else a text. Lists are
 * walked the same way whatever the protocol was (children of the node), and members are found by name:
 *
 *     for (const struct node *s = node_first(node_get(reply, "Stacks")); s; s = s->next)
 *         name = node_text(s, "StackName");
 *
 * All getters take NULL and answer with nothing, so that a reply that lacks something needs no checks.
 */
#ifndef MRP_RUNTIME_AWS_NODE_H
#define MRP_RUNTIME_AWS_NODE_H

#include "base/failure.h"
#include "base/text.h"

enum node_kind {
    NODE_NULL,
    NODE_FALSE,
    NODE_TRUE,
    NODE_NUMBER, /* text: as written */
    NODE_TEXT,
    NODE_LIST,   /* children without keys */
    NODE_RECORD, /* children with keys */
    NODE_MAP,    /* in requests: keys are data, not names */
};

/* Where a member of a request goes, in the protocols that use HTTP's parts. */
enum node_place { PLACE_BODY, PLACE_PATH, PLACE_QUERY, PLACE_HEADER, PLACE_PAYLOAD };

struct node {
    enum node_kind kind;
    enum node_place place;
    struct text key, text;
    struct node *children, *last, *next;
    uint32_t count;
    /* How lists and maps are named in form data and XML: NULL for "member", "key" and "value". */
    const char *item, *map_key, *map_value;
    bool is_flat;      /* a list or map without an element around its items */
    bool is_attribute; /* of an XML element: written into its tag */
};

/* --- reading ------------------------------------------------------------------------------------ */

static inline const struct node *node_first(const struct node *node) {
    return node ? node->children : NULL;
}
/* The first child with this key, or NULL. */
const struct node *node_get(const struct node *node, const char *key);
/* Along "Error.Code". */
const struct node *node_path(const struct node *node, const char *path);
/* The text or number of a member; empty for none. */
struct text node_text(const struct node *node, const char *key);
/* As node_text, of the node itself. */
struct text node_value(const struct node *node);
/* Whether a member is true, "true" or "1". */
bool node_is_true(const struct node *node, const char *key);
/* A member as a whole number, or fallback. */
long node_long(const struct node *node, const char *key, long fallback);
/* A member as seconds since 1970, in any form AWS has; 0 for none. */
double node_time(const struct node *node, const char *key);

/* Reads JSON: exactly one value. Of names that stand twice node_get finds the first. */
bool node_read_json(struct arena *arena, struct text bytes, struct node **node,
                    struct failure *why);
/* Reads XML: the node of the document's element, its name as key. A document type is refused, since with
 * one comes expansion of entities. */
bool node_read_xml(struct arena *arena, struct text bytes, struct node **node, struct failure *why);

/* --- making ------------------------------------------------------------------------------------- */

struct node *data_new(struct arena *arena, enum node_kind kind);
/* Adds a child; key is copied by reference. Returns it. */
struct node *node_add(struct node *parent, struct text key, struct node *child);
/* Sets a text of a record; nothing where the text is empty (node_put sets it anyway). */
void node_set(struct arena *arena, struct node *record, const char *key, struct text text);
struct node *node_put(struct arena *arena, struct node *record, const char *key, struct text text);
void node_set_bool(struct arena *arena, struct node *record, const char *key, bool value);
void node_set_number(struct arena *arena, struct node *record, const char *key, long value);
/* A new list or record as a member. */
struct node *node_set_new(struct arena *arena, struct node *record, const char *key,
                          enum node_kind kind);
/* A list of texts. */
void node_set_texts(struct arena *arena, struct node *record, const char *key,
                    const struct text *texts, uint32_t count);

/* Writes JSON. */
void node_write_json(const struct node *node, struct buffer *out);

enum {
    LIMIT_NODES = 2000000, /* of one reply */
    LIMIT_NODE_DEPTH = 100,
};

#endif
