# First long texts, then what each build runs, as EACH_BUILD in Makefile.am.
mrp_SOURCES += \
    cli/init.c \
    cli/pages.c cli/pages.h \
    cli/build.c \
    cli/check.c \
    cli/choices.c \
    cli/command.c cli/command.h cli/commands.def cli/options.def \
    cli/main.c \
    cli/output.c cli/output.h \
    cli/package.c cli/package.h \
    cli/program.c cli/program.h
mrp_SOURCES += \
    cli/complete.c \
    cli/diff.c cli/diff.h \
    cli/elsewhere.c \
    cli/eval.c cli/eval.h \
    cli/explain.c cli/explain.h \
    cli/declarations.c cli/declarations.h cli/explain_declaration.c \
    cli/explain_library.c cli/explain_library.h \
    cli/explain_path.c \
    cli/explain_permissions.c \
    cli/explain_word.c cli/words.def \
    cli/fmt.c \
    cli/graph.c cli/graph.h \
    cli/graph_draw.c \
    cli/graph_pipelines.c \
    cli/help.c \
    cli/hidden.c cli/hidden.h \
    cli/junit.c cli/junit.h \
    cli/snapshots.c cli/snapshots.h \
    cli/test.c \
    cli/version.c \
    cli/wrap.c cli/wrap.h

# Commands of mrp-runtime: in mrp itself elsewhere.c stands for them.
mrp_runtime_SOURCES += \
    cli/apply.c \
    cli/carry.c \
    cli/deploy.c cli/deploy.h \
    cli/destroy.c \
    cli/drift.c \
    cli/ending.c \
    cli/eval_prompt.c \
    cli/interrupts.c cli/interrupts.h \
    cli/outputs.c \
    cli/plan.c \
    cli/plan_changes.c cli/plan_page.h \
    cli/plan_json.c \
    cli/plan_property.c \
    cli/plan_text.c \
    cli/progress.c cli/progress.h \
    cli/request.c cli/request.h \
    cli/rescue.c \
    cli/resume.c \
    cli/sandbox.c \
    cli/saved.c cli/saved.h \
    cli/status.c

# The pages of the diagnostics, for mrp explain.
diagnostic_pages = $(sort $(wildcard $(top_srcdir)/docs/diagnostics/*.md))

cli/pages.inc: docs/pages.awk $(diagnostic_pages)
	$(AM_V_GEN)$(MKDIR_P) cli && LC_ALL=C $(AWK) -f $(top_srcdir)/docs/pages.awk $(diagnostic_pages) </dev/null >$@.tmp && mv $@.tmp $@

cli/mrp-pages.$(OBJEXT): cli/pages.inc
BUILT_SOURCES += cli/pages.inc
CLEANFILES += cli/pages.inc cli/pages.inc.tmp
EXTRA_DIST += docs/pages.awk

# What mrp init starts from.
start_files = $(sort $(wildcard $(top_srcdir)/cli/starts/*.mrp))

cli/starts.inc: docs/pages.awk $(start_files)
	$(AM_V_GEN)$(MKDIR_P) cli && LC_ALL=C $(AWK) -f $(top_srcdir)/docs/pages.awk $(start_files) </dev/null >$@.tmp && mv $@.tmp $@

cli/mrp-init.$(OBJEXT): cli/starts.inc
BUILT_SOURCES += cli/starts.inc
CLEANFILES += cli/starts.inc cli/starts.inc.tmp
EXTRA_DIST += cli/starts

# The manual page comes from the rows of commands and options, so the program prints it; a compiler
# for another machine makes none.
man1_MANS = cli/mrp.1
cli/mrp.1: mrp$(EXEEXT)
	$(AM_V_GEN)./mrp$(EXEEXT) help --man >$@.tmp && mv $@.tmp $@ || { rm -f $@.tmp; : >$@; }
CLEANFILES += cli/mrp.1
