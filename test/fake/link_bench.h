/* One follower between two wires: what comes in, what goes out. For the test_link*.c files, each of
 * which is a program of its own. */
#ifndef TEST_FAKE_LINK_BENCH_H
#define TEST_FAKE_LINK_BENCH_H

#include "common/identity.h"
#include "common/link.h"
#include "protocol/crc.h"
#include "test.h"
#include "test/fake/ring_fake.h"

#define ROUND 9u
#define FACTORY 0x50u
#define IDENTITY 0x1234u
#define HOP_SUM 0xEDCBu
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

static inline void reset(void)
{
    fake_reset();
    link_init(&l, FACTORY);
    l.identity = IDENTITY;
    out_size = 0;
    ring_edges(0xFFF0u, LINK_DIVISOR_NOMINAL * 64u, edges);
}

/* ---- a round as a board with this number would send it --------------------------------------- */

static inline void add_bytes(const uint8_t *bytes, uint8_t size)
{
    memcpy(&in[in_size], bytes, size);
    in_size = (uint8_t)(in_size + size);
}

static inline void add_cell(uint8_t round, uint8_t number)
{
    struct frame_cell cell = {
        .round = round, .number = number, .mv = (uint16_t)(3000u + number), .dc = 200
    };
    uint8_t bytes[FRAME_SIZE_MAX];
    add_bytes(bytes, frame_cell_encode(bytes, &cell));
}

static inline void add_head(uint8_t number)
{
    struct frame_start start = {
        .round = ROUND, .switches = 0x50, .boot = 7, .sensors = 1, .time_ms = 0xBEEF
    };
    struct frame_hop hop = { .round = ROUND, .hop = number, .clock_error = -3, .sum = HOP_SUM };
    uint8_t bytes[FRAME_SIZE_MAX];

    in_size = 0;
    add_bytes(bytes, frame_start_encode(bytes, &start));
    add_bytes(bytes, frame_hop_encode(bytes, &hop));
}

static inline void add_tail(void)
{
    struct frame_charge charge = { .round = ROUND, .state = SENSOR_OK, .mas = 77 };
    struct frame_end end = { .round = ROUND, .sensors = 1 };
    uint8_t bytes[FRAME_SIZE_MAX];

    add_bytes(bytes, frame_charge_encode(bytes, &charge));
    add_bytes(bytes, frame_end_encode(bytes, &end));
}

static inline void build(uint8_t number)
{
    add_head(number);
    for (uint8_t i = number; i > 0 && i + 3u > number; i--)
        add_cell(ROUND, i); /* three at most */
    add_tail();
}

/* ---- driving --------------------------------------------------------------------------------- */

static inline void open_round(void)
{
    link_break_seen(&l);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_edges(&l, edges);
    link_open(&l);
    out_size = 0;
}

static inline void collect(void)
{
    while (out_size < IN_MAX && fake_take(&out[out_size]))
        out_size++;
}

static inline void feed(uint8_t from, uint8_t to)
{
    for (uint8_t i = from; i < to; i++) {
        link_byte(&l, in[i], false);
        collect();
    }
}

/* The transmitter empties the queue and says so. */
static inline void drain(void)
{
    for (uint8_t i = 0; fake->drain && i < IN_MAX; i++) {
        link_drain(&l);
        collect();
    }
    if (fake->notify_sent)
        link_sent(&l);
}

static inline void whole_round(void)
{
    open_round();
    feed(0, in_size);
    drain();
}

static inline const uint8_t *out_frame(uint8_t at, uint8_t size)
{
    assert_true(at + size <= out_size);
    return &out[at];
}

static inline void expect_out(uint8_t at, const uint8_t *bytes, uint8_t size)
{
    assert_memory_equal(out_frame(at, size), bytes, size);
}

#define HOP_AT FRAME_START_SIZE
#define STREAM_AT (FRAME_START_SIZE + FRAME_HOP_SIZE)

static inline void expect_own_frame(uint8_t at, uint8_t number)
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

static inline void expect_idle(void)
{
    assert_int_equal(l.state, LINK_IDLE);
    assert_int_equal(fake->line, FAKE_LINE_HIGH);
    assert_false(fake->drain);
}

/* Feeds what came out into a second board and returns its link. */
static inline const struct link *next_board(void)
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

#endif
