/* What of a run can be told without running it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "run.h"

static void test_run_without_a_duration_ends_after_100_days(void **state)
{
    (void)state;
    assert_int_equal(run_end_ps(INFINITY), 8640000000000000000);
    assert_true(run_end_ps(INFINITY) < INT64_MAX - CHAIN_STEP_PS);
    assert_int_equal(run_end_ps(DURATION_MAX_S), run_end_ps(INFINITY));
}

static void test_run_ends_after_its_duration(void **state)
{
    (void)state;
    assert_int_equal(run_end_ps(60.0), 60000000000000);
    assert_int_equal(run_end_ps(0.001), 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_without_a_duration_ends_after_100_days),
        cmocka_unit_test(test_run_ends_after_its_duration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
