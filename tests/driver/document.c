/* The code blocks of a Markdown file, run as tests/README.md says, and rewritten with --update. */
#include "base/files.h"
#include "tests/driver/driver.h"

struct block {
    struct text info; /* what stands behind the fence */
    struct text body;
    unsigned line;    /* of the fence */
};

struct document_run {
    struct driver *driver;
    const char *path;
    struct text bytes, name;  /* name: of the file, without folder and .md */
    struct block *blocks;
    size_t count;
    struct buffer written;    /* the file as it should be, up to copied */
    size_t copied;
    bool is_page;             /* of docs/diagnostics: its first program has that one mistake */
    size_t programs;
};

static struct text line_at(struct text bytes, size_t at) {
    const char *end = memchr(bytes.bytes + at, '\n', bytes.length - at);
    size_t length = end ? (size_t)(end - bytes.bytes) - at : bytes.length - at;
    return (struct text){bytes.bytes + at, length};
}

static bool is_fence(struct text line) {
    return text_starts(line, TEXT("```"));
}

/* Blocks are fenced at the start of a line; others (in lists) are not looked at. */
static void find_blocks(struct document_run *run) {
    struct arena *arena = run->driver->arena;
    size_t capacity = 0;
    for (size_t at = 0; at < run->bytes.length; at += line_at(run->bytes, at).length + 1) {
        capacity += is_fence(line_at(run->bytes, at));
    }
    run->blocks = arena_array(arena, capacity, sizeof *run->blocks);
    unsigned number = 0;
    struct block *open = NULL;
    for (size_t at = 0; at < run->bytes.length;) {
        struct text line = line_at(run->bytes, at);
        number++;
        if (is_fence(line) && open) {
            open->body.length = (size_t)(line.bytes - open->body.bytes);
            open = NULL;
        } else if (is_fence(line)) {
            open = &run->blocks[run->count++];
            open->info = (struct text){line.bytes + 3, line.length - 3};
            open->body.bytes = line.bytes + line.length + 1;
            open->line = number;
        }
        at += line.length + 1;
    }
    if (open) run->count--;
}

static const char *where(const struct document_run *run, const struct block *block) {
    return text_format(run->driver->arena, "%s:%u", run->path, block->line).bytes;
}

/* The word of the info string at index, or empty. */
static struct text info_word(const struct block *block, size_t index) {
    struct text rest = block->info;
    for (;;) {
        while (rest.length && *rest.bytes == ' ') rest.bytes++, rest.length--;
        size_t length = 0;
        while (length < rest.length && rest.bytes[length] != ' ') length++;
        if (index-- == 0) return (struct text){rest.bytes, length};
        rest = (struct text){rest.bytes + length, rest.length - length};
        if (rest.length == 0) return rest;
    }
}

/* Replaces a block's body in the file that is to be written. */
static void replace(struct document_run *run, const struct block *block, struct text body) {
    size_t start = (size_t)(block->body.bytes - run->bytes.bytes);
    buffer_add(&run->written, run->bytes.bytes + run->copied, start - run->copied);
    buffer_text(&run->written, body);
    if (body.length && body.bytes[body.length - 1] != '\n') buffer_char(&run->written, '\n');
    run->copied = start + block->body.length;
}

static void expect_block(struct document_run *run, const struct block *block, struct text actual) {
    if (run->driver->update) {
        replace(run, block, actual);
        passed(run->driver);
    } else if (expect_text(run->driver, where(run, block), block->body, actual)) {
        passed(run->driver);
    }
}

static struct ran run_mrp(struct document_run *run, const char *line) {
    struct text whole = text_format(run->driver->arena, "%s %s", run->driver->mrp, line);
    return run_program(run->driver, run->driver->scratch, split_words(run->driver, whole),
                       TEXT(""), TEXT(""));
}

/* Options behind "mrp" and "error" in the info string: "--set a=b". */
static const char *options_of(const struct document_run *run, const struct block *block) {
    const char *found = memmem(block->info.bytes, block->info.length, " --", 3);
    if (!found) return "";
    size_t length = block->info.length - (size_t)(found - block->info.bytes);
    return arena_copy(run->driver->arena, found, length);
}

static bool is_followed_by(const struct document_run *run, size_t index, const char *language) {
    return index + 1 < run->count && text_is(info_word(&run->blocks[index + 1], 0), language);
}

