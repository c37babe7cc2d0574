/* Any bytes: the parser ends, the tree is whole, and every message can be shown. */
#include "tests/unit/parsed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(struct node *node, void *context) {
    size_t *bytes = context;
    if (node->span.start > node->span.end || node->span.end > *bytes) __builtin_trap();
    if (node->depth > LIMIT_NESTING + 8) __builtin_trap();
    node_each_child(node, visit, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct parsed parsed;
    struct severity_rules rules = {0};
    struct buffer out;
    buffer_init(&out);
    parsed_open(&parsed, (struct text){(const char *)data, size});
    visit(parsed.parse.file, &size);
    if (!parsed.parse.tokens->mended && !diagnostics_failed(&parsed.diagnostics) &&
        parsed.parse.file->flags & NODE_BAD)
        __builtin_trap(); /* a mistake without a message */
    diagnostics_settle(&parsed.diagnostics, &rules);
    diagnostics_text(&parsed.diagnostics, &out, false);
    diagnostics_json(&parsed.diagnostics, &out);
    buffer_release(&out);
    parsed_close(&parsed);
    return 0;
}
