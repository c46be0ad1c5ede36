#include "test.h"

static volatile uint8_t never;

static void test_selftest_hangs(void **state)
{
    (void)state;
    while (!never)
        ;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_selftest_hangs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
