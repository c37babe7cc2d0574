# The sources of runtime/aws/.

mrp_runtime_SOURCES += \
    runtime/aws/attempt.c \
    runtime/aws/calls.c runtime/aws/calls.def runtime/aws/calls.h \
    runtime/aws/causes.c \
    runtime/aws/change_sets.c \
    runtime/aws/client.c runtime/aws/client.h runtime/aws/client_parts.h \
    runtime/aws/clock.c runtime/aws/clock.h \
    runtime/aws/config.c runtime/aws/config.h \
    runtime/aws/credentials.c runtime/aws/credentials.h \
    runtime/aws/dpop.c \
    runtime/aws/endpoint.c runtime/aws/endpoint.h \
    runtime/aws/http.c runtime/aws/http.h \
    runtime/aws/judge.c \
    runtime/aws/log.c runtime/aws/log.h \
    runtime/aws/network.c runtime/aws/network.h \
    runtime/aws/data.c runtime/aws/data.h \
    runtime/aws/objects.c \
    runtime/aws/operations.def \
    runtime/aws/pipelines.c \
    runtime/aws/profiles.c \
    runtime/aws/protocol.c runtime/aws/protocol.h \
    runtime/aws/request.c \
    runtime/aws/response.c \
    runtime/aws/services.def \
    runtime/aws/sign.c runtime/aws/sign.h \
    runtime/aws/source_cache.c \
    runtime/aws/source_local.c \
    runtime/aws/source_login.c \
    runtime/aws/source_process.c \
    runtime/aws/source_sso.c \
    runtime/aws/sources.c runtime/aws/sources.h \
    runtime/aws/stacks.c \
    runtime/aws/surroundings.c runtime/aws/surroundings.h \
    runtime/aws/upkeep.c \
    runtime/aws/when.c runtime/aws/when.h \
    runtime/aws/xml.c
