# The sources of runtime/aws/.

mrp_runtime_la_SOURCES += \
    runtime/aws/config.c runtime/aws/config.h \
    runtime/aws/endpoint.c runtime/aws/endpoint.h \
    runtime/aws/http.h \
    runtime/aws/node.c runtime/aws/node.h \
    runtime/aws/partitions.def \
    runtime/aws/request.c \
    runtime/aws/services.def \
    runtime/aws/sign.c runtime/aws/sign.h \
    runtime/aws/surroundings.c runtime/aws/surroundings.h \
    runtime/aws/when.c runtime/aws/when.h \
    runtime/aws/xml.c
