/* The page of a resource type, a property or an attribute, as a reader at a terminal wants it. */
#ifndef MRP_SCHEMA_EXPLAIN_H
#define MRP_SCHEMA_EXPLAIN_H

#include "base/failure.h"
#include "base/text.h"

/* Appends the page of what: "AWS::S3::Bucket", a property at any depth
 * ("AWS::S3::Bucket.LifecycleConfiguration.Rules"; lists and maps in between are not named), a
 * nested type of it ("AWS::S3::Bucket.Rule") or an attribute, also a nested one
 * ("AWS::RDS::DBInstance.Endpoint.Address").
 * Lines are broken at columns (60 at least). color adds the escapes of a terminal.
 * False if there is no such thing: *why says so, its hint names what may have been meant. */
bool schema_explain(struct buffer *out, struct text what, unsigned columns, bool color,
                    struct failure *why);

#endif
