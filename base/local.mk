libmrp_la_SOURCES += \
    base/address.c base/address.h \
    base/allowances.c base/allowances.h \
    base/arena.c base/arena.h \
    base/ascii.h \
    base/buffer.c \
    base/diagnostics.c base/diagnostics.def base/diagnostics.h \
    base/diagnostics_json.c \
    base/diagnostics_text.c \
    base/failure.c base/failure.h \
    base/files.c base/files.h \
    base/hash.c base/hash.h \
    base/host.c base/host.h \
    base/json.c base/json.h \
    base/limits.h \
    base/memory.c base/memory.h \
    base/names.c base/names.h \
    base/partition.c base/partition.def base/partition.h \
    base/pattern.c base/pattern.h \
    base/source.c base/source.h \
    base/text.c base/text.h \
    base/unicode.c base/unicode.h
