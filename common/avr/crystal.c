#include "common/avr/crystal.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/port.h"
#include "common/hal.h"

#ifdef BOARD_CRYSTAL

#define OVERFLOW_MS 250u /* 32768 Hz / 32 / 256 = 4 Hz */

#define SUBSTITUTE_MS 66u /* CPU clock / 1024 / 256: 65.5 ms at 4 MHz */
/* A crystal that swings takes a write over within two of its cycles, 61 us. Eight CPU cycles a look. */
#define UPDATE_LOOKS 600u
#define START_UPDATES 1700u /* of 1.2 ms at 4 MHz */

static volatile uint32_t overflow_ms;
static volatile bool quarter;

/* The timer's clock itself says it: a byte of RAM could change. Never a call: with one its interrupt would save all
 * registers, 50 cycles, and a bit of the extended data output waits for that and for the ring's. */
__attribute__((always_inline)) static inline bool is_lost(void)
{
    return !(ASSR & _BV(AS2));
}

static bool updated(uint8_t busy)
{
    uint16_t looks = UPDATE_LOOKS;

    while (ASSR & busy)
        if (--looks == 0)
            return false;
    return true;
}

static bool starts(void)
{
    uint16_t updates = START_UPDATES;

    while (!updated(_BV(TCN2UB) | _BV(TCR2AUB) | _BV(TCR2BUB)))
        if (--updates == 0)
            return false;
    return true;
}

/* Nobody knows how far the count had come: time goes on at the next overflow, not back. The registers
 * are undefined behind a change of AS2 (data sheet, "ASSR"). */
static void substitute(void)
{
    uint8_t irq = hal_irq_save();

    overflow_ms += OVERFLOW_MS;
    TIMSK2 = 0;
    ASSR = 0;
    TCCR2A = 0;
    TCNT2 = 0;
    TCCR2B = _BV(CS22) | _BV(CS21) | _BV(CS20);
    TIFR2 = _BV(TOV2) | _BV(OCF2A) | _BV(OCF2B);
    TIMSK2 = _BV(TOIE2);
    quarter = true;
    port_ask();
    hal_irq_restore(irq);
}

bool crystal_lost(void)
{
    return is_lost();
}

void crystal_init(void)
{
    wdt_enable(WDTO_4S);
    TIMSK2 = 0;
    ASSR = _BV(AS2);
    TCNT2 = 0;
    TCCR2A = 0;
    TCCR2B = _BV(CS21) | _BV(CS20);
    if (!starts()) {
        substitute();
        return;
    }
    TIFR2 = _BV(TOV2) | _BV(OCF2A) | _BV(OCF2B);
    TIMSK2 = _BV(TOIE2);
}

void crystal_ready_to_sleep(void)
{
    if (is_lost())
        return;
    OCR2B = 0;
    if (!updated(_BV(OCR2BUB)))
        substitute();
}

uint32_t crystal_ms(void)
{
    uint8_t irq;
    uint8_t count;
    uint32_t ms;

    crystal_ready_to_sleep(); /* also makes TCNT2 readable after power-save */
    irq = hal_irq_save();
    count = is_lost() ? 0 : TCNT2;
    ms = overflow_ms;
    if (!is_lost() && (TIFR2 & _BV(TOV2)) && count < 128u)
        ms += OVERFLOW_MS;
    hal_irq_restore(irq);
    return ms + (uint16_t)(count * 125u) / 128u;
}

uint32_t crystal_coarse_ms(void)
{
    uint8_t irq = hal_irq_save();
    uint32_t ms = overflow_ms;

    hal_irq_restore(irq);
    return ms;
}

bool crystal_take_quarter(void)
{
    bool taken = quarter;
    quarter = false;
    return taken;
}

/* Short: what it takes longer, the edges of a sync may wait. */
ISR(TIMER2_OVF_vect)
{
    watchdog_awake();
    overflow_ms += is_lost() ? SUBSTITUTE_MS : OVERFLOW_MS;
    quarter = true;
    port_ask();
}

#endif
