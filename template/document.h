/* CloudFormation templates and other JSON or YAML documents as data: read, compared, looked up.
 *
 * Used by plan (what is deployed against what is wanted), the simulator and, later, convert. The
 * text is hostile: size, depth and aliases are capped. Short forms of YAML (!Ref, !Sub, !GetAtt
 * a.b) are read as their long forms.
 */
#ifndef MRP_TEMPLATE_DOCUMENT_H
#define MRP_TEMPLATE_DOCUMENT_H

#include "base/failure.h"
#include "base/text.h"

enum document_kind {
    DOCUMENT_NULL, DOCUMENT_BOOL, DOCUMENT_NUMBER, DOCUMENT_TEXT, DOCUMENT_LIST, DOCUMENT_OBJECT,
};

struct document {
    uint8_t kind;               /* enum document_kind */
    bool boolean;
    struct text key;            /* in an object */
    struct text text;           /* TEXT; NUMBER: as it was written */
    struct document *children, *last, *next; /* LIST and OBJECT, in order */
    uint32_t count;
};

/* Reads JSON or, when it is not JSON, YAML. The document lives in the arena. */
bool document_read(struct arena *arena, struct text bytes, struct document **document,
                   struct failure *why);
/* The member of an object, or NULL (also when object is NULL or no object). */
struct document *document_get(const struct document *object, const char *key);
struct document *document_member(const struct document *object, struct text key);
/* The text of a member that is one, else an empty text. */
struct text document_get_text(const struct document *object, const char *key);
/* Whether it is one of CloudFormation's functions: an object of one member, Ref or Fn::... */
bool document_is_call(const struct document *document);
/* Equal but for order of members and white space; numbers by value; "true" and true are
 * different. */
bool document_equal(const struct document *a, const struct document *b);
/* As JSON, indent 0 for one line. */
void document_write(const struct document *document, struct buffer *out, int indent);
/* The same on one line, in the arena. */
struct text document_json(struct arena *arena, const struct document *document);
/* A text or a number as it is, all else as JSON; empty for NULL. */
struct text document_shown(struct arena *arena, const struct document *document);

/* Makers for documents built in the program (simulator, plan). */
struct document *document_new(struct arena *arena, enum document_kind kind);
struct document *document_text(struct arena *arena, struct text text);
void document_add(struct document *parent, struct text key, struct document *child);

/* Whether two templates mean the same: as document_equal, without Metadata.mrp. */
bool document_same_template(const struct document *a, const struct document *b);

#endif
