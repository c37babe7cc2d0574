/* Attributes with @. */
#include "checker/typing.h"

static const struct type *literals(struct checker *checker, const char *const *texts,
                                   size_t count) {
    const struct type *type = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct type *literal = type_literal_text(checker, text_of(texts[i]));
        type = type ? type_either(checker, type, literal) : literal;
    }
    return type;
}

static const char *const meta_names[] = {
    "add", "creation_policy", "deletion_policy", "depends_on", "existing", "id", "ignore_changes",
    "metadata", "protect", "update_policy", "update_replace_policy", "was",
};

static void unknown_meta(struct checker *checker, struct node *entry) {
    struct suggestion near;
    struct text name = entry_text(entry);
    suggestion_init(&near, name);
    for (size_t i = 0; i < sizeof meta_names / sizeof *meta_names; i++) {
        suggestion_offer(&near, text_of(meta_names[i]));
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_META_ATTRIBUTE, entry,
                                    "attribute \"@%.*s\" is not known", TEXT_ARGS(name));
    if (near.best.length) {
        add_hint(checker, d, "Did you mean \"@%.*s\"?", TEXT_ARGS(near.best));
    } else {
        add_hint(checker, d, "There are @add, @creation_policy, @deletion_policy, @depends_on, "
                 "@existing, @id, @ignore_changes, @metadata, @protect, @update_policy, "
                 "@update_replace_policy and @was.");
    }
}

/* What a resource has beside its properties, as it is called elsewhere. */
static const struct {
    const char *other, *ours, *hint;
} elsewhere[] = {
    {"DependsOn", "depends_on", NULL},
    {"DeletionPolicy", "deletion_policy", NULL},
    {"UpdateReplacePolicy", "update_replace_policy", NULL},
    {"CreationPolicy", "creation_policy", NULL},
    {"UpdatePolicy", "update_policy", NULL},
    {"Metadata", "metadata", NULL},
    {"prevent_destroy", "protect", NULL},
    {"Type", NULL, "The type stands behind the name of the resource already."},
    {"Properties", NULL, "Properties stand in the braces of the resource themselves."},
    {"Condition", NULL, "Write \"if\" and the condition between the type and the braces."},
    {"count", NULL, "Write \"for i in 0..2\" between the type and the braces."},
    {"for_each", NULL, "Write \"for x in list\" between the type and the braces."},
    {"lifecycle", NULL, "Write @protect = true for what must not be destroyed, @ignore_changes = "
                        "[...] for what others change."},
    {"provider", NULL, "A resource is made in the region in whose block it stands."},
};

bool hint_meta(struct checker *checker, struct diagnostic *diagnostic, struct node *entry) {
    struct text name = entry_text(entry);
    const char *ours = NULL, *hint = NULL;
    for (size_t i = 0; i < sizeof meta_names / sizeof *meta_names; i++)
        if (text_is(name, meta_names[i]) && !text_is(name, "id")) ours = meta_names[i];
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (!text_is(name, elsewhere[i].other)) continue;
        ours = elsewhere[i].ours;
        hint = elsewhere[i].hint;
    }
    if (hint) add_hint(checker, diagnostic, "%s", hint);
    if (!ours) return hint;
    add_hint(checker, diagnostic, "What a resource has beside its properties begins with @: @%s.",
             ours);
    if (diagnostic)
        diagnostic_fix(checker->diagnostics, diagnostic, node_place(entry),
                       text_format(checker->arena, "@%s", ours));
    return true;
}

static bool is_dependency(struct checker *checker, const struct type *type) {
    type = type_base(type);
    switch ((int)type->kind) {
    case TYPE_ERROR: case TYPE_RESOURCE: case TYPE_COMPONENT: case TYPE_NULL: return true;
    case TYPE_LIST: case TYPE_MAP: return is_dependency(checker, type->element);
    case TYPE_UNION:
        for (uint32_t i = 0; i < type->join.count; i++) {
            if (!is_dependency(checker, type->join.members[i])) return false;
        }
        return true;
    case TYPE_RECORD:
        for (uint32_t i = 0; i < type->record.count; i++) {
            if (!is_dependency(checker, type->record.fields[i].type)) return false;
        }
        return true;
    }
    return false;
}

static void meta_fault(struct checker *checker, struct node *value, const char *name,
                       const char *what, const char *example) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_META_ATTRIBUTE_VALUE, value,
                                    "\"@%s\" takes %s", name, what);
    add_hint(checker, d, "Write @%s = %s.", name, example);
}

