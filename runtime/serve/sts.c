/* STS: who calls, and roles that anybody may assume. */
#include <stdio.h>

#include "runtime/aws/sign.h"
#include "runtime/aws/when.h"
#include "runtime/serve/front.h"

enum { LONGEST_ROLE = 2048 };

static bool get_caller(struct serving *serving) {
    struct arena *arena = serving->arena;
    data_put(arena, serving->result, "Account", serving->simulator->account);
    data_put(arena, serving->result, "Arn", serving->caller);
    data_put(arena, serving->result, "UserId", TEXT("AIDASANDBOX"));
    return true;
}

/* The last part of "arn:aws:iam::123456789012:role/path/name". */
static struct text role_name(struct text arn) {
    size_t at = arn.length;
    while (at > 0 && arn.bytes[at - 1] != '/') at--;
    return (struct text){arn.bytes + at, arn.length - at};
}

static void keep(char *place, size_t size, struct text text) {
    snprintf(place, size, "%.*s", TEXT_ARGS(text));
}

static struct serve_session *add_session(struct serving *serving, struct text role,
                                         struct text name, long seconds) {
    struct serve_front *front = serving->front;
    struct arena *arena = serving->arena;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char key[17] = {0};
    struct serve_session *session = &front->sessions[front->session_count++ % SERVE_SESSIONS];
    struct text seed = text_format(arena, "%.*s/%llu/%.17g", TEXT_ARGS(role),
                                   (unsigned long long)front->requests, serving->now);
    struct text secret = sign_sha256(arena, seed);
    sim_random(seed, letters, key, 16);
    snprintf(session->access_key, sizeof session->access_key, "ASIA%s", key);
    keep(session->secret_key, sizeof session->secret_key, secret);
    keep(session->token, sizeof session->token, sign_sha256(arena, secret));
    keep(session->arn, sizeof session->arn,
         text_format(arena, "arn:aws:sts::%.*s:assumed-role/%.*s/%.*s",
                     TEXT_ARGS(serving->simulator->account), TEXT_ARGS(role_name(role)),
                     TEXT_ARGS(name)));
    session->expires = serving->now + (double)seconds;
    return session;
}

static bool assume_role(struct serving *serving) {
    struct arena *arena = serving->arena;
    struct text role = data_text(serving->input, "RoleArn");
    struct text name = data_text(serving->input, "RoleSessionName");
    long seconds = data_long(serving->input, "DurationSeconds", 3600);
    char expires[32];
    if (!text_starts(role, TEXT("arn:")) || role.length > LONGEST_ROLE || name.length < 2 ||
        name.length > 64) {
        return serve_refuse(serving, 400, "ValidationError",
                            "1 validation error detected: RoleArn and RoleSessionName must be "
                            "those of a role and a session");
    }
    if (seconds < 900 || seconds > 43200) {
        return serve_refuse(serving, 400, "ValidationError",
                            "1 validation error detected: Value '%ld' at 'durationSeconds' failed "
                            "to satisfy constraint: Member must have value %s than or equal to %d",
                            seconds, seconds < 900 ? "greater" : "less",
                            seconds < 900 ? 900 : 43200);
    }
    const struct serve_session *session = add_session(serving, role, name, seconds);
    struct data *keys = data_set_new(arena, serving->result, "Credentials", DATA_RECORD);
    when_format(session->expires, expires);
    data_put(arena, keys, "AccessKeyId", text_of(session->access_key));
    data_put(arena, keys, "SecretAccessKey", text_of(session->secret_key));
    data_put(arena, keys, "SessionToken", text_of(session->token));
    data_put(arena, keys, "Expiration", text_copy(arena, text_of(expires)));
    struct data *user = data_set_new(arena, serving->result, "AssumedRoleUser", DATA_RECORD);
    data_put(arena, user, "Arn", text_of(session->arn));
    data_put(arena, user, "AssumedRoleId", text_format(arena, "AROASANDBOX:%.*s", TEXT_ARGS(name)));
    return true;
}

bool serve_sts(struct serving *serving, struct text action) {
    if (text_is(action, "GetCallerIdentity")) get_caller(serving);
    else if (text_is(action, "AssumeRole")) assume_role(serving);
    else return false;
    return true;
}
