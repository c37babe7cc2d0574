/* tests/inject/run: every command with every allocation and every file operation made to fail, one
 * after the other, in the whole process (library.c refuses them).
 *
 *     tests/inject/run [--most COUNT] [--alike COUNT] [--only WORDS]
 *                      LIBRARY PROGRAM FOLDER
 *
 * LIBRARY is what is preloaded, FOLDER holds the files that commands work on. --most takes so many
 * of the calls of a command, evenly spread, instead of all; --only those commands that have these
 * words. --alike refuses calls that are reached through the same functions no more often than that,
 * the last of them always; some scenarios say so themselves.
 *
 * Whatever fails, a command must end by itself. Either it succeeds, then with the same output and
 * the same files as undisturbed; or it says what failed, with the exit status of a failure, and
 * each file is as it was before or as it would be afterwards. Undisturbed, the command then does
 * what it would have done.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/files.h"
#include "base/host.h"
#include "tests/driver/driver.h"
#include "tests/inject/scenarios.h"

/* ---- files ---- */

struct picture { /* the files of a folder, without those whose name begins with "." */
    struct text *paths, *bytes;
    size_t count;
};

static struct picture take_picture(struct arena *arena, const char *folder) {
    struct picture picture = {0};
    struct folder_host host;
    struct failure why;
    if (!folder_host_open(&host, folder, &why) ||
        !host.host.glob(&host, arena, TEXT("**"), &picture.paths, &picture.count, &why)) {
        fprintf(stderr, "%s\n", why.message);
        exit(2);
    }
    picture.bytes = arena_array(arena, picture.count + 1, sizeof *picture.bytes);
    for (size_t i = 0; i < picture.count; i++) {
        if (!host.host.read(&host, arena, picture.paths[i], &picture.bytes[i], &why)) exit(2);
    }
    return picture;
}

static const struct text *find_file(const struct picture *picture, struct text path) {
    for (size_t i = 0; i < picture->count; i++) {
        if (text_equal(picture->paths[i], path)) return &picture->bytes[i];
    }
    return NULL;
}

static bool holds(const struct picture *picture, struct text path, struct text bytes) {
    const struct text *found = find_file(picture, path);
    return found && text_equal(*found, bytes);
}

/* ---- a scenario, run undisturbed ---- */

struct bench {
    struct driver *driver;
    const char *library, *report;
    const char *ways; /* a file: which calls are alike, when they are counted */
    const char *kept; /* a folder: as the scratch folder is before the command */
    size_t most, alike;
    const struct scenario *scenario;
    struct arena arena; /* of the scenario */
    struct picture given, start, end; /* the folder's files; before and after the command */
    struct ran whole;   /* the command, undisturbed */
    struct text last;   /* what is said in the end, undisturbed */
};

enum kind { MEMORY, FILES };
static const char *const kind_names[] = {"memory", "file"};

static struct ran run_command(struct bench *bench, const char *command, struct text environment) {
    struct driver *driver = bench->driver;
    struct text line = text_format(driver->arena, "%s %s", driver->mrp, command);
    return run_program(driver, driver->scratch, split_words(driver, line), environment, TEXT(""));
}

/* What a server says, without its port, which is another one each time. */
static void hide_port(struct bench *bench, struct ran *ran) {
    struct buffer out;
    buffer_init(&out);
    for (struct text rest = ran->out; rest.length; rest.bytes++, rest.length--) {
        buffer_add(&out, rest.bytes, 1);
        if (rest.bytes[0] != ':') continue;
        while (rest.length > 1 && ascii_is_digit(rest.bytes[1])) rest.bytes++, rest.length--;
    }
    ran->out = buffer_take(&out, bench->driver->arena);
    buffer_release(&out);
}

/* The scenario's own command; a server ends once it was visited. */
static struct ran run_own(struct bench *bench, struct text environment) {
    const char *command = bench->scenario->command;
    if (!serves(bench->scenario)) return run_command(bench, command, environment);
    struct text all = text_format(
        bench->driver->arena, "%.*sMRP_INJECT_VISIT=%s\n%s%s\n", TEXT_ARGS(environment),
        visit, environment.length ? "" : "LD_PRELOAD=",
        environment.length ? "" : bench->library);
    struct ran ran = run_command(bench, command, all);
    hide_port(bench, &ran);
    return ran;
}

/* A line of what is run before or in the end: "NAME=VALUE command". */
static void run_line(struct bench *bench, struct text line) {
    struct text environment = {0};
    const char *command = text_copy(bench->driver->arena, line).bytes;
    if (text_starts(line, TEXT("MRP_"))) {
        size_t length = strcspn(command, " ");
        environment = (struct text){command, length};
        command += length + 1;
    }
    run_command(bench, command, environment);
}

