/* Who is who: numbering, and head frames that arrive bad. */
#include "test/fake/link_bench.h"

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
    assert_int_equal(fake->rounds, 1);
    assert_int_equal(out_size, in_size); /* no own frame */
    assert_false(frame_valid(out_frame(HOP_AT, FRAME_HOP_SIZE), FRAME_HOP_SIZE));
    expect_out(STREAM_AT, &in[STREAM_AT], (uint8_t)(in_size - STREAM_AT));
}

static void test_hop_from_board_0_gives_no_number(void **state)
{
    (void)state;
    reset();
    build(0);
    whole_round();
    assert_int_equal(l.number, 0);
    assert_false(frame_valid(out_frame(HOP_AT, FRAME_HOP_SIZE), FRAME_HOP_SIZE));
}

/* ---- head frames that arrive bad ------------------------------------------------------------- */

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
            assert_int_equal(fake->rounds, 1);
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

static void round_from_3(bool good)
{
    uint16_t before = fake->rounds;

    build(3);
    if (!good)
        in[HOP_AT + 1u] ^= 4u;
    out_size = 0;
    whole_round();
    assert_int_equal(fake->rounds,
                     before + 1u); /* the board hears of each one, also without a number */
    assert_int_equal(l.hop_good, good);
}

/* Two rounds and no more; the board before still learns that HOP was bad, and End which number it has. */
static void test_board_that_lost_hop_keeps_its_number_for_two_rounds(void **state)
{
    (void)state;
    reset();
    round_from_3(true);
    for (uint8_t i = 0; i < LINK_HOME_ROUNDS; i++) {
        round_from_3(false);
        assert_int_equal(l.number, 4);
        assert_int_equal(fake->rounds, i + 2);
        assert_int_equal(out_size, in_size + FRAME_STREAM_SIZE);
        expect_marked(HOP_AT, FRAME_HOP_SIZE);
        assert_int_equal(out[STREAM_AT + 1u], 4);
    }
    round_from_3(false);
    assert_int_equal(l.number, 0);
    assert_int_equal(out_size, in_size);
    round_from_3(true);
    round_from_3(false);
    assert_int_equal(l.number, 4);
}

/* Whoever changes the chain makes it silent for longer than this. */
static void test_board_that_lost_hop_behind_a_silence_has_no_number(void **state)
{
    (void)state;
    reset();
    round_from_3(true);
    link_lead_section(&l);
    assert_int_equal(l.state, LINK_WAIT);
    round_from_3(false);
    assert_int_equal(l.number, 0);
}

/* Without START nobody knows whose round it is, and which one. */
static void test_board_that_lost_start_and_hop_has_no_number(void **state)
{
    (void)state;
    reset();
    round_from_3(true);
    build(3);
    in[1] ^= 1u;
    in[HOP_AT + 1u] ^= 4u;
    whole_round();
    assert_int_equal(l.number, 0);
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
    assert_int_equal(fake->rounds, 1);
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
    assert_int_equal(l.events, LINK_BREAK_SEEN); /* nothing came of it */
    assert_int_equal(l.counters.rounds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_up_to_255_is_one_more_than_the_sender),
        cmocka_unit_test(test_board_256_gets_no_number_and_says_so),
        cmocka_unit_test(test_hop_from_board_0_gives_no_number),
        cmocka_unit_test(test_bad_start_is_marked_and_counted_once_in_the_chain),
        cmocka_unit_test(test_bad_hop_is_marked_and_counted_once_in_the_chain),
        cmocka_unit_test(test_board_that_lost_hop_keeps_its_number_for_two_rounds),
        cmocka_unit_test(test_board_that_lost_hop_behind_a_silence_has_no_number),
        cmocka_unit_test(test_board_that_lost_start_and_hop_has_no_number),
        cmocka_unit_test(test_start_type_in_the_wrong_place_is_not_taken),
        cmocka_unit_test(test_stream_behind_two_bad_head_frames_is_not_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
