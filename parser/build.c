/* One function a kind of node: it fills in the node and finishes it. */
#include "parser/builder.h"
#include "parser/grammar.h"

static void deepest(struct node *child, void *context) {
    uint16_t *depth = context;
    if (child->depth > *depth) *depth = child->depth;
}

static struct node *cut_else(struct node *node) {
    uint16_t depth = 0;
    node->branch.otherwise = NULL;
    node->flags |= NODE_BAD;
    node_each_child(node, deepest, &depth);
    node->depth = depth + 1;
    return node;
}

/* What stands for a node that lies too deep: nothing below it, and of a kind that may stand
 * there. */
static struct node *cut(struct parser *parser, struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_RECORD: node->record.entries = (struct list){0}; break;
    case NODE_BLOCK: node->block.items = (struct list){0}; break;
    case NODE_LIST: node->list.elements = (struct list){0}; break;
    case NODE_TEMPLATE: node->template.parts = (struct list){0}; break;
    case NODE_IF: return cut_else(node);
    case NODE_SPREAD: case NODE_LIST_FOR: case NODE_MAP_FOR: case NODE_UNARY: case NODE_BINARY:
    case NODE_CONDITIONAL: case NODE_MEMBER: case NODE_INDEX: case NODE_CALL:
    case NODE_PAREN: node = node_new(parser->arena, NODE_ERROR, node->span); break;
    case NODE_TYPE_LIST: case NODE_TYPE_MAP: case NODE_TYPE_RECORD: case NODE_TYPE_OPTIONAL:
    case NODE_TYPE_UNION: case NODE_TYPE_DEPLOY:
    case NODE_TYPE_SSM: node = node_new(parser->arena, NODE_TYPE_RECORD, node->span); break;
    /* These hold one of the above, which cuts; they add a level or two and never chain. */
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL:
    case NODE_TEXT: case NODE_AWS_TYPE: case NODE_GENERATOR: case NODE_FILTER:
    case NODE_ARGUMENT: case NODE_ERROR: case NODE_ENTRY: case NODE_FOR: case NODE_TYPE_NAME:
    case NODE_TYPE_LITERAL: case NODE_FIELD: case NODE_IMPORT: case NODE_PARAM: case NODE_CHECK:
    case NODE_LET: case NODE_FN: case NODE_TYPE: case NODE_COMPONENT: case NODE_PROJECT:
    case NODE_REGION: case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE:
    case NODE_ACTION: case NODE_OUTPUT: case NODE_ASSERT: case NODE_TEST: case NODE_POLICY:
    case NODE_WITH: case NODE_FILE: case NODE_KIND_COUNT: return node;
    }
    node->flags |= NODE_BAD;
    node->depth = 1;
    return node;
}

/* Sets the depth. Later passes recurse over the tree, so it never gets deeper than they can bear:
 * what lies too deep is cut off, once with a message. */
struct node *build_finish(struct parser *parser, struct node *node) {
    uint16_t depth = 0;
    node_each_child(node, deepest, &depth);
    node->depth = depth + 1;
    if (node->depth <= LIMIT_NESTING) return node;
    report_nesting(parser, (struct range){node->span.start, node->span.end});
    return cut(parser, node);
}

static struct node *new_node(struct parser *parser, enum node_kind kind, struct range range) {
    return node_new(parser->arena, kind, parser_span(parser, range));
}

struct written_name build_written(struct parser *parser, struct range range) {
    return (struct written_name){names_intern(parser->names, parser_text(parser, range)),
                                 range.start, range.end};
}

struct written_name build_member_name(struct parser *parser, struct range range, uint32_t skip) {
    struct range name = {range.start + skip, range.end};
    while (strchr(" \t", parser->bytes[name.start])) name.start++; /* reported by the lexer */
    return build_written(parser, name);
}

struct node *build_error(struct parser *parser, struct range range) {
    struct node *node = new_node(parser, NODE_ERROR, range);
    node->flags |= NODE_BAD;
    return node;
}

/* ---- expressions ---- */

struct node *build_name(struct parser *parser, struct written_name name) {
    struct node *node = new_node(parser, NODE_NAME, (struct range){name.start, name.end});
    node->name.name = name.name;
    return node;
}

struct node *build_aws_type(struct parser *parser, struct range range) {
    struct node *node = new_node(parser, NODE_AWS_TYPE, range);
    node->aws_type.name = build_written(parser, range).name;
    return node;
}

