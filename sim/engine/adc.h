/* The converter: real conversion times, reference that settles on AREF, noise and errors. What
 * stands at an input is the board's business. Single conversions only: neither auto trigger nor the
 * conversion that entering noise-reduction sleep starts is modelled. */
#ifndef SIM_ENGINE_ADC_H
#define SIM_ENGINE_ADC_H

#include "engine/gauge.h"
#include "engine/mcu.h"
#include "world/rng.h"

/* What differs from converter to converter. */
struct adc_parts {
    double offset_lsb;
    double gain_error; /* relative, with the reference's error apart */
    double inl_lsb;    /* bow at mid scale */
    double noise_lsb;  /* rms */
};

struct adc {
    struct mcu *mcu;
    avr_int_vector_t *vector;
    struct rng noise;
    const struct adc_parts *parts;
    double (*input_v)(void *ctx, int channel, int64_t at_ps);
    double (*internal_ref_v)(void *ctx);
    double (*supply_v)(void *ctx);
    void *ctx;
    bool first; /* the next conversion is the first since ADEN */
    bool converting;
    int64_t sample_ps;
    int64_t aref_ps; /* AREF had this voltage at this time */
    double aref_v;
    uint64_t conversions;
    struct gauge on; /* ADEN */
};

/* The code of an input at this share of the reference, with errors and noise. */
uint16_t adc_code(struct adc *a, double x);
void adc_init(struct adc *a, struct mcu *m);
void adc_reset(struct adc *a);
void adc_state(struct adc *a, struct state *s);

#endif
