#include <math.h>
#include <stddef.h>
#include <string.h>

#include "belief.h"
#include "probe.h"

struct probe {
    const char *name;
    bool per_cell;
    bool (*read)(const struct run *r, int cell, double *value);
};

static bool view_known(const struct run *r, double value, double *out)
{
    (void)r;
    *out = value;
    return !isnan(value);
}

#define VIEW_PROBE(name, expression)                                       \
    static bool probe_##name(const struct run *r, int cell, double *value) \
    {                                                                      \
        (void)cell;                                                        \
        return view_known(r, (double)(expression), value);                 \
    }

static double extreme_true_mv(const struct run *r, double sign)
{
    double best = -INFINITY;
    for (int i = 0; i < r->chain.cells; i++)
        best = fmax(best, sign * world_cell_v(r->world, i) * 1000.0);
    return sign * best;
}

static double extreme_mv(const struct run *r, double sign)
{
    double best = NAN;
    for (int i = 0; i < r->chain.cells; i++) {
        struct pack_cell c;
        belief_cell(&r->chain, i, &c);
        if (c.fresh)
            best = fmax(isnan(best) ? -INFINITY : best, sign * c.mv);
    }
    return sign * best;
}

VIEW_PROBE(charge_relay, r->view.charge_closed)
VIEW_PROBE(load_relay, r->view.load_closed)
VIEW_PROBE(comm_ok, run_comm_ok(r))
VIEW_PROBE(soc_pm, r->view.soc_pm)
VIEW_PROBE(soc_pm_true, world_pack_soc(r->world) * 1000.0)
/* A pack without sensors has no current to show, and that is known; a silent one has an unknown. */
static double shown_ma(const struct run *r)
{
    if (r->view.known & VIEW_CURRENT || r->view.sensor_state[0] == SENSOR_ABSENT)
        return r->view.battery_ma;
    return NAN;
}

VIEW_PROBE(current_ma, shown_ma(r))
VIEW_PROBE(stored_wh, r->view.stored_wh)
VIEW_PROBE(energy_in_mwh, r->view.in_mwh)
VIEW_PROBE(energy_out_mwh, r->view.out_mwh)
VIEW_PROBE(time_to_full_s, r->view.known &VIEW_TIME_TO_FULL ? (double)r->view.to_full_s : NAN)
VIEW_PROBE(time_to_empty_s, r->view.known &VIEW_TIME_TO_EMPTY ? (double)r->view.to_empty_s : NAN)
VIEW_PROBE(events, r->view.events)
VIEW_PROBE(charge_held, r->view.charge_held)
VIEW_PROBE(load_held, r->view.load_held)
VIEW_PROBE(current_ma_true, run_true_ma(r))
VIEW_PROBE(cells, r->view.cells)
VIEW_PROBE(broken, r->view.broken)
VIEW_PROBE(broken_after, r->view.broken_after)
VIEW_PROBE(noisy_hops, r->view.noisy_hops)
VIEW_PROBE(soc_calibrated, (r->view.known & VIEW_SOC_CALIBRATED) != 0)
VIEW_PROBE(fault, r->view.faults)
VIEW_PROBE(relay_switches, r->view.switchings)
VIEW_PROBE(sensor_1_state, r->view.sensor_state[0])
VIEW_PROBE(sensor_2_state, r->view.sensor_state[1])
VIEW_PROBE(vbalance_mv, r->view.vbalance_mv)
VIEW_PROBE(min_mv, extreme_mv(r, -1.0))
VIEW_PROBE(max_mv, extreme_mv(r, 1.0))
VIEW_PROBE(min_mv_true, extreme_true_mv(r, -1.0))
VIEW_PROBE(max_mv_true, extreme_true_mv(r, 1.0))
VIEW_PROBE(lost_readings, run_lost_readings(r))
VIEW_PROBE(mv_true, world_cell_v(r->world, cell) * 1000.0)
VIEW_PROBE(board_dc_true, world_board_temp_c(r->world, cell) * 10.0)
VIEW_PROBE(dc_true, world_cell_temp_c(r->world, cell) * 10.0)

