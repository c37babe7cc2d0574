/* What is written wrong but can only mean one thing: the message, the mend, and the tree as if it
 * had been written right, so that nothing else in the file suffers. */
#include "parser/builder.h"
#include "parser/grammar.h"
#include "schema/schema.h"

static struct diagnostic *report(struct parser *parser, enum diagnostic_id id, struct range range,
                                 struct text message) {
    parser->has_error = true;
    return diagnostics_report(parser->diagnostics, id, parser_span(parser, range), "%.*s",
                              TEXT_ARGS(message));
}

static void fix(struct parser *parser, struct diagnostic *diagnostic, struct range range,
                struct text text) {
    diagnostic_fix(parser->diagnostics, diagnostic, parser_span(parser, range), text);
}

/* Where the key of an ENTRY or the name of an ARGUMENT is written. */
static struct range key_range(const struct node *node) {
    if (node->kind == NODE_ENTRY) return (struct range){node->span.start, node_place(node).end};
    if (node->kind == NODE_ARGUMENT) {
        return (struct range){node->argument.name.start, node->argument.name.end};
    }
    return (struct range){node->span.start, node->span.end};
}

/* `a: 1` as YAML, JSON and Bicep write it. */
struct node *mistake_colon(struct parser *parser, struct range colon, struct node *node) {
    struct text key = parser_text(parser, key_range(node));
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_COLON_FOR_EQUAL, colon, TEXT("\"=\" gives a value, not \":\""));
    diagnostic_hint(parser->diagnostics, diagnostic, "Write %.*s = ...", TEXT_ARGS(key));
    bool spaced = colon.start > 0 && parser->bytes[colon.start - 1] == ' ';
    fix(parser, diagnostic, colon, spaced ? TEXT("=") : TEXT(" ="));
    return node;
}

/* `versioning { ... }` as HCL writes it. */
struct node *mistake_no_equal(struct parser *parser, struct range body, struct node *entry) {
    struct range place = key_range(entry);
    struct text key = parser_text(parser, place);
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_MISSING_EQUAL, place,
               text_format(parser->arena, "\"=\" is missing between \"%.*s\" and its value",
                           TEXT_ARGS(key)));
    if (text_is(key, "locals")) {
        diagnostic_hint(parser->diagnostics, diagnostic,
                        "A value is declared by itself: let name = ...");
        return entry;
    }
    diagnostic_hint(parser->diagnostics, diagnostic, "Write %.*s = { ... }.", TEXT_ARGS(key));
    bool spaced = parser->bytes[body.start - 1] == ' ';
    fix(parser, diagnostic, (struct range){body.start, body.start},
        spaced ? TEXT("= ") : TEXT(" = "));
    return entry;
}

struct node *mistake_no_colon(struct parser *parser, struct range type, struct node *unit) {
    const struct name *name = unit->unit.head.name.name;
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_MISSING_COLON, type,
               text_format(parser->arena, "\":\" is missing between the name \"%s\" and its type",
                           name->bytes));
    diagnostic_hint(parser->diagnostics, diagnostic, "Write %s %s: %.*s.", node_word(unit->kind),
                    name->bytes, TEXT_ARGS(parser_text(parser, type)));
    uint32_t end = unit->unit.head.name.end;
    fix(parser, diagnostic, (struct range){end, end}, TEXT(":"));
    return unit;
}

/* `resource "aws_s3_bucket" "b" { ... }` */
struct node *mistake_hcl_resource(struct parser *parser, struct range type, struct range name,
                                  struct node *type_text, struct node *name_text) {
    struct range both = {type.start, name.end};
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_QUOTED_RESOURCE, both,
               TEXT("a resource is declared with a name and a type, not with two texts"));
    struct text label = name_text->kind == NODE_TEXT ? node_text(name_text) : TEXT("name");
    struct text kind = type_text->kind == NODE_TEXT ? node_text(type_text) : TEXT("");
    const struct schema_type *meant[1];
    if (text_starts(kind, TEXT("aws_")) && schema_suggest_type(kind, meant, 1) == 1)
        kind = schema_type_name(meant[0]);
    else if (!memmem(kind.bytes, kind.length, "::", 2))
        kind = TEXT("AWS::S3::Bucket");
    diagnostic_hint(parser->diagnostics, diagnostic,
                    "Write it with its CloudFormation type, as in resource %.*s: %.*s { ... }.",
                    TEXT_ARGS(label), TEXT_ARGS(kind));
    return build_error(parser, both);
}

