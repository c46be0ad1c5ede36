#include "protocol/decoder.h"
#include "test.h"

#define ROUND 6u
#define CELLS 5u
#define CHARGES 4u
#define FRAMES (CELLS + CHARGES + 1u)
#define STREAM_SIZE (FRAMES * FRAME_STREAM_SIZE)
#define NO_FRAME 0xFFu

static uint8_t stream[STREAM_SIZE];
static uint8_t first_byte[FRAMES + 1u]; /* where each frame begins */

/* What a feeding of the decoder gave. */
static struct decoder decoder;
static bool found[FRAMES];
static uint8_t bad, stale, strange;

static uint8_t add_cell(uint8_t at, uint8_t number)
{
    struct frame_cell cell = {
        .round = ROUND, .number = number, .mv = (uint16_t)(3300u + number), .dc = 251
    };
    return (uint8_t)(at + frame_cell_encode(&stream[at], &cell));
}

static uint8_t add_charge(uint8_t at, uint8_t i)
{
    struct frame_charge charge = {
        .round = ROUND, .sensor = i >> 1, .reverse = i & 1u, .state = SENSOR_OK, .mas = 1234567u * i
    };
    return (uint8_t)(at + frame_charge_encode(&stream[at], &charge));
}

/* CELL(top) ... , four CHARGE frames, END. */
static void build(uint8_t top)
{
    struct frame_end end = { .round = ROUND, .sensors = 2, .rounds = 99 };
    uint8_t at = 0;

    for (uint8_t i = 0; i < CELLS; i++) {
        first_byte[i] = at;
        at = add_cell(at, (uint8_t)(top - i));
    }
    for (uint8_t i = 0; i < CHARGES; i++) {
        first_byte[CELLS + i] = at;
        at = add_charge(at, i);
    }
    first_byte[CELLS + CHARGES] = at;
    at = (uint8_t)(at + frame_end_encode(&stream[at], &end));
    first_byte[FRAMES] = at;
    assert_int_equal(at, STREAM_SIZE);
}

static uint8_t frame_at(uint8_t byte)
{
    uint8_t frame = 0;
    while (first_byte[frame + 1u] <= byte)
        frame++;
    return frame;
}

/* Which of the sent frames this is; a frame that was never sent is strange. */
static uint8_t recognise(const uint8_t *frame)
{
    for (uint8_t i = 0; i < FRAMES; i++) {
        if (memcmp(frame, &stream[first_byte[i]], FRAME_STREAM_SIZE) == 0)
            return i;
    }
    return NO_FRAME;
}

static void feed(uint8_t byte)
{
    switch (decoder_byte(&decoder, byte)) {
    case DECODE_NONE:
        break;
    case DECODE_BAD:
        bad++;
        break;
    case DECODE_STALE:
        stale++;
        break;
    case DECODE_FRAME: {
        uint8_t frame = recognise(decoder.bytes);
        if (frame == NO_FRAME || found[frame])
            strange++;
        else
            found[frame] = true;
        break;
    }
    }
}

static void begin(void)
{
    decoder_start(&decoder, ROUND);
    memset(found, 0, sizeof found);
    bad = stale = strange = 0;
}

static void feed_part(uint8_t from, uint8_t to)
{
    for (uint8_t i = from; i < to; i++)
        feed(stream[i]);
}

/* All frames came but this one. */
static void expect_all_but(uint8_t lost)
{
    assert_int_equal(strange, 0);
    assert_int_equal(stale, 0);
    for (uint8_t i = 0; i < FRAMES; i++)
        assert_int_equal(found[i], i != lost);
}

/* ---- sound streams --------------------------------------------------------------------------- */

static void test_frames_back_to_back_are_all_found(void **state)
{
    (void)state;
    build(5);
    begin();
    feed_part(0, STREAM_SIZE);
    expect_all_but(NO_FRAME);
    assert_int_equal(bad, 0);
}

static void test_frame_is_reported_with_its_last_byte(void **state)
{
    (void)state;
    build(5);
    begin();
    for (uint8_t i = 0; i < STREAM_SIZE; i++) {
        uint8_t frame = frame_at(i);
        feed(stream[i]);
        assert_int_equal(found[frame], i + 1u == first_byte[frame + 1u]);
    }
}

