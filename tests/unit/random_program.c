/* A program is a walk through the grammar with a small random number generator. Depth falls at each
 * level, so it ends. Between tokens stand random gaps: spaces, new lines, comments. */
#include "tests/unit/random_program.h"

struct maker {
    uint64_t state;
    struct buffer *out;
    unsigned in_line; /* inside ${ } of a one-line text: neither new lines nor comments */
};

static void expression(struct maker *m, unsigned depth);
static void items(struct maker *m, unsigned depth);
static void entries(struct maker *m, unsigned depth);
static void type(struct maker *m, unsigned depth);

static unsigned pick(struct maker *m, unsigned count) {
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return (unsigned)(m->state >> 33) % count;
}

static bool chance(struct maker *m, unsigned percent) { return pick(m, 100) < percent; }
static void put(struct maker *m, const char *text) { buffer_string(m->out, text); }

/* White space where some must stand. */
static void gap(struct maker *m) {
    if (m->in_line || chance(m, 85)) {
        put(m, chance(m, 10) ? "   " : " ");
        return;
    }
    static const char *const gaps[] = {"\n",         "\n\n\n",     "\t",     " # a comment\n",
                                       "\n  # own\n", "\r\n", "\n\n# apart\n\n", "\n## doc\n"};
    put(m, gaps[pick(m, sizeof gaps / sizeof *gaps)]);
}

/* White space where none need stand, inside brackets. */
static void open_gap(struct maker *m) {
    if (chance(m, 20)) gap(m);
}

static void word(struct maker *m) {
    static const char *const words[] = {
        "a",      "b",      "name",   "region", "stage",    "x1",
        "check",  "deploy", "as",     "type",   "project",  "long_name_of_it",
        "return", "ssm",    "policy", "east",   "Resource", "output"};
    put(m, words[pick(m, sizeof words / sizeof *words)]);
}

/* A word that is a key in any block. */
static void plain_word(struct maker *m) {
    static const char *const words[] = {"a", "b",   "name", "x1", "some_longer_key",
                                        "k", "Key", "e_2"};
    put(m, words[pick(m, sizeof words / sizeof *words)]);
}

static void aws_type(struct maker *m) {
    static const char *const types[] = {"AWS::S3::Bucket", "AWS::EC2::Subnet", "Alexa::ASK::Skill"};
    put(m, types[pick(m, 3)]);
}

static void string(struct maker *m, unsigned depth) {
    static const char *const plain[] = {"\"\"", "\"abc\"", "\"a\\n\\\"b\\\\\"", "'^\\d+$'", "''",
                                        "\"\\u{1F600}\"", "\"a $ b\"", "\"\xC3\xA4\xE2\x82\xAC\""};
    if (depth == 0 || chance(m, 60)) {
        put(m, plain[pick(m, sizeof plain / sizeof *plain)]);
    } else if (m->in_line == 0 && chance(m, 25)) {
        put(m, "\"\"\"\n    first\n      more \"quotes\" \\${no}\n\n    ${a}${b}\n    \"\"\"");
    } else if (m->in_line == 0 && chance(m, 20)) {
        put(m, "'''\n  raw \\ ${no}\n  '''");
    } else {
        put(m, chance(m, 50) ? "\"a${" : "\"${");
        m->in_line++;
        expression(m, depth - 1);
        m->in_line--;
        put(m, chance(m, 50) ? "} b\"" : "}\"");
    }
}

static void generators(struct maker *m, unsigned depth) {
    unsigned count = 1 + pick(m, 2);
    for (unsigned i = 0; i < count; i++) {
        put(m, "for ");
        word(m);
        if (chance(m, 30)) {
            put(m, ", ");
            word(m);
        }
        put(m, " in ");
        expression(m, depth);
        gap(m);
        if (chance(m, 20)) {
            put(m, "if ");
            expression(m, depth);
            gap(m);
        }
    }
}

