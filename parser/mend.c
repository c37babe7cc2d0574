/* Puts braces right before the parse, judging by indentation as a reader does.
 *
 * Only where they do not balance, so a program that is merely indented oddly is left alone. One
 * forgotten "}" would otherwise make all that follows belong to the wrong block: the message would
 * stand at the end of the file and everything between would be misread.
 */
#include "parser/builder.h"
#include "parser/grammar.h"

struct brace {
    uint32_t token;  /* its "{" */
    uint32_t indent; /* of the line that the "{" stands on */
    uint32_t line;   /* first token of that line */
};

struct mender {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct tokens *tokens;
    const char *bytes;
    struct token *out; /* the tokens as mended, on the heap */
    uint32_t count;
    struct brace *open;
    uint32_t open_count;
    int surplus; /* "}" more than "{"; negative: fewer */
    uint32_t line_token; /* in out: the first token of this line */
    uint32_t indent;     /* of this line */
    uint32_t last_line, last_indent; /* the line with code before this one */
};

static uint32_t indent_of(const struct mender *mender, struct token token) {
    uint32_t start = (uint32_t)token.start, column = 0;
    while (start > 0 && !strchr("\r\n", mender->bytes[start - 1])) start--;
    for (; start < token.start; start++) column += mender->bytes[start] == '\t' ? 4 : 1;
    return column;
}

static bool is_comment(struct token token) { return token.kind == COMMENT || token.kind == DOC; }

static void emit(struct mender *mender, struct token token) {
    mender->out[mender->count++] = token;
}

/* The last token put out that is not a comment; NULL at the start of the file. */
static struct token *last_code(struct mender *mender) {
    for (uint32_t i = mender->count; i > 0; i--)
        if (!is_comment(mender->out[i - 1])) return &mender->out[i - 1];
    return NULL;
}

/* Puts a "}" behind the last token and says so at its "{". */
static void close_here(struct mender *mender) {
    struct brace *brace = &mender->open[--mender->open_count];
    struct token *last = last_code(mender);
    uint32_t at = last ? token_end(*last) : 0;
    struct span span = token_span(mender->tokens, mender->out[brace->token]);
    struct diagnostic *report = diagnostics_report(
        mender->diagnostics, DIAGNOSTIC_UNCLOSED_BRACE, span, "\"{\" is not closed");
    diagnostic_hint(mender->diagnostics, report,
                    "Write \"}\" behind the end of its block, judged here by the indentation.");
    diagnostic_note(mender->diagnostics, report,
                    (struct span){mender->tokens->source, at, at}, "its block seems to end here");
    struct token made = {.start = at, .kind = RBRACE, .flags = TOKEN_MADE};
    uint32_t place = last ? (uint32_t)(last - mender->out) + 1 : 0;
    memmove(&mender->out[place + 1], &mender->out[place],
            (mender->count - place) * sizeof *mender->out);
    mender->out[place] = made;
    mender->count++;
    mender->surplus++;
}

/* Whether a line that begins here leaves the innermost block open behind it. */
static bool leaves_block(const struct mender *mender, struct token token, uint32_t indent) {
    if (mender->surplus >= 0 || mender->open_count == 0) return false;
    const struct brace *top = &mender->open[mender->open_count - 1];
    return token.kind == RBRACE ? indent < top->indent : indent <= top->indent;
}

static void begin_line(struct mender *mender, struct token token) {
    uint32_t indent = indent_of(mender, token);
    while (leaves_block(mender, token, indent)) close_here(mender);
    mender->last_line = mender->line_token;
    mender->last_indent = mender->indent;
    mender->line_token = mender->count;
    mender->indent = indent;
}

static void drop(struct mender *mender, struct token token) {
    struct diagnostic *report =
        diagnostics_report(mender->diagnostics, DIAGNOSTIC_UNOPENED_BRACE,
                           token_span(mender->tokens, token), "\"}\" closes nothing");
    diagnostic_hint(mender->diagnostics, report,
                    "Leave it out, or write the \"{\" that it is to close.");
    mender->surplus--;
}

static void take(struct mender *mender, struct token token) {
    if (token.flags & TOKEN_LINE) begin_line(mender, token);
    if (token.kind == LBRACE) {
        mender->open[mender->open_count++] =
            (struct brace){mender->count, mender->indent, mender->line_token};
    } else if (token.kind == RBRACE) {
        if (mender->open_count == 0) {
            drop(mender, token);
            return;
        }
        mender->open_count--;
    }
    emit(mender, token);
}

static void mend(struct mender *mender) {
    struct tokens *tokens = mender->tokens;
    /* each "{" costs at most one more token */
    size_t room = (size_t)tokens->count * 2 + 1;
    mender->out = memory_alloc(room * sizeof *mender->out);
    mender->open = memory_alloc(room * sizeof *mender->open);
    for (uint32_t i = 0; i + 1 < tokens->count; i++) {
        if (is_comment(tokens->items[i])) emit(mender, tokens->items[i]);
        else take(mender, tokens->items[i]);
    }
    while (mender->open_count > 0) close_here(mender);
    emit(mender, tokens->items[tokens->count - 1]);
    tokens->items = arena_array(mender->arena, mender->count, sizeof *mender->out);
    memcpy(tokens->items, mender->out, mender->count * sizeof *mender->out);
    tokens->count = mender->count;
    tokens->mended = true;
    memory_free(mender->out);
    memory_free(mender->open);
}

void mend_braces(struct arena *arena, struct diagnostics *diagnostics, struct tokens *tokens) {
    int surplus = 0;
    bool below = false;
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (tokens->items[i].kind == LBRACE) surplus--;
        if (tokens->items[i].kind == RBRACE) surplus++;
        below |= surplus > 0;
    }
    if (surplus == 0 && !below) return;
    struct mender mender = {.arena = arena,
                            .diagnostics = diagnostics,
                            .tokens = tokens,
                            .bytes = sources_get(diagnostics->sources, tokens->source)->bytes.bytes,
                            .surplus = surplus};
    mend(&mender);
}
