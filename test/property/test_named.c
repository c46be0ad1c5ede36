/* A wire breaks at any moment of a round: End of a long chain names the place in time
 * (docs/protocol.md, "Section heads").
 *
 * BREAKS=n at random, BMS_SEED=n where they begin. Each break has a seed of its own, which a failure prints:
 * BMS_SEED=that BREAKS=1 does exactly it again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "test/fake/host_chain.h"
#include "test/fake/host_fault.h"

#define BOARDS 255u
#define BREAKS 40ull
#define SEED 1ull
#define BLOCK 20u /* breaks of one chain: settling it takes as long as ten of them */
#define NAMED_NS \
    (2500u * CHAIN_MS) /* 3 s are promised; this is the sum in section 8, without an accident */
#define PATIENCE_NS (6u * CHAIN_S)
#define ROUND_US 900000u

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % below;
}

/* ns from the break to the name of this place; 0 when there was none, or another one. */
static uint64_t time_to_name(uint8_t hop, uint64_t at_ns)
{
    const struct place *place = &host_end.pack.place;
    struct hit wire = { .kind = HIT_BROKEN,
                        .hop = hop,
                        .byte = HIT_ANY_BYTE,
                        .at_ns = at_ns,
                        .lasts_ns = CHAIN_S * 60u };
    uint64_t broken_ns;

    chain_restore();
    broken_ns = chain.now_ns + at_ns;
    hit_arm(&wire, 1);
    while (!place->broken && chain.now_ns < broken_ns + PATIENCE_NS)
        chain_step();
    return place->broken && place->after == hop + 1u ? chain.now_ns - broken_ns : 0;
}

static unsigned long long from_environment(const char *name, unsigned long long standard)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : standard;
}

static void test_break_at_any_moment_is_named_in_time(void **state)
{
    unsigned long long seed = from_environment("BMS_SEED", SEED);
    unsigned long long end = seed + from_environment("BREAKS", BREAKS);
    unsigned long long started = UINT64_MAX;
    unsigned failures = 0;
    uint64_t slowest_ns = 0;

    (void)state;
    for (; seed < end; seed++) {
        uint64_t at_ns;
        uint64_t took_ns;
        uint8_t hop;

        if (seed / BLOCK != started)
            chain_start(BOARDS, 2, seed / BLOCK);
        started = seed / BLOCK;
        random_state = seed * 0x9E3779B97F4A7C15ull + 1u;
        draw(2);
        hop = (uint8_t)draw(BOARDS - 1u);
        at_ns = 1000ull * draw(ROUND_US);
        took_ns = time_to_name(hop, at_ns);
        slowest_ns = took_ns > slowest_ns ? took_ns : slowest_ns;
        if (took_ns != 0 && took_ns <= NAMED_NS)
            continue;
        failures++;
        printf("BROKEN: behind board %u at %.3f s: named after %.2f s (0: not, or another place)\n"
               "  again: BMS_SEED=%llu BREAKS=1 build/test/host/test_named\n",
               hop + 1u, (double)at_ns / 1e9, (double)took_ns / 1e9, seed);
    }
    printf("slowest: named after %.2f s\n", (double)slowest_ns / 1e9);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(
        test_break_at_any_moment_is_named_in_time) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
