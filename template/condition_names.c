/* Names of conditions.
 *
 * A name follows from the condition's content alone, so that adding one never renames another. What
 * reads as a sentence keeps it (TierIsFull, TierIsFullAndZoneIsUsEast1); where two contents could
 * read the same, letters of the content are added.
 */
#include "template/lowering.h"

enum { READABLE_BYTES = 100 };

/* Whether one of the words that join conditions stands in the text, so that a name made of it
 * could be read in two ways. */
static bool has_joint(struct text text) {
    static const char *const joints[] = {"Is", "And", "Or", "Not"};
    for (size_t i = 0; i < text.length; i++) {
        struct text rest = {text.bytes + i, text.length - i};
        for (size_t j = 0; j < sizeof joints / sizeof *joints; j++) {
            struct text joint = text_of(joints[j]);
            if (!text_starts(rest, joint)) continue;
            char after = rest.length > joint.length ? rest.bytes[joint.length] : 'A';
            if (after < 'a' || after > 'z') return true;
        }
    }
    return false;
}

/* The text that words are taken to come from: UsEast1 from us-east-1, T3 from t3, Prod from
 * prod. */
static struct text unjoined(struct arena *arena, struct text words) {
    size_t capitals = 0;
    for (size_t i = 0; i < words.length; i++)
        capitals += ascii_is_upper(words.bytes[i]);
    char *bytes = arena_alloc(arena, words.length * 2 + 1);
    size_t length = 0;
    for (size_t i = 0; i < words.length; i++) {
        char c = words.bytes[i];
        bool begins = i > 0 && (ascii_is_upper(c) ||
                                (ascii_is_digit(c) && !ascii_is_digit(words.bytes[i - 1])));
        if (begins && capitals > 1) bytes[length++] = '-';
        bytes[length++] = ascii_lower(c);
    }
    return (struct text){bytes, length};
}

static struct text term_subject(struct stack_lowering *in, struct value value) {
    if (value.kind != VALUE_DEFERRED) return TEXT("");
    struct deferred *d = value.deferred;
    if (d->kind == DEFERRED_PARAMETER) return d->parameter->logical_id;
    if (d->kind == DEFERRED_PSEUDO) {
        return (struct text){d->name->bytes + 5, d->name->length - 5}; /* without "AWS::" */
    }
    if (d->kind == DEFERRED_ATTRIBUTE) {
        struct import *import = lowering_import(in, d, -1);
        if (import) return import->parameter;
    }
    return TEXT("");
}

static void read_equal(struct stack_lowering *in, struct term *term) {
    struct arena *arena = in->all->arena;
    struct text left = term_subject(in, term->left);
    struct text right = term_subject(in, term->right);
    bool is_plain = left.length > 0 && !has_joint(left);
    if (lowering_is_scalar(term->right)) {
        struct text text = lowering_scalar_text(arena, term->right);
        if (text.length > READABLE_BYTES) text.length = READABLE_BYTES;
        right = text_words_joined(arena, text);
        is_plain = is_plain && right.length && text_equal(unjoined(arena, right), text);
        if (text.length == 0) {
            right = TEXT("Empty");
            is_plain = left.length > 0 && !has_joint(left);
        } else if (text_is(text, "empty")) {
            is_plain = false;
        }
    } else {
        is_plain = false;
    }
    if (right.length == 0 || has_joint(right)) is_plain = false;
    term->is_plain = is_plain;
    term->readable = left.length && right.length
                         ? text_format(arena, "%.*sIs%.*s", TEXT_ARGS(left), TEXT_ARGS(right))
                         : TEXT("");
}

static void read_not(struct stack_lowering *in, struct term *term) {
    const struct term *inner = term->terms[0];
    struct text text = inner->readable;
    size_t at = 0;
    while (at + 2 <= text.length && memcmp(text.bytes + at, "Is", 2) != 0) at++;
    if (inner->kind != TERM_EQUAL || !inner->is_plain || at + 2 > text.length) return;
    term->readable = text_format(in->all->arena, "%.*sIsNot%.*s", (int)at, text.bytes,
                                 (int)(text.length - at - 2), text.bytes + at + 2);
    term->is_plain = true;
}

static bool is_simple(const struct term *term) {
    return term->is_plain && (term->kind == TERM_EQUAL || term->kind == TERM_NOT);
}

static void read_joined(struct stack_lowering *in, struct term *term, const char *joint) {
    struct buffer buffer;
    buffer_init(&buffer);
    term->is_plain = true;
    for (uint32_t i = 0; i < term->count; i++) {
        if (!is_simple(term->terms[i])) term->is_plain = false;
        if (i) buffer_string(&buffer, joint);
        buffer_text(&buffer, term->terms[i]->readable);
    }
    if (!term->is_plain || buffer.length > READABLE_BYTES) term->is_plain = false;
    if (term->is_plain) term->readable = buffer_take(&buffer, in->all->arena);
    buffer_release(&buffer);
}

void lowering_read_term(struct stack_lowering *in, struct term *term) {
    switch ((enum term_kind)term->kind) {
    case TERM_EQUAL: read_equal(in, term); break;
    case TERM_NOT: read_not(in, term); break;
    case TERM_AND: read_joined(in, term, "And"); break;
    case TERM_OR: read_joined(in, term, "Or"); break;
    case TERM_TRUE: case TERM_FALSE: break;
    }
}

void lowering_name_term(struct stack_lowering *in, struct term *term) {
    struct arena *arena = in->all->arena;
    if (term->is_named || term->kind == TERM_TRUE || term->kind == TERM_FALSE) return;
    struct text readable = term->readable;
    if (!term->is_plain || readable.length > READABLE_BYTES) {
        if (readable.length > READABLE_BYTES) readable.length = READABLE_BYTES;
        if (readable.length == 0) readable = TEXT("If");
        readable = text_format(arena, "%.*s%.*s", TEXT_ARGS(readable),
                               TEXT_ARGS(content_letters(arena, term->content)));
    }
    term->name = readable;
    term->is_named = true;
    in->size += term->content.length + readable.length + 4;
    *LOWERING_ADD(arena, in->conditions, in->condition_count, in->condition_capacity) = term;
}
