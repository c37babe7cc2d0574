/* Loaded before all other libraries (LD_PRELOAD): counts what a program asks of the system, and
 * refuses it the k-th time. It stands between the unchanged program, with the libraries that it
 * uses, and libc.
 *
 *   MRP_INJECT         "memory 12": the 12th allocation since main() fails; "file 3": the third
 *                      call on files. A plus sign behind it, "memory 12+": that one and all after.
 *   MRP_INJECT_REPORT  a file that is written when the program ends: how many calls there were, and
 *                      the name of the function that was refused
 *   MRP_INJECT_VISIT   of a server: words for the same program, which is run with them against the
 *                      server, undisturbed, once that waits for its end; then the end has come
 *   MRP_INJECT_CALLS   a file that gets a number of 8 bytes for each call: calls that are reached
 *                      through the same functions have the same one
 *
 * Calls before main() and those of the report itself are neither counted nor refused.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { MEMORY, FILES };

static struct {
    bool is_on;      /* main() has begun */
    enum kind kind;  /* of the calls that are counted */
    bool goes_on;    /* refuses all behind the first, too */
    uint64_t at;     /* which call is refused; 0 for none */
    uint64_t count;
    const char *refused;
    const char *report;
    int calls;       /* the file of MRP_INJECT_CALLS, or -1 */
} plan;

static __thread int inside; /* a call that the library itself makes */

/* ---- what the environment says ---- */

