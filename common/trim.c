#include "common/trim.h"

#include "common/apart.h"

#define CYCLES_PER_DIVISOR 64 /* eight bits of 8 * divisor cycles */
#define STEP_1024 \
    6 /* one OSCCAL step, ATmega328P data sheet figure "8 MHz RC
                                     oscillator frequency vs OSCCAL": about 0.55 % near 8 MHz */
#define STEPS_PER_DIVISOR (1024 / (int8_t)LINK_DIVISOR_NOMINAL / STEP_1024)
#define MOVE_AT_1024 12       /* move at once: half of the recommended +-2 % is used up */
#define ADJUST_AT_Q4 (4 * 16) /* a little over half a step: no hunting between two steps */
#define FILTER_SHIFT 3        /* low-pass over about eight rounds */
#define TRIM_RANGE 16         /* steps to either side of the factory value */
#define DIVISOR_MIN (LINK_DIVISOR_NOMINAL * 10u / 13u) /* -23 % */
#define DIVISOR_MAX (LINK_DIVISOR_NOMINAL * 17u / 13u) /* +31 % */
/* In cycles, beyond the first and the last divisor. Both clocks 10 % off, 3 % of drift, and the trim at the wrong
 * end, 16 steps of up to 0.7 %: what disturbances have moved there must come back, by the oscillator. */
#define REST_MAX 77
#define TOTAL_MIN (DIVISOR_MIN * CYCLES_PER_DIVISOR - (unsigned)REST_MAX)
#define TOTAL_MAX (DIVISOR_MAX * CYCLES_PER_DIVISOR + (unsigned)REST_MAX)
#define KEEP_CYCLES 42 /* hysteresis: stay with a divisor up to 0.65 of its step */
#define OSCCAL_RANGE_BIT 0x80u
#define PER_CYCLE_Q8 (16u * 256u / LINK_DIVISOR_NOMINAL)

_Static_assert(REST_MAX <= INT8_MAX && REST_MAX * PER_CYCLE_Q8 < INT8_MAX * 256u,
               "a rest fits into eight bits");
_Static_assert(KEEP_CYCLES <= REST_MAX, "no rest is larger");

void trim_init(struct trim *t, uint8_t factory)
{
    *t = (struct trim){ .factory = factory, .divisor = LINK_DIVISOR_NOMINAL };
}

static int8_t saturate_i8(int16_t value)
{
    if (value > INT8_MAX)
        return INT8_MAX;
    return (int8_t)(value < -INT8_MAX ? -INT8_MAX : value);
}

/* Two bits lie between falling edges; each distance must be within 1/8 of a quarter of the whole. */
static bool evenly_spaced(const uint16_t edges[SYNC_EDGES], uint16_t total)
{
    uint16_t quarter = total / 4u;
    uint16_t slack = total / 32u;

    for (uint8_t i = 1; i < SYNC_EDGES; i++) {
        uint16_t distance = (uint16_t)(edges[i] - edges[i - 1u]);
        if ((uint16_t)(distance + slack - quarter) > (uint16_t)(2u * slack))
            return false;
    }
    return true;
}

APART static int16_t rest_cycles(const struct trim *t, uint16_t total)
{
    return (int16_t)(total - (uint16_t)(t->divisor * CYCLES_PER_DIVISOR));
}

/* 1/1024 per cycle is 16 / divisor; that of the nominal divisor is good to 8 % for its neighbours,
 * which is enough for a small rest and saves a division in the ISR. */
static int8_t cycles_to_1024(int8_t cycles)
{
    return (int8_t)((cycles * (int16_t)PER_CYCLE_Q8 + 128) >> 8);
}

/* Moves by up to the wanted steps (> 0 is faster) inside the range; returns the steps moved. An end
 * that lies in the other half is that of the factory value's. Distances are of eight bits and wrap: what
 * was outside ends inside. */
static int8_t move(struct trim *t, int8_t steps)
{
    uint8_t before = hal_clock_trim();
    uint8_t low = (uint8_t)(t->factory - TRIM_RANGE);
    uint8_t high = (uint8_t)(t->factory + TRIM_RANGE);
    int8_t down;
    int8_t up;

    if ((low ^ t->factory) & OSCCAL_RANGE_BIT)
        low = t->factory & OSCCAL_RANGE_BIT;
    if ((high ^ t->factory) & OSCCAL_RANGE_BIT)
        high = t->factory | (OSCCAL_RANGE_BIT - 1u);
    down = (int8_t)(uint8_t)(low - before);
    up = (int8_t)(uint8_t)(high - before);
    t->at_limit = false;
    if (steps < down) {
        steps = down;
        t->at_limit = true;
    }
    if (steps > up) {
        steps = up;
        t->at_limit = true;
    }
    hal_clock_set_trim((uint8_t)(before + (uint8_t)steps));
    return steps;
}

