/* Secrets that were given are not printed or saved, whoever says them: AWS may quote what it was
 * sent, or show what a property has come to. */
#ifndef MRP_CLI_HIDDEN_H
#define MRP_CLI_HIDDEN_H

#include "template/template.h"

/* Takes the values of secret parameters; they live as long as the templates. */
void hidden_take(const struct template_set *set);
/* Forgets them. */
void hidden_forget(void);
/* Whether the text holds one of them; then *out gets it with "****" in their places. */
bool hidden_mask(struct text text, struct buffer *out);
/* The same in place. */
void hidden_mask_buffer(struct buffer *buffer);

#endif
