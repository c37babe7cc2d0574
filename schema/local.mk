# The facts are packed by a program of the build. Where it cannot run (another machine's compiler),
# build schema/pack with that machine's own and say make SCHEMA_PACK=/path/to/pack.

SCHEMA_PACK = schema/pack$(EXEEXT)
SCHEMA_FACTS = schema/facts.txt schema/names.txt schema/global.txt schema/conditions.txt

libmrp_la_SOURCES += \
    schema/actions.c schema/actions.def schema/actions.h \
    schema/engines.c schema/engines.def schema/engines.h \
    schema/explain.c schema/explain.h schema/explain_parts.h \
    schema/explain_find.c \
    schema/explain_value.c \
    schema/page.c schema/page.h \
    schema/iam.c schema/iam.h \
    schema/managed.c schema/managed.def schema/managed.h \
    schema/lines.c schema/lines.h \
    schema/packed.h \
    schema/places.c schema/places.def schema/places.h \
    schema/runtimes.c schema/runtimes.def schema/runtimes.h \
    schema/schema.c schema/schema.h \
    schema/suggest.c \
    schema/tables.c schema/tables.h \
    schema/verify.c schema/verify.h

noinst_PROGRAMS += schema/pack
schema_pack_SOURCES = \
    schema/pack.c schema/pack.h \
    schema/pack_bodies.c \
    schema/pack_content.c \
    schema/pack_facts.c \
    schema/pack_read.c \
    schema/pack_rows.c \
    schema/pack_write.c \
    schema/packed.h

EXTRA_DIST += NOTICE $(SCHEMA_FACTS) schema/README.md schema/update-facts schema/wishes.txt

schema/tables.bin: $(SCHEMA_PACK) $(SCHEMA_FACTS)
	$(AM_V_GEN)ASAN_OPTIONS=detect_leaks=0 $(SCHEMA_PACK) $(srcdir)/schema/facts.txt \
	    $(srcdir)/schema/names.txt $(srcdir)/schema/global.txt $(srcdir)/schema/conditions.txt \
	    $@
BUILT_SOURCES += schema/tables.bin
CLEANFILES += schema/tables.bin
schema/tables.lo schema/libmrp_la-tables.lo: schema/tables.bin

# The actions that IAM knows.
schema/iam.inc: schema/iam.awk schema/iam.txt
	$(AM_V_GEN)$(MKDIR_P) schema && LC_ALL=C $(AWK) -f $(top_srcdir)/schema/iam.awk $(top_srcdir)/schema/iam.txt >$@.tmp && mv $@.tmp $@
schema/iam.lo: schema/iam.inc
BUILT_SOURCES += schema/iam.inc
CLEANFILES += schema/iam.inc schema/iam.inc.tmp
EXTRA_DIST += schema/iam.awk schema/iam.txt
