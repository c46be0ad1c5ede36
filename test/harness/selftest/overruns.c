#include "test.h"

/* Deep enough for the 16 KiB of the AVR and for a host's 8 MiB with its larger frames. */
static uint32_t deepen(uint32_t depth)
{
    volatile uint8_t frame[64];

    for (uint8_t i = 0; i < sizeof(frame); i++)
        frame[i] = (uint8_t)depth;
    return depth == 0 ? frame[0] : deepen(depth - 1) + frame[depth % sizeof(frame)];
}

static void test_selftest_overruns(void **state)
{
    (void)state;
    assert_int_not_equal(deepen(UINT32_MAX / 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_selftest_overruns) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
