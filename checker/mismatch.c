/* What is said where a value is not of the type that is wanted: both types, and what to write. */
#include "checker/typing.h"
#include "lexer/lexer.h"

struct text wanted_show(struct checker *checker, const struct wanted *wanted) {
    if (!wanted->name.length) return text_of(wanted->word);
    return text_format(checker->arena, "%s \"%.*s\"", wanted->word, TEXT_ARGS(wanted->name));
}

static struct text type_wanted(struct checker *checker, const struct wanted *wanted) {
    return type_show(checker, wanted->shown ? wanted->shown : wanted->type);
}

static const struct type *plain_member(const struct type *type, enum type_kind kind) {
    type = type_base(type);
    for (uint32_t i = 0; i < type_member_count(type); i++) {
        const struct type *member = type_base(type_member(type, i));
        if (member->kind == kind) return member;
    }
    return NULL;
}

static void note_declared(struct checker *checker, struct diagnostic *d,
                          const struct wanted *wanted) {
    if (!wanted->has_declared) return;
    add_note(checker, d, wanted->declared, "%.*s is declared here",
             TEXT_ARGS(wanted_show(checker, wanted)));
}

/* The texts that a type of literals is made of, `"a" | Size?`. */
struct listed {
    struct suggestion near; /* to what was written */
    struct buffer texts;
    uint32_t count;
    bool is_whole; /* nothing but them, and null */
};

static void list_literals(struct listed *listed, const struct type *type) {
    type = type_base(type);
    for (uint32_t i = 0; i < type_member_count(type); i++) {
        const struct type *member = type_base(type_member(type, i));
        if (member->kind == TYPE_UNION) {
            list_literals(listed, member);
        } else if (member->kind == TYPE_LITERAL && member->is_text) {
            suggestion_offer(&listed->near, member->literal.text);
            buffer_format(&listed->texts, "%s\"%.*s\"", listed->count++ ? ", " : "",
                          TEXT_ARGS(member->literal.text));
        } else if (member->kind != TYPE_NULL) {
            listed->is_whole = false;
        }
    }
}

static bool hint_literal(struct checker *checker, struct diagnostic *d, const struct type *found,
                         const struct type *wanted) {
    enum { MOST = 8 };
    struct listed listed = {.is_whole = true};
    if (found->kind != TYPE_LITERAL || !found->is_text) return false;
    suggestion_init(&listed.near, found->literal.text);
    buffer_init(&listed.texts);
    list_literals(&listed, wanted);
    bool few = listed.is_whole && listed.count > 0 && listed.count <= MOST;
    if (listed.near.best.length)
        add_hint(checker, d, "Did you mean \"%.*s\"?", TEXT_ARGS(listed.near.best));
    else if (few)
        add_hint(checker, d, listed.count > 1 ? "It is one of %.*s." : "Write %.*s.",
                 (int)listed.texts.length, listed.texts.bytes);
    buffer_release(&listed.texts);
    return listed.near.best.length > 0 || few;
}

void hint_number(struct checker *checker, struct diagnostic *d, struct node *node) {
    if (node->kind != NODE_TEXT) {
        add_hint(checker, d, "Write int(%.*s).", TEXT_ARGS(expression_text(checker, node)));
        return;
    }
    struct text text = node_text(node);
    size_t digits = 0;
    while (digits < text.length && ascii_is_digit(text.bytes[digits])) digits++;
    const char *duration = lexer_duration(
        (struct text){text.bytes + digits, text.length - digits});
    if (digits > 0 && duration) {
        add_hint(checker, d, "Write %s(%.*s).", duration, (int)digits, text.bytes);
        return;
    }
    if (digits > 0 && (text_ends(text, TEXT("MB")) || text_ends(text, TEXT("MiB"))))
        add_hint(checker, d, "Write the number alone: %.*s.", (int)digits, text.bytes);
    if (digits < text.length) return;
    if (!d || !text.length || (text.length > 1 && text.bytes[0] == '0')) return;
    add_hint(checker, d, "Write the number without quotes: %.*s.", TEXT_ARGS(text));
    diagnostic_fix(checker->diagnostics, d, node->span, text);
}

void hint_truth(struct checker *checker, struct diagnostic *d, struct node *node) {
    if (node->kind != NODE_TEXT) {
        add_hint(checker, d, "Compare it with a value: %.*s == \"...\".",
                 TEXT_ARGS(expression_text(checker, node)));
        return;
    }
    struct text text = node_text(node);
    if (!d) return;
    if (!text_is(text, "true") && !text_is(text, "false")) {
        add_hint(checker, d, "Write true or false.");
        return;
    }
    add_hint(checker, d, "Write it without quotes: %.*s.", TEXT_ARGS(text));
    diagnostic_fix(checker->diagnostics, d, node->span, text);
}

