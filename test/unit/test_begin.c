/* Small parts of the Begin board: when a round starts, and the debounced switches. */
#include "begin_board/dip.h"
#include "begin_board/rounds.h"
#include "test.h"

static struct rounds rounds;

/* Steps every millisecond until something is to be done; returns how long it took. */
static uint16_t wait_for(enum round_action wanted, uint16_t *now_ms)
{
    for (uint16_t ms = 0; ms < 3000; ms++) {
        enum round_action action = rounds_step(&rounds, LINK_CAME_LATE, *now_ms);
        if (action == wanted)
            return ms;
        assert_int_equal(action, ROUND_WAIT);
        (*now_ms)++;
    }
    fail_msg("nothing happened for three seconds");
    return 0;
}

static void test_first_round_starts_at_once_and_then_every_period(void **state)
{
    (void)state;
    /* 16 bits of milliseconds wrap every 73 rounds; begin at many places */
    for (uint32_t begin = 0; begin < 65536; begin += 6553) {
        uint16_t now_ms = (uint16_t)begin;
        rounds_init(&rounds, now_ms);
        assert_int_equal(wait_for(ROUND_START_BREAK, &now_ms), 0);
        for (uint8_t i = 0; i < 160; i++) {
            assert_int_equal(wait_for(ROUND_SEND, &now_ms), ROUND_BREAK_MS);
            assert_int_equal(wait_for(ROUND_SHOW, &now_ms), ROUND_SHOW_MS - ROUND_BREAK_MS);
            assert_int_equal(wait_for(ROUND_START_BREAK, &now_ms), ROUND_PERIOD_MS - ROUND_SHOW_MS);
        }
    }
}

static void test_period_is_below_a_second_with_a_slow_clock(void **state)
{
    (void)state;
    assert_true(ROUND_PERIOD_MS * 110ul <= 100000ul);
}

/* 58 bytes at 9600 baud, counted by a clock 10 % fast. */
static void test_shown_frame_ends_before_the_next_break(void **state)
{
    (void)state;
    assert_true(ROUND_SHOW_MS + 580u * 1100u / 9600u + 5u < ROUND_PERIOD_MS);
}

static void test_next_says_when_there_is_something_to_do(void **state)
{
    uint16_t begin = 65000;

    (void)state;
    rounds_init(&rounds, begin);
    assert_int_equal(rounds_next(&rounds), begin);
    rounds_step(&rounds, LINK_CAME_LATE, begin);
    assert_int_equal(rounds_next(&rounds), (uint16_t)(begin + ROUND_BREAK_MS));
    rounds_step(&rounds, LINK_CAME_LATE, (uint16_t)(begin + ROUND_BREAK_MS));
    assert_int_equal(rounds_next(&rounds), (uint16_t)(begin + ROUND_LOOK_MS));
    rounds_step(&rounds, LINK_CAME_LATE, (uint16_t)(begin + ROUND_LOOK_MS));
    assert_int_equal(rounds_next(&rounds), (uint16_t)(begin + ROUND_SHOW_MS));
    rounds_step(&rounds, LINK_CAME_LATE, (uint16_t)(begin + ROUND_SHOW_MS));
    assert_int_equal(rounds_next(&rounds), (uint16_t)(begin + ROUND_PERIOD_MS));
}

static void test_late_step_sends_once(void **state)
{
    (void)state;
    rounds_init(&rounds, 100);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_LATE, 100), ROUND_START_BREAK);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_LATE, 2000), ROUND_SEND);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_LATE, 2000), ROUND_START_BREAK);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_LATE, 2000), ROUND_WAIT);
}

static void test_round_of_a_short_chain_is_shown_at_the_look(void **state)
{
    (void)state;
    rounds_init(&rounds, 65400);
    for (uint16_t begin = 65400; begin != (uint16_t)(65400 + 20u * ROUND_PERIOD_MS);
         begin = (uint16_t)(begin + ROUND_PERIOD_MS)) {
        assert_int_equal(rounds_step(&rounds, LINK_CAME_WHOLE, begin), ROUND_START_BREAK);
        assert_int_equal(rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(begin + ROUND_BREAK_MS)),
                         ROUND_SEND);
        assert_int_equal(rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(begin + ROUND_LOOK_MS)),
                         ROUND_SHOW);
        assert_int_equal(rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(begin + ROUND_SHOW_MS)),
                         ROUND_WAIT);
        assert_int_equal(rounds_next(&rounds), (uint16_t)(begin + ROUND_PERIOD_MS));
    }
}

