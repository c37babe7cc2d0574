/* The table of calls, and what its functions share. */
#include "runtime/aws/calls.h"

struct call_row {
    enum operation operation;
    void (*fill)(const struct filling *filling);
    void (*read)(struct cloud_call *call, const struct data *result);
};

static struct call_row row_of(enum cloud_operation operation) {
    switch (operation) {
#define CALL(id, name, fill, read)                                                                 \
    case CLOUD_##id:                                                                               \
        return (struct call_row){OPERATION_##name, call_fill_##fill, call_read_##read};
#include "runtime/aws/calls.def"
#undef CALL
    }
    return (struct call_row){OPERATION_GET_CALLER_IDENTITY, call_fill_nothing, call_read_nothing};
}

enum operation cloud_call_operation(enum cloud_operation operation) {
    return row_of(operation).operation;
}

struct data *cloud_call_input(const struct filling *filling, enum cloud_operation operation,
                              struct text token) {
    struct filling with = *filling;
    with.input = data_new(filling->arena, DATA_RECORD);
    row_of(operation).fill(&with);
    data_set(filling->arena, with.input, "NextToken", token);
    return with.input;
}

void cloud_call_read(struct cloud_call *call, const struct data *result) {
    row_of(call->operation).read(call, result);
}

const struct text *call_take_texts(struct cloud_call *call, const struct data *list,
                                   uint32_t *count) {
    struct text *texts = arena_array(call->arena, call_count(list) + 1, sizeof *texts);
    *count = 0;
    for (const struct data *n = data_first(list); n; n = n->next) {
        texts[(*count)++] = text_copy(call->arena, data_value(n));
    }
    return texts;
}

/* The room of an array follows from what is in it: the next power of two. */
static size_t room_of(size_t count) {
    size_t room = 1;
    while (room < count) room *= 2;
    return room;
}

void *call_grown(struct arena *arena, void *old, uint32_t count, uint32_t more, size_t size) {
    size_t room = room_of((size_t)count + more);
    if (old && room == room_of(count)) return old;
    void *array = arena_array(arena, room, size);
    if (count) memcpy(array, old, count * size);
    return array;
}

void call_fill_nothing(const struct filling *filling) { (void)filling; }

void call_read_nothing(struct cloud_call *call, const struct data *result) {
    (void)call, (void)result;
}

void call_read_identity(struct cloud_call *call, const struct data *result) {
    call->reply.account = call_take(call, result, "Account");
    call->reply.caller = call_take(call, result, "Arn");
}
