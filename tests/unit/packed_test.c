/* Unit tests of packed tables that somebody has damaged, cut off or filled with values that lead
 * astray: they are refused, or can be read to the end. */
#include <stdlib.h>

#include "schema/explain.h"
#include "schema/packed.h"
#include "schema/schema.h"
#include "schema/tables.h"
#include "schema/verify.h"
#include "tests/unit/chance.h"
#include "tests/unit/unit.h"

static const struct packed_header *image_header(void) {
    return (const void *)schema_tables;
}

static size_t image_size(void) {
    return image_header()->size;
}

static unsigned char *image_copy(void) {
    return memcpy(memory_alloc(image_size()), schema_tables, image_size());
}

/* Reads all that a hostile table could lead astray. */
static void walk(void) {
    struct buffer out;
    struct failure why;
    buffer_init(&out);
    for (size_t i = 0; i < schema_type_count(); i += 7) {
        out.length = 0;
        schema_explain(&out, schema_type_name(schema_type_at(i)), 90, false, &why);
    }
    buffer_release(&out);
}

static void test_damage(void) {
    unsigned char *bytes = image_copy();
    const struct packed_header *header = image_header();
    struct failure why;
    unsigned refused = 0, rounds = 300;
    for (unsigned round = 0; round < rounds; round++) {
        uint32_t places[3];
        for (int i = 0; i < 3; i++) {
            const struct packed_range *range = &header->sections[number_below(PACKED_SECTIONS)];
            uint32_t at = round % 4 == 0 ? number_below(sizeof *header)
                                         : range->offset + number_below(range->count * 4);
            places[i] = at;
            bytes[at] ^= (unsigned char)(1u << number_below(8));
        }
        if (!schema_open_bytes((struct text){(char *)bytes, image_size()}, &why))
            refused++;
        else
            walk();
        for (int i = 0; i < 3; i++)
            bytes[places[i]] = ((const unsigned char *)schema_tables)[places[i]];
    }
    CU_ASSERT(refused > rounds / 4);
    CU_ASSERT(schema_open_bytes((struct text){(const char *)schema_tables, image_size()}, &why));
    memory_free(bytes);
}

/* Where words can be put behind the facts: the section after them begins there. */
static uint32_t behind_facts(void) {
    const struct packed_range *sections = image_header()->sections;
    return (sections[PACKED_BODIES].offset - sections[PACKED_FACTS].offset) / 4;
}

/* Whether tables are good with values behind their facts, each a list of the one before; the first
 * is what inner says. */
static bool is_good_with_lists(uint32_t count, struct schema_value inner) {
    size_t before = image_header()->sections[PACKED_BODIES].offset, more = count * sizeof inner;
    unsigned char *bytes = memory_alloc(image_size() + more);
    memcpy(bytes, schema_tables, before);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(bytes + before + i * sizeof inner, &inner, sizeof inner);
        inner = (struct schema_value){SCHEMA_LIST, behind_facts() + 2 * i};
    }
    memcpy(bytes + before + more, (const unsigned char *)schema_tables + before,
           image_size() - before);
    struct packed_header *header = (void *)bytes;
    header->size += (uint32_t)more;
    header->any_string = behind_facts() + 2 * (count - 1);
    header->sections[PACKED_FACTS].count = behind_facts() + 2 * count;
    header->sections[PACKED_BODIES].offset += (uint32_t)more;
    struct failure why;
    bool good = packed_verify(bytes, header->size, &why);
    memory_free(bytes);
    return good;
}

static void test_nested_values(void) {
    struct schema_value plain = {SCHEMA_STRING, PACKED_NONE};
    struct schema_value itself = {SCHEMA_LIST, behind_facts()};
    struct schema_value last = {SCHEMA_LIST, behind_facts() + 2 * 3};
    struct schema_value beyond = {SCHEMA_LIST, behind_facts() + 2 * 3 - 1};
    CU_ASSERT(is_good_with_lists(1, plain));
    CU_ASSERT(is_good_with_lists(15, plain));
    CU_ASSERT_FALSE(is_good_with_lists(16, plain));
    CU_ASSERT_FALSE(is_good_with_lists(2, itself));
    CU_ASSERT_FALSE(is_good_with_lists(4, last));
    CU_ASSERT_FALSE(is_good_with_lists(3, beyond));
}

static void test_cut_off(void) {
    unsigned char *bytes = image_copy();
    struct failure why;
    for (size_t size = 0; size < image_size(); size = size * 3 / 2 + 7) {
        CU_ASSERT_FALSE(packed_verify(bytes, size, &why));
    }
    CU_ASSERT(packed_verify(bytes, image_size(), &why));
    ((struct packed_header *)(void *)bytes)->version++;
    CU_ASSERT_FALSE(packed_verify(bytes, image_size(), &why));
    memory_free(bytes);
}

static void test_open_file(void) {
    char path[] = "/tmp/mrp-schema-XXXXXX";
    int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    struct failure why;
    CU_ASSERT_FATAL(file != NULL);
    CU_ASSERT_FALSE(schema_open_file(path, &why));
    CU_ASSERT_EQUAL(fwrite(schema_tables, 1, image_size(), file), image_size());
    fclose(file);
    CU_ASSERT(schema_open_file(path, &why));
    CU_ASSERT_PTR_NOT_NULL(schema_type_find(TEXT("AWS::S3::Bucket")));
    CU_ASSERT(schema_open_bytes((struct text){(const char *)schema_tables, image_size()}, &why));
    remove(path);
    CU_ASSERT_FALSE(schema_open_file(path, &why));
    CU_ASSERT_FALSE(schema_open_file("/", &why));
}

UNIT_MAIN("packed", {"damaged tables", test_damage}, {"values in values", test_nested_values},
          {"cut off", test_cut_off}, {"a file", test_open_file})
