#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "actions.h"
#include "belief.h"
#include "csv_out.h"
#include "live.h"
#include "probe.h"
#include "report/report.h"
#include "saver.h"
#include "stop.h"
#include "view/view.h"

#define STEPS_PER_LOOK 5 /* at what End believes: often enough to see every round */

/* ---- statistics --------------------------------------------------------------------------------- */

static void add_error(struct error_sum *e, double error)
{
    error = fabs(error);
    e->worst = fmax(e->worst, error);
    e->sum += error;
    e->count++;
}

double run_true_ma(const struct run *r)
{
    double t_s = world_time_s(r->world);
    return 1000.0 * (world_current_in_a(r->world, t_s) - world_current_out_a(r->world, t_s));
}

double run_true_charge_as(const struct run *r)
{
    return world_charge_in_as(r->world) - world_charge_out_as(r->world) - r->base_true_as;
}

double run_end_charge_as(const struct run *r)
{
    return (double)(r->view.net_mas - r->base_mas) / 1000.0;
}

bool run_comm_ok(const struct run *r)
{
    return r->view.cells != 0 && (r->view.faults & PACK_FAULT_ANY) == 0;
}

static void add_cell_errors(struct run *r, int cell)
{
    const struct board *b = &r->chain.board[cell];
    struct pack_cell c;

    belief_cell(&r->chain, cell, &c);
    if (!c.fresh || !b->mcu.supplied)
        return;
    add_error(&r->cell_mv, board_error_mv(b, c.mv));
    add_error(&r->now_mv, c.mv - world_cell_rest_v(r->world, cell, false) * 1000.0);
    if (c.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT))
        return;
    add_error(&r->temp_dc, board_error_dc(b, c.dc));
    add_error(&r->now_dc, c.dc - world_cell_temp_c(r->world, cell) * 10.0);
}

static void set_base(struct run *r, uint32_t rounds)
{
    r->lost_before = run_lost_readings(r);
    r->base_rounds = r->last_rounds = rounds;
    r->base_readings = r->last_readings = r->view.readings;
}

/* Rounds sent and readings arrived are compared at moments when the last round has just arrived. A
 * reset of Begin or End starts its count again. */
static void count_rounds(struct run *r)
{
    struct link_counters begin;

    if (r->view.rounds == r->seen_end_rounds)
        return;
    r->seen_end_rounds = r->view.rounds;
    belief_counters(&r->chain, 0, &begin);
    if (!r->locked && run_comm_ok(r)) {
        set_base(r, begin.rounds);
        r->locked = true;
        r->locked_s = (double)r->second;
        r->base_mas = r->view.net_mas;
        r->base_true_as = run_true_charge_as(r);
    }
    if (begin.rounds < r->last_rounds || r->view.readings < r->last_readings)
        set_base(r, begin.rounds);
    r->last_rounds = begin.rounds;
    r->last_readings = r->view.readings;
}

uint64_t run_lost_readings(const struct run *r)
{
    uint64_t sent = (uint64_t)(r->last_rounds - r->base_rounds) * (uint64_t)r->chain.cells;
    uint64_t arrived = r->last_readings - r->base_readings;

    if (!r->locked || sent <= arrived)
        return r->lost_before;
    return r->lost_before + sent - arrived;
}

static void take_second(struct run *r)
{
    belief_view(&r->chain, &r->view);
    if (!r->locked || !run_comm_ok(r))
        return;
    for (int i = 0; i < r->chain.cells; i++)
        add_cell_errors(r, i);
    if (!(r->view.known & VIEW_CURRENT))
        return;
    add_error(&r->current_ma, r->view.battery_ma - run_true_ma(r));
}

/* ---- the loop ----------------------------------------------------------------------------------- */

static double wall_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void keep_real_time(const struct run *r, double start_s)
{
    double ahead_s = (double)(r->chain.now_ps - r->from_ps) * 1e-12 - (wall_now_s() - start_s);
    struct timespec t = { .tv_sec = (time_t)ahead_s };

    if (ahead_s <= 0.0)
        return;
    t.tv_nsec = (long)((ahead_s - (double)t.tv_sec) * 1e9);
    fflush(stdout);
    nanosleep(&t, NULL);
}

static void do_events(struct run *r, double now_s)
{
    const struct event *e;

    while (r->scenario && (e = scenario_next(r->scenario, now_s)) != NULL) {
        if ((r->json || r->options->save_path) && event_disturbs(e))
            run_mark(r, e->line);
        action_do(r, e);
    }
}

/* What the scenario says of its expectations, now or at the end of the run. */
static void say_expects(struct run *r, bool end)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return;
    if (end)
        scenario_finish(r->scenario, (double)r->chain.now_ps * 1e-12, out);
    else
        scenario_check_expects(r->scenario, (double)r->second, probe_read, r, out);
    fclose(out);
    if (size > 0)
        live_print(r, text);
    free(text);
}

static void end_of_second(struct run *r)
{
    r->second++;
    take_second(r);
    if (r->scenario)
        say_expects(r, false);
    report_second(r->report, r);
    live_second(r);
}

