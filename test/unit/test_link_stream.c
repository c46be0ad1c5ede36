/* Frames of the stream: damaged, repeated, out of order; counters. */
#include "test/fake/link_bench.h"

/* ---- stream ---------------------------------------------------------------------------------- */

static void test_damaged_stream_frame_is_dropped_and_counted_once(void **state)
{
    (void)state;
    for (uint8_t at = STREAM_AT; at < STREAM_AT + 4u * FRAME_STREAM_SIZE; at++) {
        reset();
        build(3);
        in[at] ^= 0x20u;
        whole_round();
        assert_int_equal(out_size, in_size); /* the own frame more, the damaged one less */
        assert_int_equal(fake->frames, 4);
        assert_int_equal(l.counters.bad_frames, 1);
        assert_int_equal(l.counters.rounds, 1);
        expect_own_frame(STREAM_AT, 4);

        assert_int_equal(next_board()->counters.bad_frames, 0);
        assert_int_equal(l.counters.marked_frames + l.counters.stale_frames, 0);
        assert_int_equal(fake->frames, 5); /* the own frame of the board before, and four */
    }
}

static void expect_dropped_as_stale(uint8_t frames)
{
    whole_round();
    assert_int_equal(l.counters.stale_frames, frames);
    assert_int_equal(l.counters.bad_frames, 0);
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE - frames * FRAME_STREAM_SIZE);
    expect_idle();
}

static void test_repeated_cell_frame_is_dropped(void **state)
{
    (void)state;
    reset();
    add_head(3);
    add_cell(ROUND, 3);
    add_cell(ROUND, 2);
    add_cell(ROUND, 2);
    add_cell(ROUND, 1);
    add_tail();
    expect_dropped_as_stale(1);
}

static void test_cell_frames_out_of_order_are_dropped(void **state)
{
    (void)state;
    reset();
    add_head(3);
    add_cell(ROUND, 1);
    add_cell(ROUND, 3);
    add_cell(ROUND, 2);
    add_tail();
    expect_dropped_as_stale(2);
}

static void test_cell_frame_with_own_or_higher_number_is_dropped(void **state)
{
    (void)state;
    reset();
    add_head(3);
    add_cell(ROUND, 4);
    add_cell(ROUND, 5);
    add_cell(ROUND, 3);
    add_tail();
    expect_dropped_as_stale(2);
}

static void test_cell_frame_without_number_is_dropped(void **state)
{
    (void)state;
    reset();
    add_head(3);
    add_cell(ROUND, 0);
    add_cell(ROUND, 3);
    add_tail();
    expect_dropped_as_stale(1);
}

static void test_cell_frame_of_another_round_is_dropped(void **state)
{
    (void)state;
    reset();
    add_head(3);
    add_cell(ROUND, 3);
    add_cell(ROUND - 1u, 2);
    add_cell(ROUND, 1);
    add_tail();
    expect_dropped_as_stale(1);
}

static void test_missing_cells_do_not_stop_the_rest(void **state)
{
    (void)state;
    reset();
    add_head(9);
    add_cell(ROUND, 9);
    add_cell(ROUND, 1);
    add_tail();
    whole_round();
    assert_int_equal(fake->frames, 4);
    assert_int_equal(l.counters.stale_frames, 0);
}

/* A transmitter that never gets ready: frames are dropped whole, nothing is overwritten. */
static void test_full_queue_drops_whole_frames(void **state)
{
    (void)state;
    reset();
    add_head(20);
    for (uint8_t i = 20; i > 0; i--)
        add_cell(ROUND, i);
    open_round();
    fake->out_limit = 0;
    feed(0, in_size);
    /* 12 bytes of head, own frame, 12 frames of 8 and one more in hand fit below 128 */
    assert_int_equal(fake->frames, 12);
    assert_int_equal(l.counters.stale_frames, 8);
    fake->out_limit = FAKE_OUT_SIZE;
    drain(); /* the last one waits for the input's pace */
    assert_int_equal(out_size, STREAM_AT + 12u * FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 21);
    expect_out(STREAM_AT + FRAME_STREAM_SIZE, &in[STREAM_AT], 11u * FRAME_STREAM_SIZE);
    in_size = 0;
    add_tail();
    feed(0, in_size);
    drain();
    assert_int_equal(out_size, STREAM_AT + 13u * FRAME_STREAM_SIZE + in_size);
    expect_out(STREAM_AT + 13u * FRAME_STREAM_SIZE, in, in_size);
}

static void test_line_errors_are_counted(void **state)
{
    (void)state;
    reset();
    build(3);
    open_round();
    for (uint8_t i = 0; i < in_size; i++)
        link_byte(&l, in[i], i == 3 || i == 20);
    assert_int_equal(l.counters.line_errors, 2);
}

static void test_counters_stop_at_their_end(void **state)
{
    (void)state;
    reset();
    build(3);
    in[STREAM_AT + 2u] ^= 1u;
    l.counters.bad_frames = UINT16_MAX - 1u;
    for (uint8_t i = 0; i < 2; i++) {
        whole_round();
        assert_int_equal(l.counters.bad_frames, UINT16_MAX);
    }
}

static void test_good_frames_and_rounds_are_counted(void **state)
{
    (void)state;
    reset();
    build(3);
    for (uint8_t i = 1; i <= 3; i++) {
        whole_round();
        assert_int_equal(l.counters.rounds, i);
        assert_int_equal(l.counters.frames, i * 5u); /* three cells, one charge, END */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_stream_frame_is_dropped_and_counted_once),
        cmocka_unit_test(test_repeated_cell_frame_is_dropped),
        cmocka_unit_test(test_cell_frames_out_of_order_are_dropped),
        cmocka_unit_test(test_cell_frame_with_own_or_higher_number_is_dropped),
        cmocka_unit_test(test_cell_frame_without_number_is_dropped),
        cmocka_unit_test(test_cell_frame_of_another_round_is_dropped),
        cmocka_unit_test(test_missing_cells_do_not_stop_the_rest),
        cmocka_unit_test(test_full_queue_drops_whole_frames),
        cmocka_unit_test(test_line_errors_are_counted),
        cmocka_unit_test(test_counters_stop_at_their_end),
        cmocka_unit_test(test_good_frames_and_rounds_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
