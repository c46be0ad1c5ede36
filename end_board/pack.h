/* The table of all cells, filled by the ring, and what the rest of the End board wants to know
 * about it. */
#ifndef END_BOARD_PACK_H
#define END_BOARD_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/place.h"
#include "protocol/frame.h"

#define PACK_CELLS_MAX 255u
/* Ages count in these ticks from the break in which the cells were measured (gather.h). They wrap after 8.2 s. */
#define PACK_TICK_MS 32u
/* 2.56 s. A reading older than this is no reading. One lost round is bridged: two periods of 0.9 s and, with 255
 * boards, 0.69 s until the last frame is at End. With ticks and the quarter of a second in which it is looked at it
 * is 2.84 s old at most, so from the measurement of a cell's last reading, or the break of a wire, to both relays
 * it stays under 3 s. */
#define PACK_FRESH_TICKS 80u
/* What is older than this behind a round was not in it, also in a chain where it comes 0.7 s behind its beginning.
 * Such a reading is looked at each quarter of a second. A younger one that was not in it, as happens where rounds are
 * repeated, is 1.03 s old at most: it is looked at when Begin is overdue, 1.2 s and a quarter later. */
#define PACK_ROUND_TICKS 31u

/* One byte order and no padding on AVR and host alike: the simulator reads this table. */
struct pack_cell {
    uint16_t mv;
    int16_t dc;
    uint8_t flags;     /* enum cell_flag */
    uint8_t seen_tick; /* when it was measured, or before, in ticks of PACK_TICK_MS */
    uint8_t fresh;     /* 1: measured within PACK_FRESH_TICKS */
    uint8_t noisy;     /* bad frames in 100 rounds on the hop that ends here, 0: few (noise.h) */
};

enum pack_fault {
    PACK_SILENT = 1u << 0,       /* a cell's reading is missing or too old, or the ring is broken */
    PACK_SIZE_MISFIT = 1u << 1,  /* cell count outside the class on the switches */
    PACK_SIZE_CHANGED = 1u << 2, /* cell count is not that of the rounds before */
    PACK_UNTRUSTED = 1u << 3,    /* a board is not calibrated or says not to trust its reading */
    PACK_NO_TEMPERATURE = 1u << 4, /* a temperature sensor is open or shorted */
};

#define PACK_FAULT_ANY 0xFFu

struct pack {
    struct pack_cell cell[PACK_CELLS_MAX]; /* [0] is cell 1 */
    uint8_t count;                         /* cells in the pack, 0 until two rounds agreed */
    uint8_t heard_count;                   /* of the last round */
    uint8_t heard_rounds; /* rounds in a row that had heard_count, saturates at 2 */
    uint8_t faults;       /* enum pack_fault */
    bool trusted_numbers; /* of the present round: they are those of the table less `shift` */
    uint8_t shift;      /* what is to be added to them: the head of the round never had a number */
    uint8_t noisy_hops; /* main loop */
    struct place place; /* is the ring whole, and if not, where not */
    uint8_t lowest;     /* numbers of extreme cells, 1-based, 0 = none */
    uint8_t highest;
    uint8_t coldest;
    uint8_t hottest;
    uint16_t min_mv;
    uint16_t max_mv;
    int16_t min_dc;
    int16_t max_dc;
    uint32_t total_mv;
    uint32_t readings; /* of Begin's rounds taken into the table since reset */
    bool waits;        /* a cell was not in the last round: evaluate each quarter of a second */
};

void pack_init(struct pack *p);

static inline uint8_t pack_tick(uint32_t ms)
{
    return (uint8_t)(ms / PACK_TICK_MS);
}

/* ISR: a round of Begin reached this board, which is number count. When that is not the size of the pack, its
 * readings are nobody's. */
void pack_round(struct pack *p, uint8_t count);
/* ISR: one of a section's head, whose number is `head`, at a tick of place.h; this board is `number` in it. Its
 * readings are taken when it is sure whose they are. */
void pack_section(struct pack *p, uint8_t head, uint8_t number, uint8_t tick);
/* ISR: one of somebody; its START was lost. */
void pack_unmarked(struct pack *p, uint8_t number);
/* ISR: one of anybody whose HOP was lost, and this board does not know its number: its readings are nobody's. */
void pack_unnumbered(struct pack *p);
/* ISR: one cell's reading of the present round, whose cells were measured at this tick or later. */
void pack_store(struct pack *p, const struct frame_cell *cell, uint8_t tick);

/* Main loop, at least every 5 s, with interrupts on: ages the readings and sums up. */
void pack_evaluate(struct pack *p, uint8_t switches, uint8_t tick);

/* True when every cell's present reading is known and the pack is the one it was. */
static inline bool pack_good(const struct pack *p)
{
    return p->count != 0 && p->faults == 0;
}

#endif
