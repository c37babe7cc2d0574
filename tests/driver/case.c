/* Cases: a program and, in files beside it, what the commands are to say of it. */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"
#include "tests/driver/driver.h"

struct test_case {
    const char *folder;     /* where the commands run */
    struct text stem;       /* path without .mrp */
    const char *file;       /* NAME.mrp */
    struct text commands;   /* lines of NAME.cmd, or empty */
    struct text environment;
    struct text input;      /* of each command, on standard input */
};

static bool beside(struct driver *driver, struct text stem, const char *ending,
                   struct text *bytes) {
    struct text path = text_format(driver->arena, "%.*s%s", TEXT_ARGS(stem), ending);
    struct failure why;
    *bytes = TEXT("");
    return access(path.bytes, F_OK) == 0 && file_read(driver->arena, path.bytes, bytes, &why);
}

static void rewrite(struct driver *driver, struct text stem, const char *ending,
                    struct text bytes) {
    struct text path = text_format(driver->arena, "%.*s%s", TEXT_ARGS(stem), ending);
    struct failure why;
    if (!file_write(path.bytes, bytes, &why)) failed(driver, path.bytes, "%s", why.message);
}

static bool has_error(struct text err) {
    return text_starts(err, TEXT("error")) || strstr(err.bytes, "\nerror") ||
           text_starts(err, TEXT("mrp"));
}

/* Runs the lines of NAME.cmd one after another, outputs joined; the last status counts. */
static struct ran run_commands(struct driver *driver, const struct test_case *test) {
    struct buffer out, err;
    buffer_init(&out);
    buffer_init(&err);
    int status = 0;
    struct text rest = test->commands;
    while (rest.length) {
        const char *end = memchr(rest.bytes, '\n', rest.length);
        size_t length = end ? (size_t)(end - rest.bytes) : rest.length;
        struct text line = {rest.bytes, length};
        rest = (struct text){rest.bytes + length + (end != NULL),
                             rest.length - length - (end != NULL)};
        if (length == 0 || line.bytes[0] == '#') continue;
        struct text whole = text_format(driver->arena, "%s %.*s", driver->mrp, TEXT_ARGS(line));
        char **words = split_words(driver, whole);
        for (char **word = words; *word; word++) {
            if (strcmp(*word, "FILE") == 0) *word = (char *)test->file;
        }
        struct ran ran = run_program(driver, test->folder, words, test->environment, test->input);
        buffer_text(&out, ran.out);
        buffer_text(&err, ran.err);
        status = ran.status;
        if (status >= 124) break;
    }
    struct ran all = {buffer_take(&out, driver->arena), buffer_take(&err, driver->arena), status};
    buffer_release(&out);
    buffer_release(&err);
    return all;
}

static struct ran run_line(struct driver *driver, const struct test_case *test, const char *line) {
    struct test_case one = *test;
    one.commands = text_of(line);
    return run_commands(driver, &one);
}

/* Everything of the case's folder goes to the scratch folder: its commands may write. */
static void copy_to_scratch(struct driver *driver, const char *folder) {
    scratch_clear(driver);
    struct text from = text_format(driver->arena, "%s/.", folder);
    char *arguments[] = {"/bin/cp", "-R", (char *)from.bytes, (char *)driver->scratch, NULL};
    run_program(driver, ".", arguments, TEXT(""), TEXT(""));
}

static bool compare_or_rewrite(struct driver *driver, const char *path,
                               const struct test_case *test, const char *ending,
                               struct text actual) {
    struct text expected;
    bool is_there = beside(driver, test->stem, ending, &expected);
    if (driver->update && (is_there || actual.length)) {
        if (!text_equal(expected, actual)) rewrite(driver, test->stem, ending, actual);
        return true;
    }
    struct text what = text_format(driver->arena, "%s (%s)", path, ending + 1);
    return expect_text(driver, what.bytes, expected, actual);
}

