/* Secrets that were given, and texts without them. */
#include "cli/hidden.h"

enum {
    SHORTEST = 4, /* what is shorter stands in too many words */
    MOST = 256,   /* secrets of a program; a stack has 200 parameters */
};

static struct text secrets[MOST];
static uint32_t count;

static bool is_taken(struct text secret) {
    for (uint32_t i = 0; i < count; i++) {
        if (text_equal(secrets[i], secret)) return true;
    }
    return false;
}

void hidden_take(const struct template_set *set) {
    for (uint32_t t = 0; t < set->count; t++) {
        const struct template *template = &set->templates[t];
        for (uint32_t p = 0; p < template->parameter_count; p++) {
            const struct template_parameter *parameter = &template->parameters[p];
            if (!parameter->is_secret || !parameter->is_given || count == MOST ||
                parameter->given.length < SHORTEST || is_taken(parameter->given)) continue;
            secrets[count++] = parameter->given;
        }
    }
}

void hidden_forget(void) { count = 0; }

/* The length of the longest secret that stands at that place, or 0. */
static size_t secret_at(struct text text, size_t at) {
    size_t longest = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct text secret = secrets[i];
        if (text.bytes[at] != secret.bytes[0] || secret.length > text.length - at ||
            memcmp(text.bytes + at, secret.bytes, secret.length) != 0) continue;
        if (secret.length > longest) longest = secret.length;
    }
    return longest;
}

bool hidden_mask(struct text text, struct buffer *out) {
    size_t first = 0;
    if (!count) return false;
    while (first < text.length && !secret_at(text, first)) first++;
    if (first == text.length) return false;
    buffer_add(out, text.bytes, first);
    for (size_t at = first; at < text.length;) {
        size_t length = secret_at(text, at);
        if (length) buffer_string(out, "****");
        else buffer_char(out, text.bytes[at]);
        at += length ? length : 1;
    }
    return true;
}

void hidden_mask_buffer(struct buffer *buffer) {
    struct buffer masked;
    buffer_init(&masked);
    if (hidden_mask(buffer_view(buffer), &masked)) {
        buffer->length = 0;
        buffer_text(buffer, buffer_view(&masked));
    }
    buffer_release(&masked);
}
