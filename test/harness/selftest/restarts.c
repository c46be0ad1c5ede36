#include "test.h"

static void (*volatile nowhere)(void);

static void test_selftest_calls_null(void **state)
{
    (void)state;
    nowhere();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_selftest_calls_null) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
