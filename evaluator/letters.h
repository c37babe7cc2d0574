/* Letters of all alphabets: upper and lower case, the words of a name.
 *
 * Cases are those that Unicode maps one to one, without regard to a locale ("ß" stays "ß"); so a
 * text is equally long in characters whatever its case, and equal on every machine.
 */
#ifndef MRP_EVALUATOR_LETTERS_H
#define MRP_EVALUATOR_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

uint32_t letter_upper(uint32_t character);
uint32_t letter_lower(uint32_t character);
bool letter_is_upper(uint32_t character);
bool letter_is_lower(uint32_t character);
bool letter_is_digit(uint32_t character); /* 0 to 9 */
/* Whether it belongs to a word: letters, digits, and every character above U+00BF but spaces,
 * punctuation and symbols of the general blocks. */
bool letter_is_word(uint32_t character);
/* White space, as Unicode's White_Space property has it. */
bool letter_is_space(uint32_t character);
/* The ASCII letter nearest to a Latin letter with marks ("é" is "e"), '-' for those that have
 * none. */
char letter_plain(uint32_t character);

#endif
