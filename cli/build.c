/* mrp build: templates and their manifest, each file whole or not at all, no other file touched. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/package.h"
#include "cli/output.h"
#include "cli/program.h"
#include "mrp_parts.h"

struct built {
    struct invocation *invocation;
    struct mrp *mrp;
    const char *folder;
    const char **paths, **hashes; /* below the folder; in the order of mrp_stack */
    size_t *sizes;
};

static bool find_stack(struct mrp *mrp, const char *wanted, size_t *index) {
    *index = 0;
    if (strcmp(wanted, "-") == 0 && mrp_stack_count(mrp) == 1) return true;
    for (size_t i = 0; i < mrp_stack_count(mrp); i++) {
        *index = i;
        if (strcmp(mrp_stack(mrp, i)->path, wanted) == 0) return true;
    }
    size_t matches = 0;
    for (size_t i = 0; i < mrp_stack_count(mrp); i++) {
        if (strcmp(mrp_stack(mrp, i)->name, wanted) != 0) continue;
        *index = i;
        matches++;
    }
    return matches == 1;
}

static int no_stack(const struct invocation *invocation, struct mrp *mrp, const char *wanted) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, text_of(wanted));
    size_t equal = 0;
    for (size_t i = 0; i < mrp_stack_count(mrp); i++) {
        const struct mrp_stack *stack = mrp_stack(mrp, i);
        suggestion_offer(&suggestion, text_of(stack->path));
        suggestion_offer(&suggestion, text_of(stack->name));
        equal += strcmp(stack->name, wanted) == 0;
    }
    if (equal) {
        misuse(invocation, "the program has %zu stacks \"%s\", one a region", equal, wanted);
        fputs("  Name one by its path:", stderr);
        for (size_t i = 0; i < mrp_stack_count(mrp); i++) {
            if (strcmp(mrp_stack(mrp, i)->name, wanted) == 0) {
                fprintf(stderr, " %s", mrp_stack(mrp, i)->path);
            }
        }
        fputc('\n', stderr);
        return OUTCOME_MISUSE;
    }
    misuse(invocation, "the program has no stack \"%s\"", wanted);
    if (suggestion.best.length) {
        fprintf(stderr, "  Did you mean \"%.*s\"?\n", TEXT_ARGS(suggestion.best));
    }
    return OUTCOME_MISUSE;
}

static int print_stack(const struct invocation *invocation, struct mrp *mrp, const char *wanted) {
    size_t index;
    if (!find_stack(mrp, wanted, &index)) return no_stack(invocation, mrp, wanted);
    return print(program_text(mrp, mrp_template(mrp, index, MRP_INDENTED)));
}

static struct text path_in(const struct built *built, const char *path) {
    return text_format(mrp_arena(built->mrp), "%s/%s", built->folder, path);
}

static bool write_template(struct built *built, size_t index, struct failure *why) {
    const struct mrp_stack *stack = mrp_stack(built->mrp, index);
    struct arena *arena = mrp_arena(built->mrp);
    if (!folder_make(path_in(built, stack->region).bytes, why)) return false;
    built->paths[index] =
        text_format(arena, "%s/%s.template.json", stack->region, stack->name).bytes;
    struct text text = program_text(built->mrp, mrp_template(built->mrp, index, MRP_INDENTED));
    char *hex = arena_alloc(arena, 65);
    if (!mrp_sha256(built->mrp, (struct mrp_text){text.bytes, text.length}, hex))
        return failure_set(why, "%s", mrp_failure(built->mrp));
    built->hashes[index] = hex;
    built->sizes[index] = text.length;
    return file_write(path_in(built, built->paths[index]).bytes, text, why);
}

/* Beside the template of a stack that a pipeline delivers: the values of its parameters, its
 * tags. */
static bool write_configuration(const struct built *built, size_t index, struct failure *why) {
    const struct template_set *set = mrp_templates(built->mrp);
    struct text path = template_configuration_path(set, set->order[index]);
    struct buffer text;
    if (!path.length) return true;
    buffer_init(&text);
    template_configuration(set, set->order[index], &text);
    bool done = file_write(path_in(built, path.bytes).bytes, buffer_view(&text), why);
    buffer_release(&text);
    return done;
}

/* ---- files of stacks that the program has no more ---- */

static bool is_still_built(const struct built *built, struct text path) {
    const struct template_set *set = mrp_templates(built->mrp);
    for (size_t i = 0; i < mrp_stack_count(built->mrp); i++) {
        if (text_is(path, built->paths[i])) return true;
        if (text_equal(path, template_configuration_path(set, set->order[i]))) return true;
    }
    return false;
}

/* What the manifest names is only ours if it has the form that build writes. */
static bool is_built_path(struct text path) {
    const char *slash = memchr(path.bytes, '/', path.length);
    bool is_ours = text_ends(path, TEXT(".template.json")) ||
                   text_ends(path, TEXT(".parameters.json"));
    return slash && slash != path.bytes && path.bytes[0] != '.' && is_ours &&
           !memchr(slash + 1, '/', path.length - (size_t)(slash + 1 - path.bytes)) &&
           !memchr(path.bytes, '\0', path.length);
}

