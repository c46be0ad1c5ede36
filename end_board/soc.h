/* State of charge by coulomb counting, set right when the pack is full or empty (product manual,
 * "SOC calculation"). Pure logic, main loop. */
#ifndef END_BOARD_SOC_H
#define END_BOARD_SOC_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/facts.h"

/* Full must hold this long: not a spike of the voltage. In normal mode not longer than rule
 * "cells_full", which opens the charge relay, and then nothing keeps the cells at Vbalance. */
#define SOC_FULL_HOLD_MS 1000u
#define SOC_FULL_HOLD_CRITICAL_MS 5000u
#define SOC_EMPTY_HOLD_MS 30000u /* "for a longer time" */

struct soc {
    int64_t charge_mas;   /* 0..capacity */
    int64_t capacity_mas; /* 0 until the number of cells is known */
    bool calibrated;      /* has been full since the start */
    bool full_running;
    bool empty_running;
    uint32_t full_since_ms;
    uint32_t empty_since_ms;
};

void soc_init(struct soc *s);
/* mas: charge since the last step. */
void soc_step(struct soc *s, const struct facts *f, int64_t mas);

/* 0..1000; 500 while the capacity is not known. */
uint16_t soc_pm(const struct soc *s);

#endif
