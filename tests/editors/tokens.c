/* Says what the compiler takes each token for: what the highlighting of editors is compared with.
 *
 *   usage: tokens FILE...
 *
 * For each file a line "file PATH", or "mistakes PATH" for one that does not parse; then a line
 * "LINE COLUMN LENGTH CLASS" for each piece of a token that stands in one line: all three in bytes,
 * the first two from 1. After a line on which a text goes on, "LINE open".
 */
#include <stdio.h>

#include "base/files.h"
#include "parser/builder.h"
#include "parser/grammar.h"
#include "tests/unit/parsed.h"

struct words {
    bool *is_word; /* by byte offset: a word of the language begins here, not a name */
};

static void find_words(struct node *node, void *context) {
    struct words *words = context;
    bool is_word = node_declaration(node) || node->kind == NODE_ASSERT || node->kind == NODE_WITH ||
                   node->kind == NODE_CHECK || node->kind == NODE_TYPE_DEPLOY ||
                   node->kind == NODE_TYPE_SSM;
    if (is_word) words->is_word[node->span.start] = true;
    node_each_child(node, find_words, words);
}

static const char *class_of(struct token token, const struct words *words) {
    switch ((int)token.kind) {
    case COMMENT: return "comment";
    case DOC: return "doc";
    case IF: case THEN: case ELSE: case FOR: case IN: return "control";
    case TRUE: case FALSE: case NULL_: return "constant";
    case IMPORT:
    case PARAM:
    case LET:
    case FN:
    case TYPE:
    case COMPONENT:
    case PROJECT:
    case REGION:
    case STACK: case RESOURCE: case PIPELINE: case STAGE: case ACTION: case OUTPUT: case ASSERT:
    case TEST: case POLICY: case WITH: case CHECK: case DEPLOY: case SSM:
        return words->is_word[token.start] ? "word" : "name";
    case AS: case RETURN: return "any";
    case NAME: return "name";
    case AWS_TYPE: return "aws";
    case MEMBER: case OPTIONAL_MEMBER: return "member";
    case META: return "meta";
    case INT: case NUMBER: return "number";
    case STRING:
    case RAW:
    case RAW_BLOCK:
    case TEXT_OPEN:
    case TEXT_PART:
    case TEXT_CLOSE:
    case BLOCK_OPEN:
        return "string";
    case INTERPOLATION_OPEN: case INTERPOLATION_CLOSE: return "interpolation";
    default: return "operator";
    }
}

/* The pieces of a token, one a line. */
static void say(struct parsed *parsed, struct token token, const char *class, bool goes_on) {
    struct text bytes = sources_get(&parsed->sources, 0)->bytes;
    uint32_t start = (uint32_t)token.start, end = token_end(token);
    while (start < end) {
        uint32_t stop = start;
        while (stop < end && bytes.bytes[stop] != '\n') stop++;
        struct place place = source_place(&parsed->sources, 0, start);
        uint32_t column = start;
        while (column > 0 && bytes.bytes[column - 1] != '\n') column--;
        if (stop > start) {
            printf("%u %u %u %s\n", (unsigned)place.line, (unsigned)(start - column + 1),
                   (unsigned)(stop - start), class);
        }
        uint32_t rest = stop;
        while (rest < bytes.length && strchr(" \t\r", bytes.bytes[rest])) rest++;
        bool is_last = rest < bytes.length && bytes.bytes[rest] == '\n';
        if (stop < end || (is_last && goes_on)) printf("%u open\n", (unsigned)place.line);
        start = stop + 1;
    }
}

static void say_file(const char *path, struct text text) {
    struct parsed parsed;
    parsed_open(&parsed, text);
    struct words words = {arena_array(&parsed.arena, text.length + 1, sizeof(bool))};
    memset(words.is_word, 0, text.length + 1);
    bool failed = diagnostics_failed(&parsed.diagnostics) || parsed.parse.tokens->mended;
    printf("%s %s\n", failed ? "mistakes" : "file", path);
    if (!failed) {
        int depth = 0;
        find_words(parsed.parse.file, &words);
        for (uint32_t i = 0; i < parsed.parse.tokens->count; i++) {
            struct token token = parsed.parse.tokens->items[i];
            if (token.kind == BLOCK_OPEN || token.kind == TEXT_OPEN) depth++;
            if (token.kind == TEXT_CLOSE) depth--;
            say(&parsed, token, class_of(token, &words), depth > 0);
        }
    }
    parsed_close(&parsed);
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        struct arena arena;
        struct failure why;
        struct text text;
        arena_init(&arena);
        if (!file_read(&arena, arguments[i], &text, &why)) {
            fprintf(stderr, "%s\n", why.message);
            return 1;
        }
        say_file(arguments[i], text);
        arena_release(&arena);
    }
    return 0;
}
