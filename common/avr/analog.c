/* Cell and NTC dividers on the converter. Both dividers end at a port pin that is low only while
 * measuring, so they draw nothing otherwise. Timer1 runs during a break and times the settling. */
#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/analog.h"
#include "common/avr/port.h"
#include "common/hal.h"

#define ADC_ON (_BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS0)) /* 4 MHz / 32 = 125 kHz */
#define MUX_REF_INTERNAL BOARD_REF_1V1
#define MUX_REF_SUPPLY _BV(REFS0)
/* AREF and the cell divider settle with 0.32 ms (10 nF at 32 k) and 0.29 ms (10 nF at 28.8 k):
 * eight times the longer one leaves 0.03 %, 1 mV of 3.3 V. */
#define SETTLE_CYCLES 10400u
#define DISCARD 2u /* first conversions after a change of channel and reference */
/* The cell's conversions are spread over one period of the 100 Hz ripple that an inverter draws, so
 * that their mean is that of the cell: 32 times this is 10 ms. */
#define CELL_PACE_CYCLES 1250u
#define BACK_TO_BACK 0u
/* The tap settles with 0.1 ms (10 nF at 10 k): twelve of them in conversions of 104 us. */
#define RESISTOR_DISCARD 12u

static volatile bool settled;
static volatile uint16_t pace; /* cycles between conversions */
static volatile uint8_t left;
static uint16_t sum;

/* The break may be over before its measurement begins, when the main loop was busy: then the ring has stopped
 * the timer. While compare B is on it does not. With interrupts off. */
static void start_timer(void)
{
    if (TCCR1B != 0)
        return;
    TCCR1A = 0;
    TCCR1B = _BV(CS10);
}

static void wait_settled(void)
{
    settled = false;
    cli(); /* the ring's interrupts change TIMSK1 too */
    start_timer();
    OCR1B = (uint16_t)(TCNT1 + SETTLE_CYCLES);
    TIFR1 = _BV(OCF1B);
    TIMSK1 |= _BV(OCIE1B);
    while (!settled)
        port_sleep(SLEEP_IDLE);
    sei();
}

#ifdef BOARD_EXT_SHARES_VECTOR
void __vector_ext_other(void)
    __attribute__((signal, used)); /* from TIMER1_COMPB_vect in ext_port.c */
void __vector_ext_other(void)
#else
ISR(TIMER1_COMPB_vect)
#endif
{
    if (pace != BACK_TO_BACK) {
        OCR1B = (uint16_t)(OCR1B + pace);
        ADCSRA |= _BV(ADSC);
        return;
    }
    TIMSK1 &= (uint8_t)~_BV(OCIE1B);
    settled = true;
}

/* The resistor's sensor shares the tap of the cell's: its foot floats while that one is measured, else
 * it is pulled up, since nothing may be connected. Single-bit writes: interrupts use these ports. */
static void resistor_foot(bool low, bool pulled_up)
{
    if (pulled_up)
        BOARD_RESISTOR_PORT |= _BV(BOARD_RESISTOR_BIT);
    else
        BOARD_RESISTOR_PORT &= (uint8_t)~_BV(BOARD_RESISTOR_BIT);
    if (low)
        BOARD_RESISTOR_DDR |= _BV(BOARD_RESISTOR_BIT);
    else
        BOARD_RESISTOR_DDR &= (uint8_t)~_BV(BOARD_RESISTOR_BIT);
}

void hal_analog_on(void)
{
    analog_sampling(false);
    resistor_foot(false, false);
    BOARD_DIVIDER_DDR |= _BV(BOARD_DIVIDER_BIT) | _BV(BOARD_NTC_SUPPLY_BIT);
    ADMUX = MUX_REF_INTERNAL | BOARD_CELL_CHANNEL;
    ADCSRA = ADC_ON;
    wait_settled();
}

void hal_analog_off(void)
{
    ADCSRA = 0;
    BOARD_DIVIDER_DDR &= (uint8_t) ~(_BV(BOARD_DIVIDER_BIT) | _BV(BOARD_NTC_SUPPLY_BIT));
    resistor_foot(false, true);
    analog_sampling(true);
}

static void start_pacing(uint16_t cycles)
{
    pace = cycles;
    if (cycles == BACK_TO_BACK)
        return;
    start_timer();
    OCR1B = (uint16_t)(TCNT1 + cycles);
    TIFR1 = _BV(OCF1B);
    TIMSK1 |= _BV(OCIE1B);
}

static uint16_t convert(uint8_t count, uint16_t pace_cycles)
{
    cli();
    sum = 0;
    left = count;
    start_pacing(pace_cycles);
    ADCSRA |= _BV(ADSC);
    while (left)
        port_sleep(SLEEP_IDLE);
    pace = BACK_TO_BACK;
    TIMSK1 &= (uint8_t)~_BV(OCIE1B);
    sei();
    return sum;
}

static uint8_t mux_of(enum analog_input input)
{
    switch (input) {
    case ANALOG_CELL:
        return MUX_REF_INTERNAL | BOARD_CELL_CHANNEL;
    case ANALOG_NTC:
        return MUX_REF_SUPPLY | BOARD_NTC_CHANNEL;
    case ANALOG_NTC_FOOT:
        return MUX_REF_SUPPLY | BOARD_NTC_FOOT_CHANNEL;
    case ANALOG_BAND_GAP:
    case ANALOG_INPUTS:
        break;
    }
    return MUX_REF_SUPPLY | BOARD_BAND_GAP_CHANNEL;
}

uint16_t hal_analog_sum(enum analog_input input, uint8_t count)
{
    bool cell = input == ANALOG_CELL;

    ADMUX = mux_of(input);
    convert(DISCARD, BACK_TO_BACK);
    return convert(count, cell ? CELL_PACE_CYCLES : BACK_TO_BACK);
}

uint16_t hal_analog_resistor(uint8_t count)
{
    uint16_t taken;

    analog_sampling(false);
    resistor_foot(true, false);
    ADMUX = MUX_REF_SUPPLY | BOARD_NTC_CHANNEL;
    ADCSRA = ADC_ON;
    convert(RESISTOR_DISCARD, BACK_TO_BACK);
    taken = convert(count, BACK_TO_BACK);
    ADCSRA = 0;
    resistor_foot(false, true);
    analog_sampling(true);
    return taken;
}

ISR(ADC_vect)
{
    uint16_t code = ADC;

    if (!left) {
        analog_sample_done(code);
        return;
    }
    sum = (uint16_t)(sum + code);
    if (--left && pace == BACK_TO_BACK)
        ADCSRA |= _BV(ADSC);
}
