/* An expression on one line, from its tree alone: for messages and names. */
#include "parser/parser.h"

static void print(const struct node *node, struct buffer *out);

static void print_name(struct written_name name, struct buffer *out) {
    if (name.name) buffer_text(out, name_text(name.name));
}

/* Text between quotes, with the escapes of the language. */
static void print_text(struct text text, struct buffer *out) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        bool opens = c == '$' && i + 1 < text.length && text.bytes[i + 1] == '{';
        if (c == '\n') buffer_string(out, "\\n");
        else if (c == '\t') buffer_string(out, "\\t");
        else if (c == '\r') buffer_string(out, "\\r");
        else if (c == '"' || c == '\\' || opens) buffer_format(out, "\\%c", c);
        else buffer_char(out, c);
    }
}

static void print_template(const struct node *node, struct buffer *out) {
    buffer_char(out, '"');
    for (const struct node *part = node->template.parts.first; part; part = part->next) {
        if (part->kind == NODE_TEXT) {
            print_text(node_text(part), out);
        } else {
            buffer_string(out, "${");
            print(part, out);
            buffer_char(out, '}');
        }
    }
    buffer_char(out, '"');
}

static void print_list(struct list list, struct buffer *out) {
    for (const struct node *node = list.first; node; node = node->next) {
        print(node, out);
        if (node->next) buffer_string(out, ", ");
    }
}

static void print_generators(struct list generators, struct buffer *out) {
    for (const struct node *node = generators.first; node; node = node->next) {
        print(node, out);
        if (node->next) buffer_char(out, ' ');
    }
}

static void print_generator(const struct node *node, struct buffer *out) {
    buffer_string(out, "for ");
    print_name(node->generator.first, out);
    if (node->generator.second.name) {
        buffer_string(out, ", ");
        print_name(node->generator.second, out);
    }
    buffer_string(out, " in ");
    print(node->generator.over, out);
}

static void print_comprehension(const struct node *node, struct buffer *out) {
    bool map = node->kind == NODE_MAP_FOR;
    buffer_string(out, map ? "{" : "[");
    print_generators(node->comprehension.generators, out);
    buffer_string(out, ": ");
    if (map) {
        print(node->comprehension.key, out);
        buffer_string(out, " => ");
    }
    print(node->comprehension.value, out);
    buffer_string(out, map ? "}" : "]");
}

static void print_record(const struct node *node, struct buffer *out) {
    if (!node->record.entries.first) {
        buffer_string(out, "{}");
        return;
    }
    buffer_string(out, "{ ");
    print_list(node->record.entries, out);
    buffer_string(out, " }");
}

static void print_entry(const struct node *node, struct buffer *out) {
    const char *quote = node->flags & NODE_QUOTED ? "\"" : "";
    if (node->flags & NODE_META) buffer_char(out, '@');
    if (node->entry.key) {
        buffer_string(out, quote);
        print_text(name_text(node->entry.key), out);
        buffer_string(out, quote);
    } else {
        print(node->entry.computed, out);
    }
    buffer_string(out, " = ");
    print(node->entry.value, out);
}

static void print_if(const struct node *node, struct buffer *out) {
    buffer_string(out, "if ");
    print(node->branch.condition, out);
    buffer_char(out, ' ');
    print(node->branch.then, out);
    if (!node->branch.otherwise) return;
    buffer_string(out, " else ");
    print(node->branch.otherwise, out);
}

static void print_conditional(const struct node *node, struct buffer *out) {
    buffer_string(out, "if ");
    print(node->conditional.condition, out);
    buffer_string(out, " then ");
    print(node->conditional.then, out);
    buffer_string(out, " else ");
    print(node->conditional.otherwise, out);
}

static void print_binary(const struct node *node, struct buffer *out) {
    const char *space = node->op == OPERATOR_RANGE ? "" : " ";
    print(node->binary.left, out);
    buffer_format(out, "%s%s%s", space, operator_text(node->op), space);
    print(node->binary.right, out);
}

