/* One follower between two wires: what comes in, what goes out. */
#include "common/link.h"
#include "protocol/crc.h"
#include "test.h"
#include "test/fake/ring_fake.h"

#define ROUND 9u
#define FACTORY 0x50u
#define OWN_MV 3456u
#define OWN_DC (-57)
#define OWN_FLAGS 0x91u
#define IN_MAX 200u

static struct link l;
static uint8_t in[IN_MAX]; /* what the board before sends */
static uint8_t in_size;
static uint8_t out[IN_MAX];
static uint8_t out_size;

static uint16_t edges[SYNC_EDGES];

static void reset(void)
{
    fake_reset();
    link_init(&l, FACTORY);
    out_size = 0;
    ring_edges(0xFFF0u, LINK_DIVISOR_NOMINAL * 64u, edges);
}

/* ---- a round as a board with this number would send it --------------------------------------- */

static void add_bytes(const uint8_t *bytes, uint8_t size)
{
    memcpy(&in[in_size], bytes, size);
    in_size = (uint8_t)(in_size + size);
}

static void add_cell(uint8_t round, uint8_t number)
{
    struct frame_cell cell = {
        .round = round, .number = number, .mv = (uint16_t)(3000u + number), .dc = 200
    };
    uint8_t bytes[FRAME_SIZE_MAX];
    add_bytes(bytes, frame_cell_encode(bytes, &cell));
}

static void add_head(uint8_t number)
{
    struct frame_start start = {
        .round = ROUND, .switches = 0x50, .boot = 7, .sensors = 1, .time_ms = 0xBEEF
    };
    struct frame_hop hop = { .round = ROUND, .hop = number, .clock_error = -3 };
    uint8_t bytes[FRAME_SIZE_MAX];

    in_size = 0;
    add_bytes(bytes, frame_start_encode(bytes, &start));
    add_bytes(bytes, frame_hop_encode(bytes, &hop));
}

static void add_tail(void)
{
    struct frame_charge charge = { .round = ROUND, .state = SENSOR_OK, .mas = 77 };
    struct frame_end end = { .round = ROUND, .sensors = 1 };
    uint8_t bytes[FRAME_SIZE_MAX];

    add_bytes(bytes, frame_charge_encode(bytes, &charge));
    add_bytes(bytes, frame_end_encode(bytes, &end));
}

static void build(uint8_t number)
{
    add_head(number);
    for (uint8_t i = number; i > 0 && i + 3u > number; i--)
        add_cell(ROUND, i); /* three at most */
    add_tail();
}

/* ---- driving --------------------------------------------------------------------------------- */

static void open_round(void)
{
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    link_open(&l);
    out_size = 0;
}

static void collect(void)
{
    while (out_size < IN_MAX && fake_take(&out[out_size]))
        out_size++;
}

static void feed(uint8_t from, uint8_t to)
{
    for (uint8_t i = from; i < to; i++) {
        link_byte(&l, in[i], false);
        collect();
    }
}

/* The transmitter empties the queue and says so. */
static void drain(void)
{
    for (uint8_t i = 0; fake->drain && i < IN_MAX; i++) {
        link_drain(&l);
        collect();
    }
    if (fake->notify_sent)
        link_sent(&l);
}

static void whole_round(void)
{
    open_round();
    feed(0, in_size);
    drain();
}

static const uint8_t *out_frame(uint8_t at, uint8_t size)
{
    assert_true(at + size <= out_size);
    return &out[at];
}

static void expect_out(uint8_t at, const uint8_t *bytes, uint8_t size)
{
    assert_memory_equal(out_frame(at, size), bytes, size);
}

#define HOP_AT FRAME_START_SIZE
#define STREAM_AT (FRAME_START_SIZE + FRAME_HOP_SIZE)

static void expect_own_frame(uint8_t at, uint8_t number)
{
    struct frame_cell cell;
    assert_true(frame_valid(out_frame(at, FRAME_STREAM_SIZE), FRAME_STREAM_SIZE));
    frame_cell_decode(&out[at], &cell);
    assert_int_equal(cell.round, ROUND);
    assert_int_equal(cell.number, number);
    assert_int_equal(cell.mv, OWN_MV);
    assert_int_equal(cell.dc, OWN_DC);
    assert_int_equal(cell.flags, OWN_FLAGS);
}

static void expect_idle(void)
{
    assert_int_equal(l.state, LINK_IDLE);
    assert_int_equal(fake->line, FAKE_LINE_HIGH);
    assert_false(fake->drain);
}

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
    assert_int_equal(l.number, 4);
    assert_int_equal(l.round, ROUND);
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
    assert_int_equal(link_take_events(&l), LINK_ROUND_SEEN);
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
            if (wanted > in_size - i)
                wanted = (uint8_t)(in_size - i);
            for (uint8_t k = 0; k < wanted; k++) {
                link_place(&l)[k] = in[i++];
                if (k + 1u < wanted && link_take_byte(&l, &out[out_size]))
                    out_size++;
            }
            link_collected(&l, wanted, false);
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

