/* What the program declares beside resources: params, lets, functions, types, components, outputs,
 * pipelines; and any value, with what it is and how it travels. */
#include <string.h>

#include "base/diagnostics.h"
#include "checker/program.h"
#include "cli/declarations.h"
#include "cli/explain.h"

struct found {
    const struct symbol *symbol;
    bool is_member; /* the path goes on below what the symbol declares, or with a key */
};

/* Takes the first word of the path; a key in brackets after it is skipped. */
static struct text take_word(struct text *path) {
    size_t length = strcspn(path->bytes, ".[");
    struct text word = {path->bytes, length < path->length ? length : path->length};
    size_t at = word.length;
    if (at < path->length && path->bytes[at] == '[') {
        const char *close = memchr(path->bytes + at, ']', path->length - at);
        at = close ? (size_t)(close + 1 - path->bytes) : path->length;
    }
    if (at < path->length && path->bytes[at] == '.') at++;
    *path = (struct text){path->bytes + at, path->length - at};
    return word;
}

static const struct symbol *find_in_file(const struct scope *file, const struct name *name) {
    const struct map *maps[] = {&file->values, &file->outputs, &file->functions, &file->types};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        const struct symbol *symbol = map_find(maps[i], name);
        if (symbol) return symbol;
    }
    return NULL;
}

/* What the block of a region, a stack or a pipeline declares under the name. */
static const struct symbol *find_below(const struct program *program, const struct symbol *symbol,
                                       const struct name *name) {
    const struct node *declaration = symbol->declaration;
    if (symbol->kind == SYMBOL_REGION) return program_region_find(program, symbol, name);
    if (symbol->kind != SYMBOL_STACK && symbol->kind != SYMBOL_PIPELINE) return NULL;
    const struct scope *scope = declaration->unit.body->block.scope;
    return scope ? map_find(&scope->values, name) : NULL;
}

static struct found find(struct program *program, struct text path) {
    struct text rest = path;
    const struct name *name = names_intern(program->names, take_word(&rest));
    const struct symbol *symbol = find_in_file(program->modules[0]->scope, name);
    while (symbol && rest.length) {
        struct text after = rest;
        name = names_intern(program->names, take_word(&after));
        const struct symbol *below = find_below(program, symbol, name);
        if (!below) break;
        symbol = below;
        rest = after;
    }
    bool has_key = path.length && path.bytes[path.length - 1] == ']';
    return (struct found){symbol, symbol && (rest.length > 0 || has_key)};
}

static const char *kind_word(const struct symbol *symbol) {
    switch ((enum symbol_kind)symbol->kind) {
    case SYMBOL_PARAM:
        return symbol->is_deploy ? "a deploy param" : "a param";
    case SYMBOL_LET:
        return "a value";
    case SYMBOL_OUTPUT:
        return "an output";
    case SYMBOL_REGION:
        return symbol->is_group ? "a map of regions" : "a region";
    case SYMBOL_STACK:
        return symbol->is_group ? "a map of stacks" : "a stack";
    case SYMBOL_RESOURCE:
        return symbol->is_group ? "a map of resources" : "a resource";
    case SYMBOL_PIPELINE:
        return "a pipeline";
    case SYMBOL_STAGE:
        return "a stage";
    case SYMBOL_ACTION:
        return "an action";
    case SYMBOL_FN:
        return "a function";
    case SYMBOL_TYPE:
        return "a type";
    case SYMBOL_COMPONENT:
        return "a component";
    case SYMBOL_MODULE:
        return "an imported module";
    case SYMBOL_LOCAL:
    case SYMBOL_HERE:
    case SYMBOL_ACCOUNT:
    case SYMBOL_PARTITION:
    case SYMBOL_STACKS:
    case SYMBOL_DIAGNOSTICS:
        return "built in";
    }
    return "";
}

/* ---- values ---- */

/* The path inside of "${east.alb.DNSName}"; empty for any other JSON. */
static struct text reference_in(struct text json) {
    while (json.length && json.bytes[json.length - 1] == '\n')
        json.length--;
    bool is_reference = text_starts(json, TEXT("\"${")) && text_ends(json, TEXT("}\""));
    if (!is_reference || memmem(json.bytes + 3, json.length - 3, "${", 2)) return TEXT("");
    return (struct text){json.bytes + 3, json.length - 5};
}

