/* tests/inject/run: every command with every allocation and every file operation made to fail, one
 * after the other, in the whole process (library.c refuses them).
 *
 *     tests/inject/run [--most COUNT] [--only WORD] LIBRARY PROGRAM FOLDER
 *
 * LIBRARY is what is preloaded, FOLDER holds the files that commands work on. --most takes so many
 * of the calls of a command, evenly spread, instead of all.
 *
 * Whatever fails, a command must end by itself. Either it succeeds, then with the same output and
 * the same files as undisturbed; or it says what failed, with the exit status of a failure, and
 * each file is as it was before or as it would be afterwards. Undisturbed, the command then does
 * what it would have done.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/host.h"
#include "tests/driver/driver.h"

struct scenario {
    const char *command;
    const char *before; /* run undisturbed before it, or NULL */
    const char *after;  /* run undisturbed in the end, to compare; NULL for the command */
    bool writes;
};

static const char applied[] = "plan --sandbox";

static const struct scenario scenarios[] = {
    {"check", NULL, NULL, false},
    {"check --vars values.json --format json", NULL, NULL, false},
    {"check --format sarif broken.mrp", NULL, NULL, false},
    {"build -o out", NULL, NULL, true},
    {"build -o out small.mrp", "build -o out", NULL, true},
    {"fmt untidy.mrp", NULL, NULL, true},
    {"fmt --diff untidy.mrp", NULL, NULL, false},
    {"fmt --check untidy.mrp", NULL, NULL, false},
    {"check --fix broken.mrp", NULL, NULL, true},
    {"check --format github broken.mrp", NULL, NULL, false},
    {"build --stdout west", NULL, NULL, false},
    {"explain east.topic", NULL, NULL, false},
    {"explain std.policies", NULL, NULL, false},
    {"explain permissions", NULL, NULL, false},
    {"explain AWS::SNS::Topic.TopicName", NULL, NULL, false},
    {"explain --all -o pages", NULL, NULL, true},
    {"eval settings", NULL, NULL, false},
    {"graph --format mermaid", NULL, NULL, false},
    {"graph --format dot --stacks", NULL, NULL, false},
    {"test", NULL, NULL, false},
    {"test --update", NULL, NULL, true},
    {"test --coverage --format junit", NULL, NULL, false},
    {"init new", NULL, NULL, true},
    {"init --from pipeline new", NULL, NULL, true},
    {"help build", NULL, NULL, false},
    {"completion zsh", NULL, NULL, false},
    {"plan --sandbox", NULL, NULL, true},
    {"apply --sandbox --yes", NULL, applied, true},
    {"apply --sandbox --yes --set title=other", "apply --sandbox --yes --quiet",
     "plan --sandbox --set title=other", true},
    {"plan --sandbox --out .saved", NULL, "apply --sandbox --yes .saved", true},
    {"apply --sandbox --yes .saved", "plan --sandbox --quiet --out .saved", applied, true},
    {"destroy --sandbox --yes=dev", "apply --sandbox --yes --quiet", "status --sandbox", true},
    {"status --sandbox", "apply --sandbox --yes --quiet", NULL, true},
    {"drift --sandbox", "apply --sandbox --yes --quiet", NULL, true},
    {"sandbox fail east.topic", "apply --sandbox --yes --quiet", NULL, true},
};

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
    const char *kept; /* a folder: as the scratch folder is before the command */
    size_t most;
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
    if (bench->scenario->before) run_command(bench, bench->scenario->before, TEXT(""));
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
        bench->driver->arena, "LD_PRELOAD=%s\nMRP_INJECT=%s %zu%s\nMRP_INJECT_REPORT=%s\n",
        bench->library, kind_names[kind], at, goes_on ? "+" : "", bench->report);
    unlink(bench->report);
    return run_command(bench, bench->scenario->command, environment);
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
    return scenario->after ? scenario->after : scenario->command;
}

static struct text keep(struct bench *bench, struct text text) {
    return text_copy(&bench->arena, text);
}

