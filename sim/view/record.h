/* Writes what was done to a run as a scenario that does the same again. */
#ifndef SIM_VIEW_RECORD_H
#define SIM_VIEW_RECORD_H

#include <stdio.h>

#include "options.h"
#include "scenario/scenario.h"

struct record {
    FILE *out;                 /* NULL: nothing is recorded */
    const char *scenario_path; /* may be NULL */
};

/* The settings of the pack; the scenario may be NULL. */
void record_begin(struct record *r, const struct options *o, const struct scenario *scenario);
/* now_s: a multiple of 10 ms. */
void record_event(struct record *r, const struct event *event, double now_s);
/* Sets the duration to what was simulated, and closes the file. */
void record_end(struct record *r, double now_s);

#endif
