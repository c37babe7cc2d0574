/* Sharing work out to processes, and counting what they did. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/driver/driver.h"

static void finish(struct driver *driver, int report) {
    scratch_clear(driver);
    rmdir(driver->scratch);
    if (driver->said.length) fwrite(driver->said.bytes, 1, driver->said.length, stdout);
    fflush(stdout);
    if (write(report, &driver->tally, sizeof driver->tally) != sizeof driver->tally) exit(2);
    exit(0);
}

static struct tally count(int report, size_t workers) {
    struct tally all = {0}, one;
    size_t answers = 0;
    for (; read(report, &one, sizeof one) == sizeof one; answers++) {
        all.passed += one.passed;
        all.failed += one.failed;
    }
    while (wait(NULL) > 0) continue;
    if (answers < workers) all.failed++;
    return all;
}

struct tally share_out(const struct driver *driver, size_t workers,
                       void (*work)(struct driver *driver, size_t worker, size_t workers,
                                    const void *context),
                       const void *context) {
    int report[2];
    if (pipe(report) != 0) exit(2);
    fflush(stdout);
    for (size_t i = 0; i < workers; i++) {
        if (fork() != 0) continue;
        char scratch[] = "/tmp/mrp-test-XXXXXX";
        struct driver own = *driver;
        if (!mkdtemp(scratch)) exit(2);
        own.scratch = scratch;
        buffer_init(&own.said);
        work(&own, i, workers, context);
        finish(&own, report[1]);
    }
    close(report[1]);
    return count(report[0], workers);
}
