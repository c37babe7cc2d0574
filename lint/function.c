/* Lints about functions: their runtimes, and what Lambda refuses. */
#include "lint/ends.h"
#include "lint/internal.h"
#include "schema/runtimes.h"

/* ---- runtimes of functions ---- */

static void hint_successor(const struct look *look, struct diagnostic *d,
                           const struct schema_runtime *runtime) {
    if (runtime->successor) warn_hint(look, d, "Its successor is \"%s\".", runtime->successor);
}

void lint_runtime_retired(const struct look *look) {
    struct text name;
    struct item item = item_get(look, "Runtime");
    const struct schema_runtime *runtime =
        item_text(item, &name) ? schema_runtime_find(name) : NULL;
    if (!runtime) return;
    if (end_has_come(runtime->create_block)) {
        hint_successor(look,
                       warn(look, item, "Lambda makes no functions with \"%.*s\" since %s",
                            TEXT_ARGS(name), runtime->create_block),
                       runtime);
    } else if (end_has_come(runtime->deprecated)) {
        hint_successor(look,
                       warn(look, item, "\"%.*s\" gets no security updates since %s",
                            TEXT_ARGS(name), runtime->deprecated),
                       runtime);
    }
}

/* ---- what Lambda refuses ---- */

/* "Defined runtime environment variables" in the Lambda Developer Guide: the reserved ones. */
static const char reserved[] =
    "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV "
    "AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION "
    "AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME "
    "AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN "
    "AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR";

enum { LONGEST_RUN = 900 };

/* A letter, then letters, digits and "_". */
static bool is_variable(struct text name) {
    bool fits = ascii_is_letter(name.bytes[0]);
    for (size_t i = 1; fits && i < name.length; i++)
        fits = ascii_is_word(name.bytes[i]);
    return fits;
}

static void check_variables(const struct look *look) {
    struct item variables = item_get(look, "Environment.Variables");
    for (uint32_t i = 0; i < item_entries(variables); i++) {
        struct text name;
        struct item item = item_entry(look, variables, i, &name);
        if (is_word(reserved, name)) {
            warn(look, item, "Lambda sets the variable %.*s itself, and refuses it from others",
                 TEXT_ARGS(name));
        } else if (name.length > 1 &&
                   !is_variable(name)) { /* a shorter one breaks the schema's pattern */
            warn(look, item, "Lambda takes no variable called \"%.*s\"", TEXT_ARGS(name));
        }
    }
}

/* Code is an image, an archive with a runtime and a handler, or text of two languages. */
static void check_code(const struct look *look) {
    struct item code = item_get(look, "Code"), runtime = item_get(look, "Runtime"), text;
    struct text name;
    text = item_in(look, code, "ZipFile");
    bool is_image = item_is(item_get(look, "PackageType"), "Image") ||
                    !item_is_absent(item_in(look, code, "ImageUri"));
    if (is_image || !item_is_record(code)) return;
    if (item_is_absent(runtime)) {
        struct diagnostic *d = warn(look, code, "a function that is no image has a runtime");
        warn_hint(look, d, "Write Runtime = \"nodejs24.x\", or that of its language.");
    } else if (item_is_absent(item_get(look, "Handler"))) {
        struct diagnostic *d = warn(look, code, "a function that is no image has a handler");
        warn_hint(look, d, "Write Handler = \"index.handler\", or where it begins.");
    } else if (!item_is_absent(text) && item_text(runtime, &name) &&
               !text_starts(name, TEXT("nodejs")) && !text_starts(name, TEXT("python"))) {
        struct diagnostic *d =
            warn(look, text, "code of \"%.*s\" cannot stand in the template", TEXT_ARGS(name));
        warn_hint(look, d, "Write S3Bucket and S3Key of its archive.");
    }
}

void lint_function_form(const struct look *look) {
    struct item timeout = item_get(look, "Timeout");
    int64_t seconds;
    check_code(look);
    check_variables(look);
    if (item_integer(timeout, &seconds) && seconds > LONGEST_RUN && !look_is_told(look, timeout)) {
        warn(look, timeout, "a function runs for %d seconds at most, and this says %lld",
             LONGEST_RUN, (long long)seconds);
    }
}
