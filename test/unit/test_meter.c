/* Charge at crystal time, through lost rounds and resets. */
#include "test/fake/meter_bench.h"

/* ---- charge at crystal time ------------------------------------------------------------------ */

static void test_charge_is_right_for_clocks_ten_percent_off(void **state)
{
    (void)state;
    for (uint16_t pace = 900; pace <= 1100; pace += 10) {
        reset(pace);
        settle_ratio();
        for (uint16_t i = 0; i < 200; i++)
            pass(1000, 20000, true);
        /* 20 A for 200 s; 0.1 % */
        expect_near(take(1), 4000000, 4000);
    }
}

static void test_ratio_is_known_after_a_whole_window(void **state)
{
    (void)state;
    reset(1100);
    for (uint8_t i = 0; i < 70; i++)
        pass(1000, 0, true);
    expect_near(meter.ratio_q14, 16384L * 10 / 11, 16);
}

/* The first seconds are held back until a short window has compared the clocks. */
static void test_charge_is_right_from_the_first_second_on(void **state)
{
    (void)state;
    for (uint16_t pace = 900; pace <= 1100; pace += 50) {
        int64_t taken = 0;
        reset(pace);
        pass(1000, 30000, true); /* the first totals are the base */
        for (uint8_t i = 0; i < 3; i++) {
            pass(1000, 30000, true);
            assert_int_equal(take(1), 0);
        }
        for (uint8_t i = 0; i < 3; i++) {
            pass(1000, 30000, true);
            taken += take(1);
        }
        expect_near(taken, 180000, 1000);
        for (uint8_t i = 0; i < 60; i++) {
            pass(1000, 30000, true);
            taken += take(1);
        }
        expect_near(taken, 66 * 30000L, 66 * 30);
    }
}

static void test_clocks_that_disagree_by_more_than_15_percent_are_a_fault(void **state)
{
    static const struct {
        uint16_t pace;
        bool lost;
    } cases[] = { { 1000, false }, { 1170, false }, { 1185, true }, { 875, false }, { 860, true } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        reset(cases[i].pace);
        for (uint8_t k = 0; k < 7; k++)
            pass(1000, 5000, true);
        assert_int_equal(meter_clock_lost(&meter), cases[i].lost);
        if (cases[i].lost)
            assert_int_equal(take(1), 0);
    }
    reset(1000);
    settle_ratio();
    begin.pace = 1300;
    settle_ratio();
    settle_ratio();
    assert_true(meter_clock_lost(&meter));
    expect_near(meter.ratio_q14, 16384, 2000); /* the last good one stays */
    begin.pace = 1000;
    settle_ratio();
    settle_ratio();
    assert_false(meter_clock_lost(&meter));
}

static void test_ratio_follows_a_clock_that_drifts(void **state)
{
    (void)state;
    reset(950);
    settle_ratio();
    expect_near(meter.ratio_q14, 16384L * 1000 / 950, 16);
    begin.pace = 1050;
    settle_ratio();
    settle_ratio();
    expect_near(meter.ratio_q14, 16384L * 1000 / 1050, 16);
}

/* What Begin's extended output is timed by: a round behind a step of its clock it is right. */
static void test_ratio_of_the_last_round_is_never_old(void **state)
{
    (void)state;
    reset(950);
    settle_ratio();
    begin.pace = 1050;
    pass(1000, 0, true);
    expect_near(meter.step_q14, 16384L * 1000 / 1050, 33); /* 0.2 %: both clocks count whole ms */
    expect_near(meter.ratio_q14, 16384L * 1000 / 950, 16);
    begin.pace = 1;
    pass(1000, 0, true);
    expect_near(meter.step_q14, 16384L * 1000 / 1050,
                33); /* no two clocks in order are so far apart */
}

/* End steers Begin by up to 24 steps of 0.55 %, one a round. Rounds come up to 20 ms late. */
static void test_charge_is_right_while_the_clock_is_steered(void **state)
{
    (void)state;
    for (int16_t step = -6; step <= 6; step += 3) {
        static const uint8_t late[] = { 0, 20, 7, 1, 19, 3, 0, 11 };
        int64_t taken = 0;
        int16_t pace = (int16_t)(1000 - 12 * step);
        reset((uint16_t)pace);
        settle_ratio();
        for (uint8_t i = 1; i <= 120; i++) {
            if (i <= 24)
                pace = (int16_t)(pace + step);
            begin.pace = (uint16_t)pace;
            pass((uint16_t)(1000 + late[i % 8u] - late[(i - 1u) % 8u]), 40000, true);
            taken += take(1);
            expect_near(taken, i * 40000L, 1000 + i * 8L);
            expect_near(meter_battery_ma(&meter, 1), 40000, 60);
        }
        expect_near(taken, 120 * 40000L, 120 * 4L);
    }
}

