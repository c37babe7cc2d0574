# The sources of evaluator/.

# The built-in functions.
libmrp_la_SOURCES += \
    evaluator/builtin.c evaluator/builtin.h \
    evaluator/builtin_explain.c \
    evaluator/builtin_groups.def \
    evaluator/builtin_habits.def \
    evaluator/builtins.def evaluator/builtins.h \
    evaluator/builtins_aws.c \
    evaluator/builtins_cidr.c \
    evaluator/builtins_convert.c \
    evaluator/builtins_date.c \
    evaluator/builtins_delivery.c \
    evaluator/builtins_encode.c \
    evaluator/builtins_file.c \
    evaluator/builtins_format.c \
    evaluator/builtins_json.c \
    evaluator/builtins_list.c \
    evaluator/builtins_map.c \
    evaluator/builtins_name.c \
    evaluator/builtins_number.c \
    evaluator/builtins_pattern.c \
    evaluator/builtins_pipeline.c \
    evaluator/builtins_set.c \
    evaluator/builtins_sort.c \
    evaluator/builtins_support.c \
    evaluator/builtins_text.c \
    evaluator/builtins_to_yaml.c \
    evaluator/builtins_value.c \
    evaluator/builtins_yaml.c \
    evaluator/letters.c evaluator/letters.h

# Values, and the walk from a program to its stacks.
libmrp_la_SOURCES += \
    evaluator/additions.c \
    evaluator/budget.c \
    evaluator/call.c \
    evaluator/choice.c evaluator/choice.h \
    evaluator/components.c \
    evaluator/conform.c evaluator/conform.h \
    evaluator/conform_free.c \
    evaluator/conform_rules.c \
    evaluator/conform_scalar.c \
    evaluator/convert.c \
    evaluator/convert_text.c \
    evaluator/coverage.c \
    evaluator/declarations.c \
    evaluator/deferred.c \
    evaluator/entries.c \
    evaluator/evaluator.c evaluator/evaluator.h \
    evaluator/existing.c \
    evaluator/expression.c \
    evaluator/frame.c \
    evaluator/index.c \
    evaluator/internal.h \
    evaluator/logical_ids.c \
    evaluator/loops.c \
    evaluator/member.c \
    evaluator/message.c \
    evaluator/meta.c \
    evaluator/operators.c \
    evaluator/origin.c \
    evaluator/params.c \
    evaluator/physical_names.c \
    evaluator/pipeline_conditions.c \
    evaluator/pipeline_configuration.c \
    evaluator/pipeline_order.c \
    evaluator/pipeline_delivery.c \
    evaluator/pipeline_regions.c \
    evaluator/pipeline_rules.c \
    evaluator/pipelines.c evaluator/pipelines.h \
    evaluator/project.c \
    evaluator/regions.c \
    evaluator/resource_body.c \
    evaluator/resources.c evaluator/resources.h \
    evaluator/snapshot.c \
    evaluator/stack_entries.c evaluator/stacks.h \
    evaluator/suffix_room.c \
    evaluator/trial.c evaluator/trial.h \
    evaluator/trial_reason.c \
    evaluator/value.c evaluator/value.h \
    evaluator/value_print.c \
    evaluator/view.c
