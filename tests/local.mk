# The driver of the data tests, the unit tests, and what make check runs.
check_PROGRAMS += tests/run
tests_run_SOURCES = \
    cli/diff.c cli/diff.h \
    tests/driver/case.c \
    tests/driver/document.c \
    tests/driver/driver.h \
    tests/driver/expect.c \
    tests/driver/main.c \
    tests/driver/process.c \
    tests/driver/share.c
tests_run_LDADD = $(filter base/%,$(libmrp_la_OBJECTS)) $(COMPILER_LIBS)
tests_run_DEPENDENCIES = $(filter base/%,$(libmrp_la_OBJECTS))

# A unit test is a program with CUnit: its name here, its sources below. UNIT_LIBS has the compiler,
# RUNTIME_UNIT_LIBS the runtime as well; ..._NEEDS are the objects among them.
UNIT_LIBS = $(libmrp_la_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
RUNTIME_OBJECTS = $(filter runtime/%,$(mrp_runtime_OBJECTS))
RUNTIME_UNIT_LIBS = $(RUNTIME_OBJECTS) $(UNIT_LIBS) $(RUNTIME_LIBS)
RUNTIME_UNIT_NEEDS = $(RUNTIME_OBJECTS) $(libmrp_la_OBJECTS)
unit_tests = \
    tests/unit/library_test \
    tests/unit/base_test \
    tests/unit/parser_test \
    tests/unit/recovery_test \
    tests/unit/builtins_test \
    tests/unit/checker_test \
    tests/unit/plain_test \
    tests/unit/printer_test \
    tests/unit/deploy_test \
    tests/unit/disaster_test \
    tests/unit/document_test \
    tests/unit/exhaustion_test \
    tests/unit/imports_test \
    tests/unit/journal_test \
    tests/unit/load_test \
    tests/unit/nested_test \
    tests/unit/packed_test \
    tests/unit/rescue_test \
    tests/unit/schema_test \
    tests/unit/simulator_store_test \
    tests/unit/simulator_templates_test \
    tests/unit/simulator_test \
    tests/unit/template_stacks_test \
    tests/unit/template_test \
    tests/unit/template_values_test \
    tests/unit/transforms_test \
    tests/unit/upkeep_test \
    tests/unit/why_test
check_PROGRAMS += $(unit_tests)

tests_unit_base_test_SOURCES = tests/unit/base_test.c tests/unit/unit.h cli/pages.c cli/pages.h
tests_unit_base_test_LDADD = $(tests_run_DEPENDENCIES) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_base_test_DEPENDENCIES = $(tests_run_DEPENDENCIES)
cli/pages.$(OBJEXT): cli/pages.inc

# Linked with the library as it is installed.
tests_unit_library_test_SOURCES = tests/unit/library_test.c tests/unit/unit.h
tests_unit_library_test_LDADD = libmrp.la $(CUNIT_LIBS)

tests_unit_builtins_test_SOURCES = tests/unit/builtins_test.c tests/unit/unit.h
tests_unit_builtins_test_LDADD = $(UNIT_LIBS)
tests_unit_builtins_test_DEPENDENCIES = $(libmrp_la_OBJECTS)

tests_unit_checker_test_SOURCES = tests/unit/checker_test.c tests/unit/unit.h
tests_unit_checker_test_LDADD = $(UNIT_LIBS)
tests_unit_checker_test_DEPENDENCIES = $(libmrp_la_OBJECTS)

tests_unit_plain_test_SOURCES = tests/unit/plain_test.c tests/unit/chance.h tests/unit/unit.h
tests_unit_plain_test_LDADD = checker/plain.lo $(SCHEMA_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_plain_test_DEPENDENCIES = checker/plain.lo $(SCHEMA_OBJECTS)

tests_unit_exhaustion_test_SOURCES = tests/unit/exhaustion_test.c tests/unit/unit.h
tests_unit_exhaustion_test_LDADD = $(UNIT_LIBS)
tests_unit_exhaustion_test_DEPENDENCIES = $(libmrp_la_OBJECTS)

SCHEMA_OBJECTS = $(filter base/% schema/%,$(libmrp_la_OBJECTS))
tests_unit_schema_test_SOURCES = tests/unit/schema_test.c tests/unit/unit.h
tests_unit_schema_test_LDADD = $(SCHEMA_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_schema_test_DEPENDENCIES = $(SCHEMA_OBJECTS)
tests_unit_packed_test_SOURCES = tests/unit/packed_test.c tests/unit/chance.h tests/unit/unit.h
tests_unit_packed_test_LDADD = $(SCHEMA_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_packed_test_DEPENDENCIES = $(SCHEMA_OBJECTS)

BY_HAND = tests/unit/by_hand.c tests/unit/by_hand.h tests/unit/unit.h
tests_unit_template_test_SOURCES = tests/unit/template_test.c $(BY_HAND)
tests_unit_template_test_LDADD = $(UNIT_LIBS)
tests_unit_template_test_DEPENDENCIES = $(libmrp_la_OBJECTS)
tests_unit_template_stacks_test_SOURCES = tests/unit/template_stacks_test.c $(BY_HAND)
tests_unit_template_stacks_test_LDADD = $(UNIT_LIBS)
tests_unit_template_stacks_test_DEPENDENCIES = $(libmrp_la_OBJECTS)
tests_unit_template_values_test_SOURCES = tests/unit/template_values_test.c $(BY_HAND)
tests_unit_template_values_test_LDADD = $(UNIT_LIBS)
tests_unit_template_values_test_DEPENDENCIES = $(libmrp_la_OBJECTS)

tests_unit_document_test_SOURCES = tests/unit/document_test.c tests/unit/unit.h
tests_unit_document_test_LDADD = $(UNIT_LIBS)
tests_unit_document_test_DEPENDENCIES = $(libmrp_la_OBJECTS)

PARSER_OBJECTS = $(filter base/% schema/% lexer/% parser/%,$(libmrp_la_OBJECTS))
tests_unit_parser_test_SOURCES = tests/unit/parser_test.c tests/unit/parsed.h tests/unit/unit.h
tests_unit_parser_test_LDADD = $(PARSER_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_parser_test_DEPENDENCIES = $(PARSER_OBJECTS)
tests_unit_printer_test_SOURCES = tests/unit/printer_test.c tests/unit/parsed.h \
    tests/unit/random_program.c tests/unit/random_program.h tests/unit/unit.h
tests_unit_printer_test_LDADD = $(PARSER_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_printer_test_DEPENDENCIES = $(PARSER_OBJECTS)
tests_unit_recovery_test_SOURCES = tests/unit/recovery_test.c tests/unit/parsed.h tests/unit/unit.h
tests_unit_recovery_test_LDADD = $(PARSER_OBJECTS) $(COMPILER_LIBS) $(CUNIT_LIBS)
tests_unit_recovery_test_DEPENDENCIES = $(PARSER_OBJECTS)

tests_unit_deploy_test_SOURCES = tests/unit/deploy_test.c tests/unit/deployment.h \
    tests/unit/world.h tests/unit/unit.h
tests_unit_deploy_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_deploy_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_journal_test_SOURCES = tests/unit/journal_test.c tests/unit/deployment.h \
    tests/unit/world.h tests/unit/unit.h
tests_unit_journal_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_journal_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_rescue_test_SOURCES = tests/unit/rescue_test.c tests/unit/world.h tests/unit/unit.h
tests_unit_rescue_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_rescue_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)
tests_unit_why_test_SOURCES = tests/unit/why_test.c tests/unit/unit.h
tests_unit_why_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_why_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

# Simulated failure: --seeds COUNT of them, --seed N for one.
tests_unit_disaster_test_SOURCES = tests/unit/disaster_test.c tests/unit/disaster_program.c \
    tests/unit/disaster_storm.c tests/unit/disaster.h
tests_unit_disaster_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_disaster_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_load_test_SOURCES = tests/unit/load_test.c tests/unit/unit.h
tests_unit_load_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_load_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_upkeep_test_SOURCES = tests/unit/upkeep_test.c tests/unit/unit.h \
    tests/unit/world.h
tests_unit_upkeep_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_upkeep_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_imports_test_SOURCES = tests/unit/imports_test.c tests/unit/unit.h tests/unit/world.h
tests_unit_imports_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_imports_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)
tests_unit_transforms_test_SOURCES = tests/unit/transforms_test.c tests/unit/unit.h \
    tests/unit/world.h
tests_unit_transforms_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_transforms_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)
tests_unit_nested_test_SOURCES = tests/unit/nested_test.c tests/unit/unit.h tests/unit/world.h
tests_unit_nested_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_nested_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)
tests_unit_simulator_test_SOURCES = tests/unit/simulator_test.c tests/unit/unit.h \
    tests/unit/world.h
tests_unit_simulator_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_simulator_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)
tests_unit_simulator_store_test_SOURCES = tests/unit/simulator_store_test.c tests/unit/unit.h \
    tests/unit/world.h
tests_unit_simulator_store_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_simulator_store_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)
tests_unit_simulator_templates_test_SOURCES = tests/unit/simulator_templates_test.c tests/unit/unit.h \
    tests/unit/world.h
