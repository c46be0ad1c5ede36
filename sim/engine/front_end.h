/* The analog parts of one board with their tolerances, and what stands at the converter's inputs.
 * docs/simulation.md, "The parts", gives the spread and where it comes from. */
#ifndef SIM_ENGINE_FRONT_END_H
#define SIM_ENGINE_FRONT_END_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/adc.h"
#include "world/rng.h"

struct front_end {
    double ref_v;      /* internal reference at 25 C */
    double ref_tc1;    /* relative, per K */
    double ref_tc2;    /* relative, per K^2 */
    double divider;    /* ratio, at 25 C */
    double divider_tc; /* relative, per K */
    struct ntc_part {
        double r25;     /* ohm */
        double b_error; /* relative error of the exponent */
        enum ntc_wire { NTC_CONNECTED, NTC_CUT, NTC_BRIDGED } wire;
    } cell_ntc, resistor_ntc;
    double pin_ohm; /* of a port pin that is low, at 3 V and 25 C */
    double pull_up_ohm;
    double sensor_divider[4]; /* of the current sensors' inputs, relative to nominal */
    double ntc_fixed;         /* ohm */
    struct adc_parts adc;
};

void front_end_draw(struct front_end *f, struct rng *rng);
double front_end_ref_v(const struct front_end *f, double celsius);
/* At the divider's tap, seconds after its foot was pulled low. */
double front_end_cell_tap_v(const struct front_end *f, double cell_v, double celsius, double on_s);

/* The tap that two NTCs share; each has a foot pin. */
enum foot { FOOT_OPEN, FOOT_LOW, FOOT_PULLED_UP };
struct ntc_tap {
    enum foot cell_foot, resistor_foot;
    double cell_c, resistor_c, board_c;
    double on_s; /* since a foot last moved */
};
double front_end_ntc_tap_v(const struct front_end *f, double cell_v, const struct ntc_tap *t);
/* At the foot of the cell's NTC. */
double front_end_ntc_foot_v(const struct front_end *f, double cell_v, const struct ntc_tap *t);

void front_end_state(struct front_end *f, struct state *s);

#endif
