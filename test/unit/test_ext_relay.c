/* The extended data output from End to Begin: pieces over the return wire, put together again. */
#include "begin_board/ext_relay.h"
#include "common/link.h"
#include "protocol/bytes.h"
#include "protocol/crc.h"
#include "test.h"
#include "test/fake/ring_fake.h"

#define CELLS 7u
#define ROUND 5u

static struct ext_relay relay;
static uint8_t sent[EXT_PARCEL_SIZE];

static void fill_parcel(uint8_t seed)
{
    for (uint8_t i = 0; i < EXT_AT_SUM; i++)
        sent[i] = (uint8_t)(seed + 37u * i);
    sent[EXT_AT_CELL] = 3;
    sent[EXT_AT_CELLS] = CELLS;
    sent[EXT_AT_STATUS] = EXT_CHARGE_ALLOWED | EXT_LOAD_ALLOWED | EXT_BELOW_TMIN;
    sent[EXT_AT_SUM] = ext_sum(sent);
    put_u16(&sent[EXT_AT_RATIO], EXT_RATIO_UNITY);
}

static void reset(void)
{
    ext_relay_init(&relay);
    fill_parcel(1);
}

static void give(uint8_t round, uint8_t piece)
{
    struct frame_ext ext = { .round = round, .piece = piece };
    uint8_t frame[FRAME_STREAM_SIZE];

    for (uint8_t i = 0; i < FRAME_EXT_DATA; i++)
        ext.data[i] = piece < EXT_PIECES ? sent[piece * FRAME_EXT_DATA + i] : 0xEE;
    frame_ext_encode(frame, &ext);
    ext_relay_piece(&relay, frame);
}

static void give_all(uint8_t round)
{
    for (uint8_t i = 0; i < EXT_PIECES; i++)
        give(round, i);
}

static void expect_new(void)
{
    assert_true(ext_relay_close(&relay));
    assert_memory_equal(relay.frame, sent, EXT_FRAME_SIZE);
}

/* ---- what is taken ---------------------------------------------------------------------------- */

static void test_frame_of_all_pieces_is_taken_as_it_is(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 0; i < 40; i++) {
        fill_parcel(i);
        give_all(i & 15u);
        expect_new();
    }
}

static void test_pieces_may_come_in_any_order(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 0; i < EXT_PIECES; i++)
        give(ROUND, (uint8_t)(i * 7u % EXT_PIECES));
    expect_new();
}

static void test_nothing_is_sent_before_the_first_frame(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 0; i < 5; i++) {
        give(ROUND, i);
        assert_false(ext_relay_close(&relay));
    }
}

static void test_frame_with_any_piece_missing_is_not_taken(void **state)
{
    (void)state;
    for (uint8_t missing = 0; missing < EXT_PIECES; missing++) {
        reset();
        for (uint8_t i = 0; i < EXT_PIECES; i++)
            if (i != missing)
                give(ROUND, i);
        assert_false(ext_relay_close(&relay));
        give(ROUND, missing); /* too late: the round is closed */
        assert_false(ext_relay_close(&relay));
    }
}

static void test_piece_that_comes_twice_does_not_stand_for_another(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 0; i < EXT_PIECES - 1u; i++) {
        give(ROUND, i);
        give(ROUND, i);
    }
    assert_false(ext_relay_close(&relay));
    give_all(ROUND);
    give_all(ROUND);
    expect_new();
}

static void test_pieces_of_two_rounds_never_make_a_frame(void **state)
{
    (void)state;
    for (uint8_t cut = 1; cut < EXT_PIECES; cut++) {
        reset();
        for (uint8_t i = 0; i < EXT_PIECES; i++)
            give(i < cut ? ROUND : ROUND + 1u, i);
        assert_false(ext_relay_close(&relay));
    }
}

/* The same number comes again after 16 rounds. */
static void test_closed_round_leaves_no_piece_behind(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 0; i < 8; i++)
        give(ROUND, i);
    assert_false(ext_relay_close(&relay));
    for (uint8_t i = 8; i < EXT_PIECES; i++)
        give(ROUND, i);
    assert_false(ext_relay_close(&relay));
}

static void test_piece_numbers_beyond_the_last_are_ignored(void **state)
{
    (void)state;
    reset();
    give_all(ROUND);
    for (uint8_t piece = EXT_PIECES; piece != 0; piece++)
        give(ROUND, piece);
    expect_new();
    for (uint8_t piece = EXT_PIECES; piece != 0; piece++)
        give(ROUND, piece);
    relay.known = false;
    assert_false(ext_relay_close(&relay));
}

static void test_frame_with_a_wrong_sum_is_not_taken(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < EXT_FRAME_SIZE; i++) {
        reset();
        sent[i] ^= 0x10u;
        give_all(ROUND);
        assert_false(ext_relay_close(&relay));
    }
}