static bool cell_now(const struct run *r, int cell, struct pack_cell *c)
{
    if (cell >= r->chain.cells)
        return false;
    belief_cell(&r->chain, cell, c);
    return c->fresh;
}

static bool probe_mv(const struct run *r, int cell, double *value)
{
    struct pack_cell c;
    bool known = cell_now(r, cell, &c);
    *value = c.mv;
    return known;
}

static bool probe_dc(const struct run *r, int cell, double *value)
{
    struct pack_cell c;
    bool known = cell_now(r, cell, &c) && !(c.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT));
    *value = c.dc;
    return known;
}

static bool probe_balancing(const struct run *r, int cell, double *value)
{
    struct pack_cell c;
    bool known = cell_now(r, cell, &c);
    *value = (c.flags & CELL_BALANCING) != 0;
    return known;
}

static bool probe_flags(const struct run *r, int cell, double *value)
{
    struct pack_cell c;
    bool known = cell_now(r, cell, &c);
    *value = c.flags;
    return known;
}

/* Of the hop that ends at this board. */
static bool probe_noisy(const struct run *r, int cell, double *value)
{
    struct pack_cell c;
    if (cell >= r->chain.cells)
        return false;
    belief_cell(&r->chain, cell, &c);
    *value = c.noisy;
    return true;
}

static bool probe_led_s(const struct run *r, int cell, double *value)
{
    const struct board *b = &r->chain.board[cell];

    *value = gauge_s(&b->led, mcu_now_ps(&b->mcu));
    return true;
}

static const struct probe probes[] = {
    { "charge_relay", false, probe_charge_relay },
    { "load_relay", false, probe_load_relay },
    { "comm_ok", false, probe_comm_ok },
    { "soc_pm", false, probe_soc_pm },
    { "soc_pm_true", false, probe_soc_pm_true },
    { "current_ma", false, probe_current_ma },
    { "stored_wh", false, probe_stored_wh },
    { "energy_in_mwh", false, probe_energy_in_mwh },
    { "energy_out_mwh", false, probe_energy_out_mwh },
    { "time_to_full_s", false, probe_time_to_full_s },
    { "time_to_empty_s", false, probe_time_to_empty_s },
    { "events", false, probe_events },
    { "charge_held", false, probe_charge_held },
    { "load_held", false, probe_load_held },
    { "current_ma_true", false, probe_current_ma_true },
    { "cells", false, probe_cells },
    { "broken", false, probe_broken },
    { "broken_after", false, probe_broken_after },
    { "noisy_hops", false, probe_noisy_hops },
    { "soc_calibrated", false, probe_soc_calibrated },
    { "fault", false, probe_fault },
    { "relay_switches", false, probe_relay_switches },
    { "sensor_1_state", false, probe_sensor_1_state },
    { "sensor_2_state", false, probe_sensor_2_state },
    { "vbalance_mv", false, probe_vbalance_mv },
    { "min_mv", false, probe_min_mv },
    { "max_mv", false, probe_max_mv },
    { "min_mv_true", false, probe_min_mv_true },
    { "max_mv_true", false, probe_max_mv_true },
    { "lost_readings", false, probe_lost_readings },
    { "mv", true, probe_mv },
    { "dc", true, probe_dc },
    { "balancing", true, probe_balancing },
    { "flags", true, probe_flags },
    { "mv_true", true, probe_mv_true },
    { "dc_true", true, probe_dc_true },
    { "noisy", true, probe_noisy },
    { "led_s", true, probe_led_s },
    { "board_dc_true", true, probe_board_dc_true },
};

static const struct probe *find(const char *name, int *cell)
{
    char base[32];

    if (!expect_parse_name(name, base, cell))
        return NULL;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        if (strcmp(probes[i].name, base) == 0 && probes[i].per_cell == (*cell > 0))
            return &probes[i];
    return NULL;
}

bool run_name_known(const char *name)
{
    int cell;
    return find(name, &cell) != NULL;
}

bool probe_read(void *run, const char *name, double *value)
{
    int cell;
    const struct probe *p = find(name, &cell);

    if (!p || cell > ((struct run *)run)->chain.cells)
        return false;
    return p->read(run, cell - 1, value);
}
