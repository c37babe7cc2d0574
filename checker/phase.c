/* Known or deferred: what is certain is said here; what depends on what is passed in, the evaluator
 * says. */
#include "checker/typing.h"

static enum phase phase_join(enum phase a, enum phase b) {
    if (a == PHASE_DEFERRED || b == PHASE_DEFERRED) return PHASE_DEFERRED;
    return a == PHASE_EITHER || b == PHASE_EITHER ? PHASE_EITHER : PHASE_KNOWN;
}

struct fact fact_join(const struct type *type, struct fact a, struct fact b) {
    const struct node *by = a.phase == PHASE_DEFERRED ? a.by : b.by;
    return (struct fact){type, phase_join(a.phase, b.phase), by};
}

struct text expression_text(struct checker *checker, const struct node *node) {
    struct buffer out;
    buffer_init(&out);
    printer_expression(node, &out);
    if (out.length > 60) {
        out.length = 57;
        while (out.length > 0 && (out.bytes[out.length] & 0xC0) == 0x80) out.length--;
        buffer_string(&out, "...");
    }
    struct text text = buffer_take(&out, checker->arena);
    buffer_release(&out);
    return text;
}

static const struct symbol *by_symbol(const struct node *by) {
    while (by) {
        if (by->kind == NODE_PAREN) by = by->paren.inner;
        else if (by->kind == NODE_MEMBER) by = by->member.object;
        else if (by->kind == NODE_INDEX) by = by->index.object;
        else break;
    }
    return by && by->kind == NODE_NAME ? node_symbol(by) : NULL;
}

/* Why it is deferred, at its declaration; and what would be known. */
static void explain_deferred(struct checker *checker, struct diagnostic *d,
                             const struct node *by, const char *instead) {
    const struct symbol *symbol = by ? by_symbol(by) : NULL;
    if (!d) return;
    if (symbol && symbol->is_deploy) {
        add_note(checker, d, symbol_span(symbol),
                 "\"%.*s\" is a deploy param: CloudFormation gets its value at deploy time",
                 NAME_ARGS(symbol->name));
        add_hint(checker, d, "%s%sA param without \"deploy\" has its value while compiling.",
                 instead ? instead : "", instead ? " " : "");
        return;
    }
    if (symbol && symbol->kind == SYMBOL_ACCOUNT) {
        add_hint(checker, d, "To fix the account, write project { account = \"111122223333\" }.");
        return;
    }
    if (symbol && symbol->declaration) {
        add_note(checker, d, symbol_span(symbol),
                 "\"%.*s\" is declared here; AWS makes its attributes when it is deployed",
                 NAME_ARGS(symbol->name));
    }
    if (!instead) instead = "Use a value that the program itself gives, such as a param or a let.";
    add_hint(checker, d, "%s", instead);
}

void need_known(struct checker *checker, struct node *node, struct fact fact, const char *what,
                const char *instead) {
    if (fact.phase != PHASE_DEFERRED) return;
    const struct node *by = fact.by ? fact.by : node;
    struct diagnostic *d = complain(
        checker, DIAGNOSTIC_DEFERRED_STEERING, node,
        "%s depends on \"%.*s\", which is known only at deploy time", what,
        TEXT_ARGS(expression_text(checker, by)));
    explain_deferred(checker, d, by, instead);
}

void need_known_operand(struct checker *checker, struct node *node, struct fact fact,
                        const char *operation) {
    if (fact.phase != PHASE_DEFERRED) return;
    const struct node *by = fact.by ? fact.by : node;
    struct diagnostic *d = complain(
        checker, DIAGNOSTIC_DEFERRED_OPERATION, node,
        "%s cannot be worked out: \"%.*s\" is known only at deploy time", operation,
        TEXT_ARGS(expression_text(checker, by)));
    explain_deferred(checker, d, by, NULL);
}
