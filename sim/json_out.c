#include "json_out.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "belief.h"
#include "factory.h"
#include "power.h"
#include "probe.h"

/* Figures are given with the digits that mean something. */
static json_t *rounded(double value, double step)
{
    return json_real(round(value / step) * step);
}

static double mean(const struct error_sum *e)
{
    return e->count ? e->sum / (double)e->count : 0.0;
}

static void put_run(json_t *root, const struct run *r)
{
    double sim_s = (double)r->chain.now_ps * 1e-12;

    json_object_set_new(root, "cells", json_integer(r->chain.cells));
    json_object_set_new(root, "seed", json_integer((json_int_t)r->options->seed));
    json_object_set_new(root, "sim_s", rounded(sim_s, 0.001));
    json_object_set_new(root, "wall_s", rounded(r->wall_s, 0.001));
    json_object_set_new(root, "ratio",
                        rounded((sim_s - (double)r->from_ps * 1e-12) / r->wall_s, 0.01));
    json_object_set_new(root, "crashed_board", json_integer(r->crashed_board));
    json_object_set_new(root, "expect_total",
                        json_integer(r->scenario ? scenario_expect_total(r->scenario) : 0));
    json_object_set_new(root, "expect_failed",
                        json_integer(r->scenario ? scenario_expect_failed(r->scenario) : 0));
}

static void put_ring(json_t *root, const struct run *r)
{
    uint64_t good = 0;
    uint64_t bad = 0;
    struct link_counters begin;

    belief_counters(&r->chain, 0, &begin);
    for (int i = 0; i < r->chain.cells; i++) {
        struct link_counters c;
        belief_counters(&r->chain, i, &c);
        good += c.frames;
        bad += (uint64_t)c.bad_frames + c.stale_frames;
    }
    json_object_set_new(root, "rounds", json_integer(r->view.rounds));
    json_object_set_new(root, "rounds_returned", json_integer(begin.returned));
    json_object_set_new(root, "locked_s", rounded(r->locked_s, 1.0));
    json_object_set_new(root, "frames_sent", json_integer((json_int_t)(good + bad)));
    json_object_set_new(root, "frames_bad", json_integer((json_int_t)bad));
    json_object_set_new(root, "frames_lost", json_integer((json_int_t)run_lost_readings(r)));
    json_object_set_new(root, "comm_ok", json_boolean(run_comm_ok(r)));
}

static void put_errors(json_t *root, const struct run *r)
{
    json_object_set_new(root, "worst_cell_error_mv", rounded(r->cell_mv.worst, 0.01));
    json_object_set_new(root, "mean_cell_error_mv", rounded(mean(&r->cell_mv), 0.001));
    json_object_set_new(root, "worst_temp_error_dc", rounded(r->temp_dc.worst, 0.01));
    json_object_set_new(root, "mean_temp_error_dc", rounded(mean(&r->temp_dc), 0.001));
    json_object_set_new(root, "worst_cell_error_now_mv", rounded(r->now_mv.worst, 0.01));
    json_object_set_new(root, "worst_temp_error_now_dc", rounded(r->now_dc.worst, 0.01));
    json_object_set_new(root, "worst_current_error_ma", rounded(r->current_ma.worst, 0.1));
    json_object_set_new(root, "mean_current_error_ma", rounded(mean(&r->current_ma), 0.01));
    json_object_set_new(root, "charge_end_mah", rounded(run_end_charge_as(r) / 3.6, 0.01));
    json_object_set_new(root, "charge_true_mah", rounded(run_true_charge_as(r) / 3.6, 0.01));
}

