# The sources of runtime/.

mrp_runtime_la_SOURCES += \
    runtime/cloud.c runtime/cloud.h \
    runtime/simulator/blueprint.c \
    runtime/simulator/calls.c \
    runtime/simulator/changes.c \
    runtime/simulator/durations.def \
    runtime/simulator/engine.c \
    runtime/simulator/identities.def \
    runtime/simulator/identity.c \
    runtime/simulator/resolve.c \
    runtime/simulator/simulator.c runtime/simulator/simulator.h \
    runtime/simulator/statuses.def \
    runtime/simulator/store.c \
    runtime/simulator/validate.c \
    runtime/simulator/world.c runtime/simulator/world.h
