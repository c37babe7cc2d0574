/* The actions that IAM knows; the facts are lines of iam.txt. */
#ifndef MRP_SCHEMA_IAM_H
#define MRP_SCHEMA_IAM_H

#include "base/text.h"

/* Whether there is the action, "s3:GetObject", in whatever case; false for a text of another form. */
bool iam_action_known(struct text action);

#endif