static void run_lines(struct bench *bench, const char *from, const char *to) {
    while (from && from < to) {
        size_t length = strcspn(from, "\n");
        run_line(bench, (struct text){from, length});
        from += length + 1;
    }
}

static struct ran run_tool(struct bench *bench, const char *line) {
    char **words = split_words(bench->driver, text_of(line));
    return run_program(bench->driver, ".", words, TEXT(""), TEXT(""));
}

static void copy_folder(struct bench *bench, const char *from, const char *to) {
    struct text line = text_format(bench->driver->arena, "/bin/cp -R %s/. %s", from, to);
    if (run_tool(bench, line.bytes).status != 0) exit(2);
}

static void prepare(struct bench *bench) {
    scratch_clear(bench->driver);
    copy_folder(bench, bench->kept, bench->driver->scratch);
}

/* The files that are given, and what the scenario does before its command. */
static void prepare_first(struct bench *bench) {
    struct driver kept = {.scratch = bench->kept};
    scratch_clear(bench->driver);
    for (size_t i = 0; i < bench->given.count; i++) {
        scratch_write(bench->driver, bench->given.paths[i].bytes, bench->given.bytes[i]);
    }
    const char *before = bench->scenario->before;
    if (before) run_lines(bench, before, before + strlen(before));
    scratch_clear(&kept);
    copy_folder(bench, bench->driver->scratch, bench->kept);
}

/* Whether no file changed, hidden ones among them. The lock says who had it last. */
static bool is_untouched(struct bench *bench) {
    struct text line = text_format(bench->driver->arena, "/usr/bin/diff -r -q -x lock %s %s",
                                   bench->kept, bench->driver->scratch);
    return run_tool(bench, line.bytes).status == 0;
}

static struct ran run_refused(struct bench *bench, enum kind kind, size_t at, bool goes_on) {
    struct text environment = text_format(
        bench->driver->arena, "LD_PRELOAD=%s\nMRP_INJECT=%s %zu%s\nMRP_INJECT_REPORT=%s\n%s%s\n",
        bench->library, kind_names[kind], at, goes_on ? "+" : "", bench->report,
        at ? "" : "MRP_INJECT_CALLS=", at ? "" : bench->ways);
    unlink(bench->report);
    return run_own(bench, environment);
}

/* What library.c wrote: how many calls there were, and which was refused. */
static bool read_report(struct bench *bench, size_t *count, struct text *refused) {
    struct text bytes;
    struct failure unused;
    if (!file_read(bench->driver->arena, bench->report, &bytes, &unused)) return false;
    char name[64];
    if (sscanf(bytes.bytes, "%zu %63s", count, name) != 2) return false;
    *refused = text_copy(bench->driver->arena, text_of(name));
    return true;
}

static const char *last_command(const struct scenario *scenario) {
    const char *after = scenario->after ? scenario->after : scenario->command;
    const char *end = strrchr(after, '\n');
    return end ? end + 1 : after;
}

/* What mends a disturbed command, where the scenario says it. */
static bool mend(struct bench *bench) {
    const char *after = bench->scenario->after, *last = last_command(bench->scenario);
    if (!after || last == after) return false;
    run_lines(bench, after, last);
    return true;
}

static struct text keep(struct bench *bench, struct text text) {
    return text_copy(&bench->arena, text);
}

static void run_whole(struct bench *bench) {
    prepare_first(bench);
    bench->start = take_picture(&bench->arena, bench->driver->scratch);
    struct ran ran = run_own(bench, TEXT(""));
    bench->whole = (struct ran){keep(bench, ran.out), keep(bench, ran.err), ran.status};
    bench->end = take_picture(&bench->arena, bench->driver->scratch);
    mend(bench);
    bench->last = keep(bench, run_command(bench, last_command(bench->scenario), TEXT("")).out);
    survived(bench->driver, bench->scenario->command, &bench->whole);
}

/* ---- with something refused ---- */

static bool says(struct text text, const char *words) {
    return memmem(text.bytes, text.length, words, strlen(words)) != NULL;
}

static bool is_explained(enum kind kind, const struct ran *ran) {
    struct text all[] = {ran->err, ran->out};
    for (size_t i = 0; i < 2; i++) {
        if (kind == MEMORY && says(all[i], "memory")) return true;
        if (kind == FILES && (says(all[i], "could not") || says(all[i], "cannot"))) return true;
    }
    return false;
}

/* The file that is neither as before nor as afterwards; empty for none. */
static struct text half_written(struct bench *bench) {
    struct picture now = take_picture(bench->driver->arena, bench->driver->scratch);
    for (size_t i = 0; i < now.count; i++) {
        if (!holds(&bench->start, now.paths[i], now.bytes[i]) &&
            !holds(&bench->end, now.paths[i], now.bytes[i])) return now.paths[i];
    }
    for (size_t i = 0; i < bench->start.count; i++) {
        struct text path = bench->start.paths[i];
        if (find_file(&bench->end, path) && !find_file(&now, path)) return path;
    }
    return TEXT("");
}

