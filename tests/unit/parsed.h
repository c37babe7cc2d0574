/* A source text and all that comes of parsing it, for tests of the lexer, parser and printer. */
#ifndef MRP_TESTS_PARSED_H
#define MRP_TESTS_PARSED_H

#include "lexer/lexer.h"
#include "parser/parser.h"

struct parsed {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct parse parse;
};

/* All but the parse. Returns the source. */
static inline uint32_t parsed_prepare(struct parsed *parsed, struct text text) {
    arena_init(&parsed->arena);
    names_init(&parsed->names, &parsed->arena);
    sources_init(&parsed->sources, &parsed->arena);
    diagnostics_init(&parsed->diagnostics, &parsed->arena, &parsed->sources);
    return sources_add(&parsed->sources, TEXT("test.mrp"), text);
}

static inline void parsed_open(struct parsed *parsed, struct text text) {
    uint32_t source = parsed_prepare(parsed, text);
    parsed->parse =
        parser_parse(&parsed->arena, &parsed->names, &parsed->diagnostics, source);
}

static inline void parsed_close(struct parsed *parsed) { arena_release(&parsed->arena); }

/* NULL where the printed text parses to the same tree and prints the same again, else what is
 * wrong. For a text that parses. */
static inline const char *parsed_round_trip(struct parsed *parsed, struct buffer *printed) {
    struct parsed again;
    struct buffer twice;
    const char *wrong = NULL;
    printer_print(&parsed->parse, &parsed->sources, printed);
    buffer_init(&twice);
    parsed_open(&again, buffer_view(printed));
    if (diagnostics_failed(&again.diagnostics)) wrong = "what is printed does not parse";
    else if (!node_equal(parsed->parse.file, again.parse.file)) wrong = "the tree has changed";
    if (!wrong) {
        uint32_t source = again.parse.tokens->source;
        printer_format(&again.arena, &again.names, &again.diagnostics, source, &twice);
        if (!text_equal(buffer_view(printed), buffer_view(&twice)))
            wrong = "printing again changes it";
    }
    buffer_release(&twice);
    parsed_close(&again);
    return wrong;
}

#endif
