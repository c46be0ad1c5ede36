#include "common/ntc.h"
#include "test.h"

#ifndef __AVR__
#include <math.h>

/* Vishay's polynomial, as the comment in ntc.c states it. */
static double sum_at(double celsius)
{
    double t = celsius + 273.15;
    double r = 10e3 * exp(-14.6337 + 4791.842 / t - 115334 / (t * t) - 3730535 / (t * t * t));
    return 16384 * r / (r + 10e3);
}

static void test_ntc_follows_the_formula_at_every_tenth_of_a_degree(void **state)
{
    (void)state;
    for (int16_t wanted = -499; wanted < 1300; wanted++) {
        int16_t dc = 0;
        assert_int_equal(ntc_temperature((uint16_t)lround(sum_at(wanted / 10.0)), &dc), NTC_OK);
        if (dc < wanted - 2 || dc > wanted + 2)
            fail_msg("%d instead of %d", dc, wanted);
    }
}
#endif

/* Sums by the formula at points that are not in the table, for the AVR as well. */
static void test_ntc_between_table_points_is_within_two_tenths(void **state)
{
    static const struct {
        uint16_t sum;
        int16_t dc;
    } points[] = { { 16093, -475 }, { 15107, -235 }, { 13121, -41 }, { 8553, 230 }, { 7836, 270 },
                   { 3460, 580 },   { 2273, 725 },   { 1454, 880 },  { 647, 1177 }, { 488, 1288 } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(points); i++) {
        int16_t dc = 0;
        assert_int_equal(ntc_temperature(points[i].sum, &dc), NTC_OK);
        if (dc < points[i].dc - 2 || dc > points[i].dc + 2)
            fail_msg("%d instead of %d", dc, points[i].dc);
    }
}

static void test_ntc_is_exact_at_25_and_at_both_ends(void **state)
{
    int16_t dc;

    (void)state;
    ntc_temperature(8192, &dc);
    assert_int_equal(dc, 250);
    assert_int_equal(ntc_temperature(16139, &dc), NTC_OK);
    assert_int_equal(dc, -500);
    assert_int_equal(ntc_temperature(474, &dc), NTC_OK);
    assert_int_equal(dc, 1300);
}

static void test_ntc_falls_with_every_sum(void **state)
{
    int16_t before = 1301;
    int16_t dc;

    (void)state;
    for (uint16_t sum = 474; sum <= 16139; sum++) {
        assert_int_equal(ntc_temperature(sum, &dc), NTC_OK);
        assert_true(dc <= before && before - dc <= 2);
        before = dc;
    }
}

static void test_ntc_open_or_short_leaves_the_temperature(void **state)
{
    int16_t dc = 123;

    (void)state;
    for (uint16_t sum = 0; sum < 474; sum++)
        assert_int_equal(ntc_temperature(sum, &dc), NTC_SHORT);
    for (uint16_t sum = 16140; sum <= 16368; sum++)
        assert_int_equal(ntc_temperature(sum, &dc), NTC_OPEN);
    assert_int_equal(dc, 123);
}

/* R / (R + fixed) of an NTC behind a pin, whatever the pin has. */
static void test_share_leaves_the_pin_out(void **state)
{
    static const uint16_t ohm[] = { 1070, 1750, 10000, 40000 };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(ohm); i++) {
        uint16_t wanted = (uint16_t)(16384ul * ohm[i] / (ohm[i] + 10000ul));
        for (uint16_t pin = 0; pin <= 100; pin += 10) {
            uint32_t all = (uint32_t)ohm[i] + pin + 10000u;
            uint16_t tap = (uint16_t)((8192ul * (ohm[i] + pin) + all / 2u) / all);
            uint16_t foot = (uint16_t)((8192ul * pin + all / 2u) / all);
            uint16_t share = ntc_share(tap, foot);
            if (share + 3u < wanted || share > wanted + 3u)
                fail_msg("%u ohm behind %u: %u, not %u", ohm[i], pin, share, wanted);
        }
    }
}

static void test_share_of_a_foot_that_is_not_low_reads_open(void **state)
{
    int16_t dc = 5;

    (void)state;
    assert_int_equal(ntc_temperature(ntc_share(8184, 8184), &dc), NTC_OPEN);
    assert_int_equal(ntc_temperature(ntc_share(4000, 400), &dc), NTC_OPEN);
    assert_int_equal(ntc_temperature(ntc_share(0, 0), &dc), NTC_SHORT);
    assert_int_equal(ntc_temperature(ntc_share(20, 24), &dc), NTC_SHORT);
    assert_int_equal(ntc_temperature(ntc_share(8184, 0), &dc), NTC_OPEN);
    assert_int_equal(dc, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef __AVR__
        cmocka_unit_test(test_ntc_follows_the_formula_at_every_tenth_of_a_degree),
#endif
        cmocka_unit_test(test_ntc_between_table_points_is_within_two_tenths),
        cmocka_unit_test(test_ntc_is_exact_at_25_and_at_both_ends),
        cmocka_unit_test(test_ntc_falls_with_every_sum),
        cmocka_unit_test(test_ntc_open_or_short_leaves_the_temperature),
        cmocka_unit_test(test_share_leaves_the_pin_out),
        cmocka_unit_test(test_share_of_a_foot_that_is_not_low_reads_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
