#ifndef SIM_SCENARIO_EXPECT_H
#define SIM_SCENARIO_EXPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "scenario/reader.h"

/*
 * Expectations: a named value compared with a number, at a time, at some time
 * within a span, or all through a span. A value that cannot be read fulfils
 * nothing.
 */
enum expect_span {
    EXPECT_AT,     /* at the first check at or after `from_s` */
    EXPECT_WITHIN, /* at some check from `from_s` to `to_s` */
    EXPECT_ALWAYS, /* at every check from `from_s` to `to_s` */
};

enum expect_op { EXPECT_EQ, EXPECT_NE, EXPECT_LT, EXPECT_LE, EXPECT_GT, EXPECT_GE };

enum { EXPECT_NAME_SIZE = 48 };

struct expect {
    int line;
    enum expect_span span;
    double from_s;
    double to_s;
    char name[EXPECT_NAME_SIZE];
    enum expect_op op;
    double want;
    bool done;
    bool failed;
    bool checked; /* at least once; the rest is what was seen last */
    bool readable;
    double value;
    double seen_s;
};

/* The value of that name now; false if there is none (yet). */
typedef bool (*probe_fn)(void *ctx, const char *name, double *value);

/* Parses NAME OP NUMBER behind the word "expect". A name that `known` refuses
 * is an error; NULL takes every well-formed name. */
bool expect_parse(struct reader *reader, bool (*known)(const char *name), struct expect *expect);

/* Looks at the value if it is time, and prints one line if it fails:
 * "PATH:LINE: expected NAME OP WANT, got VALUE at T s". */
void expect_watch(struct expect *expect, const char *path, double now_s, probe_fn probe, void *ctx,
                  FILE *out);

/* The run has ended: what is not done has failed, with one line. */
void expect_finish(struct expect *expect, const char *path, double end_s, FILE *out);

/* As it is written. */
const char *expect_op_name(enum expect_op op);

/*
 * Takes a name apart: "cell3.mv" gives base "mv", cell 3; "charge_relay" gives
 * base "charge_relay", cell 0. False if it is not of one of these forms: a base
 * is 1..31 of a-z, 0-9 and '_', a cell number is 1..255 without leading zero.
 */
bool expect_parse_name(const char *name, char base[32], int *cell);

#endif
