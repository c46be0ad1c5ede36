/* The pin of the extended data output as a waveform: PB6 of the End board, moved by compare A of Timer3,
 * or PB2 of the Begin board, moved by compare B of Timer1. */
#ifndef SIM_ENGINE_EXT_PIN_H
#define SIM_ENGINE_EXT_PIN_H

#include "engine/mcu.h"
#include "engine/wire.h"

struct ext_pin {
    struct mcu *mcu;
    struct wire wire;    /* behind the inverting coupler: high is idle */
    uint16_t control;    /* TCCRnA */
    uint8_t timer_moves; /* its bits of this pin: 0, and the port moves it */
};

void ext_pin_init_begin(struct ext_pin *p, struct mcu *m);
void ext_pin_init_end(struct ext_pin *p, struct mcu *m);
void ext_pin_reset(struct ext_pin *p);
void ext_pin_state(struct ext_pin *p, struct state *s);

#endif
