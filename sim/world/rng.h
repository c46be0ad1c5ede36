#ifndef SIM_WORLD_RNG_H
#define SIM_WORLD_RNG_H

#include <stdint.h>

#include "checkpoint/state.h"

/*
 * Reproducible random numbers (xoshiro256**). Equal seed and stream give an
 * equal sequence; different streams of one seed are independent, so that the
 * traits of cell 3 do not depend on how many numbers cell 2 has drawn.
 */
struct rng {
    uint64_t state[4];
};

void rng_seed(struct rng *rng, uint64_t seed, uint64_t stream);

uint64_t rng_u64(struct rng *rng);

/* Evenly spread in [lo, hi). */
double rng_uniform(struct rng *rng, double lo, double hi);

/* Normal distribution round 0 with standard deviation sigma (>= 0). */
double rng_gauss(struct rng *rng, double sigma);

void rng_state(struct rng *rng, struct state *s);

#endif