static uint8_t nearest_divisor(uint16_t total)
{
    uint8_t divisor = (uint8_t)((total + CYCLES_PER_DIVISOR / 2u) / CYCLES_PER_DIVISOR);

    if (divisor < DIVISOR_MIN)
        return DIVISOR_MIN;
    return divisor > DIVISOR_MAX ? DIVISOR_MAX : divisor;
}

bool trim_measure(struct trim *t, const uint16_t edges[SYNC_EDGES])
{
    uint16_t total = (uint16_t)(edges[SYNC_EDGES - 1u] - edges[0]);
    int16_t rest;

    if (total < TOTAL_MIN || total > TOTAL_MAX || !evenly_spaced(edges, total))
        return false;
    rest = rest_cycles(t, total);
    if (rest > KEEP_CYCLES || rest < -KEEP_CYCLES) {
        t->divisor = nearest_divisor(total);
        rest = rest_cycles(t, total);
    }
    t->rest = (int8_t)rest;
    return true;
}

/* Rounded towards zero; 43/256 is 1/6 for all of int8_t and saves a division in the ISR. A product
 * below 0 is never a multiple of 256. */
APART static int8_t steps_of(int8_t relative)
{
    int8_t down = (int8_t)((int16_t)(relative * 43) >> 8);

    return relative < 0 ? (int8_t)(down + 1) : down;
}

static bool endangers_reception(int8_t error)
{
    return error > MOVE_AT_1024 || error < -MOVE_AT_1024;
}

void trim_settle(struct trim *t)
{
    t->relative = cycles_to_1024(t->rest);
    t->moved = endangers_reception(t->relative);
    if (t->moved) {
        int8_t steps = move(t, (int8_t)-steps_of(t->relative));
        t->relative = (int8_t)(t->relative + steps * STEP_1024);
    }
}

void trim_hop(struct trim *t, int8_t upstream_error)
{
    t->error = saturate_i8((int16_t)(upstream_error + t->relative));
}

/* Out of range: one divisor further, and the oscillator back by as much. */
static void change_divisor(struct trim *t, int8_t direction)
{
    uint8_t divisor = (uint8_t)(t->divisor + direction);

    if (divisor < DIVISOR_MIN || divisor > DIVISOR_MAX)
        return;
    t->divisor = divisor;
    move(t, (int8_t)(direction * STEPS_PER_DIVISOR));
}

/* Main loop: there is time for many steps. */
static int8_t correct(struct trim *t, int8_t steps)
{
    int8_t moved = move(t, steps);

    if (t->at_limit)
        change_divisor(t, steps < 0 ? 1 : -1);
    return moved;
}

void trim_adjust(struct trim *t)
{
    if (endangers_reception(t->error)) {
        correct(t, (int8_t)-steps_of(t->error));
        t->filtered_q4 = 0;
        return;
    }
    if (t->moved) {
        t->filtered_q4 = 0;
        return;
    }
    t->filtered_q4 =
        (int16_t)(t->filtered_q4 + (((int16_t)(t->error * 16) - t->filtered_q4) >> FILTER_SHIFT));
    if (t->filtered_q4 > ADJUST_AT_Q4 || t->filtered_q4 < -ADJUST_AT_Q4) {
        int8_t steps = correct(t, t->filtered_q4 > 0 ? -1 : 1);
        t->filtered_q4 = (int16_t)(t->filtered_q4 + steps * STEP_1024 * 16);
    }
}

void trim_stray(struct trim *t)
{
    if (t->at_limit && endangers_reception(t->relative))
        correct(t, (int8_t)-steps_of(t->relative));
    t->relative = 0;
}

void trim_lead(struct trim *t, int8_t steps)
{
    int8_t direction = steps < 0 ? 1 : -1;
    uint8_t next = (uint8_t)(t->divisor + direction);

    move(t, steps);
    if (t->at_limit && next >= LINK_DIVISOR_NOMINAL - 1u && next <= LINK_DIVISOR_NOMINAL + 1u)
        change_divisor(t, direction);
}
