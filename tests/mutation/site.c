#include "tests/mutation/site.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diagnostics.h"

static void log_line(const char *what) {
    char line[4096];
    const char *path = getenv("MRP_MUTATION_LOG");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (file < 0) return;
    int length = snprintf(line, sizeof line, "%s\n", what);
    if (write(file, line, (size_t)length) != length) abort();
    close(file);
}

static bool is_left_out(const char *what) {
    const char *wanted = getenv("MRP_MUTATION");
    log_line(what);
    return wanted && strcmp(wanted, what) == 0;
}

/* Below the top folder, wherever it was built. */
static const char *source_name(const char *file) {
    while (strncmp(file, "../", 3) == 0) file += 3;
    return file;
}

int mutation_site(int id, const char *file, int line) {
    char place[512];
    snprintf(place, sizeof place, "%s:%d", source_name(file), line);
    return is_left_out(place) ? DIAGNOSTIC_COUNT : id;
}

bool mutation_mutes(int id) {
    return id == DIAGNOSTIC_COUNT || is_left_out(diagnostic_name((enum diagnostic_id)id));
}
