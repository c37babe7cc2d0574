/* mrp test: runs the `test` blocks of a program, each on a program of its own with its inputs. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/junit.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/snapshots.h"
#include "mrp_parts.h"

struct session {
    struct invocation *invocation;
    const char *file;          /* the program */
    const char *only;          /* the only file of tests, or NULL */
    enum form form;
    bool updates, is_quiet;
    struct snapshots snapshots; /* compared so far */
    struct mrp *mrp;           /* loaded, for what is common to all tests */
    struct coverage coverage;  /* of all tests together */
    bool covers;
    size_t passed, failed;
    bool is_apart;             /* an empty line is the last that was printed */
    struct buffer out;         /* json, junit: the tests so far */
};

/* ---- the program and its tests ---- */

static bool is_there(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The program that a file of tests belongs to: x.mrp beside x_test.mrp, else pipeline.mrp. */
static bool find_program(struct session *session, struct failure *why) {
    struct arena *arena = session->invocation->arena;
    struct text path = text_of(session->file), ending = TEXT("_test.mrp");
    if (!text_ends(path, ending)) return true;
    if (!is_there(session->file)) {
        return failure_set(why, "file \"%s\" does not exist", session->file);
    }
    session->only = session->file;
    struct text stem = {path.bytes, path.length - ending.length};
    struct text folder = stem;
    while (folder.length && folder.bytes[folder.length - 1] != '/') folder.length--;
    session->file = text_format(arena, "%.*s.mrp", TEXT_ARGS(stem)).bytes;
    if (is_there(session->file)) return true;
    session->file = text_format(arena, "%.*spipeline.mrp", TEXT_ARGS(folder)).bytes;
    if (is_there(session->file)) return true;
    failure_set(why, "\"%s\" has neither \"%.*s.mrp\" nor \"pipeline.mrp\" beside it",
                session->only, (int)(stem.length - folder.length), stem.bytes + folder.length);
    return failure_hint(why, "A file of tests lies beside the program that it tests.");
}

static struct mrp *open_tests(struct session *session, int *outcome) {
    struct mrp *mrp = program_open(session->invocation, session->file, outcome);
    if (!mrp) return NULL;
    mrp_with_tests(mrp, session->only);
    *outcome = program_outcome(mrp, mrp_load_tests(mrp));
    if (*outcome == OUTCOME_DONE) return mrp;
    if (*outcome == OUTCOME_ERRORS) program_report(session->invocation, mrp, true);
    mrp_free(mrp);
    return NULL;
}

/* ---- what people see ---- */

static int show_text(struct session *session, struct mrp *mrp, const struct mrp_test *test) {
    bool color = wants_color(session->invocation, STDOUT_FILENO);
    if (test->has_passed && session->is_quiet) return OUTCOME_DONE;
    struct buffer *out = &session->out;
    out->length = 0;
    buffer_format(out, "%s%s%s  %.*s\n", color ? (test->has_passed ? "\033[32m" : "\033[31m") : "",
                  test->has_passed ? "ok    " : "FAILED", color ? "\033[0m" : "",
                  TEXT_ARGS(test->title));
    if (!test->has_passed) {
        buffer_text(out, program_text(mrp, mrp_report(mrp, MRP_TEXT, color)));
        buffer_char(out, '\n');
    }
    session->is_apart = !test->has_passed;
    return print(buffer_view(out));
}

static unsigned percent(uint32_t reached, uint32_t all) {
    return all ? (unsigned)((uint64_t)reached * 100 / all) : 100;
}

static uint32_t reached_count(const struct coverage *coverage) {
    uint32_t reached = 0;
    for (uint32_t i = 0; i < coverage->count; i++) reached += coverage->points[i].is_reached;
    return reached;
}

static struct place place_of(struct session *session, const struct cover_point *point) {
    return source_place(mrp_program(session->mrp)->sources, point->span.source, point->span.start);
}

static void coverage_text(struct session *session, struct buffer *out) {
    const struct coverage *coverage = &session->coverage;
    uint32_t reached = reached_count(coverage);
    buffer_format(out, "coverage: %u of %u declarations and branches (%u %%)\n", (unsigned)reached,
                  (unsigned)coverage->count, percent(reached, coverage->count));
    for (uint32_t i = 0; i < coverage->count; i++) {
        const struct cover_point *point = &coverage->points[i];
        if (point->is_reached) continue;
        struct text file = mrp_user_path(session->mrp, point->span.source);
        struct place place = place_of(session, point);
        buffer_format(out, "  %.*s:%u:%u: ", TEXT_ARGS(file), (unsigned)place.line,
                      (unsigned)place.column);
        if (point->name.length) {
            buffer_format(out, "%s \"%.*s\" is not reached\n", point->word, TEXT_ARGS(point->name));
        } else {
            buffer_format(out, "this %s is not reached\n", point->word);
        }
    }
}

static int close_text(struct session *session) {
    struct buffer *out = &session->out;
    out->length = 0;
    bool is_apart = session->is_apart || !session->passed || session->is_quiet;
    if (!is_apart) buffer_char(out, '\n');
    if (session->covers) {
        coverage_text(session, out);
        buffer_char(out, '\n');
    }
    buffer_format(out, "%zu passed, %zu failed\n", session->passed, session->failed);
    return print(buffer_view(out));
}

/* ---- what machines read ---- */

static void add_json(struct session *session, struct mrp *mrp, const struct mrp_test *test) {
    struct buffer *out = &session->out;
    buffer_string(out, session->passed + session->failed ? ",\n  {" : "\n  {");
    buffer_json_member(out, "title", test->title);
    buffer_char(out, ',');
    buffer_json_member(out, "file", test->file);
    buffer_format(out, ",\"line\":%u,\"passed\":%s", (unsigned)test->line,
                  test->has_passed ? "true" : "false");
    if (!test->has_passed) {
        struct text report = program_text(mrp, mrp_report(mrp, MRP_JSON, false));
        size_t length = report.length;
        while (length && report.bytes[length - 1] == '\n') length--;
        buffer_string(out, ",\"report\":");
        buffer_add(out, report.bytes, length);
    }
    buffer_char(out, '}');
}

static void coverage_json(struct session *session, struct buffer *out) {
    const struct coverage *coverage = &session->coverage;
    uint32_t reached = reached_count(coverage), said = 0;
    buffer_format(out, ",\n\"coverage\":{\"reached\":%u,\"all\":%u,\"percent\":%u,\"missing\":[",
                  (unsigned)reached, (unsigned)coverage->count, percent(reached, coverage->count));
    for (uint32_t i = 0; i < coverage->count; i++) {
        const struct cover_point *point = &coverage->points[i];
        if (point->is_reached) continue;
        struct place place = place_of(session, point);
        buffer_string(out, said++ ? ",\n  {" : "\n  {");
        buffer_json_member(out, "what", text_of(point->word));
        buffer_char(out, ',');
        buffer_json_member(out, "name", point->name);
        buffer_char(out, ',');
        buffer_json_member(out, "file", mrp_user_path(session->mrp, point->span.source));
        buffer_format(out, ",\"line\":%u,\"column\":%u}", (unsigned)place.line,
                      (unsigned)place.column);
    }
    buffer_string(out, said ? "\n]}" : "]}");
}

static int close_json(struct session *session) {
    struct buffer whole;
    buffer_init(&whole);
    buffer_string(&whole, "{\"format\":1,\"tests\":[");
    buffer_text(&whole, buffer_view(&session->out));
    buffer_string(&whole, session->out.length ? "\n]" : "]");
    if (session->covers) coverage_json(session, &whole);
    buffer_format(&whole, ",\n\"passed\":%zu,\"failed\":%zu}\n", session->passed, session->failed);
    int outcome = print(buffer_view(&whole));
    buffer_release(&whole);
    return outcome;
}

static void add_junit(struct session *session, struct mrp *mrp, const struct mrp_test *test) {
    struct buffer *out = &session->out;
    buffer_string(out, "    <testcase");
    xml_attribute(out, "classname", test->file);
    xml_attribute(out, "name", test->title);
    xml_attribute(out, "file", test->file);
    buffer_format(out, " line=\"%u\"", (unsigned)test->line);
    if (test->has_passed) {
        buffer_string(out, "/>\n");
        return;
    }
    buffer_string(out, ">\n      <failure");
    if (mrp_diagnostic_count(mrp)) {
        struct mrp_diagnostic first = program_diagnostic(mrp, 0);
        xml_attribute(out, "message", text_of(first.message));
        xml_attribute(out, "type", text_of(first.id));
    }
    buffer_char(out, '>');
    xml_text(out, program_text(mrp, mrp_report(mrp, MRP_TEXT, false)));
    buffer_string(out, "</failure>\n    </testcase>\n");
}

static int close_junit(struct session *session) {
    struct buffer whole;
    size_t all = session->passed + session->failed;
    buffer_init(&whole);
    junit_suite(&whole, text_of(session->only ? session->only : session->file), all,
                session->failed, buffer_view(&session->out));
    int outcome = print(buffer_view(&whole));
    buffer_release(&whole);
    return outcome;
}

/* ---- running ---- */

static void add_coverage(struct session *session, const struct mrp_test *test) {
    if (!session->covers || !test->coverage) return;
    for (uint32_t i = 0; i < session->coverage.count && i < test->coverage->count; i++) {
        session->coverage.points[i].is_reached |= test->coverage->points[i].is_reached;
    }
}

static int show(struct session *session, struct mrp *mrp, const struct mrp_test *test) {
    if (session->form == FORM_JSON) add_json(session, mrp, test);
    else if (session->form == FORM_JUNIT) add_junit(session, mrp, test);
    else return show_text(session, mrp, test);
    return OUTCOME_DONE;
}

static bool is_wanted(const struct session *session, struct text title) {
    const char *part = option_value(session->invocation, OPTION_ONLY);
    return !part || memmem(title.bytes, title.length, part, strlen(part)) != NULL;
}

static int run_one(struct session *session, size_t index) {
    int outcome;
    struct mrp_test test;
    struct failure why;
    if (!is_wanted(session, mrp_test_title(session->mrp, index))) return OUTCOME_DONE;
    struct mrp *mrp = open_tests(session, &outcome);
    if (!mrp) return outcome;
    outcome = program_outcome(mrp, mrp_test(mrp, index, session->updates, session->covers, &test));
    if (outcome == OUTCOME_DONE) outcome = show(session, mrp, &test);
    if (outcome == OUTCOME_DONE) {
        add_coverage(session, &test);
        session->passed += test.has_passed;
        session->failed += !test.has_passed;
        /* what a test that failed has seen is no measure for the next run */
        if (test.has_passed &&
            !snapshots_take(&session->snapshots, mrp, test.snapshots, &why)) {
            outcome = world_failed(&why);
        }
    }
    mrp_free(mrp);
    return outcome;
}

/* What is asked for and is not there is no success: the title may be misspelt. */
static int say_none(const struct session *session) {
    const char *part = option_value(session->invocation, OPTION_ONLY);
    if (mrp_test_count(session->mrp) == 0) {
        if (session->is_quiet) return OUTCOME_DONE;
        fputs("there are no tests: write test \"...\" { assert ... } into the program or into a "
              "file ..._test.mrp beside it\n", stderr);
        return OUTCOME_DONE;
    }
    if (!part || session->passed + session->failed > 0) return OUTCOME_DONE;
    fprintf(stderr, "no test has \"%s\" in its title\n", part);
    return OUTCOME_ERRORS;
}

static int run_all(struct session *session) {
    size_t count = mrp_test_count(session->mrp);
    session->covers = option_given(session->invocation, OPTION_COVERAGE);
    if (session->covers) coverage_init(&session->coverage, mrp_program(session->mrp));
    for (size_t i = 0; i < count; i++) {
        int outcome = run_one(session, i);
        if (outcome != OUTCOME_DONE) return outcome;
    }
    int outcome = session->form == FORM_JSON    ? close_json(session)
                  : session->form == FORM_JUNIT ? close_junit(session)
                                                : close_text(session);
    if (outcome == OUTCOME_DONE) outcome = say_none(session);
    if (outcome != OUTCOME_DONE) return outcome;
    /* a test that fails, or is left out, may have more of them */
    bool is_whole = !session->failed && !option_given(session->invocation, OPTION_ONLY);
    struct failure why;
    if (is_whole && !snapshots_leftover(&session->snapshots, session->mrp, &why)) {
        return world_failed(&why);
    }
    return session->failed ? OUTCOME_ERRORS : OUTCOME_DONE;
}

int command_test(struct invocation *invocation) {
    struct session session = {.invocation = invocation};
    struct failure why;
    int outcome = output_form_among(invocation, FORMS_TEST, &session.form);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!program_file(invocation, 0, &session.file, &why)) return world_failed(&why);
    if (!find_program(&session, &why)) return world_failed(&why);
    session.updates = option_given(invocation, OPTION_UPDATE);
    session.is_quiet = option_given(invocation, OPTION_QUIET);
    snapshots_init(&session.snapshots, invocation->arena);
    session.snapshots.updates = session.updates;
    session.snapshots.is_quiet = session.is_quiet;
    session.mrp = open_tests(&session, &outcome);
    if (!session.mrp) return outcome;
    buffer_init(&session.out);
    outcome = run_all(&session);
    buffer_release(&session.out);
    mrp_free(session.mrp);
    return outcome;
}