static bool is_as_undisturbed(struct bench *bench, const struct ran *ran) {
    if (ran->status != bench->whole.status || !text_equal(ran->out, bench->whole.out)) return false;
    struct picture now = take_picture(bench->driver->arena, bench->driver->scratch);
    if (now.count != bench->end.count) return false;
    for (size_t i = 0; i < now.count; i++) {
        if (!holds(&bench->end, now.paths[i], now.bytes[i])) return false;
    }
    return true;
}

/* The file of the program, the last word of a command that names one; empty for the usual one. */
static struct text program_of(const struct scenario *scenario) {
    const char *line = scenario->before ? scenario->before : scenario->command;
    const char *end = strstr(line, ".mrp"), *begin = end;
    while (begin && begin > line && begin[-1] != ' ') begin--;
    return end ? (struct text){begin, (size_t)(end + 4 - begin)} : TEXT("");
}

/* Nothing is refused any more: the command, after a deploy that stopped its resumption, comes to
 * the same end. */
static void repeat(struct bench *bench) {
    if (run_own(bench, TEXT("")).status == bench->whole.status ||
        strncmp(bench->scenario->command, "resume", 6) == 0) return;
    struct text resume = text_format(bench->driver->arena, "resume --sandbox --yes %.*s",
                                     TEXT_ARGS(program_of(bench->scenario)));
    run_command(bench, resume.bytes, TEXT(""));
    run_own(bench, TEXT(""));
}

static void expect_the_end(struct bench *bench, const char *what) {
    const struct scenario *scenario = bench->scenario;
    if (!mend(bench)) repeat(bench);
    struct ran last = run_command(bench, last_command(scenario), TEXT(""));
    struct text half = half_written(bench);
    if (half.length) {
        failed(bench->driver, what, "in the end %.*s is not as undisturbed", TEXT_ARGS(half));
    } else if (expect_text(bench->driver, what, bench->last, last.out)) {
        passed(bench->driver);
    }
}

static void judge(struct bench *bench, enum kind kind, const char *what, const struct ran *ran) {
    struct driver *driver = bench->driver;
    if (!survived(driver, what, ran)) return;
    if (is_as_undisturbed(bench, ran) || says(ran->err, "could not write to standard output")) {
        passed(driver); /* what was deployed is deployed, whoever hears of it */
        return;
    }
    bool is_failure = ran->status == 1 || (ran->status >= 3 && ran->status <= 5);
    struct text half = half_written(bench);
    if (!is_failure) {
        failed(driver, what, "status %d, but not what it does undisturbed:\n%.*s%.*s", ran->status,
               TEXT_ARGS(ran->out), TEXT_ARGS(ran->err));
    } else if (!is_explained(kind, ran)) {
        failed(driver, what, "status %d, and nothing says why:\n%.*s%.*s", ran->status,
               TEXT_ARGS(ran->out), TEXT_ARGS(ran->err));
    } else if (half.length) {
        failed(driver, what, "%.*s is neither as before nor as afterwards", TEXT_ARGS(half));
    } else if (bench->scenario->writes && !is_untouched(bench)) {
        expect_the_end(bench, what);
    } else {
        passed(driver);
    }
}

static void refuse(struct bench *bench, enum kind kind, size_t at, bool goes_on) {
    struct arena arena;
    arena_init(&arena);
    bench->driver->arena = &arena;
    prepare(bench);
    struct ran ran = run_refused(bench, kind, at, goes_on);
    size_t count;
    struct text refused = TEXT("none");
    read_report(bench, &count, &refused);
    struct text what = text_format(&arena, "mrp %s, %s %zu%s (%.*s)", bench->scenario->command,
                                   kind_names[kind], at, goes_on ? "+" : "", TEXT_ARGS(refused));
    judge(bench, kind, what.bytes, &ran);
    bench->driver->arena = &bench->arena;
    arena_release(&arena);
}

/* ---- which calls ---- */

struct calls { /* the numbers of those to refuse */
    size_t *numbers;
    size_t count, all;
};

/* Whether the call is among the first of those that are alike, or the last one. */
static bool is_wanted(const uint64_t *ways, size_t count, size_t call, size_t alike) {
    size_t before = 0;
    bool is_last = true;
    for (size_t i = 0; i < call; i++) before += ways[i] == ways[call];
    for (size_t i = call + 1; is_last && i < count; i++) is_last = ways[i] != ways[call];
    return is_last || before + 1 < alike;
}

