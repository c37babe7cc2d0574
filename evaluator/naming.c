/* Logical ids in templates, and physical names at AWS: their limits, and names that meet. */
#include "checker/constraint.h"
#include "evaluator/internal.h"

/* ---- logical ids ---- */

static bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

struct text logical_words(struct evaluator *ev, struct text path) {
    char *bytes = arena_alloc(ev->arena, path.length + 1);
    size_t length = 0;
    bool starts = true;
    for (size_t i = 0; i < path.length; i++) {
        if (!is_alphanumeric(path.bytes[i])) {
            starts = true;
            continue;
        }
        bytes[length++] = starts ? to_upper(path.bytes[i]) : path.bytes[i];
        starts = false;
    }
    return (struct text){bytes, length};
}

enum { ID_HASH = 8 };

/* A long id keeps its beginning and ends in letters made of the whole (FNV-1a, base 26). */
static struct text shortened(struct evaluator *ev, struct text id) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < id.length; i++)
        hash = (hash ^ (unsigned char)id.bytes[i]) * 1099511628211u;
    char *bytes = arena_copy(ev->arena, id.bytes, LIMIT_LOGICAL_ID);
    for (int i = 0; i < ID_HASH; i++) {
        bytes[LIMIT_LOGICAL_ID - ID_HASH + i] = (char)('a' + hash % 26);
        hash /= 26;
    }
    return (struct text){bytes, LIMIT_LOGICAL_ID};
}

static const struct node *id_entry(const struct node *node) {
    struct node *body = node->unit.body;
    if (!body || body->kind != NODE_RECORD) return NULL;
    for (struct node *entry = body->record.entries.first; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY && entry->flags & NODE_META &&
            entry->entry.key->kind == NODE_TEXT && text_is(node_text(entry->entry.key), "id")) {
            return entry;
        }
    }
    return NULL;
}

static bool is_id(struct text id) {
    if (id.length == 0 || id.length > LIMIT_LOGICAL_ID) return false;
    for (size_t i = 0; i < id.length; i++) {
        if (!is_alphanumeric(id.bytes[i])) return false;
    }
    return true;
}

/* The id that @id fixes; empty if there is none or it is none (reported). */
static struct text fixed_id(struct evaluator *ev, struct resource_state *state) {
    const struct node *entry = id_entry(state->resource.declared);
    if (!entry || entry->flags & NODE_BAD) return (struct text){"", 0};
    struct node *node = entry->entry.value;
    struct value value = settled(ev, evaluate(ev, node, state->frame));
    if (value.kind == VALUE_DEFERRED) fault_steering(ev, node, value, "a logical id");
    if (value.kind == VALUE_TEXT && is_id(value_as_text(value)) && !(value.flags & VALUE_SECRET)) {
        return value_as_text(value);
    }
    if (value.kind != VALUE_POISON && value.kind != VALUE_DEFERRED && value.kind != VALUE_NULL) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_LOGICAL_ID, node,
                   "a logical id has 1 to %d letters and digits, and this is %.*s",
                   LIMIT_LOGICAL_ID, TEXT_ARGS(value_brief(ev, value)));
        hint(ev, d, "Leave out \"-\", \"_\" and all else that is neither letter nor digit.");
    }
    return (struct text){"", 0};
}

static struct span name_span(const struct node *node) {
    return written_span(node, node->declaration.name);
}

static void fault_twice(struct evaluator *ev, const struct resource *resource,
                        const struct resource *other) {
    struct diagnostic *d = diagnostics_report(
        ev->diagnostics, DIAGNOSTIC_LOGICAL_ID, name_span(resource->shown),
        "\"%.*s\" and \"%.*s\" have one logical id, \"%.*s\"", TEXT_ARGS(resource->path),
        TEXT_ARGS(other->path), NAME_ARGS(resource->logical_id));
    note(ev, d, name_span(other->shown), "\"%.*s\" is declared here", TEXT_ARGS(other->path));
    hint(ev, d, "Give one of them another name, or fix its id with `@id = \"%.*s2\"`.",
         NAME_ARGS(resource->logical_id));
}