static void test_truncated_frame_is_not_reported(void **state)
{
    (void)state;
    build(5);
    for (uint8_t end = 0; end < STREAM_SIZE; end++) {
        uint8_t complete = 0;
        begin();
        feed_part(0, end);
        for (uint8_t i = 0; i < FRAMES; i++)
            complete = (uint8_t)(complete + found[i]);
        assert_int_equal(complete, frame_at(end));
        assert_int_equal(strange + bad + stale, 0);
    }
}

static void test_restart_forgets_half_a_frame(void **state)
{
    (void)state;
    build(5);
    for (uint8_t cut = 1; cut < FRAME_STREAM_SIZE; cut++) {
        begin();
        feed_part(0, cut);
        decoder_start(&decoder, ROUND);
        feed_part(first_byte[1], STREAM_SIZE);
        expect_all_but(0);
        assert_int_equal(bad, 0);
    }
}

/* ---- damage: only the frame that was hit is lost --------------------------------------------- */

static void test_changed_byte_costs_only_its_frame(void **state)
{
    static const uint8_t patterns[] = { 0x01, 0x80, 0x10, 0x30, 0xC0, 0xFF };

    (void)state;
    build(5);
    for (uint8_t at = 0; at < STREAM_SIZE; at++) {
        for (uint8_t p = 0; p < sizeof patterns; p++) {
            begin();
            feed_part(0, at);
            feed(stream[at] ^ patterns[p]);
            feed_part((uint8_t)(at + 1u), STREAM_SIZE);
            expect_all_but(frame_at(at));
            assert_int_equal(bad, 1);
        }
    }
}

static void test_lost_byte_costs_only_its_frame(void **state)
{
    (void)state;
    build(5);
    for (uint8_t at = 0; at < STREAM_SIZE; at++) {
        begin();
        feed_part(0, at);
        feed_part((uint8_t)(at + 1u), STREAM_SIZE);
        expect_all_but(frame_at(at));
        if (frame_at(at) != FRAMES - 1u)
            assert_int_equal(bad, 1);
    }
}

/* A second byte of the same value inside a frame; before or behind it nothing is damaged. */
static void test_repeated_byte_costs_only_its_frame(void **state)
{
    (void)state;
    build(5);
    for (uint8_t at = 0; at < STREAM_SIZE; at++) {
        uint8_t frame = frame_at(at);
        bool between = at == first_byte[frame] || at + 1u == first_byte[frame + 1u];
        begin();
        feed_part(0, at);
        feed(stream[at]);
        feed_part(at, STREAM_SIZE);
        expect_all_but(between ? NO_FRAME : frame);
        if (at + 1u < STREAM_SIZE)
            assert_int_equal(bad, 1);
    }
}

static void test_extra_byte_between_frames_costs_nothing(void **state)
{
    (void)state;
    build(5);
    for (uint8_t frame = 0; frame < FRAMES; frame++) {
        for (uint16_t extra = 0; extra < 256; extra++) {
            begin();
            feed_part(0, first_byte[frame]);
            feed((uint8_t)extra);
            feed_part(first_byte[frame], STREAM_SIZE);
            expect_all_but(NO_FRAME);
            assert_int_equal(bad, 1);
        }
    }
}

/* Whatever the next byte, the number, looks like as a header. */
static void test_lost_header_costs_only_its_frame_for_every_number(void **state)
{
    (void)state;
    for (uint16_t top = CELLS; top < 256; top++) {
        build((uint8_t)top);
        begin();
        feed_part(1, STREAM_SIZE);
        expect_all_but(0);
        assert_int_equal(bad, 1);
    }
}

static void test_two_damaged_frames_cost_two_and_are_reported_twice(void **state)
{
    (void)state;
    build(5);
    begin();
    for (uint8_t i = 0; i < STREAM_SIZE; i++)
        feed(i == first_byte[0] + 3u || i == first_byte[2] + 4u ? stream[i] ^ 4u : stream[i]);
    assert_int_equal(strange, 0);
    assert_int_equal(bad, 2);
    for (uint8_t i = 0; i < FRAMES; i++)
        assert_int_equal(found[i], i != 0 && i != 2);
}

