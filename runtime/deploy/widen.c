/* Permissions that an update widens: what policies allow, who may assume a role, what security
 * groups let in or out. Before and after are read from the templates and compared grant by grant;
 * one that a former grant covered already, by its wildcards, is none. A change set shows such a
 * change as text of JSON, in which nobody sees the one action that was added. */
#include "runtime/deploy/plan.h"

enum { GRANTS_MOST = 4096, DEPTH_MOST = 64 };

struct grant {
    struct text who, what, on, when; /* principal, action, resource, condition */
    bool denies;
};

struct grants {
    struct arena *arena;
    struct grant *all;
    uint32_t count, capacity;
};

static void add(struct grants *grants, struct grant grant) {
    if (grants->count == GRANTS_MOST) return;
    grants->all = arena_grown(grants->arena, grants->all, grants->count, &grants->capacity,
                              sizeof *grants->all);
    grants->all[grants->count++] = grant;
}

/* --- policies --------------------------------------------------------------------------------- */

/* A value, or each of a list; at least one, which may be NULL. */
static const struct document *first_of(const struct document *value) {
    return value && value->kind == DOCUMENT_LIST ? value->children : value;
}

static const struct document *after(const struct document *whole, const struct document *one) {
    return whole && whole->kind == DOCUMENT_LIST && one ? one->next : NULL;
}

static void add_statement(struct grants *grants, const struct document *statement,
                          struct text who) {
    struct arena *arena = grants->arena;
    const struct document *actions = document_get(statement, "Action");
    const struct document *others = document_get(statement, "NotAction");
    const struct document *resources = document_get(statement, "Resource");
    const struct document *effect = document_get(statement, "Effect");
    struct text on_others = document_shown(arena, document_get(statement, "NotResource"));
    if (!actions) actions = others;
    for (const struct document *a = first_of(actions); a; a = after(actions, a)) {
        const struct document *r = first_of(resources);
        do {
            struct text on = document_shown(arena, r);
            if (on_others.length) on = text_format(arena, "all but %.*s", TEXT_ARGS(on_others));
            add(grants, (struct grant){
                .who = who, .on = on, .when = document_shown(arena, document_get(statement, "Condition")),
                .what = others ? text_format(arena, "all but %.*s",
                                             TEXT_ARGS(document_shown(arena, a))) : document_shown(arena, a),
                .denies = effect && text_is(effect->text, "Deny")});
            r = after(resources, r);
        } while (r);
    }
}

/* Principals are {"Service": [...], "AWS": ...}, "*", or none. */
static void add_statements(struct grants *grants, const struct document *statements) {
    for (const struct document *s = first_of(statements); s; s = after(statements, s)) {
        const struct document *who = document_get(s, "Principal");
        if (!who || who->kind != DOCUMENT_OBJECT) {
            add_statement(grants, s, document_shown(grants->arena, who));
            continue;
        }
        for (const struct document *kind = who->children; kind; kind = kind->next) {
            for (const struct document *w = first_of(kind); w; w = after(kind, w)) {
                add_statement(grants, s, document_shown(grants->arena, w));
            }
        }
    }
}

/* --- security groups and the rest ------------------------------------------------------------- */

static void add_rule(struct grants *grants, const struct document *rule, const char *way) {
    static const char *const sides[] = {"CidrIp", "CidrIpv6", "SourceSecurityGroupId",
                                        "DestinationSecurityGroupId", "SourcePrefixListId",
                                        "DestinationPrefixListId", "SourceSecurityGroupName"};
    struct arena *arena = grants->arena;
    struct text from = document_shown(arena, document_get(rule, "FromPort"));
    struct text to = document_shown(arena, document_get(rule, "ToPort"));
    struct text protocol = document_shown(arena, document_get(rule, "IpProtocol"));
    struct text side = {0};
    for (size_t i = 0; i < sizeof sides / sizeof *sides && !side.length; i++) {
        side = document_shown(arena, document_get(rule, sides[i]));
    }
    if (text_is(protocol, "-1")) protocol = TEXT("all traffic");
    struct text ports = !from.length ? TEXT("")
                        : text_equal(from, to)
                            ? text_format(arena, " %.*s", TEXT_ARGS(from))
                            : text_format(arena, " %.*s-%.*s", TEXT_ARGS(from), TEXT_ARGS(to));
    add(grants, (struct grant){
        .who = side, .what = text_format(arena, "%s %.*s%.*s", way, TEXT_ARGS(protocol),
                                         TEXT_ARGS(ports))});
}

static void add_rules(struct grants *grants, const struct document *rules, const char *way) {
    for (const struct document *r = first_of(rules); r; r = after(rules, r)) {
        if (r->kind == DOCUMENT_OBJECT) add_rule(grants, r, way);
    }
}

static void add_texts(struct grants *grants, const struct document *list, const char *what) {
    for (const struct document *c = first_of(list); c; c = after(list, c)) {
        add(grants, (struct grant){.what = text_format(grants->arena, "%s %.*s", what,
                                                       TEXT_ARGS(document_shown(grants->arena, c)))});
    }
}

