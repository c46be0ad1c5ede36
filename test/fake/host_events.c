/* The next event of a chain in memory: a tree of winners over all timers of all boards. */
#include "test/fake/host_parts.h"

#define LEAVES (CHAIN_FAULT_DUE + 1u)
static uint64_t due_ns[2u * LEAVES];

static void put_due(uint16_t leaf, uint64_t at_ns)
{
    uint16_t i = (uint16_t)(leaf + LEAVES);

    due_ns[i] = at_ns;
    for (i >>= 1; i; i >>= 1) {
        uint64_t least =
            due_ns[2u * i] < due_ns[2u * i + 1u] ? due_ns[2u * i] : due_ns[2u * i + 1u];
        if (due_ns[i] == least)
            return;
        due_ns[i] = least;
    }
}

void chain_timers_changed(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];
    uint64_t least = b->at_ns[0];

    for (uint8_t t = 1; t < TIMERS; t++)
        least = b->at_ns[t] < least ? b->at_ns[t] : least;
    put_due(i, least);
}

void chain_timer_changed(void)
{
    put_due(CHAIN_FAULT_DUE, chain.timer_ns);
}

uint16_t chain_first_due(uint64_t *at_ns)
{
    uint16_t i = 1;

    *at_ns = due_ns[1];
    while (i < LEAVES)
        i = (uint16_t)(due_ns[2u * i] <= due_ns[2u * i + 1u] ? 2u * i : 2u * i + 1u);
    return (uint16_t)(i - LEAVES);
}

void chain_clear_due(void)
{
    for (uint16_t i = 1; i < 2u * LEAVES; i++)
        due_ns[i] = CHAIN_NEVER;
}

uint32_t chain_draw(uint32_t below)
{
    chain.random ^= chain.random << 13;
    chain.random ^= chain.random >> 7;
    chain.random ^= chain.random << 17;
    return (uint32_t)((chain.random >> 24) % below);
}
