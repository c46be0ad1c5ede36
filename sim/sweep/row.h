/* What one run of a sweep comes to. */
#ifndef SIM_SWEEP_ROW_H
#define SIM_SWEEP_ROW_H

#include "options.h"
#include "scenario/scenario.h"

enum row_result { ROW_NOT_RUN, ROW_OK, ROW_FAILED, ROW_BAD_INPUT, ROW_CRASHED };

enum figure {
    FIGURE_EXPECT_TOTAL,
    FIGURE_EXPECT_FAILED,
    FIGURE_ROUNDS,
    FIGURE_LOST,
    FIGURE_CELL_MV,
    FIGURE_SOC_END_PM,
    FIGURE_SOC_TRUE_PM,
    FIGURE_SWITCHES,
    FIGURE_BOARD_UA,
    FIGURES
};

struct row {
    enum row_result result;
    double figure[FIGURES]; /* with ROW_OK and ROW_FAILED, rounded as in the JSON of a run */
    char text[512];         /* with the others: why, one line */
};

/* Runs it to its end. */
void row_run(struct row *row, const struct options *o, struct scenario *scenario);

#endif
