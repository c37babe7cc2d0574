/* Finding a program, opening it with the command line's options, reporting on it. */
#include "cli/program.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "cli/junit.h"
#include "cli/output.h"
#include "mrp_parts.h"

enum { PARENTS = 64 };

static enum program_found look_for(const char *path, struct failure *why) {
    struct stat status;
    if (stat(path, &status) == 0) return S_ISREG(status.st_mode) ? PROGRAM_FOUND : PROGRAM_NONE;
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return PROGRAM_NONE;
    failure_set(why, "could not look for \"%s\": %s", path, strerror(errno));
    return PROGRAM_FAILED;
}

/* A folder stands for the pipeline.mrp in it. */
static const char *in_folder(const struct invocation *invocation, const char *path) {
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) return path;
    bool ends = text_ends(text_of(path), TEXT("/"));
    return text_format(invocation->arena, "%s%spipeline.mrp", path, ends ? "" : "/").bytes;
}

/* A file that is named is there, or its reading says that it is not. */
static enum program_found find_named(const struct invocation *invocation, const char *operand,
                                     const char **file, struct failure *why) {
    *file = operand;
    if (strcmp(operand, "-") == 0) return PROGRAM_FOUND;
    *file = in_folder(invocation, operand);
    if (*file == operand) return PROGRAM_FOUND;
    enum program_found found = look_for(*file, why);
    if (found != PROGRAM_NONE) return found;
    failure_set(why, "there is no \"pipeline.mrp\" in the folder \"%s\"", operand);
    return PROGRAM_FAILED;
}

enum program_found program_find(const struct invocation *invocation, size_t index,
                                const char **file, struct failure *why) {
    if (index < invocation->operand_count) {
        return find_named(invocation, invocation->operands[index], file, why);
    }
    struct text path = TEXT("pipeline.mrp");
    struct stat here, parent;
    for (int i = 0; i < PARENTS; i++) {
        enum program_found found = look_for(path.bytes, why);
        *file = path.bytes;
        if (found != PROGRAM_NONE) return found;
        int ups = (int)path.length - (int)strlen("pipeline.mrp");
        struct text folder = text_format(invocation->arena, "%.*s.", ups, path.bytes);
        struct text above = text_format(invocation->arena, "%.*s..", ups, path.bytes);
        bool is_top = stat(folder.bytes, &here) != 0 || stat(above.bytes, &parent) != 0 ||
                      (here.st_ino == parent.st_ino && here.st_dev == parent.st_dev);
        if (is_top) break;
        path = text_format(invocation->arena, "../%s", path.bytes);
    }
    failure_set(why, "there is no \"pipeline.mrp\" in this folder or in one above it");
    failure_hint(why, "\"mrp init\" starts one; another file is named as an operand.");
    return PROGRAM_NONE;
}

bool program_file(const struct invocation *invocation, size_t index, const char **file,
                  struct failure *why) {
    return program_find(invocation, index, file, why) == PROGRAM_FOUND;
}

static bool check_sets(const struct invocation *invocation) {
    for (size_t i = 0; i < invocation->counts[OPTION_SET]; i++) {
        const char *set = invocation->values[OPTION_SET][i];
        if (strchr(set, '=') && set[0] != '=') continue;
        misuse(invocation, "--set \"%s\" is not of the form NAME=VALUE", set);
        return false;
    }
    return true;
}

static bool check_ids(const struct invocation *invocation, enum option option) {
    for (size_t i = 0; i < invocation->counts[option]; i++) {
        struct text id = text_of(invocation->values[option][i]);
        if (diagnostic_find(id) != DIAGNOSTIC_COUNT) continue;
        struct text near = diagnostic_suggest(id);
        misuse(invocation, "--%s: there is no diagnostic \"%s\"", option_row(option)->name,
               id.bytes);
        if (near.length) fprintf(stderr, "  Did you mean \"%.*s\"?\n", TEXT_ARGS(near));
        return false;
    }
    return true;
}

static bool read_standard(const struct invocation *invocation, struct text *given, int *outcome) {
    struct failure why;
    if (file_read(invocation->arena, "-", given, &why)) return true;
    *outcome = world_failed(&why);
    return false;
}

struct mrp *program_open(const struct invocation *invocation, const char *file, int *outcome) {
    *outcome = OUTCOME_MISUSE;
    if (!check_sets(invocation) || !check_ids(invocation, OPTION_ALLOW) ||
        !check_ids(invocation, OPTION_DENY)) {
        return NULL;
    }
    struct mrp_options options = {
        .file = file,
        .sets = invocation->values[OPTION_SET],
        .vars = invocation->values[OPTION_VARS],
        .allow = invocation->values[OPTION_ALLOW],
        .deny = invocation->values[OPTION_DENY],
        .set_count = invocation->counts[OPTION_SET],
        .vars_count = invocation->counts[OPTION_VARS],
        .allow_count = invocation->counts[OPTION_ALLOW],
        .deny_count = invocation->counts[OPTION_DENY],
        .schema = option_value(invocation, OPTION_SCHEMA),
        .strict = option_given(invocation, OPTION_STRICT),
        .only_errors = option_given(invocation, OPTION_QUIET),
        .no_environment = option_given(invocation, OPTION_NO_ENV),
    };
    struct text given;
    bool is_standard = strcmp(file, "-") == 0;
    if (is_standard && !read_standard(invocation, &given, outcome)) return NULL;
    if (is_standard) options.file = "pipeline.mrp";
    struct mrp *mrp = mrp_new(&options);
    if (!mrp) memory_exhausted();
    if (is_standard) mrp_give_program(mrp, given);
    mrp_set_columns(mrp, terminal_columns(STDERR_FILENO));
    *outcome = OUTCOME_DONE;
    return mrp;
}