static void test_damaged_neighbours_are_reported_once(void **state)
{
    (void)state;
    build(5);
    begin();
    for (uint8_t i = 0; i < STREAM_SIZE; i++)
        feed(i == first_byte[1] + 3u || i == first_byte[2] + 4u ? stream[i] ^ 4u : stream[i]);
    assert_int_equal(strange, 0);
    assert_int_equal(bad, 1);
    for (uint8_t i = 0; i < FRAMES; i++)
        assert_int_equal(found[i], i != 1 && i != 2);
}

/* Longer than the window, and than twice the window, where the ring position wraps. */
static void test_garbage_of_any_length_costs_nothing_behind_it(void **state)
{
    (void)state;
    build(5);
    for (uint8_t length = 1; length < 100; length++) {
        begin();
        feed_part(0, first_byte[1]);
        for (uint8_t i = 0; i < length; i++)
            feed((uint8_t)(i * 7u & 0x0Fu)); /* no type has a 0 in the high nibble */
        feed_part(first_byte[1], STREAM_SIZE);
        expect_all_but(NO_FRAME);
        assert_int_equal(bad, 1);
    }
}

/* ---- a receiver that stores bytes itself ----------------------------------------------------- */

static uint8_t damaged[STREAM_SIZE + 1u];

/* The same bytes in whole frames where the decoder wants them, or byte by byte. */
static void feed_chunks(uint8_t size, bool whole)
{
    uint8_t at = 0;

    begin();
    while (at < size) {
        bool frame = whole && !decoder.hunting;
        const uint8_t *bytes = &damaged[at];
        at = (uint8_t)(at + (frame ? FRAME_STREAM_SIZE : 1u));
        if (at > size)
            return; /* the rest never comes */
        switch (frame ? decoder_frame(&decoder, bytes) : decoder_byte(&decoder, *bytes)) {
        case DECODE_NONE:
            break;
        case DECODE_BAD:
            bad++;
            break;
        case DECODE_STALE:
            stale++;
            break;
        case DECODE_FRAME:
            if (recognise(frame ? bytes : decoder.bytes) == NO_FRAME)
                strange++;
            else
                found[recognise(frame ? bytes : decoder.bytes)] = true;
            break;
        }
    }
}

static void expect_chunks_alike(uint8_t size)
{
    bool by_byte[FRAMES];
    uint8_t bad_by_byte;

    feed_chunks(size, false);
    memcpy(by_byte, found, sizeof by_byte);
    bad_by_byte = bad;
    assert_int_equal(strange + stale, 0);
    feed_chunks(size, true);
    assert_memory_equal(found, by_byte, sizeof by_byte);
    assert_int_equal(strange + stale, 0);
    /* a bad header is seen with the first chunk, or never when that is cut short */
    assert_true(bad == bad_by_byte || bad + 1u == bad_by_byte);
}

static void test_chunks_find_the_same_frames_as_single_bytes(void **state)
{
    (void)state;
    build(5);
    memcpy(damaged, stream, STREAM_SIZE);
    expect_chunks_alike(STREAM_SIZE);
    for (uint8_t i = 0; i < FRAMES; i++)
        assert_true(found[i]);
    for (uint8_t at = 0; at < STREAM_SIZE; at++) {
        memcpy(damaged, stream, STREAM_SIZE); /* changed */
        damaged[at] ^= 0x41u;
        expect_chunks_alike(STREAM_SIZE);
        memcpy(&damaged[at], &stream[at + 1u], STREAM_SIZE - at - 1u); /* lost */
        expect_chunks_alike(STREAM_SIZE - 1u);
        memcpy(damaged, stream, STREAM_SIZE); /* extra */
        memcpy(&damaged[at + 1u], &stream[at], STREAM_SIZE - at);
        damaged[at] = (uint8_t)(at * 29u);
        expect_chunks_alike(STREAM_SIZE + 1u);
    }
}

/* ---- what must not be accepted --------------------------------------------------------------- */