/* ---- numbering ------------------------------------------------------------------------------- */

static void test_every_number_up_to_255_is_one_more_than_the_sender(void **state)
{
    (void)state;
    for (uint16_t sender = 1; sender <= 254; sender++) {
        reset();
        build((uint8_t)sender);
        whole_round();
        assert_int_equal(l.number, sender + 1u);
        expect_own_frame(STREAM_AT, (uint8_t)(sender + 1u));
    }
}

static void test_board_256_gets_no_number_and_says_so(void **state)
{
    (void)state;
    reset();
    build(255);
    whole_round();
    assert_int_equal(l.number, 0);
    assert_int_equal(fake->rounds, 0);
    assert_int_equal(out_size, in_size); /* no own frame */
    assert_false(frame_valid(out_frame(HOP_AT, FRAME_HOP_SIZE), FRAME_HOP_SIZE));
    expect_out(STREAM_AT, &in[STREAM_AT], (uint8_t)(in_size - STREAM_AT));
}

/* ---- head frames that arrive bad ------------------------------------------------------------- */

/* Feeds what came out into a second board and returns its link. */
static const struct link *next_board(void)
{
    static uint8_t copy[IN_MAX];
    uint8_t size = out_size;

    memcpy(copy, out, size);
    reset();
    memcpy(in, copy, size);
    in_size = size;
    whole_round();
    return &l;
}

static void expect_marked(uint8_t at, uint8_t size)
{
    uint16_t crc = crc_of(&out[at], (uint8_t)(size - FRAME_CRC_SIZE));
    assert_int_equal(out[(uint8_t)(at + size - 1)], (uint8_t) ~(crc >> 8));
    assert_false(frame_valid(&out[at], size));
}

static uint8_t misread_marks;

/* One error in 256 happens to turn the last byte into the mark. */
static void expect_counted_once(void)
{
    assert_int_equal(l.counters.bad_frames + l.counters.marked_frames, 1);
    misread_marks = (uint8_t)(misread_marks + l.counters.marked_frames);
}

static void test_bad_start_is_marked_and_counted_once_in_the_chain(void **state)
{
    (void)state;
    misread_marks = 0;
    for (uint8_t at = 0; at < FRAME_START_SIZE; at++) {
        for (uint8_t bit = 0; bit < 8; bit++) {
            reset();
            build(3);
            in[at] = (uint8_t)(in[at] ^ (1u << bit));
            whole_round();
            expect_counted_once();
            assert_int_equal(l.start.boot, 0); /* nothing taken from it */
            assert_int_equal(l.number, 4);     /* HOP is good all the same */
            expect_marked(0, FRAME_START_SIZE);
            expect_own_frame(STREAM_AT, 4);

            assert_int_equal(next_board()->counters.bad_frames, 0);
            assert_int_equal(l.counters.marked_frames, 1);
            assert_int_equal(l.start.boot, 0);
            assert_int_equal(l.number, 5);
            expect_marked(0, FRAME_START_SIZE);
        }
    }
    assert_in_range(misread_marks, 0, 1);
}

static void test_bad_hop_is_marked_and_counted_once_in_the_chain(void **state)
{
    (void)state;
    misread_marks = 0;
    for (uint8_t at = HOP_AT; at < STREAM_AT; at++) {
        for (uint8_t bit = 0; bit < 8; bit++) {
            reset();
            build(3);
            in[at] = (uint8_t)(in[at] ^ (1u << bit));
            whole_round();
            expect_counted_once();
            assert_int_equal(l.number, 0);
            assert_int_equal(fake->rounds, 0);
            assert_int_equal(out_size, in_size); /* no number, no own frame */
            expect_marked(HOP_AT, FRAME_HOP_SIZE);
            expect_out(STREAM_AT, &in[STREAM_AT], (uint8_t)(in_size - STREAM_AT));

            assert_int_equal(next_board()->counters.bad_frames, 0);
            assert_int_equal(l.counters.marked_frames, 1);
            assert_int_equal(l.number, 0);
            expect_marked(HOP_AT, FRAME_HOP_SIZE);
        }
    }
    assert_in_range(misread_marks, 0, 1);
}

