/* A reader of JSON (RFC 8259) that loses nothing: integers keep 64 bits, names that stand twice are
 * seen by the caller, and a mistake has its place. It makes no tree: the caller asks for one token
 * after the other and keeps what it wants. The text is hostile: nesting is capped.
 */
#ifndef MRP_BASE_JSON_H
#define MRP_BASE_JSON_H

#include "base/limits.h"
#include "base/text.h"

enum json_kind {
    JSON_ERROR, /* json->error says what, json->at where; every further token is JSON_ERROR too */
    JSON_END,   /* behind the one value that a text holds */
    JSON_OBJECT, JSON_OBJECT_END,
    JSON_LIST, JSON_LIST_END,
    JSON_KEY,    /* text: the name of a member; its value follows */
    JSON_STRING, /* text */
    JSON_INT,    /* integer: written without fraction and exponent, and fits */
    JSON_NUMBER, /* number: with fraction or exponent; finite. text, where numbers are kept */
    JSON_TRUE, JSON_FALSE, JSON_NULL,
};

struct json {
    struct arena *arena; /* for strings that hold escapes; others are slices of the source */
    struct text source;
    size_t at;           /* behind the last token; of an error: where it is */
    size_t start;        /* of the last token */
    bool keeps_numbers;  /* set by the caller: all numbers as they are written, however large */
    struct text text;
    int64_t integer;
    double number;
    const char *error;   /* a fact: "a comma is missing" */
    int depth;
    uint8_t state;       /* the reader's own */
    bool is_object[LIMIT_JSON_DEPTH + 1];
};

/* Begins to read. The source must stay as long as the texts that are read. */
void json_init(struct json *json, struct arena *arena, struct text source);
enum json_kind json_next(struct json *json);

/* Line and column (in characters) of an offset, both from 1. */
void json_place(const struct json *json, size_t offset, uint32_t *line, uint32_t *column);

#endif
