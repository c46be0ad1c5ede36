#include "view/take.h"

#include <math.h>

#include "belief.h"
#include "probe.h"

static void take_cell(struct view_cell *out, const struct run *r, int cell)
{
    struct pack_cell c;

    belief_cell(&r->chain, cell, &c);
    *out = (struct view_cell){
        .known = c.fresh,
        .dc_known = c.fresh && !(c.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT)),
        .balancing = c.fresh && (c.flags & CELL_BALANCING),
        .untrusted = c.fresh && (c.flags & (CELL_UNTRUSTED | CELL_UNCALIBRATED)),
        .cut = r->chain.wire[cell].broken,
        .noisy = c.noisy,
        .mv = c.mv,
        .dc = c.dc,
    };
}

static const char *board_mode(const struct mcu *m)
{
    static const char *const name[MCU_MODE_COUNT] = {
        [MCU_ACTIVE] = "active",
        [MCU_IDLE] = "idle",
        [MCU_ADC_NOISE_REDUCTION] = "in noise reduction",
        [MCU_POWER_SAVE] = "in power-save",
        [MCU_POWER_DOWN] = "in power-down",
        [MCU_STANDBY] = "in standby",
        [MCU_RESET] = "in reset",
    };

    if (m->crash != MCU_NO_CRASH)
        return "crashed";
    if (!m->supplied)
        return "without supply";
    if (m->frozen)
        return name[m->mode];
    return name[m->avr->state == cpu_Sleeping ? MCU_IDLE : MCU_ACTIVE];
}

static void take_detail(struct view_detail *d, const struct run *r, int cell)
{
    const struct mcu *mcu = &r->chain.board[cell].mcu;
    struct link_counters counters;

    belief_counters(&r->chain, cell, &counters);
    *d = (struct view_detail){
        .true_mv = world_cell_v(r->world, cell) * 1000.0,
        .true_dc = world_cell_temp_c(r->world, cell) * 10.0,
        .true_soc = world_cell_soc(r->world, cell),
        .board_mode = board_mode(mcu),
        .clock_mhz = mcu->period_ps > 0 ? 1e6 / (double)mcu->period_ps : 0.0,
        .bad_frames = counters.bad_frames,
    };
}

static void take_pack(struct view_model *m, const struct run *r)
{
    const struct end_view *v = &r->view;

    m->comm_ok = run_comm_ok(r);
    m->mv_known = true;
    m->pack_mv = 0;
    for (int i = 0; i < m->cells; i++) {
        m->mv_known = m->mv_known && m->cell[i].known;
        m->pack_mv += m->cell[i].mv;
    }
    m->ma_known = (v->known & VIEW_CURRENT) != 0;
    m->ma = v->battery_ma;
    m->true_ma = run_true_ma(r);
    m->soc_known = v->cells != 0;
    m->soc_calibrated = (v->known & VIEW_SOC_CALIBRATED) != 0;
    m->soc_pm = v->soc_pm;
    m->true_soc_pm = world_pack_soc(r->world) * 1000.0;
    m->charge = (struct view_relay){ v->charge_closed, v->charge_held, v->charge_reason };
    m->load = (struct view_relay){ v->load_closed, v->load_held, v->load_reason };
    m->faults = v->faults;
    m->broken = v->broken;
    m->broken_after = v->broken_after;
}

void take_model(struct view_model *m, const struct run *r, const struct hands *h)
{
    const struct options *o = r->options;
    const struct chemistry_info *chemistry = chemistry_info(o->chemistry);

    m->cells = r->chain.cells;
    m->chemistry = chemistry->name;
    m->capacity_ah = o->capacity_ah;
    m->time_s = (double)r->chain.now_ps * 1e-12;
    m->duration_s = o->duration_s;
    m->vmin_mv = chemistry->vmin_mv;
    m->vbalance_mv = chemistry->vbalance_mv;
    m->vmax_mv = chemistry->vmax_mv;
    m->load_a = h->load_a;
    m->charger_a = h->charger_a;
    m->switches = h->switches;
    m->chosen = h->chosen;
    for (int i = 0; i < m->cells; i++)
        take_cell(&m->cell[i], r, i);
    take_pack(m, r);
    take_detail(&m->detail, r, h->chosen);
}