/* Of a page of docs/diagnostics: the first program makes exactly that diagnostic, the others
 * none. */
static void run_page_program(struct document_run *run, size_t index) {
    struct driver *driver = run->driver;
    const struct block *block = &run->blocks[index];
    struct text line = text_format(driver->arena, "check --format json%s", options_of(run, block));
    struct ran ran = run_mrp(run, line.bytes);
    if (!survived(driver, where(run, block), &ran)) return;
    size_t ids = 0, wanted = 0;
    struct text id = text_format(driver->arena, "{\"id\":\"%.*s\"", TEXT_ARGS(run->name));
    for (const char *at = ran.out.bytes; (at = strstr(at, "{\"id\":\"")); at++) {
        ids++;
        wanted += strncmp(at, id.bytes, id.length) == 0;
    }
    bool is_first = run->programs++ == 0;
    bool good = is_first ? ids > 0 && ids == wanted : ids == 0 && ran.status == 0;
    if (good) {
        passed(driver);
    } else {
        failed(driver, where(run, block), is_first ? "expected only %.*s\n%s%s"
                                                   : "expected no mistake (%.*s)\n%s%s",
               TEXT_ARGS(run->name), ran.out.bytes, ran.err.bytes);
    }
}

static void run_wrong_program(struct document_run *run, size_t index) {
    const struct block *block = &run->blocks[index];
    struct text line = text_format(run->driver->arena, "check%s", options_of(run, block));
    struct ran ran = run_mrp(run, line.bytes);
    if (!survived(run->driver, where(run, block), &ran)) return;
    if (ran.status != 1) {
        failed(run->driver, where(run, block), "expected a mistake, got status %d\n%s", ran.status,
               ran.err.bytes);
    } else if (is_followed_by(run, index, "text")) {
        expect_block(run, &run->blocks[index + 1], ran.err);
    } else {
        passed(run->driver);
    }
}

/* "mrp warning": checks, with something to say. */
static void run_warned_program(struct document_run *run, size_t index) {
    const struct block *block = &run->blocks[index];
    struct text line = text_format(run->driver->arena, "check%s", options_of(run, block));
    struct ran ran = run_mrp(run, line.bytes);
    if (!survived(run->driver, where(run, block), &ran)) return;
    if (ran.status != 0 || ran.err.length == 0) {
        failed(run->driver, where(run, block), "expected a warning, got status %d\n%s", ran.status,
               ran.err.bytes);
    } else if (is_followed_by(run, index, "text")) {
        expect_block(run, &run->blocks[index + 1], ran.err);
    } else {
        passed(run->driver);
    }
}

static void run_right_program(struct document_run *run, size_t index) {
    const struct block *block = &run->blocks[index];
    struct text line = text_format(run->driver->arena, "check%s", options_of(run, block));
    struct ran ran = run_mrp(run, line.bytes);
    if (!survived(run->driver, where(run, block), &ran)) return;
    if (ran.status != 0 || ran.err.length) {
        failed(run->driver, where(run, block), "expected no mistake\n%s", ran.err.bytes);
        return;
    }
    passed(run->driver);
    for (size_t i = index + 1; i < run->count; i++) {
        if (!text_is(info_word(&run->blocks[i], 0), "json")) break;
        struct text stack = info_word(&run->blocks[i], 1);
        line = text_format(run->driver->arena, "build -q --stdout %.*s%s",
                           stack.length ? (int)stack.length : 1, stack.length ? stack.bytes : "-",
                           options_of(run, block));
        ran = run_mrp(run, line.bytes);
        expect_block(run, &run->blocks[i], ran.out);
    }
}

static void run_eval_block(struct document_run *run, const struct block *block) {
    struct driver *driver = run->driver;
    unsigned number = block->line;
    for (size_t at = 0; at < block->body.length;) {
        struct text line = line_at(block->body, at);
        at += line.length + 1;
        number++;
        const char *mark = memmem(line.bytes, line.length, "# => ", 5);
        if (line.length == 0 || (line.bytes[0] == '#' && !mark)) continue;
        const char *place = text_format(driver->arena, "%s:%u", run->path, number).bytes;
        if (!mark) {
            failed(driver, place, "a line of \"mrp eval\" without \"# => \"");
            continue;
        }
        struct text expected = {mark + 5, line.length - (size_t)(mark + 5 - line.bytes)};
        run_expression(driver, place, (struct text){line.bytes, (size_t)(mark - line.bytes)},
                       expected);
    }
}

