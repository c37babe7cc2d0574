/* From a profile to the source of its keys: role_arn and source_profile followed, mistakes
 * named. */
#include "runtime/aws/sources.h"

static struct text get(const struct data *profile, const char *property) {
    return data_text(profile, property);
}

static bool has(const struct data *profile, const char *property) {
    return get(profile, property).length > 0;
}

static bool wrong(struct failure *why, struct text name, const char *what) {
    return failure_set(why, "the AWS profile \"%.*s\" %s", TEXT_ARGS(name), what);
}

static bool has_keys(const struct data *profile) {
    return has(profile, "aws_access_key_id") || has(profile, "aws_secret_access_key");
}

static bool check_keys(const struct data *profile, struct text name, struct failure *why) {
    if (!has(profile, "aws_secret_access_key")) {
        return wrong(why, name, "has aws_access_key_id, but no aws_secret_access_key");
    }
    if (!has(profile, "aws_access_key_id")) {
        return wrong(why, name, "has aws_secret_access_key, but no aws_access_key_id");
    }
    return true;
}

static const struct data *find(const struct data *records, struct text name) {
    for (const struct data *record = data_first(records); record; record = record->next) {
        if (text_equal(record->key, name)) return record;
    }
    return NULL;
}

/* A value that stands in the profile and in its session must be the same in both. */
static bool check_agreement(const struct data *profile, const struct data *session,
                            const char *property, struct text name, struct failure *why) {
    struct text here = get(profile, property), there = get(session, property);
    if (!there.length) {
        failure_set(why, "the SSO session of the AWS profile \"%.*s\" has no %s", TEXT_ARGS(name),
                    property);
        return failure_hint(why, "Write %s into the section [sso-session ...].", property);
    }
    if (!here.length || text_equal(here, there)) return true;
    failure_set(why, "the AWS profile \"%.*s\" and its SSO session have different values of %s",
                TEXT_ARGS(name), property);
    return failure_hint(why, "Remove %s from the profile.", property);
}

static bool check_sso(const struct config *config, const struct data *profile, struct text name,
                      struct failure *why) {
    struct text session_name = get(profile, "sso_session");
    bool has_account = has(profile, "sso_account_id"), has_role = has(profile, "sso_role_name");
    if (has_account != has_role) {
        return wrong(why, name, has_role ? "has sso_role_name, but no sso_account_id"
                                         : "has sso_account_id, but no sso_role_name");
    }
    if (!session_name.length) {
        if (!has(profile, "sso_region")) return wrong(why, name, "uses SSO, but has no sso_region");
        if (!has(profile, "sso_start_url")) {
            return wrong(why, name, "uses SSO, but has no sso_start_url");
        }
        return true;
    }
    const struct data *session = find(config->sessions, session_name);
    if (!session) {
        return failure_set(why,
                           "the AWS profile \"%.*s\" names the SSO session \"%.*s\", which is "
                           "not in \"%.*s\"",
                           TEXT_ARGS(name), TEXT_ARGS(session_name),
                           TEXT_ARGS(config->config_path));
    }
    return check_agreement(profile, session, "sso_region", name, why) &&
           check_agreement(profile, session, "sso_start_url", name, why);
}

/* What the profile itself is a source of, roles aside. */
static bool find_source(const struct config *config, struct profile_chain *chain,
                        struct failure *why) {
    const struct data *profile = chain->profile;
    if (has(profile, "sso_account_id") || has(profile, "sso_role_name") ||
        has(profile, "sso_session")) {
        chain->source = SOURCE_SSO;
        return check_sso(config, profile, chain->name, why);
    }
    if (find(config->keys, chain->name)) chain->source = SOURCE_KEYS;
    else if (has(profile, "login_session")) chain->source = SOURCE_LOGIN;
    else if (has(profile, "credential_process")) chain->source = SOURCE_PROCESS;
    else if (has_keys(profile)) chain->source = SOURCE_KEYS;
    return chain->source != SOURCE_KEYS || check_keys(profile, chain->name, why);
}

