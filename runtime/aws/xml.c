/* Reading XML into nodes, with expat.
 *
 * Names lose their name-space prefix ("aws:Code" is "Code"), as AWS's clients have it; attributes
 * become children that are marked. White space between elements is dropped, inside a text it
 * stays.
 */
#include <expat.h>

#include "runtime/aws/data.h"

struct xml_reader {
    struct arena *arena;
    XML_Parser parser;
    struct data *open[LIMIT_DATA_DEPTH + 1];
    int depth; /* open[depth] is the innermost element; open[0] holds the document */
    size_t made;
    struct buffer text; /* of the innermost element */
    const char *error;
};

static struct text local_name(const char *name) {
    const char *colon = strrchr(name, ':');
    return text_of(colon ? colon + 1 : name);
}

static void stop(struct xml_reader *reader, const char *error) {
    if (!reader->error) reader->error = error;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void add_attributes(struct xml_reader *reader, struct data *element,
                           const XML_Char **attributes) {
    for (; attributes[0]; attributes += 2) {
        if (strncmp(attributes[0], "xmlns", 5) == 0) continue;
        if (++reader->made > LIMIT_DATA) return stop(reader, "it holds more than a reply can");
        struct data *attribute = data_new(reader->arena, DATA_TEXT);
        attribute->is_attribute = true;
        attribute->text = text_copy(reader->arena, text_of(attributes[1]));
        data_add(element, text_copy(reader->arena, local_name(attributes[0])), attribute);
    }
}

static void on_start(void *context, const XML_Char *name, const XML_Char **attributes) {
    struct xml_reader *reader = context;
    if (reader->error) return;
    if (reader->depth == LIMIT_DATA_DEPTH) return stop(reader, "it is nested too deeply");
    if (++reader->made > LIMIT_DATA) return stop(reader, "it holds more than a reply can");
    struct data *parent = reader->open[reader->depth];
    parent->kind = DATA_RECORD;
    struct data *element = data_new(reader->arena, DATA_TEXT);
    data_add(parent, text_copy(reader->arena, local_name(name)), element);
    add_attributes(reader, element, attributes);
    reader->open[++reader->depth] = element;
    reader->text.length = 0;
}

static void on_end(void *context, const XML_Char *name) {
    struct xml_reader *reader = context;
    (void)name;
    if (reader->error || reader->depth == 0) return;
    struct data *element = reader->open[reader->depth--];
    if (element->kind == DATA_TEXT) {
        element->text = text_copy(reader->arena, buffer_view(&reader->text));
    }
    reader->text.length = 0;
}

static void on_text(void *context, const XML_Char *bytes, int length) {
    struct xml_reader *reader = context;
    if (!reader->error) buffer_add(&reader->text, bytes, (size_t)length);
}

static void on_document_type(void *context, const XML_Char *name, const XML_Char *system,
                             const XML_Char *public, int has_subset) {
    (void)name, (void)system, (void)public, (void)has_subset;
    stop(context, "it declares a document type");
}

bool data_read_xml(struct arena *arena, struct text bytes, struct data **node,
                   struct failure *why) {
    struct data document = {.kind = DATA_RECORD};
    struct xml_reader reader = {.arena = arena, .open = {&document}};
    reader.parser = XML_ParserCreate(NULL);
    if (!reader.parser) memory_exhausted();
    buffer_init(&reader.text);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader.parser, on_document_type);
    bool good = bytes.length <= INT32_MAX &&
                XML_Parse(reader.parser, bytes.bytes ? bytes.bytes : "", (int)bytes.length, 1) ==
                    XML_STATUS_OK;
    if (!good) {
        const char *error = reader.error;
        if (!error) error = XML_ErrorString(XML_GetErrorCode(reader.parser));
        failure_set(why, "it is no XML: %s", error ? error : "it is too long");
    }
    XML_ParserFree(reader.parser);
    buffer_release(&reader.text);
    *node = document.children;
    return good;
}
