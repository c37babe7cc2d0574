/* The folder .mrp/: made, checked, locked, and its database opened. */
#include "runtime/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/host.h"
#include "runtime/sql.h"
#include "runtime/tracked.h"

/* Of what is in the database; another one when a table changes. */
enum { STATE_VERSION = 1 };

static bool failed(struct state *state, struct failure *why) {
    return sql_failed(state->database, ".mrp/state.db",
                      "Remove the folder .mrp to begin anew: AWS knows all that matters.", why);
}

bool state_run(struct state *state, const char *sql, struct failure *why) {
    return sqlite3_exec(state->database, sql, NULL, NULL, NULL) == SQLITE_OK || failed(state, why);
}

static bool make_folder(int parent, struct failure *why) {
    if (mkdirat(parent, ".mrp", 0700) != 0 && errno != EEXIST) {
        return failure_set(why, "could not make the folder \".mrp\": %s", strerror(errno));
    }
    return true;
}

/* A program of a stranger must not bring its own state along. */
static bool check_folder(int folder, struct failure *why) {
    struct stat facts;
    if (fstat(folder, &facts) != 0) {
        return failure_set(why, "could not look at the folder .mrp: %s", strerror(errno));
    }
    if (!S_ISDIR(facts.st_mode)) return failure_set(why, "\".mrp\" is not a folder");
    if (facts.st_uid == geteuid() && !(facts.st_mode & 022)) return true;
    failure_set(why, "the folder .mrp is not trusted: it belongs to somebody else, or others may "
                     "write into it");
    return failure_hint(why, "Remove it, or make it yours with chown and chmod go-w.");
}

/* Where it is a link, another database would be written to. */
static bool check_database(int folder, struct failure *why) {
    struct stat facts;
    if (fstatat(folder, "state.db", &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ||
               failure_set(why, "could not look at .mrp/state.db: %s", strerror(errno));
    }
    if (S_ISREG(facts.st_mode)) return true;
    failure_set(why, ".mrp/state.db is not trusted: it is no plain file");
    return failure_hint(why, "Remove it: AWS knows all that matters.");
}

static bool check_tracked(const char *folder, struct failure *why) {
    if (!tracked_by_git(folder)) return true;
    failure_set(why, "the folder .mrp is not trusted: git tracks it, so it came with the program");
    return failure_hint(why, "Take it out with \"git rm -r --cached .mrp\", and remove the folder "
                             "where it is not your own.");
}

static bool write_gitignore(int folder, struct failure *why) {
    int file = openat(folder, ".gitignore", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) return true;
    bool good = file >= 0 && file_write_all(file, TEXT("*\n"));
    int reason = errno;
    if (file >= 0) close(file);
    if (file >= 0 && !good) unlinkat(folder, ".gitignore", 0);
    return good || failure_set(why, "could not write .mrp/.gitignore: %s", strerror(reason));
}

/* Who works here, and since when: told to whoever comes second. */
static int write_holder(char *text, size_t size) {
    char host[65] = {0}, since[32] = {0}, user[65];
    time_t now = time(NULL);
    struct tm parts;
    gethostname(host, sizeof host - 1);
    host_user(user, sizeof user);
    strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&now, &parts));
    return snprintf(text, size, "process %ld of %s on %s, since %s\n", (long)getpid(),
                    user, host, since);
}

static bool take_lock(struct state *state, int folder, struct failure *why) {
    char holder[256] = {0};
    state->lock = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (state->lock < 0) return failure_set(why, "could not open .mrp/lock: %s", strerror(errno));
    if (flock(state->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return failure_set(why, "could not lock .mrp/lock: %s", strerror(errno));
        }
        ssize_t length = pread(state->lock, holder, sizeof holder - 1, 0);
        holder[length > 0 ? strcspn(holder, "\n") : 0] = 0;
        failure_set(why, "another mrp works on this deployment: %s",
                    length > 0 ? holder : "an unknown process");
        return failure_hint(why, "Wait until it has ended, then try again.");
    }
    int length = write_holder(holder, sizeof holder);
    if (ftruncate(state->lock, 0) == 0 && pwrite(state->lock, holder, (size_t)length, 0) < 0) {
        return failure_set(why, "could not write .mrp/lock: %s", strerror(errno));
    }
    return true;
}

static bool open_folder(struct state *state, const char *folder, struct failure *why) {
    int parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) {
        return failure_set(why, "could not open the folder %s: %s", folder, strerror(errno));
    }
    int inner = -1;
    bool good = check_tracked(folder, why) && make_folder(parent, why);
    if (good) {
        inner = openat(parent, ".mrp", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        good = inner >= 0 || failure_set(why, "could not open the folder .mrp: %s",
                                         strerror(errno));
    }
    good = good && check_folder(inner, why) && write_gitignore(inner, why) &&
           take_lock(state, inner, why) && check_database(inner, why);
    if (inner >= 0) close(inner);
    close(parent);
    return good;
}

/* What a stranger may have written into it runs nothing: no views or triggers, no functions of his
 * choice, no page that is not what it says. */
static bool distrust(struct state *state, struct failure *why) {
    static const struct {
        int what, value;
    } settings[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        sqlite3_db_config(state->database, settings[i].what, settings[i].value, NULL);
    }
    return state_run(state, "PRAGMA cell_size_check = ON;", why);
}

/* A database without a number is a new one, or of the first format. */
static bool check_version(struct state *state, struct failure *why) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(state->database, "PRAGMA user_version", -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    int version = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW) return failed(state, why);
    if (version == STATE_VERSION) return true;
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", STATE_VERSION);
    if (version == 0) return state_run(state, sql, why);
    failure_set(why, ".mrp/state.db was written by a newer version of mrp (format %d; this one "
                     "knows %d)", version, STATE_VERSION);
    return failure_hint(why, "Use that version, or remove the folder .mrp to begin anew: AWS knows "
                             "all that matters.");
}

/* Making a new database, and bringing the log of writings into it, wait for the disk several times.
 * A sandbox leaves all that it writes in the log. */
static bool set_up(struct state *state, bool is_sandbox, struct failure *why) {
    sqlite3_db_config(state->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, is_sandbox, NULL);
    return distrust(state, why) && state_run(state, "PRAGMA locking_mode = EXCLUSIVE;", why) &&
           (!is_sandbox || state_run(state, "PRAGMA synchronous = OFF;", why)) &&
           state_run(state, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", why) &&
           check_version(state, why);
}

bool state_open(struct state *state, const char *folder, bool is_sandbox, struct failure *why) {
    *state = (struct state){.lock = -1};
    if (folder && !open_folder(state, folder, why)) {
        state_close(state);
        return false;
    }
    char path[4096];
    int length = folder ? snprintf(path, sizeof path, "%s/.mrp/state.db", folder)
                        : snprintf(path, sizeof path, ":memory:");
    if (length < 0 || (size_t)length >= sizeof path) {
        state_close(state);
        return failure_set(why, "the path of the program's folder is too long");
    }
    bool good = sqlite3_open(path, &state->database) == SQLITE_OK || failed(state, why);
    good = good && set_up(state, is_sandbox, why);
    if (!good) state_close(state);
    return good;
}

void state_close(struct state *state) {
    if (state->database) sqlite3_close(state->database);
    if (state->lock >= 0) close(state->lock);
    *state = (struct state){.lock = -1};
}