static bool named_source(struct profile_chain *chain, struct failure *why) {
    struct text source = get(chain->profile, "credential_source");
    if (text_is(source, "Environment")) chain->source = SOURCE_ENVIRONMENT;
    else if (text_is(source, "Ec2InstanceMetadata")) chain->source = SOURCE_INSTANCE;
    else if (text_is(source, "EcsContainer")) chain->source = SOURCE_CONTAINER;
    if (chain->source != SOURCE_NONE) return true;
    failure_set(why, "the AWS profile \"%.*s\" has the unknown credential_source \"%.*s\"",
                TEXT_ARGS(chain->name), TEXT_ARGS(source));
    return failure_hint(why, "Write Environment, Ec2InstanceMetadata or EcsContainer.");
}

static bool check_role(const struct data *profile, struct text name, struct failure *why) {
    bool by_profile = has(profile, "source_profile"), by_name = has(profile, "credential_source");
    if (by_profile && by_name) {
        return wrong(why, name, "has both source_profile and credential_source");
    }
    if (by_profile || by_name) return true;
    wrong(why, name, "has role_arn, but nothing to assume the role with");
    return failure_hint(why, "Add source_profile = NAME or credential_source = Environment, "
                             "Ec2InstanceMetadata or EcsContainer.");
}

static void add_role(struct arena *arena, struct profile_chain *chain,
                     const struct data *profile) {
    struct role *role = ARENA_NEW(arena, struct role);
    *role = (struct role){profile, chain->roles};
    chain->roles = role;
}

static bool was_visited(const struct profile_chain *chain, const struct data *profile) {
    for (const struct role *role = chain->roles; role; role = role->next) {
        if (role->profile == profile) return true;
    }
    return false;
}

/* One profile: *next is the name of the one that it takes its keys from, empty where the chain
 * ends. */
static bool visit(struct arena *arena, const struct config *config, struct profile_chain *chain,
                  struct text *next, struct failure *why) {
    const struct data *profile = chain->profile;
    struct text name = chain->name;
    *next = (struct text){"", 0};
    if (has(profile, "web_identity_token_file") && (!chain->roles || !has_keys(profile))) {
        chain->source = SOURCE_WEB_IDENTITY;
        if (has(profile, "role_arn")) return true;
        return wrong(why, name, "has web_identity_token_file, but no role_arn");
    }
    if (chain->roles && has_keys(profile)) {
        chain->source = SOURCE_KEYS;
        return check_keys(profile, name, why);
    }
    if (!has(profile, "role_arn")) return find_source(config, chain, why);
    if (!check_role(profile, name, why)) return false;
    add_role(arena, chain, profile);
    *next = get(profile, "source_profile");
    if (!next->length) return named_source(chain, why);
    if (!text_equal(*next, name)) return true;
    *next = (struct text){"", 0};
    chain->source = SOURCE_KEYS;
    return check_keys(profile, name, why);
}

bool profile_chain_make(struct arena *arena, const struct config *config, struct text name,
                        struct profile_chain *chain, struct failure *why) {
    *chain = (struct profile_chain){.source = SOURCE_NONE, .name = name};
    chain->profile = config_profile(config, name);
    if (!chain->profile) return true;
    for (struct text next; visit(arena, config, chain, &next, why);) {
        if (!next.length) {
            if (chain->source != SOURCE_NONE || !chain->roles) return true;
            return wrong(why, chain->name, "has nothing to get keys from");
        }
        struct text from = chain->name;
        chain->name = next;
        chain->profile = config_profile(config, next);
        if (!chain->profile) {
            return failure_set(why, "the AWS profile \"%.*s\" takes its keys from the profile "
                                    "\"%.*s\", which is not in the settings",
                               TEXT_ARGS(from), TEXT_ARGS(next));
        }
        if (was_visited(chain, chain->profile)) {
            return wrong(why, name, "takes its keys from itself by way of source_profile");
        }
    }
    return false;
}
