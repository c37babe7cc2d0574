# Characters to tokens. scan.c is made by flex from scan.l.
libmrp_la_SOURCES += lexer/lexer.c lexer/lexer.h lexer/scan.h
nodist_libmrp_la_SOURCES += lexer/scan.c
EXTRA_DIST += lexer/scan.l
CLEANFILES += lexer/scan.c

lexer/scan.c: lexer/scan.l
	$(AM_V_GEN)$(MKDIR_P) lexer && $(FLEX) -o $@ $(top_srcdir)/lexer/scan.l
lexer/scan.lo: parser/grammar.h
