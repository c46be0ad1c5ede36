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
/* Resistance and diffusion of the four chemistries give back less at up to half a C (sim/world). */
#define SOC_EMPTY_BACK_MV 50
#define SOC_TREND_MS 60000u     /* time constant of the current that times are told from */
#define SOC_TIME_MAX_S 720000ul /* 200 h: beyond, the current says nothing */

struct soc {
    int64_t charge_mas;       /* 0..capacity */
    int64_t capacity_mas;     /* 0 until the number of cells is known */
    int32_t capacity_wh;      /* the settings that capacity_mas is from */
    uint32_t nominal_mv;      /* of the pack */
    uint16_t pm;              /* soc_pm(): worked out when something changes, not when asked */
    bool restored;            /* charge_mas is from before the reset */
    bool calibrated;          /* has been full once; kept over resets */
    uint16_t before_pm;       /* when it was last set full or empty */
    uint16_t efficiency_rest; /* thousandths of a mAs that the efficiency left */
    bool full_running;
    bool empty_running;
    bool low; /* a cell has been at Vmin and not come back by SOC_EMPTY_BACK_MV */
    uint32_t full_since_ms;
    uint32_t empty_since_ms;
    bool trend_known;
    int32_t trend_q8; /* smoothed battery current in 1/256 mA */
    uint32_t trend_ms;
};

void soc_init(struct soc *s);
/* Right after soc_init(): what was known before the reset. */
void soc_restore(struct soc *s, int64_t charge_mas, bool calibrated);

enum soc_event { SOC_NOTHING, SOC_SET_FULL, SOC_SET_EMPTY };

/* mas: net charge since the last step. Says what the counter was set to, once per occasion. */
enum soc_event soc_step(struct soc *s, const struct facts *f, int64_t mas);

/* 0..1000; 500 while the capacity is not known. */
uint16_t soc_pm(const struct soc *s);
/* Wh in the battery, of the capacity in the settings. */
uint32_t soc_stored_wh(const struct soc *s, const struct settings *settings);

/* Seconds until full or empty at the smoothed current. False when the current goes the other way,
 * is not known or too small to say. */
bool soc_time_to_full(const struct soc *s, const struct settings *settings, uint32_t *seconds);
bool soc_time_to_empty(const struct soc *s, uint32_t *seconds);

#endif
