/* Physical names at AWS: their limits, the suffix in them, and names that meet. */
#include "checker/constraint.h"
#include "evaluator/internal.h"

struct written {       /* what is known of a name's text */
    struct text text;  /* its known characters; an account id stands as twelve digits */
    bool is_whole;     /* nothing is unknown */
    bool has_other;    /* something but texts and the account */
    bool is_fitted;    /* it does not grow with the suffix */
    unsigned suffixes; /* how often the suffix stands in it */
};

static unsigned count_suffix(struct text text, struct text suffix) {
    unsigned count = 0;
    const char *at = text.bytes, *end = text.bytes + text.length;
    if (!suffix.length || !text.length) return 0;
    while ((at = memmem(at, (size_t)(end - at), suffix.bytes, suffix.length))) {
        bool starts = at == text.bytes || !ascii_is_alphanumeric(at[-1]);
        at += suffix.length;
        count += starts && (at == end || !ascii_is_alphanumeric(*at));
    }
    return count;
}

static void written_piece(struct buffer *buffer, struct value piece, struct written *written) {
    if (piece.kind == VALUE_TEXT) {
        buffer_text(buffer, value_as_text(piece));
    } else if (piece.kind == VALUE_DEFERRED && piece.deferred->kind == DEFERRED_PSEUDO &&
               piece.deferred->name && text_is(name_text(piece.deferred->name), "AWS::AccountId")) {
        buffer_string(buffer, "000000000000");
    } else {
        written->is_whole = false;
        written->has_other = true;
    }
}

static struct written name_written(struct evaluator *ev, struct value value) {
    struct written written = {.is_whole = true, .is_fitted = value.flags & VALUE_FITTED};
    struct buffer buffer;
    buffer_init(&buffer);
    value = settled(ev, value);
    if (value.kind == VALUE_TEXT) {
        written.text = value_as_text(value);
        written.suffixes = count_suffix(written.text, ev->deployment->suffix);
        return written;
    }
    if (value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_TEXT) {
        for (uint32_t i = 0; i < value.deferred->count; i++) {
            written_piece(&buffer, value.deferred->operands[i], &written);
        }
    } else {
        written_piece(&buffer, value, &written);
    }
    written.text = buffer_take(&buffer, ev->arena);
    buffer_release(&buffer);
    written.suffixes = count_suffix(written.text, ev->deployment->suffix);
    return written;
}

static void check_length(struct evaluator *ev, const struct schema_name *name,
                         const struct written *written, const struct node *node) {
    size_t length = text_characters(written->text);
    struct text property = schema_property_name(name->property);
    if (name->maximum && length > name->maximum) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_PHYSICAL_NAME, node,
                                      "\"%.*s\" has at most %u characters, and this has %zu",
                                      TEXT_ARGS(property), name->maximum, length);
        hint(ev, d, "Shorten it, or write name(\"...\", fit = %u), which shortens with a hash.",
             name->maximum);
        return;
    }
    if (written->is_whole && length < name->minimum) {
        report(ev, DIAGNOSTIC_PHYSICAL_NAME, node,
               "\"%.*s\" has at least %u characters, and this has %zu", TEXT_ARGS(property),
               name->minimum, length);
        return;
    }
    if (!name->maximum || !written->suffixes || written->is_fitted) return;
    size_t grow = suffix_longest(ev) - ev->deployment->suffix.length;
    size_t longest = length + written->suffixes * grow;
    if (longest <= name->maximum) return;
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_PHYSICAL_NAME, node,
               "\"%.*s\" has at most %u characters, and with a suffix of %u this "
               "has %zu",
               TEXT_ARGS(property), name->maximum, suffix_longest(ev), longest);
    const struct symbol *param = suffix_param(ev);
    if (param && param->declaration) {
        note(ev, d, written_span(param->declaration, param->declaration->declaration.name),
             "the suffix can have up to %u characters", suffix_longest(ev));
    }
    hint(ev, d, "Shorten it, or write name(\"...\", fit = %u), which shortens with a hash.",
         name->maximum);
}

