/* Reporting, for the checker: a node is complained about once. */
#include "checker/checker.h"

struct diagnostic *complain(struct checker *checker, enum diagnostic_id id, struct node *node,
                            const char *message, ...) {
    if (node->flags & NODE_BAD) return NULL;
    node->flags |= NODE_BAD;
    va_list args;
    va_start(args, message);
    struct text text = text_vformat(checker->arena, message, args);
    va_end(args);
    return diagnostics_report(checker->diagnostics, id, node->span, "%.*s", TEXT_ARGS(text));
}

struct diagnostic *complain_at(struct checker *checker, enum diagnostic_id id, struct span span,
                               const char *message, ...) {
    va_list args;
    va_start(args, message);
    struct text text = text_vformat(checker->arena, message, args);
    va_end(args);
    return diagnostics_report(checker->diagnostics, id, span, "%.*s", TEXT_ARGS(text));
}

void add_hint(struct checker *checker, struct diagnostic *diagnostic, const char *hint, ...) {
    if (!diagnostic) return;
    va_list args;
    va_start(args, hint);
    struct text text = text_vformat(checker->arena, hint, args);
    va_end(args);
    diagnostic_hint(checker->diagnostics, diagnostic, "%.*s", TEXT_ARGS(text));
}

void add_note(struct checker *checker, struct diagnostic *diagnostic, struct span span,
              const char *message, ...) {
    if (!diagnostic) return;
    va_list args;
    va_start(args, message);
    struct text text = text_vformat(checker->arena, message, args);
    va_end(args);
    diagnostic_note(checker->diagnostics, diagnostic, span, "%.*s", TEXT_ARGS(text));
}

bool add_suggestion(struct checker *checker, struct diagnostic *diagnostic,
                    const struct suggestion *suggestion, struct span span) {
    if (!suggestion->best.length) return false;
    if (suggestion->wanted.length == 1) return false; /* every letter is near every other */
    if (!diagnostic) return true;
    add_hint(checker, diagnostic, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion->best));
    diagnostic_fix(checker->diagnostics, diagnostic, span, suggestion->best);
    return true;
}
