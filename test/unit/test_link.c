/* A sound round. */
#include "test/fake/link_bench.h"

/* ---- a sound round --------------------------------------------------------------------------- */

static void test_follower_passes_start_unchanged(void **state)
{
    (void)state;
    reset();
    build(3);
    whole_round();
    expect_out(0, in, FRAME_START_SIZE);
    assert_int_equal(l.start.switches, 0x50);
    assert_int_equal(l.start.boot, 7);
    assert_int_equal(l.start.time_ms, 0xBEEF);
}

static void test_follower_sends_hop_with_its_number_and_clock_error(void **state)
{
    struct frame_hop hop;

    (void)state;
    reset();
    build(3);
    ring_edges(100, LINK_DIVISOR_NOMINAL * 64u + 4u, edges); /* 4.9/1024 fast */
    whole_round();
    assert_true(frame_valid(out_frame(HOP_AT, FRAME_HOP_SIZE), FRAME_HOP_SIZE));
    frame_hop_decode(&out[HOP_AT], &hop);
    assert_int_equal(hop.round, ROUND);
    assert_int_equal(hop.hop, 4);
    assert_int_equal(hop.clock_error, -3 + 5);
    assert_int_equal(hop.sum, (uint16_t)(HOP_SUM + identity_part(IDENTITY, 4)));
    assert_int_equal(l.sum, hop.sum);
    assert_int_equal(l.number, 4);
    assert_int_equal(l.round, ROUND);
    assert_int_equal(fake->breaks_told, 1);
    assert_int_equal(fake->rounds, 1);
}

static void test_follower_sends_own_frame_first_then_all_others_in_order(void **state)
{
    (void)state;
    reset();
    build(3);
    whole_round();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 4);
    expect_out(STREAM_AT + FRAME_STREAM_SIZE, &in[STREAM_AT], (uint8_t)(in_size - STREAM_AT));
    assert_int_equal(fake->frames, 5);
    assert_int_equal(fake->lost, 0);
}

static void test_follower_ends_round_idle_and_counts_it(void **state)
{
    (void)state;
    reset();
    build(3);
    open_round();
    assert_int_equal(link_take_events(&l), LINK_BREAK_SEEN);
    assert_int_equal(link_take_events(&l), 0);
    feed(0, in_size);
    assert_int_equal(l.state, LINK_DRAIN);
    assert_int_equal(l.counters.rounds, 1);
    assert_int_equal(link_take_events(&l), 0); /* nothing for the main loop under way */
    drain();
    assert_int_equal(link_take_events(&l), LINK_ROUND_DONE);
    expect_idle();
    assert_int_equal(l.counters.rounds, 1);
    assert_int_equal(l.counters.bad_frames + l.counters.stale_frames + l.counters.marked_frames, 0);
    assert_int_equal(fake_irq_depth, 0);
}

/* One byte out for each byte in: what arrives leaves in the same byte time. */
static void test_follower_passes_the_head_on_byte_by_byte(void **state)
{
    (void)state;
    reset();
    build(3);
    open_round();
    for (uint8_t i = 0; i < STREAM_AT; i++) {
        feed(i, (uint8_t)(i + 1u));
        /* behind the last byte of HOP the own frame may follow at once */
        assert_in_range(out_size, i + 1u, i + 1u + (i + 1u == STREAM_AT));
    }
}

static void test_head_that_cannot_leave_asks_for_the_transmitter(void **state)
{
    (void)state;
    reset();
    build(3);
    open_round();
    for (uint8_t i = 0; i < STREAM_AT; i++) {
        fake->out_limit = out_size; /* it is not ready */
        fake->drain = false;
        feed(i, (uint8_t)(i + 1u));
        assert_true(fake->drain);
        fake->out_limit = FAKE_OUT_SIZE;
        drain();
    }
}

static void test_follower_without_reading_sends_no_own_frame(void **state)
{
    (void)state;
    reset();
    build(3);
    whole_round();
    open_round();
    l.own_ready = false; /* the measurement was not ready in time */
    feed(0, in_size);
    drain();
    assert_int_equal(out_size, in_size);
    assert_int_equal(l.number, 4);
    expect_out(STREAM_AT, &in[STREAM_AT], (uint8_t)(in_size - STREAM_AT));
}

static void test_break_voids_the_reading_of_the_last_round(void **state)
{
    (void)state;
    reset();
    build(3);
    whole_round();
    link_break_seen(&l);
    assert_false(l.own_ready);
    assert_int_equal(l.number, 0);
}

/* Bytes that come before the own sync is out wait in the queue. */
static void test_bytes_before_the_line_is_open_are_kept(void **state)
{
    (void)state;
    reset();
    build(3);
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    fake->out_limit = 0;
    out_size = 0;
    feed(0, 2);
    assert_int_equal(out_size, 0);
    fake->out_limit = 1;
    link_open(&l);
    feed(2, in_size);
    drain();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    expect_out(0, in, FRAME_START_SIZE);
    expect_own_frame(STREAM_AT, 4);
}

