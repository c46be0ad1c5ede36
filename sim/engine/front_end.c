#include "engine/front_end.h"

#include <math.h>

#define R_TOP 150000.0
#define R_FOOT 35700.0
#define TAP_TAU_S 288e-6 /* 28.8 k, 10 nF */
#define NTC_TAU_S 100e-6 /* at most 10 k, 10 nF */
#define NTC_R25 10000.0
#define KELVIN 273.15

void front_end_draw(struct front_end *f, struct rng *rng)
{
    double top = R_TOP * (1.0 + rng_uniform(rng, -0.001, 0.001));
    double foot = R_FOOT * (1.0 + rng_uniform(rng, -0.001, 0.001));

    f->ref_v = 1.1 * (1.0 + rng_uniform(rng, -0.09, 0.09));
    f->ref_tc1 = rng_uniform(rng, -40e-6, 40e-6);
    f->ref_tc2 = rng_uniform(rng, -0.6e-6, -0.2e-6);
    f->divider = foot / (top + foot);
    f->divider_tc = rng_uniform(rng, -20e-6, 20e-6);
    f->ntc_r25 = NTC_R25 * (1.0 + rng_uniform(rng, -0.01, 0.01));
    f->ntc_b_error = rng_uniform(rng, -0.0075, 0.0075);
    f->ntc_fixed = NTC_R25 * (1.0 + rng_uniform(rng, -0.001, 0.001));
    f->adc_offset_lsb = rng_uniform(rng, -1.5, 1.5);
    f->adc_gain_error = rng_uniform(rng, -0.001, 0.001);
    f->adc_inl_lsb = rng_uniform(rng, -0.5, 0.5);
    f->adc_noise_lsb = rng_uniform(rng, 0.4, 0.8);
}

double front_end_ref_v(const struct front_end *f, double celsius)
{
    double dt = celsius - 25.0;
    return f->ref_v * (1.0 + f->ref_tc1 * dt + f->ref_tc2 * dt * dt);
}

/* Before its foot is pulled low the tap sits at the cell voltage. */
static double settle(double from_v, double to_v, double on_s, double tau_s)
{
    return on_s < 0.0 ? from_v : to_v + (from_v - to_v) * exp(-on_s / tau_s);
}

double front_end_cell_tap_v(const struct front_end *f, double cell_v, double celsius, double on_s)
{
    double ratio = f->divider * (1.0 + f->divider_tc * (celsius - 25.0));
    return settle(cell_v, cell_v * ratio, on_s, TAP_TAU_S);
}

/* Vishay's polynomial for B25/85 = 3977 K, the part that docs/hardware.md names. */
static double ntc_ohm(const struct front_end *f, double celsius)
{
    double t = celsius + KELVIN;
    double exponent = -14.6337 + 4791.842 / t - 115334.0 / (t * t) - 3730535.0 / (t * t * t);

    return f->ntc_r25 * exp(exponent * (1.0 + f->ntc_b_error));
}

double front_end_ntc_tap_v(const struct front_end *f, double cell_v, double celsius, double on_s)
{
    double r = ntc_ohm(f, celsius);
    return settle(cell_v, cell_v * r / (r + f->ntc_fixed), on_s, NTC_TAU_S);
}