static struct calls find_calls(struct bench *bench, enum kind kind) {
    struct calls calls = {0};
    struct text refused, ways;
    struct failure unused;
    prepare(bench);
    run_refused(bench, kind, 0, false);
    if (!read_report(bench, &calls.all, &refused) || calls.all == 0 ||
        !file_read(&bench->arena, bench->ways, &ways, &unused) ||
        ways.length != calls.all * sizeof(uint64_t)) {
        failed(bench->driver, bench->scenario->command, "no call was counted: is it preloaded?");
        return (struct calls){0};
    }
    size_t alike = bench->alike ? bench->alike : bench->scenario->alike;
    uint64_t *list = arena_array(&bench->arena, calls.all, sizeof *list);
    memcpy(list, ways.bytes, ways.length);
    calls.numbers = arena_array(&bench->arena, calls.all, sizeof *calls.numbers);
    for (size_t i = 0; i < calls.all; i++) {
        if (!alike || is_wanted(list, calls.all, i, alike)) calls.numbers[calls.count++] = i + 1;
    }
    return calls;
}

/* One of `workers` processes: every k-th call is its own. */
static void refuse_all(struct bench *bench, enum kind kind, size_t worker, size_t workers) {
    struct calls calls = find_calls(bench, kind);
    size_t taken = bench->most && calls.count > bench->most ? bench->most : calls.count;
    for (size_t i = worker; i < taken; i += workers) {
        size_t at = calls.numbers[i * calls.count / taken];
        refuse(bench, kind, at, false);
        if (kind == MEMORY || i % 2) refuse(bench, kind, at, true);
    }
    if (worker > 0) return;
    printf("did: mrp %s, %zu of %zu %s calls\n", bench->scenario->command, taken, calls.all,
           kind_names[kind]);
    fflush(stdout);
}

static void run_scenario(struct bench *bench, size_t worker, size_t workers) {
    run_whole(bench);
    for (enum kind kind = MEMORY; kind <= FILES; kind++) refuse_all(bench, kind, worker, workers);
}

static void run_share(struct bench *bench, const char *folder, const char *only, size_t worker,
                      size_t workers) {
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        if (only && !strstr(scenarios[i].command, only)) continue;
        bench->scenario = &scenarios[i];
        arena_init(&bench->arena);
        bench->driver->arena = &bench->arena;
        bench->given = take_picture(&bench->arena, folder);
        run_scenario(bench, worker, workers);
        arena_release(&bench->arena);
    }
}

/* ---- the processes ---- */

struct options {
    const char *library, *mrp, *folder, *only;
    size_t most, alike;
};

static void work(struct driver *driver, size_t worker, size_t workers, const void *context) {
    const struct options *options = context;
    char calls[] = "/tmp/mrp-inject-calls-XXXXXX", kept[] = "/tmp/mrp-inject-kept-XXXXXX",
         ways[] = "/tmp/mrp-inject-ways-XXXXXX";
    if (!mkdtemp(kept) || close(mkstemp(calls)) != 0 || close(mkstemp(ways)) != 0) exit(2);
    struct bench bench = {.driver = driver, .library = options->library, .report = calls,
                          .ways = ways, .kept = kept, .most = options->most,
                          .alike = options->alike};
    struct driver copy = {.scratch = kept};
    run_share(&bench, options->folder, options->only, worker, workers);
    scratch_clear(&copy);
    rmdir(kept);
    unlink(calls);
    unlink(ways);
}

static struct tally work_all(const struct options *options) {
    enum { WORKERS = 2 };
    struct driver driver = {.mrp = options->mrp};
    return share_out(&driver, WORKERS, work, options);
}

static const char *resolved(const char *path, char room[PATH_MAX]) {
    if (realpath(path, room)) return room;
    fprintf(stderr, "tests/inject/run: there is no \"%s\"\n", path);
    exit(2);
}

int main(int count, char **arguments) {
    static char rooms[3][PATH_MAX];
    struct options options = {0};
    int i = 1;
    for (; i + 1 < count && arguments[i][0] == '-'; i += 2) {
        const char *value = arguments[i + 1];
        if (strcmp(arguments[i], "--most") == 0) options.most = strtoul(value, NULL, 10);
        else if (strcmp(arguments[i], "--alike") == 0) options.alike = strtoul(value, NULL, 10);
        else if (strcmp(arguments[i], "--only") == 0) options.only = value;
        else break;
    }
    if (count - i != 3) {
        fputs("usage: tests/inject/run [--most COUNT] [--alike COUNT] [--only WORDS] LIBRARY"
              " PROGRAM FOLDER\n", stderr);
        return 2;
    }
    options.library = resolved(arguments[i], rooms[0]);
    options.mrp = resolved(arguments[i + 1], rooms[1]);
    options.folder = resolved(arguments[i + 2], rooms[2]);
    struct tally tally = work_all(&options);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    return tally.failed ? 1 : 0;
}
