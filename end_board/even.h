/* What End says about balancing: nobody does while it doubts boards or settings, and with the setting
 * balance_difference_mv only who is so much above the lowest cell. It goes to all boards over the return wire; each
 * forgets it by itself, and then balances as the switches say. Pure logic, main loop. */
#ifndef END_BOARD_EVEN_H
#define END_BOARD_EVEN_H

#include "end_board/decide.h"
#include "protocol/frame.h"

#define EVEN_PERIOD_MS 10000u /* a board remembers it for 40 rounds, 36 s: two may be lost */

struct even {
    uint32_t told_ms;
    bool told; /* once at least */
};

void even_init(struct even *e);
/* Behind a round of Begin, when a command can be sent and decide_step() has been called. True when *command is
 * to be sent. */
bool even_step(struct even *e, const struct decide *d, uint32_t now_ms,
               struct frame_command *command);

#endif
