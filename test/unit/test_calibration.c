#include "common/calibration.h"
#include "common/eeprom_map.h"
#include "common/record.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static const struct calibration odd = {
    .gain_q16 = 11987, .offset_dmv = -123, .tc_ppm = 87, .offset_dc = -9, .valid = true
};

#ifndef __AVR__
#include <math.h>

static double exact_mv(const struct calibration *c, uint16_t sum, int16_t dc)
{
    double gain = c->gain_q16 * (1.0 + c->tc_ppm * 1e-6 * (dc - 250) / 10.0);
    return sum * gain / 65536.0 + c->offset_dmv / 10.0;
}

/* The gain is whole counts: half of one is 0.25 mV at full scale, and the voltage rounds twice. */
static void test_calibration_mv_is_within_one_millivolt_of_the_formula(void **state)
{
    static const struct calibration cases[] = {
        { .gain_q16 = CALIBRATION_GAIN_NOMINAL },
        { .gain_q16 = 8000, .offset_dmv = 2000, .tc_ppm = 500 },
        { .gain_q16 = 16000, .offset_dmv = -2000, .tc_ppm = -500 },
        { .gain_q16 = 16000, .offset_dmv = 7, .tc_ppm = 500 },
        { .gain_q16 = 11987, .offset_dmv = -123, .tc_ppm = 87 },
        { .gain_q16 = 10777, .offset_dmv = 55, .tc_ppm = -130 },
    };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        for (int16_t dc = -400; dc <= 1300; dc = (int16_t)(dc + 50)) {
            for (uint16_t sum = 0; sum <= 32736; sum = (uint16_t)(sum + 7)) {
                double exact = exact_mv(&cases[i], sum, dc);
                double got = calibration_mv(&cases[i], sum, dc);
                if (exact < 0)
                    exact = 0;
                if (exact > 8191)
                    exact = 8191;
                if (fabs(got - exact) > 1.1)
                    fail_msg("case %u, sum %u, %d: %g instead of %g", i, sum, dc, got, exact);
            }
        }
    }
}

static void test_calibration_mv_without_tc_rounds_to_nearest(void **state)
{
    struct calibration c = { .gain_q16 = CALIBRATION_GAIN_NOMINAL };

    (void)state;
    for (uint16_t sum = 0; sum <= 32736; sum++)
        assert_true(fabs(calibration_mv(&c, sum, 250) - exact_mv(&c, sum, 250)) <= 0.56);
}
#endif

static void test_nominal_gain_reads_known_voltages(void **state)
{
    struct calibration c;

    (void)state;
    calibration_default(&c);
    assert_false(c.valid);
    assert_int_equal(calibration_mv(&c, 0, 250), 0);
    assert_int_equal(calibration_mv(&c, 18900, 250), 3300); /* 18900 * 11443 / 65536 = 3300.05 */
    assert_int_equal(calibration_mv(&c, 28636, 250), 5000); /* 5000.02 */
    assert_int_equal(calibration_mv(&c, 32736, 250), 5716); /* 5715.9: no wrap at full scale */
}

static void test_tc_moves_gain_around_25_degrees(void **state)
{
    struct calibration c = { .gain_q16 = 12000, .tc_ppm = 100 };

    (void)state;
    assert_int_equal(calibration_mv(&c, 20000, 250), 3662);  /* 3662.1 */
    assert_int_equal(calibration_mv(&c, 20000, 750), 3680);  /* + 0.5 % */
    assert_int_equal(calibration_mv(&c, 20000, -250), 3644); /* - 0.5 % */
    c.tc_ppm = -100;
    assert_int_equal(calibration_mv(&c, 20000, 750), 3644);
}

