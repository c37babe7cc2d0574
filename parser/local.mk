# Tokens to a tree. grammar.c and grammar.h are made by bison from grammar.y.
libmrp_la_SOURCES += \
    parser/align.c \
    parser/allow.c \
    parser/build.c parser/builder.h \
    parser/equal.c \
    parser/expression.c \
    parser/literal.c \
    parser/mend.c \
    parser/mistake.c \
    parser/nodes.def parser/open.c parser/parser.c parser/parser.h \
    parser/print_block.c \
    parser/print_expression.c \
    parser/printer.c parser/printer.h parser/printer_parts.h \
    parser/printer_output.c \
    parser/recover.c \
    parser/habits.c parser/habits_code.c parser/habits_types.c \
    parser/header.c \
    parser/report.c parser/report.h \
    parser/tree.c parser/tree.h
nodist_libmrp_la_SOURCES += parser/grammar.c parser/grammar.h
EXTRA_DIST += parser/grammar.y
BUILT_SOURCES += parser/grammar.h
CLEANFILES += parser/grammar.c parser/grammar.h

parser/grammar.c: parser/grammar.y
	$(AM_V_GEN)$(MKDIR_P) parser && $(BISON) $(BISON_WARNINGS) -d -o $@ $(top_srcdir)/parser/grammar.y
parser/grammar.h: parser/grammar.c
lexer/lexer.lo parser/allow.lo parser/build.lo parser/literal.lo parser/mend.lo \
    parser/mistake.lo parser/open.lo parser/parser.lo parser/print_block.lo \
    parser/print_expression.lo parser/printer.lo parser/printer_output.lo parser/recover.lo \
    parser/habits.lo parser/habits_code.lo parser/habits_types.lo parser/header.lo \
    parser/report.lo: parser/grammar.h