static void stack_add(struct evaluator *ev, struct stack *stack, struct resource *resource) {
    stack->resources = arena_grown(ev->arena, stack->resources, stack->resource_count,
                                   &stack->resource_capacity, sizeof *stack->resources);
    resource->index = stack->resource_count;
    resource->stack = stack;
    stack->resources[stack->resource_count++] = resource;
}

bool naming_settle(struct evaluator *ev, struct resource_state *state) {
    struct resource *resource = &state->resource;
    if (resource->logical_id) return true;
    if (resource->is_existing || state->is_naming || !state->place->stack) return false;
    state->is_naming = true;
    struct text id = fixed_id(ev, state);
    state->is_naming = false;
    resource->has_fixed_id = id.length != 0;
    if (!id.length) id = logical_words(ev, state->below);
    if (id.length > LIMIT_LOGICAL_ID) id = shortened(ev, id);
    if (id.length == 0) {
        struct diagnostic *d = diagnostics_report(
            ev->diagnostics, DIAGNOSTIC_LOGICAL_ID, name_span(resource->shown),
            "no letter or digit of \"%.*s\" is left for a logical id", TEXT_ARGS(resource->path));
        hint(ev, d, "Give it another name, or fix its id with `@id = \"Name\"`.");
        id = TEXT("Resource");
    }
    resource->logical_id = names_intern(ev->names, id);
    resource->stack = state->place->stack;
    return true;
}

void naming_register(struct evaluator *ev, struct resource_state *state) {
    struct resource *resource = &state->resource;
    struct stack_state *stack = (struct stack_state *)state->place->stack;
    if (!naming_settle(ev, state)) return;
    const struct resource *other = map_find(&stack->ids, resource->logical_id);
    if (other) {
        fault_twice(ev, resource, other);
    } else {
        map_put(&stack->ids, resource->logical_id, resource);
    }
    stack_add(ev, &stack->stack, resource);
}

/* ---- how long the suffix can be ---- */

enum { UNBOUNDED = 100000 };

struct pattern { const char *at, *end; unsigned depth; };

static unsigned pattern_choice(struct pattern *pattern);

static unsigned bounded(unsigned long length) {
    return length > UNBOUNDED ? UNBOUNDED : (unsigned)length;
}

static void skip_class(struct pattern *pattern) {
    if (pattern->at < pattern->end && *pattern->at == '^') pattern->at++;
    if (pattern->at < pattern->end && *pattern->at == ']') pattern->at++;
    while (pattern->at < pattern->end && *pattern->at != ']') {
        if (*pattern->at == '\\') pattern->at++;
        pattern->at++;
    }
    pattern->at++;
}

/* The most characters that one atom of a pattern takes. */
static unsigned pattern_atom(struct pattern *pattern) {
    char c = *pattern->at++;
    if (c == '^' || c == '$') return 0;
    if (c == '\\' && pattern->at < pattern->end) {
        char escaped = *pattern->at++;
        return strchr("bBAzZ", escaped) ? 0 : 1;
    }
    if (c == '[') {
        skip_class(pattern);
        return 1;
    }
    if (c != '(') return 1;
    if (pattern->at < pattern->end && *pattern->at == '?') {
        pattern->at++;
        bool look = pattern->at < pattern->end && strchr("=!<", *pattern->at);
        while (pattern->at < pattern->end && strchr(":=!<", *pattern->at)) pattern->at++;
        unsigned inner = pattern_choice(pattern);
        if (pattern->at < pattern->end) pattern->at++;
        return look ? 0 : inner;
    }
    unsigned length = pattern_choice(pattern);
    if (pattern->at < pattern->end) pattern->at++;
    return length;
}

