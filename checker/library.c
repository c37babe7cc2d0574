/* Reads of the library's modules what a program needs: a component costs nothing where it is not
 * used.
 *
 * Needed is each declaration whose name the program's files hold as any word, or that a needed
 * one mentions (stdlib/index.awk); imports and policies are always read. They are parsed where
 * they stand in their source, so that messages name the right lines. The names of a program's
 * words are those interned when all its files are parsed; so these come first.
 *
 * What is left out can be reached in two ways: by a name that a program misspells, for which
 * there are the names of the index; and by an expression that comes later (mrp eval), for which
 * the words are interned before, or the whole library is read.
 */
#include "checker/checker.h"
#include "lexer/lexer.h"
#include "stdlib/library.h"

struct need {
    bool *is_needed;   /* of library_declarations */
    uint32_t *pending; /* whose mentions are not yet looked at */
    uint32_t count;
};

static void need_declaration(struct need *need, uint32_t declaration) {
    if (need->is_needed[declaration]) return;
    need->is_needed[declaration] = true;
    need->pending[need->count++] = declaration;
}

static void need_mentions(struct need *need) {
    while (need->count) {
        const struct library_declaration *declaration =
            &library_declarations[need->pending[--need->count]];
        for (uint32_t i = 0; i < declaration->mention_count; i++) {
            need_declaration(need, declaration->mentions[i]);
        }
    }
}

static void need_of_module(struct checker *checker, const struct module *module,
                           struct need *need) {
    const struct library_index *index = library_index_of(module->library);
    for (uint32_t i = index->first; i < index->first + index->count; i++) {
        const char *name = library_declarations[i].name;
        if (!name[0] || names_find(checker->names, text_of(name))) need_declaration(need, i);
    }
}

/* Those that follow each other are one part. */
static void parse_needed(struct checker *checker, struct module *module, const bool *is_needed) {
    const struct library_index *index = library_index_of(module->library);
    struct source_part *parts = arena_array(checker->arena, index->count + 1, sizeof *parts);
    uint32_t count = 0;
    for (uint32_t i = index->first; i < index->first + index->count; i++) {
        const struct library_declaration *declaration = &library_declarations[i];
        if (!is_needed[i]) continue;
        if (count == 0 || parts[count - 1].end != declaration->start) {
            parts[count++].start = declaration->start;
        }
        parts[count - 1].end = declaration->end;
    }
    module->parse = parser_parse_parts(checker->arena, checker->names, checker->diagnostics,
                                       module->source, parts, count);
}

/* Space for what is needed, and the names that the checker itself looks for. */
static struct need need_new(struct checker *checker) {
    static const char *const of_pipelines[] = {"Pipeline", "Stage", "Store"};
    size_t most = library_declaration_count;
    struct need need = {arena_array(checker->arena, most, sizeof *need.is_needed),
                        arena_array(checker->arena, most, sizeof *need.pending), 0};
    for (uint32_t i = 0; i < most; i++) need.is_needed[i] = checker->program->whole_library;
    for (size_t i = 0; i < sizeof of_pipelines / sizeof *of_pipelines; i++) {
        if (checker->program->deliver) names_intern(checker->names, text_of(of_pipelines[i]));
    }
    return need;
}

static bool uses_library(const struct program *program) {
    for (uint32_t i = 0; i < program->module_count; i++) {
        if (program->modules[i]->library) return true;
    }
    return false;
}

void library_parse(struct checker *checker) {
    struct program *program = checker->program;
    if (!uses_library(program)) return;
    struct need need = need_new(checker);
    for (uint32_t i = 0; i < program->module_count; i++) {
        if (program->modules[i]->library) need_of_module(checker, program->modules[i], &need);
    }
    need_mentions(&need);
    for (uint32_t i = 0; i < program->module_count; i++) {
        struct module *module = program->modules[i];
        if (module->library) parse_needed(checker, module, need.is_needed);
    }
}

static unsigned library_space(enum space space) {
    switch (space) {
    case SPACE_VALUES: return LIBRARY_VALUE;
    case SPACE_FUNCTIONS: return LIBRARY_FUNCTION;
    case SPACE_TYPES: return LIBRARY_TYPE;
    }
    return 0;
}

bool library_offer(const struct module *module, enum space space, struct suggestion *near) {
    if (!module->library) return false;
    const struct library_index *index = library_index_of(module->library);
    for (uint32_t i = 0; i < index->name_count; i++) {
        const struct library_name *name = &index->names[i];
        if (name->spaces & library_space(space)) suggestion_offer(near, text_of(name->name));
    }
    return true;
}

bool library_has(const struct module *module, const struct name *name) {
    if (!module->library) return false;
    const struct library_index *index = library_index_of(module->library);
    for (uint32_t i = 0; i < index->name_count; i++) {
        if (text_is(name_text(name), index->names[i].name)) return true;
    }
    return false;
}

void program_mention(struct program *program, struct text words) {
    size_t start = 0;
    for (size_t i = 0; i <= words.length; i++) {
        if (i < words.length && ascii_is_word(words.bytes[i])) continue;
        if (i > start) names_intern(program->names, (struct text){words.bytes + start, i - start});
        start = i + 1;
    }
}
