/* Building a run from its options, or from a checkpoint, and taking it apart. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/store.h"
#include "csv_out.h"
#include "factory.h"
#include "report/report.h"
#include "rig.h"
#include "setup.h"

#define BALANCE_OHM 3.3
#define CAPACITY_SPREAD 0.01
#define RESISTANCE_SPREAD 0.05

static struct world *make_world(const struct options *o)
{
    struct world_config config = {
        .cells = o->cells,
        .chemistry = o->chemistry,
        .capacity_ah = o->capacity_ah,
        .soc_start = o->soc,
        .soc_spread = o->spread,
        .capacity_spread = CAPACITY_SPREAD,
        .r_spread = RESISTANCE_SPREAD,
        .ambient_c = o->ambient_c,
        .seed = o->seed,
        .balance_ohm = BALANCE_OHM,
    };
    return world_new(&config);
}

/* Outputs are opened before the run: a path that cannot be written must not cost it. */
static bool open_output(FILE **out, const char *path, struct err *err)
{
    if (!path)
        return true;
    *out = fopen(path, "w");
    return *out || err_set(err, "%s: cannot write: %s", path, strerror(errno));
}

static bool open_outputs(struct run *r, struct err *err)
{
    if (r->options->save_path && !store_can_write(r->options->save_path, err))
        return false;
    if (!open_output(&r->record.out, r->options->record_path, err) ||
        !open_output(&r->csv, r->options->csv_path, err) ||
        !open_output(&r->json, r->options->json_path, err))
        return false;
    if (r->options->report_path) {
        r->report = report_open(r->options->report_path, r, err);
        if (!r->report)
            return false;
    }
    if (r->record.out)
        record_begin(&r->record, r->options, r->scenario);
    if (r->csv)
        csv_header(r->csv, r->chain.cells);
    return true;
}

/* What happens to the boards before they are a pack: all of it is in a checkpoint. */
static bool prepare_boards(struct run *r, const struct chain_config *config,
                           const struct settings *settings, struct err *err)
{
    const struct options *o = r->options;

    if (o->calibrated && !o->rig)
        factory_calibrate(&r->chain);
    if (o->calibrated && o->rig && !rig_calibrate(&r->chain, config, !o->quiet, err))
        return false;
    factory_settings(&r->chain, settings);
    return true;
}

static bool open_outside(struct run *r, struct err *err)
{
    return outside_open(&r->outside, &r->chain, r->options, r->scenario, err);
}

static bool begin(struct run *r, const struct chain_config *config, const struct settings *settings,
                  struct err *err)
{
    return open_outputs(r, err) && open_outside(r, err) && prepare_boards(r, config, settings, err);
}

/* Files are not touched before it is known that the checkpoint fits. */
static bool go_on(struct run *r, struct checkpoint *from, struct err *err)
{
    return open_outside(r, err) && checkpoint_resume(from, r, err) && open_outputs(r, err);
}

static struct chain_config chain_config(const struct options *o)
{
    return (struct chain_config){
        .cells = o->cells,
        .seed = o->seed,
        .switches = o->switches,
        .sensors = o->sensors,
        .passes = o->passes,
        .clock_spread = o->clock_spread,
        .clock_begin = o->clock_begin,
        .clock_end = o->clock_end,
        .threads = o->threads,
        .simavr_core = o->simavr_core,
        .firmware_dir = o->firmware_dir,
    };
}

bool run_init(struct run *r, const struct options *o, struct scenario *scenario,
              struct checkpoint *from, struct err *err)
{
    struct chain_config config = chain_config(o);
    struct settings settings;

    *r = (struct run){ .options = o, .scenario = scenario, .world = make_world(o) };
    if (!r->world)
        return err_set(err, "out of memory");
    if (scenario && !scenario_check(scenario, o->cells, err))
        return false;
    if (!setup_settings(o, &settings, err))
        return false;
    if (!chain_init(&r->chain, &config, r->world, err))
        return false;
    if (scenario && scenario_recording(scenario))
        world_replay(r->world, scenario_recording(scenario));
    if (!(from ? go_on(r, from, err) : begin(r, &config, &settings, err)))
        return false;
    return debug_open(&r->debug, &r->chain, o, err);
}

void run_free(struct run *r)
{
    if (r->record.out)
        record_end(&r->record, (double)r->chain.now_ps * 1e-12);
    if (r->csv)
        fclose(r->csv);
    if (r->json)
        fclose(r->json);
    report_free(r->report);
    for (int i = 0; i < r->marks; i++) {
        free(r->mark[i].counters);
        free(r->mark[i].breaks);
    }
    free(r->mark);
    outside_close(&r->outside);
    debug_close(&r->debug);
    chain_free(&r->chain);
    world_free(r->world);
}
