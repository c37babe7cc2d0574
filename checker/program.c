/* The order of the walks. */
#include "checker/checker.h"

static void universe_add(struct checker *checker, enum symbol_kind kind, struct text name,
                         enum phase phase) {
    struct scope *universe = checker->program->universe;
    struct symbol *symbol = symbol_new(checker, kind, names_intern(checker->names, name), NULL);
    symbol->phase = (uint8_t)phase;
    symbol->scope = universe;
    symbol->state = STATE_DONE;
    map_put(&universe->values, symbol->name, symbol);
}

static void checker_init(struct checker *checker, struct program *program) {
    *checker = (struct checker){
        .program = program,
        .arena = program->arena,
        .names = program->names,
        .diagnostics = program->diagnostics,
    };
    struct map *maps[] = {&checker->files, &checker->everywhere, &checker->regions,
                          &checker->resources, &checker->bodies,
                          &checker->views, &checker->causes,
                          &checker->signatures, &checker->region_labels, &checker->blocks,
                          &checker->actions, &checker->torn};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) map_init(maps[i], program->arena);
    checker->name_self = names_intern(program->names, TEXT("self"));
    checker->name_it = names_intern(program->names, TEXT("it"));
    program->checker = checker;
    program->universe = scope_new(checker, SCOPE_FILE, NULL, NULL);
    universe_add(checker, SYMBOL_HERE, TEXT("here"), PHASE_KNOWN);
    universe_add(checker, SYMBOL_ACCOUNT, TEXT("account"), PHASE_EITHER);
    universe_add(checker, SYMBOL_PARTITION, TEXT("partition"), PHASE_EITHER);
    universe_add(checker, SYMBOL_STACKS, TEXT("stacks"), PHASE_KNOWN);
    universe_add(checker, SYMBOL_DIAGNOSTICS, TEXT("diagnostics"), PHASE_KNOWN);
}

bool program_load(struct program *program, struct text path, struct failure *why) {
    struct checker *checker = ARENA_NEW(program->arena, struct checker);
    checker_init(checker, program);
    if (!module_load_root(checker, path, why)) return false;
    for (uint32_t i = 0; i < program->module_count; i++) {
        declare_module(checker, program->modules[i]);
    }
    for (uint32_t i = 0; i < program->module_count; i++) {
        declare_imports(checker, program->modules[i]);
    }
    torn_gather(checker);
    declare_region_blocks(checker);
    for (uint32_t i = 0; i < program->module_count; i++) {
        resolve_module(checker, program->modules[i]);
    }
    check_begin(checker);
    for (uint32_t i = 0; i < program->module_count; i++) {
        check_module(checker, program->modules[i]);
    }
    check_unused(checker);
    arena_release(&program->scratch);
    return true;
}

void program_report_to(struct program *program, struct diagnostics *diagnostics) {
    program->diagnostics = program->checker->diagnostics = diagnostics;
}

bool program_check_expression(struct program *program, struct node *expression) {
    struct checker *checker = program->checker;
    uint32_t before = program->diagnostics->error_count;
    resolve_expression(checker, expression, program->modules[0]->scope);
    check_one_expression(checker, expression);
    arena_release(&program->scratch);
    return program->diagnostics->error_count == before;
}
