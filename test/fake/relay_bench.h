/* Two relays, and one situation that a test may change: what the tables of the manual need. For the unit tests of
 * rules and of rest times. */
#ifndef TEST_FAKE_RELAY_BENCH_H
#define TEST_FAKE_RELAY_BENCH_H

#include "end_board/relay.h"
#include "test.h"

struct situation {
    struct pack pack;
    struct settings settings;
    struct facts in;
};

static struct situation s;
static struct relay relay;

static inline void set_up(uint8_t mode)
{
    memset(&s, 0, sizeof s);
    s.settings = (struct settings){ .mode = mode,
                                    .sensor_passes = 1,
                                    .capacity_wh = 2000,
                                    .nominal_mv = 3200,
                                    .vmin_mv = 3000,
                                    .vmax_mv = 3700,
                                    .vbalance_mv = 3400,
                                    .discharge_tmin_dc = -200,
                                    .discharge_tmax_dc = 600,
                                    .charge_tmin_dc = 0,
                                    .charge_tmax_dc = 600,
                                    .charge_restart_pm = 900,
                                    .discharge_restart_pm = 200,
                                    .confirmed = true };
    s.pack.count = 4;
    s.pack.lowest = 1;
    s.pack.min_mv = 3290;
    s.pack.max_mv = 3310;
    s.pack.min_dc = 240;
    s.pack.max_dc = 260;
    s.pack.total_mv = 13200;
    s.in.pack = &s.pack;
    s.in.settings = &s.settings;
    s.in.vbalance_mv = 3400;
    s.in.current_known = true;
    s.in.now_ms = 100000;
    s.in.soc_pm = 500;
}

#define QUARTER_MS 250u
#define SETTLED_MS 3500u /* beyond every hold time, within the rest of a relay */

/* A relay in this state, rested, that last moved long ago. */
static inline void start_with(bool closed)
{
    relay_init(&relay, 0);
    for (uint8_t i = 0; i < RELAY_COUNT; i++) {
        relay.closed[i] = closed;
        relay.rested[i] = true;
    }
}

static inline void settle(void)
{
    for (uint16_t ms = 0; ms <= SETTLED_MS; ms += QUARTER_MS) {
        relay_step(&relay, &s.in);
        s.in.now_ms += QUARTER_MS;
    }
}

#endif
