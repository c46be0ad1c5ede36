/* A board that hears nothing and heads its section. docs/protocol.md, "Section heads". */
#include "test/fake/link_bench.h"

#define WAIT_TICKS 20u
#define BREAK_TICKS 3u

static void tick(uint8_t ticks)
{
    while (ticks--)
        link_tick(&l);
}

static void fresh(void)
{
    reset();
    build(3);
    whole_round();
    link_take_events(&l);
    out_size = 0;
}

static void own_break(void)
{
    link_lead_section(&l);
    if (l.state == LINK_WAIT)
        tick(WAIT_TICKS);
    assert_int_equal(l.state, LINK_BREAK);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
}

static void own_round(void)
{
    own_break();
    tick(BREAK_TICKS);
    link_open(&l);
    out_size = 0;
    drain();
}

static void expect_head_round(uint8_t round, uint8_t number)
{
    struct frame_start start;
    struct frame_hop hop;
    struct frame_cell cell;
    struct frame_end end;

    assert_int_equal(out_size, STREAM_AT + 2u * FRAME_STREAM_SIZE);
    assert_true(frame_valid(&out[0], FRAME_START_SIZE));
    assert_true(frame_valid(&out[HOP_AT], FRAME_HOP_SIZE));
    assert_true(frame_valid(&out[STREAM_AT], FRAME_STREAM_SIZE));
    assert_true(frame_valid(&out[STREAM_AT + FRAME_STREAM_SIZE], FRAME_STREAM_SIZE));
    frame_start_decode(&out[0], &start);
    frame_hop_decode(&out[HOP_AT], &hop);
    frame_cell_decode(&out[STREAM_AT], &cell);
    frame_end_decode(&out[STREAM_AT + FRAME_STREAM_SIZE], &end);
    assert_true(start.section_head);
    assert_int_equal(start.round, round);
    assert_int_equal(start.switches, number);
    assert_int_equal(start.boot, 0);
    assert_int_equal(start.sensors, 0);
    assert_false(start.ring_closed);
    assert_int_equal(start.time_ms, 0);
    assert_int_equal(hop.round, round);
    assert_int_equal(hop.hop, number);
    assert_int_equal(hop.clock_error, 0);
    assert_int_equal(cell.round, round);
    assert_int_equal(cell.number, number);
    assert_int_equal(cell.mv, OWN_MV);
    assert_int_equal(end.round, round);
    assert_int_equal(end.rounds, 0);
    assert_int_equal(end.sensors, 0);
}

static void test_silent_board_waits_and_then_sends_a_marked_round(void **state)
{
    (void)state;
    fresh();
    link_lead_section(&l);
    assert_int_equal(l.state, LINK_WAIT);
    assert_int_equal(fake->waits, 1);
    tick(WAIT_TICKS - 1u);
    assert_int_equal(l.state, LINK_WAIT);
    assert_int_equal(fake->line, FAKE_LINE_HIGH);
    assert_int_equal(link_take_events(&l), 0);
    tick(1);
    assert_int_equal(l.state, LINK_BREAK);
    assert_int_equal(fake->line, FAKE_LINE_BREAK);
    assert_int_equal(link_take_events(&l), LINK_BREAK_SEEN);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    tick(BREAK_TICKS - 1u);
    assert_int_equal(fake->line, FAKE_LINE_BREAK);
    assert_int_equal(fake->rounds, 1); /* Begin's */
    tick(1);
    assert_int_equal(fake->breaks_told, 2);
    assert_int_equal(fake->rounds, 2);
    assert_int_equal(fake->line, FAKE_LINE_BYTES);
    link_open(&l);
    drain();
    expect_head_round(ROUND + 1u, 4);
    expect_idle();
    assert_int_equal(link_take_events(&l), LINK_ROUND_DONE);
    assert_int_equal(l.origin, LINK_FROM_HEAD);
    assert_int_equal(l.counters.bad_syncs, 0);
}

static void test_head_goes_on_without_waiting(void **state)
{
    (void)state;
    fresh();
    for (uint8_t i = 1; i < 40; i++) {
        own_round();
        expect_head_round((ROUND + i) & 15u, 4);
        link_lead_section(&l);
        assert_int_equal(l.state, LINK_BREAK);
        tick(BREAK_TICKS);
        link_open(&l);
        drain();
        i++;
    }
    assert_int_equal(fake->waits, 1);
}

static void test_board_without_a_number_counts_from_itself(void **state)
{
    (void)state;
    reset();
    own_round();
    expect_head_round(1, LINK_HEAD_UNNUMBERED);
    assert_int_equal(l.home, 0);
}

static void test_head_without_reading_leaves_its_cell_out(void **state)
{
    (void)state;
    fresh();
    link_lead_section(&l);
    tick(WAIT_TICKS + BREAK_TICKS);
    link_open(&l);
    drain();
    assert_int_equal(out_size, STREAM_AT + FRAME_STREAM_SIZE);
}

