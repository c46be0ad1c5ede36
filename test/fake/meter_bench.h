/* A Begin board's totals and the meter that reads them, for its unit tests. */
#ifndef TEST_FAKE_METER_BENCH_H
#define TEST_FAKE_METER_BENCH_H

#include "end_board/meter.h"
#include "test.h"

/* A Begin board whose millisecond is not quite one: its clock runs at pace/1000 of the crystal. */
struct begin {
    uint16_t pace;
    uint8_t boot;
    uint32_t rounds;
    uint64_t begin_us; /* its clock */
    uint32_t crystal_ms;
    int64_t forward, reverse; /* true mAs of its own seconds, before the modulo */
    uint16_t stamp_at_start;
};

static struct meter meter;
static struct begin begin;

static inline void reset(uint16_t pace)
{
    meter_init(&meter);
    begin = (struct begin){ .pace = pace, .boot = 4 };
}

/* Both totals of one sensor, in the round whose START was given last. */
static inline void give(uint8_t sensor, uint8_t state, int64_t forward, int64_t reverse)
{
    struct frame_charge with = { .sensor = sensor, .state = state, .mas = (uint32_t)forward };
    struct frame_charge against = {
        .sensor = sensor, .reverse = true, .state = state, .mas = (uint32_t)reverse
    };
    meter_charge(&meter, &with);
    meter_charge(&meter, &against);
}

/* Crystal time passes with this current on sensor 1; then a round arrives, or is lost. */
static inline void pass(uint16_t ms, int32_t ma, bool arrives)
{
    int64_t own_us = (int64_t)ms * begin.pace;
    begin.crystal_ms += ms;
    begin.begin_us += (uint64_t)ms * begin.pace;
    if (ma >= 0)
        begin.forward += ma * own_us / 1000000;
    else
        begin.reverse -= ma * own_us / 1000000;
    if (arrives) {
        struct frame_start start = {
            .boot = begin.boot,
            .sensors = 1,
            .time_ms = (uint16_t)(begin.stamp_at_start + begin.begin_us / 1000u),
        };
        meter_round(&meter, &start, ++begin.rounds, begin.crystal_ms);
        give(0, SENSOR_OK, begin.forward, begin.reverse);
    }
}

static inline int64_t take(uint8_t passes)
{
    struct meter_taken taken = meter_take(&meter, passes);
    return (int64_t)taken.in_mas - (int64_t)taken.out_mas;
}

static inline void settle_ratio(void)
{
    for (uint8_t i = 0; i < 70; i++)
        pass(1000, 0, true);
    take(1);
}

static inline void expect_near(int64_t value, int64_t wanted, int64_t slack)
{
    int64_t off = value > wanted ? value - wanted : wanted - value;
    if (off > slack)
        assert_int_equal(value, wanted);
}

#endif
