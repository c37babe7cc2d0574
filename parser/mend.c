/* Puts braces right before the parse, judging by indentation as a reader does.
 *
 * Only where they do not balance, so a program that is merely indented oddly is left alone. One
 * forgotten "}" would otherwise make all that follows belong to the wrong block: the message would
 * stand at the end of the file and everything between would be misread.
 */
#include "parser/builder.h"
#include "parser/grammar.h"

/* How far up a "{" is looked for: more would be slow where everything is wrong. */
enum { LINES_UP = 2000, TOKENS_BACK = 500 };

struct brace {
    uint32_t token;  /* its "{" */
    uint32_t indent; /* of the line that the "{" stands on */
    uint32_t line;   /* the number of that line in mender.lines */
};

struct line {
    uint32_t token; /* in out: its first one */
    uint32_t indent;
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
    struct line *lines;  /* those with code so far; the last one is this line */
    uint32_t line_count;
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

/* The place behind the last token put out that is not a comment; 0 at the start of the file. */
static uint32_t last_code(const struct mender *mender) {
    uint32_t place = mender->count;
    while (place > 0 && is_comment(mender->out[place - 1])) place--;
    return place;
}

/* Puts a brace that the source lacks behind the token before place. */
static void insert(struct mender *mender, int kind, uint32_t place) {
    uint32_t at = place > 0 ? token_end(mender->out[place - 1]) : 0;
    memmove(&mender->out[place + 1], &mender->out[place],
            (mender->count - place) * sizeof *mender->out);
    mender->out[place] =
        (struct token){.start = at, .kind = (unsigned)kind, .flags = TOKEN_MADE};
    mender->count++;
}

/* Whether a text on the line behind a "{" is not closed: it may have eaten the "}". */
static bool is_eaten(const struct mender *mender, const struct brace *brace) {
    for (uint32_t i = brace->token + 1; i < mender->count; i++) {
        if (mender->out[i].flags & TOKEN_LINE || i - brace->token > TOKENS_BACK) return false;
        if (mender->out[i].flags & TOKEN_BAD) return true;
    }
    return false;
}

static void say_unclosed(struct mender *mender, const struct brace *brace, uint32_t at) {
    struct span span = token_span(mender->tokens, mender->out[brace->token]);
    struct diagnostic *report = diagnostics_report(
        mender->diagnostics, DIAGNOSTIC_UNCLOSED_BRACE, span, "\"{\" is not closed");
    diagnostic_hint(mender->diagnostics, report,
                    "Write \"}\" behind the end of its block, judged here by the indentation.");
    diagnostic_note(mender->diagnostics, report,
                    (struct span){mender->tokens->source, at, at}, "its block seems to end here");
}

/* Puts a "}" behind the last token and says so at its "{". */
static void close_here(struct mender *mender) {
    const struct brace *brace = &mender->open[--mender->open_count];
    uint32_t place = last_code(mender);
    uint32_t at = place > 0 ? token_end(mender->out[place - 1]) : 0;
    if (!is_eaten(mender, brace)) say_unclosed(mender, brace, at);
    insert(mender, RBRACE, place);
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
    mender->lines[mender->line_count++] = (struct line){mender->count, indent};
}

static void drop(struct mender *mender, struct token token) {
    struct diagnostic *report =
        diagnostics_report(mender->diagnostics, DIAGNOSTIC_UNOPENED_BRACE,
                           token_span(mender->tokens, token), "\"}\" closes nothing");
    diagnostic_hint(mender->diagnostics, report,
                    "Leave it out, or write the \"{\" that it is to close.");
    mender->surplus--;
}

/* ---- a "{" that is missing ---- */

static bool ends_header(struct token token) {
    return token_is_word(token.kind) || token.kind == MEMBER || token.kind == AWS_TYPE ||
           token.kind == STRING || token.kind == RAW || token.kind == TEXT_CLOSE ||
           token.kind == RBRACK || token.kind == RPAREN || token.kind == ASSIGN ||
           token.kind == ELSE;
}

/* The place behind a line that is as deep as this "}" and has deeper lines below it: a header
 * without its "{". 0 for none. */
static uint32_t header_place(const struct mender *mender) {
    if (mender->line_count == 0) return 0;
    uint32_t indent = mender->lines[mender->line_count - 1].indent;
    uint32_t first = mender->open_count > 0 ? mender->open[mender->open_count - 1].line + 1 : 0;
    if (first + LINES_UP < mender->line_count) first = mender->line_count - LINES_UP;
    for (uint32_t i = mender->line_count - 1; i > first; i--) {
        const struct line *above = &mender->lines[i - 1];
        if (above->indent > indent) continue;
        if (above->indent < indent || mender->lines[i].indent <= indent) return 0;
        uint32_t place = mender->lines[i].token;
        while (place > 0 && is_comment(mender->out[place - 1])) place--;
        return place > 0 && ends_header(mender->out[place - 1]) ? place : 0;
    }
    return 0;
}

static bool is_key(const struct mender *mender, uint32_t at) {
    if (at + 1 >= mender->count || mender->out[at + 1].kind != ASSIGN) return false;
    return token_is_word(mender->out[at].kind) || mender->out[at].kind == STRING;
}

/* The place in this line before a key that follows something other than an entry: `a = b = 1 }`. */
static uint32_t inner_place(const struct mender *mender) {
    uint32_t first = mender->lines[mender->line_count - 1].token;
    uint32_t braces = 0, found = 0;
    bool declares = mender->out[first].kind >= IMPORT && mender->out[first].kind <= WITH;
    if (mender->count - first > TOKENS_BACK) return 0;
    for (uint32_t i = first + 1; i < mender->count; i++) {
        struct token before = mender->out[i - 1];
        if (before.kind == LBRACE) braces++;
        if (before.kind == RBRACE && braces > 0) braces--;
        if (braces > 0 || !is_key(mender, i)) continue;
        bool value = before.kind == ASSIGN || before.kind == COLON || before.kind == SP_LBRACK ||
                     before.kind == LBRACK || before.kind == LPAREN;
        bool header = declares && (before.kind == MEMBER || before.kind == AWS_TYPE);
        if (value || header) found = i;
    }
    return found;
}

/* Whether this "}" cannot belong to the innermost open "{"; then the place of its own. */
static uint32_t missing_place(const struct mender *mender, struct token token) {
    if (mender->surplus <= 0) return 0;
    const struct brace *top =
        mender->open_count > 0 ? &mender->open[mender->open_count - 1] : NULL;
    uint32_t this_line = mender->line_count - 1;
    if (token.flags & TOKEN_LINE) {
        if (top && top->indent >= mender->lines[this_line].indent) return 0;
        return header_place(mender);
    }
    return top && top->line == this_line ? 0 : inner_place(mender);
}

static void open_at(struct mender *mender, uint32_t place) {
    uint32_t at = token_end(mender->out[place - 1]);
    struct span span = {mender->tokens->source, at, at};
    struct diagnostic *report = diagnostics_report(
        mender->diagnostics, DIAGNOSTIC_UNOPENED_BRACE, span, "\"{\" is missing");
    diagnostic_hint(mender->diagnostics, report, "Write \"{\" here; the \"}\" for it is there.");
    diagnostic_fix(mender->diagnostics, report, span, TEXT(" {"));
    insert(mender, LBRACE, place);
    mender->surplus--;
}

static void take(struct mender *mender, struct token token) {
    if (token.flags & TOKEN_LINE || mender->line_count == 0) begin_line(mender, token);
    uint32_t line = mender->line_count - 1;
    if (token.kind == LBRACE) {
        mender->open[mender->open_count++] =
            (struct brace){mender->count, mender->lines[line].indent, line};
    } else if (token.kind == RBRACE) {
        uint32_t place = missing_place(mender, token);
        if (place > 0) {
            open_at(mender, place);
            mender->lines[line].token += mender->lines[line].token >= place;
        } else if (mender->open_count == 0) {
            drop(mender, token);
            return;
        } else {
            mender->open_count--;
        }
    }
    emit(mender, token);
}

static void mend(struct mender *mender) {
    struct tokens *tokens = mender->tokens;
    /* each brace costs at most one more token */
    size_t room = (size_t)tokens->count * 2 + 1;
    mender->out = memory_alloc(room * sizeof *mender->out);
    mender->open = memory_alloc(room * sizeof *mender->open);
    mender->lines = memory_alloc(room * sizeof *mender->lines);
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
    memory_free(mender->lines);
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
