/* bms-sim: a whole chain of boards, with the images that are flashed, in simavr. */
#include <stdio.h>

#include "checkpoint/checkpoint.h"
#include "debug/crash.h"
#include "json_out.h"
#include "live.h"
#include "options.h"
#include "report/report.h"
#include "run.h"
#include "sweep/sweep.h"
#include "view/view.h"

static int bad_input(const struct err *err)
{
    fprintf(stderr, "bms-sim: %s\n", err->text);
    return EXIT_BAD_INPUT;
}

static bool show(struct run *r, struct err *err)
{
    if (r->options->view)
        r->view_shown = view_open(r, err);
    return !r->options->view || r->view_shown;
}

static void stop_showing(struct run *r)
{
    if (r->view_shown && !r->stopped)
        view_linger(r->view_shown, r);
    view_close(r->view_shown);
    r->view_shown = NULL;
}

static int simulate(const struct options *o, struct scenario *scenario, struct checkpoint *from)
{
    struct run run;
    struct err err;
    int status = EXIT_OK;

    if (!run_init(&run, o, scenario, from, &err) || !show(&run, &err)) {
        run_free(&run);
        return bad_input(&err);
    }
    if (!run_all(&run))
        status = EXIT_CRASHED;
    stop_showing(&run);
    if (status == EXIT_CRASHED)
        crash_report(stderr, &run.chain.board[run.crashed_board - 1]);
    live_summary(&run);
    if (status == EXIT_OK && scenario && scenario_expect_failed(scenario) > 0)
        status = EXIT_EXPECT_FAILED;
    debug_report(&run.debug, run.crashed_board, status);
    if (o->json_path && !json_write(&run, o->json_path, &err))
        status = bad_input(&err);
    if (o->report_path && !report_write(run.report, &run, &err))
        status = bad_input(&err);
    if (run.save_failed)
        status = EXIT_BAD_INPUT;
    run_free(&run);
    return status;
}

static int start(struct options *o)
{
    struct scenario *scenario = NULL;
    struct err err;
    int status;

    if (o->scenario_path) {
        scenario = scenario_load(o->scenario_path, run_name_known, &err);
        if (!scenario)
            return bad_input(&err);
    }
    if (o->sweeps > 0) {
        status = sweep_main(o, scenario);
    } else {
        options_complete(o, scenario);
        status = simulate(o, scenario, NULL);
    }
    scenario_free(scenario);
    return status;
}

static int go_on(struct options *o)
{
    struct checkpoint from;
    struct scenario *scenario = NULL;
    struct err err;
    int status;

    if (!checkpoint_open(&from, o->resume_path, &err) ||
        !checkpoint_scenario(&from, o, run_name_known, &scenario, &err) ||
        !checkpoint_options(&from, o, scenario, &err))
        status = bad_input(&err);
    else
        status = simulate(o, scenario, &from);
    scenario_free(scenario);
    checkpoint_close(&from);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    int status;

    options_parse(&options, argc, argv);
    status = options.resume_path && options.sweeps == 0 ? go_on(&options) : start(&options);
    options_free(&options);
    return status;
}