static void test_start_type_in_the_wrong_place_is_not_taken(void **state)
{
    struct frame_hop hop = { .round = ROUND, .hop = 3 };
    uint8_t bytes[FRAME_SIZE_MAX];
    uint16_t crc;

    (void)state;
    reset();
    build(3);
    in[0] = (uint8_t)(0x40u | ROUND); /* unknown type, right CRC */
    crc = crc_of(in, FRAME_START_SIZE - FRAME_CRC_SIZE);
    in[FRAME_START_SIZE - 2u] = (uint8_t)crc;
    in[FRAME_START_SIZE - 1u] = (uint8_t)(crc >> 8);
    frame_hop_encode(bytes, &hop);
    bytes[0] = (uint8_t)(0x70u | ROUND);
    crc = crc_of(bytes, FRAME_HOP_SIZE - FRAME_CRC_SIZE);
    bytes[3] = (uint8_t)crc;
    bytes[4] = (uint8_t)(crc >> 8);
    memcpy(&in[HOP_AT], bytes, FRAME_HOP_SIZE);
    whole_round();
    assert_int_equal(l.start.boot, 0);
    assert_int_equal(l.number, 0);
    assert_int_equal(fake->rounds, 0);
}

/* Both head frames lost: the round is not known, so nothing of it may be taken for this one. */
static void test_stream_behind_two_bad_head_frames_is_not_accepted(void **state)
{
    (void)state;
    reset();
    build(3);
    in[1] ^= 1u;
    in[HOP_AT + 1u] ^= 1u;
    open_round();
    feed(0, in_size);
    assert_int_equal(fake->frames, 0);
    assert_int_equal(l.number, 0);
    assert_int_equal(l.events & LINK_ROUND_SEEN, 0);
}

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
    add_head(12);
    for (uint8_t i = 12; i > 0; i--)
        add_cell(ROUND, i);
    open_round();
    fake->out_limit = 0;
    feed(0, in_size);
    /* 12 bytes of head, own frame, then 5 frames of 8 fit below 64 */
    assert_int_equal(fake->frames, 5);
    assert_int_equal(l.counters.stale_frames, 7);
    fake->out_limit = FAKE_OUT_SIZE;
    link_tick(&l);
    link_tick(&l);
    link_tick(&l);
    drain();
    assert_int_equal(out_size, STREAM_AT + 6u * FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 13);
    expect_out(STREAM_AT + FRAME_STREAM_SIZE, &in[STREAM_AT], 5u * FRAME_STREAM_SIZE);
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
    else
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

/* What was checked before the silence still goes out. */
static void test_silence_in_the_stream_sends_what_is_queued(void **state)
{
    (void)state;
    go_to(LINK_STREAM);
    for (uint8_t i = 0; i < 3; i++)
        link_tick(&l);
    assert_int_equal(l.state, LINK_DRAIN);
    drain();
    assert_int_equal(out_size, STREAM_AT + 2u * FRAME_STREAM_SIZE);
    expect_own_frame(STREAM_AT, 4);
}