struct node *build_bool(struct parser *parser, struct range range, bool value) {
    struct node *node = new_node(parser, NODE_BOOL, range);
    node->truth = value;
    return node;
}

struct node *build_null(struct parser *parser, struct range range) {
    return new_node(parser, NODE_NULL, range);
}

struct node *build_list(struct parser *parser, struct range range, struct list elements) {
    struct node *node = new_node(parser, NODE_LIST, range);
    node->list.elements = elements;
    return build_finish(parser, node);
}

struct node *build_record(struct parser *parser, struct range range, struct list entries) {
    struct node *node = new_node(parser, NODE_RECORD, range);
    node->record.entries = entries;
    return build_finish(parser, node);
}

struct node *build_spread(struct parser *parser, struct range range, struct node *value) {
    struct node *node = new_node(parser, NODE_SPREAD, range);
    node->spread.value = value;
    return build_finish(parser, node);
}

struct node *build_list_for(struct parser *parser, struct range range, struct list generators,
                            struct node *value) {
    struct node *node = new_node(parser, NODE_LIST_FOR, range);
    node->comprehension.generators = generators;
    node->comprehension.value = value;
    return build_finish(parser, node);
}

struct node *build_map_for(struct parser *parser, struct range range, struct list generators,
                           struct node *key, struct node *value) {
    struct node *node = new_node(parser, NODE_MAP_FOR, range);
    node->comprehension.generators = generators;
    node->comprehension.key = key;
    node->comprehension.value = value;
    return build_finish(parser, node);
}

struct node *build_generator(struct parser *parser, struct range range, struct written_name first,
                             struct written_name second, struct node *over) {
    struct node *node = new_node(parser, NODE_GENERATOR, range);
    node->generator.first = first;
    node->generator.second = second;
    node->generator.over = over;
    return build_finish(parser, node);
}

struct node *build_filter(struct parser *parser, struct range word, struct node *condition) {
    struct node *node =
        new_node(parser, NODE_FILTER, (struct range){word.start, condition->span.end});
    node->filter.condition = condition;
    return build_finish(parser, node);
}

struct node *build_unary(struct parser *parser, struct range range, enum operator_kind op,
                         struct node *operand) {
    struct node *node = new_node(parser, NODE_UNARY, range);
    node->op = op;
    node->unary.operand = operand;
    return build_finish(parser, node);
}

struct node *build_binary(struct parser *parser, enum operator_kind op, struct node *left,
                          struct node *right) {
    struct node *node =
        new_node(parser, NODE_BINARY, (struct range){left->span.start, right->span.end});
    node->op = op;
    node->binary.left = left;
    node->binary.right = right;
    return build_finish(parser, node);
}

struct node *build_conditional(struct parser *parser, struct range range, struct node *condition,
                               struct node *then, struct node *otherwise) {
    struct node *node = new_node(parser, NODE_CONDITIONAL, range);
    node->conditional.condition = condition;
    node->conditional.then = then;
    node->conditional.otherwise = otherwise;
    return build_finish(parser, node);
}

struct node *build_member(struct parser *parser, struct range member, uint32_t skip,
                          struct node *object) {
    struct node *node =
        new_node(parser, NODE_MEMBER, (struct range){object->span.start, member.end});
    if (skip == 2) node->flags |= NODE_OPTIONAL;
    node->member.object = object;
    node->member.member = build_member_name(parser, member, skip);
    return build_finish(parser, node);
}

struct node *build_index(struct parser *parser, struct range range, bool optional,
                         struct node *object, struct node *index) {
    struct node *node = new_node(parser, NODE_INDEX, range);
    if (optional) node->flags |= NODE_OPTIONAL;
    node->index.object = object;
    node->index.index = index;
    return build_finish(parser, node);
}

struct node *build_call(struct parser *parser, struct range range, struct node *callee,
                        struct list arguments) {
    struct node *node = new_node(parser, NODE_CALL, range);
    node->call.callee = callee;
    node->call.arguments = arguments;
    return build_finish(parser, node);
}

struct node *build_argument(struct parser *parser, struct written_name name, struct node *value) {
    struct node *node =
        new_node(parser, NODE_ARGUMENT, (struct range){name.start, value->span.end});
    node->argument.name = name;
    node->argument.value = value;
    return build_finish(parser, node);
}

struct node *build_paren(struct parser *parser, struct range range, struct node *inner) {
    struct node *node = new_node(parser, NODE_PAREN, range);
    node->paren.inner = inner;
    return build_finish(parser, node);
}

