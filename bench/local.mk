# What bench/run needs; it is run by hand, in a build folder: make bench.
EXTRA_PROGRAMS += bench/measure bench/cjson_roundtrip
bench_measure_SOURCES = bench/measure.c
bench_cjson_roundtrip_SOURCES = bench/cjson_roundtrip.c
bench_cjson_roundtrip_LDADD = $(CJSON_LIBS)
EXTRA_DIST += bench/run

bench: all bench/measure$(EXEEXT) bench/cjson_roundtrip$(EXEEXT)
	$(SHELL) $(top_srcdir)/bench/run $(top_srcdir)
.PHONY: bench
