#include "test.h"

static void test_selftest_passes(void **state)
{
    (void)state;
    assert_true(1);
    assert_false(0);
    assert_int_equal(-5, (int8_t)-5);
    assert_int_not_equal(1, 2);
    assert_in_range(5, 5, 6);
    assert_not_in_range(4, 5, 6);
    assert_memory_equal("abc", "abd", 2);
    assert_string_equal("abc", "abc");
    assert_null(NULL);
    assert_non_null(state);
}

static void test_selftest_skips(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selftest_passes),
        cmocka_unit_test(test_selftest_skips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
