/* Counting, and the times that follow from it. */
#include "test/fake/soc_bench.h"

/* ---- counting -------------------------------------------------------------------------------- */

static void test_soc_is_half_until_something_is_known(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    pack.count = 0;
    step(0);
    assert_int_equal(soc_pm(&soc), 500);
    pack.count = 4;
    step(0);
    assert_int_equal(soc.capacity_mas, CAPACITY_MAS);
    assert_int_equal(soc_pm(&soc), 500);
    assert_false(soc.calibrated);
}

static void test_charge_moves_soc_by_its_share_of_capacity(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    step(CAPACITY_MAS / 10);
    assert_int_equal(soc_pm(&soc), 600);
    step(-CAPACITY_MAS / 4);
    assert_int_equal(soc_pm(&soc), 350);
    step(CAPACITY_MAS / 2000); /* half of a thousandth rounds up */
    assert_int_equal(soc_pm(&soc), 351);
    step(-1);
    assert_int_equal(soc_pm(&soc), 350);
}

static void test_charge_is_clamped_at_both_ends(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    step(2 * CAPACITY_MAS);
    assert_int_equal(soc_pm(&soc), 1000);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS);
    step(-3 * CAPACITY_MAS);
    assert_int_equal(soc_pm(&soc), 0);
    assert_int_equal(soc.charge_mas, 0);
    assert_false(soc.calibrated);
}

static void test_capacity_follows_settings_and_cells(void **state)
{
    static const struct {
        int32_t wh;
        uint16_t nominal_mv;
        uint8_t cells;
        int64_t mas;
    } cases[] = { { 1280, 3200, 4, 360000000 },
                  { 1280, 3200, 8, 180000000 },
                  { 10, 5000, 255, 28235 },
                  { 4000000, 1500, 2, 4800000000000LL },
                  { 4000000, 3200, 255, 17647058823LL } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(MODE_NORMAL);
        settings.capacity_wh = cases[i].wh;
        settings.nominal_mv = cases[i].nominal_mv;
        pack.count = cases[i].cells;
        step(0);
        assert_int_equal(soc.capacity_mas, cases[i].mas);
        assert_int_equal(soc_pm(&soc), 500);
        step(soc.capacity_mas);
        assert_int_equal(soc_pm(&soc), 1000);
    }
}

static void test_new_capacity_keeps_the_charge_that_fits(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    settings.capacity_wh = 2560;
    step(0);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS / 2);
    assert_int_equal(soc_pm(&soc), 250);
    settings.capacity_wh = 320;
    step(0);
    assert_int_equal(soc_pm(&soc), 1000);
}

/* The nominal voltage alone: 3.6 V for 3.2. */
static void test_new_nominal_voltage_is_a_new_capacity(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    settings.nominal_mv = 3600;
    step(0);
    assert_int_equal(soc.capacity_mas, CAPACITY_MAS * 8 / 9);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS / 2);
}

static void test_efficiency_takes_its_share_of_incoming_charge_only(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    settings.charge_efficiency_pm = 950;
    step(0);
    for (uint16_t i = 0; i < 1000; i++)
        step(1001); /* no whole mAs is left of each */
    assert_int_equal(soc.charge_mas - CAPACITY_MAS / 2, 1001L * 950);
    for (uint16_t i = 0; i < 1000; i++)
        step(-1001);
    assert_int_equal(soc.charge_mas - CAPACITY_MAS / 2, 1001L * 950 - 1001000);
}

static void test_charge_from_before_a_reset_goes_on(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    soc_restore(&soc, CAPACITY_MAS / 4, true);
    pack.count = 0;
    step(0);
    step(-1000);
    pack.count = 4;
    step(0);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS / 4 - 1000);
    assert_true(soc.calibrated);
    set_up(MODE_NORMAL); /* of a larger pack: clamped */
    soc_restore(&soc, CAPACITY_MAS * 2, false);
    step(0);
    assert_int_equal(soc_pm(&soc), 1000);
    assert_false(soc.calibrated);
}

