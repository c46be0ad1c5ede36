#include "end_board/reset_button.h"
#include "end_board/show.h"
#include "test.h"

static struct reset_button button;
static uint32_t now_ms;

static void set_up(void)
{
    reset_button_init(&button);
    now_ms = 0xFFFFF000u; /* the clock wraps meanwhile */
}

/* How often it fired in this time, looked at four times a second. */
static uint8_t hold(bool pressed, uint32_t ms)
{
    uint8_t fired = 0;

    for (uint32_t end = now_ms + ms; now_ms != end; now_ms += 250)
        fired = (uint8_t)(fired + reset_button_step(&button, pressed, now_ms));
    return fired;
}

static void test_button_fires_once_after_five_seconds(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(hold(false, 1000), 0);
    assert_int_equal(hold(true, RESET_BUTTON_HELD_MS), 0);
    assert_int_equal(hold(true, 250), 1);
    assert_int_equal(hold(true, 20000), 0);
    assert_int_equal(hold(false, 500), 0);
    assert_int_equal(hold(true, RESET_BUTTON_HELD_MS + 250), 1);
}

static void test_button_released_early_does_not_fire(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(hold(true, 4750), 0);
    assert_int_equal(hold(false, 500), 0);
    assert_int_equal(hold(true, 4750), 0);
    assert_int_equal(hold(false, 20000), 0);
}

static void test_button_that_bounces_is_still_held(void **state)
{
    uint8_t fired = 0;

    (void)state;
    set_up();
    for (uint8_t i = 0; i < 12; i++) {
        fired = (uint8_t)(fired + hold(true, 500));
        fired = (uint8_t)(fired + hold(false, 250));
    }
    assert_int_equal(fired, 1);
}

static void test_answer_lasts_three_seconds(void **state)
{
    (void)state;
    set_up();
    hold(true, RESET_BUTTON_HELD_MS + 250);
    assert_true(reset_button_shown(&button));
    hold(false, RESET_BUTTON_SHOWN_MS - 500);
    assert_true(reset_button_shown(&button));
    hold(false, 750);
    assert_false(reset_button_shown(&button));
}

/* ---- the LEDs --------------------------------------------------------------------------------- */

static struct decide d;

static uint16_t lit_ms(uint8_t led, bool answering, uint16_t of_ms)
{
    uint16_t lit = 0;

    for (uint16_t ms = 0; ms < of_ms; ms++)
        lit = (uint16_t)(lit + ((show_leds(&d, answering, ms) & led) != 0));
    return lit;
}

static void test_status_leds_flash_every_five_seconds_while_the_relay_is_on(void **state)
{
    (void)state;
    memset(&d, 0, sizeof d);
    assert_int_equal(lit_ms(SHOW_CHARGE_LED | SHOW_LOAD_LED, false, 10000), 0);
    d.relay.closed[RELAY_CHARGE] = true;
    assert_int_equal(lit_ms(SHOW_CHARGE_LED, false, 10000), 500);
    assert_int_equal(lit_ms(SHOW_LOAD_LED, false, 10000), 0);
    assert_true(show_leds(&d, false, 5000) == SHOW_CHARGE_LED);
    assert_true(show_leds(&d, false, 5249) == SHOW_CHARGE_LED);
    assert_true(show_leds(&d, false, 5250) == 0);
    d.relay.closed[RELAY_LOAD] = true;
    assert_int_equal(lit_ms(SHOW_LOAD_LED, false, 10000), 500);
}

static void test_status_leds_take_turns_as_the_answer_of_the_button(void **state)
{
    (void)state;
    memset(&d, 0, sizeof d);
    d.relay.closed[RELAY_LOAD] = true;
    for (uint16_t ms = 0; ms < 6000; ms += 50)
        assert_int_equal(show_leds(&d, true, ms),
                         ms % 500u < 250u ? SHOW_CHARGE_LED : SHOW_LOAD_LED);
}

static void test_no_clock_lights_both_half_of_each_second(void **state)
{
    (void)state;
    memset(&d, 0, sizeof d);
    d.no_clock = true;
    for (uint32_t ms = 0; ms < 2000; ms += 50)
        assert_int_equal(show_leds(&d, false, ms),
                         ms % 1000 < 500 ? SHOW_CHARGE_LED | SHOW_LOAD_LED : 0);
    assert_true(show_leds(&d, true, 0) == SHOW_CHARGE_LED); /* who presses is answered */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_button_fires_once_after_five_seconds),
        cmocka_unit_test(test_button_released_early_does_not_fire),
        cmocka_unit_test(test_button_that_bounces_is_still_held),
        cmocka_unit_test(test_answer_lasts_three_seconds),
        cmocka_unit_test(test_status_leds_flash_every_five_seconds_while_the_relay_is_on),
        cmocka_unit_test(test_status_leds_take_turns_as_the_answer_of_the_button),
        cmocka_unit_test(test_no_clock_lights_both_half_of_each_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
