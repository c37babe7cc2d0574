/* Telling of calls. */
#include "runtime/aws/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/aws/when.h"

bool log_open(struct log *log, const struct surroundings *around, struct failure *why) {
    struct text path;
    struct arena arena;
    log->file = -1;
    if (!surroundings_variable(around, "MRP_LOG", &path)) return true;
    arena_init(&arena);
    const char *name = text_copy(&arena, path).bytes;
    log->file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (log->file < 0) {
        failure_set(why, "could not open the log \"%s\" that MRP_LOG names: %s", name,
                    strerror(errno));
    }
    arena_release(&arena);
    return log->file >= 0;
}

void log_close(struct log *log) {
    if (log->file >= 0) close(log->file);
    log->file = -1;
}

void log_say(const struct log *log, const char *format, ...) {
    char line[512];
    va_list args;
    if (!log->say) return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    log->say(log->context, text_of(line));
}

/* What came over the network need not be UTF-8, which JSON is. */
static void add_member(struct buffer *line, const char *name, struct text value) {
    if (!value.length) return;
    buffer_format(line, ",\"%s\":", name);
    size_t good = text_utf8_error(value);
    if (good == value.length) {
        buffer_json_string(line, value);
        return;
    }
    struct buffer plain;
    buffer_init(&plain);
    for (size_t i = 0; i < value.length; i++) {
        buffer_char(&plain, (unsigned char)value.bytes[i] < 0x80 ? value.bytes[i] : '?');
    }
    buffer_json_string(line, buffer_view(&plain));
    buffer_release(&plain);
}

/* What says which thing a call is about; other members may hold secrets. */
static void add_subject(struct buffer *line, const struct log_attempt *attempt) {
    static const char *const shown[] = {"StackName", "ChangeSetName", "RoleArn", "Key", "Name"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        add_member(line, shown[i], data_text(attempt->input, shown[i]));
    }
    add_member(line, "Bucket", attempt->bucket);
}

static void add_error(struct buffer *line, const struct log_attempt *attempt) {
    if (!attempt->error) return;
    add_member(line, "request", attempt->error->request_id);
    add_member(line, "error", attempt->error->code);
    /* AWS's messages may quote what was sent. */
    bool may_quote = data_get(attempt->input, "Parameters") ||
                     data_get(attempt->input, "TemplateBody") ||
                     data_get(attempt->input, "variables");
    if (attempt->error->code.length && !may_quote) {
        add_member(line, "message", attempt->error->message);
    }
}

/* In one writing, so that lines of two processes do not mix. A log that cannot be written stops no
 * deploy. */
static void write_line(const struct log *log, const struct log_attempt *attempt) {
    char time[32];
    struct buffer line;
    buffer_init(&line);
    when_format(attempt->time, time);
    buffer_format(&line, "{\"time\":\"%s\",\"service\":\"%s\",\"operation\":\"%s\"", time,
                  attempt->service, attempt->operation);
    add_member(&line, "region", attempt->region);
    add_member(&line, "host", attempt->host);
    add_subject(&line, attempt);
    buffer_format(&line, ",\"attempt\":%u,\"milliseconds\":%.0f", attempt->number,
                  attempt->seconds * 1000);
    if (attempt->status) buffer_format(&line, ",\"status\":%u", attempt->status);
    add_error(&line, attempt);
    buffer_string(&line, "}\n");
    ssize_t written = write(log->file, line.bytes, line.length);
    (void)written;
    buffer_release(&line);
}

void log_add(const struct log *log, const struct log_attempt *attempt) {
    struct text subject = data_text(attempt->input, "StackName");
    struct text code = attempt->error ? attempt->error->code : TEXT("");
    if (log->file >= 0) write_line(log, attempt);
    if (!log->is_verbose) return;
    log_say(log, "%s %.*s%s%s%s%.*s: %s%.*s (%.0f ms%s)", attempt->service,
            TEXT_ARGS(attempt->region), attempt->region.length ? " " : "", attempt->operation,
            subject.length ? " " : "", TEXT_ARGS(subject), code.length ? "" : "done",
            TEXT_ARGS(code), attempt->seconds * 1000, attempt->number > 1 ? ", again" : "");
}
