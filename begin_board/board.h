/* Pins of the Begin board (ATmega328P) besides those of common/avr/cell_pins.h. Nowhere else. docs/hardware.md draws
 * the circuit. */
#ifndef BOARD_H
#define BOARD_H

#include <avr/io.h>

#include "common/avr/cell_pins.h"

/* IN is the ring's return wire. */
#define BOARD_RING_FOLLOWS 0

#define BOARD_ANALOG_PINS (_BV(ADC0D) | _BV(ADC2D) | _BV(ADC4D) | _BV(ADC5D))

/* Current sensors, divided by 4.545: ADC4 and ADC5 low and high range of sensor 1 (incoming),
 * ADC6 and ADC7 of sensor 2 (consumers). An open input is pulled to ground. */
#define BOARD_SAMPLER
#define BOARD_SENSOR_CHANNEL 4u

/* Option switches: two rows (PD2, PD3) of four columns (PD4..PD7) with a diode each. A row is
 * driven low to be read; switch 1 is row PD2, column PD4. */
#define BOARD_SWITCHES
#define SWITCH_PORT PORTD
#define SWITCH_PIN PIND
#define SWITCH_DDR DDRD
#define SWITCH_ROW_FIRST PD2
#define SWITCH_ROW_SECOND PD3
#define SWITCH_COLUMN_SHIFT 4u

/* Extended data output: compare B of Timer1 moves the pin (OC1B). Timer1 is free from the round's first
 * byte to the next break; its compare B paces the measurements in the break. */
#define BOARD_EXT_PORT
#define BOARD_EXT_SHARES_VECTOR
#define EXT_PORT PORTB
#define EXT_DDR DDRB
#define EXT_BIT PB2
#define EXT_CONTROL_A TCCR1A
#define EXT_CONTROL_B TCCR1B
#define EXT_COUNT TCNT1
#define EXT_TOP OCR1A
#define EXT_MATCH OCR1B
#define EXT_MASK TIMSK1
#define EXT_FLAGS TIFR1
#define EXT_vect TIMER1_COMPB_vect
#define EXT_MATCHED OCIE1B
#define EXT_CLEAR _BV(COM1B1)               /* the pin goes low at the next match */
#define EXT_SET (_BV(COM1B1) | _BV(COM1B0)) /* high */

#define BOARD_BUTTON_PIN PINB
#define BOARD_BUTTON_BIT PB4

static inline void board_pins_init(void)
{
    DDRB = _BV(BOARD_LED_BIT) | _BV(BOARD_BALANCE_BIT) | _BV(EXT_BIT);
    PORTB = _BV(BOARD_RESISTOR_BIT) | _BV(BOARD_BUTTON_BIT) | _BV(PB6) |
            _BV(PB7); /* unused and button: pulled up */
    /* columns stay outputs at low while no row is read: no pull-up feeds a closed switch */
    DDRD = (uint8_t) ~(_BV(RING_RX_BIT) | _BV(SWITCH_ROW_FIRST) | _BV(SWITCH_ROW_SECOND));
    PORTD = _BV(RING_RX_BIT) | _BV(RING_TX_BIT);
}

#endif
