#include "world/rng.h"

#include <math.h>

/* splitmix64: the seeding its authors recommend for xoshiro, because it never
 * yields the all-zero state and spreads neighbouring seeds far apart. */
static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

void rng_seed(struct rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t mixed = splitmix(&stream);

    seed ^= mixed;
    for (int i = 0; i < 4; i++)
        rng->state[i] = splitmix(&seed);
}

uint64_t rng_u64(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* 53 bits: what a double's mantissa holds. */
static double unit(struct rng *rng)
{
    return (double)(rng_u64(rng) >> 11) * 0x1p-53;
}

double rng_uniform(struct rng *rng, double lo, double hi)
{
    return lo + (hi - lo) * unit(rng);
}

double rng_gauss(struct rng *rng, double sigma)
{
    /* Box-Muller; 1 - u is in (0, 1], so the logarithm is finite. */
    double radius = sqrt(-2.0 * log(1.0 - unit(rng)));

    return sigma * radius * cos(6.283185307179586 * unit(rng));
}

void rng_state(struct rng *rng, struct state *s)
{
    STATE(s, rng->state);
}
