/* Breaks, syncs and silence in every state. */
#include "test/fake/link_bench.h"

/* ---- break, sync, silence -------------------------------------------------------------------- */

/* Brings the link into a state in the middle of a round. */
static void go_to(enum link_state target)
{
    reset();
    build(3);
    if (target == LINK_IDLE)
        return;
    link_break_seen(&l);
    if (target == LINK_BREAK)
        return;
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    link_open(&l);
    out_size = 0;
    if (target == LINK_START)
        feed(0, 3);
    else if (target == LINK_HOP)
        feed(0, HOP_AT + 2u);
    else if (target == LINK_STREAM)
        feed(0, STREAM_AT + 11u);
    else if (target == LINK_HUNT) {
        in[STREAM_AT] ^= 0x20u;
        feed(0, STREAM_AT + 11u);
        in[STREAM_AT] ^= 0x20u;
    } else
        feed(0, in_size);
    assert_int_equal(l.state, target);
}

static void test_break_in_any_state_starts_a_new_round(void **state)
{
    (void)state;
    for (uint8_t target = LINK_IDLE; target <= LINK_DRAIN; target++) {
        uint16_t breaks;
        go_to((enum link_state)target);
        breaks = fake->breaks;
        link_take_events(&l);
        link_break_seen(&l);
        assert_int_equal(l.state, LINK_BREAK);
        assert_int_equal(fake->line, FAKE_LINE_BREAK);
        assert_int_equal(fake->breaks, breaks + 1u);
        assert_int_equal(link_take_events(&l), LINK_BREAK_SEEN);
        assert_int_equal(l.number, 0);
        assert_false(fake->drain);
        link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
        link_edges(&l, edges);
        link_open(&l);
        out_size = 0;
        feed(0, in_size);
        drain();
        assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
        expect_own_frame(STREAM_AT, 4);
        expect_idle();
    }
}

static void test_silence_in_any_state_ends_idle(void **state)
{
    (void)state;
    for (uint8_t target = LINK_BREAK; target <= LINK_STREAM; target++) {
        go_to((enum link_state)target);
        link_take_events(&l);
        link_tick(&l); /* notices the bytes before it */
        link_tick(&l);
        if (target != LINK_BREAK)
            assert_int_equal(l.state, target);
        link_tick(&l);
        drain();
        expect_idle();
        assert_int_equal(l.counters.bad_syncs, 1);
        assert_int_equal(l.counters.rounds, 0);
        assert_int_equal(link_take_events(&l) & LINK_ROUND_DONE, LINK_ROUND_DONE);
    }
}

static void test_silent_break_ends_at_the_second_tick(void **state)
{
    (void)state;
    go_to(LINK_BREAK);
    link_tick(&l);
    assert_int_equal(l.state, LINK_BREAK);
    link_tick(&l);
    expect_idle();
}

/* The next board hears the same silence, and may be idle already: a byte would be a break to it. */
static void test_silence_in_the_stream_sends_nothing_more(void **state)
{
    uint16_t sent;

    (void)state;
    for (uint8_t target = LINK_HOP; target <= LINK_HUNT; target++) {
        go_to((enum link_state)target);
        sent = out_size;
        for (uint8_t i = 0; i < 3; i++)
            link_tick(&l);
        drain();
        assert_int_equal(out_size, sent);
        expect_idle();
    }
}

/* A tick is 16 ms, a frame 2 ms: behind the head whole frames count. */
static void test_head_byte_or_frame_in_two_ticks_is_no_silence(void **state)
{
    (void)state;
    reset();
    build(3);
    open_round();
    for (uint8_t i = 0; i < in_size;) {
        uint8_t end = (uint8_t)(i + (i < STREAM_AT ? 1u : FRAME_STREAM_SIZE));
        link_tick(&l);
        feed(i, end);
        link_tick(&l);
        i = end;
    }
    drain();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    assert_int_equal(l.counters.bad_syncs, 0);
}

