/* Energy in and out today and in total, full cycles, extremes. Pure logic, main loop. */
#ifndef END_BOARD_ENERGY_H
#define END_BOARD_ENERGY_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/facts.h"
#include "end_board/meter.h"

struct energy_counter {
    uint64_t mwh;      /* total since it was cleared */
    uint64_t base_mwh; /* the total when this day began */
    uint32_t rest_uws; /* below one mWh */
};

struct energy {
    struct energy_counter in;
    struct energy_counter out;
    uint32_t cycles_milli; /* full equivalent cycles in thousandths: net discharge per capacity */
    int64_t cycle_mas;     /* below a thousandth */
};

/* Since somebody cleared them. */
struct extremes {
    bool known; /* the cells; currents start at 0 */
    uint16_t min_mv;
    uint16_t max_mv;
    int16_t min_dc;
    int16_t max_dc;
    uint8_t lowest; /* numbers of these cells */
    uint8_t highest;
    uint8_t coldest;
    uint8_t hottest;
    int32_t charge_ma; /* highest battery current in each direction, both positive */
    int32_t discharge_ma;
};

void energy_init(struct energy *e);
/* Charge since the last step at the pack's present voltage. */
void energy_step(struct energy *e, const struct meter_taken *taken, uint32_t pack_mv,
                 int64_t capacity_mas);
void energy_day_over(struct energy *e);
/* "Clear energy counters": totals and today. Cycles stay. */
void energy_clear(struct energy *e);

static inline uint64_t energy_today_mwh(const struct energy_counter *c)
{
    return c->mwh - c->base_mwh;
}

void extremes_init(struct extremes *x);
/* Only readings without a fault count. True when something is new. */
bool extremes_step(struct extremes *x, const struct facts *f);

#endif
