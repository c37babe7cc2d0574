/* A saved plan is done exactly as it says, or not at all: made again when it is applied, it must be
 * the same in every byte that counts. A secret is known by its hash, with a salt of each file. */
#include "cli/saved.h"

#include <sys/random.h>

#include "base/files.h"
#include "base/hash.h"
#include "cli/hidden.h"
#include "cli/request.h"

static struct text new_salt(struct arena *arena) {
    unsigned char bytes[16] = {0};
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) bytes[0] = 1;
    return text_hexadecimal(arena, bytes, sizeof bytes);
}

static struct text hash_of(struct arena *arena, struct text salt, struct text secret) {
    struct text salted = text_format(arena, "%.*s/%.*s", TEXT_ARGS(salt), TEXT_ARGS(secret));
    return text_format(arena, "sha256:%s", hash_hex(arena, HASH_SHA256, salted).bytes);
}

static void write_parameters(struct deploying *deploying, const struct template *template,
                             struct text salt, struct buffer *out) {
    bool is_first = true;
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        if (!parameter->is_given) continue;
        if (!is_first) buffer_char(out, ',');
        is_first = false;
        buffer_json_string(out, parameter->logical_id);
        buffer_char(out, ':');
        buffer_json_string(out, parameter->is_secret
                                    ? hash_of(&deploying->arena, salt, parameter->given)
                                    : parameter->given);
    }
}

/* What the stacks are made of: a template is JSON itself. */
static void write_inputs(struct deploying *deploying, struct text salt, struct buffer *out) {
    const struct template_set *set = deploying->program.set;
    buffer_string(out, "{\"salt\":");
    buffer_json_string(out, salt);
    buffer_string(out, ",\"stacks\":[");
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[i];
        buffer_string(out, i ? ",{\"name\":" : "{\"name\":");
        buffer_json_string(out, template->name);
        buffer_string(out, ",\"region\":");
        buffer_json_string(out, template->region_name);
        buffer_string(out, ",\"parameters\":{");
        write_parameters(deploying, template, salt, out);
        buffer_string(out, "},\"template\":");
        buffer_text(out, deploying->program.bodies[template->index]);
        buffer_char(out, '}');
    }
    buffer_string(out, "]}");
}

/* Without secrets that AWS may have shown in it. */
static void write_plan(struct deploying *deploying, const struct plan *plan, struct buffer *out) {
    struct buffer one;
    buffer_init(&one);
    plan_json(deploying, plan, &one);
    hidden_mask_buffer(&one);
    buffer_text(out, buffer_view(&one));
    buffer_release(&one);
}

int saved_write(struct deploying *deploying, const struct plan *plan, const char *path) {
    const struct invocation *invocation = deploying->invocation;
    const char *file = NULL;
    struct failure why;
    struct buffer out;
    if (!program_file(invocation, 0, &file, &why)) return world_failed(&why);
    buffer_init(&out);
    buffer_string(&out, "{\"format\":1,\"kind\":\"mrp plan\",");
    request_write(invocation, file, &out);
    buffer_string(&out, ",\"inputs\":");
    write_inputs(deploying, new_salt(&deploying->arena), &out);
    buffer_string(&out, ",\"plan\":");
    write_plan(deploying, plan, &out);
    buffer_string(&out, "}\n");
    bool good = file_write(path, buffer_view(&out), &why);
    buffer_release(&out);
    return good ? OUTCOME_DONE : world_failed(&why);
}

static bool is_of_format(const struct document *saved) {
    const struct document *format = document_get(saved, "format");
    return format && format->kind == DOCUMENT_NUMBER && text_is(format->text, "1");
}

static bool is_saved_plan(const struct document *saved) {
    const struct document *kind = document_get(saved, "kind");
    return kind && text_is(kind->text, "mrp plan");
}

bool saved_read(struct invocation *invocation, const struct document **result,
                struct failure *why) {
    struct text bytes;
    struct document *saved;
    const char *path = invocation->operands[0];
    if (!file_read(invocation->arena, path, &bytes, why)) return false;
    if (!document_read(invocation->arena, bytes, &saved, why) || !is_saved_plan(saved)) {
        failure_set(why, "\"%s\" is neither a program (.mrp) nor a saved plan", path);
        return failure_hint(why, "\"mrp plan --out FILE\" saves one.");
    }
    if (!is_of_format(saved)) {
        failure_set(why, "the plan \"%s\" was saved by another version of mrp", path);
        return failure_hint(why, "Make a new one with \"mrp plan --out FILE\" and look at it.");
    }
    if (!document_get(saved, "plan") || !document_get(saved, "inputs") ||
        !request_take(invocation, saved, NULL)) {
        failure_set(why, "the saved plan \"%s\" is not whole", path);
        return failure_hint(why, "Make a new one with \"mrp plan --out FILE\" and look at it.");
    }
    *result = saved;
    return true;
}

/* Whether what is written now reads as what was saved. */
static bool is_same(struct deploying *deploying, struct buffer *out, const struct document *saved) {
    struct document *made;
    struct failure ignored;
    struct text text = buffer_take(out, &deploying->arena);
    buffer_release(out);
    return document_read(&deploying->arena, text, &made, &ignored) && document_equal(made, saved);
}

bool saved_is_same(struct deploying *deploying, const struct plan *plan,
                   const struct document *saved, struct failure *why) {
    const struct document *inputs = document_get(saved, "inputs");
    const struct document *salt = document_get(inputs, "salt");
    struct buffer out;
    buffer_init(&out);
    write_inputs(deploying, salt ? salt->text : TEXT(""), &out);
    const char *what = "the program or its params";
    bool same = is_same(deploying, &out, inputs);
    if (same) {
        buffer_init(&out);
        write_plan(deploying, plan, &out);
        same = is_same(deploying, &out, document_get(saved, "plan"));
        what = "what is deployed";
    }
    if (same) return true;
    failure_set(why, "%s changed since the plan was made", what);
    return failure_hint(why, "Make a new plan with \"mrp plan --out FILE\" and look at it.");
}
