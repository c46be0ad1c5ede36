/* One --sweep: the name of what is varied and its values, as text, as they are typed. */
#ifndef SIM_SWEEP_AXIS_H
#define SIM_SWEEP_AXIS_H

#include <stdbool.h>

#include "scenario/err.h"

enum { SWEEP_RUNS_MAX = 10000 };

struct axis {
    char name[32];
    bool set; /* its option is --set=NAME=VALUE, not --NAME=VALUE */
    int count;
    char **value;
};

/* "NAME=A..B[:STEP]" or "NAME=X,Y,Z". False with one line in err. To be freed in both cases. */
bool axis_parse(struct axis *axis, const char *text, struct err *err);
void axis_free(struct axis *axis);
/* The option that gives the i-th value; to be freed. */
char *axis_option(const struct axis *axis, int i);

#endif
