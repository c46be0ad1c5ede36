#include "end_board/pace.h"

#include "common/command.h"
#include "test.h"

static struct pace pace;
static struct frame_command command;

/* Cycles as cpu_clock.h counts them of a board whose bit of the ring is off by so many 1/10 %. */
static uint16_t cycles_of(uint8_t divisor, int16_t permille)
{
    return (uint16_t)((uint32_t)1200 * divisor * (uint32_t)(1000 + permille) / 1000u);
}

static void make_due(void)
{
    for (uint8_t i = 0; i < 255u && !pace_due(&pace); i++)
        pace_round(&pace);
    assert_true(pace_due(&pace));
}

static void set_up(void)
{
    pace_init(&pace);
    make_due();
}

static int16_t asked(uint16_t cycles, uint8_t divisor, int8_t error)
{
    make_due();
    if (!pace_step(&pace, cycles, divisor, error, &command))
        return 0;
    return (int16_t)command.argument;
}

static void test_error_of_38400_baud_is_none_with_any_divisor(void **state)
{
    (void)state;
    for (uint8_t divisor = 10; divisor <= 17; divisor++) {
        assert_in_range(pace_error_1024(cycles_of(divisor, 0), divisor) + 1, 0, 2);
        assert_in_range(pace_error_1024(cycles_of(divisor, 100), divisor), 101, 103);
        assert_in_range(pace_error_1024(cycles_of(divisor, -100), divisor) + 103, 0, 2);
    }
    assert_int_equal(pace_error_1024(UINT16_MAX, 1), 1024);
}

static void test_a_good_rate_is_left_alone_for_a_minute(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(asked(cycles_of(13, 4), 13, 0), 0);
    for (uint8_t i = 0; i < PACE_REST_ROUNDS; i++) {
        assert_false(pace_due(&pace));
        pace_round(&pace);
    }
    assert_true(pace_due(&pace));
}

/* 0.55 % a step, and the way back. */
static void test_a_wrong_rate_asks_begin_for_steps(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(asked(cycles_of(13, 100), 13, 0), -18);
    assert_int_equal(command.target, 1);
    assert_int_equal(command.item, ITEM_CLOCK_STEPS);
    assert_true(command.write);
    assert_int_equal(asked(cycles_of(14, -100), 14, 0), 18);
    assert_int_equal(asked(cycles_of(12, -7), 12, 0), 1);
    assert_int_equal(asked(cycles_of(13, 300), 13, 0), -PACE_STEPS_MAX);
}

/* What this board says of itself is a sum of roundings of all boards: good to know when it has settled. */
static void test_a_board_on_its_way_waits(void **state)
{
    (void)state;
    set_up();
    for (int8_t error = -20; error <= 20; error++) {
        bool settled = error >= -PACE_GOOD_1024 && error <= PACE_GOOD_1024;
        assert_int_equal(asked(cycles_of(13, -50), 13, error), settled ? 9 : 0);
        if (!settled)
            assert_int_equal(pace.wait, PACE_AGAIN_ROUNDS);
    }
}

static void test_next_look_waits_for_the_steps(void **state)
{
    uint8_t rounds = 0;

    (void)state;
    set_up();
    assert_int_equal(asked(cycles_of(13, -50), 13, 0), 9);
    for (; !pace_due(&pace); rounds++)
        pace_round(&pace);
    assert_int_equal(rounds, 9 + PACE_SETTLE_ROUNDS);
}

/* Begin answers a repeated command without executing it, and an app's answer has another sequence. */
static void test_sequences_take_turns_apart_from_those_of_the_app(void **state)
{
    uint8_t first;

    (void)state;
    set_up();
    assert_int_equal(asked(cycles_of(13, -50), 13, 0), 9);
    first = command.sequence;
    assert_int_equal(asked(cycles_of(13, -50), 13, 0), 9);
    assert_int_not_equal(command.sequence, first);
    assert_in_range(first, PACE_SEQUENCE, 15);
    assert_in_range(command.sequence, PACE_SEQUENCE, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_of_38400_baud_is_none_with_any_divisor),
        cmocka_unit_test(test_a_good_rate_is_left_alone_for_a_minute),
        cmocka_unit_test(test_a_wrong_rate_asks_begin_for_steps),
        cmocka_unit_test(test_a_board_on_its_way_waits),
        cmocka_unit_test(test_next_look_waits_for_the_steps),
        cmocka_unit_test(test_sequences_take_turns_apart_from_those_of_the_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
