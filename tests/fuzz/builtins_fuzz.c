/* Built-in functions on hostile text: the first byte chooses an expression, the rest is its file
 * "x", or, divided at the first new line, its files "x" and "y". An expression that is a truth
 * value must be true: what is written reads back as the same value. */
#include "tests/fuzz/fuzz.h"

static const char *const expressions[] = {
    "json(to_json(json(file(\"x\")))) == json(file(\"x\"))",
    "yaml(to_yaml(json(file(\"x\")))) == json(file(\"x\"))",
    "json(to_json(yaml_all(file(\"x\")), 1)) == yaml_all(file(\"x\"))",
    "yaml(to_yaml(yaml(file(\"x\")))) == yaml(file(\"x\"))",
    "yaml(to_yaml(file(\"x\"))) == file(\"x\")",
    "base64_decode(base64(file(\"x\"))) == file(\"x\")",
    "url_decode(url_encode(file(\"x\"))) == file(\"x\")",
    "hex_decode(hex(file(\"x\"))) == file(\"x\")",
    "join(file(\"y\"), split(file(\"y\"), file(\"x\"))) == file(\"x\")",
    "reverse(reverse(file(\"x\"))) == file(\"x\")",
    "join(\"\", chars(file(\"x\"))) == file(\"x\")",
    "matches(file(\"x\"), \"^${regex_escape(file(\"x\"))}$\")",
    "[match(file(\"x\"), file(\"y\")), find_all(file(\"x\"), file(\"y\"))]",
    "[capture(file(\"x\"), file(\"y\")), regex_split(file(\"x\"), file(\"y\"))]",
    "regex_replace(\"some text\", file(\"x\"), file(\"y\"))",
    "regex_replace(file(\"x\"), \"(.)(?<b>[a-z]+)\", file(\"y\"))",
    "format(file(\"x\"), 1, \"a\", 1.5)",
    "format(file(\"x\"), file(\"y\"))",
    "[cidr_host(file(\"x\"), 1), cidr_subnet(file(\"x\"), 1, 1), cidr(file(\"x\"), 2, 4)]",
    "[cidr_contains(file(\"x\"), file(\"y\")), cidr_overlaps(file(\"x\"), file(\"y\"))]",
    "[date_format(file(\"x\"), file(\"y\")), date_parts(file(\"x\"))]",
    "date_unix(date_add(file(\"x\"), 86400)) - date_unix(file(\"x\")) == 86400",
    "csv(file(\"x\"))",
    "[kebab_case(file(\"x\")), slugify(file(\"x\")), title(file(\"x\")), words(file(\"x\"))]",
    "[upper(file(\"x\")), lower(file(\"x\")), dedent(file(\"x\")), indent(file(\"x\"), 2)]",
    "[base64_decode(file(\"x\"))]",
    "[url_decode(file(\"x\"))]",
    "[number(file(\"x\")), int(file(\"x\"))]",
    "[trim(file(\"x\"), file(\"y\")), replace(file(\"x\"), file(\"y\"), \"z\")]",
    "[substring(file(\"x\"), 1, -1), truncate(file(\"x\"), 3, file(\"y\"))]",
    "[sort(yaml(file(\"x\"))), distinct(yaml(file(\"x\"))), flatten(yaml(file(\"x\")))]",
    "[deep_merge(yaml(file(\"x\")), yaml(file(\"y\"))), to_entries(yaml(file(\"x\")))]",
    "[basename(file(\"x\")), dirname(file(\"x\")), extension(file(\"x\"))]",
    "name(file(\"x\"), fit = 20)",
};

enum { EXPRESSIONS = sizeof expressions / sizeof *expressions };

static const char program[] = "project fuzz { suffix = \"dev\" }\nregion east \"us-east-1\" {}\n";

struct world {
    const char *bytes;
    size_t size, divide; /* y begins at divide */
};

static bool world_read(void *context, const char *path, struct mrp_delivery *delivery) {
    const struct world *world = context;
    if (strcmp(path, "pipeline.mrp") == 0) {
        mrp_deliver(delivery, program, sizeof program - 1);
    } else if (strcmp(path, "x") == 0) {
        mrp_deliver(delivery, world->bytes, world->divide);
    } else if (strcmp(path, "y") == 0) {
        mrp_deliver(delivery, world->bytes + world->divide, world->size - world->divide);
    } else {
        return false;
    }
    return true;
}

/* Where the second file begins, for expressions that have one. */
static size_t divide(const char *expression, const char *bytes, size_t size) {
    const char *end = strstr(expression, "\"y\"") ? memchr(bytes, '\n', size) : NULL;
    return end ? (size_t)(end - bytes) : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const char *expression = expressions[data[0] % EXPRESSIONS], *bytes = (const char *)data + 1;
    struct world world = {bytes, size - 1, divide(expression, bytes, size - 1)};
    struct mrp_host host = {&world, world_read, fuzz_glob, fuzz_environment};
    struct mrp *mrp = mrp_new(&(struct mrp_options){.file = "pipeline.mrp", .host = &host});
    struct mrp_text json;
    if (mrp_evaluate(mrp, expression, &json) == MRP_DONE && json.length >= 5 &&
        memcmp(json.bytes, "false", 5) == 0) {
        __builtin_trap();
    }
    mrp_report(mrp, MRP_TEXT, false);
    mrp_free(mrp);
    return 0;
}
