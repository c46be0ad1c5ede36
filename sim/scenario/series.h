#ifndef SIM_SCENARIO_SERIES_H
#define SIM_SCENARIO_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/err.h"

/*
 * Recorded data from CSV files (see csv.h for the form). Columns are found by
 * name, columns not asked for are ignored. Times must strictly increase.
 * Loading either succeeds or returns false with a message and nothing to free.
 */

/* A current over time, charging positive. n >= 1. */
struct series {
    double *time_s;
    double *value;
    size_t n;
};

/* A measured pack. n >= 1, cells 1..255, temps 1..255; the rows of mv and
 * temp_c follow each other. */
struct recording {
    size_t n;
    int cells;
    int temps;
    double *time_s;
    double *current_a; /* charging positive */
    double *mv;        /* n * cells, cell 1 first (the most negative) */
    double *temp_c;    /* n * temps */
};

/* Columns time_s and current_a. */
bool series_load(struct series *series, const char *path, struct err *err);
void series_free(struct series *series);

/* Linear between rows; the first value before them, the last one after. */
double series_at(const struct series *series, double time_s);

/* Columns time_s, current_a, cell1_mv..cellN_mv and temp1_c..tempK_c, each
 * group without gaps in its numbers. */
bool recording_load(struct recording *recording, const char *path, struct err *err);
void recording_free(struct recording *recording);

/* The sensor that is nearest a cell (0-based) if the sensors are spread evenly
 * along the pack. */
int recording_temp_index(const struct recording *recording, int cell);

/* Row at or before time_s, and how far it is to the next one, 0 <= *fraction
 * < 1 (0 on the last row and outside the rows). */
size_t timeline_find(const double *time_s, size_t n, double at_s, double *fraction);

#endif
