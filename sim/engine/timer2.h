/* Timer2 as firmware uses it for time: normal mode, overflow interrupt. On its own 32.768 kHz crystal
 * (AS2 = 1) with update-busy flags and the stale count right after power-save; a crystal that stands
 * leaves count and flags as they are. On the CPU clock (AS2 = 0), exact while that does not change.
 * Used for the End board only; compare matches are not modelled. */
#ifndef SIM_ENGINE_TIMER2_H
#define SIM_ENGINE_TIMER2_H

#include "engine/mcu.h"

struct timer2 {
    struct mcu *mcu;
    struct source overflow;
    avr_int_vector_t *vector;
    int64_t crystal_fs; /* length of a crystal cycle in femtoseconds: exact for any run */
    int64_t start_ps;   /* when the count was zero */
    bool dead;          /* the crystal stands */
    int64_t died_ps;
    int64_t busy_until_ps;
    uint8_t busy;          /* update-busy bits */
    int64_t valid_from_ps; /* after power-save TCNT2 shows the old count until here */
    uint8_t stale;
};

void timer2_init(struct timer2 *t, struct mcu *m, double ppm);
void timer2_reset(struct timer2 *t);
/* The crystal stops, or swings again. */
void timer2_crystal(struct timer2 *t, bool dead);
void timer2_state(struct timer2 *t, struct state *s);

#endif
