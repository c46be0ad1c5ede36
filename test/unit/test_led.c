/* The LED's table, the button, and the balance resistor's temperature. */
#include "common/button.h"
#include "common/led.h"
#include "common/resistor.h"
#include "test.h"

/* Every combination of causes against the table said in words: a button's answer first, then
 * balancing, then data; refused is dark, zeroed flashes fast. */
static void test_led_shows_the_first_cause_of_the_table(void **state)
{
    (void)state;
    for (uint8_t causes = 0; causes < 16; causes++) {
        for (uint16_t ms = 0; ms < 1024; ms++) {
            bool lit;
            if (causes & LED_ZERO_DONE)
                lit = ms / 128u % 2u != 0;
            else if (causes & LED_ZERO_REFUSED)
                lit = false;
            else
                lit = (causes & (LED_BALANCING | LED_DATA)) != 0;
            assert_int_equal(led_lit(causes, ms), lit);
        }
    }
}

static void test_button_follows_after_thirty_steady_milliseconds(void **state)
{
    /* the clock wraps within the test */
    for (uint32_t begin = 65300; begin < 65536; begin += 47) {
        struct button b = { 0 };
        uint16_t now_ms = (uint16_t)begin;

        (void)state;
        assert_false(button_step(&b, false, now_ms));
        for (uint8_t i = 0; i < 20; i++) { /* bounces */
            assert_true(button_step(&b, i & 1u, now_ms++) || !(i & 1u));
            assert_false(b.pressed);
        }
        for (uint8_t i = 0; i < 29; i++) {
            assert_true(button_step(&b, true, now_ms++));
            assert_false(b.pressed);
        }
        button_step(&b, true, now_ms++);
        assert_true(b.pressed);
        for (uint8_t i = 0; i < 30; i++) {
            assert_true(button_step(&b, false, now_ms++));
            assert_true(b.pressed);
        }
        assert_false(button_step(&b, false, now_ms));
        assert_false(b.pressed);
    }
}

#define SUM_25 4096u
#define SUM_90 687u
#define SUM_OPEN 8150u
#define SUM_SHORT 50u

static void test_resistor_without_a_sensor_is_estimated(void **state)
{
    struct resistor r = { 0 };

    (void)state;
    resistor_take(&r, SUM_OPEN);
    assert_false(r.fitted);
    assert_false(r.lost);
    assert_int_equal(resistor_dc(&r, 3400, 250), 250 + 419); /* 3.5 W at 12 K/W */
    assert_int_equal(resistor_dc(&r, 4100, 250), 250 + 610);
    assert_int_equal(resistor_dc(&r, 0, -400), -400);
    assert_int_equal(resistor_dc(&r, 8191, 850), 850 + 2437);
}

static void test_resistor_with_a_sensor_is_what_it_says(void **state)
{
    struct resistor r = { 0 };

    (void)state;
    resistor_take(&r, SUM_25);
    assert_true(r.fitted);
    assert_int_equal(resistor_dc(&r, 4100, 600), 250);
    resistor_take(&r, SUM_90);
    assert_int_equal(resistor_dc(&r, 4100, 600), 900);
    resistor_take(&r, SUM_OPEN); /* its wire broke */
    assert_true(r.fitted);
    assert_true(r.lost);
    resistor_take(&r, SUM_25);
    assert_false(r.lost);
}

static void test_shorted_resistor_sensor_counts_as_hottest(void **state)
{
    struct resistor r = { 0 };

    (void)state;
    resistor_take(&r, SUM_SHORT);
    assert_true(r.fitted);
    assert_false(r.lost);
    assert_int_equal(resistor_dc(&r, 3400, 250), 1300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_led_shows_the_first_cause_of_the_table),
        cmocka_unit_test(test_button_follows_after_thirty_steady_milliseconds),
        cmocka_unit_test(test_resistor_without_a_sensor_is_estimated),
        cmocka_unit_test(test_resistor_with_a_sensor_is_what_it_says),
        cmocka_unit_test(test_shorted_resistor_sensor_counts_as_hottest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
