/* What declarations say of themselves, in Markdown: doc comments, params with their types, defaults
 * and checks as they are written, resources, outputs. Read from the sources; nothing is evaluated.
 */
#ifndef MRP_CLI_DECLARATIONS_H
#define MRP_CLI_DECLARATIONS_H

#include "base/text.h"
#include "parser/tree.h"

/* A file whose declarations are shown, and where they are appended. */
struct declarations {
    struct sources *sources;
    struct node *file;  /* FILE */
    struct text doc;    /* of the file: declarations_doc */
    struct buffer *out;
    bool is_action; /* the component that is shown is an action of pipelines */
};

/* The ## lines at the beginning of a file, which are about the file; in the arena. */
struct text declarations_doc(struct arena *arena, struct text source);

/* The declared name, empty for none; whether others may use it. */
struct text declaration_name(const struct node *node);
bool declaration_is_public(const struct node *node);

/* The declaration's doc comment, without what is said of the file. */
struct text declaration_doc(const struct declarations *page, const struct node *node);

struct text declarations_first_sentence(struct text doc);

/* Appends text on one line, each run of white space as one blank. */
void declarations_put_flat(struct buffer *out, struct text text);

/* Params, rules, outputs, resources and types of a component, each under its title. */
void declarations_put_component(struct declarations *page, const struct node *component);

/* The file's types: all, or those that the component's params are of. */
void declarations_put_types(struct declarations *page, const struct node *component);

void declarations_put_functions(struct declarations *page);
void declarations_put_policies(struct declarations *page);

/* A single param, let, fn, type or output. */
void declarations_put_one(struct declarations *page, const struct node *node);

#endif