/* ---- entries and blocks ---- */

struct key build_key(struct parser *parser, struct node *text) {
    if (text->kind != NODE_TEXT) return (struct key){NULL, text};
    return (struct key){names_intern(parser->names, node_text(text)), NULL};
}

struct node *build_entry(struct parser *parser, struct range key_range, struct key key,
                         struct node *value) {
    struct node *node =
        new_node(parser, NODE_ENTRY, (struct range){key_range.start, value->span.end});
    if (parser->bytes[key_range.start] == '@') node->flags |= NODE_META;
    if (strchr("\"'", parser->bytes[key_range.start])) node->flags |= NODE_QUOTED;
    node->length = key_range.end - key_range.start;
    node->entry.key = key.name;
    node->entry.computed = key.computed;
    node->entry.value = value;
    return build_finish(parser, node);
}

struct node *build_if(struct parser *parser, struct range range, struct node *condition,
                      struct node *then, struct node *otherwise) {
    struct node *node = new_node(parser, NODE_IF, range);
    if (then->kind == NODE_BLOCK) node->flags |= NODE_DECLARES;
    node->branch.condition = condition;
    node->branch.then = then;
    node->branch.otherwise = otherwise;
    return build_finish(parser, node);
}

struct node *build_for(struct parser *parser, struct range range, struct list generators,
                       struct node *body) {
    struct node *node = new_node(parser, NODE_FOR, range);
    if (body->kind == NODE_BLOCK) node->flags |= NODE_DECLARES;
    node->loop.generators = generators;
    node->loop.body = body;
    return build_finish(parser, node);
}

struct node *build_block(struct parser *parser, struct range range, struct list items) {
    struct node *node = new_node(parser, NODE_BLOCK, range);
    node->block.items = items;
    return build_finish(parser, node);
}

/* ---- types ---- */

struct node *build_type_name(struct parser *parser, struct range range, struct written_name name,
                             struct list members) {
    struct node *node = node_new_type_name(parser->arena, parser_span(parser, range), members);
    node->type_name.name = name.name;
    return build_finish(parser, node);
}

struct node *build_type_literal(struct parser *parser, struct range range, struct node *literal) {
    struct node *node = new_node(parser, NODE_TYPE_LITERAL, range);
    if (literal->kind == NODE_TEMPLATE) {
        mistake_type_text(parser, range);
        literal = new_node(parser, NODE_TEXT, range);
        node_set_text(literal, TEXT(""));
        node->flags |= NODE_BAD;
    }
    node->type_literal.literal = literal;
    return build_finish(parser, node);
}

struct node *build_type_list(struct parser *parser, struct range range, struct node *element) {
    struct node *node = new_node(parser, NODE_TYPE_LIST, range);
    node->type_list.element = element;
    return build_finish(parser, node);
}

struct node *build_type_map(struct parser *parser, struct range range, struct node *element) {
    struct node *node = new_node(parser, NODE_TYPE_MAP, range);
    node->type_map.element = element;
    return build_finish(parser, node);
}

struct node *build_type_record(struct parser *parser, struct range range, struct list fields) {
    struct node *node = new_node(parser, NODE_TYPE_RECORD, range);
    node->type_record.fields = fields;
    return build_finish(parser, node);
}

struct node *build_type_optional(struct parser *parser, struct range range, struct range mark,
                                 struct node *inner) {
    (void)mark;
    struct node *node = new_node(parser, NODE_TYPE_OPTIONAL, range);
    node->type_optional.inner = inner;
    return build_finish(parser, node);
}

struct node *build_type_union(struct parser *parser, struct range range, struct list members) {
    struct node *node = new_node(parser, NODE_TYPE_UNION, range);
    node->type_union.members = members;
    return build_finish(parser, node);
}

struct node *build_type_deploy(struct parser *parser, struct range range, struct node *inner) {
    struct node *node = new_node(parser, NODE_TYPE_DEPLOY, range);
    node->type_deploy.inner = inner;
    return build_finish(parser, node);
}

struct node *build_type_ssm(struct parser *parser, struct range first, struct range last,
                            struct node *inner) {
    struct node *node = new_node(parser, NODE_TYPE_SSM, (struct range){first.start, last.end});
    node->type_ssm.inner = inner;
    return build_finish(parser, node);
}

