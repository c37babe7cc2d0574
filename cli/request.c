/* The options that decide what a program says, to JSON and back. */
#include "cli/request.h"

static const struct {
    enum option option;
    const char *name;
    bool has_values;
} kept[] = {
    {OPTION_SET, "set", true},       {OPTION_VARS, "vars", true},
    {OPTION_ADOPT, "adopt", true},   {OPTION_NO_ENV, "noEnv", false},
    {OPTION_QUICK, "quick", false},  {OPTION_KEEP, "keep", false},
    {OPTION_DRIFT, "drift", false},  {OPTION_REVERT_DRIFT, "revertDrift", false},
    {OPTION_WAVES, "waves", true},   {OPTION_REGIONS, "regions", true},
};
enum { KEPT = sizeof kept / sizeof *kept };

void request_write(const struct invocation *invocation, const char *file, struct buffer *out) {
    buffer_string(out, "\"program\":");
    buffer_json_string(out, text_of(file));
    for (size_t k = 0; k < KEPT; k++) {
        size_t count = invocation->counts[kept[k].option];
        buffer_format(out, ",\"%s\":", kept[k].name);
        if (!kept[k].has_values) {
            buffer_string(out, count ? "true" : "false");
            continue;
        }
        buffer_char(out, '[');
        for (size_t i = 0; i < count; i++) {
            if (i) buffer_char(out, ',');
            buffer_json_string(out, text_of(invocation->values[kept[k].option][i]));
        }
        buffer_char(out, ']');
    }
}

static void take_values(struct invocation *invocation, enum option option,
                        const struct document *list) {
    if (list->kind != DOCUMENT_LIST || !list->count) return;
    const char **values = arena_array(invocation->arena, list->count, sizeof *values);
    size_t count = 0;
    for (const struct document *c = list->children; c; c = c->next) {
        values[count++] = text_copy(invocation->arena, c->text).bytes;
    }
    invocation->values[option] = values;
    invocation->counts[option] = count;
}

bool request_take(struct invocation *invocation, const struct document *saved, const char *file) {
    const char **operands = arena_array(invocation->arena, 1, sizeof *operands);
    struct text program = document_get_text(saved, "program");
    if (!program.length) return false;
    operands[0] = file ? file : text_copy(invocation->arena, program).bytes;
    invocation->operands = operands;
    invocation->operand_count = 1;
    for (size_t k = 0; k < KEPT; k++) {
        const struct document *value = document_get(saved, kept[k].name);
        if (!value || invocation->counts[kept[k].option]) continue;
        if (kept[k].has_values) take_values(invocation, kept[k].option, value);
        else invocation->counts[kept[k].option] = value->boolean;
    }
    return true;
}