static void test_ticks_while_idle_or_draining_do_nothing(void **state)
{
    (void)state;
    go_to(LINK_DRAIN);
    for (uint8_t i = 0; i < 10; i++)
        link_tick(&l);
    assert_int_equal(l.state, LINK_DRAIN);
    drain();
    link_take_events(&l);
    for (uint8_t i = 0; i < 10; i++)
        link_tick(&l);
    expect_idle();
    assert_int_equal(l.counters.bad_syncs, 0);
    assert_int_equal(link_take_events(&l), 0);
}

static void test_edges_that_are_no_sync_keep_the_break(void **state)
{
    (void)state;
    reset();
    link_break_seen(&l);
    edges[2] = (uint16_t)(edges[2] + 60u);
    link_edges(&l, edges);
    assert_int_equal(l.state, LINK_BREAK);
    assert_int_equal(fake->line, FAKE_LINE_BREAK);
    edges[2] = (uint16_t)(edges[2] - 60u);
    link_edges(&l, edges);
    assert_int_equal(l.state, LINK_START);
    assert_int_equal(fake->line, FAKE_LINE_BYTES);
    assert_int_equal(fake->divisor, LINK_DIVISOR_NOMINAL);
}

static void test_edges_count_in_a_break_only(void **state)
{
    (void)state;
    for (uint8_t target = LINK_IDLE; target <= LINK_DRAIN; target++) {
        uint16_t releases;
        if (target == LINK_BREAK)
            continue;
        go_to((enum link_state)target);
        releases = fake->releases;
        link_edges(&l, edges);
        assert_int_equal(l.state, target);
        assert_int_equal(fake->releases, releases);
    }
}

static void test_bytes_outside_of_a_round_go_nowhere(void **state)
{
    (void)state;
    reset();
    build(3);
    feed(0, in_size);
    assert_int_equal(l.state, LINK_IDLE);
    link_break_seen(&l);
    feed(0, in_size);
    assert_int_equal(l.state, LINK_BREAK);
    assert_int_equal(out_size + fake->frames + fake->lost, 0);
}

static void test_sent_outside_of_draining_changes_nothing(void **state)
{
    (void)state;
    for (uint8_t target = LINK_IDLE; target < LINK_DRAIN; target++) {
        go_to((enum link_state)target);
        link_sent(&l);
        assert_int_equal(l.state, target);
    }
}

/* Noise without end is no chain: who went on listening to it would be silent himself. */
static void test_hunting_for_longer_than_any_round_ends(void **state)
{
    uint8_t ticks = 0;

    (void)state;
    go_to(LINK_HUNT);
    for (; l.state == LINK_HUNT && ticks < 200; ticks++) {
        link_byte(&l, ticks, false);
        link_tick(&l);
    }
    assert_int_equal(ticks, 60);           /* 0.98 s; a round of 255 boards lasts 0.7 s */
    assert_int_equal(l.state, LINK_BREAK); /* for those behind */
    assert_int_equal(fake->line, FAKE_LINE_BREAK);
    assert_int_equal(l.counters.bad_syncs, 1);
    for (uint8_t i = 0; i < 3; i++) /* the first one notices the bytes before it */
        link_tick(&l);
    expect_idle();
}

/* The board before babbled, and does not any more: those behind have heard nothing for as long. */
static void test_silence_behind_a_long_hunt_is_told_by_a_break(void **state)
{
    (void)state;
    for (uint8_t ticks = 11; ticks <= 12; ticks++) {
        go_to(LINK_HUNT);
        for (uint8_t i = 0; i + 2u < ticks; i++) {
            link_byte(&l, i, false);
            link_tick(&l);
        }
        link_tick(&l);
        assert_int_equal(l.state, LINK_HUNT);
        link_tick(&l);
        assert_int_equal(l.state, ticks < 12 ? LINK_IDLE : LINK_BREAK);
        assert_int_equal(l.counters.bad_syncs, 1);
    }
}

