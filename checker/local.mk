# The sources of checker/.
libmrp_la_SOURCES += \
    checker/annotation.c \
    checker/call.c \
    checker/chain.c \
    checker/check.c \
    checker/checker.h \
    checker/constraint.c \
    checker/constraint.h \
    checker/declare.c \
    checker/expect.c \
    checker/flow.c \
    checker/infer.c \
    checker/instance.c \
    checker/library.c \
    checker/member.c \
    checker/message.c \
    checker/module.c \
    checker/operator.c \
    checker/phase.c \
    checker/pipeline.c \
    checker/plain.c \
    checker/plain.h \
    checker/program.c \
    checker/program.h \
    checker/property.c \
    checker/resolve.c \
    checker/resource.c \
    checker/resource_meta.c \
    checker/scope.c \
    checker/symbol.c \
    checker/test.c \
    checker/type_fits.c \
    checker/type_text.c \
    checker/types.c \
    checker/types.h \
    checker/typing.h \
    checker/unused.c