/* What of a record is a resource, where data is wanted: which attribute is to be written. */
static bool hint_resource_within(struct checker *checker, struct diagnostic *d, struct node *node,
                                 const struct type *found) {
    if (node->kind != NODE_RECORD || found->kind != TYPE_RECORD) return false;
    for (struct node *entry = node->record.entries.first; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY || !entry->entry.key) continue;
        const struct type_field *field = type_field_find(found, entry->entry.key);
        if (!field) continue;
        if (field->type->kind == TYPE_RESOURCE || field->type->kind == TYPE_COMPONENT) {
            hint_attribute(checker, d, entry->entry.value, field->type);
            return true;
        }
        if (hint_resource_within(checker, d, entry->entry.value, field->type)) return true;
    }
    return false;
}

/* What a record is made of; where one of its fields takes what was given, and the others need
 * not be written, that. */
static void hint_record(struct checker *checker, struct diagnostic *d, struct node *node,
                        const struct type *found, const struct type *wanted) {
    const struct type_field *fits = NULL;
    struct buffer out;
    unsigned others = 0; /* that must be written besides */
    buffer_init(&out);
    for (uint32_t i = 0; i < wanted->record.count; i++) {
        const struct type_field *field = &wanted->record.fields[i];
        bool is_required = type_field_rule(wanted, field).is_required;
        bool takes = !fits && field->type->kind != TYPE_JSON &&
                     type_fits(checker, found, field->type);
        if (takes) fits = field;
        if (!is_required) continue;
        others += !takes;
        buffer_format(&out, "%s%.*s = ...", out.length ? ", " : "", NAME_ARGS(field->name));
    }
    if (fits && others == 0) {
        add_hint(checker, d, "It is a record: { %.*s = %.*s }.", NAME_ARGS(fits->name),
                 TEXT_ARGS(expression_text(checker, node)));
    } else if (out.length) {
        add_hint(checker, d, "It is a record: { %.*s }.", (int)out.length, out.bytes);
    }
    buffer_release(&out);
}

/* How the program calls the region that AWS calls so; NULL for none. */
static const struct name *region_label(const struct checker *checker, struct text text) {
    const struct program *program = checker->program;
    for (uint32_t i = 0; i < program->region_block_count; i++) {
        const struct node *node = program->region_blocks[i].node;
        const struct node *region = node->region.region;
        if (region && region->kind == NODE_TEXT && text_equal(node_text(region), text))
            return node->region.names.first ? node_name(node->region.names.first) : NULL;
    }
    return NULL;
}

/* `stacks = ["home.app"]`, `resources("AWS::SQS::Queue")`: what is no text stands in quotes; a
 * region by its name at AWS has a label. */
static bool hint_unquoted(struct checker *checker, struct diagnostic *d, struct node *node,
                          const struct type *wanted) {
    bool place = plain_member(wanted, TYPE_REGION) || plain_member(wanted, TYPE_STACK);
    if (node->kind != NODE_TEXT || !(place || plain_member(wanted, TYPE_TYPE))) return false;
    struct text text = node_text(node);
    const struct name *label = place ? region_label(checker, text) : NULL;
    if (label) {
        add_hint(checker, d, "Write %.*s.", NAME_ARGS(label));
        return true;
    }
    for (size_t i = 0; i < text.length; i++)
        if (!ascii_is_word(text.bytes[i]) && !strchr(".:", text.bytes[i])) return false;
    if (!text.length) return false;
    add_hint(checker, d, "Write it without quotes: %.*s.", TEXT_ARGS(text));
    if (d) diagnostic_fix(checker->diagnostics, d, node->span, text);
    return true;
}

static void hint_mismatch(struct checker *checker, struct diagnostic *d, struct node *node,
                          const struct type *found, const struct type *wanted) {
    struct text text = expression_text(checker, node);
    if (hint_literal(checker, d, found, wanted)) return;
    if (hint_unquoted(checker, d, node, wanted)) return;
    if (plain_member(wanted, TYPE_JSON) && hint_resource_within(checker, d, node, found)) return;
    bool text_wanted = plain_member(wanted, TYPE_STRING) != NULL;
    if (text_wanted && (type_is_numeric(found) || found->kind == TYPE_BOOL)) {
        bool literal = node->kind == NODE_INT || node->kind == NODE_NUMBER ||
                       node->kind == NODE_BOOL;
        add_hint(checker, d, literal ? "Write \"%.*s\"." : "Write \"${%.*s}\".", TEXT_ARGS(text));
    } else if (text_wanted && found->kind == TYPE_REGION) {
        add_hint(checker, d, "Write %.*s.name.", TEXT_ARGS(text));
    } else if (plain_member(wanted, TYPE_INT) && type_is_text(found)) {
        hint_number(checker, d, node);
    } else if (plain_member(wanted, TYPE_BOOL) && type_is_text(found)) {
        hint_truth(checker, d, node);
    } else if (found->kind == TYPE_LIST && plain_member(wanted, TYPE_MAP)) {
        add_hint(checker, d, "It is a map: { key = value }.");
    } else if (found->kind == TYPE_MAP && plain_member(wanted, TYPE_LIST)) {
        add_hint(checker, d, "Write values(%.*s).", TEXT_ARGS(text));
    } else if (plain_member(wanted, TYPE_LIST) && found->kind != TYPE_LIST &&
               type_fits(checker, found, plain_member(wanted, TYPE_LIST)->element)) {
        add_hint(checker, d, "A list of one is written [%.*s].", TEXT_ARGS(text));
    } else if (plain_member(wanted, TYPE_SECRET) && type_is_text(found)) {
        add_hint(checker, d, "Write secret_ref(...) or ssm_secure_ref(...), or pass a param of "
                 "type secret: a text in the program is no secret.");
    } else if (node->kind == NODE_TEXT &&
               (plain_member(wanted, TYPE_RESOURCE) || plain_member(wanted, TYPE_COMPONENT))) {
        add_hint(checker, d, "Write the name of a resource of the program, without quotes; one "
                 "that is there already is declared with @existing = true.");
    } else if (plain_member(wanted, TYPE_RECORD) && found->kind != TYPE_RECORD) {
        hint_record(checker, d, node, found, plain_member(wanted, TYPE_RECORD));
    }
}

