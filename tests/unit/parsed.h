/* A source text and all that comes of parsing it, for tests of the lexer, parser and printer. */
#ifndef MRP_TESTS_PARSED_H
#define MRP_TESTS_PARSED_H

#include "lexer/lexer.h"
#include "parser/parser.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

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

/* Parses "let x = EXPRESSION". Returns the expression's node, or NULL. */
static inline struct node *parsed_value(struct parsed *parsed, const char *expression) {
    parsed_open(parsed, TEXT("")); /* an arena for the text */
    struct text text = text_format(&parsed->arena, "let x = %s", expression);
    uint32_t source = sources_add(&parsed->sources, TEXT("x.mrp"), text);
    parsed->parse = parser_parse(&parsed->arena, &parsed->names, &parsed->diagnostics, source);
    struct node *let = parsed->parse.file->file.items.first;
    return let && let->kind == NODE_LET ? let->let.value : NULL;
}

static inline uint32_t parsed_errors(struct text text) {
    struct parsed parsed;
    parsed_open(&parsed, text);
    uint32_t errors = parsed.diagnostics.error_count;
    parsed_close(&parsed);
    return errors;
}

/* The buffer holds, and only holds, the unit so many times between begin and end. */
static inline struct text repeated(struct buffer *buffer, const char *begin, const char *unit,
                                   size_t count, const char *end) {
    buffer->length = 0;
    buffer_string(buffer, begin);
    for (size_t i = 0; i < count; i++) buffer_string(buffer, unit);
    buffer_string(buffer, end);
    return buffer_view(buffer);
}

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