/* How often at most: ?, *, +, {m}, {m,}, {m,n}. */
static unsigned pattern_times(struct pattern *pattern) {
    if (pattern->at >= pattern->end) return 1;
    char c = *pattern->at;
    if (c == '?') {
        pattern->at++;
        return 1;
    }
    if (c == '*' || c == '+') {
        pattern->at++;
        return UNBOUNDED;
    }
    if (c != '{') return 1;
    unsigned long most = 0;
    bool open = false;
    for (pattern->at++; pattern->at < pattern->end && *pattern->at != '}'; pattern->at++) {
        if (*pattern->at == ',') {
            most = 0;
            open = true;
        } else if (*pattern->at >= '0' && *pattern->at <= '9') {
            most = bounded(most * 10 + (unsigned long)(*pattern->at - '0'));
            open = false;
        }
    }
    pattern->at++;
    return open ? UNBOUNDED : (unsigned)most;
}

static unsigned pattern_choice(struct pattern *pattern) {
    unsigned most = 0, length = 0;
    if (++pattern->depth > 50) {
        pattern->at = pattern->end;
        return UNBOUNDED;
    }
    while (pattern->at < pattern->end && *pattern->at != ')') {
        if (*pattern->at == '|') {
            pattern->at++;
            if (length > most) most = length;
            length = 0;
            continue;
        }
        unsigned long atom = pattern_atom(pattern), times = pattern_times(pattern);
        while (pattern->at < pattern->end && strchr("?+", *pattern->at)) pattern->at++;
        length = bounded(length + atom * times);
    }
    pattern->depth--;
    return length > most ? length : most;
}

/* The most characters that a text can have which the pattern matches as a whole; 0 if unknown. */
static unsigned pattern_longest(struct text pattern) {
    if (pattern.length < 2 || pattern.bytes[0] != '^' || pattern.bytes[pattern.length - 1] != '$') {
        return 0;
    }
    struct pattern state = {pattern.bytes, pattern.bytes + pattern.length, 0};
    unsigned length = pattern_choice(&state);
    return length >= UNBOUNDED ? 0 : length;
}

static bool is_param(const struct node *node, const struct symbol *param) {
    while (node->kind == NODE_PAREN) node = node->paren.inner;
    if (node->kind != NODE_NAME || !node->name.symbol) return false;
    if (node->name.symbol == param) return true;
    return node->name.symbol->kind == SYMBOL_LOCAL &&
           text_is(name_text(node->name.symbol->name), "it");
}

static bool is_call(const struct node *node, const char *function) {
    return node->kind == NODE_CALL && node->call.builtin &&
           strcmp(node->call.builtin->name, function) == 0 && node->call.arguments.first;
}

/* What one condition of a check says of the length: matches(p, "^...$"), length(p) <= 12. */
static unsigned condition_longest(const struct node *node, const struct symbol *param) {
    while (node->kind == NODE_PAREN) node = node->paren.inner;
    if (is_call(node, "matches") && is_param(node->call.arguments.first, param)) {
        const struct node *pattern = node->call.arguments.first->next;
        return pattern && pattern->kind == NODE_TEXT ? pattern_longest(node_text(pattern)) : 0;
    }
    if (node->kind != NODE_BINARY) return 0;
    const struct node *left = node->binary.left, *right = node->binary.right;
    if (node->binary.op == OPERATOR_AND) {
        unsigned a = condition_longest(left, param), b = condition_longest(right, param);
        return a && (!b || a < b) ? a : b;
    }
    if (is_call(left, "length") && is_param(left->call.arguments.first, param) &&
        right->kind == NODE_INT && right->integer.value > 0 && right->integer.value < UNBOUNDED) {
        if (node->binary.op == OPERATOR_LESS_EQUAL) return (unsigned)right->integer.value;
        if (node->binary.op == OPERATOR_LESS) return (unsigned)right->integer.value - 1;
    }
    return 0;
}

static unsigned checks_longest(struct list checks, const struct symbol *param) {
    unsigned least = 0;
    for (struct node *check = checks.first; check; check = check->next) {
        unsigned length = condition_longest(check->check.condition, param);
        if (length && (!least || length < least)) least = length;
    }
    return least;
}

