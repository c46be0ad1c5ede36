#include "end_board/calendar.h"
#include "test.h"

static struct calendar c;

static uint32_t days_over(uint32_t *now_ms, uint32_t seconds)
{
    uint32_t days = 0;

    while (seconds > 0) {
        uint32_t part = seconds < 40000u ? seconds : 40000u;
        *now_ms += part * 1000u;
        days += calendar_step(&c, *now_ms);
        seconds -= part;
    }
    return days;
}

static void test_seconds_follow_the_crystal_over_its_wrap(void **state)
{
    uint32_t now_ms = 0xFFFFF000u;

    (void)state;
    calendar_init(&c, now_ms);
    for (uint16_t i = 0; i < 4000; i++) {
        now_ms += 253; /* 1012 s in steps of no whole second */
        calendar_step(&c, now_ms);
    }
    assert_int_equal(c.now_s, 1012);
}

static void test_day_without_a_clock_is_24_hours(void **state)
{
    uint32_t now_ms = 5;

    (void)state;
    calendar_init(&c, now_ms);
    calendar_restore(&c, 90000, true, 1);
    assert_int_equal(days_over(&now_ms, CALENDAR_DAY_S - 1u), 0);
    assert_int_equal(days_over(&now_ms, 1), 1);
    assert_int_equal(days_over(&now_ms, CALENDAR_DAY_S - 1u), 0);
    assert_int_equal(days_over(&now_ms, 1), 1);
    assert_int_equal(c.now_s, 90000 + 2 * CALENDAR_DAY_S);
}

static void test_day_with_a_clock_ends_at_midnight(void **state)
{
    uint32_t now_ms = 0;

    (void)state;
    calendar_init(&c, now_ms);
    calendar_set(&c, 10 * CALENDAR_DAY_S - 100u);
    assert_int_equal(days_over(&now_ms, 99), 0);
    assert_int_equal(days_over(&now_ms, 1), 1);
    assert_int_equal(c.day, 10);
    assert_int_equal(days_over(&now_ms, CALENDAR_DAY_S - 1u), 0);
    assert_int_equal(days_over(&now_ms, 1), 1);
    assert_int_equal(days_over(&now_ms, 3 * CALENDAR_DAY_S), 3);
}

static void test_clock_set_for_the_first_time_ends_no_day(void **state)
{
    (void)state;
    calendar_init(&c, 0);
    calendar_set(&c, 777 * CALENDAR_DAY_S);
    assert_false(calendar_step(&c, 1));
    assert_int_equal(c.day, 777);
}

/* The day of the counters is kept over a reset; a clock that is set afterwards tells whether it is
 * still the same. */
static void test_clock_set_after_a_reset_ends_the_day_of_the_counters_if_it_is_another(void **state)
{
    (void)state;
    calendar_init(&c, 0);
    calendar_restore(&c, 20 * CALENDAR_DAY_S + 5u, true, 20);
    calendar_set(&c, 20 * CALENDAR_DAY_S + 4000u);
    assert_false(calendar_step(&c, 1));
    calendar_set(&c, 22 * CALENDAR_DAY_S);
    assert_true(calendar_step(&c, 2));
    assert_false(calendar_step(&c, 3));
    calendar_set(&c, 21 * CALENDAR_DAY_S); /* set back over midnight: another day too */
    assert_true(calendar_step(&c, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seconds_follow_the_crystal_over_its_wrap),
        cmocka_unit_test(test_day_without_a_clock_is_24_hours),
        cmocka_unit_test(test_day_with_a_clock_ends_at_midnight),
        cmocka_unit_test(test_clock_set_for_the_first_time_ends_no_day),
        cmocka_unit_test(
            test_clock_set_after_a_reset_ends_the_day_of_the_counters_if_it_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