static void note_place(struct run *r)
{
    const struct run_place *last = r->places ? &r->place[r->places - 1] : NULL;
    struct run_place now = { .s = (double)r->chain.now_ps * 1e-12,
                             .comm_ok = run_comm_ok(r),
                             .broken = r->view.broken,
                             .after = r->view.broken_after,
                             .charge = r->view.charge_closed,
                             .load = r->view.load_closed };

    if (r->places < RUN_PLACES_MAX &&
        (!last || last->comm_ok != now.comm_ok || last->broken != now.broken ||
         last->after != now.after || last->charge != now.charge || last->load != now.load))
        r->place[r->places++] = now;
}

/* Whatever End shows, a board must have measured it. */
static void check_shown(struct run *r)
{
    for (int i = 0; i < r->chain.cells; i++) {
        struct pack_cell c;
        belief_cell(&r->chain, i, &c);
        if (c.fresh && !(c.flags & CELL_UNTRUSTED))
            r->shown_error_mv = fmax(r->shown_error_mv, board_error_mv(&r->chain.board[i], c.mv));
    }
}

void run_mark(struct run *r, int line)
{
    struct run_mark *all = realloc(r->mark, (size_t)(r->marks + 1) * sizeof *all);
    struct link_counters *counters = calloc((size_t)r->chain.cells, sizeof *counters);
    uint32_t *breaks = calloc((size_t)r->chain.cells, sizeof *breaks);

    if (!all || !counters || !breaks) {
        free(counters);
        free(breaks);
        r->mark = all ? all : r->mark;
        return;
    }
    for (int i = 0; i < r->chain.cells; i++) {
        belief_counters(&r->chain, i, &counters[i]);
        breaks[i] = r->chain.board[i].pins.breaks;
    }
    r->mark = all;
    r->mark[r->marks++] = (struct run_mark){ .s = (double)r->chain.now_ps * 1e-12,
                                             .line = line,
                                             .rounds = r->view.rounds,
                                             .lost = run_lost_readings(r),
                                             .shown_error_mv = r->shown_error_mv,
                                             .counters = counters,
                                             .breaks = breaks };
    r->shown_error_mv = 0.0;
}

/* Belief changes with each round; it is looked at a few times a second so that none is missed. */
static void watch_rounds(struct run *r)
{
    belief_view(&r->chain, &r->view);
    count_rounds(r);
    note_place(r);
    check_shown(r);
    report_look(r->report, r);
}

int64_t run_end_ps(double duration_s)
{
    return (int64_t)(fmin(duration_s, DURATION_MAX_S) * 1e12);
}

/* What stands at a moment, behind the step that led to it. A checkpoint is saved before: whoever goes on
 * from it may let other things happen from that moment on. */
static void do_moment(struct run *r, uint64_t step)
{
    uint64_t csv_steps = (uint64_t)lround(r->options->csv_step_s * CHAIN_STEPS_PER_SECOND);

    do_events(r, (double)r->chain.now_ps * 1e-12);
    if (step == 0)
        return;
    r->stopped =
        debug_killed(&r->debug) || stop_wanted() || (r->view_shown && !view_step(r->view_shown, r));
    if (step % CHAIN_STEPS_PER_SECOND == 0)
        end_of_second(r);
    if (r->csv && step % csv_steps == 0)
        csv_row(r->csv, r);
}

static void do_step(struct run *r, uint64_t step)
{
    debug_before_step(&r->debug);
    r->crashed_board = chain_step(&r->chain);
    debug_after_step(&r->debug);
    outside_step(&r->outside, r->chain.now_ps);
    if (step % STEPS_PER_LOOK == 0)
        watch_rounds(r);
}

/* A run that is stopped and to be saved makes one more step, as a checkpoint is saved before what stands at
 * a moment, and it was stopped behind that. */
static void run_steps(struct run *r, double start_s)
{
    const struct options *o = r->options;
    int64_t end_ps = run_end_ps(o->duration_s);
    uint64_t step = (uint64_t)(r->chain.now_ps / CHAIN_STEP_PS);
    bool over = false;

    do_moment(r, step);
    over = r->stopped && !saver_at_end(o);
    while (!over && r->chain.now_ps < end_ps && r->crashed_board == 0) {
        bool last = r->stopped;
        do_step(r, ++step);
        if (r->crashed_board == 0)
            saver_step(r, last || r->chain.now_ps >= end_ps);
        do_moment(r, step);
        if (o->realtime && !r->view_shown)
            keep_real_time(r, start_s);
        over = last || (r->stopped && !saver_at_end(o));
    }
}

bool run_all(struct run *r)
{
    double start_s = wall_now_s();

    if (saver_at_end(r->options) && !r->view_shown)
        stop_on_signals();
    run_steps(r, start_s);
    if (r->json)
        run_mark(r, 0);
    r->wall_s = wall_now_s() - start_s;
    live_clear();
    if (r->scenario && r->crashed_board == 0)
        say_expects(r, true);
    return r->crashed_board == 0;
}
