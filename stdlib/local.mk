# The standard library: its modules are texts in the compiler, parsed when a program imports them.
library_files = $(sort $(wildcard $(top_srcdir)/stdlib/*.mrp))
library_example_files = $(sort $(wildcard $(top_srcdir)/stdlib/examples/*.mrp))

libmrp_la_SOURCES += stdlib/library.c stdlib/library.h

stdlib/modules.inc: stdlib/library.awk $(library_files)
	$(AM_V_GEN)$(MKDIR_P) stdlib && LC_ALL=C $(AWK) -v paths=1 -f $(top_srcdir)/stdlib/library.awk $(library_files) </dev/null >$@.tmp && mv $@.tmp $@
stdlib/examples.inc: stdlib/library.awk $(library_example_files)
	$(AM_V_GEN)$(MKDIR_P) stdlib && LC_ALL=C $(AWK) -f $(top_srcdir)/stdlib/library.awk $(library_example_files) </dev/null >$@.tmp && mv $@.tmp $@

stdlib/index.inc: stdlib/index.awk $(library_files)
	$(AM_V_GEN)$(MKDIR_P) stdlib && LC_ALL=C $(AWK) -f $(top_srcdir)/stdlib/index.awk pass=1 $(library_files) pass=2 $(library_files) </dev/null >$@.tmp && mv $@.tmp $@

stdlib/library.lo: stdlib/modules.inc stdlib/examples.inc stdlib/index.inc
BUILT_SOURCES += stdlib/modules.inc stdlib/examples.inc stdlib/index.inc
CLEANFILES += stdlib/modules.inc stdlib/modules.inc.tmp stdlib/examples.inc stdlib/examples.inc.tmp \
    stdlib/index.inc stdlib/index.inc.tmp
EXTRA_DIST += stdlib/library.awk stdlib/index.awk stdlib/examples $(library_files)
