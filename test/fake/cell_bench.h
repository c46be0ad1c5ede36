/* A cell board on its own, for its unit tests. */
#ifndef TEST_FAKE_CELL_BENCH_H
#define TEST_FAKE_CELL_BENCH_H

#include "common/cell_board.h"
#include "common/eeprom_map.h"
#include "common/ntc.h"
#include "common/record.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define NTC_25 4096u
#define NTC_OPEN_SUM 8150u
#define NTC_95 597u
#define NTC_80 915u
#define SUM_3300 18900u
#define SUM_3500 20045u
#define SWITCHES_3400 0x10u

static struct cell_board b;

static inline void set_up(void)
{
    fake_reset();
    fake->sum[ANALOG_CELL] = SUM_3300;
    fake->sum[ANALOG_NTC] = NTC_25;
    fake->resistor_sum = NTC_OPEN_SUM;
    fake->trim = 0x60;
}

static inline void calibrate(int8_t offset_dc)
{
    struct calibration c = { .gain_q16 = CALIBRATION_GAIN_NOMINAL, .offset_dc = offset_dc };
    calibration_save(&c);
}

/* A round that reached this board as number 2, with these switches. */
static inline void finish_round(uint8_t switches)
{
    b.link.number = 2;
    b.link.origin = LINK_FROM_BEGIN;
    b.link.start.switches = switches;
    cell_board_events(&b, LINK_ROUND_DONE);
    cell_board_rest(&b, LINK_ROUND_DONE);
}

static inline void finish_round_of(enum link_origin origin)
{
    b.link.number = 2;
    b.link.origin = (uint8_t)origin;
    cell_board_events(&b, LINK_ROUND_DONE);
    cell_board_rest(&b, LINK_ROUND_DONE);
}

static inline void measure(void)
{
    cell_board_events(&b, LINK_BREAK_SEEN);
}

#endif
