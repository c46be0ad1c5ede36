/* What the End board takes from the ring: rounds as they come in, and what is made of them behind each one and in
 * between. The table of cells, and in what is decided with the meter and the sum of the boards, are filled here. Pure
 * logic. */
#ifndef END_BOARD_GATHER_H
#define END_BOARD_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cell_board.h"
#include "end_board/decide.h"
#include "end_board/intake.h"
#include "end_board/pack.h"

#define GATHER_OVERDUE_MS 1200u /* Begin's rounds are less than a second apart */
#define GATHER_SILENT_MS 1000u  /* and 0.33 s more, as a Between board */

/* In a break that lasts boards measure again each second of their watchdog, 1.13 s at worst, for 16 ms, and with
 * 255 of them HOP comes 0.16 s behind the break. */
#define GATHER_BREAK_MS 1320u

struct gather {
    struct intake intake;
    uint32_t break_ms; /* ISR, main loop: when the last break began */
    /* ISR: when the readings of the present round were measured, or before, in ticks of pack.h. In a long chain the last of them come
     * 0.7 s later: a wire may have broken meanwhile. A break that noise began may last for a second, until the next
     * round ends it, and its readings are as old. */
    uint8_t round_tick;
    uint32_t heard_ms;  /* a break, or the end of a round */
    uint32_t begin_ms;  /* the last round of Begin */
    uint32_t second_ms; /* counted so far */
};

/* ISR: a break begins here. Times in interrupts may be 250 ms behind, and are never ahead (crystal.h). */
void gather_break(struct gather *g, uint32_t coarse_ms);
/* ISR: a round's HOP is here, good or not, or this board heads it. */
void gather_round(struct gather *g, struct pack *pack, struct decide *d, const struct link *l,
                  uint32_t coarse_ms);
/* ISR: a good frame of it. */
void gather_frame(struct gather *g, struct pack *pack, const uint8_t *frame);

/* Main loop, what link_take_events() returned, before the cell is measured. Behind a break at once: from now_ms on
 * its readings count. */
void gather_events(struct gather *g, struct pack *pack, uint8_t events, uint32_t now_ms);
/* Main loop, at least each quarter of a second, and behind each round. Readings are judged after each round; when
 * Begin's stay away, or one was not in it, each quarter of a second, so that their age is seen in time. True when
 * they were. */
bool gather_step(struct gather *g, struct cell_board *board, struct pack *pack, struct decide *d,
                 bool round, uint32_t now_ms, uint32_t coarse_ms);

#endif
