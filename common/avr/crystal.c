#include "common/avr/crystal.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/port.h"
#include "common/hal.h"

#ifdef BOARD_CRYSTAL

#define OVERFLOW_MS 250u /* 32768 Hz / 32 / 256 = 4 Hz */

static volatile uint32_t overflow_ms;
static volatile bool quarter;

void crystal_init(void)
{
    TIMSK2 = 0;
    ASSR = _BV(AS2);
    TCNT2 = 0;
    TCCR2A = 0;
    TCCR2B = _BV(CS21) | _BV(CS20);
    while (ASSR & (_BV(TCN2UB) | _BV(TCR2AUB) | _BV(TCR2BUB)))
        ;
    TIFR2 = _BV(TOV2) | _BV(OCF2A) | _BV(OCF2B);
    TIMSK2 = _BV(TOIE2);
}

void crystal_ready_to_sleep(void)
{
    OCR2B = 0;
    while (ASSR & _BV(OCR2BUB))
        ;
}

uint32_t crystal_ms(void)
{
    uint8_t irq;
    uint8_t count;
    uint32_t ms;

    crystal_ready_to_sleep(); /* also makes TCNT2 readable after power-save */
    irq = hal_irq_save();
    count = TCNT2;
    ms = overflow_ms;
    if ((TIFR2 & _BV(TOV2)) && count < 128u)
        ms += OVERFLOW_MS;
    hal_irq_restore(irq);
    return ms + (uint16_t)(count * 125u) / 128u;
}

uint8_t crystal_tick(void)
{
    return (uint8_t)(overflow_ms >> 7);
}

bool crystal_take_quarter(void)
{
    bool taken = quarter;
    quarter = false;
    return taken;
}

ISR(TIMER2_OVF_vect)
{
    watchdog_awake();
    overflow_ms += OVERFLOW_MS;
    quarter = true;
    port_ask();
}

#endif
