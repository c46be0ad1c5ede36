/* When the Begin board starts a round and when it ends the break. Pure logic on its own clock. */
#ifndef BEGIN_BOARD_ROUNDS_H
#define BEGIN_BOARD_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/link.h"

/* At least one round per second also with an oscillator 10 % slow; at 38 400 baud the round of 255
 * cells takes 650 ms. */
#define ROUND_PERIOD_MS 900u
/* Long enough for every board to measure (15 ms) with its clock 10 % slow and Begin's 10 % fast. */
#define ROUND_BREAK_MS 20u

/* A round that came back without a cell that the rounds before had is repeated at once: then noise opens
 * no relay before a cell is lost four times in a row. What End's answer needs with LINK_REPEAT_CELLS
 * cells is over before the look. */
#define ROUND_LOOK_MS 350u
#define ROUND_REPEAT_MS 450u

/* Begin's extended data output goes out at the look, if End's is there by then, or so late: with 255 cells
 * it is there 775 ms behind the break, 32 ms later when End was in the middle of a quarter second's work,
 * and with Begin's clock 10 % fast its own takes 67 ms. So it keeps its second also where rounds are
 * repeated. Clients find the beginning of a frame by 0.4 s of silence. */
#define ROUND_SHOW_MS 825u
#define ROUND_SHOW_AGAIN_MS (ROUND_LOOK_MS + ROUND_REPEAT_MS) /* of a shorter chain */
#define ROUND_SHOW_APART_MS 700u

enum round_action { ROUND_WAIT, ROUND_START_BREAK, ROUND_SEND, ROUND_SHOW };

struct rounds {
    uint16_t break_at_ms; /* when the present or last break began */
    bool in_break;
    bool looked;      /* in the present round, whether it came back whole */
    bool repeat;      /* it did not */
    bool late;        /* its time for a late frame has been */
    uint16_t late_ms; /* behind the break */
    uint16_t shown_at_ms;
};

void rounds_init(struct rounds *r, uint16_t now_ms);
/* What is to be done now; call at rounds_next() or more often. came: of the round that is under way;
 * looked at once, ROUND_LOOK_MS behind its break. */
enum round_action rounds_step(struct rounds *r, enum link_came came, uint16_t now_ms);
/* When there will be something to do. */
uint16_t rounds_next(const struct rounds *r);

#endif
