/* What a case cannot reach: limits that take a thousand files, every signature of the built-in
 * functions, patterns of the schema, what the evaluator asks of the checked program. */
#include <stdlib.h>

#include "base/limits.h"
#include "checker/constraint.h"
#include "checker/program.h"
#include "evaluator/builtin.h"
#include "stdlib/library.h"
#include "tests/unit/unit.h"

/* A host whose files are made when they are read: "pipeline.mrp" is text; "f7.mrp" imports
 * "f8.mrp", up to last. */
struct made {
    struct host host;
    const char *text;
    int last;
};

static bool made_read(void *context, struct arena *arena, struct text path, struct text *bytes,
                      struct failure *why) {
    const struct made *made = context;
    if (text_is(path, "pipeline.mrp")) {
        *bytes = text_of(made->text);
        return true;
    }
    int number = path.length > 1 && path.bytes[0] == 'f' ? atoi(path.bytes + 1) : 0;
    if (number == 0) return failure_set(why, "file \"%.*s\" does not exist", TEXT_ARGS(path));
    if (number == made->last) {
        *bytes = TEXT("let x = 1\n");
    } else {
        *bytes = text_format(arena, "import \"f%d.mrp\" as next\nlet x = next.x\n", number + 1);
    }
    return true;
}

struct checked {
    struct made made;
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct program program;
};

static void prepare(struct checked *checked, const char *text, int last) {
    memset(checked, 0, sizeof *checked);
    arena_init(&checked->arena);
    names_init(&checked->names, &checked->arena);
    sources_init(&checked->sources, &checked->arena);
    diagnostics_init(&checked->diagnostics, &checked->arena, &checked->sources);
    checked->made = (struct made){.text = text, .last = last};
    checked->made.host = (struct host){.context = &checked->made, .read = made_read};
    checked->program = (struct program){.arena = &checked->arena, .names = &checked->names,
                                        .sources = &checked->sources,
                                        .diagnostics = &checked->diagnostics,
                                        .host = &checked->made.host};
}

static void load(struct checked *checked, const char *text, int last) {
    struct failure why;
    prepare(checked, text, last);
    CU_ASSERT_TRUE(program_load(&checked->program, TEXT("pipeline.mrp"), &why));
}

static unsigned count_of(const struct checked *checked, enum diagnostic_id id) {
    unsigned count = 0;
    for (const struct diagnostic *d = checked->diagnostics.first; d; d = d->next) {
        count += d->id == id;
    }
    return count;
}

static void unload(struct checked *checked) {
    arena_release(&checked->arena);
    constraint_release();
}

/* --- limits --- */

static const char importing[] = "import \"f1.mrp\" as f\noutput X = f.x\n";

static void test_files(void) {
    struct checked checked;
    load(&checked, importing, LIMIT_PROGRAM_FILES - 1); /* and the root */
    CU_ASSERT_EQUAL(checked.program.module_count, LIMIT_PROGRAM_FILES);
    CU_ASSERT_EQUAL(count_of(&checked, DIAGNOSTIC_UNREADABLE_IMPORT), 0);
    unload(&checked);
    load(&checked, importing, LIMIT_PROGRAM_FILES);
    CU_ASSERT_EQUAL(checked.program.module_count, LIMIT_PROGRAM_FILES);
    CU_ASSERT_EQUAL(count_of(&checked, DIAGNOSTIC_UNREADABLE_IMPORT), 1);
    unload(&checked);
}

static void test_unreadable_root(void) {
    struct checked checked;
    struct failure why = {.message = ""};
    load(&checked, "", 0);
    CU_ASSERT_FALSE(program_load(&checked.program, TEXT("other.mrp"), &why));
    CU_ASSERT_NOT_EQUAL(why.message[0], '\0');
    unload(&checked);
}

/* Types that hold the one before twice: 2^60 of them, were they written out. */
static void test_type_size(void) {
    struct checked checked;
    struct buffer text;
    buffer_init(&text);
    buffer_string(&text, "let a0 = { x = 1 }\n");
    for (int i = 1; i <= 60; i++) {
        buffer_format(&text, "let a%d = { x = a%d, y = a%d }\n", i, i - 1, i - 1);
    }
    buffer_string(&text, "let z = [a60, a59, a60]\nparam p: { x: int } = a60\noutput X = [z, p]\n");
    buffer_char(&text, '\0');
    load(&checked, text.bytes, 0);
    CU_ASSERT(checked.arena.used < 64u << 20);
    unload(&checked);
    buffer_release(&text);
}

/* --- built-in functions --- */