struct node *build_field(struct parser *parser, struct range key_range, struct key key,
                         struct node *type, struct node *initial) {
    struct node *last = initial ? initial : type;
    struct range range = {key_range.start, last->span.end};
    struct node *node = node_new_field(parser->arena, parser_span(parser, range), initial);
    const struct name *name = key.computed ? names_intern(parser->names, TEXT("")) : key.name;
    if (strchr("\"'", parser->bytes[key_range.start])) node->flags |= NODE_QUOTED;
    if (key.computed) mistake_type_text(parser, key_range);
    node->field.name = (struct written_name){name, key_range.start, key_range.end};
    node->field.type = type;
    return build_finish(parser, node);
}

/* ---- declarations ---- */

/* The text of a ## line without its marks and the one space after them. */
static struct text doc_line(const struct parser *parser, struct token token) {
    struct text line = {parser->bytes + token.start + 2, token.length - 2u};
    if (line.length > 0 && line.bytes[0] == ' ') line.bytes++, line.length--;
    while (line.length > 0 && strchr(" \t", line.bytes[line.length - 1])) line.length--;
    return line;
}

static struct text doc_before(const struct parser *parser, uint32_t start) {
    const struct token *items = parser->tokens->items;
    uint32_t index = tokens_find(parser->tokens, start), first = index;
    if (!(items[index].flags & TOKEN_DOC)) return TEXT("");
    while (first > 0 && (items[first - 1].kind == DOC || items[first - 1].kind == COMMENT)) first--;
    if (first + 1 == index) return doc_line(parser, items[first]); /* as it is in the source */
    struct buffer buffer;
    buffer_init(&buffer);
    for (uint32_t i = first; i < index; i++) {
        if (items[i].kind != DOC) continue;
        if (buffer.length > 0) buffer_char(&buffer, '\n');
        buffer_text(&buffer, doc_line(parser, items[i]));
    }
    struct text doc = buffer_take(&buffer, parser->arena);
    buffer_release(&buffer);
    return doc;
}

/* A declaration of this name; type: of a LET or OUTPUT, or NULL. */
static struct node *declaration(struct parser *parser, enum node_kind kind, struct range range,
                                struct written_name name, const struct node *type) {
    struct text doc = doc_before(parser, range.start);
    struct node *node = node_new_declaration(parser->arena, kind, parser_span(parser, range), doc,
                                             type != NULL);
    node->declaration.name = name;
    return node;
}

/* `import "lib/app.mrp"` is known as app. */
static struct written_name file_stem(struct parser *parser, struct node *file) {
    struct text path = file->kind == NODE_TEXT ? node_text(file) : TEXT("");
    size_t start = path.length;
    while (start > 0 && path.bytes[start - 1] != '/') start--;
    struct text stem = {path.bytes + start, path.length - start};
    if (text_ends(stem, TEXT(".mrp"))) stem.length -= 4;
    if (file->kind != NODE_TEXT) mistake_import_path(parser, file);
    return (struct written_name){names_intern(parser->names, stem), file->span.start,
                                 file->span.end};
}

static struct written_name import_name(struct parser *parser, struct list path,
                                       struct node *file) {
    if (file) return file_stem(parser, file);
    const struct node *last = list_last(path);
    const struct name *name =
        last->kind == NODE_AWS_TYPE ? last->aws_type.name : node_name(last);
    return (struct written_name){name, last->span.start, last->span.end};
}

struct node *build_import(struct parser *parser, struct range range, struct list path,
                          struct node *file, const struct written_name *alias,
                          const struct list *names) {
    struct written_name name = import_name(parser, path, file);
    struct node *node =
        declaration(parser, NODE_IMPORT, range, alias ? *alias : name, NULL);
    node->import.path = path;
    if (path.first && path.first->kind == NODE_AWS_TYPE) mistake_import_path(parser, path.first);
    if (file && file->kind != NODE_TEXT) {
        file = new_node(parser, NODE_TEXT, (struct range){file->span.start, file->span.end});
        node_set_text(file, TEXT(""));
        file->flags |= NODE_BAD;
    }
    node->import.file = file;
    if (names) node->import.names = *names;
    node->import.has_alias = alias != NULL;
    node->import.has_names = names != NULL;
    return build_finish(parser, node);
}

struct node *build_param(struct parser *parser, struct range range, struct written_name name,
                         struct node *type, struct node *initial, struct list checks) {
    struct node *node = declaration(parser, NODE_PARAM, range, name, NULL);
    node->param.type = type;
    node->param.initial = initial;
    node->param.checks = checks;
    return build_finish(parser, node);
}