/* In each of its states as a head. */
static void test_break_makes_a_follower_of_a_head_at_once(void **state)
{
    (void)state;
    for (uint8_t at = 0; at < 4; at++) {
        fresh();
        link_lead_section(&l);
        if (at > 0)
            tick(WAIT_TICKS);
        if (at > 1)
            tick(BREAK_TICKS);
        if (at > 2) {
            link_open(&l);
            drain();
        }
        whole_round();
        assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
        expect_own_frame(STREAM_AT, 4);
        expect_idle();
        assert_false(l.heading);
        assert_int_equal(l.origin, LINK_FROM_BEGIN);
        link_lead_section(&l);
        assert_int_equal(l.state, LINK_WAIT);
    }
}

/* A spike on IN: no round of its own may come out of the break that it passes on. */
static void test_head_that_saw_a_break_without_a_sync_falls_silent(void **state)
{
    (void)state;
    for (uint8_t broken = 0; broken < 2; broken++) {
        fresh();
        own_round();
        if (broken)
            own_break();
        link_take_events(&l);
        out_size = 0;
        link_break_seen(&l);
        tick(BREAK_TICKS);
        drain();
        expect_idle();
        assert_int_equal(out_size, 0);
        assert_int_equal(l.number, 0);
        assert_int_equal(l.counters.bad_syncs, 1);
        link_lead_section(&l);
        assert_int_equal(l.state, LINK_WAIT);
    }
}

static void test_sync_in_its_own_break_makes_a_follower_of_a_head(void **state)
{
    (void)state;
    fresh();
    own_break();
    link_edges(&l, edges);
    link_open(&l);
    out_size = 0;
    feed(0, in_size);
    drain();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    assert_false(l.heading);
}

static void test_board_in_a_round_does_not_begin_one(void **state)
{
    (void)state;
    for (uint8_t bytes = 0; bytes < in_size; bytes++) {
        enum link_state before;
        fresh();
        open_round();
        feed(0, bytes);
        before = l.state;
        link_lead_section(&l);
        assert_int_equal(l.state, before);
    }
    fresh();
    link_break_seen(&l);
    link_lead_section(&l);
    assert_int_equal(l.state, LINK_BREAK);
    assert_false(l.heading);
    assert_int_equal(fake->waits, 0);
}

/* ---- followers of a head --------------------------------------------------------------------- */

static void take_round_of_a_head(uint8_t number)
{
    struct frame_start start = { .round = ROUND, .section_head = true, .switches = number };

    build(number);
    frame_start_encode(in, &start);
    whole_round();
}

static void test_follower_of_a_head_keeps_what_begin_said(void **state)
{
    (void)state;
    fresh();
    take_round_of_a_head(6);
    assert_int_equal(l.origin, LINK_FROM_HEAD);
    assert_int_equal(l.head_number, 6);
    assert_int_equal(l.number, 7);
    assert_int_equal(l.home, 4);
    assert_int_equal(l.start.switches, 0x50);
    assert_int_equal(l.start.time_ms, 0xBEEF);
    own_round();
    expect_head_round(ROUND + 1u, 4);
}

static void test_round_without_a_start_is_nobodys(void **state)
{
    (void)state;
    fresh();
    build(6);
    in[1] ^= 1u;
    whole_round();
    assert_int_equal(l.origin, LINK_FROM_NOBODY);
    assert_int_equal(l.number, 7);
    assert_int_equal(l.home, 4);
}

/* An old START in front of a good HOP: nobody knows whose round it is. */
static void test_start_of_another_round_than_hop_is_nobodys(void **state)
{
    struct frame_start start = { .round = (ROUND + 15u) & 15u, .switches = 0x50 };
    uint8_t bytes[FRAME_SIZE_MAX];

    (void)state;
    reset();
    build(3);
    memcpy(in, bytes, frame_start_encode(bytes, &start));
    whole_round();
    assert_int_equal(l.number, 4);
    assert_int_equal(l.round, ROUND);
    assert_int_equal(l.origin, LINK_FROM_NOBODY);
    assert_int_equal(l.home, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silent_board_waits_and_then_sends_a_marked_round),
        cmocka_unit_test(test_head_goes_on_without_waiting),
        cmocka_unit_test(test_board_without_a_number_counts_from_itself),
        cmocka_unit_test(test_head_without_reading_leaves_its_cell_out),
        cmocka_unit_test(test_break_makes_a_follower_of_a_head_at_once),
        cmocka_unit_test(test_head_that_saw_a_break_without_a_sync_falls_silent),
        cmocka_unit_test(test_sync_in_its_own_break_makes_a_follower_of_a_head),
        cmocka_unit_test(test_board_in_a_round_does_not_begin_one),
        cmocka_unit_test(test_follower_of_a_head_keeps_what_begin_said),
        cmocka_unit_test(test_round_without_a_start_is_nobodys),
        cmocka_unit_test(test_start_of_another_round_than_hop_is_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
