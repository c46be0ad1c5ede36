#ifndef SIM_WORLD_REPLAY_H
#define SIM_WORLD_REPLAY_H

#include <stddef.h>

#include "checkpoint/state.h"
#include "scenario/series.h"

/* A playhead on a recording: linear between rows, the last row is held. */
struct replay {
    const struct recording *recording; /* borrowed; NULL = none */
    double start_s;                    /* world time of the first row */
    size_t row;
    double fraction;
};

void replay_start(struct replay *replay, const struct recording *recording, double now_s);

/* Moves the playhead; the values below are those at that time. */
void replay_seek(struct replay *replay, double now_s);

/* Cells are 0-based; one the recording does not have shows 0 V. */
double replay_cell_v(const struct replay *replay, int cell);
double replay_cell_temp_c(const struct replay *replay, int cell);

/* At any time, without moving the playhead; charging positive. */
double replay_current_a(const struct replay *replay, double now_s);

/* Not which recording it is. */
void replay_state(struct replay *replay, struct state *s);

#endif