static void test_offset_moves_and_saturates(void **state)
{
    struct calibration c = { .gain_q16 = 12000, .offset_dmv = -2000 };

    (void)state;
    assert_int_equal(calibration_mv(&c, 0, 250), 0);
    assert_int_equal(calibration_mv(&c, 1092, 250), 0); /* 199.95 mV */
    assert_int_equal(calibration_mv(&c, 20000, 250), 3462);
    c.offset_dmv = 5;
    assert_int_equal(calibration_mv(&c, 0, 250), 1); /* half rounds up */
    c.offset_dmv = 4;
    assert_int_equal(calibration_mv(&c, 0, 250), 0);
    c = (struct calibration){ .gain_q16 = 16000, .offset_dmv = 2000, .tc_ppm = 500 };
    assert_int_equal(calibration_mv(&c, 32736, 1300), 8191);
}

static bool legal(struct calibration c)
{
    uint8_t payload[CALIBRATION_PAYLOAD];
    struct calibration read;
    bool ok;

    calibration_encode(payload, &c);
    ok = calibration_decode(payload, &read);
    assert_int_equal(read.valid, ok);
    if (ok) {
        assert_int_equal(read.gain_q16, c.gain_q16);
        assert_int_equal(read.offset_dmv, c.offset_dmv);
        assert_int_equal(read.tc_ppm, c.tc_ppm);
        assert_int_equal(read.offset_dc, c.offset_dc);
    }
    return ok;
}

static struct calibration with(uint16_t gain, int16_t offset_dmv, int16_t tc, int8_t offset_dc)
{
    return (struct calibration){ gain, offset_dmv, tc, offset_dc, true };
}

static void test_record_fields_are_limited(void **state)
{
    (void)state;
    assert_true(legal(with(8000, 0, 0, 0)));
    assert_false(legal(with(7999, 0, 0, 0)));
    assert_true(legal(with(16000, 0, 0, 0)));
    assert_false(legal(with(16001, 0, 0, 0)));
    assert_true(legal(with(11443, 2000, 0, 0)));
    assert_false(legal(with(11443, 2001, 0, 0)));
    assert_true(legal(with(11443, -2000, 0, 0)));
    assert_false(legal(with(11443, -2001, 0, 0)));
    assert_false(legal(with(11443, INT16_MIN, 0, 0)));
    assert_true(legal(with(11443, 0, 500, 0)));
    assert_false(legal(with(11443, 0, 501, 0)));
    assert_true(legal(with(11443, 0, -500, 0)));
    assert_false(legal(with(11443, 0, -501, 0)));
    assert_true(legal(with(11443, 0, 0, -128)));
    assert_true(legal(with(11443, 0, 0, 127)));
}

static void test_saved_calibration_is_loaded(void **state)
{
    struct calibration read;

    (void)state;
    fake_reset();
    calibration_load(&read);
    assert_false(read.valid);
    assert_int_equal(read.gain_q16, CALIBRATION_GAIN_NOMINAL);
    calibration_save(&odd);
    calibration_load(&read);
    assert_true(read.valid);
    assert_int_equal(read.gain_q16, odd.gain_q16);
    assert_int_equal(read.offset_dc, odd.offset_dc);
}

static void test_sealed_but_illegal_record_gives_defaults(void **state)
{
    struct calibration bad = odd;
    struct calibration read;

    (void)state;
    fake_reset();
    bad.gain_q16 = 100;
    calibration_save(&bad);
    calibration_load(&read);
    assert_false(read.valid);
    assert_int_equal(read.gain_q16, CALIBRATION_GAIN_NOMINAL);
    assert_int_equal(read.offset_dmv, 0);
    assert_int_equal(read.offset_dc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef __AVR__
        cmocka_unit_test(test_calibration_mv_is_within_one_millivolt_of_the_formula),
        cmocka_unit_test(test_calibration_mv_without_tc_rounds_to_nearest),
#endif
        cmocka_unit_test(test_nominal_gain_reads_known_voltages),
        cmocka_unit_test(test_tc_moves_gain_around_25_degrees),
        cmocka_unit_test(test_offset_moves_and_saturates),
        cmocka_unit_test(test_record_fields_are_limited),
        cmocka_unit_test(test_saved_calibration_is_loaded),
        cmocka_unit_test(test_sealed_but_illegal_record_gives_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
