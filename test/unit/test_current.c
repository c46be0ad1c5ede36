#include <stdlib.h>

#include "begin_board/current.h"
#include "common/eeprom_map.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define ZERO 512u
#define SAMPLES 100u

static struct current c;

static void set_up(void)
{
    fake_reset();
    current_init(&c);
}

/* One millisecond: the codes of a sensor at 0 A, or whatever the inputs give. */
static void sample(const uint16_t code[CURRENT_INPUTS])
{
    uint8_t input = 0;
    for (uint8_t i = 0; input != CURRENT_INPUTS_DONE; i++) {
        assert_true(i < CURRENT_INPUTS);
        assert_true(input < CURRENT_INPUTS);
        input = current_sample(&c, input, code[input]);
    }
}

static uint16_t clip(int32_t code)
{
    return (uint16_t)(code < 102 ? 102 : code > 922 ? 922 : code);
}

/* Codes of sensor 1 at this current; sensor 2 is not connected. */
static void sample_ma(int32_t ma)
{
    uint16_t code[CURRENT_INPUTS] = { clip((int32_t)ZERO + ma / 50),
                                      clip((int32_t)ZERO + ma / 1250), 0, 0 };
    sample(code);
}

static int32_t block_ma(int32_t ma)
{
    for (uint8_t i = 0; i < SAMPLES; i++)
        sample_ma(ma);
    current_close(&c, SAMPLES);
    return c.sensor[0].ma;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static void test_low_range_is_used_below_20_amperes(void **state)
{
    (void)state;
    set_up();
    for (int32_t ma = -19950; ma <= 19950; ma += 50) {
        int32_t wanted = ma < 300 && ma > -300 ? 0 : ma;
        assert_int_equal(block_ma(ma), wanted);
    }
}

static void test_high_range_takes_over_at_20_amperes(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(current_sample(&c, 0, ZERO + 399), 2);
    assert_int_equal(current_sample(&c, 0, ZERO + 400), 1);
    assert_int_equal(current_sample(&c, 0, ZERO - 399), 2);
    assert_int_equal(current_sample(&c, 0, ZERO - 400), 1);
    assert_int_equal(current_sample(&c, 1, ZERO), 2);
    assert_int_equal(current_sample(&c, 2, ZERO), CURRENT_INPUTS_DONE);
    assert_int_equal(current_sample(&c, 2, ZERO + 400), 3);
    assert_int_equal(current_sample(&c, 3, ZERO), CURRENT_INPUTS_DONE);
    set_up();
    for (int32_t ma = 20000; ma <= 500000; ma += 1250) {
        assert_int_equal(block_ma(ma), ma);
        assert_int_equal(block_ma(-ma), -ma);
        assert_int_equal(c.sensor[0].state, SENSOR_UNZEROED);
    }
}

static void test_dead_band_ends_at_300_milliamperes(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(block_ma(250), 0);
    assert_int_equal(block_ma(-250), 0);
    assert_int_equal(block_ma(300), 300);
    assert_int_equal(block_ma(-300), -300);
    assert_int_equal(c.sensor[0].forward_mas + c.sensor[0].reverse_mas, 60); /* 2 * 0.3 A * 0.1 s */
}

static void test_over_range_is_reported_and_limited(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(block_ma(502500), 500000); /* half a percent for the zero point */
    assert_int_equal(c.sensor[0].state, SENSOR_UNZEROED);
    assert_int_equal(block_ma(503750), 500000);
    assert_int_equal(c.sensor[0].state, SENSOR_OVER_RANGE);
    assert_int_equal(block_ma(-503750), -500000);
    assert_int_equal(c.sensor[0].state, SENSOR_OVER_RANGE);
    assert_int_equal(block_ma(1000), 1000);
    assert_int_equal(c.sensor[0].state, SENSOR_UNZEROED);
}

/* ---- mean ------------------------------------------------------------------------------------ */

static void test_mean_of_a_ripple_is_its_middle(void **state)
{
    (void)state;
    set_up();
    for (uint16_t i = 0; i < 1000; i++)
        sample_ma((int32_t)(i % 100u) * 100 + 50); /* 50 .. 9950 mA */
    current_close(&c, 1000);
    assert_int_equal(c.sensor[0].ma, 5000);
    for (uint16_t i = 0; i < 900; i++)
        sample_ma(i & 1u ? 100000 : -10000); /* across the hand-over */
    current_close(&c, 900);
    assert_int_equal(c.sensor[0].ma, 45000);
    for (uint8_t i = 0; i < 3; i++)
        sample_ma(i == 0 ? 1050 : 1000);
    current_close(&c, 3);
    assert_int_equal(c.sensor[0].ma, 1016); /* 1016.7 towards zero */
}

/* Any longer one is a clock that has jumped, by a changed byte of memory. */
static void test_block_longer_than_any_lasts_as_long_as_its_samples(void **state)
{
    static const uint16_t jumped_ms[] = { CURRENT_BLOCK_MAX_MS + 1u, 8000, UINT16_MAX };

    (void)state;
    set_up();
    sample_ma(500000);
    current_close(&c, CURRENT_BLOCK_MAX_MS);
    assert_int_equal(c.sensor[0].ma, 500000);
    assert_int_equal(c.sensor[0].forward_mas, 1000000);
    for (uint8_t i = 0; i < TEST_COUNT_OF(jumped_ms); i++) {
        set_up();
        for (uint16_t k = 0; k < 150; k++)
            sample_ma(k & 1u ? 100000 : 4000); /* across the hand-over */
        current_close(&c, jumped_ms[i]);
        assert_int_equal(c.sensor[0].ma, 52000);
        assert_int_equal(c.sensor[0].forward_mas, 7800);
    }
}

static void test_empty_block_changes_nothing(void **state)
{
    (void)state;
    set_up();
    block_ma(5000);
    current_close(&c, 900);
    assert_int_equal(c.sensor[0].ma, 5000);
    assert_int_equal(c.sensor[0].forward_mas, 500);
    assert_int_equal(fake_irq_depth, 0);
}

/* ---- charge ---------------------------------------------------------------------------------- */

static void test_integration_over_thousands_of_blocks_is_exact(void **state)
{
    uint64_t forward = 0;
    uint64_t reverse = 0;

    (void)state;
    set_up();
    for (uint16_t i = 0; i < 5000; i++) {
        int32_t ma = (int32_t)(i % 97u) * 50 + 300;
        uint16_t ms = (uint16_t)(890u + i % 23u);
        if (i % 3u == 0)
            ma = -ma;
        sample_ma(ma);
        current_close(&c, ms);
        if (ma >= 0)
            forward += (uint64_t)ma * ms;
        else
            reverse += (uint64_t)-ma * ms;
    }
    assert_int_equal(c.sensor[0].forward_mas, forward / 1000u);
    assert_int_equal(c.sensor[0].reverse_mas, reverse / 1000u);
    assert_int_equal(c.sensor[0].forward_rest_ua, forward % 1000u);
}

static void test_totals_wrap_at_32_bits(void **state)
{
    (void)state;
    set_up();
    c.sensor[0].forward_mas = 0xFFFFFFFFu - 99u;
    block_ma(5000);
    assert_int_equal(c.sensor[0].forward_mas, 400);
}

/* ---- absent, broken -------------------------------------------------------------------------- */

static void test_open_input_is_absent_and_later_broken(void **state)
{
    static const uint16_t open[CURRENT_INPUTS] = { 0, 0, 0, 0 };
    static const uint16_t shorted[CURRENT_INPUTS] = { 1023, 1023, 1023, 1023 };

    (void)state;
    set_up();
    sample(open);
    current_close(&c, 900);
    assert_int_equal(c.sensor[0].state, SENSOR_ABSENT);
    assert_int_equal(c.sensor[1].state, SENSOR_ABSENT);
    block_ma(5000);
    assert_int_equal(c.sensor[0].state, SENSOR_UNZEROED);
    for (uint8_t i = 0; i < 10; i++)
        sample(shorted);
    current_close(&c, 900);
    assert_int_equal(c.sensor[0].state, SENSOR_BROKEN);
    assert_int_equal(c.sensor[0].ma, 0);
    assert_int_equal(c.sensor[0].forward_mas, 500); /* a broken sensor counts nothing */
    assert_int_equal(c.sensor[1].state, SENSOR_ABSENT);
}

static void test_legal_window_ends_where_no_sensor_can_be(void **state)
{
    static const struct {
        uint16_t code;
        bool legal;
    } cases[] = { { 0, false },  { 50, false }, { 51, true },   { 102, true },
                  { 922, true }, { 973, true }, { 974, false }, { 1023, false } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        uint16_t code[CURRENT_INPUTS] = { cases[i].code, cases[i].code, ZERO, ZERO };
        set_up();
        sample(code);
        current_close(&c, 900);
        assert_int_equal(c.sensor[0].state != SENSOR_ABSENT, cases[i].legal);
        assert_int_equal(c.sensor[1].state, SENSOR_UNZEROED);
    }
}

/* A loose contact: as long as most samples are good, the good ones count. */
static void test_few_bad_samples_are_left_out(void **state)
{
    static const uint16_t open[CURRENT_INPUTS] = { 0, 0, 0, 0 };

    (void)state;
    set_up();
    for (uint8_t i = 0; i < 10; i++) {
        sample_ma(5000);
        sample(open);
    }
    current_close(&c, 900);
    assert_int_equal(c.sensor[0].state, SENSOR_UNZEROED);
    assert_int_equal(c.sensor[0].ma, 5000);
    for (uint8_t i = 0; i < 10; i++)
        sample_ma(5000);
    for (uint8_t i = 0; i < 11; i++)
        sample(open);
    current_close(&c, 900);
    assert_int_equal(c.sensor[0].state, SENSOR_BROKEN);
}

/* ---- calibration ----------------------------------------------------------------------------- */

static void save_zeros(const uint16_t zero_q6[CURRENT_INPUTS])
{
    struct sensor_record r = { .zeroed = { true, true } };

    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        r.input[i] = (struct sensor_input){ zero_q6[i], SENSOR_GAIN_UNITY };
    sensor_record_save(&r);
}

static void test_saved_zero_points_are_used(void **state)
{
    static const uint16_t zero_q6[CURRENT_INPUTS] = { 515 * 64u + 32u, 510 * 64u, 500 * 64u,
                                                      520 * 64u };
    struct calibration none = { .gain_q16 = 9999 };

    (void)state;
    set_up();
    current_load(&c, &none);
    assert_false(c.record.zeroed[0]);
    assert_int_equal(block_ma(1000), 1000); /* a calibration that is not valid scales nothing */
    save_zeros(zero_q6);
    current_load(&c, &none);
    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        assert_int_equal(c.sensor[i / 2u].zero_q6[i & 1u], zero_q6[i]);
    assert_int_equal(block_ma(1000), 825); /* 20 - 3.5 codes */
    assert_int_equal(c.sensor[0].state, SENSOR_OK);
    assert_int_equal(fake->stray, 0);
}

/* A sensor that is off by up to 3 A either way ends at the same rails as a good one. */
static void test_saved_zero_far_away_counts_all_currents(void **state)
{
    struct calibration none = { 0 };

    (void)state;
    for (int16_t off = -60; off <= 60; off += 4) {
        uint16_t zero_q6 = (uint16_t)((ZERO + (uint16_t)off) * 64u);
        uint16_t zeros[CURRENT_INPUTS] = { zero_q6, ZERO * 64u, zero_q6, ZERO * 64u };

        set_up();
        save_zeros(zeros);
        current_load(&c, &none);
        for (int32_t ma = -60000; ma <= 60000; ma += 1250) {
            uint16_t code[CURRENT_INPUTS] = { clip((int32_t)ZERO + off + ma / 50),
                                              clip((int32_t)ZERO + ma / 1250), 0, 0 };
            for (uint8_t i = 0; i < SAMPLES; i++)
                sample(code);
            current_close(&c, SAMPLES);
            assert_int_equal(c.sensor[0].ma, ma);
        }
    }
}

static void test_saved_gains_scale_each_range_on_its_own(void **state)
{
    struct calibration five_percent = { .gain_q16 = 12015, .valid = true };
    struct sensor_record r = { .gains_known = true };

    (void)state;
    set_up();
    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        r.input[i] = (struct sensor_input){ 512 * 64u, SENSOR_GAIN_UNITY };
    r.input[0].gain_q14 = SENSOR_GAIN_UNITY + SENSOR_GAIN_UNITY / 64u;
    r.input[1].gain_q14 = SENSOR_GAIN_UNITY - SENSOR_GAIN_UNITY / 32u;
    r.zeroed[0] = true;
    sensor_record_save(&r);
    current_load(&c, &five_percent);
    assert_int_equal(block_ma(6400), 6500);
    assert_int_equal(block_ma(-6400), -6500);
    assert_int_equal(block_ma(40000), 38750);
}

/* +50 ppm/K: at 65 C the reference is 0.2 % up, all codes 0.2 % down. */
static void test_zero_points_and_gains_follow_the_reference_over_temperature(void **state)
{
    static const uint16_t zero_q6[CURRENT_INPUTS] = { 32000, 32000, 32000, 32000 };
    struct calibration drifting = { .gain_q16 = CALIBRATION_GAIN_NOMINAL,
                                    .tc_ppm = 50,
                                    .valid = true };

    (void)state;
    set_up();
    save_zeros(zero_q6);
    current_load(&c, &drifting);
    current_set_temperature(&c, 650);
    for (uint8_t i = 0; i < CURRENT_INPUTS; i++)
        assert_int_equal(c.sensor[i / 2u].zero_q6[i & 1u], 31936);
    for (uint8_t i = 0; i < SAMPLES; i++) { /* 499 is 0 A, 699 is 10 A and 0.2 % */
        uint16_t code[CURRENT_INPUTS] = { 699, 507, 499, 499 };
        sample(code);
    }
    current_close(&c, SAMPLES);
    assert_int_equal(c.sensor[0].ma, 10020);
    current_set_temperature(&c, -150);
    assert_int_equal(c.sensor[0].zero_q6[0], 32064);
    current_set_temperature(&c, 250);
    assert_int_equal(c.sensor[0].zero_q6[0], 32000);
    assert_int_equal(fake_irq_depth, 0);
}

/* A reference 5 % up: the nominal zero reads 487.6 instead of 512, and every code is 5 % more. */
static void test_reference_error_of_the_board_scales_the_current(void **state)
{
    struct calibration five_percent = { .gain_q16 = 12015, .valid = true };
    static const struct {
        uint16_t low, high;
        int32_t ma;
    } rows[] = { { 688, 496, 10520 }, { 288, 480, -10480 }, { 922, 808, 420550 } };

    (void)state;
    set_up();
    current_load(&c, &five_percent);
    assert_in_range(c.sensor[0].zero_q6[0], 31204, 31212);
    for (uint8_t i = 0; i < TEST_COUNT_OF(rows); i++) {
        for (uint8_t k = 0; k < SAMPLES; k++) {
            uint16_t code[CURRENT_INPUTS] = { rows[i].low, rows[i].high, 0, 0 };
            sample(code);
        }
        current_close(&c, SAMPLES);
        if (labs(c.sensor[0].ma - rows[i].ma) > 10 + labs(rows[i].ma) / 2000)
            fail_msg("row %u: %ld", i, (long)c.sensor[0].ma);
    }
}

/* What sensor 1 gives at this current, in codes of a board whose reference is off. */
static void sample_ma_with_reference(int32_t ma, int32_t ref_permille)
{
    uint16_t code[CURRENT_INPUTS] = { clip((int32_t)ZERO + ma / 50),
                                      clip((int32_t)ZERO + ma / 1250), 0, 0 };

    for (uint8_t i = 0; i < 2; i++)
        code[i] = (uint16_t)((int32_t)code[i] * 1000 / ref_permille);
    sample(code);
}

static void test_reference_error_moves_no_limit(void **state)
{
    static const int16_t ref_permille[] = { 910, 950, 1000, 1050, 1090 };
    static const int32_t current_ma[] = { -500000, -40000, -19000, 19000, 40000, 500000 };

    (void)state;
    for (uint8_t r = 0; r < TEST_COUNT_OF(ref_permille); r++) {
        for (uint8_t i = 0; i < TEST_COUNT_OF(current_ma); i++) {
            struct calibration calibration = { .valid = true };
            long limit_ma = 1500 + labs(current_ma[i]) / 100;
            uint16_t zero = (uint16_t)((int32_t)(ZERO * 64ul) * 1000 / ref_permille[r]);
            uint16_t zeros[CURRENT_INPUTS] = { zero, zero, zero, zero };

            set_up();
            calibration.gain_q16 =
                (uint16_t)((int32_t)CALIBRATION_GAIN_NOMINAL * ref_permille[r] / 1000);
            save_zeros(zeros);
            current_load(&c, &calibration);
            for (uint8_t k = 0; k < SAMPLES; k++)
                sample_ma_with_reference(current_ma[i], ref_permille[r]);
            current_close(&c, SAMPLES);
            assert_int_equal(c.sensor[0].state, SENSOR_OK);
            assert_true(labs(c.sensor[0].ma - current_ma[i]) <= limit_ma);
        }
    }
}

static void test_frames_carry_both_totals_of_a_sensor(void **state)
{
    struct frame_charge frames[2];

    (void)state;
    set_up();
    block_ma(9000);
    block_ma(-7000);
    current_frames(&c, 0, frames);
    for (uint8_t i = 0; i < 2; i++) {
        assert_int_equal(frames[i].sensor, 0);
        assert_int_equal(frames[i].state, SENSOR_UNZEROED);
        assert_int_equal(frames[i].reverse, i);
        assert_int_equal(frames[i].mas, i == 0 ? 900 : 700);
    }
    current_frames(&c, 1, frames);
    for (uint8_t i = 0; i < 2; i++) {
        assert_int_equal(frames[i].sensor, 1);
        assert_int_equal(frames[i].state, SENSOR_ABSENT);
        assert_int_equal(frames[i].reverse, i);
        assert_int_equal(frames[i].mas, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_low_range_is_used_below_20_amperes),
        cmocka_unit_test(test_high_range_takes_over_at_20_amperes),
        cmocka_unit_test(test_dead_band_ends_at_300_milliamperes),
        cmocka_unit_test(test_over_range_is_reported_and_limited),
        cmocka_unit_test(test_mean_of_a_ripple_is_its_middle),
        cmocka_unit_test(test_block_longer_than_any_lasts_as_long_as_its_samples),
        cmocka_unit_test(test_empty_block_changes_nothing),
        cmocka_unit_test(test_integration_over_thousands_of_blocks_is_exact),
        cmocka_unit_test(test_totals_wrap_at_32_bits),
        cmocka_unit_test(test_open_input_is_absent_and_later_broken),
        cmocka_unit_test(test_legal_window_ends_where_no_sensor_can_be),
        cmocka_unit_test(test_few_bad_samples_are_left_out),
        cmocka_unit_test(test_saved_zero_points_are_used),
        cmocka_unit_test(test_saved_zero_far_away_counts_all_currents),
        cmocka_unit_test(test_saved_gains_scale_each_range_on_its_own),
        cmocka_unit_test(test_zero_points_and_gains_follow_the_reference_over_temperature),
        cmocka_unit_test(test_reference_error_of_the_board_scales_the_current),
        cmocka_unit_test(test_reference_error_moves_no_limit),
        cmocka_unit_test(test_frames_carry_both_totals_of_a_sensor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