static void elements(struct maker *m, unsigned depth, bool named) {
    unsigned count = pick(m, 5);
    open_gap(m);
    for (unsigned i = 0; i < count; i++) {
        if (!named && chance(m, 10)) put(m, "...");
        if (named && chance(m, 30)) {
            word(m);
            put(m, " = ");
        }
        expression(m, depth);
        if (i + 1 < count || chance(m, 20)) put(m, chance(m, 10) ? " ," : ",");
        if (i + 1 < count) gap(m);
    }
    open_gap(m);
}

static void record(struct maker *m, unsigned depth) {
    put(m, "{");
    if (chance(m, 80)) {
        gap(m);
        entries(m, depth);
    }
    put(m, "}");
}

static void operand(struct maker *m, unsigned depth) {
    switch (pick(m, 14)) {
    case 0: put(m, "12"); break;
    case 1: put(m, "1_000.5"); break;
    case 2: put(m, "true"); break;
    case 3: put(m, "null"); break;
    case 4:
    case 5: string(m, depth); break;
    case 6: aws_type(m); break;
    case 7:
        put(m, "(");
        open_gap(m);
        expression(m, depth);
        open_gap(m);
        put(m, ")");
        break;
    case 8:
        put(m, "[");
        if (chance(m, 70)) {
            elements(m, depth, false);
        } else {
            generators(m, depth);
            put(m, ": ");
            expression(m, depth);
        }
        put(m, "]");
        break;
    case 9:
        if (chance(m, 70)) {
            record(m, depth);
        } else {
            put(m, "{ ");
            generators(m, depth);
            put(m, ": ");
            expression(m, depth);
            put(m, " => ");
            expression(m, depth);
            gap(m);
            put(m, "}");
        }
        break;
    default: word(m); break;
    }
}

static void postfix(struct maker *m, unsigned depth) {
    operand(m, depth);
    while (chance(m, 30)) {
        switch (pick(m, 4)) {
        case 0:
            if (chance(m, 5)) gap(m);
            put(m, chance(m, 20) ? "?." : ".");
            put(m, chance(m, 20) ? "in" : "member");
            break;
        case 1:
            put(m, chance(m, 20) ? "?[" : "[");
            expression(m, depth);
            put(m, "]");
            break;
        default:
            put(m, "(");
            elements(m, depth, true);
            put(m, ")");
            break;
        }
    }
}

static void expression(struct maker *m, unsigned depth) {
    static const char *const operators[] = {"||", "&&", "??", "+", "-", "*", "/", "%"};
    if (depth == 0) {
        put(m, chance(m, 50) ? "7" : "leaf");
        return;
    }
    depth--;
    if (chance(m, 6)) {
        put(m, "if ");
        expression(m, depth);
        gap(m);
        put(m, "then ");
        expression(m, depth);
        gap(m);
        put(m, "else ");
        expression(m, depth);
        return;
    }
    if (chance(m, 8)) put(m, chance(m, 50) ? "!" : "-");
    postfix(m, depth);
    while (chance(m, 18)) {
        gap(m);
        put(m, operators[pick(m, 8)]);
        gap(m);
        postfix(m, depth);
    }
    if (chance(m, 6)) {
        static const char *const single[] = {"==", "<", ">=", "in", ".."};
        gap(m);
        put(m, single[pick(m, 5)]);
        gap(m);
        put(m, "other");
    }
}

static void end_entry(struct maker *m) {
    if (chance(m, 30)) put(m, chance(m, 20) ? " ," : ",");
    gap(m);
}

static void key(struct maker *m, unsigned depth, bool in_block) {
    if (chance(m, 15)) string(m, depth);
    else if (chance(m, 10)) put(m, "@depends_on");
    else if (in_block) plain_word(m);
    else word(m);
}

