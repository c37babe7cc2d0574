/* Lexer and parser: any bytes give a tree or messages, and never both a clean tree and an error. */
#include "base/diagnostics.h"
#include "parser/parser.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct severity_rules rules = {0};
    struct buffer out;
    arena_init(&arena);
    buffer_init(&out);
    names_init(&names, &arena);
    sources_init(&sources, &arena);
    diagnostics_init(&diagnostics, &arena, &sources);
    struct text bytes = {arena_copy(&arena, (const char *)data, size), size};
    uint32_t source = sources_add(&sources, TEXT("pipeline.mrp"), bytes);
    struct parse parse = parser_parse(&arena, &names, &diagnostics, source);
    if (!parse.file) abort();
    diagnostics_settle(&diagnostics, &rules);
    diagnostics_text(&diagnostics, &out, true);
    diagnostics_json(&diagnostics, &out);
    buffer_release(&out);
    arena_release(&arena);
    return 0;
}