static bool check_commands(struct driver *driver, const char *path, const struct test_case *test,
                           struct text expected_err, bool shows_out) {
    struct ran ran = run_commands(driver, test);
    if (!survived(driver, path, &ran)) return false;
    if (!compare_or_rewrite(driver, path, test, ".err", ran.err)) return false;
    if (shows_out && !compare_or_rewrite(driver, path, test, ".out", ran.out)) return false;
    struct text exit_text;
    int expected = has_error(driver->update ? ran.err : expected_err) ? 1 : 0;
    if (beside(driver, test->stem, ".exit", &exit_text)) expected = atoi(exit_text.bytes);
    if (ran.status == expected) return true;
    failed(driver, path, "exit status %d, expected %d\n%s", ran.status, expected, ran.err.bytes);
    return false;
}

/* NAME.json is the template of the only stack, NAME.PATH.json that of the stack PATH. */
static bool check_template(struct driver *driver, const char *path, const struct test_case *test,
                           const char *ending) {
    struct text stack = {ending + 1, strlen(ending) - strlen(".json")};
    if (stack.length) stack.length--;
    struct text line = text_format(driver->arena, "build -q --stdout '%.*s' FILE",
                                   stack.length ? (int)stack.length : 1,
                                   stack.length ? stack.bytes : "-");
    struct ran ran = run_line(driver, test, line.bytes);
    if (!survived(driver, path, &ran)) return false;
    if (ran.status != 0) {
        failed(driver, path, "no template (%s): %s", line.bytes, ran.err.bytes);
        return false;
    }
    return compare_or_rewrite(driver, path, test, ending, ran.out);
}

static bool check_templates(struct driver *driver, const char *path,
                            const struct test_case *test) {
    const char *slash = strrchr(test->stem.bytes, '/');
    struct text folder = {test->stem.bytes, (size_t)(slash - test->stem.bytes)};
    const char *name = slash + 1;
    size_t length = test->stem.length - folder.length - 1;
    DIR *entries = opendir(text_copy(driver->arena, folder).bytes);
    bool good = true;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        const char *ending = entry->d_name + length;
        if (strncmp(entry->d_name, name, length) != 0 || *ending != '.') continue;
        if (!text_ends(text_of(ending), TEXT(".json"))) continue;
        good =
            check_template(driver, path, test, text_copy(driver->arena, text_of(ending)).bytes) &&
            good;
    }
    if (entries) closedir(entries);
    return good;
}

void run_case(struct driver *driver, const char *path) {
    struct text stem = {path, strlen(path) - strlen(".mrp")}, expected_err;
    const char *slash = strrchr(path, '/');
    struct text folder = {path, (size_t)(slash - path)};
    struct test_case test = {
        .folder = text_copy(driver->arena, folder).bytes,
        .stem = text_copy(driver->arena, stem),
        .file = slash + 1,
    };
    beside(driver, stem, ".env", &test.environment);
    beside(driver, stem, ".in", &test.input);
    beside(driver, stem, ".err", &expected_err);
    bool has_commands = beside(driver, stem, ".cmd", &test.commands);
    if (has_commands) {
        copy_to_scratch(driver, test.folder);
        test.folder = driver->scratch;
    } else {
        test.commands = TEXT("check FILE");
    }
    if (check_commands(driver, path, &test, expected_err, has_commands) &&
        check_templates(driver, path, &test)) {
        passed(driver);
    }
}

/* Pairs of an expression and, in a line below it, "=> " and its value as JSON, or "=> error
 * NAME". */
void run_expressions(struct driver *driver, const char *path) {
    struct text bytes;
    struct failure why;
    if (!file_read(driver->arena, path, &bytes, &why)) {
        failed(driver, path, "%s", why.message);
        return;
    }
    const char *at = bytes.bytes, *end = at + bytes.length, *start = NULL;
    for (unsigned number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline ? newline : end;
        struct text line = {at, (size_t)(line_end - at)};
        if (text_starts(line, TEXT("=> ")) && start) {
            struct text where = text_format(driver->arena, "%s:%u", path, number);
            struct text expression = {start, (size_t)(at - start - 1)};
            run_expression(driver, where.bytes, expression,
                           (struct text){line.bytes + 3, line.length - 3});
            start = NULL;
        } else if (line.length && !start && line.bytes[0] != '#') {
            start = at;
        }
        at = line_end + 1;
    }
    if (start) failed(driver, path, "ends with an expression that has no value");
}
