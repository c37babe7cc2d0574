# What bench/run needs; it is run by hand, in a build folder: make bench,
# or make bench-peers, which installs what it is compared with.
EXTRA_PROGRAMS += bench/measure bench/cjson_roundtrip
bench_measure_SOURCES = bench/measure.c
bench_cjson_roundtrip_SOURCES = bench/cjson_roundtrip.c
bench_cjson_roundtrip_LDADD = $(CJSON_LIBS)
EXTRA_DIST += bench/run bench/lines bench/count-templates \
    bench/peers/queues.jsonnet bench/peers/app.js bench/peers/multi-region.js

bench: all bench/measure$(EXEEXT) bench/cjson_roundtrip$(EXEEXT)
	$(SHELL) $(top_srcdir)/bench/run $(top_srcdir)
bench-peers: all bench/measure$(EXEEXT) bench/cjson_roundtrip$(EXEEXT)
	$(SHELL) $(top_srcdir)/bench/run --peers $(top_srcdir)
.PHONY: bench bench-peers
