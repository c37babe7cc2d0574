/* Runs a command many times and prints the medians of its wall time and of the processor's time
 * that it took, and its peak memory:
 *
 *     measure [-n REPEATS] [-f] COMMAND [ARGUMENT...]      12.34 ms 11.98 ms 5678 KiB
 *
 * Output of the command goes to /dev/null; a command that fails (with -f: that does not end with 1)
 * ends the measurement.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int wanted_status;

struct times {
    double wall, processor; /* milliseconds */
};

static double milliseconds(struct timeval time) {
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static struct times run_once(char **arguments, long *peak) {
    double start = now();
    pid_t child = vfork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        execvp(arguments[0], arguments);
        _exit(127);
    }
    int status;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    struct times times = {now() - start,
                          milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)};
    if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted_status) {
        fprintf(stderr, "measure: %s ended with %d\n", arguments[0], status);
        exit(1);
    }
    if (usage.ru_maxrss > *peak) *peak = usage.ru_maxrss;
    return times;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments) {
    int first = 1, repeats = 21;
    if (count > 2 && strcmp(arguments[1], "-n") == 0) {
        repeats = atoi(arguments[2]);
        first = 3;
    }
    if (first < count && strcmp(arguments[first], "-f") == 0) {
        wanted_status = 1;
        first++;
    }
    if (first >= count || repeats < 1) return 2;
    double *wall = malloc((size_t)repeats * sizeof *wall);
    double *processor = malloc((size_t)repeats * sizeof *processor);
    long peak = 0;
    if (repeats > 1) run_once(arguments + first, &peak); /* to fill the caches */
    for (int i = 0; i < repeats; i++) {
        struct times times = run_once(arguments + first, &peak);
        wall[i] = times.wall;
        processor[i] = times.processor;
    }
    qsort(wall, (size_t)repeats, sizeof *wall, compare);
    qsort(processor, (size_t)repeats, sizeof *processor, compare);
    printf("%.2f ms %.2f ms %ld KiB\n", wall[repeats / 2], processor[repeats / 2], peak);
    free(wall);
    free(processor);
    return 0;
}
