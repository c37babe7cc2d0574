/* Classes of characters by ASCII alone: what AWS's names, templates and protocols are written with.
 * The C library's own ask the locale, and take no byte of UTF-8. */
#ifndef MRP_BASE_ASCII_H
#define MRP_BASE_ASCII_H

#include <stdbool.h>

static inline bool ascii_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ascii_is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool ascii_is_lower(char c) { return c >= 'a' && c <= 'z'; }
static inline bool ascii_is_letter(char c) { return ascii_is_lower(c) || ascii_is_upper(c); }
static inline bool ascii_is_alphanumeric(char c) { return ascii_is_letter(c) || ascii_is_digit(c); }
/* What a word of a program is made of: letters, digits and "_". */
static inline bool ascii_is_word(char c) { return ascii_is_alphanumeric(c) || c == '_'; }
static inline bool ascii_is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
/* What stands in a URL as it is (RFC 3986, 2.3). */
static inline bool ascii_is_unreserved(char c) {
    return ascii_is_word(c) || c == '-' || c == '.' || c == '~';
}

static inline char ascii_lower(char c) { return ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c; }
static inline char ascii_upper(char c) { return ascii_is_lower(c) ? (char)(c - 'a' + 'A') : c; }

/* The value of a digit in a base of 2 to 36, letters of either case; -1 if it is none. */
static inline int ascii_digit(char c, int base) {
    int value = ascii_is_digit(c) ? c - '0' : ascii_is_letter(c) ? ascii_lower(c) - 'a' + 10 : -1;
    return value < base ? value : -1;
}

#endif
