/* The actions that IAM knows; the facts are lines of iam.txt. */
#ifndef MRP_SCHEMA_IAM_H
#define MRP_SCHEMA_IAM_H

#include "base/diagnostics.h"

/* Whether there is the action, "s3:GetObject", in whatever case, or one that "s3:Get*" matches;
 * false for a text of another form. */
bool iam_action_known(struct text action);

/* Whether actions begin with it, as "lambda" with "lambda:InvokeFunction". */
bool iam_prefix_known(struct text prefix);

/* The name of the service's action that "s3:GetObjekt" is nearest to, "getobject"; empty where none
 * is near, or there is no such service. */
struct text iam_action_near(struct text action);

#endif