static void test_stored_energy_is_the_share_of_the_capacity(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    assert_int_equal(soc_stored_wh(&soc, &settings), 0);
    step(0);
    assert_int_equal(soc_stored_wh(&soc, &settings), 640);
    soc.charge_mas = CAPACITY_MAS / 2560; /* half a Wh rounds up */
    assert_int_equal(soc_stored_wh(&soc, &settings), 1);
    soc.charge_mas -= 1;
    assert_int_equal(soc_stored_wh(&soc, &settings), 0);
    settings.capacity_wh = 4000000;
    pack.count = 255;
    step(0);
    soc.charge_mas = soc.capacity_mas;
    assert_int_equal(soc_stored_wh(&soc, &settings), 4000000);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void test_times_follow_the_smoothed_current(void **state)
{
    uint32_t seconds;

    (void)state;
    set_up(MODE_NORMAL);
    in.battery_ma = -50000; /* half of 100 Ah at 50 A: an hour */
    step(0);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_int_equal(seconds, 3600);
    assert_false(soc_time_to_full(&soc, &settings, &seconds));
    in.battery_ma = -100000;
    for (uint16_t i = 0; i < 40; i++)
        pass(250); /* ten seconds of the double current: 1 - exp(-1/6) of the way */
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_true(seconds > 3080 && seconds < 3150);
    for (uint16_t i = 0; i < 4000; i++)
        pass(250);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_true(seconds >= 1800 && seconds <= 1801);
    in.battery_ma = 25000;
    pass(SOC_TREND_MS);
    settings.charge_efficiency_pm = 500;
    assert_true(soc_time_to_full(&soc, &settings, &seconds));
    assert_int_equal(seconds, 4 * 3600);
    assert_false(soc_time_to_empty(&soc, &seconds));
}

/* What flowed before nobody knew what flows says nothing. */
static void test_times_begin_anew_behind_an_unknown_current(void **state)
{
    uint32_t seconds;

    (void)state;
    set_up(MODE_NORMAL);
    in.battery_ma = -50000;
    step(0);
    in.current_known = false;
    pass(1000);
    assert_false(soc_time_to_empty(&soc, &seconds));
    in.current_known = true;
    in.battery_ma = -100000;
    pass(1000);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_int_equal(seconds, 1800);
}

static void test_times_are_unknown_without_a_current_that_says_something(void **state)
{
    uint32_t seconds;

    (void)state;
    set_up(MODE_NORMAL);
    in.battery_ma = -50000;
    in.current_known = false;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
    in.current_known = true;
    in.battery_ma = 0;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
    assert_false(soc_time_to_full(&soc, &settings, &seconds));
    set_up(MODE_NORMAL);
    in.battery_ma = -251; /* 50 Ah: 199.2 h */
    step(0);
    assert_true(soc_time_to_empty(&soc, &seconds));
    set_up(MODE_NORMAL);
    in.battery_ma = -250;
    step(0);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_int_equal(seconds, SOC_TIME_MAX_S);
    set_up(MODE_NORMAL);
    in.battery_ma = -249;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
    set_up(MODE_NORMAL);
    pack.count = 0;
    in.battery_ma = -50000;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soc_is_half_until_something_is_known),
        cmocka_unit_test(test_charge_moves_soc_by_its_share_of_capacity),
        cmocka_unit_test(test_charge_is_clamped_at_both_ends),
        cmocka_unit_test(test_capacity_follows_settings_and_cells),
        cmocka_unit_test(test_new_capacity_keeps_the_charge_that_fits),
        cmocka_unit_test(test_new_nominal_voltage_is_a_new_capacity),
        cmocka_unit_test(test_efficiency_takes_its_share_of_incoming_charge_only),
        cmocka_unit_test(test_charge_from_before_a_reset_goes_on),
        cmocka_unit_test(test_stored_energy_is_the_share_of_the_capacity),
        cmocka_unit_test(test_times_follow_the_smoothed_current),
        cmocka_unit_test(test_times_begin_anew_behind_an_unknown_current),
        cmocka_unit_test(test_times_are_unknown_without_a_current_that_says_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
