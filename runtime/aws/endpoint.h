/* Where a service is: by region and partition, FIPS and dual stack, or as it was configured. */
#ifndef MRP_RUNTIME_AWS_ENDPOINT_H
#define MRP_RUNTIME_AWS_ENDPOINT_H

#include "runtime/aws/config.h"

enum service {
#define SERVICE(id, host, signing, variable, gov) SERVICE_##id,
#include "runtime/aws/services.def"
#undef SERVICE
    SERVICE_COUNT
};

struct endpoint_options {
    enum service service;
    struct text region;
    struct text custom;   /* a URL instead; empty for none */
    bool is_fips, is_dual_stack;
    bool is_legacy;       /* STS: the old regions share sts.amazonaws.com */
    struct text bucket;   /* S3; empty for none */
    bool is_path_style;   /* S3: the bucket is always in the path */
};

struct endpoint {
    struct text url;            /* without a slash at its end; with the bucket of S3 */
    struct text signing_region;
};

bool endpoint_make(struct arena *arena, const struct endpoint_options *options,
                   struct endpoint *endpoint, struct failure *why);

/* What the settings say for a service: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's
 * services section, its endpoint_url; FIPS, dual stack, the style of S3's addresses. */
struct endpoint_options endpoint_settings(const struct config *config, enum service service,
                                          struct text region);

const char *service_name(enum service service);         /* "cloudformation" */
const char *service_signing_name(enum service service); /* "monitoring" */

#endif