static void put_travel(struct mrp *mrp, struct text json, struct buffer *out) {
    struct text reference = reference_in(json);
    if (reference.length) {
        buffer_string(out, "  travels        known only when deployed\n");
        explain_readers(mrp, reference, out);
    } else if (memmem(json.bytes, json.length, "${", 2)) {
        buffer_string(
            out, "  travels        known only when deployed, in its parts: each ${...} above\n");
    } else {
        buffer_string(out, "  travels        known while the program is built: written in place "
                           "wherever it is used\n");
    }
}

/* Appends "  value  ...", or says that the expression has none. */
static bool put_value(struct mrp *mrp, struct text expression, struct buffer *out) {
    struct mrp_text json;
    struct text copy = text_copy(mrp_arena(mrp), expression);
    if (mrp_evaluate(mrp, copy.bytes, &json) != MRP_DONE) return false;
    struct text value = text_copy(mrp_arena(mrp), (struct text){json.bytes, json.length});
    buffer_string(out, "  value          ");
    for (size_t i = 0; i < value.length; i++) {
        buffer_char(out, value.bytes[i]);
        if (value.bytes[i] == '\n' && i + 1 < value.length) buffer_string(out, "                 ");
    }
    put_travel(mrp, value, out);
    return true;
}

static bool has_value(const struct symbol *symbol) {
    return symbol->kind == SYMBOL_PARAM || symbol->kind == SYMBOL_LET ||
           symbol->kind == SYMBOL_OUTPUT;
}

static struct text expression_of(struct mrp *mrp, const struct found *found, struct text path) {
    const struct node *declaration = found->symbol->declaration;
    if (found->is_member || found->symbol->kind != SYMBOL_OUTPUT) return path;
    return span_text(mrp_diagnostics(mrp)->sources, declaration->output.value->span);
}

/* ---- pages ---- */

static struct declarations file_of(struct mrp *mrp, const struct symbol *symbol,
                                   struct buffer *out) {
    return (struct declarations){
        .sources = mrp_diagnostics(mrp)->sources,
        .file = symbol_module(symbol)->parse.file,
        .out = out,
    };
}

static void put_source_page(struct mrp *mrp, const struct symbol *symbol, struct buffer *out) {
    struct declarations page = file_of(mrp, symbol, out);
    struct text doc = declaration_doc(&page, symbol->declaration);
    buffer_char(out, '\n');
    if (symbol->kind == SYMBOL_COMPONENT) {
        if (doc.length) buffer_format(out, "%.*s\n", TEXT_ARGS(doc));
        declarations_put_component(&page, symbol->declaration);
    } else {
        declarations_put_one(&page, symbol->declaration);
    }
}

/* What a pipeline becomes lies in its home region. */
static bool put_pipeline(struct mrp *mrp, const struct symbol *symbol, struct text path,
                         struct buffer *out) {
    const struct node *home = symbol->declaration->unit.home;
    if (!home) return false;
    struct text region = span_text(mrp_diagnostics(mrp)->sources, home->span);
    return explain_path(
        mrp, text_format(mrp_arena(mrp), "%.*s.%.*s", TEXT_ARGS(region), TEXT_ARGS(path)), out);
}

bool explain_declaration(struct mrp *mrp, struct text path, struct buffer *out) {
    if (text_ends(path, TEXT("."))) return false;
    struct found found = find(mrp_program(mrp), path);
    const struct symbol *symbol = found.symbol;
    if (!symbol || !symbol->declaration) return false;
    if (symbol->kind == SYMBOL_PIPELINE && !found.is_member &&
        put_pipeline(mrp, symbol, path, out)) {
        return true;
    }
    size_t begin = out->length;
    buffer_format(out, "%.*s: %s%s\n", TEXT_ARGS(path), found.is_member ? "a value of " : "",
                  kind_word(symbol));
    explain_declared(mrp, symbol->declaration->span, out);
    bool is_value = found.is_member || has_value(symbol);
    if (is_value && !put_value(mrp, expression_of(mrp, &found, path), out) && found.is_member) {
        out->length = begin;
        return false;
    }
    bool has_page = symbol->kind == SYMBOL_FN || symbol->kind == SYMBOL_TYPE ||
                    symbol->kind == SYMBOL_COMPONENT ||
                    (has_value(symbol) && symbol->kind != SYMBOL_LET);
    if (has_page && !found.is_member) put_source_page(mrp, symbol, out);
    return true;
}
