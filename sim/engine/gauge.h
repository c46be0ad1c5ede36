/* How long something has been on. */
#ifndef SIM_ENGINE_GAUGE_H
#define SIM_ENGINE_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

#include "checkpoint/state.h"

struct gauge {
    bool on;
    int64_t since_ps;
    int64_t sum_ps;
};

/* At times that do not run backwards by more than the last stretch. */
static inline void gauge_set(struct gauge *g, bool on, int64_t now_ps)
{
    if (g->on)
        g->sum_ps += now_ps - g->since_ps;
    g->since_ps = now_ps;
    g->on = on;
}

static inline double gauge_s(const struct gauge *g, int64_t now_ps)
{
    return (double)(g->sum_ps + (g->on ? now_ps - g->since_ps : 0)) * 1e-12;
}

static inline void gauge_state(struct gauge *g, struct state *s)
{
    STATE(s, g->on);
    STATE(s, g->since_ps);
    STATE(s, g->sum_ps);
}

#endif
