#include "common/avr/sampler.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/analog.h"
#include "common/avr/port.h"
#include "common/hal.h"

#ifdef BOARD_SAMPLER

#define TICKS_PER_MS 125u /* 4 MHz / 32 */
#define SETTLE_MS 3u      /* AREF back at 1.1 V, see analog.c */
#define ADC_ON (_BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS0))

static volatile uint16_t now_ms;
static volatile uint8_t input; /* being converted */
static volatile uint8_t settle_ms;
static volatile bool sampling;
static uint16_t wake_ms;
static volatile bool due;

void sampler_init(void)
{
    input = SAMPLER_INPUTS_DONE;
    TCCR2A = _BV(WGM21);
    OCR2A = TICKS_PER_MS - 1u;
    TCCR2B = _BV(CS21) | _BV(CS20);
    TIMSK2 = _BV(OCIE2A);
    analog_sampling(true);
}

uint16_t sampler_ms(void)
{
    uint8_t irq = hal_irq_save();
    uint16_t ms = now_ms;
    hal_irq_restore(irq);
    return ms;
}

void sampler_wake_at(uint16_t ms)
{
    uint8_t irq = hal_irq_save();
    wake_ms = ms;
    due = (int16_t)(uint16_t)(now_ms - ms) >= 0;
    hal_irq_restore(irq);
}

bool sampler_due(void)
{
    return due;
}

static void start(uint8_t next)
{
    input = next;
    if (next == SAMPLER_INPUTS_DONE)
        return;
    ADMUX = (uint8_t)(BOARD_REF_1V1 | (BOARD_SENSOR_CHANNEL + next));
    ADCSRA |= _BV(ADSC);
}

void analog_sampling(bool on)
{
    if (on) {
        settle_ms = SETTLE_MS;
        ADMUX = BOARD_REF_1V1 | BOARD_SENSOR_CHANNEL;
        ADCSRA = ADC_ON;
        sampling = true;
        return;
    }
    sampling = false;
    while (input != SAMPLER_INPUTS_DONE)
        ; /* 0.4 ms at most: the chain of this millisecond ends by itself */
}

/* Other interrupts may come meanwhile: a bit of the extended data output has no time for this one. The
 * next conversion, and so the next call, begins behind it. */
void analog_sample_done(uint16_t code)
{
    uint8_t next;

    if (input == SAMPLER_INPUTS_DONE)
        return;
    sei();
    next = board_sample(input, code);
    cli();
    start(next);
}

ISR(TIMER2_COMPA_vect)
{
    if (++now_ms == wake_ms) {
        due = true;
        port_ask();
    } else if ((uint8_t)now_ms == 0) {
        port_ask(); /* four times a second for the watchdog; between rounds nothing else does */
    }
    if (!sampling || input != SAMPLER_INPUTS_DONE)
        return;
    if (settle_ms)
        settle_ms--;
    else
        start(0);
}

#endif