static void put_end(json_t *root, const struct run *r)
{
    json_object_set_new(root, "soc_pm_end", json_integer(r->view.soc_pm));
    json_object_set_new(root, "relay_switches", json_integer(r->view.switchings));
    json_object_set_new(root, "charge_relay", json_integer(r->view.charge_closed));
    json_object_set_new(root, "load_relay", json_integer(r->view.load_closed));
    json_object_set_new(root, "energy_in_mwh", json_integer((json_int_t)r->view.in_mwh));
    json_object_set_new(root, "energy_out_mwh", json_integer((json_int_t)r->view.out_mwh));
    json_object_set_new(root, "stored_wh", json_integer(r->view.stored_wh));
    json_object_set_new(root, "events", json_integer(r->view.events));
    json_object_set_new(root, "faults", json_integer(r->view.faults));
    json_object_set_new(root, "broken", json_boolean(r->view.broken));
    json_object_set_new(root, "noisy_hops", json_integer(r->view.noisy_hops));
    json_object_set_new(root, "broken_after", json_integer(r->view.broken_after));
}

static json_t *places(const struct run *r)
{
    json_t *all = json_array();

    for (int i = 0; i < r->places; i++) {
        const struct run_place *p = &r->place[i];
        json_array_append_new(all, json_pack("{s:o,s:b,s:b,s:i,s:b,s:b}", "s", rounded(p->s, 0.01),
                                             "comm_ok", p->comm_ok, "broken", p->broken, "after",
                                             p->after, "charge", p->charge, "load", p->load));
    }
    return all;
}

static json_t *counts(const struct run *r, const struct run_mark *m, size_t offset)
{
    json_t *all = json_array();

    for (int i = 0; i < r->chain.cells; i++) {
        uint16_t count;
        memcpy(&count, (const char *)&m->counters[i] + offset, sizeof count);
        json_array_append_new(all, json_integer(count));
    }
    return all;
}

static json_t *breaks(const struct run *r, const struct run_mark *m)
{
    json_t *all = json_array();

    for (int i = 0; i < r->chain.cells; i++)
        json_array_append_new(all, json_integer((json_int_t)m->breaks[i]));
    return all;
}

static json_t *marks(const struct run *r)
{
    json_t *all = json_array();

    for (int i = 0; i < r->marks; i++) {
        const struct run_mark *m = &r->mark[i];
        bool known = isfinite(m->shown_error_mv);
        json_array_append_new(
            all, json_pack("{s:o,s:i,s:I,s:I,s:o,s:o,s:o,s:o}", "s", rounded(m->s, 0.01), "line",
                           m->line, "rounds", (json_int_t)m->rounds, "lost", (json_int_t)m->lost,
                           "shown_error_mv", known ? rounded(m->shown_error_mv, 0.1) : json_null(),
                           "bad_frames", counts(r, m, offsetof(struct link_counters, bad_frames)),
                           "bad_syncs", counts(r, m, offsetof(struct link_counters, bad_syncs)),
                           "breaks", breaks(r, m)));
    }
    return all;
}

static json_t *images(const struct run *r)
{
    static const char *const name[BOARD_KINDS] = { "begin", "between", "end" };
    json_t *all = json_object();

    for (int kind = 0; kind < BOARD_KINDS; kind++) {
        const struct firmware *f = &r->chain.firmware[kind];
        json_object_set_new(
            all, name[kind],
            json_pack("{s:i,s:i}", "flash", (int)f->flash_bytes, "ram", (int)f->ram_bytes));
    }
    return all;
}

static json_t *current(const struct power_report *p)
{
    json_t *o = json_object();

    json_object_set_new(o, "chip", rounded(p->chip_ua, 0.01));
    json_object_set_new(o, "adc", rounded(p->adc_ua, 0.01));
    json_object_set_new(o, "led", rounded(p->led_ua, 0.01));
    json_object_set_new(o, "divider", rounded(p->divider_ua, 0.01));
    json_object_set_new(o, "ntc", rounded(p->ntc_ua, 0.01));
    json_object_set_new(o, "link_in", rounded(p->link_in_ua, 0.01));
    json_object_set_new(o, "link_out", rounded(p->link_out_ua, 0.01));
    return o;
}

