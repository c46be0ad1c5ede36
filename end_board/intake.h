/* Carries what the ring's interrupts deliver over to the main loop of the End board. */
#ifndef END_BOARD_INTAKE_H
#define END_BOARD_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/pack.h"
#include "protocol/frame.h"

#define INTAKE_CHARGES (2u * FRAME_SENSORS_MAX)

struct intake {
    struct frame_charge charge[INTAKE_CHARGES]; /* sensor 1 with and against the arrow, sensor 2 */
    uint8_t got;                                /* bit per frame: arrived in one round, */
    uint8_t round;                              /* which its CHARGE frames bear */
    bool section;                               /* the present round is not Begin's but a head's */
    uint32_t rounds;                            /* complete rounds of Begin, as heard here */
    uint32_t begin_rounds;                      /* since its reset, as the last END of it says */
    struct frame_reply reply;                   /* the last one of any board */
    bool replied;                               /* it came since this was cleared */
};

/* ISR: a round begins, that of a section's head or of Begin; what was not taken of the last one is
 * dropped. */
void intake_begin(struct intake *in, bool section);
/* ISR: a good frame. Cells go straight to the table with this tick of pack.h. */
void intake_frame(struct intake *in, struct pack *pack, const uint8_t *frame, uint8_t tick);

#endif
