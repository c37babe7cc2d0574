/* What the files share that transform templates: transforms.c, extensions.c. */
#ifndef MRP_SIMULATOR_TRANSFORMS_H
#define MRP_SIMULATOR_TRANSFORMS_H

#include "runtime/simulator/resolve.h"

struct sim_transforming {
    struct sim_scope scope;  /* with the template's parameters and mappings, and no resources */
    struct failure why;
    struct cloud_error *error; /* of what is refused at once */
    size_t bytes;            /* made so far: what is transformed may grow without end */
    struct text name;        /* of the transform that runs, */
    struct text reason;      /* and why it has failed */
    bool failed;
};

/* The transform has failed, with these words; returns NULL. */
struct document *sim_transform_fail(struct sim_transforming *transforming, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A copy without what is in it, within the limit of a template; NULL when that is reached. */
struct document *sim_transform_copy(struct sim_transforming *transforming,
                                    const struct document *value);

/* Of extensions.c: AWS::LanguageExtensions. */
struct document *sim_extend(struct sim_transforming *transforming, const struct document *root);

#endif
