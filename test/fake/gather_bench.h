/* What End takes in from a chain of four, for its unit tests. */
#ifndef TEST_FAKE_GATHER_BENCH_H
#define TEST_FAKE_GATHER_BENCH_H

#include "end_board/gather.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define CELLS 4u
#define SWITCHES 0x10u /* 2 to 4 cells */
#define SUM 0x4711u

static struct gather g;
static struct cell_board b;
static struct pack pack;
static struct decide d;
static struct link *const l = &b.link;

static inline void frame_of(uint8_t *frame, uint8_t number)
{
    struct frame_cell cell = { .number = number, .mv = (uint16_t)(3300u + number), .dc = 250 };
    frame_cell_encode(frame, &cell);
}

/* HOP of a round comes at once behind its break. */
static inline void start_at(uint32_t ms)
{
    gather_break(&g, ms);
    gather_round(&g, &pack, &d, l, ms);
}

/* A round of Begin, or a head's, up to its END; this board is the last one. */
static inline void round_of(enum link_origin origin, bool hop_good, uint32_t ms)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_charge charge = { .state = SENSOR_OK, .mas = 1000 };
    struct frame_end end = { .rounds = 7 };

    l->origin = (uint8_t)origin;
    l->hop_good = hop_good;
    l->number = CELLS;
    l->head_number = 2;
    l->sum = SUM;
    l->start = (struct frame_start){ .switches = SWITCHES, .sensors = 1, .time_ms = 900 };
    start_at(ms);
    for (uint8_t number = CELLS - 1u; number; number--) {
        frame_of(frame, number);
        gather_frame(&g, &pack, frame);
    }
    frame_charge_encode(frame, &charge);
    gather_frame(&g, &pack, frame);
    frame_end_encode(frame, &end);
    gather_frame(&g, &pack, frame);
    l->own = (struct frame_cell){ .mv = 3399, .dc = 250 };
    l->own_ready = true;
}

static inline bool step(bool round, uint32_t now_ms)
{
    return gather_step(&g, &b, &pack, &d, round, now_ms, now_ms);
}

static inline void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    cell_board_init(&b);
    pack_init(&pack);
    decide_init(&d, 0);
    g = (struct gather){ .begin_ms = 0 };
}

/* Two rounds show how many cells there are. */
static inline void whole_at(uint32_t now_ms)
{
    set_up();
    for (uint8_t i = 0; i < 2; i++) {
        round_of(LINK_FROM_BEGIN, true, now_ms);
        assert_true(step(true, now_ms));
    }
    assert_int_equal(pack.count, CELLS);
    assert_int_equal(pack.faults & PACK_SILENT, 0);
}

#endif
