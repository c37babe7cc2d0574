/* A request of a client of the sandbox, as it came: nothing in it is trusted. */
#ifndef MRP_SERVE_REQUEST_H
#define MRP_SERVE_REQUEST_H

#include "runtime/aws/data.h"
#include "runtime/aws/http.h"

enum {
    SERVE_BODY_BYTES = 2 << 20,    /* of a call: a template is a megabyte at most */
    SERVE_OBJECT_BYTES = 16 << 20, /* of an object for a bucket */
    SERVE_PAIRS = 4000,            /* of a form */
    SERVE_DEPTH = 12,              /* of its names */
};

/* Reads form data into records and lists: "Tags.member.1.Key=a" is the record Tags, a list, with
 * one record in it. "Tags=" is an empty text, which data_first takes as an empty list. False with
 * *why when it is no form, or too large. */
bool serve_read_form(struct arena *arena, struct text form, struct data **input,
                     struct failure *why);

/* What the header Authorization says: who signed, for which day, region and service, over what. */
struct serve_claim {
    struct text access_key, date, region, service;
    struct text signed_names; /* "host;x-amz-date" */
    struct text signature;
};
/* False when it is not of the form of Signature Version 4. */
bool serve_read_claim(struct text authorization, struct serve_claim *claim);

#endif