static void test_frames_of_another_round_are_stale(void **state)
{
    (void)state;
    build(5);
    for (uint8_t round = 0; round < 16; round++) {
        begin();
        decoder_start(&decoder, round);
        feed_part(0, STREAM_SIZE);
        assert_int_equal(strange + bad, 0);
        assert_int_equal(stale, round == ROUND ? 0 : FRAMES);
        for (uint8_t i = 0; i < FRAMES; i++)
            assert_int_equal(found[i], round == ROUND);
    }
}

static void test_hunting_does_not_stop_at_another_round(void **state)
{
    (void)state;
    build(5);
    begin();
    decoder_start(&decoder, ROUND + 1u);
    feed(0x00);
    feed_part(0, STREAM_SIZE);
    assert_int_equal(bad, 1);
    assert_int_equal(stale + strange, 0);
    for (uint8_t i = 0; i < FRAMES; i++)
        assert_false(found[i]);
}

/* START and HOP have their place behind the sync; in the stream a hunter must not find them. */
static void test_hunting_does_not_find_start_or_hop(void **state)
{
    struct frame_start start = { .round = ROUND, .switches = 0x55, .time_ms = 1000 };
    struct frame_hop hop = { .round = ROUND, .hop = 3 };
    uint8_t bytes[FRAME_SIZE_MAX];
    uint8_t size;

    (void)state;
    build(5);
    begin();
    feed(0x00);
    size = frame_start_encode(bytes, &start);
    for (uint8_t i = 0; i < size; i++)
        feed(bytes[i]);
    size = frame_hop_encode(bytes, &hop);
    for (uint8_t i = 0; i < size; i++)
        feed(bytes[i]);
    assert_int_equal(strange + stale, 0);
    assert_int_equal(bad, 1);
    feed_part(0, STREAM_SIZE);
    expect_all_but(NO_FRAME);
}

/* Bytes from before decoder_start() still lie in the ring. Only as much as came since may count. */
static void test_hunting_never_uses_bytes_from_before_the_start(void **state)
{
    (void)state;
    build(5);
    for (uint8_t before = 1; before < FRAME_STREAM_SIZE; before++) {
        begin();
        for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
            feed(0);
        feed_part(0, before); /* of the first frame */
        decoder_start(&decoder, ROUND);
        feed_part(before, FRAME_STREAM_SIZE);
        for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
            feed(0);
        assert_int_equal(strange, 0);
        assert_false(found[0]);
    }
}

static void test_found_frame_is_not_found_again(void **state)
{
    (void)state;
    build(5);
    begin();
    feed(0);
    feed_part(0, first_byte[1]);
    for (uint8_t i = 0; i < 40; i++)
        feed(0);
    assert_int_equal(strange, 0);
    assert_true(found[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_back_to_back_are_all_found),
        cmocka_unit_test(test_frame_is_reported_with_its_last_byte),
        cmocka_unit_test(test_truncated_frame_is_not_reported),
        cmocka_unit_test(test_restart_forgets_half_a_frame),
        cmocka_unit_test(test_changed_byte_costs_only_its_frame),
        cmocka_unit_test(test_lost_byte_costs_only_its_frame),
        cmocka_unit_test(test_repeated_byte_costs_only_its_frame),
        cmocka_unit_test(test_extra_byte_between_frames_costs_nothing),
        cmocka_unit_test(test_lost_header_costs_only_its_frame_for_every_number),
        cmocka_unit_test(test_two_damaged_frames_cost_two_and_are_reported_twice),
        cmocka_unit_test(test_damaged_neighbours_are_reported_once),
        cmocka_unit_test(test_garbage_of_any_length_costs_nothing_behind_it),
        cmocka_unit_test(test_chunks_find_the_same_frames_as_single_bytes),
        cmocka_unit_test(test_frames_of_another_round_are_stale),
        cmocka_unit_test(test_hunting_does_not_stop_at_another_round),
        cmocka_unit_test(test_hunting_does_not_find_start_or_hop),
        cmocka_unit_test(test_hunting_never_uses_bytes_from_before_the_start),
        cmocka_unit_test(test_found_frame_is_not_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