/* A public access block that is taken away, or a part of it. */
static void add_block(struct grants *grants, const struct document *block) {
    for (const struct document *c = block ? block->children : NULL; c; c = c->next) {
        bool is_on = c->kind == DOCUMENT_BOOL ? c->boolean : text_is(c->text, "true");
        if (is_on) add(grants, (struct grant){.what = c->key, .denies = true});
    }
}

/* Policies are found wherever they stand: as an object with statements. */
static void walk(struct grants *grants, const struct document *value, unsigned depth) {
    if (depth > DEPTH_MOST || !value) return;
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return;
    const struct document *statements = document_get(value, "Statement");
    if (statements) {
        add_statements(grants, statements);
        return;
    }
    for (const struct document *c = value->children; c; c = c->next) {
        if (text_is(c->key, "SecurityGroupIngress")) add_rules(grants, c, "in:");
        else if (text_is(c->key, "SecurityGroupEgress")) add_rules(grants, c, "out:");
        else if (text_is(c->key, "ManagedPolicyArns")) add_texts(grants, c, "the policy");
        else if (text_is(c->key, "PublicAccessBlockConfiguration")) add_block(grants, c);
        else walk(grants, c, depth + 1);
    }
}

static void read_grants(struct grants *grants, const struct document *resource, struct text type) {
    const struct document *properties = document_get(resource, "Properties");
    if (!properties) return;
    if (text_is(type, "AWS::EC2::SecurityGroupIngress")) add_rule(grants, properties, "in:");
    else if (text_is(type, "AWS::EC2::SecurityGroupEgress")) add_rule(grants, properties, "out:");
    else if (text_is(type, "AWS::Lambda::Permission")) {
        add(grants, (struct grant){
            .who = document_shown(grants->arena, document_get(properties, "Principal")),
            .what = document_shown(grants->arena, document_get(properties, "Action")),
            .on = document_shown(grants->arena, document_get(properties, "FunctionName")),
            .when = document_shown(grants->arena, document_get(properties, "SourceArn"))});
    } else {
        walk(grants, properties, 0);
    }
}

/* --- comparing -------------------------------------------------------------------------------- */

static bool covers(const struct grant *a, const struct grant *b) {
    bool same_when = !a->when.length || text_equal(a->when, b->when);
    return a->denies == b->denies && same_when && text_like(b->what, a->what) &&
           (text_equal(a->on, b->on) || (a->on.length && text_like(b->on, a->on))) &&
           (text_equal(a->who, b->who) || text_is(a->who, "*"));
}

static bool is_covered(const struct grants *by, const struct grant *grant) {
    for (uint32_t i = 0; i < by->count; i++) {
        if (covers(&by->all[i], grant)) return true;
    }
    return false;
}

/* "s3:GetObject on arn:... for lambda.amazonaws.com where {...}" */
static struct text write_grant(struct arena *arena, const struct grant *grant) {
    struct buffer out;
    buffer_init(&out);
    if (grant->denies) buffer_string(&out, "no longer denied: ");
    buffer_text(&out, grant->what);
    if (grant->on.length) buffer_format(&out, " on %.*s", TEXT_ARGS(grant->on));
    if (grant->who.length) {
        bool is_rule =
            text_starts(grant->what, TEXT("in:")) || text_starts(grant->what, TEXT("out:"));
        buffer_format(&out, " %s %.*s", !is_rule                  ? "for"
                                        : grant->what.bytes[0] == 'i' ? "from"
                                                                      : "to",
                      TEXT_ARGS(grant->who));
    }
    if (grant->when.length) buffer_format(&out, " where %.*s", TEXT_ARGS(grant->when));
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

static void add_widening(struct plan *plan, struct plan_stack *stack, uint32_t change,
                         const struct grant *grant) {
    stack->widenings = arena_grown(plan->arena, stack->widenings, stack->widening_count,
                                   &stack->widening_capacity, sizeof *stack->widenings);
    stack->widenings[stack->widening_count++] =
        (struct plan_widening){change, write_grant(plan->arena, grant)};
}

void plan_find_widenings(struct plan *plan, struct plan_stack *stack) {
    const struct document *old = document_get(stack->current, "Resources");
    const struct document *new = document_get(stack->wanted, "Resources");
    for (uint32_t i = 0; stack->action == PLAN_UPDATE && i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        struct grants before = {.arena = plan->arena}, now = {.arena = plan->arena};
        if (change->is_tags_only) continue;
        read_grants(&before, document_member(old, change->logical_id), change->type);
        read_grants(&now, document_member(new, change->logical_id), change->type);
        for (uint32_t g = 0; g < now.count; g++) {
            if (!now.all[g].denies && !is_covered(&before, &now.all[g])) {
                add_widening(plan, stack, i, &now.all[g]);
            }
        }
        for (uint32_t g = 0; change->kind != PLAN_REMOVE && g < before.count; g++) {
            if (before.all[g].denies && !is_covered(&now, &before.all[g])) {
                add_widening(plan, stack, i, &before.all[g]);
            }
        }
    }
}
