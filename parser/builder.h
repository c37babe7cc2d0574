/* What the grammar's actions call, and the state of one parse. Only parser/ includes it (and the
 * scanner, for the numbers of the tokens). */
#ifndef MRP_PARSER_BUILDER_H
#define MRP_PARSER_BUILDER_H

#include "lexer/lexer.h"
#include "parser/parser.h"

/* bison's location: bytes of the source. */
struct range {
    uint32_t start, end;
};

/* A list that grows at its end. */
struct chain {
    struct list list;
    struct node *last;
};

static inline struct chain chain_empty(void) { return (struct chain){0}; }
static inline struct chain chain_with(struct chain chain, struct node *node) {
    node->next = NULL;
    if (chain.last) chain.last->next = node;
    else chain.list.first = node;
    chain.last = node;
    return chain;
}
static inline struct chain chain_one(struct node *node) { return chain_with(chain_empty(), node); }

struct parser {
    struct arena *arena;
    struct names *names;
    struct diagnostics *diagnostics;
    struct tokens *tokens;
    const char *bytes; /* of the source */
    uint32_t source;
    uint32_t cursor;    /* the token that is read next */
    uint32_t at;        /* the token that was read last */
    int pending;        /* a kind to return before the token at the cursor; 0 for none */
    /* where the parse last went on after an error; a later error goes past it */
    uint32_t last_sync;
    bool is_alone;      /* an expression, not a file */
    bool doubts;        /* there is a mistake somewhere: see report_line_is_apart */
    uint32_t apart;     /* 1 + the last token that was taken for the beginning of a line apart */
    uint32_t errors;    /* syntax errors so far */
    bool has_synced, has_error;
    bool too_deep;       /* nesting has been reported */
    uint32_t *depths;    /* braces open before each token; made at the first error */
    struct chain items;  /* the result */
    struct taker *taker; /* of a file's items; NULL: they are the result */
    const struct rescan *rescan; /* how to read the tokens again; NULL: they are kept */
};

/* parser.c: an item of the file is complete. */
void parser_take(struct parser *parser, struct node *item);
/* There is a mistake: all tokens are wanted, also those that were forgotten. */
void parser_recall(struct parser *parser);

/* Of an ENTRY or FIELD: one of the two. */
struct key {
    const struct name *name;
    struct node *computed;
};

static inline struct span parser_span(const struct parser *parser, struct range range) {
    return (struct span){parser->source, range.start, range.end};
}
static inline struct text parser_text(const struct parser *parser, struct range range) {
    return (struct text){parser->bytes + range.start, range.end - range.start};
}

/* mend.c: puts in and drops braces until they balance, judging by indentation. */
void mend_braces(struct arena *arena, struct diagnostics *diagnostics, struct tokens *tokens);

/* The index of the token that begins at a byte offset. */
uint32_t tokens_find(const struct tokens *tokens, uint32_t start);

/* report.c */
struct syntax_error {
    const int *expected; /* kinds that could stand here */
    uint32_t expected_count;
    uint32_t brace_depth; /* of the items or entries that the parse goes on with */
    bool in_block;        /* they are items */
};
void report_syntax_error(struct parser *parser, const struct syntax_error *error);
/* Whether the line that begins at a token cannot belong to the unfinished one above. */
bool report_line_is_apart(const struct parser *parser, uint32_t index);
void report_nesting(struct parser *parser, struct range range);
bool token_is_word(int kind); /* a name or a word that is not reserved */

/* literal.c: texts and numbers from their source */
struct node *build_text(struct parser *parser, struct range range, unsigned flags);
struct node *build_part(struct parser *parser, struct range range);
struct node *build_template(struct parser *parser, struct range range, struct list parts,
                            unsigned flags);
struct node *build_int(struct parser *parser, struct range range, bool negative);
struct node *build_number(struct parser *parser, struct range range);

/* build.c */
struct node *build_finish(struct parser *parser, struct node *node);
struct written_name build_written(struct parser *parser, struct range range);
/* The name of a MEMBER token behind its first skip bytes ("." or "?."). */
struct written_name build_member_name(struct parser *parser, struct range range, uint32_t skip);
struct node *build_error(struct parser *parser, struct range range);
struct node *build_name(struct parser *parser, struct written_name name);
struct node *build_aws_type(struct parser *parser, struct range range);
struct node *build_bool(struct parser *parser, struct range range, bool value);
struct node *build_null(struct parser *parser, struct range range);
struct node *build_list(struct parser *parser, struct range range, struct list elements);
struct node *build_record(struct parser *parser, struct range range, struct list entries);
struct node *build_spread(struct parser *parser, struct range range, struct node *value);
struct node *build_list_for(struct parser *parser, struct range range, struct list generators,
                            struct node *value);
struct node *build_map_for(struct parser *parser, struct range range, struct list generators,
                           struct node *key, struct node *value);
struct node *build_generator(struct parser *parser, struct range range, struct written_name first,
                             struct written_name second, struct node *over);
