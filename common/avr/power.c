#include "common/avr/port.h"

#include "board.h"
#include "common/hal.h"

static volatile uint8_t seconds;
uint8_t watchdog_reported;
static bool healthy; /* as of the last watchdog_feed() */

void port_init(void)
{
    board_pins_init();
    ACSR = _BV(ACD);
    DIDR0 = BOARD_ANALOG_PINS;
}

void port_interrupts(bool on)
{
    if (on)
        sei();
    else
        cli();
}

/* In the sleep from which its interrupt wakes, and only there, the watchdog does not reset at once: a
 * core stuck with WDIE set is reset late or never. The ATmega328P data sheet (WDTCSR, WDIE) clears
 * the bit when the vector runs, which with interrupts off it does not, and then speaks of a reset at
 * the next time-out. Nothing here relies on that. */
void port_sleep_deep(enum sleep_depth depth)
{
    SMCR = (uint8_t)((depth == SLEEP_POWER_SAVE ? SLEEP_MODE_PWR_SAVE : SLEEP_MODE_PWR_DOWN) |
                     _BV(SE));
    if (healthy)
        WDTCSR |= _BV(WDIE);
    sleep_bod_disable(); /* no brown-out detector while the clock stands: saves 20 uA */
    sei();
    sleep_cpu();
    cli();
    watchdog_awake();
    port_ask();
}

void watchdog_init(void)
{
    wdt_enable(WDTO_1S);
    healthy = true;
}

void watchdog_feed(uint8_t tasks)
{
    healthy = watchdog_reported == tasks && port_stack_intact();
    watchdog_reported = 0;
    if (healthy)
        wdt_reset();
}

ISR(WDT_vect)
{
    seconds++;
    port_ask();
}

uint8_t watchdog_take_seconds(void)
{
    uint8_t irq = hal_irq_save();
    uint8_t taken = seconds;
    seconds = 0;
    hal_irq_restore(irq);
    return taken;
}

uint8_t hal_irq_save(void)
{
    uint8_t state = SREG;
    cli();
    return state;
}

void hal_irq_restore(uint8_t state)
{
    __asm__ volatile("" ::: "memory");
    SREG = state;
}
