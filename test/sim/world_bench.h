/* Four equal cells for the tests of the world. */
#ifndef TEST_SIM_WORLD_BENCH_H
#define TEST_SIM_WORLD_BENCH_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "world/world.h"

#define near(actual, expected, tolerance) assert_true(fabs((actual) - (expected)) <= (tolerance))

static const struct world_config EQUAL_LFP = {
    .cells = 4,
    .chemistry = CHEM_LFP,
    .capacity_ah = 100.0,
    .soc_start = 0.5,
    .ambient_c = 25.0,
    .seed = 1,
    .balance_ohm = 3.3,
};

static inline struct world *new_world(double soc)
{
    struct world_config config = EQUAL_LFP;
    struct world *world;

    config.soc_start = soc;
    world = world_new(&config);
    assert_non_null(world);
    return world;
}

static inline void run(struct world *world, double seconds)
{
    long steps = lround(seconds / 0.1);

    for (long i = 0; i < steps; i++)
        world_step(world, 0.1);
}

#endif
