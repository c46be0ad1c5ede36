#include "engine/front_end.h"

#include <math.h>

#define R_TOP 150000.0
#define R_FOOT 35700.0
#define TAP_TAU_S 288e-6 /* 28.8 k, 10 nF */
#define NTC_TAU_S 100e-6 /* at most 10 k, 10 nF */
#define NTC_R25 10000.0
#define KELVIN 273.15
#define PIN_OHM \
    30.0 /* 0.3 V at 10 mA and 3 V: data sheet, "I/O pin output voltage vs. sink current" */
#define PIN_V 3.0
#define PIN_PER_K 0.003 /* mobility of the transistor */
#define BRIDGE_OHM 0.1
#define SENSOR_TOP 35500.0
#define SENSOR_FOOT 10000.0

static void draw_ntc(struct ntc_part *n, struct rng *rng)
{
    n->r25 = NTC_R25 * (1.0 + rng_uniform(rng, -0.01, 0.01));
    n->b_error = rng_uniform(rng, -0.0075, 0.0075);
}

/* Two resistors of 0.1 % */
static double sensor_divider(struct rng *rng)
{
    double top = SENSOR_TOP * (1.0 + rng_uniform(rng, -0.001, 0.001));
    double foot = SENSOR_FOOT * (1.0 + rng_uniform(rng, -0.001, 0.001));

    return foot / (top + foot) * (SENSOR_TOP + SENSOR_FOOT) / SENSOR_FOOT;
}

void front_end_draw(struct front_end *f, struct rng *rng)
{
    double top = R_TOP * (1.0 + rng_uniform(rng, -0.001, 0.001));
    double foot = R_FOOT * (1.0 + rng_uniform(rng, -0.001, 0.001));

    f->ref_v = 1.1 * (1.0 + rng_uniform(rng, -0.09, 0.09));
    f->ref_tc1 = rng_uniform(rng, -40e-6, 40e-6);
    f->ref_tc2 = rng_uniform(rng, -0.6e-6, -0.2e-6);
    f->divider = foot / (top + foot);
    f->divider_tc = rng_uniform(rng, -20e-6, 20e-6);
    draw_ntc(&f->cell_ntc, rng);
    f->ntc_fixed = NTC_R25 * (1.0 + rng_uniform(rng, -0.001, 0.001));
    f->adc.offset_lsb = rng_uniform(rng, -1.5, 1.5);
    f->adc.gain_error = rng_uniform(rng, -0.001, 0.001);
    f->adc.inl_lsb = rng_uniform(rng, -0.5, 0.5);
    f->adc.noise_lsb = rng_uniform(rng, 0.4, 0.8);
    draw_ntc(&f->resistor_ntc, rng);
    f->pin_ohm = PIN_OHM * (1.0 + rng_uniform(rng, -0.3, 0.3));
    f->pull_up_ohm = rng_uniform(rng, 20e3, 50e3);
    for (int i = 0; i < 4; i++)
        f->sensor_divider[i] = sensor_divider(rng);
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

/* A lower supply drives the transistor less. */
static double front_end_pin_ohm(const struct front_end *f, double cell_v, double celsius)
{
    double drive = cell_v > 1.6 ? cell_v - 0.8 : 0.8;
    return f->pin_ohm * (PIN_V - 0.8) / drive * (1.0 + PIN_PER_K * (celsius - 25.0));
}

double front_end_cell_tap_v(const struct front_end *f, double cell_v, double celsius, double on_s)
{
    double ratio = f->divider * (1.0 + f->divider_tc * (celsius - 25.0));

    ratio += (1.0 - ratio) * front_end_pin_ohm(f, cell_v, celsius) / (R_TOP + R_FOOT);
    return settle(cell_v, cell_v * ratio, on_s, TAP_TAU_S);
}

/* Vishay's polynomial for B25/85 = 3977 K, the part that docs/hardware.md names. */
static double ntc_ohm(const struct ntc_part *n, double celsius)
{
    double t = celsius + KELVIN;
    double exponent = -14.6337 + 4791.842 / t - 115334.0 / (t * t) - 3730535.0 / (t * t * t);

    return n->r25 * exp(exponent * (1.0 + n->b_error));
}

static double branch_ohm(const struct ntc_part *n, double celsius)
{
    return n->wire == NTC_BRIDGED ? BRIDGE_OHM : ntc_ohm(n, celsius);
}

/* Conductance of one branch and what it adds to the tap's current. */
static void add_branch(double *conductance, double *current, enum foot foot,
                       const struct ntc_part *n, double celsius, double pin_ohm, double pull_up_ohm,
                       double cell_v)
{
    double ohm = branch_ohm(n, celsius);

    if (foot == FOOT_OPEN || n->wire == NTC_CUT)
        return;
    ohm += foot == FOOT_LOW ? pin_ohm : pull_up_ohm;
    *conductance += 1.0 / ohm;
    *current += foot == FOOT_LOW ? 0.0 : cell_v / ohm;
}

double front_end_ntc_tap_v(const struct front_end *f, double cell_v, const struct ntc_tap *t)
{
    double pin = front_end_pin_ohm(f, cell_v, t->board_c);
    double conductance = 1.0 / f->ntc_fixed;
    double current = cell_v / f->ntc_fixed;

    add_branch(&conductance, &current, t->cell_foot, &f->cell_ntc, t->cell_c, pin, f->pull_up_ohm,
               cell_v);
    add_branch(&conductance, &current, t->resistor_foot, &f->resistor_ntc, t->resistor_c, pin,
               f->pull_up_ohm, cell_v);
    return settle(cell_v, current / conductance, t->on_s, NTC_TAU_S);
}

double front_end_ntc_foot_v(const struct front_end *f, double cell_v, const struct ntc_tap *t)
{
    double tap_v = front_end_ntc_tap_v(f, cell_v, t);
    double pin = front_end_pin_ohm(f, cell_v, t->board_c);

    if (t->cell_foot != FOOT_LOW)
        return t->cell_foot == FOOT_OPEN ? tap_v : cell_v;
    if (f->cell_ntc.wire == NTC_CUT)
        return 0.0;
    return tap_v * pin / (branch_ohm(&f->cell_ntc, t->cell_c) + pin);
}

static void ntc_state(struct ntc_part *n, struct state *s)
{
    STATE(s, n->r25);
    STATE(s, n->b_error);
    STATE(s, n->wire);
}

/* Boards change places, and parts break. */
void front_end_state(struct front_end *f, struct state *s)
{
    STATE(s, f->ref_v);
    STATE(s, f->ref_tc1);
    STATE(s, f->ref_tc2);
    STATE(s, f->divider);
    STATE(s, f->divider_tc);
    ntc_state(&f->cell_ntc, s);
    ntc_state(&f->resistor_ntc, s);
    STATE(s, f->pin_ohm);
    STATE(s, f->pull_up_ohm);
    STATE(s, f->sensor_divider);
    STATE(s, f->ntc_fixed);
    STATE(s, f->adc.offset_lsb);
    STATE(s, f->adc.gain_error);
    STATE(s, f->adc.inl_lsb);
    STATE(s, f->adc.noise_lsb);
}