static void if_of(struct maker *m, unsigned depth, void (*content)(struct maker *, unsigned)) {
    put(m, "if ");
    expression(m, depth);
    gap(m);
    put(m, "{");
    gap(m);
    content(m, depth);
    put(m, "}");
    if (chance(m, 60)) return;
    gap(m);
    put(m, "else ");
    if (depth > 0 && chance(m, 30)) {
        if_of(m, depth - 1, content);
        return;
    }
    put(m, "{");
    gap(m);
    content(m, depth);
    put(m, "}");
}

static void for_of(struct maker *m, unsigned depth, void (*content)(struct maker *, unsigned)) {
    generators(m, depth);
    put(m, "{");
    gap(m);
    content(m, depth);
    put(m, "}");
}

static void entries(struct maker *m, unsigned depth) {
    unsigned count = pick(m, 6);
    for (unsigned i = 0; i < count; i++) {
        if (depth > 0 && chance(m, 6)) {
            if_of(m, depth - 1, entries);
        } else if (depth > 0 && chance(m, 6)) {
            for_of(m, depth - 1, entries);
        } else if (chance(m, 6)) {
            put(m, "...");
            expression(m, depth);
        } else {
            key(m, depth, false);
            gap(m);
            put(m, "=");
            gap(m);
            expression(m, depth);
        }
        end_entry(m);
    }
}

static void header(struct maker *m, unsigned depth) {
    if (chance(m, 15)) {
        generators(m, depth);
    } else if (chance(m, 10)) {
        put(m, "if ");
        expression(m, depth);
        gap(m);
    }
}

static void fields(struct maker *m, unsigned depth) {
    unsigned count = pick(m, 4);
    gap(m);
    for (unsigned i = 0; i < count; i++) {
        if (chance(m, 20)) put(m, "\"quoted key\"");
        else word(m);
        put(m, ": ");
        type(m, depth);
        if (chance(m, 20)) {
            put(m, " = ");
            expression(m, depth);
        }
        end_entry(m);
    }
}

static void type_atom(struct maker *m, unsigned depth) {
    static const char *const names[] = {
        "string", "int", "\"literal\"", "80", "-1", "AWS::S3::Bucket", "storage.Bucket", "'raw'"};
    if (depth == 0 || chance(m, 60)) {
        put(m, names[pick(m, 8)]);
    } else if (chance(m, 40)) {
        put(m, "{");
        fields(m, depth - 1);
        put(m, "}");
    } else {
        static const char *const brackets[] = {"[", "]", "(", ")", "{", "}"};
        unsigned kind = pick(m, 3);
        put(m, brackets[kind * 2]);
        type(m, depth - 1);
        put(m, brackets[kind * 2 + 1]);
    }
    if (chance(m, 15)) put(m, "?");
}

static void type(struct maker *m, unsigned depth) {
    if (chance(m, 5)) {
        put(m, "deploy ssm(string)");
        return;
    }
    if (chance(m, 5)) put(m, "deploy ");
    type_atom(m, depth);
    while (chance(m, 20)) {
        put(m, chance(m, 80) ? " | " : "|");
        type_atom(m, depth);
    }
}

static void checks(struct maker *m, unsigned depth) {
    while (chance(m, 25)) {
        gap(m);
        put(m, "check ");
        expression(m, depth);
        put(m, ", \"why\"");
    }
}

static void value(struct maker *m, unsigned depth) {
    if (chance(m, 30)) {
        put(m, ": ");
        type(m, depth);
    }
    gap(m);
    put(m, "=");
    gap(m);
    expression(m, depth);
}

static void function(struct maker *m, unsigned depth) {
    unsigned count = pick(m, 3);
    put(m, "fn ");
    word(m);
    put(m, "(");
    for (unsigned i = 0; i < count; i++) {
        word(m);
        put(m, ": ");
        type(m, depth);
        if (chance(m, 30)) put(m, " = 1");
        if (i + 1 < count) put(m, ", ");
    }
    put(m, ")");
    if (chance(m, 50)) {
        put(m, ": ");
        type(m, depth);
    }
    if (chance(m, 60)) {
        put(m, " = ");
        expression(m, depth);
    } else {
        put(m, " { let a = 1");
        gap(m);
        put(m, "return ");
        expression(m, depth);
        gap(m);
        put(m, "}");
    }
}

