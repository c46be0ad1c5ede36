#ifndef SIM_SCENARIO_APP_EXPECT_H
#define SIM_SCENARIO_APP_EXPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "scenario/reader.h"

/* A line of the app port that contains this text, within a span of time. */
enum { APP_TEXT_SIZE = 128 };

struct app_expect {
    int line;
    double from_s;
    double to_s;
    char text[APP_TEXT_SIZE];
    bool done;
    bool failed;
    char seen[APP_TEXT_SIZE]; /* the last line within the span */
};

/* Takes the rest of the line, which must be a text in double quotes. */
bool app_text_parse(struct reader *reader, char *text, size_t size);

/* A line came at this time. */
void app_expect_line(struct app_expect *expect, double at_s, const char *line);

/* Prints one line if it has failed by now: "PATH:LINE: expected app line "TEXT", got ...". */
void app_expect_watch(struct app_expect *expect, const char *path, double now_s, FILE *out);

/* The run has ended: what is not done has failed. */
void app_expect_finish(struct app_expect *expect, const char *path, double end_s, FILE *out);

#endif
