# What bench/run needs; it is run by hand, in a build folder: make bench,
# or make bench-peers, which installs what it is compared with.
EXTRA_PROGRAMS += bench/measure bench/cjson_roundtrip
bench_measure_SOURCES = bench/measure.c
bench_cjson_roundtrip_SOURCES = bench/cjson_roundtrip.c
bench_cjson_roundtrip_LDADD = $(CJSON_LIBS)

EXTRA_DIST += bench/run bench/lines bench/peers/queues.jsonnet bench/peers/app.js
EXTRA_DIST += bench/count-templates bench/peers/multi-region.js