int program_outcome(struct mrp *mrp, enum mrp_result result) {
    struct failure why;
    switch (result) {
    case MRP_DONE: return OUTCOME_DONE;
    case MRP_ERRORS: return OUTCOME_ERRORS;
    case MRP_FAILED: break;
    }
    failure_set(&why, "%s", mrp_failure(mrp));
    failure_hint(&why, "%s", mrp_failure_hint(mrp));
    return world_failed(&why);
}

struct text program_text(const struct mrp *mrp, struct mrp_text text) {
    if (mrp_failure(mrp)[0]) memory_exhausted();
    return (struct text){text.bytes, text.length};
}

struct mrp_diagnostic program_diagnostic(struct mrp *mrp, size_t index) {
    struct mrp_diagnostic d = mrp_diagnostic(mrp, index);
    if (!d.id[0]) memory_exhausted();
    return d;
}

static void count_line(struct mrp *mrp) {
    size_t errors = mrp_error_count(mrp), warnings = mrp_warning_count(mrp);
    if (errors + warnings < 2) return; /* one speaks for itself */
    fputc('\n', stderr);
    if (errors) fprintf(stderr, "%zu error%s", errors, errors == 1 ? "" : "s");
    if (errors && warnings) fputs(", ", stderr);
    if (warnings) fprintf(stderr, "%zu warning%s", warnings, warnings == 1 ? "" : "s");
    fputc('\n', stderr);
}

/* Text of a workflow command: what would end it, or a property of it, is escaped. */
static void github_text(struct buffer *out, const char *text, bool is_property) {
    for (; *text; text++) {
        bool is_mark = *text == '%' || *text == '\r' || *text == '\n' ||
                       (is_property && (*text == ':' || *text == ','));
        if (is_mark) buffer_format(out, "%%%02X", (unsigned)*text);
        else buffer_char(out, *text);
    }
}

/* Annotations as GitHub's workflow commands take them: one line each, on standard output. */
static int report_github(const struct invocation *invocation, struct mrp *mrp) {
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < mrp_diagnostic_count(mrp); i++) {
        struct mrp_diagnostic d = program_diagnostic(mrp, i);
        buffer_string(&out, d.is_error ? "::error " : "::warning ");
        if (d.file) {
            buffer_string(&out, "file=");
            github_text(&out, d.file, true);
            buffer_format(&out, ",line=%u,endLine=%u,", (unsigned)d.line, (unsigned)d.end_line);
            if (d.line == d.end_line) { /* columns are for one line only */
                buffer_format(&out, "col=%u,endColumn=%u,", (unsigned)d.column,
                              (unsigned)d.end_column);
            }
        }
        buffer_format(&out, "title=%s::", d.id);
        github_text(&out, d.message, false);
        if (d.hint && d.hint[0]) buffer_string(&out, "%0A");
        if (d.hint) github_text(&out, d.hint, false);
        buffer_char(&out, '\n');
    }
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    if (!option_given(invocation, OPTION_QUIET)) count_line(mrp);
    return outcome;
}

static int report_junit(struct mrp *mrp) {
    struct buffer out;
    buffer_init(&out);
    junit_diagnostics(&out, mrp, mrp_user_path(mrp, 0).bytes);
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

int program_report(const struct invocation *invocation, struct mrp *mrp, bool always) {
    enum form form;
    int outcome = output_form_among(invocation, FORMS_ALL, &form);
    if (outcome != OUTCOME_DONE) return outcome;
    if (form == FORM_GITHUB) return report_github(invocation, mrp);
    if (form == FORM_JUNIT) return report_junit(mrp);
    if (form != FORM_JSON && form != FORM_SARIF) {
        bool color = wants_color(invocation, STDERR_FILENO);
        struct text text = program_text(mrp, mrp_report(mrp, MRP_TEXT, color));
        fwrite(text.bytes, 1, text.length, stderr);
        if (!option_given(invocation, OPTION_QUIET)) count_line(mrp);
        return OUTCOME_DONE;
    }
    if (!always && mrp_error_count(mrp) == 0) return OUTCOME_DONE;
    enum mrp_report_form machine = form == FORM_JSON ? MRP_JSON : MRP_SARIF;
    return print(program_text(mrp, mrp_report(mrp, machine, false)));
}

int program_compile(const struct invocation *invocation, size_t index, struct mrp **mrp) {
    const char *file;
    struct failure why;
    enum form form;
    *mrp = NULL;
    int outcome = output_form(invocation, true, &form);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!program_file(invocation, index, &file, &why)) return world_failed(&why);
    *mrp = program_open(invocation, file, &outcome);
    if (!*mrp) return outcome;
    outcome = program_outcome(*mrp, mrp_compile(*mrp));
    if (outcome == OUTCOME_WORLD) return outcome;
    int reported = program_report(invocation, *mrp, false);
    return reported == OUTCOME_DONE ? outcome : reported;
}
