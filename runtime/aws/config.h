/* The files ~/.aws/config and ~/.aws/credentials: profiles, SSO sessions, services.
 *
 * The rules are those of the "Shared Config and Credentials" specification of AWS's SDKs: where
 * the AWS CLI reads a file differently (comments after values), the SDKs are followed. Values of
 * the credentials file beat those of the config file.
 */
#ifndef MRP_RUNTIME_AWS_CONFIG_H
#define MRP_RUNTIME_AWS_CONFIG_H

#include "runtime/aws/data.h"
#include "runtime/aws/surroundings.h"

struct config {
    const struct surroundings *around;
    struct arena *arena;
    /* Each a record of records of texts; names of properties in lower case. */
    struct data *profiles, *sessions, *services;
    /* The profiles whose keys are in the credentials file: those come before other sources. */
    struct data *keys;
    struct text profile;            /* the name of the chosen one */
    bool profile_is_option;         /* by --profile: the environment's keys are left aside */
    bool profile_is_named;          /* by --profile or AWS_PROFILE */
    struct text config_path, credentials_path; /* where they were looked for */
};

/* Reads both files (either may be missing) and chooses the profile: profile (NULL for none given),
 * AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". A profile that was named must exist. Everything
 * stays as long as the arena. */
bool config_load(struct config *config, struct arena *arena, const struct surroundings *around,
                 const char *profile, struct failure *why);
/* The same from texts. */
bool config_parse(struct config *config, struct arena *arena, struct text config_file,
                  struct text credentials_file, struct failure *why);
/* Where the files are. */
void config_places(struct config *config, struct arena *arena, const struct surroundings *around);

const struct data *config_profile(const struct config *config, struct text name);
/* A property of the chosen profile; empty for none. */
struct text config_get(const struct config *config, const char *property);
/* A property inside another ("s3 =\n  addressing_style = path"). */
struct text config_nested(struct arena *arena, struct text value, const char *property);
/* An environment variable, else a property of the chosen profile. False if neither is set. */
bool config_setting(const struct config *config, const char *variable, const char *property,
                    struct text *value);
/* As config_setting, whether it is "true". */
bool config_flag(const struct config *config, const char *variable, const char *property);
/* The region: given (NULL for none), AWS_REGION, AWS_DEFAULT_REGION, the profile's; empty for
 * none. */
struct text config_region(const struct config *config, const char *given);

#endif
