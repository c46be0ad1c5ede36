/* The charge state of a pack of four cells, for its unit tests. */
#ifndef TEST_FAKE_SOC_BENCH_H
#define TEST_FAKE_SOC_BENCH_H

#include "end_board/soc.h"
#include "test.h"

static struct soc soc;
static struct pack pack;
static struct settings settings;
static struct facts in;

/* Four cells of 3.2 V, 1280 Wh: 100 Ah = 360 000 000 mAs. */
#define CAPACITY_MAS 360000000LL

static inline void set_up(uint8_t mode)
{
    soc_init(&soc);
    memset(&pack, 0, sizeof pack);
    pack.count = 4;
    pack.min_mv = 3300;
    pack.max_mv = 3310;
    pack.total_mv = 13200;
    settings = (struct settings){ .mode = mode,
                                  .sensor_passes = 1,
                                  .capacity_wh = 1280,
                                  .nominal_mv = 3200,
                                  .vmin_mv = 3000,
                                  .vmax_mv = 3700,
                                  .vbalance_mv = 3400,
                                  .charge_efficiency_pm = 1000 };
    in = (struct facts){ .pack = &pack,
                         .settings = &settings,
                         .vbalance_mv = 3400,
                         .current_known = true,
                         .load_allowed = true,
                         .now_ms = 0xFFFFF000u };
}

static enum soc_event last;

static inline void step(int64_t mas)
{
    last = soc_step(&soc, &in, mas);
}

static inline void pass(uint32_t ms)
{
    in.now_ms += ms;
    step(0);
}

#endif
