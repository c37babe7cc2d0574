/* Standard output, terminals and files written at once or not at all. */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/files.h"
#include "base/unicode.h"
#include "cli/hidden.h"

int print(struct text text) {
    struct buffer masked;
    struct failure why;
    buffer_init(&masked);
    if (hidden_mask(text, &masked)) text = buffer_view(&masked);
    bool good = file_write_all(STDOUT_FILENO, text) || errno == EPIPE;
    buffer_release(&masked);
    if (good) return OUTCOME_DONE;
    failure_set(&why, "could not write to standard output: %s", strerror(errno));
    return world_failed(&why);
}

int print_said(struct text text) {
    struct buffer shown;
    buffer_init(&shown);
    buffer_visible(&shown, text);
    int outcome = print(buffer_view(&shown));
    buffer_release(&shown);
    return outcome;
}

void say(struct buffer *said) {
    struct buffer shown;
    buffer_init(&shown);
    hidden_mask_buffer(said);
    buffer_visible(&shown, buffer_view(said));
    if (shown.length) fwrite(shown.bytes, 1, shown.length, stderr);
    buffer_release(&shown);
    buffer_release(said);
}

bool wants_color(const struct invocation *invocation, int descriptor) {
    const char *when = option_value(invocation, OPTION_COLOR);
    if (when && strcmp(when, "always") == 0) return true;
    if (when && strcmp(when, "never") == 0) return false;
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    const char *forced = getenv("FORCE_COLOR");
    if (refused && refused[0]) return false;
    if (forced && forced[0]) return strcmp(forced, "0") != 0;
    if (terminal && strcmp(terminal, "dumb") == 0) return false;
    return isatty(descriptor);
}

unsigned terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int output_form_among(const struct invocation *invocation, unsigned forms, enum form *form) {
    static const char *const names[FORM_COUNT] = {"text", "json",    "sarif", "github",
                                                  "dot",  "mermaid", "svg",   "junit"};
    const char *wanted = option_value(invocation, OPTION_FORMAT);
    struct text known = TEXT("");
    for (unsigned i = FORM_COUNT; i-- > 0;) {
        if (!(forms >> i & 1)) continue;
        *form = (enum form)i;
        if (wanted && strcmp(wanted, names[i]) == 0) return OUTCOME_DONE;
        known = text_format(invocation->arena, "%s%s%.*s", names[i], known.length ? ", " : "",
                            TEXT_ARGS(known));
    }
    if (!wanted) return OUTCOME_DONE;
    return misuse(invocation, "the format \"%s\" is not one of %.*s", wanted, TEXT_ARGS(known));
}

int output_form(const struct invocation *invocation, bool has_sarif, enum form *form) {
    unsigned forms = 1 << FORM_TEXT | 1 << FORM_JSON | (has_sarif ? 1 << FORM_SARIF : 0);
    return output_form_among(invocation, forms, form);
}