static void plan_read(void) {
    const char *text = getenv("MRP_INJECT");
    plan.report = getenv("MRP_INJECT_REPORT");
    if (!text) return;
    plan.kind = strncmp(text, "memory ", 7) == 0 ? MEMORY : FILES;
    const char *number = strchr(text, ' ');
    char *end = NULL;
    plan.at = number ? strtoull(number + 1, &end, 10) : 0;
    plan.goes_on = end && *end == '+';
    const char *calls = getenv("MRP_INJECT_CALLS");
    plan.calls = calls ? open(calls, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    void *frame;
    backtrace(&frame, 1); /* it asks for memory the first time */
    plan.is_on = true;
}

/* By system calls alone: whatever the program has replaced or closed by then. */
static void plan_report(void) {
    if (!plan.report) return;
    plan.is_on = false;
    char line[128];
    int length = snprintf(line, sizeof line, "%llu %s\n", (unsigned long long)plan.count,
                          plan.refused ? plan.refused : "none");
    long file = syscall(SYS_openat, AT_FDCWD, plan.report, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) return;
    syscall(SYS_write, file, line, (size_t)length);
    syscall(SYS_close, file);
}

/* The way to a call in one number: the addresses to which its functions return. */
static void plan_note(const char *function) {
    enum { DEEP = 128 };
    void *frames[DEEP];
    uint64_t hash = (uint64_t)(uintptr_t)function;
    plan.is_on = false;
    int count = backtrace(frames, DEEP);
    for (int i = 0; i < count; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    syscall(SYS_write, plan.calls, &hash, sizeof hash);
    plan.is_on = true;
}

/* Counts a call; whether it is the one to refuse. */
static bool refuses(enum kind kind, const char *function) {
    if (!plan.is_on || plan.kind != kind || inside) return false;
    plan.count++;
    if (plan.calls >= 0) plan_note(function);
    if (plan.at == 0 || plan.count < plan.at) return false;
    if (plan.count > plan.at && !plan.goes_on) return false;
    if (!plan.refused) plan.refused = function;
    errno = kind == MEMORY ? ENOMEM : EIO;
    return true;
}

static void *find(const char *name) {
    inside++;
    void *found = dlsym(RTLD_NEXT, name);
    inside--;
    if (!found) abort();
    return found;
}

/* The function of this name that the program would have got, as `real`. */
#define REAL(result, name, parameters)                                                             \
    static result(*real) parameters;                                                               \
    if (!real) *(void **)&real = find(#name)

/* ---- from main() on ---- */

static int (*real_main)(int, char **, char **);

static int counted_main(int count, char **arguments, char **environment) {
    atexit(plan_report);
    plan_read();
    return real_main(count, arguments, environment);
}

int __libc_start_main(int (*program)(int, char **, char **), int count, char **arguments,
                      int (*init)(int, char **, char **), void (*fini)(void),
                      void (*loader_fini)(void), void *stack);

int __libc_start_main(int (*program)(int, char **, char **), int count, char **arguments,
                      int (*init)(int, char **, char **), void (*fini)(void),
                      void (*loader_fini)(void), void *stack) {
    REAL(int, __libc_start_main,
         (int (*)(int, char **, char **), int, char **, int (*)(int, char **, char **),
          void (*)(void), void (*)(void), void *));
    real_main = program;
    return real(counted_main, count, arguments, init, fini, loader_fini, stack);
}

/* ---- memory ---- */

/* What dlsym() itself asks for while the real functions are looked up. */
static char early[1 << 14] __attribute__((aligned(16)));
static size_t early_used;

static bool is_early(const void *memory) {
    return (const char *)memory >= early && (const char *)memory < early + sizeof early;
}

static void *early_alloc(size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (size > sizeof early - early_used) abort();
    early_used += size;
    return early + early_used - size;
}

void *malloc(size_t size) {
    if (inside) return early_alloc(size);
    REAL(void *, malloc, (size_t));
    return refuses(MEMORY, "malloc") ? NULL : real(size);
}

void *calloc(size_t count, size_t size) {
    if (inside) return early_alloc(count * size);
    REAL(void *, calloc, (size_t, size_t));
    return refuses(MEMORY, "calloc") ? NULL : real(count, size);
}

void *realloc(void *memory, size_t size) {
    REAL(void *, realloc, (void *, size_t));
    return refuses(MEMORY, "realloc") ? NULL : real(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    REAL(int, posix_memalign, (void **, size_t, size_t));
    return refuses(MEMORY, "posix_memalign") ? ENOMEM : real(memory, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    REAL(void *, aligned_alloc, (size_t, size_t));
    return refuses(MEMORY, "aligned_alloc") ? NULL : real(alignment, size);
}

void free(void *memory) {
    if (is_early(memory)) return;
    REAL(void, free, (void *));
    real(memory);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    REAL(void *, mmap, (void *, size_t, int, int, int, off_t));
    if (refuses(file < 0 ? MEMORY : FILES, "mmap")) return MAP_FAILED;
    return real(address, length, protection, flags, file, offset);
}

/* ---- files ---- */

#define FORWARD(result, name, failed, parameters, ...)                                             \
    result name parameters {                                                                       \
        REAL(result, name, parameters);                                                         \
        return refuses(FILES, #name) ? failed : real(__VA_ARGS__);                                 \
    }

/* A file that is opened for writing takes a mode as well. */
#define FORWARD_OPEN(name, parameters, ...)                                                        \
    int name parameters {                                                                          \
        REAL(int, name, parameters);                                                            \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        return refuses(FILES, #name) ? -1 : real(__VA_ARGS__, mode);                               \
    }

FORWARD_OPEN(open, (const char *path, int flags, ...), path, flags)
FORWARD_OPEN(open64, (const char *path, int flags, ...), path, flags)
FORWARD_OPEN(openat, (int folder, const char *path, int flags, ...), folder, path, flags)
FORWARD_OPEN(openat64, (int folder, const char *path, int flags, ...), folder, path, flags)

FORWARD(FILE *, fopen, NULL, (const char *path, const char *mode), path, mode)
FORWARD(FILE *, fopen64, NULL, (const char *path, const char *mode), path, mode)
FORWARD(ssize_t, read, -1, (int file, void *bytes, size_t size), file, bytes, size)
FORWARD(ssize_t, pread, -1, (int file, void *bytes, size_t size, off_t at), file, bytes, size, at)
FORWARD(ssize_t, pread64, -1, (int file, void *bytes, size_t size, off64_t at), file, bytes, size,
        at)
FORWARD(ssize_t, write, -1, (int file, const void *bytes, size_t size), file, bytes, size)
FORWARD(ssize_t, pwrite, -1, (int file, const void *bytes, size_t size, off_t at), file, bytes,
        size, at)
FORWARD(ssize_t, pwrite64, -1, (int file, const void *bytes, size_t size, off64_t at), file, bytes,
        size, at)
FORWARD(int, ftruncate, -1, (int file, off_t size), file, size)
FORWARD(int, ftruncate64, -1, (int file, off64_t size), file, size)
FORWARD(int, fsync, -1, (int file), file)
FORWARD(int, fdatasync, -1, (int file), file)
FORWARD(int, rename, -1, (const char *from, const char *to), from, to)
FORWARD(int, mkdir, -1, (const char *path, mode_t mode), path, mode)
FORWARD(int, mkdirat, -1, (int folder, const char *path, mode_t mode), folder, path, mode)
FORWARD(int, rmdir, -1, (const char *path), path)
FORWARD(int, fchmod, -1, (int file, mode_t mode), file, mode)
FORWARD(int, stat, -1, (const char *path, struct stat *facts), path, facts)
FORWARD(int, lstat, -1, (const char *path, struct stat *facts), path, facts)
FORWARD(int, fstat, -1, (int file, struct stat *facts), file, facts)
FORWARD(int, stat64, -1, (const char *path, struct stat64 *facts), path, facts)
FORWARD(int, lstat64, -1, (const char *path, struct stat64 *facts), path, facts)
FORWARD(int, fstat64, -1, (int file, struct stat64 *facts), file, facts)
FORWARD(int, fstatat, -1, (int folder, const char *path, struct stat *facts, int flags), folder,
        path, facts, flags)
FORWARD(int, access, -1, (const char *path, int mode), path, mode)
FORWARD(int, chdir, -1, (const char *path), path)
FORWARD(char *, getcwd, NULL, (char *path, size_t size), path, size)
FORWARD(char *, realpath, NULL, (const char *path, char *resolved), path, resolved)
FORWARD(ssize_t, readlink, -1, (const char *path, char *target, size_t size), path, target, size)
FORWARD(DIR *, opendir, NULL, (const char *path), path)
FORWARD(struct dirent *, readdir, NULL, (DIR *folder), folder)
FORWARD(int, mkstemp, -1, (char *path), path)
FORWARD(int, mkstemp64, -1, (char *path), path)
FORWARD(int, flock, -1, (int file, int operation), file, operation)
FORWARD(void *, dlopen, NULL, (const char *path, int mode), path, mode)

/* ---- a server ---- */

static int listening = -1;

int listen(int file, int backlog) {
    REAL(int, listen, (int, int));
    listening = file;
    return real(file, backlog);
}

static void surround(unsigned port) {
    char address[64];
    snprintf(address, sizeof address, "http://127.0.0.1:%u", port);
    setenv("AWS_ENDPOINT_URL", address, 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "sandbox", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "sandbox", 1);
    setenv("AWS_MAX_ATTEMPTS", "1", 1);
    unsetenv("LD_PRELOAD");
}

/* In a process of its own, which ends with the server and holds none of its files. */
static void become_visitor(const char *words, unsigned port) {
    enum { WORDS = 16 };
    char *arguments[WORDS + 1] = {"mrp"};
    plan.is_on = false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    surround(port);
    char *rest = strdup(words);
    for (int i = 1; i < WORDS; i++) arguments[i] = strtok_r(rest, " ", &rest);
    int nothing = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) dup2(nothing, i);
    execv("/proc/self/exe", arguments);
    _exit(127);
}

static void visit(const char *words) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int status;
    if (getsockname(listening, (struct sockaddr *)&address, &size) != 0) return;
    pid_t visitor = fork();
    if (visitor == 0) become_visitor(words, ntohs(address.sin_port));
    if (visitor > 0) waitpid(visitor, &status, 0);
}

int sigwait(const sigset_t *signals, int *which) {
    REAL(int, sigwait, (const sigset_t *, int *));
    const char *words = getenv("MRP_INJECT_VISIT");
    if (!words) return real(signals, which);
    visit(words);
    *which = SIGTERM;
    return 0;
}

/* ---- what always ends ---- */

/* Where all fails from some call on, files still go away: nothing could be tidied up else. */
int unlink(const char *path) {
    REAL(int, unlink, (const char *));
    return !plan.goes_on && refuses(FILES, "unlink") ? -1 : real(path);
}

/* It is closed all the same, as Linux does it. */
int close(int file) {
    REAL(int, close, (int));
    if (!refuses(FILES, "close")) return real(file);
    real(file);
    errno = EIO;
    return -1;
}