static void body(struct maker *m, unsigned depth) {
    gap(m);
    put(m, "{");
    gap(m);
    if (depth > 0) items(m, depth - 1);
    put(m, "}");
}

static void import(struct maker *m) {
    static const char *const imports[] = {
        "import std.storage", "import \"lib/x.mrp\" as net", "import \"y.mrp\" { a, b }",
        "import std.network as n", "import \"z.mrp\" {\n  a,\n  region, }"};
    put(m, imports[pick(m, 5)]);
}

static void named(struct maker *m, const char *declaration) {
    put(m, declaration);
    put(m, " ");
    word(m);
}

static void unit(struct maker *m, unsigned depth) {
    static const char *const words[] = {"stack", "stage"};
    named(m, words[pick(m, 2)]);
    gap(m);
    header(m, depth);
    body(m, depth);
}

static void typed(struct maker *m, unsigned depth) {
    named(m, chance(m, 80) ? "resource" : "action");
    put(m, ": ");
    if (chance(m, 50)) aws_type(m);
    else put(m, "storage.Bucket");
    gap(m);
    header(m, depth);
    record(m, depth);
}

static void region(struct maker *m, unsigned depth) {
    named(m, "region");
    switch (pick(m, 3)) {
    case 0: put(m, " \"us-east-1\""); break;
    case 1: put(m, ", west"); break;
    default: put(m, " in [\"a\", \"b\"]"); break;
    }
    body(m, depth);
}

static void declaration(struct maker *m, unsigned depth) {
    switch (pick(m, 20)) {
    case 0: import(m); break;
    case 1:
        named(m, "param");
        put(m, ": ");
        type(m, depth);
        if (chance(m, 50)) {
            put(m, " = ");
            expression(m, depth);
        }
        checks(m, depth);
        break;
    case 2:
    case 3: named(m, "let"); value(m, depth); break;
    case 4: named(m, "output"); value(m, depth); break;
    case 5: function(m, depth); break;
    case 6:
        named(m, "type");
        put(m, " = ");
        type(m, depth);
        checks(m, depth);
        break;
    case 7: named(m, "component"); body(m, depth); break;
    case 8: named(m, "project"); put(m, " "); record(m, depth); break;
    case 9: region(m, depth); break;
    case 10: unit(m, depth); break;
    case 11:
        named(m, "pipeline");
        put(m, " in east ");
        header(m, depth);
        body(m, depth);
        break;
    case 12: put(m, "with "); record(m, depth); break;
    case 13: put(m, chance(m, 50) ? "test \"it\"" : "policy 'that'"); body(m, depth); break;
    case 14:
        put(m, "assert ");
        expression(m, depth);
        if (chance(m, 50)) put(m, ", \"why\"");
        break;
    case 15: if_of(m, depth, items); break;
    case 16: for_of(m, depth, items); break;
    default: typed(m, depth); break;
    }
}

static void items(struct maker *m, unsigned depth) {
    unsigned count = pick(m, 5);
    for (unsigned i = 0; i < count; i++) {
        if (chance(m, 25)) {
            key(m, depth, true);
            gap(m);
            put(m, "=");
            gap(m);
            expression(m, depth);
            end_entry(m);
        } else {
            if (chance(m, 10)) put(m, "\n## what it is\n");
            declaration(m, depth);
            gap(m);
        }
    }
}

void random_program(uint64_t seed, struct buffer *out) {
    struct maker maker = {.state = seed * 0x9E3779B97F4A7C15u + 1, .out = out};
    for (unsigned i = 0; i < 8; i++) pick(&maker, 2);
    items(&maker, 2 + pick(&maker, 3));
    items(&maker, 4);
    if (chance(&maker, 30)) put(&maker, "\n# the end");
}
