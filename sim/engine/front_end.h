/* The analog parts of one board with their tolerances, and what stands at the converter's inputs.
 * docs/simulation.md, "The parts", gives the spread and where it comes from. */
#ifndef SIM_ENGINE_FRONT_END_H
#define SIM_ENGINE_FRONT_END_H

#include <stdbool.h>
#include <stdint.h>

#include "world/rng.h"

struct front_end {
    double ref_v;       /* internal reference at 25 C */
    double ref_tc1;     /* relative, per K */
    double ref_tc2;     /* relative, per K^2 */
    double divider;     /* ratio, at 25 C */
    double divider_tc;  /* relative, per K */
    double ntc_r25;     /* ohm */
    double ntc_b_error; /* relative error of the exponent */
    double ntc_fixed;   /* ohm */
    double adc_offset_lsb;
    double adc_gain_error;
    double adc_inl_lsb;
    double adc_noise_lsb;
};

void front_end_draw(struct front_end *f, struct rng *rng);
double front_end_ref_v(const struct front_end *f, double celsius);
/* At the divider's tap, seconds after its foot was pulled low. */
double front_end_cell_tap_v(const struct front_end *f, double cell_v, double celsius, double on_s);
double front_end_ntc_tap_v(const struct front_end *f, double cell_v, double celsius, double on_s);

#endif