struct node *build_filter(struct parser *parser, struct range word, struct node *condition);
struct node *build_unary(struct parser *parser, struct range range, enum operator_kind op,
                         struct node *operand);
struct node *build_binary(struct parser *parser, enum operator_kind op, struct node *left,
                          struct node *right);
struct node *build_conditional(struct parser *parser, struct range range, struct node *condition,
                               struct node *then, struct node *otherwise);
struct node *build_member(struct parser *parser, struct range member, uint32_t skip,
                          struct node *object);
struct node *build_index(struct parser *parser, struct range range, bool optional,
                         struct node *object, struct node *index);
struct node *build_call(struct parser *parser, struct range range, struct node *callee,
                        struct list arguments);
struct node *build_argument(struct parser *parser, struct written_name name, struct node *value);
struct node *build_paren(struct parser *parser, struct range range, struct node *inner);
struct key build_key(struct parser *parser, struct node *text);
struct node *build_entry(struct parser *parser, struct range key_range, struct key key,
                         struct node *value);
struct node *build_if(struct parser *parser, struct range range, struct node *condition,
                      struct node *then, struct node *otherwise);
struct node *build_for(struct parser *parser, struct range range, struct list generators,
                       struct node *body);
struct node *build_block(struct parser *parser, struct range range, struct list items);
struct node *build_type_name(struct parser *parser, struct range range, struct written_name name,
                             struct list members);
struct node *build_type_literal(struct parser *parser, struct range range, struct node *literal);
struct node *build_type_list(struct parser *parser, struct range range, struct node *element);
struct node *build_type_map(struct parser *parser, struct range range, struct node *element);
struct node *build_type_record(struct parser *parser, struct range range, struct list fields);
struct node *build_type_optional(struct parser *parser, struct range range, struct range mark,
                                 struct node *inner);
struct node *build_type_union(struct parser *parser, struct range range, struct list members);
struct node *build_type_deploy(struct parser *parser, struct range range, struct node *inner);
struct node *build_type_ssm(struct parser *parser, struct range first, struct range last,
                            struct node *inner);
struct node *build_field(struct parser *parser, struct range key_range, struct key key,
                         struct node *type, struct node *initial);
struct node *build_import(struct parser *parser, struct range range, struct list path,
                          struct node *file, const struct written_name *alias,
                          const struct list *names);
struct node *build_param(struct parser *parser, struct range range, struct written_name name,
                         struct node *type, struct node *initial, struct list checks);
struct node *build_check(struct parser *parser, struct range word, struct node *condition,
                         struct node *message);
struct node *build_let(struct parser *parser, struct range range, struct written_name name,
                       struct node *type, struct node *value);
struct node *build_output(struct parser *parser, struct range range, struct written_name name,
                          struct node *type, struct node *value);
struct node *build_fn(struct parser *parser, struct range range, struct written_name name,
                      struct list parameters, struct node *result, struct node *value);
struct node *build_fn_block(struct parser *parser, struct node *fn, struct list lets);
struct node *build_type(struct parser *parser, struct range range, struct written_name name,
                        struct node *type, struct list checks);
struct node *build_component(struct parser *parser, struct range range, struct written_name name,
                             struct node *body);
struct node *build_project(struct parser *parser, struct range range, struct written_name name,
                           struct node *body);
struct node *build_region(struct parser *parser, struct range range, struct list names,
                          struct node *region, struct node *over, struct node *body);
struct node *build_unit(struct parser *parser, struct range range, enum node_kind kind,
                        struct written_name name, struct header header, struct node *body);
struct node *build_pipeline(struct parser *parser, struct node *unit, struct node *home);
struct node *build_typed(struct parser *parser, struct node *unit, struct node *type);
struct node *build_with(struct parser *parser, struct range range, struct node *record);
struct node *build_test(struct parser *parser, struct range range, enum node_kind kind,
                        struct node *title, struct node *body);
struct node *build_assert(struct parser *parser, struct range range, struct node *condition,
                          struct node *message, struct node *warning);

/* mistake.c: what is written wrong but means one thing. Each reports and returns the node that was
 * meant. */
struct node *mistake_colon(struct parser *parser, struct range colon, struct node *node);
struct node *mistake_no_equal(struct parser *parser, struct range body, struct node *entry);
struct node *mistake_no_colon(struct parser *parser, struct range type, struct node *unit);
struct node *mistake_hcl_resource(struct parser *parser, struct range type, struct range name,
                                  struct node *type_text, struct node *name_text);
void mistake_type_text(struct parser *parser, struct range range);
void mistake_import_path(struct parser *parser, struct node *path);
struct node *mistake_optional_twice(struct parser *parser, struct range mark, struct node *type);
struct key mistake_key(struct parser *parser, struct range range);
struct node *mistake_ternary(struct parser *parser, struct range question, struct range colon,
                             struct node *conditional);
struct node *mistake_member_missing(struct parser *parser, struct range dot, struct node *object);

#endif
