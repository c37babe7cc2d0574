/* Reporting, for the checker: a node is complained about once. */
#include "checker/checker.h"

struct diagnostic *complain(struct checker *checker, enum diagnostic_id id, struct node *node,
                            const char *message, ...) {
    unsigned bad = node->kind == NODE_ENTRY ? NODE_BAD_KEY : NODE_BAD;
    if (node->flags & bad) return NULL;
    node->flags |= bad;
    if (torn_hides(checker, id, node_place(node))) return NULL;
    va_list args;
    va_start(args, message);
    struct diagnostic *d = diagnostics_vreport(checker->diagnostics, id, node_place(node), message,
                                               args);
    va_end(args);
    return d;
}

struct diagnostic *complain_at(struct checker *checker, enum diagnostic_id id, struct span span,
                               const char *message, ...) {
    if (torn_hides(checker, id, span)) return NULL;
    va_list args;
    va_start(args, message);
    struct diagnostic *d = diagnostics_vreport(checker->diagnostics, id, span, message, args);
    va_end(args);
    return d;
}

void add_hint(struct checker *checker, struct diagnostic *diagnostic, const char *hint, ...) {
    if (!diagnostic) return;
    va_list args;
    va_start(args, hint);
    diagnostic_vhint(checker->diagnostics, diagnostic, hint, args);
    va_end(args);
}

void add_note(struct checker *checker, struct diagnostic *diagnostic, struct span span,
              const char *message, ...) {
    if (!diagnostic) return;
    va_list args;
    va_start(args, message);
    diagnostic_vnote(checker->diagnostics, diagnostic, span, message, args);
    va_end(args);
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