/* null for a board without supply or in reset. */
static json_t *health(const struct run *r, int index)
{
    struct health h;

    if (!belief_health(&r->chain, index, &h))
        return json_null();
    return json_pack("{s:I,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:b}", "uptime_s",
                     (json_int_t)h.uptime_s, "boots", h.resets.boots, "power_on",
                     h.resets.count[CAUSE_POWER_ON], "external", h.resets.count[CAUSE_EXTERNAL],
                     "brown_out", h.resets.count[CAUSE_BROWN_OUT], "watchdog",
                     h.resets.count[CAUSE_WATCHDOG], "lowest_mv", h.lowest_mv, "stack_free",
                     h.stack_free, "trim_steps", h.trim_steps, "clock_error", h.clock_error,
                     "faults", h.faults, "saved", h.saved);
}

static json_t *board(const struct run *r, int index)
{
    const struct board *b = &r->chain.board[index];
    struct power_report p;
    struct link_counters c;
    struct calibration calibration;
    struct pack_cell cell;
    json_t *o;

    power_report(b, &r->chain.board[index ? index - 1 : r->chain.cells - 1], &p);
    belief_counters(&r->chain, index, &c);
    o = json_pack("{s:i,s:s,s:I,s:I}", "number", b->number, "mcu", b->firmware->part->name,
                  "active_cycles", (json_int_t)b->mcu.active_cycles, "idle_cycles",
                  (json_int_t)b->mcu.idle_cycles);
    factory_read_calibration(&r->chain.board[index], &calibration);
    json_object_set_new(o, "gain_q16", json_integer(calibration.gain_q16));
    json_object_set_new(o, "offset_dmv", json_integer(calibration.offset_dmv));
    json_object_set_new(o, "tc_ppm", json_integer(calibration.tc_ppm));
    json_object_set_new(o, "active_s", rounded(p.active_s, 1e-6));
    json_object_set_new(o, "idle_s", rounded(p.idle_s, 1e-6));
    json_object_set_new(o, "power_save_s", rounded(p.power_save_s, 1e-6));
    json_object_set_new(o, "power_down_s", rounded(p.power_down_s, 1e-6));
    json_object_set_new(o, "avg_current_ua", rounded(p.avg_current_ua, 0.01));
    json_object_set_new(o, "current_ua", current(&p));
    json_object_set_new(o, "volts", rounded(p.volts, 0.001));
    json_object_set_new(o, "health", health(r, index));
    json_object_set_new(o, "eeprom_writes", json_integer(b->eeprom.writes));
    json_object_set_new(o, "clock_hz", rounded(1e12 / (double)b->mcu.period_ps, 1.0));
    json_object_set_new(o, "bytes_sent", json_integer((json_int_t)b->usart.bytes_sent));
    json_object_set_new(o, "bytes_received", json_integer((json_int_t)b->usart.bytes_received));
    json_object_set_new(o, "framing_errors", json_integer((json_int_t)b->usart.framing_errors));
    json_object_set_new(o, "overruns", json_integer((json_int_t)b->usart.overruns));
    json_object_set_new(o, "bad_frames", json_integer(c.bad_frames));
    json_object_set_new(o, "bad_syncs", json_integer(c.bad_syncs));
    belief_cell(&r->chain, index, &cell);
    json_object_set_new(o, "noisy", json_integer(cell.noisy));
    json_object_set_new(o, "watchdog_resets", json_integer(b->mcu.resets[RESET_WATCHDOG]));
    return o;
}

static json_t *boards(const struct run *r)
{
    json_t *all = json_array();
    for (int i = 0; i < r->chain.cells; i++)
        json_array_append_new(all, board(r, i));
    return all;
}

bool json_write(const struct run *r, const char *path, struct err *err)
{
    json_t *root = json_object();
    bool ok;

    put_run(root, r);
    put_ring(root, r);
    put_errors(root, r);
    put_end(root, r);
    json_object_set_new(root, "places", places(r));
    json_object_set_new(root, "marks", marks(r));
    json_object_set_new(root, "images", images(r));
    json_object_set_new(root, "boards", boards(r));
    ok = json_dumpf(root, r->json, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0 &&
         fputc('\n', r->json) != EOF && fflush(r->json) == 0;
    json_decref(root);
    return ok || err_set(err, "%s: cannot write: %s", path, strerror(errno));
}
