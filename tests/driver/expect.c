/* Counting, comparing, and the little languages of the expectations. */
#include "cli/diff.h"
#include "tests/driver/driver.h"

void passed(struct driver *driver) {
    driver->tally.passed++;
}

void failed(struct driver *driver, const char *what, const char *reason, ...) {
    va_list args;
    va_start(args, reason);
    struct text text = text_vformat(driver->arena, reason, args);
    va_end(args);
    buffer_format(&driver->said, "FAILED %s: ", what);
    buffer_text(&driver->said, text);
    if (text.length && text.bytes[text.length - 1] != '\n') buffer_char(&driver->said, '\n');
    driver->tally.failed++;
}

bool expect_text(struct driver *driver, const char *what, struct text expected,
                 struct text actual) {
    if (text_equal(expected, actual)) return true;
    struct buffer difference;
    buffer_init(&difference);
    diff_unified("expected, actual", expected, actual, &difference);
    failed(driver, what, "\n%.*s", TEXT_ARGS(buffer_view(&difference)));
    buffer_release(&difference);
    return false;
}

bool survived(struct driver *driver, const char *what, const struct ran *ran) {
    bool sanitizer =
        strstr(ran->err.bytes, "Sanitizer") || strstr(ran->err.bytes, "runtime error:");
    if (ran->status < 124 && !sanitizer) return true;
    failed(driver, what, "%s (status %d)\n%.4000s",
           ran->status == 124 ? "took too long" : "crashed", ran->status, ran->err.bytes);
    return false;
}

/* JSON without white space between its tokens. */
static struct text json_minify(struct arena *arena, struct text json) {
    char *bytes = arena_alloc(arena, json.length + 1);
    size_t length = 0;
    bool in_string = false;
    for (size_t i = 0; i < json.length; i++) {
        char c = json.bytes[i];
        if (!in_string && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) continue;
        bytes[length++] = c;
        if (in_string && c == '\\' && i + 1 < json.length) {
            bytes[length++] = json.bytes[++i];
        } else if (c == '"') {
            in_string = !in_string;
        }
    }
    return (struct text){bytes, length};
}

char **split_words(struct driver *driver, struct text line) {
    char **words = arena_array(driver->arena, line.length / 2 + 2, sizeof *words);
    size_t count = 0, at = 0;
    while (at < line.length) {
        if (line.bytes[at] == ' ') {
            at++;
            continue;
        }
        char *word = arena_alloc(driver->arena, line.length - at + 1);
        size_t length = 0;
        char quote = '\0';
        for (; at < line.length && (quote || line.bytes[at] != ' '); at++) {
            char c = line.bytes[at];
            if (quote ? c == quote : c == '\'' || c == '"') {
                quote = quote ? '\0' : c;
            } else {
                word[length++] = c;
            }
        }
        words[count++] = word;
    }
    return words;
}

void run_expression(struct driver *driver, const char *where, struct text expression,
                    struct text expected) {
    char *arguments[] = {(char *)driver->mrp, "eval", "--",
                         arena_copy(driver->arena, expression.bytes, expression.length), NULL};
    struct ran ran = run_program(driver, driver->scratch, arguments, TEXT(""), TEXT(""));
    if (!survived(driver, where, &ran)) return;
    if (text_starts(expected, TEXT("error "))) { /* error NAME */
        struct text name = text_format(driver->arena, "[%.*s]", (int)expected.length - 6,
                                       expected.bytes + 6);
        bool found = ran.status == 1 && strstr(ran.err.bytes, name.bytes);
        if (found) {
            passed(driver);
        } else {
            failed(driver, where, "expected the error %s\n%s%s", name.bytes, ran.out.bytes,
                   ran.err.bytes);
        }
        return;
    }
    if (ran.status != 0) {
        failed(driver, where, "%s", ran.err.bytes);
        return;
    }
    if (expect_text(driver, where, json_minify(driver->arena, expected),
                    json_minify(driver->arena, ran.out))) {
        passed(driver);
    }
}
