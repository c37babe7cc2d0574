/* The AWS CLI's cache of roles, for those that a code of a device was typed for: a code serves
 * once, and asking for one with each command would make people turn it off. The file's name is the
 * hash of what the role is asked with, as Python writes it; who took the keys from elsewhere reads
 * them too.
 */
#include "base/hash.h"
#include "runtime/aws/sources.h"
#include "runtime/aws/when.h"

enum { CACHE_LEAST = 15 * 60 }; /* seconds that keys must last, as the AWS CLI has it */

static void add_member(struct buffer *out, const struct data *input, const char *name,
                       bool is_number) {
    struct text value = data_text(input, name);
    if (!value.length) return;
    buffer_format(out, "%s\"%s\": ", out->length > 1 ? ", " : "", name);
    if (is_number) buffer_text(out, value);
    else buffer_json_string(out, value);
}

static struct text cache_path(const struct source_context *context, const struct data *input,
                              bool is_named) {
    struct buffer out;
    buffer_init(&out);
    buffer_char(&out, '{');
    add_member(&out, input, "DurationSeconds", true);
    add_member(&out, input, "ExternalId", false);
    add_member(&out, input, "RoleArn", false);
    if (is_named) add_member(&out, input, "RoleSessionName", false);
    add_member(&out, input, "SerialNumber", false);
    buffer_char(&out, '}');
    struct text hex = hash_hex(context->arena, HASH_SHA1, buffer_view(&out));
    buffer_release(&out);
    struct text file = text_format(context->arena, ".aws/cli/cache/%.*s.json", TEXT_ARGS(hex));
    return source_home(context, file.bytes);
}

bool source_cache_find(const struct source_context *context, const struct data *input,
                       bool is_named, struct data **answer) {
    const struct surroundings *around = context->config->around;
    struct text bytes;
    struct failure why;
    if (context->is_refused) return false;
    struct text path = cache_path(context, input, is_named);
    if (around->read(around->context, context->arena, path, &bytes, &why) != READ_GOOD) {
        return false;
    }
    if (!data_read_json(context->arena, bytes, answer, &why)) return false;
    const struct data *keys = data_get(*answer, "Credentials");
    return data_time(keys, "Expiration") - source_now(context) > CACHE_LEAST;
}

static void copy_member(struct arena *arena, struct data *to, const struct data *from,
                        const char *name) {
    data_set(arena, to, name, data_text(from, name));
}

/* That it cannot be kept is no failure: the next command asks again. */
void source_cache_keep(const struct source_context *context, const struct data *input,
                       bool is_named, const struct data *answer) {
    static const char *const parts[] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                        "Expiration"};
    const struct surroundings *around = context->config->around;
    struct data *kept = data_new(context->arena, DATA_RECORD);
    struct data *keys = data_set_new(context->arena, kept, "Credentials", DATA_RECORD);
    struct data *user = data_set_new(context->arena, kept, "AssumedRoleUser", DATA_RECORD);
    struct buffer out;
    struct failure why;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        copy_member(context->arena, keys, data_get(answer, "Credentials"), parts[i]);
    }
    copy_member(context->arena, user, data_get(answer, "AssumedRoleUser"), "AssumedRoleId");
    copy_member(context->arena, user, data_get(answer, "AssumedRoleUser"), "Arn");
    data_put(context->arena, kept, "ProviderType", TEXT("assume-role"));
    buffer_init(&out);
    data_write_json(kept, &out);
    around->write(around->context, cache_path(context, input, is_named), buffer_view(&out), &why);
    buffer_release(&out);
}
