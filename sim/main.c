/* bms-sim: a whole chain of boards, with the images that are flashed, in simavr. */
#include <stdio.h>

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

static int simulate(const struct options *o, struct scenario *scenario)
{
    struct run run;
    struct err err;
    int status = EXIT_OK;

    if (!run_init(&run, o, scenario, &err) || !show(&run, &err)) {
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
    run_free(&run);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct scenario *scenario = NULL;
    struct err err;
    int status;

    options_parse(&options, argc, argv);
    if (options.scenario_path) {
        scenario = scenario_load(options.scenario_path, run_name_known, &err);
        if (!scenario)
            return bad_input(&err);
    }
    if (options.sweeps > 0) {
        status = sweep_main(&options, scenario);
    } else {
        options_complete(&options, scenario);
        status = simulate(&options, scenario);
    }
    if (scenario)
        scenario_free(scenario);
    options_free(&options);
    return status;
}