tests_unit_simulator_templates_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_simulator_templates_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

# What the highlighting of editors is compared with.
check_PROGRAMS += tests/editors/tokens
tests_editors_tokens_SOURCES = tests/editors/tokens.c tests/unit/parsed.h
tests_editors_tokens_LDADD = $(PARSER_OBJECTS) $(COMPILER_LIBS)
tests_editors_tokens_DEPENDENCIES = $(PARSER_OBJECTS)
EXTRA_DIST += editors tests/editors/check-extension.cjs tests/editors/check-scopes.cjs \
    tests/editors/check-vim.vim tests/editors/cut.mrp tests/editors/hard.mrp

# Failure injection: a library that is preloaded, and the program that runs commands with it. It has no
# sanitizers of its own: it comes before theirs.
check_PROGRAMS += tests/inject/run
tests_inject_run_SOURCES = \
    cli/diff.c cli/diff.h \
    tests/driver/case.c \
    tests/driver/document.c \
    tests/driver/driver.h \
    tests/driver/expect.c \
    tests/driver/process.c \
    tests/driver/share.c \
    tests/inject/main.c \
    tests/inject/scenarios.h
tests_inject_run_LDADD = $(tests_run_DEPENDENCIES) $(COMPILER_LIBS)
tests_inject_run_DEPENDENCIES = $(tests_run_DEPENDENCIES)
check_LTLIBRARIES = tests/inject/library.la
tests_inject_library_la_SOURCES = tests/inject/library.c
tests_inject_library_la_CFLAGS = -std=gnu11 $(WARNINGS)
tests_inject_library_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
EXTRA_DIST += tests/inject/program

