/* bms-sim --sweep: the same command with other values, a process for each, one table of all. */
#ifndef SIM_SWEEP_SWEEP_H
#define SIM_SWEEP_SWEEP_H

#include <stdio.h>

#include "options.h"
#include "sweep/axis.h"
#include "sweep/row.h"

struct sweep {
    const struct options *options;
    struct scenario *scenario; /* may be NULL */
    struct axis axis[OPTIONS_SWEEPS_MAX];
    int axes;
    int runs; /* the product of their counts; the last one changes fastest */
    struct row *row;
    int ended;
    int not_ok;
};

/* Runs all of it and prints the table. Exit code: the worst of the runs, a crash before an expectation
 * that failed; 2 with one line on stderr when one of them is bad input, before any has begun if that
 * can be told. */
int sweep_main(const struct options *o, struct scenario *scenario);

/* Index of the value that a run has of an axis. */
int sweep_value(const struct sweep *s, int run, int axis);
/* The command that repeats a run, for a shell; to be freed. */
char *sweep_command(const struct sweep *s, int run);

/* Rows in order; lowest, mean and highest of those that ended well or with a failed expectation; runs
 * that did not pass with what repeats them, which is all that quiet leaves. */
void sweep_print(const struct sweep *s, FILE *out, bool quiet);
bool sweep_json(const struct sweep *s, FILE *out);

#endif
