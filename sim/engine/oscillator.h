/* The calibrated 8 MHz RC oscillator of one board: frequency over OSCCAL, temperature, supply.
 *
 * Two overlapping ranges, chosen by OSCCAL bit 7; inside a range each step raises the frequency by
 * about 0.55 %, 0x7F lies above 0x80 (ATmega328P data sheet, "OSCCAL" and typical
 * characteristics, "Internal oscillator speed"). Factory value +-10 %; drift with temperature and
 * supply as in those figures, +-1.5 % and 0.4 %/V. */
#ifndef SIM_ENGINE_OSCILLATOR_H
#define SIM_ENGINE_OSCILLATOR_H

#include <stdint.h>

#include "world/rng.h"

struct oscillator {
    uint8_t factory; /* OSCCAL loaded at reset */
    double at_0x80_hz;
    double step;        /* ratio of one step */
    double low_overlap; /* f(0x7F) / f(0x80) */
    double per_kelvin;
    double per_volt;
};

/* factory_error: relative frequency error at the factory value, 25 C and 3.0 V. */
void oscillator_draw(struct oscillator *o, double factory_error, struct rng *rng);
double oscillator_hz(const struct oscillator *o, uint8_t osccal, double celsius, double volts);
void oscillator_state(struct oscillator *o, struct state *s);

#endif