struct node *build_check(struct parser *parser, struct range word, struct node *condition,
                         struct node *message) {
    struct node *node =
        new_node(parser, NODE_CHECK, (struct range){word.start, message->span.end});
    node->check.condition = condition;
    node->check.message = message;
    return build_finish(parser, node);
}

struct node *build_let(struct parser *parser, struct range range, struct written_name name,
                       struct node *type, struct node *value) {
    struct node *node = declaration(parser, NODE_LET, range, name, type);
    if (type) node->let.type = type;
    node->let.value = value;
    return build_finish(parser, node);
}

struct node *build_output(struct parser *parser, struct range range, struct written_name name,
                          struct node *type, struct node *value) {
    struct node *node = declaration(parser, NODE_OUTPUT, range, name, type);
    if (type) node->output.type = type;
    node->output.value = value;
    return build_finish(parser, node);
}

struct node *build_fn(struct parser *parser, struct range range, struct written_name name,
                      struct list parameters, struct node *result, struct node *value) {
    struct node *node = declaration(parser, NODE_FN, range, name, NULL);
    node->fn.parameters = parameters;
    node->fn.result = result;
    node->fn.value = value;
    return build_finish(parser, node);
}

struct node *build_fn_block(struct parser *parser, struct node *fn, struct list lets) {
    fn->fn.lets = lets;
    fn->fn.has_block = true;
    return build_finish(parser, fn);
}

struct node *build_type(struct parser *parser, struct range range, struct written_name name,
                        struct node *type, struct list checks) {
    struct node *node = declaration(parser, NODE_TYPE, range, name, NULL);
    node->type.type = type;
    node->type.checks = checks;
    return build_finish(parser, node);
}

struct node *build_component(struct parser *parser, struct range range, struct written_name name,
                             struct node *body) {
    struct node *node = declaration(parser, NODE_COMPONENT, range, name, NULL);
    node->component.body = body;
    return build_finish(parser, node);
}

struct node *build_project(struct parser *parser, struct range range, struct written_name name,
                           struct node *body) {
    struct node *node = declaration(parser, NODE_PROJECT, range, name, NULL);
    node->project.body = body;
    return build_finish(parser, node);
}

struct node *build_region(struct parser *parser, struct range range, struct list names,
                          struct node *region, struct node *over, struct node *body) {
    struct node *first = names.first;
    struct written_name name = {node_name(first), first->span.start, first->span.end};
    struct node *node = declaration(parser, NODE_REGION, range, name, NULL);
    node->region.names = names;
    node->region.region = region;
    node->region.over = over;
    node->region.body = body;
    return build_finish(parser, node);
}

static struct header *keep_header(struct parser *parser, struct header header) {
    static const struct header none;
    if (!header.generators.first && !header.condition) return (struct header *)&none;
    struct header *kept = ARENA_NEW(parser->arena, struct header);
    *kept = header;
    return kept;
}

struct node *build_unit(struct parser *parser, struct range range, enum node_kind kind,
                        struct written_name name, struct header header, struct node *body) {
    struct node *node = declaration(parser, kind, range, name, NULL);
    node->unit.header = keep_header(parser, header);
    node->unit.body = body;
    return build_finish(parser, node);
}

struct node *build_pipeline(struct parser *parser, struct node *unit, struct node *home) {
    unit->unit.home = home;
    return build_finish(parser, unit);
}

struct node *build_typed(struct parser *parser, struct node *unit, struct node *type) {
    unit->unit.type = type;
    return build_finish(parser, unit);
}

struct node *build_with(struct parser *parser, struct range range, struct node *record) {
    struct node *node = new_node(parser, NODE_WITH, range);
    node->with.record = record;
    return build_finish(parser, node);
}

struct node *build_test(struct parser *parser, struct range range, enum node_kind kind,
                        struct node *title, struct node *body) {
    struct node *node = declaration(parser, kind, range, (struct written_name){0}, NULL);
    node->test.title = title;
    node->test.body = body;
    return build_finish(parser, node);
}

struct node *build_assert(struct parser *parser, struct range range, struct node *condition,
                          struct node *message, struct node *warning) {
    struct node *node = new_node(parser, NODE_ASSERT, range);
    node->assertion.condition = condition;
    node->assertion.message = message;
    node->assertion.warning = warning;
    return build_finish(parser, node);
}