/* The window may be as old as two minutes; the stamp of the gap itself tells. */
static void test_charge_of_a_gap_behind_a_steered_clock_is_right(void **state)
{
    (void)state;
    for (int16_t change = -100; change <= 100; change += 50) {
        for (uint16_t gap = 40; gap <= 240; gap += 25) {
            reset(1000);
            settle_ratio();
            begin.pace = (uint16_t)(1000 + change);
            for (uint16_t i = 1; i < gap; i++)
                pass(1000, 30000, false);
            pass(1000, 30000, true);
            expect_near(take(1), gap * 30000L, gap * 30L);
        }
    }
}

/* One reading so late or so early that its own ratio cannot be: that of the window stands in. */
static void test_impossible_ratio_of_one_step_is_not_used(void **state)
{
    (void)state;
    for (uint16_t ms = 500; ms <= 2000; ms += 1500) {
        reset(1000);
        settle_ratio();
        begin.forward += 9000;
        begin.begin_us += 1000u * 1000u;
        begin.crystal_ms += ms;
        pass(0, 0, true);
        expect_near(take(1), 9000, 9);
    }
}

/* A byte of Begin's memory, or a START that was another's. */
static void test_time_stamp_that_jumps_once_harms_nothing(void **state)
{
    static const int32_t jumps_ms[] = { -32768, -30000, -9000, -2000, 2000, 9000, 30000 };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(jumps_ms); i++) {
        for (uint16_t before = 0; before <= 60; before = (uint16_t)(before + 20u)) {
            reset(1030);
            settle_ratio();
            for (uint16_t k = 0; k < before; k++)
                pass(1000, 20000, true);
            begin.stamp_at_start = (uint16_t)(begin.stamp_at_start + jumps_ms[i]);
            for (uint8_t k = 0; k < 150; k++) {
                pass(1000, 20000, true);
                assert_false(meter_clock_lost(&meter));
                expect_near(meter_battery_ma(&meter, 1), 20000, 40);
            }
            expect_near(take(1), (before + 150) * 20000L, (before + 150) * 20L);
            expect_near(meter.ratio_q14, 15907, 16);
        }
    }
}

static void test_time_stamp_that_jumps_in_each_round_is_a_fault(void **state)
{
    (void)state;
    reset(1000);
    settle_ratio();
    for (uint8_t i = 1; i <= 5; i++) {
        begin.stamp_at_start = (uint16_t)(begin.stamp_at_start + 9000u);
        pass(1000, 0, true);
        assert_int_equal(meter_clock_lost(&meter), i >= METER_JUMPS);
    }
    for (uint8_t i = 0; i < 6; i++)
        pass(1000, 0, true);
    assert_false(meter_clock_lost(&meter));
    begin.stamp_at_start = (uint16_t)(begin.stamp_at_start + 9000u);
    pass(1000, 0, true); /* the first one again */
    assert_false(meter_clock_lost(&meter));
}

static void test_time_stamp_that_stands_is_a_fault(void **state)
{
    (void)state;
    for (uint16_t pace = 0; pace <= 100; pace = (uint16_t)(pace + 50u)) {
        reset(1000);
        settle_ratio();
        begin.pace = pace;
        for (uint8_t i = 0; i < 61; i++)
            pass(1000, 0, true);
        assert_true(meter_clock_lost(&meter));
        reset(pace);
        for (uint8_t i = 0; i < 6; i++)
            pass(1000, 0, true);
        assert_true(meter_clock_lost(&meter));
    }
}

/* The window of a minute that shows it is not followed by a second one, but by short ones: the first may have begun
 * while the clock was wrong. */
static void test_clock_that_is_right_again_is_trusted_within_nine_seconds(void **state)
{
    (void)state;
    reset(1000);
    settle_ratio();
    begin.pace = 1300;
    settle_ratio();
    settle_ratio();
    assert_true(meter_clock_lost(&meter));
    begin.pace = 1000;
    for (uint8_t i = 0; i < 9; i++)
        pass(1000, 0, true);
    assert_false(meter_clock_lost(&meter));
}

static void test_discharge_counts_negative(void **state)
{
    (void)state;
    reset(1000);
    settle_ratio();
    for (uint8_t i = 0; i < 100; i++)
        pass(1000, -3000, true);
    expect_near(take(1), -300000, 100);
}

