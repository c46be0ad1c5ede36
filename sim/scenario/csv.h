#ifndef SIM_SCENARIO_CSV_H
#define SIM_SCENARIO_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenario/err.h"

/*
 * Reads a CSV file row by row. Lines that start with '#' are comments, blank
 * lines are skipped, the first other line names the columns. LF or CRLF. No
 * quoting: the files hold numbers. Every row must have as many fields as the
 * header. Errors go into the struct err given to csv_open, as "FILE:LINE:
 * reason".
 */
struct csv {
    FILE *file;
    const char *path; /* borrowed from the caller of csv_open */
    struct err *err;
    int line;   /* of the present row, from 1 */
    char *text; /* the present row; fields point into it */
    size_t text_size;
    char **field;
    size_t fields;
    char *header_text;
    char **name;
    size_t columns;
};

enum csv_status { CSV_ROW, CSV_END, CSV_ERROR };

/* Opens the file and reads the header. On false nothing is left open. */
bool csv_open(struct csv *csv, const char *path, struct err *err);

void csv_close(struct csv *csv);

enum csv_status csv_next(struct csv *csv);

/* Index of the column with that name, or -1. */
int csv_column(const struct csv *csv, const char *name);

/* The present row's value in that column; false with an error if it is no
 * finite number. */
bool csv_number(struct csv *csv, int column, double *value);

/* Sets "FILE:LINE: reason"; returns false. */
bool csv_fail(struct csv *csv, const char *reason);

#endif
