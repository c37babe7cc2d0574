/* The operations of the API, one function each: false with the call's error. */
#ifndef MRP_SIMULATOR_CALLS_H
#define MRP_SIMULATOR_CALLS_H

#include "runtime/simulator/world.h"

bool sim_refuse(struct cloud_call *call, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "Stack with id ... does not exist" */
bool sim_refuse_stack(struct cloud_call *call);
struct cloud_tag *sim_copy_tags(struct arena *arena, const struct cloud_tag *tags, uint32_t count);
const struct text *sim_copy_texts(struct arena *arena, const struct text *texts, uint32_t count);

bool sim_describe_stacks(struct simulator *simulator, struct cloud_call *call);
bool sim_stack_events(struct simulator *simulator, struct cloud_call *call);
bool sim_stack_resources(struct simulator *simulator, struct cloud_call *call);
bool sim_get_template(struct simulator *simulator, struct cloud_call *call);
bool sim_exports(struct simulator *simulator, struct cloud_call *call);
bool sim_imports(struct simulator *simulator, struct cloud_call *call);
bool sim_create_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_describe_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_change_set_events(struct simulator *simulator, struct cloud_call *call);
bool sim_delete_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_execute_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_delete_stack(struct simulator *simulator, struct cloud_call *call);
bool sim_protect_stack(struct simulator *simulator, struct cloud_call *call);
/* Those of objects.c and upkeep.c, by the call's operation. */
void sim_answer_objects(struct simulator *simulator, struct cloud_call *call);
void sim_answer_upkeep(struct simulator *simulator, struct cloud_call *call);

#endif