static void test_passes_divide_current_and_charge(void **state)
{
    static const uint8_t passes[] = { 1, 2, 4 };

    (void)state;
    for (uint8_t p = 0; p < sizeof passes; p++) {
        reset(1000);
        settle_ratio();
        for (uint8_t i = 0; i < 100; i++)
            pass(1000, 8000, true);
        expect_near(take(passes[p]), 800000 / passes[p], 200);
        assert_int_equal(meter_battery_ma(&meter, passes[p]), 8000 / passes[p]);
    }
}

static void test_charge_taken_in_small_parts_loses_nothing(void **state)
{
    static const uint8_t passes[] = { 1, 2, 4 };

    (void)state;
    for (uint8_t p = 0; p < sizeof passes; p++) {
        int64_t taken = 0;
        reset(1037);
        settle_ratio();
        for (uint16_t i = 0; i < 1000; i++) {
            pass(1000, 7, true); /* 7 mAs a second */
            taken += take(passes[p]);
        }
        /* Begin counts whole mAs of its own; the ratio is good to 0.03 % */
        expect_near(taken, begin.forward * 1000 / 1037 / passes[p], 3);
        assert_int_equal(take(passes[p]), 0);
    }
}

static void test_charge_is_taken_once(void **state)
{
    (void)state;
    reset(1000);
    settle_ratio();
    pass(1000, 5000, true);
    assert_int_not_equal(take(1), 0);
    assert_int_equal(take(1), 0);
}

/* ---- lost rounds, wraps ---------------------------------------------------------------------- */

static void test_lost_rounds_lose_no_charge(void **state)
{
    uint32_t random = 12345;

    (void)state;
    for (uint16_t pace = 920; pace <= 1080; pace += 80) {
        reset(pace);
        settle_ratio();
        for (uint16_t i = 0; i < 400; i++) {
            random = random * 1103515245u + 12345u;
            pass(1000, 10000, (random >> 16 & 3u) == 0 || i == 399);
        }
        expect_near(take(1), 4000000, 6000);
    }
}

/* Longer than the time stamp can tell: the charge still counts, the ratio must not be spoiled. */
static void test_gap_longer_than_the_time_stamp_keeps_the_ratio(void **state)
{
    (void)state;
    for (uint16_t gap = 60; gap <= 200; gap += 7) {
        for (uint8_t before = 0; before < 60; before = (uint8_t)(before + 19u)) {
            reset(1050);
            settle_ratio();
            for (uint8_t i = 0; i < before; i++)
                pass(1000, 0, true);
            for (uint16_t i = 1; i < gap; i++)
                pass(1000, 1000, false);
            pass(1000, 1000, true);
            settle_ratio();
            expect_near(meter.ratio_q14, 16384L * 1000 / 1050, 16);
        }
    }
}

static void test_totals_wrap_without_a_jump(void **state)
{
    (void)state;
    reset(1000);
    begin.forward = 0xFFFFFFFF - 15000;
    begin.reverse = 0xFFFFFFFF - 1500;
    settle_ratio();
    for (uint8_t i = 0; i < 10; i++)
        pass(1000, 10000, true);
    for (uint8_t i = 0; i < 10; i++)
        pass(1000, -1000, true);
    expect_near(take(1), 90000, 100);
}

static void test_time_stamp_wraps_without_an_error(void **state)
{
    (void)state;
    reset(1000);
    begin.stamp_at_start = 65000;
    settle_ratio();
    for (uint16_t i = 0; i < 300; i++) /* several wraps */
        pass(1000, 1000, true);
    expect_near(meter.ratio_q14, 16384, 10);
    expect_near(take(1), 300000, 300);
}

/* ---- reset of the Begin board ---------------------------------------------------------------- */

static void begin_reset_after(int64_t forward)
{
    reset(1000);
    begin.forward = forward;
    begin.reverse = forward / 20;
    settle_ratio();
    for (uint8_t i = 0; i < 10; i++)
        pass(1000, 2000, true);
    begin.boot = 5;
    begin.begin_us = 0;
    begin.forward = begin.reverse = 0;
    for (uint8_t i = 0; i <= 10; i++)
        pass(1000, 2000, true);
    /* the second before the first round of the new run is not known */
    expect_near(take(1), 40000, 100);
    expect_near(meter.ratio_q14, 16384, 16);
}

/* Large totals would show as a jump; small ones are told by the boot number alone. */
static void test_begin_reset_restarts_totals_without_a_jump(void **state)
{
    (void)state;
    begin_reset_after(3000000000);
    begin_reset_after(1000000);
    begin_reset_after(0);
}

