/* Currents of two sensors, and what their states say. */
#include "test/fake/meter_bench.h"

/* ---- two sensors, states --------------------------------------------------------------------- */

static void round_at(uint32_t time_ms)
{
    struct frame_start start = { .boot = 1, .sensors = 2, .time_ms = (uint16_t)time_ms };
    meter_round(&meter, &start, time_ms, time_ms);
}

/* Two clocks that are alike and known to be. */
static void know_ratio(void)
{
    meter_init(&meter);
    for (uint32_t ms = 50000; ms < 60000; ms += 1000)
        round_at(ms);
}

static void test_battery_is_incoming_less_consumers(void **state)
{
    (void)state;
    know_ratio();
    round_at(64000);
    give(0, SENSOR_OK, 0, 100);
    give(1, SENSOR_OK, 50, 0);
    assert_int_equal(meter_battery_ma(&meter, 1), 0); /* one total is no current */
    round_at(65000);
    give(0, SENSOR_OK, 12000, 100);
    give(1, SENSOR_OK, 20050, 0);
    assert_int_equal(meter_sensor_ma(&meter, 0, 1), 12000);
    assert_int_equal(meter_sensor_ma(&meter, 1, 1), 20000);
    assert_int_equal(meter_battery_ma(&meter, 1), -8000);
    assert_int_equal(meter_battery_ma(&meter, 4), -2000);
    assert_int_equal(take(1), -8000);
    round_at(67000); /* two seconds, across the wrap of the time stamp */
    give(0, SENSOR_OK, 12000, 500);
    give(1, SENSOR_OK, 20050, 0);
    assert_int_equal(meter_sensor_ma(&meter, 0, 1), -200);
    assert_int_equal(meter_battery_ma(&meter, 1), -200);
}

/* A total that was lost on the way: its current is the mean over both rounds. */
static void test_lost_total_makes_a_mean_over_two_rounds(void **state)
{
    (void)state;
    know_ratio();
    round_at(61000);
    give(0, SENSOR_OK, 0, 0);
    round_at(62000);
    round_at(63000);
    give(0, SENSOR_OK, 5000, 0);
    assert_int_equal(meter_sensor_ma(&meter, 0, 1), 2500);
    assert_int_equal(take(1), 5000);
}

static void test_sensor_index_out_of_range_is_ignored(void **state)
{
    struct frame_charge frame = { .state = SENSOR_OK, .mas = 1 };
    struct meter before;

    (void)state;
    memset(&before, 0, sizeof before);
    memset(&meter, 0, sizeof meter);
    for (uint8_t sensor = FRAME_SENSORS_MAX; sensor < 8; sensor++) {
        frame.sensor = sensor;
        meter_charge(&meter, &frame);
    }
    assert_memory_equal(&meter, &before, sizeof meter);
}

static void test_known_and_lost_follow_the_sensor_states(void **state)
{
    static const struct {
        uint8_t state;
        bool works;
    } cases[] = { { SENSOR_ABSENT, false },
                  { SENSOR_OK, true },
                  { SENSOR_OVER_RANGE, true },
                  { SENSOR_BROKEN, false },
                  { SENSOR_UNZEROED, true },
                  { 5, false },
                  { 15, false } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        meter_init(&meter);
        assert_false(meter_known(&meter));
        round_at(60000);
        give(0, cases[i].state, 0, 0);
        assert_false(meter_known(&meter)); /* one total is no current */
        round_at(61000);
        give(0, cases[i].state, 0, 0);
        assert_int_equal(meter_known(&meter), cases[i].works);
        assert_false(meter_lost(&meter)); /* it never worked, or it works */
        give(0, SENSOR_OK, 0, 0);
        give(0, cases[i].state, 0, 0);
        assert_int_equal(meter_lost(&meter), !cases[i].works);
    }
}

/* What is said of one sensor holds for either. */
static void test_second_sensor_is_looked_after_like_the_first(void **state)
{
    (void)state;
    know_ratio();
    round_at(60000);
    give(0, SENSOR_OK, 0, 0);
    give(1, SENSOR_OK, 0, 0);
    round_at(61000);
    give(0, SENSOR_OK, 0, 0);
    give(1, SENSOR_BROKEN, 0, 0);
    assert_true(meter_lost(&meter));
    round_at(62000);
    give(0, SENSOR_OK, 0, 0);
    give(1, SENSOR_OK, 7000, 0);
    assert_false(meter_lost(&meter));
    assert_int_equal(meter_sensor_ma(&meter, 1, 1), 7000);
    round_at(65000);
    give(0, SENSOR_OK, 0, 0);
    meter_age(&meter, 65000);
    assert_int_equal(meter_sensor_ma(&meter, 1, 1), 0);
    assert_true(meter_known(&meter));
    assert_false(meter_silent(&meter, 65000, 3000));
    assert_true(meter_silent(&meter, 65001, 3000));
}

