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
    for (uint16_t i = 0; i < 700u && !pace_due(&pace); i++)
        pace_round(&pace);
    assert_true(pace_due(&pace));
}

static void set_up(void)
{
    pace_init(&pace);
    make_due();
}

/* Every round one look, until there is an answer. */
static int16_t asked(uint16_t cycles, uint8_t divisor, int8_t error)
{
    make_due();
    for (uint8_t i = 0; i < PACE_LOOKS; i++) {
        if (pace_step(&pace, cycles, divisor, error, &command))
            return (int16_t)command.argument;
        if (pace.looks != 0)
            pace_round(&pace);
    }
    return 0;
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
    assert_int_equal(asked(cycles_of(12, -9), 12, 0), 2);
    assert_int_equal(asked(cycles_of(13, 148), 13, 0), -PACE_STEPS_MAX);
}

/* One step of drift would be 0.55 %: the rate comes to rest on one side of it. */
static void test_an_error_of_one_step_is_left_alone(void **state)
{
    (void)state;
    set_up();
    for (int16_t permille = -6; permille <= 6; permille++)
        assert_int_equal(asked(cycles_of(13, permille), 13, 0), 0);
    for (int16_t permille = 7; permille < 16; permille++) {
        assert_int_not_equal(asked(cycles_of(13, permille), 13, 0), 0);
        assert_int_not_equal(asked(cycles_of(13, (int16_t)-permille), 13, 0), 0);
    }
}

/* A look is 0.3 % off at worst. */
static void test_mean_of_looks_is_what_counts(void **state)
{
    static const int8_t off[PACE_LOOKS] = { 3, -3, 2, -2 };

    (void)state;
    for (int16_t permille = -12; permille <= 12; permille += 12) {
        set_up();
        for (uint8_t i = 0; i < PACE_LOOKS; i++) {
            assert_true(pace_due(&pace));
            assert_int_equal(
                pace_step(&pace, cycles_of(13, (int16_t)(permille + off[i])), 13, 0, &command),
                i == PACE_LOOKS - 1u && permille != 0);
            pace_round(&pace);
        }
        if (permille != 0)
            assert_int_equal((int16_t)command.argument, permille < 0 ? 2 : -2);
    }
}

static void test_an_impossible_clock_is_not_followed(void **state)
{
    (void)state;
    set_up();
    for (int16_t permille = 152; permille < 400; permille += 13) {
        assert_int_equal(asked(cycles_of(13, permille), 13, 0), 0);
        assert_int_equal(asked(cycles_of(13, (int16_t)-permille), 13, 0), 0);
        assert_int_equal(pace.wait, PACE_REST_ROUNDS);
    }
}

static uint16_t rounds_to_next_look(void)
{
    uint16_t rounds = 0;

    for (; !pace_due(&pace); rounds++)
        pace_round(&pace);
    return rounds;
}

/* What this board says of itself is a sum of roundings of all boards: good to know when it has settled. */
static void test_a_board_on_its_way_waits(void **state)
{
    (void)state;
    set_up();
    for (int8_t error = -20; error <= 20; error++) {
        bool settled = error >= -PACE_FOLLOWED_1024 && error <= PACE_FOLLOWED_1024;
        assert_int_equal(asked(cycles_of(13, -50), 13, error), settled ? 9 : 0);
        if (!settled)
            assert_int_equal(pace.wait, PACE_AGAIN_ROUNDS);
    }
}

static void test_next_look_waits_for_the_steps(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(asked(cycles_of(13, -50), 13, 0), 9);
    assert_int_equal(rounds_to_next_look(), 9 + PACE_SETTLE_ROUNDS);
}

/* Temperature moves the clock all the time. */
static void test_drift_is_corrected_every_ten_minutes_at_most(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(asked(cycles_of(13, -9), 13, 0), 2);
    assert_int_equal(rounds_to_next_look(), PACE_DRIFT_ROUNDS);
    assert_int_equal(asked(cycles_of(13, 13), 13, 0), -2);
    assert_int_equal(rounds_to_next_look(), PACE_DRIFT_ROUNDS);
    assert_int_equal(asked(cycles_of(13, 16), 13, 0), -3);
    assert_int_equal(rounds_to_next_look(), 3 + PACE_SETTLE_ROUNDS);
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
        cmocka_unit_test(test_an_error_of_one_step_is_left_alone),
        cmocka_unit_test(test_mean_of_looks_is_what_counts),
        cmocka_unit_test(test_an_impossible_clock_is_not_followed),
        cmocka_unit_test(test_next_look_waits_for_the_steps),
        cmocka_unit_test(test_drift_is_corrected_every_ten_minutes_at_most),
        cmocka_unit_test(test_sequences_take_turns_apart_from_those_of_the_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
