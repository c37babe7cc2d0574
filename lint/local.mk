# The sources of lint/.
libmrp_la_SOURCES += \
    lint/alarm.c \
    lint/arn.c \
    lint/build.c \
    lint/compute.c \
    lint/edge.c \
    lint/engine.c \
    lint/ends.c lint/ends.def lint/ends.h \
    lint/expression.c \
    lint/function.c \
    lint/grant.c \
    lint/iam.c \
    lint/internal.h \
    lint/item.c \
    lint/lint.c lint/lint.h lint/lints.def \
    lint/listener.c \
    lint/machine.c \
    lint/metric.c lint/metric.h lint/metrics.def \
    lint/network.c \
    lint/observe.c \
    lint/pipeline.c \
    lint/places.c \
    lint/policy.c \
    lint/ports.c \
    lint/project.c \
    lint/reach.c \
    lint/schedule.c \
    lint/statement.c \
    lint/storage.c \
    lint/timezone.c lint/timezone.h \
    lint/watched.c \
    lint/window.c