static void test_reset_of_begin_ends_the_totals_of_all_sensors(void **state)
{
    struct frame_start start = { .boot = 2, .sensors = 2, .time_ms = 500 };

    (void)state;
    know_ratio();
    for (uint32_t ms = 60000; ms < 62000; ms += 1000) {
        round_at(ms);
        give(0, SENSOR_OK, 1000, 1000);
        give(1, SENSOR_OK, 1000, 1000);
    }
    meter_round(&meter, &start, 1, 62000);
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++) {
        assert_false(meter.sensor[i].with_arrow.based);
        assert_false(meter.sensor[i].against_arrow.based);
    }
}

static void test_current_that_was_not_heard_lately_is_not_known(void **state)
{
    (void)state;
    know_ratio();
    round_at(60000);
    give(0, SENSOR_OK, 0, 0);
    round_at(61000);
    give(0, SENSOR_OK, 9000, 0);
    meter_age(&meter, 61000 + METER_FRESH_MS);
    assert_true(meter_known(&meter));
    assert_int_equal(meter_battery_ma(&meter, 1), 9000);
    meter_age(&meter, 61000 + METER_FRESH_MS + 1);
    assert_false(meter_known(&meter));
    assert_int_equal(meter_battery_ma(&meter, 1), 0);
    assert_false(meter_lost(&meter)); /* nobody said that it is broken */
    assert_false(meter_silent(&meter, 64000, 3000));
    assert_true(meter_silent(&meter, 64001, 3000));
    round_at(65000);
    give(0, SENSOR_OK, 21000, 0);
    assert_true(meter_known(&meter));
    assert_int_equal(meter_battery_ma(&meter, 1), 3000);
    assert_int_equal(take(1), 21000);
}

/* Longer than Begin's time stamp covers: the totals still have it all. */
static void test_gap_of_an_hour_loses_no_charge(void **state)
{
    (void)state;
    reset(1050);
    settle_ratio();
    for (uint16_t i = 1; i < 3600; i++)
        pass(1000, 80000, false);
    pass(1000, 80000, true);
    expect_near(take(1), 3600LL * 80000, 3600LL * 80);
    expect_near(meter_battery_ma(&meter, 1), 80000, 80);
}

static void test_incoming_and_outgoing_charge_are_kept_apart(void **state)
{
    struct meter_taken taken;

    (void)state;
    know_ratio();
    round_at(60000);
    give(0, SENSOR_OK, 0, 0);
    give(1, SENSOR_OK, 0, 0);
    round_at(61000);
    give(0, SENSOR_OK, 10000, 300);
    give(1, SENSOR_OK, 4000, 70);
    taken = meter_take(&meter, 2);
    assert_int_equal(taken.in_mas, 5035);
    assert_int_equal(taken.out_mas, 2150);
}

static void test_second_sensor_alone_makes_no_current_known(void **state)
{
    (void)state;
    meter_init(&meter);
    give(1, SENSOR_OK, 0, 0);
    assert_false(meter_known(&meter));
    give(1, SENSOR_BROKEN, 0, 0);
    assert_true(meter_lost(&meter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_battery_is_incoming_less_consumers),
        cmocka_unit_test(test_lost_total_makes_a_mean_over_two_rounds),
        cmocka_unit_test(test_sensor_index_out_of_range_is_ignored),
        cmocka_unit_test(test_known_and_lost_follow_the_sensor_states),
        cmocka_unit_test(test_second_sensor_is_looked_after_like_the_first),
        cmocka_unit_test(test_reset_of_begin_ends_the_totals_of_all_sensors),
        cmocka_unit_test(test_current_that_was_not_heard_lately_is_not_known),
        cmocka_unit_test(test_gap_of_an_hour_loses_no_charge),
        cmocka_unit_test(test_incoming_and_outgoing_charge_are_kept_apart),
        cmocka_unit_test(test_second_sensor_alone_makes_no_current_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