static void print_type(const struct node *node, struct buffer *out) {
    buffer_text(out, name_text(node_name(node)));
    for (const struct node *part = type_name_members(node).first; part; part = part->next) {
        buffer_char(out, '.');
        print(part, out);
    }
}

static void print(const struct node *node, struct buffer *out) {
    switch ((enum node_kind)node->kind) {
    case NODE_NAME: buffer_text(out, name_text(node_name(node))); break;
    case NODE_INT: buffer_format(out, "%lld", (long long)node_integer(node)); break;
    case NODE_NUMBER: buffer_number(out, node->number.value); break;
    case NODE_BOOL: buffer_string(out, node->truth ? "true" : "false"); break;
    case NODE_NULL: buffer_string(out, "null"); break;
    case NODE_TEXT:
        buffer_char(out, '"');
        print_text(node_text(node), out);
        buffer_char(out, '"');
        break;
    case NODE_TEMPLATE: print_template(node, out); break;
    case NODE_AWS_TYPE: buffer_text(out, name_text(node->aws_type.name)); break;
    case NODE_LIST:
        buffer_char(out, '[');
        print_list(node->list.elements, out);
        buffer_char(out, ']');
        break;
    case NODE_RECORD: print_record(node, out); break;
    case NODE_SPREAD:
        buffer_string(out, "...");
        print(node->spread.value, out);
        break;
    case NODE_LIST_FOR:
    case NODE_MAP_FOR: print_comprehension(node, out); break;
    case NODE_GENERATOR: print_generator(node, out); break;
    case NODE_FILTER:
        buffer_string(out, "if ");
        print(node->filter.condition, out);
        break;
    case NODE_UNARY:
        buffer_string(out, operator_text(node->op));
        print(node->unary.operand, out);
        break;
    case NODE_BINARY: print_binary(node, out); break;
    case NODE_CONDITIONAL: print_conditional(node, out); break;
    case NODE_MEMBER:
        print(node->member.object, out);
        buffer_string(out, node->flags & NODE_OPTIONAL ? "?." : ".");
        print_name(node->member.member, out);
        break;
    case NODE_INDEX:
        print(node->index.object, out);
        buffer_string(out, node->flags & NODE_OPTIONAL ? "?[" : "[");
        print(node->index.index, out);
        buffer_char(out, ']');
        break;
    case NODE_CALL:
        print(node->call.callee, out);
        buffer_char(out, '(');
        print_list(node->call.arguments, out);
        buffer_char(out, ')');
        break;
    case NODE_ARGUMENT:
        print_name(node->argument.name, out);
        buffer_string(out, " = ");
        print(node->argument.value, out);
        break;
    case NODE_PAREN:
        buffer_char(out, '(');
        print(node->paren.inner, out);
        buffer_char(out, ')');
        break;
    case NODE_ENTRY: print_entry(node, out); break;
    case NODE_IF: print_if(node, out); break;
    case NODE_FOR:
        print_generators(node->loop.generators, out);
        buffer_char(out, ' ');
        print(node->loop.body, out);
        break;
    case NODE_TYPE_NAME: print_type(node, out); break;
    /* no expressions: what a mistake left, types, blocks and declarations */
    case NODE_ERROR: case NODE_BLOCK: case NODE_TYPE_LITERAL: case NODE_TYPE_LIST:
    case NODE_TYPE_MAP: case NODE_TYPE_RECORD: case NODE_FIELD: case NODE_TYPE_OPTIONAL:
    case NODE_TYPE_UNION: case NODE_TYPE_DEPLOY: case NODE_TYPE_SSM: case NODE_IMPORT:
    case NODE_PARAM: case NODE_CHECK: case NODE_LET: case NODE_FN: case NODE_TYPE:
    case NODE_COMPONENT: case NODE_PROJECT: case NODE_REGION: case NODE_STACK:
    case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE: case NODE_ACTION:
    case NODE_OUTPUT: case NODE_ASSERT: case NODE_TEST: case NODE_POLICY: case NODE_WITH:
    case NODE_FILE: case NODE_KIND_COUNT: buffer_string(out, "..."); break;
    }
}

void printer_expression(const struct node *node, struct buffer *out) { print(node, out); }