/* "console": "$ mrp ..." and below it what it prints, standard output before standard error. */
static void run_console(struct document_run *run, const struct block *block) {
    struct driver *driver = run->driver;
    struct buffer actual;
    buffer_init(&actual);
    for (size_t at = 0; at < block->body.length;) {
        struct text line = line_at(block->body, at);
        at += line.length + 1;
        if (!text_starts(line, TEXT("$ "))) continue;
        buffer_text(&actual, line);
        buffer_char(&actual, '\n');
        if (!text_starts(line, TEXT("$ mrp "))) continue;
        struct text rest = text_copy(driver->arena, (struct text){line.bytes + 6, line.length - 6});
        struct ran ran = run_mrp(run, rest.bytes);
        survived(driver, where(run, block), &ran);
        buffer_text(&actual, ran.out);
        buffer_text(&actual, ran.err);
    }
    expect_block(run, block, buffer_take(&actual, driver->arena));
    buffer_release(&actual);
}

/* A program for the blocks that follow; "mrp PATH.mrp" is a file beside it instead. */
static void run_mrp_block(struct document_run *run, size_t index) {
    const struct block *block = &run->blocks[index];
    struct text word = info_word(block, 1);
    if (text_is(word, "eval")) {
        scratch_clear(run->driver);
        run_eval_block(run, block);
        return;
    }
    if (word.length && memchr(word.bytes, '.', word.length) && !text_starts(word, TEXT("--"))) {
        scratch_write(run->driver, text_copy(run->driver->arena, word).bytes, block->body);
        return;
    }
    scratch_write(run->driver, "pipeline.mrp", block->body);
    if (text_is(word, "part")) return; /* shown, and kept for a console below */
    if (run->is_page) run_page_program(run, index);
    else if (text_is(word, "error")) run_wrong_program(run, index);
    else if (text_is(word, "warning")) run_warned_program(run, index);
    else run_right_program(run, index);
    bool is_last =
        index + 1 == run->count || !text_starts(run->blocks[index + 1].info, TEXT("console"));
    if (is_last) scratch_clear(run->driver);
}

static bool is_shown_only(struct text language) {
    static const char *const shown[] = {"",  "sh",  "text", "json", "yaml",
                                        "c", "ini", "vim",  "lisp"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (text_is(language, shown[i])) return true;
    }
    return false;
}

static void run_block(struct document_run *run, size_t index) {
    const struct block *block = &run->blocks[index];
    struct text language = info_word(block, 0);
    if (text_is(language, "mrp")) {
        run_mrp_block(run, index);
    } else if (text_is(language, "console")) {
        run_console(run, block);
    } else if (!is_shown_only(language)) {
        failed(run->driver, where(run, block), "a block of a language that is not known: %.*s",
               TEXT_ARGS(language));
    }
}

static void finish(struct document_run *run) {
    if (run->driver->update && run->copied) {
        struct failure why;
        buffer_add(&run->written, run->bytes.bytes + run->copied, run->bytes.length - run->copied);
        if (!file_write(run->path, buffer_view(&run->written), &why)) {
            failed(run->driver, run->path, "%s", why.message);
        }
    }
    bool is_shown = !memmem(run->bytes.bytes, run->bytes.length, "\n## Example", 11);
    if (run->is_page && run->programs < 2 && !is_shown) {
        failed(run->driver, run->path, "a page has an example and its mend");
    }
}

void run_document(struct driver *driver, const char *path) {
    struct document_run run = {.driver = driver, .path = path};
    struct failure why;
    if (!file_read(driver->arena, path, &run.bytes, &why)) {
        failed(driver, path, "%s", why.message);
        return;
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    run.name = (struct text){name, strlen(name) - strlen(".md")};
    run.is_page = strstr(path, "docs/diagnostics/") != NULL;
    buffer_init(&run.written);
    scratch_clear(driver);
    find_blocks(&run);
    for (size_t i = 0; i < run.count; i++) run_block(&run, i);
    finish(&run);
    buffer_release(&run.written);
}
