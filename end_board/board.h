/* Pins of the End board (ATmega1284P). Nowhere else. docs/hardware.md draws the circuit. */
#ifndef BOARD_H
#define BOARD_H

#include <avr/io.h>

#define BOARD_RING_FOLLOWS 1

/* IN: RXD0, wired to ICP1 (PD6) as well. OUT: TXD0. */
#define RING_RX_PIN PIND
#define RING_RX_BIT PD0
#define RING_TX_PORT PORTD
#define RING_TX_DDR DDRD
#define RING_TX_BIT PD1
#define RING_PCIE PCIE3
#define RING_PCMSK PCMSK3
#define RING_PCMSK_BIT PCINT24
#define RING_PCINT_vect PCINT3_vect
#define RING_RX_vect USART0_RX_vect
#define RING_TX_vect USART0_TX_vect
#define RING_UDRE_vect USART0_UDRE_vect

/* Analog: ADC0 cell divider, its foot on PA1; ADC2 NTC divider, its foot on PA3. */
#define BOARD_CELL_CHANNEL 0u
#define BOARD_NTC_CHANNEL 2u
#define BOARD_NTC_FOOT_CHANNEL 3u
#define BOARD_BAND_GAP_CHANNEL 30u /* the internal reference itself */
#define BOARD_DIVIDER_DDR DDRA
#define BOARD_DIVIDER_BIT PA1
#define BOARD_NTC_SUPPLY_BIT PA3
/* Foot of the balance resistor's own NTC, which shares the tap. */
#define BOARD_RESISTOR_PORT PORTC
#define BOARD_RESISTOR_DDR DDRC
#define BOARD_RESISTOR_BIT PC1
#define BOARD_REF_1V1 _BV(REFS1)
#define BOARD_ANALOG_PINS (_BV(ADC0D) | _BV(ADC2D))

/* Outputs, high = on. Relay drivers have pull-downs. */
#define BOARD_LED_PORT PORTB
#define BOARD_LED_BIT PB4
#define BOARD_BALANCE_PORT PORTC
#define BOARD_BALANCE_BIT PC0
#define BOARD_RELAYS
#define RELAY_PORT PORTB
#define RELAY_CHARGE_BIT PB0
#define RELAY_LOAD_BIT PB1
#define RELAY_CHARGE_LED_BIT PB2
#define RELAY_LOAD_LED_BIT PB3

/* 32.768 kHz crystal on TOSC1, TOSC2 (PC6, PC7). */
#define BOARD_CRYSTAL

/* Extended data output: compare A of Timer3 moves the pin (OC3A). */
#define BOARD_EXT_PORT
#define EXT_PORT PORTB
#define EXT_DDR DDRB
#define EXT_BIT PB6
#define EXT_CONTROL_A TCCR3A
#define EXT_CONTROL_B TCCR3B
#define EXT_COUNT TCNT3
#define EXT_TOP OCR3A
#define EXT_MATCH OCR3A
#define EXT_MASK TIMSK3
#define EXT_FLAGS TIFR3
#define EXT_vect TIMER3_COMPA_vect
#define EXT_MATCHED OCIE3A
#define EXT_CLEAR _BV(COM3A1)               /* the pin goes low at the next match */
#define EXT_SET (_BV(COM3A1) | _BV(COM3A0)) /* high */

/* App port: RXD1, TXD1. RXD1 shares the pin change interrupt of the ring's IN. */
#define BOARD_APP_PORT
#define APP_RX_PIN PIND
#define APP_RX_BIT PD2
#define APP_PCMSK PCMSK3
#define APP_PCMSK_BIT PCINT26
#define APP_RX_vect USART1_RX_vect
#define APP_TX_vect USART1_TX_vect
#define APP_UDRE_vect USART1_UDRE_vect

#define BOARD_BUTTON_PIN PINB
#define BOARD_BUTTON_BIT PB5

static inline void board_pins_init(void)
{
    PORTA = (uint8_t) ~(_BV(BOARD_CELL_CHANNEL) | _BV(BOARD_NTC_CHANNEL) | _BV(BOARD_DIVIDER_BIT) |
                        _BV(BOARD_NTC_SUPPLY_BIT));
    DDRB = _BV(EXT_BIT) | _BV(BOARD_LED_BIT) | _BV(RELAY_CHARGE_BIT) | _BV(RELAY_LOAD_BIT) |
           _BV(RELAY_CHARGE_LED_BIT) | _BV(RELAY_LOAD_LED_BIT);
    PORTB = _BV(BOARD_BUTTON_BIT) | _BV(PB7); /* unused and button: pulled up */
    DDRC = _BV(BOARD_BALANCE_BIT);
    PORTC = _BV(PC1) | _BV(PC2) | _BV(PC3) | _BV(PC4) | _BV(PC5);
    PORTD = (uint8_t) ~(_BV(RING_RX_BIT) | _BV(PD6));
    DDRD = _BV(RING_TX_BIT);
}

#endif