static bool drop_file(const struct built *built, struct text path, struct failure *why) {
    if (!is_built_path(path) || is_still_built(built, path)) return true;
    const char *stale = path_in(built, text_copy(mrp_arena(built->mrp), path).bytes).bytes;
    if (unlink(stale) == 0 || errno == ENOENT || errno == ENOTDIR) return true;
    return failure_set(why, "could not remove \"%s\": %s", stale, strerror(errno));
}

enum reading { IS_MANIFEST, NO_MANIFEST, NOT_DROPPED };

/* Goes through the manifest of the build before. What it names is dropped in a second pass, so that
 * of one that is broken nothing is taken. */
static enum reading read_manifest(const struct built *built, struct arena *arena,
                                  struct text bytes, bool drops, struct failure *why) {
    struct json json;
    enum json_kind kind;
    bool in_stacks = false;
    json_init(&json, arena, bytes);
    while ((kind = json_next(&json)) != JSON_END) {
        if (kind == JSON_ERROR) return NO_MANIFEST;
        if (kind != JSON_KEY) continue;
        if (json.depth == 1) in_stacks = text_is(json.text, "stacks");
        if (json.depth != 3 || !in_stacks) continue;
        if (!text_is(json.text, "template") && !text_is(json.text, "configuration")) continue;
        if (json_next(&json) != JSON_STRING || !drops) continue;
        if (!drop_file(built, json.text, why)) return NOT_DROPPED;
    }
    return IS_MANIFEST;
}

static bool drop_stale(const struct built *built, const char *manifest, struct failure *why) {
    struct arena arena;
    struct text bytes;
    if (access(manifest, F_OK) != 0 && errno == ENOENT) return true;
    arena_init(&arena);
    bool done = file_read(&arena, manifest, &bytes, why);
    if (done && read_manifest(built, &arena, bytes, false, why) == IS_MANIFEST) {
        done = read_manifest(built, &arena, bytes, true, why) == IS_MANIFEST;
    }
    arena_release(&arena);
    return done;
}

/* ---- all of it ---- */

static bool write_all(struct built *built, struct failure *why) {
    size_t count = mrp_stack_count(built->mrp);
    struct arena *arena = mrp_arena(built->mrp);
    built->paths = arena_array(arena, count, sizeof *built->paths);
    built->hashes = arena_array(arena, count, sizeof *built->hashes);
    built->sizes = arena_array(arena, count, sizeof *built->sizes);
    if (!folder_make(built->folder, why)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!write_template(built, i, why) || !write_configuration(built, i, why)) return false;
    }
    struct text manifest =
        program_text(built->mrp, mrp_manifest(built->mrp, built->paths, built->hashes));
    const char *path = path_in(built, "manifest.json").bytes;
    if (file_holds(path, manifest)) return true; /* then nothing is stale either */
    if (!drop_stale(built, path, why)) return false;
    return file_write(path, manifest, why);
}

static void list_text(const struct built *built, struct buffer *out) {
    for (size_t i = 0; i < mrp_stack_count(built->mrp); i++) {
        size_t resources = mrp_stack(built->mrp, i)->resource_count;
        buffer_format(out, "%s/%s: %zu resource%s, %zu bytes\n", built->folder, built->paths[i],
                      resources, resources == 1 ? "" : "s", built->sizes[i]);
    }
}

static void list_json(const struct built *built, struct buffer *out) {
    buffer_string(out, "{\"format\":1,\"folder\":");
    buffer_json_string(out, text_of(built->folder));
    buffer_string(out, ",\"manifest\":\"manifest.json\",\"templates\":[");
    for (size_t i = 0; i < mrp_stack_count(built->mrp); i++) {
        buffer_string(out, i ? ",\n  {\"stack\":" : "\n  {\"stack\":");
        buffer_json_string(out, text_of(mrp_stack(built->mrp, i)->name));
        buffer_string(out, ",\"region\":");
        buffer_json_string(out, text_of(mrp_stack(built->mrp, i)->region));
        buffer_string(out, ",\"template\":");
        buffer_json_string(out, text_of(built->paths[i]));
        buffer_format(out, ",\"bytes\":%zu,\"sha256\":\"%s\"}", built->sizes[i], built->hashes[i]);
    }
    buffer_string(out, "\n]}\n");
}

static int list(const struct built *built) {
    enum form form;
    struct buffer out;
    output_form(built->invocation, true, &form);
    if (form == FORM_SARIF) return program_report(built->invocation, built->mrp, true);
    if (form == FORM_TEXT && option_given(built->invocation, OPTION_QUIET)) return OUTCOME_DONE;
    buffer_init(&out);
    (form == FORM_JSON ? list_json : list_text)(built, &out);
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

static int build(struct invocation *invocation, struct mrp *mrp) {
    const char *wanted = option_value(invocation, OPTION_STDOUT);
    const char *folder = option_value(invocation, OPTION_OUTPUT);
    if (wanted) return print_stack(invocation, mrp, wanted);
    struct built built = {
        .invocation = invocation, .mrp = mrp, .folder = folder ? folder : "build"};
    struct failure why;
    struct package package;
    if (!package_fill(mrp, &package, &why) || !write_all(&built, &why)) return world_failed(&why);
    return list(&built);
}

int command_build(struct invocation *invocation) {
    struct mrp *mrp;
    int outcome = program_compile(invocation, 0, &mrp);
    if (outcome == OUTCOME_DONE) outcome = build(invocation, mrp);
    mrp_free(mrp);
    return outcome;
}
