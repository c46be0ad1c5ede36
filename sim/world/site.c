#include "world/site.h"

#include <math.h>

/* A small extruded heat sink of 12 K/W, about 10 g of aluminium: 3.5 W (1 A
 * from an LFP cell) end at 42 K above the ambient, 5 W (Li-ion on 3.3 ohm) at
 * 61 K. */
#define BOARD_K_PER_W 12.0
#define BOARD_J_PER_K 9.0
#define BALANCE_HEAT_TO_CELL 0.05

static double duty_now(const struct site *site)
{
    if (site->duty_given)
        return site->duty;
    return site->balancing ? 1.0 : 0.0;
}

static double shunt_s(const struct site *site, double duty)
{
    return duty / site->balance_ohm + site->leak_s;
}

/* Thevenin: emf behind the cell's resistance, loaded by the shunt. */
static void loaded(const struct site *site, double shunt, double *emf_v, double *ohm)
{
    double series = cell_series_ohm(&site->cell);
    double share = 1.0 / (1.0 + series * shunt);

    *emf_v = cell_emf_v(&site->cell) * share;
    *ohm = series * share;
}

void site_source(const struct site *site, double *emf_v, double *ohm)
{
    loaded(site, shunt_s(site, duty_now(site)), emf_v, ohm);
}

double site_voltage_v(const struct site *site, double pack_current_a, bool balancing)
{
    double emf, ohm;

    if (site->cell.removed)
        return 0.0;
    loaded(site, shunt_s(site, balancing ? 1.0 : 0.0), &emf, &ohm);
    return fmin(fmax(emf + pack_current_a * ohm, 0.0), CHEMISTRY_VOLT_MAX);
}

static void warm_board(struct site *site, double heat_w, double dt_s, double ambient_c)
{
    double final_c = ambient_c + heat_w * BOARD_K_PER_W;
    double decay = exp(-dt_s / (BOARD_K_PER_W * BOARD_J_PER_K));

    site->board_temp_c = final_c + (site->board_temp_c - final_c) * decay;
}

void site_step(struct site *site, double pack_current_a, double dt_s, double ambient_c)
{
    double emf, ohm, volts, balance_w, shunt_a, held_c;

    if (site->cell.removed) {
        cell_step(&site->cell, 0.0, dt_s, ambient_c, 0.0);
        site_step_board(site, 0.0, dt_s, ambient_c);
        return;
    }
    held_c = site->cell.temp_c;
    site_source(site, &emf, &ohm);
    volts = emf + pack_current_a * ohm;
    shunt_a = volts * shunt_s(site, duty_now(site));
    balance_w = volts * volts * duty_now(site) / site->balance_ohm;
    cell_step(&site->cell, pack_current_a - shunt_a, dt_s, ambient_c,
              BALANCE_HEAT_TO_CELL * balance_w + volts * volts * site->leak_s);
    if (site->temp_forced)
        site->cell.temp_c = held_c;
    site_step_board(site, volts, dt_s, ambient_c);
}

void site_step_board(struct site *site, double cell_v, double dt_s, double ambient_c)
{
    double heat_w = cell_v * cell_v * duty_now(site) / site->balance_ohm;

    warm_board(site, (1.0 - BALANCE_HEAT_TO_CELL) * heat_w, dt_s, ambient_c);
    site->duty_given = false;
}

void site_state(struct site *site, struct state *s)
{
    STATE(s, site->cell.charge_as);
    STATE(s, site->cell.u1_v);
    STATE(s, site->cell.temp_c);
    STATE(s, site->cell.removed);
    STATE(s, site->leak_s);
    STATE(s, site->balancing);
    STATE(s, site->duty_given);
    STATE(s, site->duty);
    STATE(s, site->temp_forced);
    STATE(s, site->board_temp_c);
}
