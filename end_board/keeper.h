/* What outlives a power failure: settings, counters, the day, the event log. Everything is written
 * a byte at a time, when the EEPROM is ready, and nobody waits for it. Main loop only. */
#ifndef END_BOARD_KEEPER_H
#define END_BOARD_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/decide.h"
#include "end_board/event_log.h"
#include "end_board/journal.h"
#include "end_board/store.h"

/* A board that is reset over and over must not wear out its EEPROM: beside the reset itself nothing
 * is written for so long. */
#define KEEPER_SETTLE_MS 10000u

struct keeper {
    struct store store;
    struct journal settings;
    struct journal counters;
    struct journal day;
    struct journal members;
    struct members_known members_saved;
    struct event_log log;
    bool settings_changed;
    bool day_changed;
    bool settled; /* KEEPER_SETTLE_MS have passed */
    bool at_once; /* the counters are saved without waiting for their time */
    uint32_t started_ms;
    uint32_t counters_ms; /* last save */
    uint32_t day_ms;
};

/* Loads all into a decide that was just initialised, and logs the reset. cause: bits of MCUSR. */
void keeper_load(struct keeper *k, struct decide *d, uint8_t cause, uint32_t now_ms);
/* In every pass of the main loop. Takes at most the time of one sealed record's CRC (about 3 ms for
 * the settings, which change by hand, and below 1 ms for the others). */
void keeper_step(struct keeper *k, const struct decide *d, uint32_t now_ms);
/* True while something waits to be written: the main loop must come again and not sleep. */
static inline bool keeper_busy(const struct keeper *k)
{
    return store_busy(&k->store) || k->settings_changed || (k->settled && k->log.queued != 0);
}

#endif
