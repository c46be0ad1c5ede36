/* Clocks and wires of a chain in memory: who hears what, and when. */
#include "test/fake/host_parts.h"

#include <math.h>
#include <string.h>

#define MHZ 4.0
#define STEP_OF_TRIM 0.0055
#define FACTORY_TRIM 0x50u
#define FALL_NS 15000u /* an edge, its interrupt, and OUT is low as well */
#define RECEIVES 0.039 /* 8N1 bears so much of a difference */

/* ---- clocks ------------------------------------------------------------------------------------ */

struct link *chain_link_of(uint16_t i)
{
    return &chain_cell[i].link;
}

double chain_speed(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];

    return b->skew *
           (1.0 + b->error + STEP_OF_TRIM * ((int)fake_boards[i].trim - (int)FACTORY_TRIM));
}

void chain_clock_changed(uint16_t i)
{
    uint8_t divisor = fake_boards[i].divisor ? fake_boards[i].divisor : LINK_DIVISOR_NOMINAL;

    chain_board[i].bit_ns = divisor * 8.0 * 1000.0 / MHZ / chain_speed(i);
}

uint64_t chain_bits_ns(uint16_t i, double bits)
{
    return (uint64_t)(chain_board[i].bit_ns * bits);
}

static uint16_t cycles_at(uint16_t i, double ns)
{
    return (uint16_t)(uint64_t)(ns * (MHZ / 1000.0) * chain_speed(i));
}

/* ---- wires ------------------------------------------------------------------------------------- */

bool chain_leads(uint16_t i)
{
    return i == 0;
}

bool chain_is_low(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];

    switch ((enum chain_stuck)b->stuck) {
    case STUCK_HIGH:
        return false;
    case STUCK_LOW:
        return true;
    case STUCK_NOT:
        break;
    }
    return b->low && !b->dead;
}

static uint16_t before(uint16_t i)
{
    return (uint16_t)((i ? i : chain.boards) - 1u);
}

bool chain_in_is_low(uint16_t i)
{
    return chain_is_low(before(i));
}

enum hearing chain_hearing(uint16_t r)
{
    const struct chain_board *b = &chain_board[r];
    const struct link *l = chain_link_of(r);

    if (b->dead)
        return DEAF;
    if (chain_leads(r))
        return b->receiving ? BYTES : DEAF;
    switch (l->state) {
    case LINK_IDLE:
    case LINK_WAIT:
        return EDGE;
    case LINK_BREAK:
        return l->heading ? EDGE : CAPTURE;
    case LINK_START:
    case LINK_HOP:
    case LINK_STREAM:
    case LINK_HUNT:
    case LINK_DRAIN:
    case LINK_TAIL:
    case LINK_RETURN:
        break;
    }
    return b->receiving ? BYTES : DEAF;
}

bool chain_hears(uint16_t r)
{
    return chain_hearing(r) == BYTES;
}

void chain_woken(uint16_t i)
{
    chain_board[i].heard_ns = chain.now_ns;
}

void chain_break_seen(uint16_t r)
{
    chain_woken(r);
    fake_use((uint8_t)r);
    link_break_seen(chain_link_of(r));
    chain_settle(r);
}

void chain_level(uint16_t i, bool was_low)
{
    uint16_t r = chain_next(i);
    bool low = chain_is_low(i);

    if (low == was_low)
        return;
    chain_board[r].at_ns[TIMER_ZERO] = CHAIN_NEVER;
    chain_board[r].risen = chain_board[r].risen || !low;
    if (!low && chain_hearing(r) == CAPTURE && chain_board[r].edges == 0 &&
        !chain_board[r].measuring)
        chain_start_ticks_anew(r); /* the sync follows at once */
    if (low)
        chain_board[r].at_ns[TIMER_FALL] = chain.now_ns + FALL_NS;
    if (low && chain_hearing(r) == BYTES)
        chain_board[r].at_ns[TIMER_ZERO] = chain.now_ns + chain_bits_ns(r, 10);
    chain_timers_changed(r);
}

void chain_pulse(uint16_t i)
{
    uint16_t r = chain_next(i);

    chain_board[r].at_ns[TIMER_FALL] = chain.now_ns + FALL_NS;
    chain_board[r].risen = true;
    chain_timers_changed(r);
    if (chain_hearing(r) == BYTES)
        chain_deliver(i, (uint8_t)(0xFFu << chain_draw(8)), false, true);
}

void chain_captured(uint16_t r, double ns)
{
    struct chain_board *b = &chain_board[r];

    memmove(b->edge, b->edge + 1, sizeof b->edge - sizeof b->edge[0]);
    b->edge[SYNC_EDGES - 1u] = cycles_at(r, ns);
    if (b->edges < SYNC_EDGES - 1u) {
        b->edges++;
        return;
    }
    fake_use((uint8_t)r);
    link_edges(chain_link_of(r), b->edge);
}

/* Falling edges of a byte: start bit, and each 0 behind a 1. */
void chain_capture_byte(uint16_t i)
{
    const struct chain_board *b = &chain_board[i];
    uint16_t r = chain_next(i);
    uint16_t bits = (uint16_t)(b->byte << 1 | 1u << 9); /* start bit first */

    for (uint8_t at = 0; at < 9 && chain_hearing(r) == CAPTURE; at++) {
        double ns = (double)b->byte_ns + at * b->bit_ns;
        bool falls = !(bits >> at & 1) && (at == 0 || (bits >> (at - 1) & 1));
        if (falls && ns >= (double)chain_board[r].capture_ns)
            chain_captured(r, ns);
    }
    chain_woken(r);
    chain_settle(r);
}

void chain_deliver(uint16_t i, uint8_t byte, bool line_error, bool met)
{
    uint16_t r = chain_next(i);
    struct chain_board *to = &chain_board[r];
    double off = chain_board[i].bit_ns / to->bit_ns - 1.0;

    if (chain_hearing(r) != BYTES)
        return;
    if (!met || fabs(off) > RECEIVES) {
        byte = (uint8_t)chain_draw(256);
        line_error = chain_draw(3) == 0;
    }
    chain_woken(r);
    fake_use((uint8_t)r);
    if (!line_error || byte != 0)
        link_byte(chain_link_of(r), byte, line_error);
    else if (!chain_leads(r))
        link_break_seen(chain_link_of(r));
    chain_settle(r);
}
