#ifndef SIM_WORLD_CELL_H
#define SIM_WORLD_CELL_H

#include <stdbool.h>

#include "world/chemistry.h"

/*
 * One cell (or parallel group): open-circuit voltage, a series resistance, one
 * RC pair, heat. Charging current is positive. Charge put in comes out again in
 * full, except past the ends of the chemistry's curve, where it is lost in side
 * reactions.
 */
struct cell {
    const struct chemistry_info *chem;
    double capacity_as;
    double charge_as;
    double r0_ohm; /* at 25 °C */
    double r1_ohm; /* at 25 °C */
    double tau_s;
    double u1_v; /* over the RC pair */
    double temp_c;
    double heat_capacity_j_per_k;
    double heat_w_per_k; /* to the ambient */
    double self_discharge_a;
    bool removed; /* not in the pack: 0 V at its board */
};

/* A rested cell. capacity_ah > 0, soc 0..1. */
void cell_init(struct cell *cell, enum chemistry chemistry, double capacity_ah, double soc,
               double temp_c);

/* Lets a constant current flow for dt_s. extra_heat_w comes from outside, for
 * example from a leak or the balance resistor. Exact for any dt_s except that
 * resistances and OCV are those at the start. */
void cell_step(struct cell *cell, double current_a, double dt_s, double ambient_c,
               double extra_heat_w);

/* Terminal voltage at that current, within 0..5.5 V; 0 when removed. */
double cell_voltage_v(const struct cell *cell, double current_a);

/* Voltage without current, polarisation included, and series resistance now:
 * the terminals show emf + current * ohm. */
double cell_emf_v(const struct cell *cell);
double cell_series_ohm(const struct cell *cell);

/* 0 empty, 1 full; a little outside when over-discharged or overcharged. */
double cell_soc(const struct cell *cell);

/* Sets the charge as if the cell had rested since. */
void cell_set_soc(struct cell *cell, double soc);

#endif