struct node *mistake_optional_twice(struct parser *parser, struct range mark, struct node *type) {
    struct diagnostic *diagnostic = report(parser, DIAGNOSTIC_OPTIONAL_TWICE, mark,
                                           TEXT("a type with \"?\" is optional already"));
    diagnostic_hint(parser->diagnostics, diagnostic, "Write a single \"?\".");
    fix(parser, diagnostic, mark, TEXT("?"));
    return type;
}

/* A text with ${ } where only a plain one can stand. */
void mistake_type_text(struct parser *parser, struct range range) {
    struct diagnostic *diagnostic = report(parser, DIAGNOSTIC_PLAIN_TEXT_NEEDED, range,
                                           TEXT("a type cannot depend on the value in \"${ }\""));
    diagnostic_hint(parser->diagnostics, diagnostic, "Write a text without \"${ }\".");
}

void mistake_import_path(struct parser *parser, struct node *path) {
    struct range range = {path->span.start, path->span.end};
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_PLAIN_TEXT_NEEDED, range,
               path->kind == NODE_AWS_TYPE
                   ? TEXT("a resource type needs no import")
                   : TEXT("what is imported cannot depend on the value in \"${ }\""));
    diagnostic_hint(parser->diagnostics, diagnostic,
                    "Import a library, as in import std.storage, or a file, as in import "
                    "\"lib/app.mrp\".");
}

/* `fast-fail = 1`, `a.b = 1`, `80 = 1`: range is the whole key. */
struct key mistake_key(struct parser *parser, struct range range) {
    struct text key = parser_text(parser, range);
    bool number = ascii_is_digit(key.bytes[0]);
    const char *dot = number ? NULL : memchr(key.bytes, '.', key.length);
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_KEY_FORM, range,
               text_format(parser->arena, number ? "the key %.*s is a number"
                                                 : "the key %.*s is not a single word",
                           TEXT_ARGS(key)));
    if (dot) {
        int first = (int)(dot - key.bytes);
        diagnostic_hint(parser->diagnostics, diagnostic,
                        "Nest a record: %.*s = { %.*s = ... }, or quote the key if it holds a dot.",
                        first, key.bytes, (int)key.length - first - 1, dot + 1);
    } else {
        diagnostic_hint(parser->diagnostics, diagnostic, "Quote it: \"%.*s\" = ...",
                        TEXT_ARGS(key));
        fix(parser, diagnostic, range, text_format(parser->arena, "\"%.*s\"", TEXT_ARGS(key)));
    }
    return (struct key){names_intern(parser->names, key), NULL};
}

/* `c ? a : b` */
struct node *mistake_ternary(struct parser *parser, struct range question, struct range colon,
                             struct node *conditional) {
    struct diagnostic *diagnostic =
        report(parser, DIAGNOSTIC_TERNARY, question,
               TEXT("a condition is written with \"if\", not with \"?\" and \":\""));
    struct node *c = conditional->kind == NODE_CONDITIONAL ? conditional->conditional.condition
                                                          : NULL;
    diagnostic_hint(parser->diagnostics, diagnostic, "Write if c then a else b.");
    if (!c) return conditional;
    fix(parser, diagnostic, (struct range){c->span.start, c->span.start}, TEXT("if "));
    bool before = parser->bytes[question.start - 1] == ' ';
    fix(parser, diagnostic, question, before ? TEXT("then") : TEXT(" then "));
    before = parser->bytes[colon.start - 1] == ' ';
    fix(parser, diagnostic, colon, before ? TEXT("else") : TEXT(" else "));
    return conditional;
}

/* `east.alb.` as an editor sees it while somebody types: the object stays, for completion. */
struct node *mistake_member_missing(struct parser *parser, struct range dot, struct node *object) {
    struct diagnostic *diagnostic = report(parser, DIAGNOSTIC_MISSING_NAME, dot,
                                           TEXT("a name is missing after the dot"));
    diagnostic_hint(parser->diagnostics, diagnostic,
                    "Write the name right behind the dot, without a space, or leave out the dot.");
    struct node *node = node_new(parser->arena, NODE_MEMBER,
                                 (struct span){parser->source, object->span.start, dot.end});
    node->flags |= NODE_BAD;
    node->member.object = object;
    node->member.member = (struct written_name){NULL, dot.end, dot.end};
    return build_finish(parser, node);
}
