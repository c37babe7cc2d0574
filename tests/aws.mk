# The unit tests of runtime/aws/.
aws_tests = \
    tests/unit/aws_config_test \
    tests/unit/aws_credentials_test \
    tests/unit/aws_client_test \
    tests/unit/aws_endpoint_test \
    tests/unit/aws_protocol_test \
    tests/unit/aws_sign_test
unit_tests += $(aws_tests)
AWS_TEST_DEPENDENCIES = $(mrp_runtime_la_OBJECTS) $(libmrp_la_OBJECTS)

tests_unit_aws_config_test_SOURCES = tests/unit/aws_config_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_config_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_config_test_DEPENDENCIES = $(AWS_TEST_DEPENDENCIES)

tests_unit_aws_credentials_test_SOURCES = tests/unit/aws_credentials_test.c tests/unit/machine.h tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_credentials_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_credentials_test_DEPENDENCIES = $(AWS_TEST_DEPENDENCIES)

tests_unit_aws_endpoint_test_SOURCES = tests/unit/aws_endpoint_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_endpoint_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_endpoint_test_DEPENDENCIES = $(AWS_TEST_DEPENDENCIES)

tests_unit_aws_sign_test_SOURCES = tests/unit/aws_sign_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_sign_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_sign_test_DEPENDENCIES = $(AWS_TEST_DEPENDENCIES)

tests_unit_aws_client_test_SOURCES = tests/unit/aws_client_test.c tests/unit/machine.h tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_client_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_client_test_DEPENDENCIES = $(AWS_TEST_DEPENDENCIES)

tests_unit_aws_protocol_test_SOURCES = tests/unit/aws_protocol_test.c tests/unit/vectors.h tests/unit/unit.h
tests_unit_aws_protocol_test_LDADD = $(RUNTIME_UNIT_LIBS)
tests_unit_aws_protocol_test_DEPENDENCIES = $(AWS_TEST_DEPENDENCIES)