static unsigned type_longest(const struct type *type) {
    if (!type) return 0;
    if (type->kind == TYPE_NAMED) {
        const struct node *node = type->named.symbol ? type->named.symbol->declaration : NULL;
        unsigned length = 0;
        if (node && node->kind == NODE_TYPE) {
            length = checks_longest(node->type.checks, NULL);
        }
        return length ? length : type_longest(type->named.base);
    }
    if (type->kind == TYPE_LITERAL) {
        return type->is_text ? (unsigned)type->literal.text.length : 0;
    }
    if (type->kind != TYPE_UNION) return 0;
    unsigned most = 0;
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (type->join.members[i]->kind == TYPE_NULL) continue;
        unsigned length = type_longest(type->join.members[i]);
        if (!length) return 0;
        if (length > most) most = length;
    }
    return most;
}

/* The param that the project's suffix is, or NULL. */
static const struct symbol *suffix_param(const struct evaluator *ev) {
    const struct node *project = ev->program->project;
    if (!project) return NULL;
    const struct node *entry = project->project.body->record.entries.first;
    for (; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY || entry->entry.key->kind != NODE_TEXT ||
            !text_is(node_text(entry->entry.key), "suffix")) {
            continue;
        }
        const struct node *value = entry->entry.value;
        while (value->kind == NODE_PAREN) value = value->paren.inner;
        if (value->kind != NODE_NAME || !value->name.symbol) return NULL;
        return value->name.symbol->kind == SYMBOL_PARAM ? value->name.symbol : NULL;
    }
    return NULL;
}

/* The most characters that the suffix can have: as its param's type and checks say, else as now. */
static unsigned suffix_longest(struct evaluator *ev) {
    if (ev->suffix_room) return ev->suffix_room;
    unsigned now = (unsigned)ev->deployment->suffix.length, most = 0;
    const struct symbol *param = suffix_param(ev);
    if (param && param->declaration && param->declaration->kind == NODE_PARAM) {
        most = checks_longest(param->declaration->param.checks, param);
        if (!most) most = type_longest(param->type);
    }
    return ev->suffix_room = most > now ? most : now ? now : 1;
}

/* ---- physical names ---- */

enum { ACCOUNT_LENGTH = 12 };

struct written {          /* what is known of a name's text */
    struct text text;     /* its known characters; an account id stands as twelve digits */
    bool is_whole;        /* nothing is unknown */
    bool has_other;       /* something but texts and the account */
    bool is_fitted;       /* it does not grow with the suffix */
    unsigned suffixes;    /* how often the suffix stands in it */
};

static unsigned count_suffix(struct text text, struct text suffix) {
    unsigned count = 0;
    const char *at = text.bytes, *end = text.bytes + text.length;
    if (!suffix.length || !text.length) return 0;
    while ((at = memmem(at, (size_t)(end - at), suffix.bytes, suffix.length))) {
        bool starts = at == text.bytes || !is_alphanumeric(at[-1]);
        at += suffix.length;
        count += starts && (at == end || !is_alphanumeric(*at));
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

static bool is_address(struct text text) { /* 192.168.5.4 */
    unsigned dots = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '.') dots++;
        else if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
    }
    return dots == 3;
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
    if (written->is_whole && is_address(text)) wrong = "looks like an IP address";
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

struct named { const struct resource *resource; const struct node *node; };

static struct text mend_collision(struct evaluator *ev, const struct node *node) {
    if (is_call(node, "name")) {
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
    const struct node *node = entry->origin ? entry->origin : resource->declared;
    if (node->kind == NODE_ENTRY) node = node->entry.value;
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
    bool is_limited = entry->origin && entry->origin->kind == NODE_ENTRY &&
                      entry->origin->flags & NODE_LIMITED;
    if (!is_limited) check_limits(ev, &name, &written, node);
    if (text_is(schema_type_name(resource->type), "AWS::S3::Bucket"))
        check_bucket(ev, &written, node);
    if (is_named_below_another(resource->type, &name)) return;
    check_suffix(ev, &name, &written, node);
    if (written.text.length) check_collision(ev, resource, &name, entry->value, node);
}
