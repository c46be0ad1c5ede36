/* The run as a table: one row per simulated second, truth and belief side by side. */
#ifndef SIM_CSV_OUT_H
#define SIM_CSV_OUT_H

#include <stdio.h>

#include "run.h"

void csv_header(FILE *out, int cells);
void csv_row(FILE *out, const struct run *r);

#endif
