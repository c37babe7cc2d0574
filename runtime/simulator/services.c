/* What the services behind resource types refuse, where no schema says so. */
#include "runtime/simulator/engine.h"

static bool is_empty(const struct document *properties, const char *name) {
    const struct document *list = document_get(properties, name);
    return !list || !list->count;
}

/* A policy of its own that nobody has can be neither made nor deleted. */
static struct text attached_to_none(const struct document *properties) {
    if (!is_empty(properties, "Groups") || !is_empty(properties, "Roles") ||
        !is_empty(properties, "Users")) return TEXT("");
    return TEXT("At least one of [Groups,Roles,Users] must be non-empty.");
}

static struct text fifo_without_suffix(const struct document *properties) {
    const struct document *fifo = document_get(properties, "FifoTopic");
    const struct document *name = document_get(properties, "TopicName");
    bool is_fifo = fifo && (fifo->kind == DOCUMENT_BOOL ? fifo->boolean
                                                        : text_is(fifo->text, "true"));
    if (!is_fifo || !name || text_ends(name->text, TEXT(".fifo"))) return TEXT("");
    return TEXT("Invalid parameter: Topic Name (Service: Sns, Status Code: 400)");
}

static const struct {
    const char *type;
    bool is_late; /* seen only when the resource has its id; its deletion fails as well */
    struct text (*look)(const struct document *properties);
} refusals[] = {
    {"AWS::IAM::Policy", true, attached_to_none},
    {"AWS::SNS::Topic", false, fifo_without_suffix},
};

struct text sim_service_refuses(const struct sim_resource *resource,
                                const struct document *properties, bool is_late) {
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (refusals[i].is_late != is_late || !text_is(resource->type, refusals[i].type)) continue;
        return refusals[i].look(properties);
    }
    return TEXT("");
}