# Builds for tests/mutation/run.
if MUTATION
libmrp_la_SOURCES += tests/mutation/site.c tests/mutation/site.h
tests_run_LDADD += tests/mutation/site.lo
tests_run_DEPENDENCIES += tests/mutation/site.lo
tests_unit_parser_test_LDADD += tests/mutation/site.lo
tests_unit_parser_test_DEPENDENCIES += tests/mutation/site.lo
endif
EXTRA_DIST += tests/mutation/cc tests/mutation/mark.pl tests/mutation/places tests/mutation/run tests/links.awk tests/packages

TEST_EXTENSIONS = .test
TEST_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; top_srcdir='$(top_srcdir)'; export srcdir top_srcdir;
data_tests = \
    tests/cases.test \
    tests/completion.test \
    tests/deliver.test \
    tests/diagnostics.test \
    tests/inject.test \
    tests/kill.test \
    tests/links.test \
    tests/docs.test \
    tests/editors.test \
    tests/examples.test \
    tests/graph.test \
    tests/install.test \
    tests/lints.test \
    tests/needs.test \
    tests/prompt.test \
    tests/secrets.test \
    tests/stdlib.test \
    tests/terminal.test
TESTS += $(unit_tests) $(data_tests)
# It installs, which may link again; nothing else runs then.
tests/install.log: tests/cases.log tests/docs.log tests/examples.log
EXTRA_DIST += $(data_tests) tests/README.md tests/cases tests/delivery

# make update: write what the program says now into the expectations; read the difference before
# it is committed.
update: all tests/run$(EXEEXT)
	tests/run --update $(top_srcdir)/tests/cases $(top_srcdir)/README.md $(top_srcdir)/docs/*.md
.PHONY: update

# Targets of libFuzzer: configure --enable-fuzzing CC=clang.
fuzz_targets = \
    tests/fuzz/builtins_fuzz \
    tests/fuzz/document_fuzz \
    tests/fuzz/evaluator_fuzz \
    tests/fuzz/parser_fuzz \
    tests/fuzz/printer_fuzz \
    tests/fuzz/schema_fuzz \
    tests/fuzz/snapshot_fuzz
FUZZER_LIBS = $(libmrp_la_OBJECTS) $(COMPILER_LIBS)
FUZZER_FLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
EXTRA_PROGRAMS = $(fuzz_targets)
if FUZZING
noinst_PROGRAMS += $(fuzz_targets)
endif
tests_fuzz_builtins_fuzz_SOURCES = tests/fuzz/builtins_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_builtins_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_builtins_fuzz_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_document_fuzz_SOURCES = tests/fuzz/document_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_document_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_document_fuzz_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_evaluator_fuzz_SOURCES = tests/fuzz/evaluator_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_evaluator_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_evaluator_fuzz_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_parser_fuzz_SOURCES = tests/fuzz/parser_fuzz.c tests/unit/parsed.h
tests_fuzz_parser_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_parser_fuzz_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_printer_fuzz_SOURCES = tests/fuzz/printer_fuzz.c tests/unit/parsed.h
tests_fuzz_printer_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_printer_fuzz_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_schema_fuzz_SOURCES = tests/fuzz/schema_fuzz.c
tests_fuzz_schema_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_schema_fuzz_LDFLAGS = $(FUZZER_FLAGS)
tests_fuzz_snapshot_fuzz_SOURCES = tests/fuzz/snapshot_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_snapshot_fuzz_LDADD = $(FUZZER_LIBS)
tests_fuzz_snapshot_fuzz_LDFLAGS = $(FUZZER_FLAGS)
EXTRA_DIST += tests/fuzz/builtins.seeds tests/fuzz/corpus tests/lint-templates.py tests/validate-json.py tests/set-up.sh
EXTRA_DIST += tests/permissions.py tests/permissions.toml tests/permissions
