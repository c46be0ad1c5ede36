#include "begin_board/steer.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define FACTORY 160u

static struct cell_board b;

static void set_up(void)
{
    fake_reset();
    hal_clock_set_trim(FACTORY);
    memset(&b, 0, sizeof b);
    trim_init(&b.link.trim, FACTORY);
}

static void rounds(uint8_t count)
{
    while (count--)
        steer_step(&b);
}

static void test_steps_are_made_one_a_round(void **state)
{
    (void)state;
    set_up();
    b.clock_steps = 3;
    for (uint8_t i = 1; i <= 5; i++) {
        steer_step(&b);
        assert_int_equal(hal_clock_trim(), FACTORY + (i < 3 ? i : 3));
    }
    assert_int_equal(b.clock_steps, 0);
    b.clock_steps = -2;
    rounds(5);
    assert_int_equal(hal_clock_trim(), FACTORY + 1);
    assert_int_equal(b.link.trim.divisor, LINK_DIVISOR_NOMINAL);
}

static void test_divisor_that_no_steering_makes_is_not_kept(void **state)
{
    (void)state;
    set_up();
    for (uint16_t divisor = 0; divisor < 256; divisor++) {
        bool kept = divisor + 1u >= LINK_DIVISOR_NOMINAL && divisor <= LINK_DIVISOR_NOMINAL + 1u;
        b.link.trim.divisor = (uint8_t)divisor;
        steer_step(&b);
        assert_int_equal(b.link.trim.divisor, kept ? divisor : LINK_DIVISOR_NOMINAL);
    }
}

/* As much of the bit rate as 16 steps and one divisor beside the nominal one are, and not more. */
static void test_at_the_end_of_the_oscillator_the_divisor_helps_once(void **state)
{
    (void)state;
    set_up();
    b.clock_steps = 20;
    rounds(20);
    assert_int_equal(b.link.trim.divisor, LINK_DIVISOR_NOMINAL - 1u);
    assert_in_range(hal_clock_trim(), FACTORY, FACTORY + 10);
    b.clock_steps = 32;
    rounds(40);
    assert_int_equal(b.link.trim.divisor, LINK_DIVISOR_NOMINAL - 1u);
    assert_int_equal(hal_clock_trim(), FACTORY + 16);
    assert_true(b.link.trim.at_limit);
    for (uint8_t i = 0; i < 4; i++) {
        b.clock_steps = -32;
        rounds(40);
    }
    assert_int_equal(b.link.trim.divisor, LINK_DIVISOR_NOMINAL + 1u);
    assert_int_equal(hal_clock_trim(), FACTORY - 16);
}

static void test_a_senseless_wish_moves_nothing(void **state)
{
    (void)state;
    set_up();
    b.clock_steps = STEER_STEPS_MAX + 1;
    rounds(2);
    b.clock_steps = INT16_MIN;
    rounds(2);
    assert_int_equal(hal_clock_trim(), FACTORY);
    assert_int_equal(b.clock_steps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_are_made_one_a_round),
        cmocka_unit_test(test_divisor_that_no_steering_makes_is_not_kept),
        cmocka_unit_test(test_at_the_end_of_the_oscillator_the_divisor_helps_once),
        cmocka_unit_test(test_a_senseless_wish_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
