/* Measuring, balancing, the resistor. */
#include "test/fake/cell_bench.h"

/* ---- measuring ------------------------------------------------------------------------------- */

static void test_break_measures_cell_and_temperature_for_the_link(void **state)
{
    (void)state;
    set_up();
    calibrate(-4);
    cell_board_init(&b);
    assert_false(b.link.own_ready);
    measure();
    assert_true(b.link.own_ready);
    assert_int_equal(b.link.own.mv, 3300);
    assert_int_equal(b.link.own.dc, 246);
    assert_int_equal(b.link.own.flags, CELL_RESTARTED);
    assert_int_equal(fake->asked[ANALOG_CELL], CELL_SAMPLES);
    assert_int_equal(fake->asked[ANALOG_NTC], NTC_SAMPLES);
    assert_false(fake->analog_on);
    assert_false(fake->led);
    assert_true(fake->led_was_lit);
    assert_int_equal(fake->misreadings, 0);
}

/* What the pin at the NTC's foot keeps is no part of the NTC. */
static void test_foot_of_the_ntc_is_subtracted(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    fake->sum[ANALOG_NTC] = NTC_25 + 100u;
    fake->sum[ANALOG_NTC_FOOT] = 200;
    measure();
    assert_int_equal(b.ntc_share, ntc_share(NTC_25 + 100u, 200));
    assert_int_not_equal(b.ntc_share, ntc_share(NTC_25 + 100u, 0));
    assert_int_equal(fake->asked[ANALOG_NTC_FOOT], NTC_SAMPLES);
}

static void test_leader_is_sealed_as_such(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    cell_board_lead(&b);
    assert_true(b.link.leader);
    measure();
    assert_false(b.spoiled);
    b.link.leader = false;
    measure();
    assert_true(b.spoiled);
}

static void test_board_keeps_what_it_reads_and_how_its_clock_is(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    measure();
    assert_int_equal(b.health.lowest_mv, 3300);
    fake->trim = 0x63;
    b.link.trim.error = 5;
    finish_round(SWITCHES_3400);
    assert_int_equal(b.health.trim_steps, 3);
    assert_int_equal(b.health.clock_error, 5);
}

/* In every other round, whatever else the LED would show. */
static void test_led_of_a_board_that_is_looked_for_blinks(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    for (uint8_t balancing = 0; balancing < 2; balancing++) {
        b.balance.on = balancing;
        for (uint8_t rounds = 3; rounds; rounds--) {
            b.identify_rounds = rounds;
            cell_board_show(&b, 0);
            assert_int_equal(fake->led, rounds & 1u);
        }
        b.identify_rounds = 0;
        cell_board_show(&b, 0);
        assert_int_equal(fake->led, balancing);
    }
}

/* The LED shows where rounds come, not where a wire is held low. */
static void test_break_that_lasts_measures_again_in_the_dark(void **state)
{
    (void)state;
    set_up();
    calibrate(-4);
    cell_board_init(&b);
    measure();
    fake->sum[ANALOG_CELL] = SUM_3500;
    fake->led_was_lit = false;
    cell_board_events(&b, LINK_BREAK_LASTS);
    assert_int_equal(b.link.own.mv, 3500);
    assert_false(fake->led_was_lit);
    assert_false(fake->analog_on);
}

static void test_board_without_calibration_says_so_and_does_not_balance(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    fake->sum[ANALOG_CELL] = SUM_3500;
    finish_round(SWITCHES_3400);
    measure();
    assert_int_equal(b.link.own.flags, CELL_UNCALIBRATED);
    assert_false(fake->balance);
}

static void test_ntc_faults_are_flagged_and_stop_balancing(void **state)
{
    static const struct {
        uint16_t sum;
        uint8_t flag;
    } cases[] = { { 8150, CELL_NTC_OPEN }, { 50, CELL_NTC_SHORT } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up();
        calibrate(0);
        cell_board_init(&b);
        fake->sum[ANALOG_CELL] = SUM_3500;
        finish_round(SWITCHES_3400);
        measure();
        assert_true(fake->balance);
        fake->sum[ANALOG_NTC] = cases[i].sum;
        measure();
        assert_false(fake->balance);
        assert_int_equal(b.link.own.flags, cases[i].flag);
    }
}

static void test_restart_flag_goes_with_the_first_complete_round(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    measure();
    assert_int_equal(b.link.own.flags, CELL_RESTARTED);
    b.link.number = 0; /* a round whose HOP was bad does not count */
    cell_board_events(&b, LINK_ROUND_DONE);
    cell_board_rest(&b, LINK_ROUND_DONE);
    measure();
    assert_int_equal(b.link.own.flags, CELL_RESTARTED);
    finish_round(SWITCHES_3400);
    measure();
    assert_int_equal(b.link.own.flags, 0);
}

static void test_trim_at_its_limit_is_flagged(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    b.link.trim.at_limit = true;
    measure();
    assert_int_equal(b.link.own.flags, CELL_RESTARTED | CELL_CLOCK_LIMIT);
}

/* ---- balancing ------------------------------------------------------------------------------- */

static void start_balancing(void)
{
    set_up();
    calibrate(0);
    cell_board_init(&b);
    fake->sum[ANALOG_CELL] = SUM_3500;
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
    assert_int_equal(b.link.own.flags, CELL_BALANCING);
}

static void test_balancing_is_off_while_measuring_and_on_again_after(void **state)
{
    (void)state;
    start_balancing();
    measure();
    assert_int_equal(fake->misreadings, 0);
    assert_true(fake->balance);
}