/* Whole or not counts at the look alone. */
static void test_round_that_lost_a_cell_is_repeated(void **state)
{
    (void)state;
    rounds_init(&rounds, 65400);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_SHORT, 65400), ROUND_START_BREAK);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_SHORT, 65420), ROUND_SEND);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_SHORT, (uint16_t)(65400 + ROUND_LOOK_MS - 1u)),
                     ROUND_WAIT);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_SHORT, (uint16_t)(65400 + ROUND_LOOK_MS)),
                     ROUND_SHOW);
    assert_int_equal(rounds_next(&rounds), (uint16_t)(65400 + ROUND_REPEAT_MS));
    assert_int_equal(
        rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(65400 + ROUND_REPEAT_MS - 1u)),
        ROUND_WAIT);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(65400 + ROUND_REPEAT_MS)),
                     ROUND_START_BREAK);
    assert_int_equal(rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(65420 + ROUND_REPEAT_MS)),
                     ROUND_SEND);
    assert_int_equal(
        rounds_step(&rounds, LINK_CAME_WHOLE, (uint16_t)(65400 + ROUND_REPEAT_MS + ROUND_LOOK_MS)),
        ROUND_WAIT);
    assert_int_equal(rounds_next(&rounds),
                     (uint16_t)(65400 + ROUND_REPEAT_MS + ROUND_SHOW_AGAIN_MS));
}

/* Clients find a frame by the silence before it. */
static void test_frames_keep_their_second_where_rounds_are_repeated(void **state)
{
    uint16_t now_ms = 0;
    uint16_t last_ms = 0;

    (void)state;
    rounds_init(&rounds, now_ms);
    for (uint16_t i = 0; i < 60000; i++, now_ms++) {
        if (rounds_step(&rounds, i / 100u * 7u % 11u > 3u ? LINK_CAME_WHOLE : LINK_CAME_SHORT,
                        now_ms) != ROUND_SHOW)
            continue;
        if (last_ms != 0)
            assert_in_range(now_ms - last_ms, ROUND_SHOW_APART_MS, ROUND_PERIOD_MS);
        last_ms = now_ms;
    }
    assert_true(last_ms > 58000);
}

/* As the last frame of the same size. */
static void test_shown_frame_ends_before_a_repeated_break(void **state)
{
    (void)state;
    assert_true(ROUND_LOOK_MS + 580u * 1100u / 9600u + 5u < ROUND_REPEAT_MS);
}

static void test_new_setting_counts_when_read_twice(void **state)
{
    struct dip d;

    (void)state;
    dip_init(&d, 0x50);
    assert_int_equal(d.value, 0x50);
    dip_step(&d, 0x51);
    assert_int_equal(d.value, 0x50);
    dip_step(&d, 0x51);
    assert_int_equal(d.value, 0x51);
    dip_step(&d, 0x51);
    assert_int_equal(d.value, 0x51);
}

static void test_bouncing_setting_never_counts(void **state)
{
    struct dip d;

    (void)state;
    dip_init(&d, 0x50);
    for (uint8_t i = 0; i < 100; i++) {
        dip_step(&d, i & 1u ? 0x50 : 0x51);
        assert_int_equal(d.value, 0x50);
    }
    for (uint8_t i = 0; i < 100; i++) {
        dip_step(&d, (uint8_t)(0x60u + i));
        assert_int_equal(d.value, 0x50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_round_starts_at_once_and_then_every_period),
        cmocka_unit_test(test_period_is_below_a_second_with_a_slow_clock),
        cmocka_unit_test(test_shown_frame_ends_before_the_next_break),
        cmocka_unit_test(test_next_says_when_there_is_something_to_do),
        cmocka_unit_test(test_late_step_sends_once),
        cmocka_unit_test(test_round_of_a_short_chain_is_shown_at_the_look),
        cmocka_unit_test(test_round_that_lost_a_cell_is_repeated),
        cmocka_unit_test(test_frames_keep_their_second_where_rounds_are_repeated),
        cmocka_unit_test(test_shown_frame_ends_before_a_repeated_break),
        cmocka_unit_test(test_new_setting_counts_when_read_twice),
        cmocka_unit_test(test_bouncing_setting_never_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