static void test_cell_number_that_the_pack_does_not_have_is_not_taken(void **state)
{
    static const uint8_t cells[] = { 0, CELLS + 1u, 255 };

    (void)state;
    for (uint8_t i = 0; i < sizeof cells; i++) {
        reset();
        sent[EXT_AT_CELL] = cells[i];
        sent[EXT_AT_SUM] = ext_sum(sent);
        give_all(ROUND);
        assert_false(ext_relay_close(&relay));
    }
    sent[EXT_AT_CELL] = CELLS;
    sent[EXT_AT_SUM] = ext_sum(sent);
    give_all(ROUND);
    expect_new();
}

/* ---- length of a bit -------------------------------------------------------------------------- */

static bool takes_ratio(uint16_t ratio)
{
    reset();
    put_u16(&sent[EXT_AT_RATIO], ratio);
    give_all(ROUND);
    return ext_relay_close(&relay);
}

static void test_bit_follows_the_ratio_of_the_clocks(void **state)
{
    /* Begin exact; 10 % slow, 3.6 MHz: 375; 10 % fast, 4.4 MHz: 458.33 */
    (void)state;
    assert_true(takes_ratio(16384));
    assert_int_equal(relay.bit_cycles, 417);
    assert_true(takes_ratio(18204));
    assert_int_equal(relay.bit_cycles, 375);
    assert_true(takes_ratio(14895));
    assert_int_equal(relay.bit_cycles, 458);
}

static void test_ratio_of_a_broken_clock_is_not_taken(void **state)
{
    (void)state;
    assert_true(takes_ratio(13926));
    assert_false(takes_ratio(13925));
    assert_true(takes_ratio(18842));
    assert_false(takes_ratio(18843));
    assert_false(takes_ratio(0));
    assert_false(takes_ratio(65535));
}

/* ---- rounds without a frame ------------------------------------------------------------------- */

static void test_lost_frame_is_replaced_by_the_last_once_and_then_by_an_error(void **state)
{
    uint8_t status;

    (void)state;
    reset();
    give_all(ROUND);
    expect_new();
    expect_new(); /* nothing came: the same again */
    status = sent[EXT_AT_STATUS];
    sent[EXT_AT_STATUS] =
        (uint8_t)((status & ~(EXT_CHARGE_ALLOWED | EXT_LOAD_ALLOWED)) | EXT_COMMUNICATION);
    sent[EXT_AT_SUM] = ext_sum(sent);
    assert_int_equal(sent[EXT_AT_STATUS], EXT_COMMUNICATION | EXT_BELOW_TMIN);
    for (uint16_t i = 0; i < 600; i++)
        expect_new();
    fill_parcel(9);
    give_all(ROUND);
    expect_new();
}

/* ---- over the wire ---------------------------------------------------------------------------- */

#define BOARDS 4u
#define LAST (BOARDS - 1u)

static uint8_t wrong_bytes[EXT_PIECES * FRAME_STREAM_SIZE];

static void on_frame(struct link *l, const uint8_t *frame)
{
    if (l == &ring[0] && frame_type_of(frame[0]) == FRAME_EXT)
        ext_relay_piece(&relay, frame);
}

static void run_round(void)
{
    struct frame_start start = { .sensors = 0 };

    link_lead_rest(&ring[0]);
    ring_round(BOARDS, &start, NULL);
}

static void set_up_ring(void)
{
    ring_init(BOARDS);
    ring_closed = true;
    fake_on_frame = on_frame;
    reset();
    run_round();
    run_round();
    for (uint8_t i = 0; i < BOARDS; i++)
        link_take_events(&ring[i]);
    memset(wrong_bytes, 0, sizeof wrong_bytes);
}

/* What the last board sends goes to the first with these bits changed. Returns the bytes. */
static uint8_t tail(void)
{
    uint8_t count = 0;
    uint8_t byte;

    for (;;) {
        bool got;
        fake_use(LAST);
        if (fake->drain && hal_link_ready())
            link_drain(&ring[LAST]);
        got = fake_take(&byte);
        if (!got && fake->notify_sent) {
            fake->notify_sent = false;
            link_sent(&ring[LAST]);
        }
        if (!got)
            return count;
        fake_use(0);
        link_byte(&ring[0], byte ^ wrong_bytes[count++], false);
    }
}

static bool send_tail(void)
{
    fake_use(LAST);
    return link_send_tail(&ring[LAST], sent);
}

static void test_tail_of_the_last_board_reaches_the_leader(void **state)
{
    uint16_t bad;

    (void)state;
    set_up_ring();
    bad = ring[0].counters.bad_frames;
    assert_true(send_tail());
    assert_int_equal(ring[LAST].state, LINK_TAIL);
    assert_int_equal(tail(), 120);
    expect_new();
    assert_int_equal(ring[LAST].state, LINK_IDLE);
    assert_int_equal(link_take_events(&ring[LAST]), 0); /* it is no round */
    assert_int_equal(fake_boards[LAST].line, FAKE_LINE_HIGH);
    assert_int_equal(ring[0].counters.bad_frames, bad);
    assert_false(ring[0].decoder.hunting); /* in step: hunting costs more at each byte */
}

