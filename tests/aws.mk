# The unit tests of runtime/aws/.
aws_tests = \
    tests/unit/aws_config_test \
    tests/unit/aws_credentials_test \
    tests/unit/aws_client_test \
    tests/unit/aws_endpoint_test \
    tests/unit/aws_protocol_test \
    tests/unit/aws_retry_test \
    tests/unit/aws_sign_test \
    tests/unit/aws_upkeep_test
unit_tests += $(aws_tests)

tests_unit_aws_config_test_SOURCES = tests/unit/aws_config_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_config_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_config_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_credentials_test_SOURCES = tests/unit/aws_credentials_test.c tests/unit/machine.h tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_credentials_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_credentials_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_endpoint_test_SOURCES = tests/unit/aws_endpoint_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_endpoint_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_endpoint_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_sign_test_SOURCES = tests/unit/aws_sign_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_sign_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_sign_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_client_test_SOURCES = tests/unit/aws_client_test.c tests/unit/trial.h tests/unit/machine.h tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_client_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_client_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_retry_test_SOURCES = tests/unit/aws_retry_test.c tests/unit/trial.h tests/unit/machine.h tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_retry_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_retry_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_upkeep_test_SOURCES = tests/unit/aws_upkeep_test.c tests/unit/trial.h tests/unit/machine.h tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_upkeep_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_upkeep_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

tests_unit_aws_protocol_test_SOURCES = tests/unit/aws_protocol_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_protocol_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_protocol_test_DEPENDENCIES = $(RUNTIME_UNIT_NEEDS)

# The readers of what comes over the network: configure --enable-fuzzing CC=clang.
fuzz_targets += tests/fuzz/aws_response_fuzz
tests_fuzz_aws_response_fuzz_SOURCES = tests/fuzz/aws_response_fuzz.c
tests_fuzz_aws_response_fuzz_LDADD = $(RUNTIME_OBJECTS) $(FUZZER_LIBS) $(RUNTIME_LIBS)
tests_fuzz_aws_response_fuzz_LDFLAGS = $(FUZZER_FLAGS)
fuzz_targets += tests/fuzz/request_fuzz
tests_fuzz_request_fuzz_SOURCES = tests/fuzz/request_fuzz.c
tests_fuzz_request_fuzz_LDADD = $(RUNTIME_OBJECTS) $(FUZZER_LIBS) $(RUNTIME_LIBS)
tests_fuzz_request_fuzz_LDFLAGS = $(FUZZER_FLAGS)
# The readers of what mrp keeps.
fuzz_targets += tests/fuzz/state_fuzz
tests_fuzz_state_fuzz_SOURCES = tests/fuzz/state_fuzz.c tests/fuzz/deployed.h tests/fuzz/fuzz.h
tests_fuzz_state_fuzz_LDADD = $(RUNTIME_OBJECTS) $(FUZZER_LIBS) $(RUNTIME_LIBS)
tests_fuzz_state_fuzz_LDFLAGS = $(FUZZER_FLAGS)
fuzz_targets += tests/fuzz/saved_fuzz
tests_fuzz_saved_fuzz_SOURCES = tests/fuzz/saved_fuzz.c tests/fuzz/deployed.h tests/fuzz/fuzz.h
tests_fuzz_saved_fuzz_LDADD = $(filter-out cli/mrp-main.% cli/mrp-elsewhere.%,$(mrp_OBJECTS)) \
    $(filter cli/%,$(mrp_runtime_OBJECTS)) $(RUNTIME_OBJECTS) $(FUZZER_LIBS) $(RUNTIME_LIBS)
tests_fuzz_saved_fuzz_LDFLAGS = $(FUZZER_FLAGS)

# make read-for-fuzzing, after make all: clang reads all sources as the targets are built, and makes
# nothing. What it warns of there alone is found without that build.
fuzz_sources = $(filter %.c,$(libmrp_la_SOURCES) $(mrp_SOURCES) $(mrp_runtime_SOURCES)) \
    $(addsuffix .c,$(fuzz_targets))
read-for-fuzzing:
	printf '%s\n' $(addprefix $(top_srcdir)/,$(fuzz_sources)) | xargs -P 2 -n 16 $(COMPILE) \
	    $(RUNTIME_CFLAGS) $(FUZZING_FLAGS) $(SANITIZER_FLAGS) -DPKGLIBEXECDIR='""' -fsyntax-only
.PHONY: read-for-fuzzing
EXTRA_DIST += tests/fuzz/aws_response.seeds tests/fuzz/keep tests/fuzz/request.seeds \
    tests/clients/against-moto.py tests/clients/against-serve.py tests/clients/calls.py \
    tests/clients/cases.py tests/clients/certificates.py tests/clients/fakes.py \
    tests/clients/faulty.py tests/clients/harness.py tests/clients/http2.py tests/clients/keys.py \
    tests/clients/network.py \
    tests/clients/recordings.py
