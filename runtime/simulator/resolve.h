/* What the files share that work out the values of a template: resolve.c, functions.c,
 * parameters.c. */
#ifndef MRP_SIMULATOR_RESOLVE_H
#define MRP_SIMULATOR_RESOLVE_H

#include "runtime/simulator/world.h"

/* The scope has failed, with these words; returns NULL. */
struct document *sim_fail(struct sim_scope *scope, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct document *sim_text(struct sim_scope *scope, struct text value);
/* Whether a value is known only after the change set was executed. */
bool sim_is_unknown(const struct document *value);
/* The text of a text, number or truth value. */
bool sim_scalar(const struct document *value, struct text *out);
/* The value as a member of something else. */
struct document *sim_copy(struct sim_scope *scope, const struct document *value);
struct document *sim_split_text(struct sim_scope *scope, struct text s, struct text by);

struct document *sim_ref(struct sim_scope *scope, struct text name);
struct document *sim_get_att(struct sim_scope *scope, struct text id, struct text attribute);

/* Of functions.c: the value of {"Fn::NAME": value}. */
struct document *sim_sub(struct sim_scope *scope, const struct document *value);
struct document *sim_join(struct sim_scope *scope, const struct document *value);
struct document *sim_split(struct sim_scope *scope, const struct document *value);
struct document *sim_select(struct sim_scope *scope, const struct document *value);
struct document *sim_base64(struct sim_scope *scope, const struct document *value);
struct document *sim_zones(struct sim_scope *scope, const struct document *value);
struct document *sim_find_in_map(struct sim_scope *scope, const struct document *value);
struct document *sim_cidr(struct sim_scope *scope, const struct document *value);

/* Of constraints.c: whether AWS knows the type of a parameter; whether its value, and what is
 * stored under it, are what the template asks for. False: *error. */
bool sim_is_parameter_type(struct text type);
bool sim_check_parameter(struct arena *arena, struct cloud_error *error,
                         const struct document *declared, struct text value);
bool sim_check_stored(struct arena *arena, struct cloud_error *error,
                      const struct document *declared, struct text value);

/* Of parameters.c: a text with its "{{resolve:ssm:...}}" replaced. */
struct document *sim_dynamic(struct sim_scope *scope, struct text value);

#endif
