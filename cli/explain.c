/* mrp explain: what a name is, be it of the language, of AWS or of the program. */
#include <stdio.h>

#include "base/diagnostics.h"
#include "cli/output.h"
#include "cli/pages.h"

static int explain_page(const struct page *page) {
    return print(text_of(page->text));
}

static int explain_nothing(const struct invocation *invocation, struct text wanted) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, wanted);
    for (size_t i = 0; i < page_count; i++) suggestion_offer(&suggestion, text_of(pages[i].name));
    misuse(invocation, "nothing is known by the name \"%.*s\"", TEXT_ARGS(wanted));
    if (suggestion.best.length) {
        fprintf(stderr, "  Did you mean \"%.*s\"?\n", TEXT_ARGS(suggestion.best));
    }
    return OUTCOME_MISUSE;
}

int command_explain(struct invocation *invocation) {
    struct text wanted = text_of(invocation->operands[0]);
    const struct page *page = page_find(wanted);
    if (page) return explain_page(page);
    return explain_nothing(invocation, wanted);
}
