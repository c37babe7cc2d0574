/* mrp explain: what a name is, be it a diagnostic, of AWS, a built-in function or of the program.
 *
 * Each kind of thing has a function that appends its page, or says that it does not know the name;
 * they are asked in turn.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "cli/explain.h"
#include "cli/explain_library.h"
#include "cli/output.h"
#include "cli/pages.h"
#include "cli/program.h"
#include "cli/wrap.h"
#include "evaluator/builtin.h"
#include "mrp_parts.h"
#include "schema/explain.h"
#include "schema/schema.h"

enum { USUAL_COLUMNS = 100, WIDEST_COLUMNS = 140 };

struct question {
    struct invocation *invocation;
    struct text wanted;
    struct buffer *page;
    const char *kind; /* of what was found: "diagnostic", "function", ... */
    int outcome;      /* what went wrong on the way, else OUTCOME_DONE */
};

/* "string" is both a type and a function, "policy" both a word and a diagnostic. */
static bool explain_language(struct question *question) {
    struct text name = question->wanted;
    const struct page *page = page_find(name);
    if (explain_word(question->page, name)) question->kind = "word";
    if (text_ends(name, TEXT("()"))) name.length -= 2;
    bool is_function = builtin_find(name);
    if (question->kind && (page || is_function)) buffer_char(question->page, '\n');
    if (page) {
        buffer_string(question->page, page->text);
        question->kind = "diagnostic";
    } else if (is_function) {
        builtin_explain(question->page, name);
        question->kind = "function";
    }
    return question->kind != NULL;
}

static bool explain_std(struct question *question) {
    if (!explain_library(question->wanted, question->page)) return false;
    question->kind = "library";
    return true;
}

static unsigned page_columns(void) {
    unsigned columns = terminal_columns(STDOUT_FILENO);
    if (columns == 0) return USUAL_COLUMNS;
    return columns > WIDEST_COLUMNS ? WIDEST_COLUMNS : columns;
}

static bool explain_aws(struct question *question, struct failure *why) {
    if (!memmem(question->wanted.bytes, question->wanted.length, "::", 2)) return false;
    const char *schema = option_value(question->invocation, OPTION_SCHEMA);
    if (schema && !schema_open_file(schema, why)) {
        question->outcome = world_failed(why);
        return false;
    }
    bool color = wants_color(question->invocation, STDOUT_FILENO) &&
                 !option_given(question->invocation, OPTION_FORMAT);
    if (schema_explain(question->page, question->wanted, page_columns(), color, why)) {
        question->kind = "aws";
        return true;
    }
    misuse(question->invocation, "%s", why->message);
    if (why->hint[0]) fprintf(stderr, "  %s\n", why->hint);
    question->outcome = OUTCOME_MISUSE;
    return false;
}

static bool explain_program(struct question *question) {
    struct mrp *mrp;
    question->outcome = program_compile(question->invocation, 1, &mrp);
    bool found = false;
    if (question->outcome == OUTCOME_DONE) {
        if (text_is(question->wanted, "permissions")) {
            found = explain_permissions(mrp, question->page);
            question->kind = "permissions";
        } else {
            found = explain_path(mrp, question->wanted, question->page) ||
                    explain_declaration(mrp, question->wanted, question->page);
            question->kind = "path";
        }
        if (!found) explain_path_unknown(mrp, question->invocation, question->wanted);
        if (!found) question->outcome = OUTCOME_MISUSE;
    }
    mrp_free(mrp);
    return found;
}

void explain_offer_known(struct arena *arena, struct suggestion *suggestion) {
    size_t count;
    const struct builtin *builtins = builtin_all(&count);
    explain_word_offer(suggestion);
    for (size_t i = 0; i < page_count; i++) suggestion_offer(suggestion, text_of(pages[i].name));
    for (size_t i = 0; i < count; i++) suggestion_offer(suggestion, text_of(builtins[i].name));
    explain_library_offer(arena, suggestion);
    const struct schema_type *found[1];
    struct text wanted = suggestion->wanted;
    bool is_type = text_starts(wanted, TEXT("aws_")) || /* Terraform's, or one without a service */
                   (!suggestion->best.length && wanted.length && ascii_is_upper(wanted.bytes[0]));
    if (is_type && schema_suggest_type(suggestion->wanted, found, 1) == 1)
        suggestion->best = schema_type_name(found[0]);
}