static void run_whole(struct bench *bench) {
    prepare_first(bench);
    bench->start = take_picture(&bench->arena, bench->driver->scratch);
    struct ran ran = run_command(bench, bench->scenario->command, TEXT(""));
    bench->whole = (struct ran){keep(bench, ran.out), keep(bench, ran.err), ran.status};
    bench->end = take_picture(&bench->arena, bench->driver->scratch);
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
        if (kind == MEMORY && (says(all[i], "memory") || says(all[i], "could not open the module")))
            return true;
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

/* Nothing is refused any more: the command, after a deploy that stopped its resumption, comes to
 * the same end. */
static void expect_the_end(struct bench *bench, const char *what) {
    const struct scenario *scenario = bench->scenario;
    if (run_command(bench, scenario->command, TEXT("")).status != bench->whole.status) {
        run_command(bench, "resume --sandbox --yes", TEXT(""));
        run_command(bench, scenario->command, TEXT(""));
    }
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

static size_t count_calls(struct bench *bench, enum kind kind) {
    size_t count = 0;
    struct text refused;
    prepare(bench);
    run_refused(bench, kind, 0, false);
    if (!read_report(bench, &count, &refused) || count == 0) {
        failed(bench->driver, bench->scenario->command, "no call was counted: is it preloaded?");
    }
    return count;
}

/* One of `workers` processes: every k-th call is its own. */
static void run_scenario(struct bench *bench, size_t worker, size_t workers) {
    run_whole(bench);
    for (enum kind kind = MEMORY; kind <= FILES; kind++) {
        size_t count = count_calls(bench, kind);
        size_t taken = bench->most && count > bench->most ? bench->most : count;
        for (size_t i = worker; i < taken; i += workers) {
            size_t at = 1 + i * count / taken;
            refuse(bench, kind, at, false);
            if (kind == MEMORY || i % 2) refuse(bench, kind, at, true);
        }
    }
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
    size_t most;
};

static void work(const struct options *options, size_t worker, size_t workers, int report) {
    char scratch[] = "/tmp/mrp-inject-XXXXXX", calls[] = "/tmp/mrp-inject-calls-XXXXXX";
    char kept[] = "/tmp/mrp-inject-kept-XXXXXX";
    if (!mkdtemp(scratch) || !mkdtemp(kept) || close(mkstemp(calls)) != 0) exit(2);
    struct driver driver = {.mrp = options->mrp, .scratch = scratch};
    struct bench bench = {.driver = &driver, .library = options->library, .report = calls,
                          .kept = kept, .most = options->most};
    struct driver copy = {.scratch = kept};
    buffer_init(&driver.said);
    run_share(&bench, options->folder, options->only, worker, workers);
    scratch_clear(&driver);
    scratch_clear(&copy);
    rmdir(scratch);
    rmdir(kept);
    unlink(calls);
    if (driver.said.length) fwrite(driver.said.bytes, 1, driver.said.length, stdout);
    fflush(stdout);
    if (write(report, &driver.tally, sizeof driver.tally) != sizeof driver.tally) exit(2);
    exit(0);
}

static struct tally work_all(const struct options *options) {
    enum { WORKERS = 2 };
    int report[2];
    if (pipe(report) != 0) exit(2);
    fflush(stdout);
    for (size_t i = 0; i < WORKERS; i++) {
        if (fork() == 0) work(options, i, WORKERS, report[1]);
    }
    close(report[1]);
    struct tally all = {0}, one;
    size_t answers = 0;
    for (; read(report[0], &one, sizeof one) == sizeof one; answers++) {
        all.passed += one.passed;
        all.failed += one.failed;
    }
    while (wait(NULL) > 0) continue;
    if (answers < WORKERS) all.failed++;
    return all;
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
        if (strcmp(arguments[i], "--most") == 0) options.most = strtoul(arguments[i + 1], NULL, 10);
        else if (strcmp(arguments[i], "--only") == 0) options.only = arguments[i + 1];
        else break;
    }
    if (count - i != 3) {
        fputs("usage: tests/inject/run [--most COUNT] [--only WORD] LIBRARY PROGRAM FOLDER\n",
              stderr);
        return 2;
    }
    options.library = resolved(arguments[i], rooms[0]);
    options.mrp = resolved(arguments[i + 1], rooms[1]);
    options.folder = resolved(arguments[i + 2], rooms[2]);
    struct tally tally = work_all(&options);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    return tally.failed ? 1 : 0;
}
