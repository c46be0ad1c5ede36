#include "test.h"

static int fail_setup(void **state)
{
    (void)state;
    return -1;
}

static void test_selftest_int(void **state)
{
    (void)state;
    assert_int_equal(300, -2);
}

static void test_selftest_wide(void **state)
{
    (void)state;
    assert_int_equal(0x123456789ABCULL, 0);
}

static void test_selftest_memory(void **state)
{
    (void)state;
    assert_memory_equal("abc", "abd", 3);
}

static void test_selftest_string(void **state)
{
    (void)state;
    assert_string_equal("abc", "abd");
}

static void test_selftest_range(void **state)
{
    (void)state;
    assert_in_range(7, 5, 6);
}

static void test_selftest_message(void **state)
{
    (void)state;
    fail_msg("seed %u", 42u);
}

static void test_selftest_passes(void **state)
{
    (void)state;
    print_message("seed %u\n", 43u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selftest_int),
        cmocka_unit_test(test_selftest_wide),
        cmocka_unit_test(test_selftest_memory),
        cmocka_unit_test(test_selftest_string),
        cmocka_unit_test(test_selftest_range),
        cmocka_unit_test(test_selftest_message),
        cmocka_unit_test_setup(test_selftest_passes, fail_setup),
        cmocka_unit_test(test_selftest_passes),
    };
    /* What main() returns must not hide a failure. */
    cmocka_run_group_tests(tests, NULL, NULL);
    return 0;
}