/* New totals that have already passed the old ones look like plain charge. */
static void test_begin_reset_is_seen_when_totals_are_higher_afterwards(void **state)
{
    (void)state;
    for (int32_t ma = -2000; ma <= 2000; ma += 4000) {
        reset(1000);
        settle_ratio();
        pass(1000, ma, true);
        take(1);
        begin.boot = 5;
        begin.begin_us = 0;
        begin.forward = begin.reverse = 0;
        for (uint8_t i = 0; i < 9; i++)
            pass(1000, ma, false);
        pass(1000, ma, true); /* ten seconds into the new run: nobody knows what came before */
        assert_int_equal(take(1), 0);
        pass(1000, ma, true);
        expect_near(take(1), ma, 10);
    }
}

/* Sixteen resets later the number is the same again; the totals give it away. */
static void test_reset_with_the_same_boot_number_is_no_charge(void **state)
{
    (void)state;
    reset(1000);
    begin.forward = 3000000000;
    settle_ratio();
    begin.forward = begin.reverse = 0;
    pass(1000, 2000, true);
    assert_int_equal(take(1), 0);
    pass(1000, 2000, true);
    expect_near(take(1), 2000, 10);
}

/* Nor may its time, which begins anew, be taken for a clock that is wrong. */
static void test_reset_with_the_same_boot_number_shows_by_fewer_rounds(void **state)
{
    (void)state;
    reset(1000);
    settle_ratio();
    for (uint8_t i = 0; i < 10; i++)
        pass(1000, 2000, true);
    take(1);
    begin.rounds = 0;
    begin.begin_us = 0;
    begin.stamp_at_start = 40000;
    begin.forward += 1000; /* less than a second's: no jump */
    pass(1000, 2000, true);
    assert_int_equal(take(1), 0);
    for (uint8_t i = 0; i < 70; i++) {
        pass(1000, 2000, true);
        assert_false(meter_clock_lost(&meter));
    }
    expect_near(take(1), 140000, 100);
}

static void test_largest_current_over_a_whole_gap_is_no_jump(void **state)
{
    (void)state;
    reset(1000);
    settle_ratio();
    for (uint8_t i = 0; i < 64; i++)
        pass(1000, 500000, false);
    pass(1000, 500000, true);
    expect_near(take(1), 65LL * 500000, 200000);
}

static void test_first_totals_are_no_charge(void **state)
{
    (void)state;
    reset(1000);
    begin.forward = 1000000;
    pass(1000, 0, true);
    assert_int_equal(take(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charge_is_right_for_clocks_ten_percent_off),
        cmocka_unit_test(test_ratio_is_known_after_a_whole_window),
        cmocka_unit_test(test_charge_is_right_from_the_first_second_on),
        cmocka_unit_test(test_clocks_that_disagree_by_more_than_15_percent_are_a_fault),
        cmocka_unit_test(test_ratio_follows_a_clock_that_drifts),
        cmocka_unit_test(test_ratio_of_the_last_round_is_never_old),
        cmocka_unit_test(test_charge_is_right_while_the_clock_is_steered),
        cmocka_unit_test(test_charge_of_a_gap_behind_a_steered_clock_is_right),
        cmocka_unit_test(test_impossible_ratio_of_one_step_is_not_used),
        cmocka_unit_test(test_time_stamp_that_jumps_once_harms_nothing),
        cmocka_unit_test(test_time_stamp_that_jumps_in_each_round_is_a_fault),
        cmocka_unit_test(test_time_stamp_that_stands_is_a_fault),
        cmocka_unit_test(test_clock_that_is_right_again_is_trusted_within_nine_seconds),
        cmocka_unit_test(test_discharge_counts_negative),
        cmocka_unit_test(test_passes_divide_current_and_charge),
        cmocka_unit_test(test_charge_taken_in_small_parts_loses_nothing),
        cmocka_unit_test(test_charge_is_taken_once),
        cmocka_unit_test(test_lost_rounds_lose_no_charge),
        cmocka_unit_test(test_gap_longer_than_the_time_stamp_keeps_the_ratio),
        cmocka_unit_test(test_totals_wrap_without_a_jump),
        cmocka_unit_test(test_time_stamp_wraps_without_an_error),
        cmocka_unit_test(test_begin_reset_restarts_totals_without_a_jump),
        cmocka_unit_test(test_begin_reset_is_seen_when_totals_are_higher_afterwards),
        cmocka_unit_test(test_reset_with_the_same_boot_number_is_no_charge),
        cmocka_unit_test(test_reset_with_the_same_boot_number_shows_by_fewer_rounds),
        cmocka_unit_test(test_largest_current_over_a_whole_gap_is_no_jump),
        cmocka_unit_test(test_first_totals_are_no_charge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
