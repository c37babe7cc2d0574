/* What every cloud has in common: asking many things at once, and reading its words. */
#include "runtime/cloud.h"

void cloud_all(const struct cloud *cloud, struct cloud_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) cloud->begin(cloud->context, &calls[i]);
    for (size_t left = count; left > 0;) {
        double until = cloud->now(cloud->context) + 60;
        if (cloud->next(cloud->context, until)) left--;
    }
}

static void copy_texts(struct arena *arena, struct text *const texts[], size_t count) {
    for (size_t i = 0; i < count; i++) *texts[i] = text_copy(arena, *texts[i]);
}

#define COPY_TEXTS(arena, ...)                                                                     \
    copy_texts(arena, (struct text *const[]){__VA_ARGS__},                                         \
               sizeof((struct text *const[]){__VA_ARGS__}) / sizeof(struct text *))

static void *copy_items(struct arena *arena, const void *items, uint32_t count, size_t size) {
    void *copy = arena_array(arena, count + 1, size);
    if (count) memcpy(copy, items, count * size);
    return copy;
}

struct cloud_stack cloud_copy_stack(struct arena *arena, const struct cloud_stack *stack) {
    struct cloud_stack copy = *stack;
    COPY_TEXTS(arena, &copy.id, &copy.name, &copy.status, &copy.status_reason, &copy.description,
               &copy.change_set_id, &copy.parent_id, &copy.root_id);
    copy.parameters = copy_items(arena, stack->parameters, stack->parameter_count,
                                 sizeof *copy.parameters);
    for (uint32_t i = 0; i < stack->parameter_count; i++) {
        struct cloud_parameter *parameter = &copy.parameters[i];
        COPY_TEXTS(arena, &parameter->key, &parameter->value, &parameter->resolved);
    }
    copy.outputs = copy_items(arena, stack->outputs, stack->output_count, sizeof *copy.outputs);
    for (uint32_t i = 0; i < stack->output_count; i++) {
        struct cloud_output *output = &copy.outputs[i];
        COPY_TEXTS(arena, &output->key, &output->value, &output->description,
                   &output->export_name);
    }
    copy.tags = copy_items(arena, stack->tags, stack->tag_count, sizeof *copy.tags);
    for (uint32_t i = 0; i < stack->tag_count; i++) {
        COPY_TEXTS(arena, &copy.tags[i].key, &copy.tags[i].value);
    }
    struct text *capabilities = copy_items(arena, stack->capabilities, stack->capability_count,
                                           sizeof *capabilities);
    for (uint32_t i = 0; i < stack->capability_count; i++) COPY_TEXTS(arena, &capabilities[i]);
    copy.capabilities = capabilities;
    return copy;
}

bool cloud_status_running(struct text status) {
    return text_ends(status, TEXT("_IN_PROGRESS")) && !text_is(status, "REVIEW_IN_PROGRESS");
}

bool cloud_status_good(struct text status) {
    return text_is(status, "CREATE_COMPLETE") || text_is(status, "UPDATE_COMPLETE") ||
           text_is(status, "IMPORT_COMPLETE") || text_is(status, "DELETE_COMPLETE");
}

bool cloud_no_changes(const struct cloud_change_set *change_set) {
    if (!text_is(change_set->status, "FAILED")) return false;
    struct text reason = change_set->status_reason;
    return text_starts(reason, TEXT("The submitted information didn't contain changes.")) ||
           text_starts(reason, TEXT("No updates are to be performed."));
}

bool cloud_not_found(const struct cloud_error *error) {
    if (text_is(error->code, "ChangeSetNotFound")) return true;
    if (!text_is(error->code, "ValidationError")) return false;
    return text_ends(error->message, TEXT("does not exist"));
}