static void test_signatures(void) {
    size_t count;
    const struct builtin *rows = builtin_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct checked checked;
        char text[256];
        /* a call with nothing in it reads the signature, and never says more than what is
         * missing */
        snprintf(text, sizeof text, "param p: string = \"${%s()}\"\noutput X = p\n", rows[i].name);
        load(&checked, text, 0);
        for (const struct diagnostic *d = checked.diagnostics.first; d; d = d->next) {
            bool meant = d->id == DIAGNOSTIC_WRONG_ARGUMENTS || d->id == DIAGNOSTIC_TYPE_MISMATCH ||
                         d->id == DIAGNOSTIC_POSSIBLY_NULL || d->id == DIAGNOSTIC_SECRET_EXPOSED;
            CU_ASSERT_TRUE(meant);
            CU_ASSERT_EQUAL(d->span.source, 0);
            if (!meant) printf("%s: %.*s\n", rows[i].name, TEXT_ARGS(d->message));
        }
        unload(&checked);
    }
}

/* --- patterns --- */

static void test_patterns(void) {
    CU_ASSERT_TRUE(constraint_matches(TEXT("^[a-z]+$"), TEXT("abc")));
    CU_ASSERT_FALSE(constraint_matches(TEXT("^[a-z]{2}$"), TEXT("abc")));
    CU_ASSERT_TRUE(constraint_matches(TEXT("b"), TEXT("abc"))); /* a search */
    CU_ASSERT_FALSE(constraint_matches(TEXT("^a$"), TEXT("a\n")));
    CU_ASSERT_TRUE(constraint_matches(TEXT("("), TEXT("abc"))); /* not a pattern: no limit */
    CU_ASSERT_TRUE(constraint_matches(TEXT("^\\u0041$"), TEXT("A"))); /* as in ECMAScript */
    static const char long_text[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    CU_ASSERT_TRUE(constraint_matches(TEXT("^(a+)+$"), text_of(long_text))); /* gives up */
    struct text often = TEXT("^(?:[0-9])+x$");
    for (int i = 0; i < 200; i++) { /* compiled to machine code on the way */
        CU_ASSERT_TRUE(constraint_matches(often, TEXT("12x")));
        CU_ASSERT_FALSE(constraint_matches(often, TEXT("12y")));
    }
    constraint_release();
}

static void walk_value(const struct schema_value *value, unsigned *compiled) {
    struct schema_limits limits;
    schema_value_limits(value, &limits);
    if (limits.pattern.length) {
        constraint_matches(limits.pattern, TEXT("x"));
        ++*compiled;
    }
    if (schema_value_element(value)) walk_value(schema_value_element(value), compiled);
}

/* The first patterns of every type: none crashes, whatever is in it. */
static void test_schema_patterns(void) {
    unsigned compiled = 0;
    for (size_t t = 0; t < schema_type_count(); t++) {
        const struct schema_body *body = schema_type_body(schema_type_at(t));
        for (size_t i = 0; i < schema_body_count(body); i++) {
            walk_value(schema_property_value(schema_body_at(body, i)), &compiled);
        }
    }
    CU_ASSERT(compiled > 1000);
    constraint_release();
}

/* --- what the evaluator asks --- */

static void test_region_names(void) {
    struct checked checked;
    load(&checked,
         "region east \"us-east-1\" { resource q: AWS::SQS::Queue {} }\n"
         "region west \"us-west-2\" { resource q: AWS::SQS::Queue {} }\n"
         "region east, west { output Q = q.Arn }\n", 0);
    CU_ASSERT_EQUAL(checked.diagnostics.count, 0);
    CU_ASSERT_EQUAL(checked.program.region_block_count, 3);
    const struct region_block *blocks = checked.program.region_blocks;
    CU_ASSERT_EQUAL(blocks[2].region_count, 2);
    const struct name *q = names_find(&checked.names, TEXT("q"));
    struct symbol *east = program_region_find(&checked.program, blocks[0].regions[0], q);
    struct symbol *west = program_region_find(&checked.program, blocks[1].regions[0], q);
    CU_ASSERT_PTR_NOT_NULL(east);
    CU_ASSERT_PTR_NOT_NULL(west);
    CU_ASSERT_PTR_NOT_EQUAL(east, west);
    const struct node *output = blocks[2].node->region.body->block.items.first;
    const struct node *name = output->output.value->member.object;
    CU_ASSERT_EQUAL(name->hops, HOPS_REGION);
    CU_ASSERT_PTR_EQUAL(node_symbol(name), east);
    unload(&checked);
}

/* --- the library, of which no more is read than is needed --- */

/* Whether the module on its own, imported for this one name, lacks nothing. */
static bool is_enough(const char *module, const char *name) {
    char text[200];
    struct checked checked;
    snprintf(text, sizeof text, "import %s { %s }\n", module, name);
    load(&checked, text, 0);
    bool is_enough = checked.diagnostics.error_count == 0;
    const struct diagnostic *first = checked.diagnostics.first;
    if (!is_enough) fprintf(stderr, "%s.%s: %s\n", module, name, first->message.bytes);
    unload(&checked);
    return is_enough;
}

static void test_each_name_alone(void) {
    unsigned count = 0;
    for (const struct library_module *m = library_modules; m->name; m++) {
        const struct library_index *index = library_index_of(m);
        for (uint32_t i = 0; i < index->name_count; i++, count++) {
            bool is_alias = index->names[i].spaces == (LIBRARY_VALUE | LIBRARY_TYPE);
            if (!is_alias) CU_ASSERT_TRUE(is_enough(m->name, index->names[i].name));
        }
    }
    CU_ASSERT(count > 300);
}

/* The names of the index, in the order of the module's own maps. */
static bool lists(const struct map *map, const struct library_index *index, uint32_t space) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        struct text name = name_text(map->entries[i].key);
        if (name.bytes[0] == '_') continue;
        while (at < index->name_count && !(index->names[at].spaces & space)) at++;
        if (at == index->name_count || !text_is(name, index->names[at++].name)) return false;
    }
    while (at < index->name_count && !(index->names[at].spaces & space)) at++;
    return at == index->name_count;
}

