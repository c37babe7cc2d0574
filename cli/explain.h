/* The pages of mrp explain about the user's own program. */
#ifndef MRP_CLI_EXPLAIN_H
#define MRP_CLI_EXPLAIN_H

#include "cli/command.h"
#include "mrp_parts.h"

/* Appends the page of a path of the program: "east.alb", "east.network", "east", an output's name.
 * False if there is no such path. */
bool explain_path(struct mrp *mrp, struct text path, struct buffer *page);

/* Appends the page of anything else that the program declares or can be asked for: a param, a let,
 * a fn, a type, a component, a region, a pipeline, an output, or a value ("east.alb.dns_name").
 * False if there is no such name. */
bool explain_declaration(struct mrp *mrp, struct text path, struct buffer *page);

/* Appends where the values below path ("east.alb", "east.alb.DNSName") go in other stacks, how, and
 * why so. */
void explain_readers(struct mrp *mrp, struct text path, struct buffer *page);

/* Appends "  declared at    pipeline.mrp:4:3". */
void explain_declared(struct mrp *mrp, struct span span, struct buffer *page);

/* Says on standard error that there is no such path, and the nearest there is. */
void explain_path_unknown(struct mrp *mrp, const struct invocation *invocation, struct text path);

/* Appends the page of a word of the language. False if it is none. */
bool explain_word(struct buffer *out, struct text wanted);
void explain_word_offer(struct suggestion *suggestion);

/* Offers all that can be explained without a program. */
void explain_offer_known(struct arena *arena, struct suggestion *suggestion);
/* Says on standard error what may have been meant: the function that another language calls so, or
 * the suggestion. */
void explain_suggest(const struct suggestion *suggestion);

/* Appends the IAM policy, as JSON, that CloudFormation needs to create, update and delete what the
 * program declares, and that mrp needs for its stacks. */
bool explain_permissions(struct mrp *mrp, struct buffer *page);

#endif
