/* What a scenario holds. For scenario.c and scenario_load.c only. */
#ifndef SIM_SCENARIO_SCENARIO_PARTS_H
#define SIM_SCENARIO_SCENARIO_PARTS_H

#include "scenario/scenario.h"

struct scenario {
    char *path;
    char *text; /* of the whole file */
    struct scenario_defaults defaults;
    struct recording recording; /* n = 0: none */
    char *recording_path;
    struct series **series; /* one for each profile line */
    size_t series_count;
    struct event *event; /* in order of time after loading */
    size_t event_count;
    size_t event_next;
    struct expect *expect;
    size_t expect_count;
    struct app_expect *app;
    size_t app_count;
};

#endif