static void test_one_byte_per_tick_is_no_silence(void **state)
{
    (void)state;
    reset();
    build(3);
    open_round();
    for (uint8_t i = 0; i < in_size; i++) {
        link_tick(&l);
        feed(i, (uint8_t)(i + 1u));
        link_tick(&l);
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

/* ---- leader ---------------------------------------------------------------------------------- */

static const struct frame_start lead_start = {
    .switches = 0xA5, .boot = 3, .sensors = 2, .time_ms = 4711
};
static const struct frame_charge lead_charges[2u * FRAME_SENSORS_MAX] = {
    { .sensor = 0, .state = SENSOR_OK, .mas = 5 },
    { .sensor = 0, .reverse = true, .state = SENSOR_OK, .mas = 6 },
    { .sensor = 1, .state = SENSOR_BROKEN, .mas = 7 },
    { .sensor = 1, .reverse = true, .state = SENSOR_BROKEN, .mas = 8 },
};

static void lead(const struct frame_start *start)
{
    link_lead_break(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_lead_round(&l, start, lead_charges);
    link_open(&l);
    out_size = 0;
    drain();
}

/* The same round put together frame by frame. */
static void expect_round_of_leader(uint32_t rounds, uint8_t sensors)
{
    uint8_t round = rounds & 15u;
    struct frame_start start = lead_start;
    struct frame_hop hop = { .round = round, .hop = 1 };
    struct frame_cell own = {
        .round = round, .number = 1, .mv = OWN_MV, .dc = OWN_DC, .flags = OWN_FLAGS
    };
    struct frame_end end = { .round = round, .sensors = sensors, .rounds = rounds };
    uint8_t bytes[FRAME_SIZE_MAX];

    start.round = round;
    start.sensors = sensors;
    in_size = 0;
    add_bytes(bytes, frame_start_encode(bytes, &start));
    add_bytes(bytes, frame_hop_encode(bytes, &hop));
    add_bytes(bytes, frame_cell_encode(bytes, &own));
    for (uint8_t i = 0; i < 2u * sensors; i++) {
        struct frame_charge charge = lead_charges[i];
        charge.round = round;
        add_bytes(bytes, frame_charge_encode(bytes, &charge));
    }
    add_bytes(bytes, frame_end_encode(bytes, &end));
    assert_int_equal(out_size, in_size);
    expect_out(0, in, in_size);
}

static void test_leader_sends_the_whole_round_in_order(void **state)
{
    (void)state;
    reset();
    lead(&lead_start);
    expect_round_of_leader(1, 2);
    expect_idle();
    assert_int_equal(l.number, 1);
    assert_int_equal(l.counters.rounds, 1);
    assert_int_equal(link_take_events(&l), LINK_BREAK_SEEN | LINK_ROUND_DONE);
}

static void test_leader_with_fewer_sensors_sends_fewer_frames(void **state)
{
    (void)state;
    for (uint8_t sensors = 0; sensors < 2; sensors++) {
        struct frame_start start = lead_start;
        start.sensors = sensors;
        reset();
        lead(&start);
        expect_round_of_leader(1, sensors);
    }
}

static void test_leader_counts_rounds_modulo_16(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 1; i <= 33; i++) {
        lead(&lead_start);
        expect_round_of_leader(i, 2);
    }
}

static void test_leader_ignores_what_comes_back_on_in(void **state)
{
    (void)state;
    reset();
    link_lead_break(&l);
    link_take_events(&l);
    link_edges(&l, edges);
    assert_int_equal(l.state, LINK_BREAK);
    link_break_seen(&l);
    assert_int_equal(link_take_events(&l), 0);
    assert_int_equal(fake->breaks, 1);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_lead_round(&l, &lead_start, lead_charges);
    link_break_seen(&l);
    assert_int_equal(l.state, LINK_DRAIN);
    link_byte(&l, 0x55, false);
    link_open(&l);
    out_size = 0;
    drain();
    expect_round_of_leader(1, 2);
}

static void test_leader_without_reading_leaves_its_cell_out(void **state)
{
    (void)state;
    reset();
    link_lead_break(&l);
    link_lead_round(&l, &lead_start, lead_charges);
    link_open(&l);
    out_size = 0;
    drain();
    assert_int_equal(out_size, FRAME_START_SIZE + FRAME_HOP_SIZE + 4u * FRAME_STREAM_SIZE +
                                   FRAME_STREAM_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follower_passes_start_unchanged),
        cmocka_unit_test(test_follower_sends_hop_with_its_number_and_clock_error),
        cmocka_unit_test(test_follower_sends_own_frame_first_then_all_others_in_order),
        cmocka_unit_test(test_follower_ends_round_idle_and_counts_it),
        cmocka_unit_test(test_follower_passes_the_head_on_byte_by_byte),
        cmocka_unit_test(test_follower_without_reading_sends_no_own_frame),
        cmocka_unit_test(test_break_voids_the_reading_of_the_last_round),
        cmocka_unit_test(test_bytes_before_the_line_is_open_are_kept),
        cmocka_unit_test(test_own_frame_is_held_until_the_stream_comes),
        cmocka_unit_test(test_receiver_that_collects_chunks_sends_the_same),
        cmocka_unit_test(test_line_that_opens_while_draining_sends_all),
        cmocka_unit_test(test_every_number_up_to_255_is_one_more_than_the_sender),
        cmocka_unit_test(test_board_256_gets_no_number_and_says_so),
        cmocka_unit_test(test_bad_start_is_marked_and_counted_once_in_the_chain),
        cmocka_unit_test(test_bad_hop_is_marked_and_counted_once_in_the_chain),
        cmocka_unit_test(test_start_type_in_the_wrong_place_is_not_taken),
        cmocka_unit_test(test_stream_behind_two_bad_head_frames_is_not_accepted),
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
        cmocka_unit_test(test_break_in_any_state_starts_a_new_round),
        cmocka_unit_test(test_silence_in_any_state_ends_idle),
        cmocka_unit_test(test_silent_break_ends_at_the_second_tick),
        cmocka_unit_test(test_silence_in_the_stream_sends_what_is_queued),
        cmocka_unit_test(test_one_byte_per_tick_is_no_silence),
        cmocka_unit_test(test_ticks_while_idle_or_draining_do_nothing),
        cmocka_unit_test(test_edges_that_are_no_sync_keep_the_break),
        cmocka_unit_test(test_edges_count_in_a_break_only),
        cmocka_unit_test(test_bytes_outside_of_a_round_go_nowhere),
        cmocka_unit_test(test_sent_outside_of_draining_changes_nothing),
        cmocka_unit_test(test_leader_sends_the_whole_round_in_order),
        cmocka_unit_test(test_leader_with_fewer_sensors_sends_fewer_frames),
        cmocka_unit_test(test_leader_counts_rounds_modulo_16),
        cmocka_unit_test(test_leader_ignores_what_comes_back_on_in),
        cmocka_unit_test(test_leader_without_reading_leaves_its_cell_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
