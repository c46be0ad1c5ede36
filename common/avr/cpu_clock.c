#include "common/avr/cpu_clock.h"

#include <avr/io.h>

#include "board.h"
#include "common/avr/crystal.h"
#include "common/avr/port.h"
#include "common/hal.h"

#ifdef BOARD_CRYSTAL

#define LOOK_MAX_CYCLES 48u /* between two looks: a longer one had an interrupt in between */

static int16_t beyond; /* the nominal cycles, between two looks at the crystal */

struct look {
    uint8_t tick;
    uint16_t at;
};

/* Both of the same moment. */
static inline struct look look(void)
{
    struct look l;
    uint8_t irq = hal_irq_save();

    l.tick = TCNT2;
    l.at = TCNT3;
    hal_irq_restore(irq);
    return l;
}

/* A break wants its measurement. What else asks, as the crystal does each quarter of a second, can wait: with rounds
 * of a whole second it would ask in the middle of every one. */
static inline bool ring_calls(void)
{
    return board.link.events != 0;
}

/* Waits for a tick; *at is within half of LOOK_MAX_CYCLES of it. */
static bool catch_tick(uint8_t *tick, uint16_t *at)
{
    struct look before = look();
    struct look now;

    while (!ring_calls()) {
        now = look();
        if (now.tick != before.tick) {
            *tick = now.tick;
            *at = now.at;
            return (uint16_t)(now.at - before.at) <= LOOK_MAX_CYCLES;
        }
        before = now;
    }
    return false;
}

static bool catch_last_tick(uint8_t first, uint16_t *at)
{
    uint8_t tick = first;

    while ((uint8_t)(tick - first) < CPU_CLOCK_TICKS - 1u)
        if (!catch_tick(&tick, at) && ring_calls())
            return false;
    return catch_tick(&tick, at) && (uint8_t)(tick - first) == CPU_CLOCK_TICKS;
}

bool cpu_clock_measure(void)
{
    uint8_t tick;
    uint16_t from;
    uint16_t to;
    bool good;

    crystal_ready_to_sleep(); /* makes TCNT2 readable after power-save */
    if (crystal_lost())
        return false;
    TCCR3A = 0;
    TCCR3B = _BV(CS30);
    good = catch_tick(&tick, &from) && catch_last_tick(tick, &to);
    TCCR3B = 0;
    if (good)
        beyond = (int16_t)((uint16_t)(to - from) - CPU_CLOCK_NOMINAL);
    return good;
}

void cpu_clock_moved(int8_t steps)
{
    beyond = (int16_t)(beyond + (int32_t)cpu_clock_cycles() * steps / 182);
}

uint16_t cpu_clock_cycles(void)
{
    return (uint16_t)(CPU_CLOCK_NOMINAL + (uint16_t)beyond);
}

uint16_t cpu_clock_bit(uint16_t baud)
{
    return (uint16_t)(((uint32_t)cpu_clock_cycles() * CPU_CLOCK_PER_SECOND + baud / 2u) / baud);
}

#endif
