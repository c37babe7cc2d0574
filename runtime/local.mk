# The sources of runtime/.

mrp_runtime_SOURCES += \
    runtime/cloud.c runtime/cloud.h \
    runtime/deploy/apply.c runtime/deploy/apply.h \
    runtime/deploy/assets.c \
    runtime/deploy/compare.c \
    runtime/deploy/drift.c runtime/deploy/drift.h \
    runtime/deploy/elsewhere.c \
    runtime/deploy/journal.c runtime/deploy/journal.h \
    runtime/deploy/machine.c runtime/deploy/machine.h runtime/deploy/machine_parts.h \
    runtime/deploy/machine_empty.c \
    runtime/deploy/machine_nested.c \
    runtime/deploy/machine_rename.c \
    runtime/deploy/machine_set.c \
    runtime/deploy/machine_watch.c \
    runtime/deploy/machine_why.c \
    runtime/deploy/making.h \
    runtime/deploy/nested.h \
    runtime/deploy/pipelines.c \
    runtime/deploy/plan.c runtime/deploy/plan.h \
    runtime/deploy/plan_drift.c \
    runtime/deploy/plan_effects.c \
    runtime/deploy/plan_find.c \
    runtime/deploy/plan_nested.c \
    runtime/deploy/plan_sets.c \
    runtime/deploy/rename.c \
    runtime/deploy/request.c \
    runtime/deploy/rescue.c runtime/deploy/rescue.h \
    runtime/deploy/resume.c \
    runtime/deploy/secrets.c \
    runtime/deploy/sources.def \
    runtime/deploy/rollback.c \
    runtime/deploy/status.c runtime/deploy/status.h \
    runtime/deploy/widen.c \
    runtime/prompt.c runtime/prompt.h \
    runtime/session.c runtime/session.h \
    runtime/serve/absent.c \
    runtime/serve/actions.def \
    runtime/serve/authorize.c \
    runtime/serve/cloudformation.c \
    runtime/serve/daemon.c \
    runtime/serve/front.c runtime/serve/front.h \
    runtime/serve/hooks.c \
    runtime/serve/query.c runtime/serve/query.h \
    runtime/serve/request.c runtime/serve/request.h \
    runtime/serve/s3.c \
    runtime/serve/serve.h \
    runtime/serve/ssm.c \
    runtime/serve/sts.c \
    runtime/serve/tell.c \
    runtime/serve/upkeep.c \
    runtime/simulator/begin.c \
    runtime/simulator/blueprint.c runtime/simulator/blueprint.h \
    runtime/simulator/calls.c runtime/simulator/calls.h \
    runtime/simulator/change_sets.c \
    runtime/simulator/causes.c \
    runtime/simulator/changes.c runtime/simulator/changes.h \
    runtime/simulator/check.c \
    runtime/simulator/constraints.c \
    runtime/simulator/describe.c \
    runtime/simulator/details.c \
    runtime/simulator/durations.def \
    runtime/simulator/engine.c runtime/simulator/engine.h \
    runtime/simulator/extensions.c \
    runtime/simulator/functions.c \
    runtime/simulator/identities.def \
    runtime/simulator/identity.c \
    runtime/simulator/imports.c \
    runtime/simulator/listing.c runtime/simulator/listing.h \
    runtime/simulator/nested.c \
    runtime/simulator/nested_sets.c \
    runtime/simulator/objects.c \
    runtime/simulator/outputs.c \
    runtime/simulator/outside.c \
    runtime/simulator/parameter_types.def \
    runtime/simulator/parameters.c \
    runtime/simulator/plain.c \
    runtime/simulator/policy.c \
    runtime/simulator/quotas.c runtime/simulator/quotas.def \
    runtime/simulator/references.c \
    runtime/simulator/replacement.c \
    runtime/simulator/resolve.c runtime/simulator/resolve.h \
    runtime/simulator/services.c \
    runtime/simulator/simulator.c runtime/simulator/simulator.h \
    runtime/simulator/stacks.c \
    runtime/simulator/statuses.def \
    runtime/simulator/steps.c \
    runtime/simulator/store.c runtime/simulator/store.h \
    runtime/simulator/store_check.c \
    runtime/simulator/store_json.c \
    runtime/simulator/template_url.c \
    runtime/simulator/templates.c \
    runtime/simulator/transforms.c runtime/simulator/transforms.h \
    runtime/simulator/upkeep.c \
    runtime/simulator/validate.c \
    runtime/simulator/watch.c \
    runtime/simulator/weather.c \
    runtime/simulator/world.c runtime/simulator/world.h \
    runtime/sql.c runtime/sql.h \
    runtime/state.c runtime/state.h \
    runtime/tracked.c runtime/tracked.h