/* The head is sent as fast as the line takes it; then the own frame waits for bytes to come in, or
 * the frames behind it would not be complete in time. */
static void test_own_frame_is_held_until_the_stream_comes(void **state)
{
    (void)state;
    reset();
    build(3);
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    fake->out_limit = 0;
    out_size = 0;
    feed(0, STREAM_AT);
    fake->out_limit = FAKE_OUT_SIZE;
    hal_link_drain(true);
    drain();
    assert_int_equal(l.state, LINK_STREAM);
    assert_int_equal(out_size, STREAM_AT);
    assert_false(fake->notify_sent);
    feed(STREAM_AT, in_size);
    drain();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 4);
    expect_idle();
}

/* A reply behind the own frame waits like it: no transmit interrupt for each byte of the stream. */
static void test_reply_follows_the_own_frame_and_is_held_like_it(void **state)
{
    struct frame_reply reply;

    (void)state;
    reset();
    build(3);
    l.number = 4;
    link_send_reply(&l, 0x52, 0x123456);
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    fake->out_limit = 0;
    out_size = 0;
    feed(0, STREAM_AT);
    fake->out_limit = FAKE_OUT_SIZE;
    hal_link_drain(true);
    drain();
    assert_int_equal(out_size, STREAM_AT);
    feed(STREAM_AT, in_size);
    drain();
    assert_int_equal(out_size, in_size + 2u * FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 4);
    assert_true(frame_valid(&out[STREAM_AT + FRAME_STREAM_SIZE], FRAME_STREAM_SIZE));
    frame_reply_decode(&out[STREAM_AT + FRAME_STREAM_SIZE], &reply);
    assert_int_equal(reply.round, ROUND);
    assert_int_equal(reply.number, 4);
    assert_int_equal(reply.sequence, 5);
    assert_int_equal(reply.status, REPLY_OUT_OF_RANGE);
    assert_int_equal(reply.value, 0x123456);
    out_size = 0;
    whole_round();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE); /* once */
}

/* A receiver that stores bytes itself and sends one for each it received sends the same. */
static void test_receiver_that_collects_chunks_sends_the_same(void **state)
{
    static uint8_t by_byte[IN_MAX];
    uint8_t by_byte_size;

    (void)state;
    for (uint8_t at = 0; at <= STREAM_AT + 40u; at++) {
        reset();
        build(3);
        if (at > 0)
            in[at - 1u] ^= 0x12u; /* the first time nothing is damaged */
        whole_round();
        by_byte_size = out_size;
        memcpy(by_byte, out, sizeof by_byte);
        out_size = 0;
        open_round();
        for (uint8_t i = 0; i < in_size;) {
            uint8_t wanted = link_wanted(&l);
            uint8_t *place = link_place(&l);
            assert_int_equal((uintptr_t)(place + wanted) % FRAME_STREAM_SIZE, 0);
            for (uint8_t k = 0; k < wanted && i < in_size; k++) {
                place[k] = in[i++];
                if (k + 1u < wanted && link_take_byte(&l, &out[out_size]))
                    out_size++;
                if (k + 1u == wanted)
                    link_collected(&l);
            }
            collect();
        }
        drain();
        assert_int_equal(out_size, by_byte_size);
        assert_memory_equal(out, by_byte, out_size);
    }
}

/* A round may be over before the line opened: two boards, a late break. */
static void test_line_that_opens_while_draining_sends_all(void **state)
{
    (void)state;
    reset();
    add_head(1);
    add_cell(ROUND, 1);
    in_size = (uint8_t)(in_size + 0u);
    {
        struct frame_end end = { .round = ROUND };
        uint8_t bytes[FRAME_SIZE_MAX];
        add_bytes(bytes, frame_end_encode(bytes, &end));
    }
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    fake->out_limit = 0;
    out_size = 0;
    feed(0, in_size);
    assert_int_equal(l.state, LINK_DRAIN);
    fake->drain = false; /* the hardware cannot drain a closed line: link_open() must ask again */
    fake->out_limit = 1;
    link_open(&l);
    drain();
    assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
    expect_idle();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follower_passes_start_unchanged),
        cmocka_unit_test(test_follower_sends_hop_with_its_number_and_clock_error),
        cmocka_unit_test(test_follower_sends_own_frame_first_then_all_others_in_order),
        cmocka_unit_test(test_follower_ends_round_idle_and_counts_it),
        cmocka_unit_test(test_follower_passes_the_head_on_byte_by_byte),
        cmocka_unit_test(test_head_that_cannot_leave_asks_for_the_transmitter),
        cmocka_unit_test(test_follower_without_reading_sends_no_own_frame),
        cmocka_unit_test(test_break_voids_the_reading_of_the_last_round),
        cmocka_unit_test(test_bytes_before_the_line_is_open_are_kept),
        cmocka_unit_test(test_own_frame_is_held_until_the_stream_comes),
        cmocka_unit_test(test_reply_follows_the_own_frame_and_is_held_like_it),
        cmocka_unit_test(test_receiver_that_collects_chunks_sends_the_same),
        cmocka_unit_test(test_line_that_opens_while_draining_sends_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