static void check_limits(struct evaluator *ev, const struct schema_name *name,
                         const struct written *written, const struct node *node) {
    struct constraint_place place = {.diagnostics = ev->diagnostics,
                                     .name = schema_property_name(name->property),
                                     .span = node->span};
    if (node->kind == NODE_TEXT) { /* as the checker says it of what is written out */
        if (!constraint_text(&place, schema_property_value(name->property), written->text)) return;
        if (!constraint_name(&place, name, written->text)) return;
    }
    uint32_t before = ev->diagnostics->count;
    check_length(ev, name, written, node);
    if (ev->diagnostics->count != before || !written->is_whole || node->kind == NODE_TEXT) return;
    struct schema_name pattern = {.property = name->property, .pattern = name->pattern};
    if (constraint_text(&place, schema_property_value(name->property), written->text)) {
        constraint_name(&place, &pattern, written->text);
    }
}

/* Rules of buckets that no pattern says:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
static void check_bucket(struct evaluator *ev, const struct written *written,
                         const struct node *node) {
    static const char *const starts[] = {"xn--", "sthree-", "amzn-s3-demo-"};
    static const char *const ends[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
    struct text text = written->text;
    const char *wrong = NULL;
    if (memmem(text.bytes, text.length, "..", 2)) wrong = "has two dots side by side";
    if (written->is_whole && text_is_ipv4(text)) wrong = "looks like an IP address";
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (text_starts(text, text_of(starts[i]))) wrong = "begins as AWS keeps for itself";
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (written->is_whole && text_ends(text, text_of(ends[i])))
            wrong = "ends as AWS keeps for itself";
    }
    if (wrong) {
        report(ev, DIAGNOSTIC_PHYSICAL_NAME, node, "the bucket name \"%.*s\" %s", TEXT_ARGS(text),
               wrong);
    }
}

static void check_suffix(struct evaluator *ev, const struct schema_name *name,
                         const struct written *written, const struct node *node) {
    struct text suffix = ev->deployment->suffix;
    if (!suffix.length || written->suffixes || written->has_other) return;
    /* is as it is registered */
    if (text_is(schema_property_name(name->property), "DomainName")) return;
    struct diagnostic *d = report(ev, DIAGNOSTIC_NAME_WITHOUT_SUFFIX, node,
                                  "the name \"%.*s\" does not hold the suffix \"%.*s\"",
                                  TEXT_ARGS(written->text), TEXT_ARGS(suffix));
    hint(ev, d, "Write name(\"%.*s\"), so that two deployments fit in one account.",
         TEXT_ARGS(written->text));
}

struct named {
    const struct resource *resource;
    const struct node *node;
};

static struct text mend_collision(struct evaluator *ev, const struct node *node) {
    if (node_calls(node, "name")) {
        struct text argument = span_text(ev->program->sources, node->call.arguments.first->span);
        return text_format(ev->arena, "Write regional_name(%.*s), which adds the region.",
                           TEXT_ARGS(argument));
    }
    return TEXT(
        "Put the region into it: regional_name(\"...\") does, and so does \"${here.name}\".");
}

static void report_collision(struct evaluator *ev, const struct resource *resource,
                             const struct schema_name *name, struct text shown,
                             const struct node *node, const struct named *other) {
    struct text type = schema_type_name(resource->type);
    struct diagnostic *d;
    if (other->resource->region != resource->region) {
        d = report(ev, DIAGNOSTIC_NAME_COLLISION, node,
                   "%.*s lives once in %s, and is named %.*s in regions \"%.*s\" and \"%.*s\"",
                   TEXT_ARGS(type), name->scope == SCHEMA_SCOPE_WORLD ? "all of AWS" : "an account",
                   TEXT_ARGS(shown), TEXT_ARGS(other->resource->region->path),
                   TEXT_ARGS(resource->region->path));
        hint(ev, d, "%.*s", TEXT_ARGS(mend_collision(ev, node)));
    } else {
        d = report(ev, DIAGNOSTIC_NAME_COLLISION, node, "two resources of type %.*s are named %.*s",
                   TEXT_ARGS(type), TEXT_ARGS(shown));
        hint(ev, d, "Give one of them another name.");
    }
    if (other->node != node) note(ev, d, other->node->span, "the other one");
}