/* Through the decoder: any piece that is hit is lost, and so is the frame, and nothing else. */
static void test_tail_with_a_wrong_byte_is_no_frame_and_the_next_is_one(void **state)
{
    (void)state;
    set_up_ring();
    for (uint8_t at = 0; at < sizeof wrong_bytes; at = (uint8_t)(at + 3u)) {
        wrong_bytes[at] = 0x21;
        relay.known = false;
        assert_true(send_tail());
        tail();
        assert_false(ext_relay_close(&relay));
        wrong_bytes[at] = 0;
        run_round();
        assert_true(send_tail());
        tail();
        expect_new();
        run_round();
    }
}

static void test_noise_before_the_tail_costs_nothing(void **state)
{
    (void)state;
    set_up_ring();
    fake_use(0);
    for (uint8_t i = 0; i < 13; i++)
        link_byte(&ring[0], (uint8_t)(0x70u + i), i == 5);
    assert_true(send_tail());
    tail();
    expect_new();
}

static void test_tail_of_another_round_is_not_heard(void **state)
{
    (void)state;
    set_up_ring();
    for (uint8_t other = 1; other < 16; other++) {
        ring[LAST].round = (uint8_t)(ring[0].round + other) & 15u;
        assert_true(send_tail());
        tail();
        assert_false(ext_relay_close(&relay));
        run_round();
    }
}

static void test_leader_that_rests_hears_no_tail(void **state)
{
    (void)state;
    set_up_ring();
    fake_use(0);
    link_lead_rest(&ring[0]);
    assert_int_equal(ring[0].state, LINK_IDLE);
    assert_int_equal(fake->line, FAKE_LINE_HIGH);
    assert_true(send_tail());
    tail();
    assert_false(ext_relay_close(&relay));
}

static void test_tail_inside_a_round_is_refused(void **state)
{
    (void)state;
    set_up_ring();
    ring_break(BOARDS);
    assert_false(send_tail());
    assert_int_equal(ring[LAST].state, LINK_BREAK);
    assert_int_equal(ring[LAST].queue_in, ring[LAST].queue_out);
    assert_int_equal(fake_boards[LAST].resumes, 0);
}

static void test_break_cuts_the_tail_off_and_the_round_is_whole(void **state)
{
    uint32_t rounds;

    (void)state;
    set_up_ring();
    assert_true(send_tail());
    link_drain(&ring[LAST]);
    rounds = ring[LAST].counters.rounds;
    run_round();
    assert_false(ring_stuck);
    assert_int_equal(ring[LAST].counters.rounds, rounds + 1u);
    assert_int_equal(ring[LAST].state, LINK_IDLE);
    assert_true(link_take_events(&ring[LAST]) & LINK_ROUND_DONE);
}

static void test_follower_takes_no_piece(void **state)
{
    struct decoder d;

    (void)state;
    decoder_start(&d, ROUND);
    for (uint8_t piece = 0; piece < EXT_PIECES; piece++) {
        struct frame_ext ext = { .round = ROUND, .piece = piece };
        uint8_t frame[FRAME_STREAM_SIZE];
        frame_ext_encode(frame, &ext);
        for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
            assert_int_not_equal(decoder_byte(&d, frame[i]), DECODE_FRAME);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame_of_all_pieces_is_taken_as_it_is),
        cmocka_unit_test(test_pieces_may_come_in_any_order),
        cmocka_unit_test(test_nothing_is_sent_before_the_first_frame),
        cmocka_unit_test(test_frame_with_any_piece_missing_is_not_taken),
        cmocka_unit_test(test_piece_that_comes_twice_does_not_stand_for_another),
        cmocka_unit_test(test_pieces_of_two_rounds_never_make_a_frame),
        cmocka_unit_test(test_closed_round_leaves_no_piece_behind),
        cmocka_unit_test(test_piece_numbers_beyond_the_last_are_ignored),
        cmocka_unit_test(test_frame_with_a_wrong_sum_is_not_taken),
        cmocka_unit_test(test_cell_number_that_the_pack_does_not_have_is_not_taken),
        cmocka_unit_test(test_bit_follows_the_ratio_of_the_clocks),
        cmocka_unit_test(test_ratio_of_a_broken_clock_is_not_taken),
        cmocka_unit_test(test_lost_frame_is_replaced_by_the_last_once_and_then_by_an_error),
        cmocka_unit_test(test_tail_of_the_last_board_reaches_the_leader),
        cmocka_unit_test(test_tail_with_a_wrong_byte_is_no_frame_and_the_next_is_one),
        cmocka_unit_test(test_noise_before_the_tail_costs_nothing),
        cmocka_unit_test(test_tail_of_another_round_is_not_heard),
        cmocka_unit_test(test_leader_that_rests_hears_no_tail),
        cmocka_unit_test(test_tail_inside_a_round_is_refused),
        cmocka_unit_test(test_break_cuts_the_tail_off_and_the_round_is_whole),
        cmocka_unit_test(test_follower_takes_no_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
