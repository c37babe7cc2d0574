/* How long the suffix of names can become, by what the type and the checks of its param allow. */
#include "evaluator/internal.h"

enum { UNBOUNDED = 100000 };

struct pattern {
    const char *at, *end;
    unsigned depth;
};

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
        while (pattern->at < pattern->end && strchr(":=!<", *pattern->at))
            pattern->at++;
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
        } else if (ascii_is_digit(*pattern->at)) {
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
        while (pattern->at < pattern->end && strchr("?+", *pattern->at))
            pattern->at++;
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
    node = node_bare(node);
    if (node->kind != NODE_NAME || !node_symbol(node)) return false;
    if (node_symbol(node) == param) return true;
    return node_symbol(node)->kind == SYMBOL_LOCAL &&
           text_is(name_text(node_symbol(node)->name), "it");
}

bool node_calls(const struct node *node, const char *function) {
    return node->kind == NODE_CALL && call_row(node) &&
           strcmp(call_row(node)->name, function) == 0 && node->call.arguments.first;
}

/* What one condition of a check says of the length: matches(p, "^...$"), length(p) <= 12. */
static unsigned condition_longest(const struct node *node, const struct symbol *param) {
    node = node_bare(node);
    if (node_calls(node, "matches") && is_param(node->call.arguments.first, param)) {
        const struct node *pattern = node->call.arguments.first->next;
        return pattern && pattern->kind == NODE_TEXT ? pattern_longest(node_text(pattern)) : 0;
    }
    if (node->kind != NODE_BINARY) return 0;
    const struct node *left = node->binary.left, *right = node->binary.right;
    if (node->op == OPERATOR_AND) {
        unsigned a = condition_longest(left, param), b = condition_longest(right, param);
        return a && (!b || a < b) ? a : b;
    }
    if (node_calls(left, "length") && is_param(left->call.arguments.first, param) &&
        right->kind == NODE_INT && node_integer(right) > 0 && node_integer(right) < UNBOUNDED) {
        if (node->op == OPERATOR_LESS_EQUAL) return (unsigned)node_integer(right);
        if (node->op == OPERATOR_LESS) return (unsigned)node_integer(right) - 1;
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

const struct symbol *suffix_param(const struct evaluator *ev) {
    const struct node *project = ev->program->project;
    if (!project) return NULL;
    const struct node *entry = project->project.body->record.entries.first;
    for (; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY || !text_is(entry_text(entry), "suffix")) continue;
        const struct node *value = entry->entry.value;
        value = node_bare(value);
        if (value->kind != NODE_NAME || !node_symbol(value)) return NULL;
        return node_symbol(value)->kind == SYMBOL_PARAM ? node_symbol(value) : NULL;
    }
    return NULL;
}

unsigned suffix_longest(struct evaluator *ev) {
    if (ev->suffix_room) return ev->suffix_room;
    unsigned now = (unsigned)ev->deployment->suffix.length, most = 0;
    const struct symbol *param = suffix_param(ev);
    if (param && param->declaration && param->declaration->kind == NODE_PARAM) {
        most = checks_longest(param->declaration->param.checks, param);
        if (!most) most = type_longest(param->type);
    }
    return ev->suffix_room = most > now ? most : now ? now : 1;
}
