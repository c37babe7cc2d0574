/* A plan that somebody else saved (mrp apply PLAN): it is refused with a reason, or is the one that
 * is made again. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/saved.h"
#include "runtime/simulator/simulator.h"
#include "tests/fuzz/deployed.h"

static void expect_reason(const struct failure *why) {
    if (!why->message[0]) abort();
}

/* The plan of the program in an empty world. */
static void compare(struct invocation *invocation, const struct document *saved) {
    struct deploying deploying = {.invocation = invocation};
    struct simulator *simulator;
    struct plan plan;
    struct failure why = {0};
    arena_init(&deploying.arena);
    deploying.mrp = fuzz_compile(&deploying.arena, &deploying.program);
    if (!simulator_open(&simulator, NULL, &why)) abort();
    deploying.cloud = simulator_cloud(simulator);
    if (plan_make(deploying.cloud, &deploying.program, NULL, &deploying.arena, &plan, &why) !=
        PLAN_MADE) abort();
    if (!saved_is_same(&deploying, &plan, saved, &why)) expect_reason(&why);
    simulator_close(simulator, &why);
    mrp_free(deploying.mrp);
    arena_release(&deploying.arena);
}

static void read_plan(struct arena *arena, const char *path) {
    const char *operands[] = {path};
    const struct document *saved;
    struct failure why = {0};
    struct invocation invocation = {.operands = operands, .operand_count = 1, .arena = arena};
    if (!saved_read(&invocation, &saved, &why)) {
        expect_reason(&why);
        return;
    }
    /* What it asks for is what the command line could have asked for. */
    for (size_t option = 0; option < OPTION_COUNT; option++) {
        for (size_t i = 0; invocation.values[option] && i < invocation.counts[option]; i++) {
            if (!invocation.values[option][i]) abort();
        }
    }
    invocation.counts[OPTION_SANDBOX] = 1;
    compare(&invocation, saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    struct arena arena;
    int file = memfd_create("plan", MFD_CLOEXEC);
    if (file < 0 || write(file, data, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    arena_init(&arena);
    read_plan(&arena, path);
    arena_release(&arena);
    close(file);
    return 0;
}
