/* Writes what was read as the tables of packed.h: what is shared, then type by type. */
#include "schema/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON = 32 }; /* what is used so often is shared by all types */

static struct words type_rows;
static struct packed_hash *hashes;
static uint32_t any_string;

static void write_shared(void) {
    facts_share();
    any_string = fact_value(value_add(SCHEMA_STRING, PACKED_NONE, 0));
    date = fact_string(date);
    sources = fact_string(sources);
    for (uint32_t i = 0; i < regions.count; i++)
        regions.at[i] = fact_string(regions.at[i]);
    for (uint32_t i = 0; i < strings.count; i++) {
        if (strings.rows[i].uses >= COMMON) fact_string(i);
    }
    for (uint32_t i = 0; i < values.count; i++) {
        const struct schema_value *value = (const struct schema_value *)values.rows + i;
        if (values.uses[i] >= COMMON && value->content == PACKED_NONE) fact_value(i);
    }
    for (uint32_t i = 0; i < body_count; i++) {
        if (bodies[i].uses >= COMMON) fact_body(i);
    }
    write_placed();
}

static void write_types(void) {
    hashes = zeroed(type_count, sizeof *hashes);
    for (uint32_t i = 0; i < type_count; i++) {
        const struct string *name = &strings.rows[types[i].name];
        if (i && strcmp(strings.rows[types[i - 1].name].bytes, name->bytes) >= 0)
            stop("types are not sorted");
        facts_begin();
        words_add(&type_rows, fact_type(&types[i]));
        hashes[i] = (struct packed_hash){packed_hash(name->bytes, name->length), type_rows.at[i]};
    }
}

static int hash_compare(const void *a, const void *b) {
    const struct packed_hash *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

static struct packed_header header;
static struct {
    const void *rows;
    size_t size;
} contents[PACKED_SECTIONS];

static void section(enum packed_section which, const void *rows, uint32_t count, size_t size) {
    header.size = (header.size + 7) & ~7u;
    header.sections[which] = (struct packed_range){header.size, count};
    contents[which].rows = rows;
    contents[which].size = count * size;
    header.size += (uint32_t)(count * size);
}

static void lay_sections(void) {
    header = (struct packed_header){.magic = PACKED_MAGIC,
                                    .version = PACKED_VERSION,
                                    .size = sizeof header,
                                    .date = date,
                                    .sources = sources,
                                    .any_string = any_string};
    section(PACKED_REGIONS, regions.at, regions.count, sizeof *regions.at);
    section(PACKED_NUMBERS, numbers.rows, numbers.count, numbers.size);
    section(PACKED_MASKS, masks.rows, masks.count, masks.size);
    section(PACKED_HASHES, hashes, type_count, sizeof *hashes);
    section(PACKED_TYPES, type_rows.at, type_rows.count, sizeof *type_rows.at);
    section(PACKED_FACTS, facts.at, facts.count, sizeof *facts.at);
    section(PACKED_BODIES, placed_bodies.at, placed_bodies.count, sizeof *placed_bodies.at);
    header.size = (header.size + 7) & ~7u;
}

static unsigned char *image(void) {
    unsigned char *bytes = zeroed(1, header.size);
    memcpy(bytes, &header, sizeof header);
    for (int i = 0; i < PACKED_SECTIONS; i++) {
        if (contents[i].size)
            memcpy(bytes + header.sections[i].offset, contents[i].rows, contents[i].size);
    }
    return bytes;
}

static bool write_image(FILE *file, const unsigned char *bytes, bool array) {
    if (!array) return fwrite(bytes, 1, header.size, file) == header.size;
    fprintf(file, "const unsigned long long schema_tables[] = {\n");
    for (uint32_t i = 0; i < header.size; i += 8) {
        unsigned long long word;
        memcpy(&word, bytes + i, sizeof word);
        fprintf(file, "0x%llx,%s", word, i % 64 == 56 ? "\n" : "");
    }
    return fprintf(file, "};\n") > 0;
}

bool write_tables(const char *path, bool array) {
    find_twins();
    write_shared();
    write_types();
    qsort(hashes, type_count, sizeof *hashes, hash_compare);
    lay_sections();
    FILE *file = fopen(path, "wb");
    return file && write_image(file, image(), array) && !fclose(file);
}
