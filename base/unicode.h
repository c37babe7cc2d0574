/* The little of Unicode that messages need: decoding, and how wide a terminal draws a character. */
#ifndef MRP_BASE_UNICODE_H
#define MRP_BASE_UNICODE_H

#include "base/text.h"

/* Decodes the character at offset at (below the length). Returns its size in bytes, 0 where the
 * bytes are not UTF-8 (RFC 3629: no surrogates, no longer form than needed, at most U+10FFFF). */
size_t unicode_decode(struct text text, size_t at, uint32_t *character);

/* Writes a character (below U+110000, no surrogate) as UTF-8; returns its size, 1 to 4. */
size_t unicode_encode(uint32_t character, char bytes[4]);

/* 2 for wide characters (East Asian, most emoji), 0 for marks that join the one before, else 1. */
unsigned unicode_columns(uint32_t character);

/* Control characters, and those that reorder or hide text: never shown to a terminal as they
 * are. */
bool unicode_is_hazard(uint32_t character);

/* Appends text that others wrote, for a terminal, which nothing in it can steer: characters that are
 * a hazard become \u{1B}, bytes that are no UTF-8 U+FFFD. Lines stay. */
void buffer_visible(struct buffer *out, struct text text);

#endif
