#include "schema/lines.h"

bool lines_take(struct text *left, char byte, struct text *part) {
    if (!left->length) return false;
    *part = text_until(*left, byte);
    size_t taken = part->length + (part->length < left->length);
    *left = (struct text){left->bytes + taken, left->length - taken};
    return true;
}

/* The line around the middle of some lines. */
static struct text middle_line(struct text lines) {
    const char *before = memrchr(lines.bytes, '\n', lines.length / 2);
    size_t start = before ? (size_t)(before - lines.bytes) + 1 : 0;
    return text_until((struct text){lines.bytes + start, lines.length - start}, '\n');
}

bool lines_find(struct text lines, struct text key, struct text *rest) {
    while (lines.length) {
        struct text line = middle_line(lines), word = text_until(line, ' ');
        size_t before = (size_t)(line.bytes - lines.bytes), end = before + line.length + 1;
        int order = text_compare(key, word);
        if (order == 0) {
            *rest = (struct text){word.bytes + word.length + 1, line.length - word.length - 1};
            return true;
        }
        if (order < 0)
            lines.length = before;
        else
            lines = (struct text){lines.bytes + end, lines.length - end};
    }
    return false;
}