static void test_led_flashes_at_a_round_and_stays_on_while_balancing(void **state)
{
    (void)state;
    start_balancing();
    assert_true(fake->led);
    finish_round(SWITCHES_3400);
    assert_true(fake->led);
    fake->sum[ANALOG_CELL] = SUM_3300;
    measure();
    assert_false(fake->led);
    fake->led_was_lit = false;
    finish_round(SWITCHES_3400);
    assert_false(fake->led_was_lit);
    measure();
    assert_true(fake->led_was_lit);
    assert_false(fake->led);
}

/* ---- the resistor's own sensor ------------------------------------------------------------------ */

static void test_resistor_is_looked_at_while_on_and_now_and_then(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    for (uint8_t i = 0; i < 32; i++) {
        b.link.round = i & 0x0Fu;
        measure();
        finish_round(SWITCHES_3400);
    }
    assert_int_equal(fake->resistor_looks, 2);
    start_balancing();
    b.link.round = 5;
    finish_round(SWITCHES_3400);
    assert_int_equal(fake->resistor_looks, 2); /* set_up() and start_balancing() ran a round 0 */
    assert_int_equal(fake->misreadings, 0);
}

static void test_hot_resistor_stops_balancing_until_it_cooled_down(void **state)
{
    (void)state;
    start_balancing();
    b.link.round = 5;
    fake->resistor_sum = NTC_95;
    finish_round(SWITCHES_3400);
    measure();
    assert_false(fake->balance);
    assert_int_equal(b.link.own.flags, CELL_HOT);
    finish_round(SWITCHES_3400);
    measure();
    assert_false(fake->balance);
    fake->resistor_sum = NTC_80;
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
    assert_int_equal(b.link.own.flags, CELL_BALANCING);
}

static void test_lost_resistor_sensor_stops_balancing(void **state)
{
    (void)state;
    start_balancing();
    fake->resistor_sum = NTC_25;
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
    fake->resistor_sum = NTC_OPEN_SUM;
    finish_round(SWITCHES_3400);
    measure();
    assert_false(fake->balance);
}

static void test_balancing_waits_for_switches_that_allow_it(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    fake->sum[ANALOG_CELL] = SUM_3500;
    measure();
    assert_false(fake->balance); /* no round yet */
    finish_round(0xE0);
    measure();
    assert_false(fake->balance);
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
}

static void test_hot_board_stops_balancing_and_says_so(void **state)
{
    (void)state;
    start_balancing();
    fake->resistor_sum = NTC_80;
    finish_round(SWITCHES_3400);
    fake->sum[ANALOG_NTC] = 792; /* 85.0 C */
    measure();
    assert_false(fake->balance);
    assert_int_equal(b.link.own.flags, CELL_HOT);
    fake->sum[ANALOG_NTC] = 1413; /* 65.0 C */
    measure();
    assert_true(fake->balance);
}

static void test_balancing_ends_thirty_seconds_after_the_last_round(void **state)
{
    (void)state;
    start_balancing();
    for (uint8_t s = 1; s < BALANCE_LOST_S; s++) {
        cell_board_second(&b);
        assert_true(fake->balance);
    }
    cell_board_second(&b);
    assert_false(fake->balance);
    assert_false(b.balance.on);
    assert_false(fake->led);
    measure(); /* a break alone is no round */
    assert_false(fake->balance);
    for (uint16_t s = 0; s < 600; s++)
        cell_board_second(&b);
    assert_false(fake->balance);
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
}

static void test_round_restarts_the_thirty_seconds(void **state)
{
    (void)state;
    start_balancing();
    for (uint8_t s = 0; s < 100; s++) {
        cell_board_second(&b);
        if (s % 20u == 19u)
            finish_round(SWITCHES_3400);
        assert_true(fake->balance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_break_measures_cell_and_temperature_for_the_link),
        cmocka_unit_test(test_foot_of_the_ntc_is_subtracted),
        cmocka_unit_test(test_leader_is_sealed_as_such),
        cmocka_unit_test(test_board_keeps_what_it_reads_and_how_its_clock_is),
        cmocka_unit_test(test_led_of_a_board_that_is_looked_for_blinks),
        cmocka_unit_test(test_break_that_lasts_measures_again_in_the_dark),
        cmocka_unit_test(test_board_without_calibration_says_so_and_does_not_balance),
        cmocka_unit_test(test_ntc_faults_are_flagged_and_stop_balancing),
        cmocka_unit_test(test_restart_flag_goes_with_the_first_complete_round),
        cmocka_unit_test(test_trim_at_its_limit_is_flagged),
        cmocka_unit_test(test_balancing_is_off_while_measuring_and_on_again_after),
        cmocka_unit_test(test_led_flashes_at_a_round_and_stays_on_while_balancing),
        cmocka_unit_test(test_resistor_is_looked_at_while_on_and_now_and_then),
        cmocka_unit_test(test_hot_resistor_stops_balancing_until_it_cooled_down),
        cmocka_unit_test(test_lost_resistor_sensor_stops_balancing),
        cmocka_unit_test(test_balancing_waits_for_switches_that_allow_it),
        cmocka_unit_test(test_hot_board_stops_balancing_and_says_so),
        cmocka_unit_test(test_balancing_ends_thirty_seconds_after_the_last_round),
        cmocka_unit_test(test_round_restarts_the_thirty_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
