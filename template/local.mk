# The sources of template/.
libmrp_la_SOURCES += \
    template/condition_names.c \
    template/conditions.c \
    template/configuration.c \
    template/delivery.c \
    template/document.c template/document.h template/document_internal.h \
    template/document_json.c \
    template/document_yaml.c \
    template/emit.c template/emit_json.c template/emit_sub.c \
    template/limits.c \
    template/lower.c template/lowering.h \
    template/manifest.c \
    template/mappings.c \
    template/order.c \
    template/outputs.c \
    template/reads.c \
    template/references.c \
    template/template.h \
    template/use.c \
    template/values.c \
    template/write.c
