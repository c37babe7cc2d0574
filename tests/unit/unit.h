/* The main function of a unit test: runs a table of CUnit tests and prints "N passed, N failed" in
 * the last line, as every test of the project does; N counts tests, not assertions.
 *
 *     static void test_that(void) { CU_ASSERT(...); }
 *     UNIT_MAIN("base", {"that", test_that}, ...)
 */
#ifndef MRP_TESTS_UNIT_H
#define MRP_TESTS_UNIT_H

#include <CUnit/Basic.h>
#include <stdio.h>

static inline int unit_run(const char *suite, CU_TestInfo *tests) {
    CU_SuiteInfo suites[] = {{suite, NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        return 2;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_tests_failed();
    unsigned run = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    printf("%u passed, %u failed\n", run - failed, failed);
    return failed || run == 0;
}

#define UNIT_MAIN(suite, ...)                                                                      \
    int main(void) {                                                                               \
        CU_TestInfo tests[] = {__VA_ARGS__, CU_TEST_INFO_NULL};                                    \
        return unit_run(suite, tests);                                                             \
    }

#endif