void explain_suggest(const struct suggestion *suggestion) {
    const char *advice;
    struct text ours = builtin_habit(suggestion->wanted, &advice);
    if (ours.length) {
        fprintf(stderr, "  The function is called \"%.*s\" here.\n", TEXT_ARGS(ours));
    } else if (advice) {
        fprintf(stderr, "  %s\n", advice);
    } else if (suggestion->best.length) {
        fprintf(stderr, "  Did you mean \"%.*s\"?\n", TEXT_ARGS(suggestion->best));
    }
}

/* What the program declares by the name of a word of the language, below the page of the word.
 * Nothing is said of a program with mistakes: it was not asked for. */
static void explain_declared_too(struct question *question) {
    struct failure why;
    const char *file;
    int outcome;
    if (program_find(question->invocation, 1, &file, &why) != PROGRAM_FOUND) return;
    struct mrp *mrp = program_open(question->invocation, file, &outcome);
    if (mrp && mrp_compile(mrp) == MRP_DONE) {
        size_t length = question->page->length;
        buffer_char(question->page, '\n');
        if (!explain_path(mrp, question->wanted, question->page) &&
            !explain_declaration(mrp, question->wanted, question->page))
            question->page->length = length;
    }
    mrp_free(mrp);
}

/* A name that nothing is known by, and no program to look it up in. */
static void explain_nothing(const struct question *question) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, question->wanted);
    explain_offer_known(question->invocation->arena, &suggestion);
    misuse(question->invocation, "nothing is known by the name \"%.*s\"",
           TEXT_ARGS(question->wanted));
    explain_suggest(&suggestion);
}

static bool find(struct question *question) {
    struct failure why;
    const char *file;
    if (explain_language(question)) {
        explain_declared_too(question);
        return true;
    }
    if (explain_std(question)) return true;
    if (text_starts(question->wanted, TEXT("std."))) {
        explain_nothing(question);
        question->outcome = OUTCOME_MISUSE;
        return false;
    }
    if (explain_aws(question, &why)) return true;
    if (question->outcome != OUTCOME_DONE) return false;
    switch (program_find(question->invocation, 1, &file, &why)) {
    case PROGRAM_FOUND: return explain_program(question);
    case PROGRAM_NONE:
        explain_nothing(question);
        question->outcome = OUTCOME_MISUSE;
        return false;
    case PROGRAM_FAILED: question->outcome = world_failed(&why); return false;
    }
    return false;
}

/* On a terminal in its width; elsewhere as it is written, which is Markdown for the most part. */
static int show_text(const struct question *question) {
    bool is_fixed = terminal_columns(STDOUT_FILENO) == 0 || strcmp(question->kind, "aws") == 0 ||
                    strcmp(question->kind, "permissions") == 0;
    if (is_fixed) return print(buffer_view(question->page));
    struct buffer out;
    buffer_init(&out);
    wrap_page(buffer_view(question->page), page_columns(), &out);
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

static int show(const struct question *question, enum form form) {
    bool is_data = strcmp(question->kind, "permissions") == 0;
    if (form == FORM_TEXT) return show_text(question);
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "{\"format\":1,\"name\":");
    buffer_json_string(&out, question->wanted);
    buffer_format(&out, ",\"kind\":\"%s\",\"%s\":", question->kind, is_data ? "policy" : "text");
    if (is_data) {
        buffer_text(&out, buffer_view(question->page));
    } else {
        buffer_json_string(&out, buffer_view(question->page));
    }
    buffer_string(&out, "}\n");
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

/* --all: the pages of the library as files. */
static int explain_all(struct invocation *invocation) {
    const char *folder = option_value(invocation, OPTION_OUTPUT);
    struct failure why;
    if (invocation->operand_count)
        return misuse(invocation, "--all explains all, and takes no name");
    if (!explain_library_all(folder ? folder : "docs/stdlib", &why)) return world_failed(&why);
    return OUTCOME_DONE;
}

int command_explain(struct invocation *invocation) {
    enum form form;
    if (option_given(invocation, OPTION_ALL)) return explain_all(invocation);
    if (invocation->operand_count == 0) return misuse(invocation, "what is to be explained?");
    int outcome = output_form(invocation, false, &form);
    if (outcome != OUTCOME_DONE) return outcome;
    struct buffer page;
    buffer_init(&page);
    struct question question = {
        .invocation = invocation, .wanted = text_of(invocation->operands[0]), .page = &page};
    outcome = find(&question) ? show(&question, form) : question.outcome;
    buffer_release(&page);
    return outcome;
}
