/* Named values of a running simulation, for expectations. docs/simulation.md lists them. */
#ifndef SIM_PROBE_H
#define SIM_PROBE_H

#include <stdbool.h>

#include "run.h"

/* A probe_fn of scenario/expect.h; run is a struct run. */
bool probe_read(void *run, const char *name, double *value);

double run_true_ma(const struct run *r);
bool run_comm_ok(const struct run *r);

#endif
