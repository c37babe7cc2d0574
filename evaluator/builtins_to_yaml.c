/* to_yaml(): a value as the text of YAML, which readers of 1.1 and of 1.2 take for the same. */
#include "base/unicode.h"
#include "evaluator/builtins.h"
#include "evaluator/letters.h"

struct yaml_output {
    struct call *call;
    struct buffer text;
    int depth;
};

static bool write_node(struct yaml_output *out, struct value value, int indent);

/* Whether the text can stand without quotes for a reader of either version of YAML: it begins like
 * a word and is none that either version takes for something else. */
static bool can_be_plain(struct text text) {
    static const char *const taken[] = {"true", "false", "yes", "no", "on",
                                        "off",  "null",  "y",   "n",  NULL};
    if (text.length == 0 || text.length > 200) return false;
    char first = text.bytes[0], last = text.bytes[text.length - 1];
    if (!letter_is_word((unsigned char)first) && first != '_' && first != '/') return false;
    if (letter_is_digit((unsigned char)first) || last == ' ' || last == ':') return false;
    char lower[8] = "";
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if ((unsigned char)c >= 0x80) return false;
        if (!letter_is_word((unsigned char)c) && (c == '\0' || !strchr("_./@+=- :$()", c)))
            return false;
        if (c == ':' && (i + 1 == text.length || text.bytes[i + 1] == ' ')) return false;
        if (i < sizeof lower - 1) lower[i] = (char)letter_lower((unsigned char)c);
    }
    return text.length >= sizeof lower || !text_is_one_of((struct text){lower, text.length}, taken);
}

/* Characters that are escaped in double quotes: what is not printed, and line ends of YAML 1.1. */
static bool is_escaped(uint32_t character) {
    return character < 0x20 || character == '"' || character == '\\' ||
           (character >= 0x7F && character < 0xA0) || character == 0x2028 || character == 0x2029 ||
           character == 0xFEFF || (character & 0xFFFE) == 0xFFFE;
}

static void write_quoted(struct buffer *out, struct text text) {
    buffer_char(out, '"');
    for (size_t at = 0; at < text.length;) {
        uint32_t character = 0;
        size_t size = unicode_decode(text, at, &character);
        if (!is_escaped(character)) {
            buffer_add(out, text.bytes + at, size);
        } else if (character == '"' || character == '\\') {
            buffer_format(out, "\\%c", (char)character);
        } else if (character == '\n' || character == '\t') {
            buffer_string(out, character == '\n' ? "\\n" : "\\t");
        } else if (character > 0xFFFF) {
            buffer_format(out, "\\U%08x", character);
        } else {
            buffer_format(out, "\\u%04x", character);
        }
        at += size;
    }
    buffer_char(out, '"');
}

/* Whether the text can be a "|" block: lines of printable characters, the first not indented. */
static bool can_be_block(struct text text) {
    if (!memchr(text.bytes, '\n', text.length) || strchr("\n \t", text.bytes[0])) return false;
    for (size_t at = 0; at < text.length;) {
        uint32_t character = 0;
        at += unicode_decode(text, at, &character);
        bool fine = character == '\n' || character == '\t' || character == '"' || character == '\\';
        if (!fine && is_escaped(character)) return false;
    }
    return true;
}

static void new_line(struct buffer *out, int indent) {
    buffer_char(out, '\n');
    for (int i = 0; i < indent; i++)
        buffer_char(out, ' ');
}

static void write_block(struct buffer *out, struct text text, int indent) {
    size_t ends = 0; /* new lines at the end */
    while (ends < text.length && text.bytes[text.length - 1 - ends] == '\n')
        ends++;
    buffer_string(out, ends == 0 ? "|-" : ends == 1 ? "|" : "|+");
    for (size_t at = 0; at < text.length;) {
        const char *end = memchr(text.bytes + at, '\n', text.length - at);
        size_t length = end ? (size_t)(end - text.bytes) - at : text.length - at;
        new_line(out, length ? indent : 0);
        buffer_add(out, text.bytes + at, length);
        at += length + 1;
    }
}

static bool write_key(struct yaml_output *out, struct text key, int indent) {
    bool is_long = key.length > 500; /* readers look for the colon within 1024 characters */
    if (is_long) buffer_string(&out->text, "? ");
    if (can_be_plain(key)) {
        buffer_text(&out->text, key);
    } else {
        write_quoted(&out->text, key);
    }
    if (is_long) new_line(&out->text, indent);
    buffer_char(&out->text, ':');
    return call_spend(out->call, 1 + key.length / 32);
}

static bool is_nested(struct value value) {
    return (value.kind == VALUE_LIST && value.length) ||
           (value.kind == VALUE_RECORD && value.record->count);
}

/* The entries at this indent; the first stands where writing is. */
static bool write_mapping(struct yaml_output *out, const struct record *record, int indent) {
    for (uint32_t i = 0; i < record->count; i++) {
        const struct record_entry *entry = &record->entries[i];
        if (i) new_line(&out->text, indent);
        if (!write_key(out, name_text(entry->key), indent)) return false;
        if (is_nested(entry->value)) {
            new_line(&out->text, indent + 2);
        } else {
            buffer_char(&out->text, ' ');
        }
        if (!write_node(out, entry->value, indent + 2)) return false;
    }
    return true;
}

static bool write_sequence(struct yaml_output *out, struct value list, int indent) {
    for (uint32_t i = 0; i < list.length; i++) {
        if (i) new_line(&out->text, indent);
        buffer_string(&out->text, "- ");
        if (!write_node(out, list.items[i], indent + 2)) return false;
    }
    return true;
}

static bool write_scalar(struct yaml_output *out, struct value value, int indent) {
    if (value.kind != VALUE_TEXT) return json_write_value(out->call, 0, &out->text, value);
    struct text text = value_as_text(value);
    if (can_be_plain(text)) {
        buffer_text(&out->text, text);
    } else if (text.length && can_be_block(text)) {
        write_block(&out->text, text, indent ? indent : 2);
    } else {
        write_quoted(&out->text, text);
    }
    return spend_bytes(out->call, text.length);
}

static bool write_node(struct yaml_output *out, struct value value, int indent) {
    if (!call_spend(out->call, 1 + (uint64_t)indent / 32) ||
        !text_fits(out->call, out->text.length)) {
        return false;
    }
    if (!is_nested(value)) return write_scalar(out, value, indent);
    if (out->depth >= LIMIT_JSON_DEPTH) {
        return fail(out->call, 0, "the value is nested deeper than %d", LIMIT_JSON_DEPTH);
    }
    out->depth++;
    bool done = value.kind == VALUE_LIST ? write_sequence(out, value, indent)
                                         : write_mapping(out, value.record, indent);
    out->depth--;
    return done;
}

struct value apply_to_yaml(struct call *call) {
    struct yaml_output out = {.call = call};
    buffer_init(&out.text);
    if (!write_node(&out, call->arguments[0], 0)) {
        buffer_release(&out.text);
        return value_poison();
    }
    buffer_char(&out.text, '\n');
    return make_buffer(call, &out.text);
}
