/* The watchdog with its own 128 kHz oscillator (data sheet +-10 % over temperature and supply), its
 * timed change sequence, and its three modes. Goes on in every sleep mode. */
#ifndef SIM_ENGINE_WATCHDOG_H
#define SIM_ENGINE_WATCHDOG_H

#include "engine/mcu.h"

struct watchdog {
    struct mcu *mcu;
    struct source timeout;
    avr_io_t io; /* hears the WDR instruction */
    avr_int_vector_t *vector;
    double hz;
    int64_t change_until_ps; /* WDCE window of four cycles */
};

void watchdog_model_init(struct watchdog *w, struct mcu *m, double rate_error);
void watchdog_model_reset(struct watchdog *w);
void watchdog_model_state(struct watchdog *w, struct state *s);

#endif
