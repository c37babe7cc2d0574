/* Any bytes: the parser ends, the tree is whole, and every message can be shown. */
#include "parser/grammar.h"
#include "tests/unit/parsed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(struct node *node, void *context) {
    size_t *bytes = context;
    if (node->span.start > node->span.end || node->span.end > *bytes) __builtin_trap();
    if (node->depth > LIMIT_NESTING + 8) __builtin_trap();
    node_each_child(node, visit, context);
}

static bool is_word(char c) {
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Tokens stand in order, none over another, and a name is a whole word. */
static void check_tokens(const struct tokens *tokens, const char *bytes, size_t size) {
    uint32_t end = 0;
    for (uint32_t i = 0; i < tokens->count; i++) {
        struct token token = tokens->items[i];
        if (token.start < end || token_end(token) > size) __builtin_trap();
        end = token_end(token);
        if (token.kind != NAME) continue;
        for (uint32_t j = 0; j < token.length; j++)
            if (!is_word(bytes[token.start + j])) __builtin_trap();
        if (end < size && is_word(bytes[end])) __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct parsed parsed;
    struct severity_rules rules = {0};
    struct buffer out;
    buffer_init(&out);
    parsed_open(&parsed, (struct text){(const char *)data, size});
    visit(parsed.parse.file, &size);
    check_tokens(parsed.parse.tokens, (const char *)data, size);
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