static void test_good_frame_begins_the_time_of_hunting_anew(void **state)
{
    (void)state;
    go_to(LINK_HUNT);
    for (uint8_t i = 0; i < 59; i++) {
        link_byte(&l, i, false);
        link_tick(&l);
    }
    feed(STREAM_AT + FRAME_STREAM_SIZE, STREAM_AT + 2u * FRAME_STREAM_SIZE);
    assert_int_equal(l.state, LINK_STREAM);
    link_byte(&l, 0, false);
    link_tick(&l);
    assert_int_equal(l.state, LINK_STREAM);
}

/* A byte of RAM may have changed, and no state may keep a board deaf for ever. */
static void test_any_state_ends_in_silence(void **state)
{
    (void)state;
    for (uint16_t value = 0; value < 256; value++) {
        reset();
        build(3);
        whole_round();
        link_take_events(&l);
        l.state = (enum link_state)value;
        for (uint8_t ticks = 0; ticks < 70 && l.state != LINK_IDLE && l.state != LINK_BREAK;
             ticks++)
            link_tick(&l);
        if (l.state != LINK_IDLE && l.state != LINK_BREAK)
            fail_msg("state %u stays", value);
        whole_round();
        assert_int_equal(l.number, 4);
        expect_idle();
    }
}

/* A line that is stuck low for seconds and let go in the middle of Begin's break: what was measured at the
 * beginning is no reading of this round. Without one the board would hold up the frames of all before it by 2 ms. */
static void test_break_that_lasts_has_the_cell_measured_again(void **state)
{
    (void)state;
    reset();
    build(3);
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV - 1u, OWN_DC, OWN_FLAGS);
    for (uint8_t i = 0; i < 3; i++) {
        link_take_events(&l);
        link_lead_section(&l);
        assert_int_equal(l.state, LINK_BREAK);
        assert_int_equal(link_take_events(&l), LINK_BREAK_LASTS);
        assert_true(l.own_ready);
    }
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    link_open(&l);
    out_size = 0;
    feed(0, in_size);
    drain();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 4);
    assert_int_equal(fake_irq_depth, 0);
}

/* What a round that broke off left at the leader may be half a frame. */
static void test_nothing_follows_a_round_that_fell_silent(void **state)
{
    static const uint8_t parcel[EXT_PARCEL_SIZE];

    (void)state;
    go_to(LINK_DRAIN); /* END was here */
    drain();
    expect_idle();
    assert_true(link_send_tail(&l, parcel));
    go_to(LINK_STREAM);
    for (uint8_t i = 0; i < 3; i++)
        link_tick(&l);
    expect_idle();
    assert_false(link_send_tail(&l, parcel));
    assert_int_equal(l.state, LINK_IDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_break_in_any_state_starts_a_new_round),
        cmocka_unit_test(test_silence_in_any_state_ends_idle),
        cmocka_unit_test(test_silent_break_ends_at_the_second_tick),
        cmocka_unit_test(test_silence_in_the_stream_sends_nothing_more),
        cmocka_unit_test(test_head_byte_or_frame_in_two_ticks_is_no_silence),
        cmocka_unit_test(test_ticks_while_idle_or_draining_do_nothing),
        cmocka_unit_test(test_edges_that_are_no_sync_keep_the_break),
        cmocka_unit_test(test_edges_count_in_a_break_only),
        cmocka_unit_test(test_bytes_outside_of_a_round_go_nowhere),
        cmocka_unit_test(test_sent_outside_of_draining_changes_nothing),
        cmocka_unit_test(test_hunting_for_longer_than_any_round_ends),
        cmocka_unit_test(test_silence_behind_a_long_hunt_is_told_by_a_break),
        cmocka_unit_test(test_good_frame_begins_the_time_of_hunting_anew),
        cmocka_unit_test(test_any_state_ends_in_silence),
        cmocka_unit_test(test_break_that_lasts_has_the_cell_measured_again),
        cmocka_unit_test(test_nothing_follows_a_round_that_fell_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
