#ifndef SIM_WORLD_WORLD_H
#define SIM_WORLD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "checkpoint/state.h"
#include "scenario/series.h"
#include "world/chemistry.h"

struct supply;

/*
 * Everything round the boards: the cells in series, their balance resistors and
 * leaks, charger, load, heat. Cells are 0-based here. The same configuration,
 * calls and steps give the same results to the last bit.
 */
struct world_config {
    int cells; /* 1..255 */
    enum chemistry chemistry;
    double capacity_ah;     /* > 0 */
    double soc_start;       /* 0..1 */
    double soc_spread;      /* one sigma, as a share of the capacity */
    double capacity_spread; /* one sigma, relative */
    double r_spread;        /* one sigma, relative */
    double ambient_c;
    uint64_t seed;
    double balance_ohm; /* > 0, the resistor on each board */
};
/* Spreads are cut off at 3 sigma, the resulting charge state at 0 and 1; a
 * cell's capacity and resistance are never below a tenth of the nominal. */

struct world;

/* NULL if there is no memory. All relays are open, nothing is connected. */
struct world *world_new(const struct world_config *config);
void world_free(struct world *world);

/* Inputs. They act on the next step. */
void world_set_relays(struct world *world, bool charge_closed, bool load_closed);
void world_set_balancing(struct world *world, int cell, bool on);
/* The share of the next step, 0..1, in which that cell's resistor is on; for
 * that one step it replaces the on/off state. */
void world_set_balance_duty(struct world *world, int cell, double duty);

/* Advances the time. The currents are found at the start of the step and flow
 * until its end; 0.001 to 0.1 s keeps that exact enough. */
void world_step(struct world *world, double dt_s);
double world_time_s(const struct world *world);

/* Terminal voltage with the current of the last step, 0..5.5 V, 0 if removed:
 * with the resistor as set, or as given (what an ADC sees if the firmware
 * switches the resistor off to measure). Ripple is left out. */
double world_cell_v(const struct world *world, int cell);
double world_cell_rest_v(const struct world *world, int cell, bool balancing);
/* The same at an instant, with the ripple of the load current. */
double world_cell_v_at(const struct world *world, int cell, bool balancing, double t_s);

/* The terminal, where the product's sensor sits. */
double world_cell_temp_c(const struct world *world, int cell);

/* The board with its balance resistor: 12 K/W, time constant 108 s. */
double world_board_temp_c(const struct world *world, int cell);

/* 0..1, a little outside if over-discharged or overcharged. NAN in a replay. */
double world_cell_soc(const struct world *world, int cell);

/*
 * out / (out + in), where `out` is the charge that can be taken out until the
 * first cell is empty and `in` the charge that can be put in until the first
 * cell is full, both without balancing: 1 when a cell is full, 0 when a cell is
 * empty. Removed cells do not count. NAN in a replay.
 */
double world_pack_soc(const struct world *world);

/* Through sensor 1 (charging positive) and sensor 2 (discharging positive) at
 * an instant, with ripple. In a replay: the recorded current by its sign. */
double world_current_in_a(const struct world *world, double t_s);
double world_current_out_a(const struct world *world, double t_s);

/* The integrals of both since the start, without ripple. */
double world_charge_in_as(const struct world *world);
double world_charge_out_as(const struct world *world);

/* Events. */
/* CC/CV charger that holds at most volts_per_cell * cells; 0 A = off. */
void world_charger(struct world *world, double amps, double volts_per_cell);
/* A load of constant current or constant power; the later call replaces the
 * earlier one, 0 = off. */
void world_load_current(struct world *world, double amps);
void world_load_power(struct world *world, double watts);
/* Besides charger and load: positive values flow in through the charge relay,
 * negative ones out through the load relay, linear between rows, starting now.
 * NULL stops. The series must outlive its use. */
void world_profile(struct world *world, const struct series *series, double scale, bool loop);
/* Outgoing current becomes I * (1 + depth * sin(2 pi hz t)); 0 Hz = off. */
void world_ripple(struct world *world, double hz, double depth);
void world_set_ambient(struct world *world, double celsius);
/* Holds a temperature until released; cell -1 = all. Wins over a replay. */
void world_force_cell_temp(struct world *world, int cell, double celsius);
void world_release_cell_temp(struct world *world, int cell);
/* Without a cell the pack carries no current and that board has 0 V. In a
 * replay only that cell's voltage is gone. */
void world_remove_cell(struct world *world, int cell, bool removed);
void world_set_cell_soc(struct world *world, int cell, double soc);
/* A leak across a cell; 0 or infinite = none. */
void world_short_resistance(struct world *world, int cell, double ohms);
/* From now on cell voltages, temperatures and current come from a recording,
 * whatever the relays do; NULL returns to the physics. Only the boards still
 * warm up with their balancing. Cells beyond the recording have 0 V. */
void world_replay(struct world *world, const struct recording *recording);

/* What is wired to the pack now. */
const struct supply *world_supply(const struct world *world);

/* Everything but which profile and recording are in use. A recording goes on; a profile is given again
 * with world_profile_goes_on(), NULL for none. */
void world_state(struct world *world, struct state *s);
void world_profile_goes_on(struct world *world, const struct series *series);

#endif