static bool makes_artifact(struct checker *checker, const struct type *type) {
    type = type_base(type);
    struct scope *scope = type->kind == TYPE_COMPONENT && type->symbol
                              ? component_scope(type->symbol) : NULL;
    return scope && map_find(&scope->outputs, names_intern(checker->names, TEXT("artifact")));
}

static void mismatch_resource(struct checker *checker, struct node *node, struct fact fact,
                              const struct wanted *wanted) {
    struct diagnostic *d = complain(
        checker, DIAGNOSTIC_RESOURCE_AS_VALUE, node, "%.*s wants %.*s, but this is %.*s",
        TEXT_ARGS(wanted_show(checker, wanted)), TEXT_ARGS(type_wanted(checker, wanted)),
        TEXT_ARGS(type_article(checker, fact.type)));
    const struct type *record = plain_member(wanted->type, TYPE_RECORD);
    bool artifact = plain_member(wanted->type, TYPE_ARTIFACT) && makes_artifact(checker, fact.type);
    if (artifact)
        add_hint(checker, d, "Write %.*s.artifact.", TEXT_ARGS(expression_text(checker, node)));
    else if (record) hint_record(checker, d, node, fact.type, record);
    else hint_attribute(checker, d, node, fact.type);
    note_declared(checker, d, wanted);
}

static void mismatch_null(struct checker *checker, struct node *node, struct fact fact,
                          const struct wanted *wanted) {
    bool is_null = fact.type->kind == TYPE_NULL;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, node,
                                    "%.*s wants %.*s, but \"%.*s\" %s null",
                                    TEXT_ARGS(wanted_show(checker, wanted)),
                                    TEXT_ARGS(type_wanted(checker, wanted)),
                                    TEXT_ARGS(expression_text(checker, node)),
                                    is_null ? "is" : "may be");
    if (!is_null) {
        add_hint(checker, d, "Give a value for null: %.*s ?? ...",
                 TEXT_ARGS(expression_text(checker, node)));
    }
    note_declared(checker, d, wanted);
}

void mismatch(struct checker *checker, struct node *node, struct fact fact,
              const struct wanted *wanted) {
    const struct type *found = type_base(fact.type), *want = type_base(wanted->type);
    if (node->flags & NODE_BAD) return;
    bool resource_wanted = plain_member(want, TYPE_RESOURCE) || plain_member(want, TYPE_COMPONENT);
    bool resource = found->kind == TYPE_RESOURCE || found->kind == TYPE_COMPONENT;
    if (resource && !resource_wanted) {
        mismatch_resource(checker, node, fact, wanted);
        return;
    }
    if (type_has_null(found) && !type_has_null(want)) {
        const struct type *rest = type_without_null(checker, found);
        if (found->kind == TYPE_NULL || type_fits(checker, rest, want)) {
            mismatch_null(checker, node, fact, wanted);
            return;
        }
    }
    bool secret = found->kind == TYPE_SECRET && plain_member(want, TYPE_STRING);
    struct diagnostic *d = complain(
        checker,
        secret     ? DIAGNOSTIC_SECRET_EXPOSED
        : resource ? DIAGNOSTIC_WRONG_RESOURCE
                   : DIAGNOSTIC_TYPE_MISMATCH,
        node, "%.*s wants %.*s, but this is %.*s", TEXT_ARGS(wanted_show(checker, wanted)),
        TEXT_ARGS(type_wanted(checker, wanted)), TEXT_ARGS(type_article(checker, fact.type)));
    if (secret) {
        add_hint(checker, d, "A secret goes only to properties, params and outputs of components "
                 "that are declared as secret.");
    } else if (!resource) {
        hint_mismatch(checker, d, node, found, want);
    }
    note_declared(checker, d, wanted);
}
