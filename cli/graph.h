/* What the pictures of mrp graph share: texts in their two languages, and Graphviz. */
#ifndef MRP_CLI_GRAPH_H
#define MRP_CLI_GRAPH_H

#include "cli/output.h"
#include "mrp_parts.h"
#include "template/document.h"

/* Appends text as it stands inside "..." of dot, or of Mermaid; lines stay lines. */
void graph_dot_text(struct buffer *out, struct text text);
void graph_mermaid_text(struct buffer *out, struct text text);

/* Prints the picture; FORM_SVG: what Graphviz draws of it. Returns an outcome. */
int graph_show(struct text picture, enum form form);

/* mrp graph --pipelines: the pipelines of the templates, which are those of the set as
 * documents. */
int graph_pipelines(struct arena *arena, const struct template_set *set,
                    struct document *const *templates, enum form form);

#endif