static void check_depends_on(struct checker *checker, struct node *value) {
    if (value->kind == NODE_LIST) {
        for (struct node *item = value->list.elements.first; item; item = item->next) {
            struct node *inner = item->kind == NODE_SPREAD ? item->spread.value : item;
            struct fact fact = infer(checker, inner);
            if (is_dependency(checker, fact.type) || inner->flags & NODE_BAD) continue;
            meta_fault(checker, inner, "depends_on", "resources", "[bucket, role]");
        }
        return;
    }
    struct fact fact = infer(checker, value);
    if (is_dependency(checker, fact.type) || value->flags & NODE_BAD) return;
    meta_fault(checker, value, "depends_on", "resources", "[bucket, role]");
}

/* @add = [{ to = role, Policies = [...] }]: what the properties are is seen when they are added. */
static void check_additions(struct checker *checker, struct node *value) {
    struct fact fact = infer(checker, value);
    const struct type *base = type_base(fact.type);
    if (base->kind == TYPE_LIST || base->kind == TYPE_ERROR || base->kind == TYPE_NULL ||
        base->kind == TYPE_UNION || value->flags & NODE_BAD) {
        return;
    }
    meta_fault(checker, value, "add", "a list of records", "[{ to = role, Policies = [...] }]");
}

static void check_ignored(struct checker *checker, struct node *value,
                          const struct schema_type *type) {
    expect_type(checker, value, type_list(checker, &type_string), "\"@ignore_changes\"");
    if (!type || value->kind != NODE_LIST) return;
    const struct schema_body *body = schema_type_body(type);
    for (struct node *item = value->list.elements.first; item; item = item->next) {
        if (item->kind != NODE_TEXT) continue;
        struct text name = node_text(item);
        const char *dot = memchr(name.bytes, '.', name.length);
        if (dot) name.length = (size_t)(dot - name.bytes);
        if (schema_body_find(body, name) || schema_body_open(body)) continue;
        complain_unknown_property(checker, body, NULL, item);
    }
}

static void check_known_text(struct checker *checker, struct node *value, const char *word) {
    struct fact fact = expect_type(checker, value, &type_string, word);
    need_known(checker, value, fact, word, NULL);
}

static void check_policy(struct checker *checker, struct node *value, const char *name,
                         bool on_create) {
    static const char *const texts[] = {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"};
    const struct type *type = literals(checker, texts, on_create ? 4 : 3);
    struct fact fact = infer(checker, value);
    need_known(checker, value, fact, text_format(checker->arena, "\"@%s\"", name).bytes, NULL);
    const struct type *allowed = type_optional(checker, type); /* null: AWS's default */
    if (type_fits(checker, fact.type, allowed) || value->flags & NODE_BAD) return;
    if (type_base(fact.type)->kind == TYPE_STRING) return; /* the evaluator looks */
    struct suggestion near;
    struct diagnostic *d =
        complain(checker, DIAGNOSTIC_META_ATTRIBUTE_VALUE, value, "\"@%s\" is %.*s", name,
                 TEXT_ARGS(type_show(checker, type)));
    suggestion_init(&near, value->kind == NODE_TEXT ? node_text(value) : TEXT(""));
    for (size_t i = 0; i < 4 && value->kind == NODE_TEXT; i++) {
        suggestion_offer(&near, text_of(texts[i]));
    }
    if (near.best.length) add_hint(checker, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
}

void check_meta(struct checker *checker, struct node *entry, const struct schema_type *type) {
    struct node *value = entry->entry.value;
    if (!entry->entry.key) return;
    struct text name = entry_text(entry);
    struct node *outer = checker->entry;
    checker->entry = NULL;
    if (text_is(name, "depends_on")) {
        check_depends_on(checker, value);
    } else if (text_is(name, "deletion_policy")) {
        check_policy(checker, value, "deletion_policy", true);
    } else if (text_is(name, "update_replace_policy")) {
        check_policy(checker, value, "update_replace_policy", false);
    } else if (text_is(name, "protect") || text_is(name, "existing")) {
        const char *word = text_is(name, "protect") ? "\"@protect\"" : "\"@existing\"";
        expect_condition(checker, value, true, word);
    } else if (text_is(name, "id")) {
        check_known_text(checker, value, "\"@id\"");
    } else if (text_is(name, "add")) {
        check_additions(checker, value);
    } else if (text_is(name, "ignore_changes")) {
        check_ignored(checker, value, type);
    } else if (text_is(name, "metadata") || text_is(name, "creation_policy") ||
               text_is(name, "update_policy")) {
        struct fact fact = infer(checker, value);
        const struct type *base = type_base(fact.type);
        bool fits = base->kind == TYPE_RECORD || base->kind == TYPE_MAP ||
                    base->kind == TYPE_JSON || base->kind == TYPE_ERROR ||
                    base->kind == TYPE_NULL || base->kind == TYPE_UNION;
        if (!fits) {
            meta_fault(checker, value, text_format(checker->arena, "%.*s", TEXT_ARGS(name)).bytes,
                       "a record", "{ ... }");
        }
    } else if (!text_is(name, "was")) {
        unknown_meta(checker, entry);
        infer(checker, value);
    }
    checker->entry = outer;
}
