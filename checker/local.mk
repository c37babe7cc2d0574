# The sources of checker/.
libmrp_la_SOURCES += \
    checker/check.c \
    checker/checker.h \
    checker/declare.c \
    checker/message.c \
    checker/module.c \
    checker/program.c \
    checker/program.h \
    checker/resolve.c \
    checker/scope.c \
    checker/types.h
