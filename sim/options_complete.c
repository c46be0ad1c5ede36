/* What the command line left open: the scenario says it, or what fits does. */
#include "options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/switches.h"

#define TWO_THREADS_FROM 48 /* below, handing over costs more than it gains */
#define VCD_BOARDS 16       /* when none are named */

/* Switches that fit: the size class of the pack and the chemistry's balance voltage. */
static uint8_t fitting_switches(const struct options *o)
{
    int vbalance_mv = chemistry_info(o->chemistry)->vbalance_mv;
    uint8_t code = (uint8_t)((vbalance_mv - 1800) / 100);

    for (uint8_t size_class = 0; size_class < 8; size_class++) {
        uint8_t switches = (uint8_t)(size_class << 5 | code);
        if (switches_fit(switches, (uint8_t)o->cells))
            return switches;
    }
    return code;
}

static void take_pack(struct options *o, const struct scenario_defaults *d)
{
    if (d->has_cells && !o->given['n'])
        o->cells = d->cells;
    if (d->has_chemistry && !o->given['c'])
        o->chemistry = d->chemistry;
    if (d->has_capacity && !o->given['a'])
        o->capacity_ah = d->capacity_ah;
    if (d->has_soc)
        o->soc = d->soc;
    if (d->has_spread)
        o->spread = d->spread;
    if (d->has_ambient)
        o->ambient_c = d->ambient_c;
}

static void take_run(struct options *o, const struct scenario_defaults *d)
{
    if (d->has_duration && !o->given['d'])
        o->duration_s = d->duration_s;
    if (d->has_switches && !o->given['w'])
        o->switches = d->switches;
    if (d->has_mode && !o->given['m'])
        o->critical = d->critical;
    if (d->has_sensors)
        o->sensors = d->sensors;
    if (d->has_passes)
        o->passes = d->passes;
    if (d->has_seed && !o->given['r'])
        o->seed = d->seed;
}

/* Where nobody can look or type, the run goes on with plain lines. */
void options_check_terminal(struct options *o)
{
    if (!o->view || (isatty(STDOUT_FILENO) && isatty(STDIN_FILENO)))
        return;
    fprintf(stderr, "bms-sim: --view: no terminal, so plain lines\n");
    o->view = false;
}

static void check_board(const char *option, int number, int cells)
{
    if (number <= cells)
        return;
    fprintf(stderr, "bms-sim: --%s: board %d in a pack of %d cells\n", option, number, cells);
    exit(EXIT_BAD_INPUT);
}

static void complete_debug(struct options *o)
{
    check_board("trace", o->trace_board, o->cells);
    check_board("gdb", o->gdb_board, o->cells);
    for (int i = 0; i < 255; i++) {
        if (o->vcd_board[i])
            check_board("vcd-boards", i + 1, o->cells);
        if (!o->vcd_named)
            o->vcd_board[i] = i < VCD_BOARDS && i < o->cells;
    }
}

static void refuse(const char *reason)
{
    fprintf(stderr, "bms-sim: %s\n", reason);
    exit(EXIT_BAD_INPUT);
}

static void check_saving(const struct options *o)
{
    if ((o->save_at_s > 0.0 || o->save_every_s > 0.0) && !o->save_path)
        refuse(o->save_at_s > 0.0 ? "--save-at: --save says no file"
                                  : "--save-every: --save says no file");
    if (o->save_at_s > 0.0 && o->save_every_s > 0.0)
        refuse("--save-every: not with --save-at");
    if (o->record_path && o->resume_path)
        refuse("--record: not with --resume, as nobody knows all that was done before");
    if (o->save_at_s <= o->duration_s)
        return;
    fprintf(stderr, "bms-sim: --save-at: %.10g s is behind the end of the run, %.10g s\n",
            o->save_at_s, o->duration_s);
    exit(EXIT_BAD_INPUT);
}

void options_take_set(struct options *o, const struct scenario_defaults *set)
{
    double duration_s = o->duration_s;

    take_pack(o, set);
    take_run(o, set);
    o->duration_s = duration_s;
}

void options_finish(struct options *o)
{
    check_saving(o);
    complete_debug(o);
    if (o->threads == 0)
        o->threads = o->cells < TWO_THREADS_FROM ? 1 : 2;
}

void options_complete(struct options *o, const struct scenario *scenario)
{
    static const struct scenario_defaults none;
    const struct scenario_defaults *d = scenario ? scenario_defaults(scenario) : &none;
    const struct recording *recording = scenario ? scenario_recording(scenario) : NULL;

    take_pack(o, d);
    take_run(o, d);
    take_pack(o, &o->set);
    take_run(o, &o->set);
    options_check_terminal(o);
    if (o->view && !o->given['d'] && !d->has_duration && !o->set.has_duration)
        o->duration_s = INFINITY;
    if (recording && !o->given['n'])
        o->cells = (int)recording->cells;
    if (!o->given['w'] && !d->has_switches && !o->set.has_switches)
        o->switches = fitting_switches(o);
    options_finish(o);
}
