#include "engine/oscillator.h"

#include <math.h>

#define NOMINAL_HZ 8e6
#define STEP_TYPICAL 0.0055
#define STEP_SPREAD 0.0008

void oscillator_draw(struct oscillator *o, double factory_error, struct rng *rng)
{
    o->factory = (uint8_t)(148 + (int)rng_uniform(rng, 0.0, 24.0));
    o->step = 1.0 + STEP_TYPICAL + rng_uniform(rng, -STEP_SPREAD, STEP_SPREAD);
    o->at_0x80_hz = NOMINAL_HZ * (1.0 + factory_error) / pow(o->step, o->factory - 128);
    o->low_overlap = rng_uniform(rng, 1.08, 1.20);
    o->per_kelvin = rng_uniform(rng, -1.5e-4, 2.5e-4);
    o->per_volt = rng_uniform(rng, 0.002, 0.006);
}

double oscillator_hz(const struct oscillator *o, uint8_t osccal, double celsius, double volts)
{
    double hz = o->at_0x80_hz;

    if (osccal >= 128)
        hz *= pow(o->step, osccal - 128);
    else
        hz *= o->low_overlap * pow(o->step, osccal - 127);
    return hz * (1.0 + o->per_kelvin * (celsius - 25.0) + o->per_volt * (volts - 3.0));
}

void oscillator_state(struct oscillator *o, struct state *s)
{
    STATE(s, o->factory);
    STATE(s, o->at_0x80_hz);
    STATE(s, o->step);
    STATE(s, o->low_overlap);
    STATE(s, o->per_kelvin);
    STATE(s, o->per_volt);
}
