/* Turns what was decided into events: faults that begin and end, relays that move, the counter being
 * set. Pure logic, main loop. */
#ifndef END_BOARD_WATCH_H
#define END_BOARD_WATCH_H

#include <stdint.h>

#include "end_board/decide.h"
#include "end_board/event_log.h"

/* After a reset all cells are silent: that is no event unless it lasts. */
#define WATCH_SETTLE_MS 10000u

struct watch {
    uint16_t faults; /* that are in the log as begun */
    bool closed[RELAY_COUNT];
    bool settled;
    bool broken; /* that is in the log, and where */
    uint8_t broken_after;
    uint32_t started_ms;
    uint8_t reset[(FRAME_CELLS_MAX + 7u) / 8u]; /* bit per board: marked as reset, and in the log */
};

void watch_init(struct watch *w, uint32_t now_ms);
/* After each decide_step(). */
void watch_step(struct watch *w, const struct decide *d, struct event_log *log);

/* The hop that ends at this board has become noisy, or is no more. */
void watch_hop(const struct decide *d, struct event_log *log, uint8_t board);

#endif