static void test_index(void) {
    struct failure why;
    for (const struct library_module *m = library_modules; m->name; m++) {
        const struct library_index *index = library_index_of(m);
        char text[200];
        struct checked checked;
        snprintf(text, sizeof text, "import %s as all\n", m->name);
        prepare(&checked, text, 0);
        checked.program.whole_library = true;
        CU_ASSERT_TRUE(program_load(&checked.program, TEXT("pipeline.mrp"), &why));
        const struct scope *scope = checked.program.modules[1]->scope;
        CU_ASSERT_TRUE(lists(&scope->values, index, LIBRARY_VALUE));
        CU_ASSERT_TRUE(lists(&scope->functions, index, LIBRARY_FUNCTION));
        CU_ASSERT_TRUE(lists(&scope->types, index, LIBRARY_TYPE));
        uint32_t end = index->first + index->count;
        CU_ASSERT_FATAL(end <= library_declaration_count);
        CU_ASSERT_EQUAL(library_declarations[end - 1].end, strlen(m->source));
        unload(&checked);
    }
}

static const struct node *item_named(const struct module *module, const char *name) {
    const struct node *item = module->parse.file->file.items.first;
    while (item && !(item->kind != NODE_IMPORT && item->kind != NODE_POLICY &&
                     text_is(name_text(item->declaration.name.name), name))) {
        item = item->next;
    }
    return item;
}

/* What is read stands where it stands in the source; what nobody mentions is not read. */
static void test_least(void) {
    struct checked checked;
    load(&checked, "import std.data\nregion r \"us-east-1\" { resource q: data.Queue {} }\n", 0);
    const struct module *data = checked.program.modules[1];
    const struct node *queue = item_named(data, "Queue");
    CU_ASSERT_PTR_NULL(item_named(data, "GlobalTable"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(queue);
    const char *source = library_find(TEXT("std.data"))->source;
    CU_ASSERT_EQUAL(strncmp(source + queue->span.start, "component Queue", 15), 0);
    unload(&checked);
    prepare(&checked, "import std.data\n", 0);
    program_mention(&checked.program, TEXT("[data.GlobalTable]"));
    struct failure why;
    CU_ASSERT_TRUE(program_load(&checked.program, TEXT("pipeline.mrp"), &why));
    CU_ASSERT_PTR_NOT_NULL(item_named(checked.program.modules[1], "GlobalTable"));
    CU_ASSERT_PTR_NULL(item_named(checked.program.modules[1], "Queue"));
    unload(&checked);
}

UNIT_MAIN("checker", {"files", test_files}, {"unreadable root", test_unreadable_root},
          {"size of types", test_type_size}, {"signatures", test_signatures},
          {"patterns", test_patterns}, {"patterns of the schema", test_schema_patterns},
          {"names of regions", test_region_names},
          {"each name of the library alone", test_each_name_alone},
          {"index of the library", test_index}, {"least of the library", test_least})
