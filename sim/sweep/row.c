#include "sweep/row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "debug/crash.h"
#include "power.h"
#include "run.h"

static double worst_board_ua(const struct run *r)
{
    double worst = 0.0;

    for (int i = 0; i < r->chain.cells; i++) {
        struct power_report p;
        power_report(&r->chain.board[i], &r->chain.board[i ? i - 1 : r->chain.cells - 1], &p);
        worst = fmax(worst, p.avg_current_ua);
    }
    return worst;
}

static void take_figures(struct row *row, const struct run *r)
{
    const struct scenario *s = r->scenario;

    row->figure[FIGURE_EXPECT_TOTAL] = s ? scenario_expect_total(s) : 0;
    row->figure[FIGURE_EXPECT_FAILED] = s ? scenario_expect_failed(s) : 0;
    row->figure[FIGURE_ROUNDS] = r->view.rounds;
    row->figure[FIGURE_LOST] = (double)run_lost_readings(r);
    row->figure[FIGURE_CELL_MV] = round(r->cell_mv.worst * 100.0) / 100.0;
    row->figure[FIGURE_SOC_END_PM] = r->view.soc_pm;
    row->figure[FIGURE_SOC_TRUE_PM] = round(world_pack_soc(r->world) * 1000.0);
    row->figure[FIGURE_SWITCHES] = r->view.switchings;
    row->figure[FIGURE_BOARD_UA] = round(worst_board_ua(r) * 100.0) / 100.0;
}

static void say_crash(struct row *row, const struct run *r)
{
    FILE *out = fmemopen(row->text, sizeof row->text - 1, "w");

    row->result = ROW_CRASHED;
    if (!out)
        return;
    crash_report(out, &r->chain.board[r->crashed_board - 1]);
    fclose(out);
    row->text[strcspn(row->text, "\n")] = '\0';
}

void row_run(struct row *row, const struct options *o, struct scenario *scenario)
{
    struct run run;
    struct err err;

    *row = (struct row){ .result = ROW_OK };
    if (!run_init(&run, o, scenario, NULL, &err)) {
        row->result = ROW_BAD_INPUT;
        snprintf(row->text, sizeof row->text, "%s", err.text);
    } else if (!run_all(&run)) {
        say_crash(row, &run);
    } else {
        take_figures(row, &run);
        if (row->figure[FIGURE_EXPECT_FAILED] > 0.0)
            row->result = ROW_FAILED;
    }
    run_free(&run);
}