/* The names that are taken where a name of this type must be alone: in a region, or everywhere. */
static struct map *names_taken(struct evaluator *ev, const struct resource *resource,
                               const struct schema_name *name) {
    struct map *types = &ev->physical_names;
    if (name->scope == SCHEMA_SCOPE_REGION) {
        types = &((struct region_state *)resource->region)->physical_names;
    }
    struct map *taken = map_find(types, resource->type);
    if (!taken) {
        taken = ARENA_NEW(ev->arena, struct map);
        map_init(taken, ev->arena);
        map_put(types, resource->type, taken);
    }
    return taken;
}

/* A name that is deferred in part is the same as another where both are written alike. */
static const struct name *name_as_key(struct evaluator *ev, struct value value) {
    if (value.kind == VALUE_TEXT) return names_intern(ev->names, value_as_text(value));
    struct buffer buffer;
    buffer_init(&buffer);
    value_json(&buffer, value, 0);
    const struct name *name = names_intern(ev->names, buffer_view(&buffer));
    buffer_release(&buffer);
    return name;
}

static void check_collision(struct evaluator *ev, const struct resource *resource,
                            const struct schema_name *name, struct value value,
                            const struct node *node) {
    value = settled(ev, value);
    struct map *taken = names_taken(ev, resource, name);
    const struct name *interned = name_as_key(ev, value);
    struct named *other = map_find(taken, interned);
    if (other) {
        report_collision(ev, resource, name, value_brief(ev, value), node, other);
        return;
    }
    struct named *named = ARENA_NEW(ev->arena, struct named);
    *named = (struct named){resource, node};
    map_put(taken, interned, named);
}

/* Whether a name is apart only below another resource, by the schema: the identifier of its type
 * has a property beside the name that the program writes (the cluster of an add-on). A scope is
 * none: it is a part of the region or world that the name is in. */
static bool is_named_below_another(const struct schema_type *type, const struct schema_name *name) {
    if (name->scope == SCHEMA_SCOPE_PARENT) return true;
    const struct schema_body *body = schema_type_body(type);
    for (size_t i = 0; i < schema_type_primary_count(type); i++) {
        struct text member = schema_type_primary(type, i);
        const struct schema_property *property = schema_body_find(body, member);
        if (!property || property == name->property || text_is(member, "Scope")) continue;
        if (!(schema_property_flags(property) & SCHEMA_READ_ONLY)) return true;
    }
    return false;
}

void naming_check(struct evaluator *ev, struct resource *resource) {
    struct schema_name name;
    if (!schema_type_physical_name(resource->type, &name) || !name.property) return;
    const struct name *key = names_find(ev->names, schema_property_name(name.property));
    struct record_entry *entry = key ? record_find(resource->properties, key) : NULL;
    if (!entry) return;
    const struct node *node = value_node(entry, resource->declared);
    if (entry->value.flags & VALUE_SECRET) {
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "the name of a resource would show a secret");
        return;
    }
    if (entry->value.kind != VALUE_TEXT && entry->value.kind != VALUE_DEFERRED) return;
    if (entry->value.kind == VALUE_DEFERRED && entry->value.deferred->kind != DEFERRED_TEXT &&
        entry->value.deferred->kind != DEFERRED_ATTRIBUTE) {
        return;
    }
    node = blame_node(ev, node);
    struct written written = name_written(ev, entry->value);
    bool is_limited =
        entry->origin && entry->origin->kind == NODE_ENTRY && entry->origin->flags & NODE_LIMITED;
    if (!is_limited) check_limits(ev, &name, &written, node);
    if (text_is(schema_type_name(resource->type), "AWS::S3::Bucket"))
        check_bucket(ev, &written, node);
    if (is_named_below_another(resource->type, &name)) return;
    check_suffix(ev, &name, &written, node);
    if (written.text.length) check_collision(ev, resource, &name, entry->value, node);
}
