/* The AVR side of hal.h and what main.c needs besides: start-up, sleep, watchdog, time.
 * One board per image: this folder keeps the file-scope state that the hardware forces on it. */
#ifndef COMMON_AVR_PORT_H
#define COMMON_AVR_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "common/cell_board.h"

/* Unused modules off, pins safe. Interrupts stay off. */
void port_init(void);
/* False once the stack has grown into the bytes above the static data. */
bool port_stack_intact(void);

/* The board of this image, defined by its main.c under this name; the ring's interrupts know its
 * link by address, and the simulator finds it by its symbol. */
extern struct cell_board board;

/* Sets the ring's hardware up and goes idle. */
void ring_init(void);
/* True when nothing would be lost in power-down: waiting for an edge of IN. Interrupts off. */
bool ring_may_power_down(void);

void port_interrupts(bool on);

enum sleep_depth {
    SLEEP_IDLE,       /* CPU stops, all else runs */
    SLEEP_POWER_SAVE, /* only the 32 kHz timer, watchdog and pin changes */
    SLEEP_POWER_DOWN, /* only watchdog and pin changes */
};
/* Enables interrupts, sleeps until one came, returns with interrupts disabled. Call with them
 * disabled, after finding nothing to do, so that no event slips in between. Asks the main loop. */
void port_sleep_deep(enum sleep_depth depth);

static inline void port_sleep(enum sleep_depth depth)
{
    if (depth != SLEEP_IDLE) {
        port_sleep_deep(depth);
        return;
    }
    SMCR = _BV(SE); /* SM2..0 = 0: idle */
    sei();
    sleep_cpu();
    cli();
}

/* Interrupts that want the main loop say so. Without sleep enable the sleep instruction does
 * nothing (data sheet, "SMCR"): a main loop on its way to sleep does not miss it. */
#define PORT_ASKED 0
#define PORT_EXT_SENDS 3 /* ext_port.c; ring.c has 1 and 2 */
__attribute__((always_inline)) static inline void port_ask(void)
{
    GPIOR0 |= _BV(PORT_ASKED);
    SMCR = 0;
}
static inline bool port_asked(void)
{
    return GPIOR0 & _BV(PORT_ASKED);
}
/* Main loop: it was asked and comes. */
static inline void port_answer(void)
{
    GPIOR0 &= (uint8_t)~_BV(PORT_ASKED);
}

/* Idle sleep, again and again, until an interrupt asks for the main loop; interrupts that are none of
 * its business cost four cycles here. Call like port_sleep(), not asked yet. */
static inline void port_idle_until_asked(void)
{
    SMCR = _BV(SE);
    sei();
    do
        sleep_cpu();
    while (!port_asked());
    cli();
}

/* Watchdog. It resets a second after the last feeding, whatever the interrupts do. Only while the
 * board is in deep sleep its first time-out is an interrupt instead, the clock of a board that hears
 * nothing. From reset to watchdog_init() it runs with two seconds. */
void watchdog_init(void);
/* Each task of the main loop reports that it was gone through, with a bit of its own. */
extern uint8_t watchdog_reported;
static inline void watchdog_report(uint8_t task)
{
    watchdog_reported |= task;
}
/* Once per pass, the only place that feeds: when exactly these tasks have reported and
 * the stack has kept off the data. */
void watchdog_feed(uint8_t tasks);
/* Out of a deep sleep: a new second, and back to plain reset. First in each interrupt that may end
 * such a sleep, so that a hang inside is covered. The sleep may have used up all but a moment of the
 * old second. Only a healthy main loop goes to sleep with WDIE set, and it makes a pass after each
 * sleep, so this feeds nobody else. Inline: as a call it would make the interrupts save twelve
 * registers more, and the crystal's then costs an edge of a sync now and then. ISR. */
__attribute__((always_inline)) static inline void watchdog_awake(void)
{
    if (!(WDTCSR & _BV(WDIE)))
        return;
    wdt_reset();
    WDTCSR &= (uint8_t)~_BV(WDIE);
}
/* Whole watchdog seconds since the last call; one ends about 1 s after the last feeding. */
uint8_t watchdog_take_seconds(void);

#endif
