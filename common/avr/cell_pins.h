/* What a Begin and a Between board share: an ATmega328P on a cell, with the same pins for the ring, for what it measures
 * of its cell, and for its outputs. docs/hardware.md draws the circuit. */
#ifndef COMMON_AVR_CELL_PINS_H
#define COMMON_AVR_CELL_PINS_H

#include <avr/io.h>

/* OUT: TXD. IN: RXD, wired to ICP1 (PB0) as well. */
#define RING_RX_PIN PIND
#define RING_RX_BIT PD0
#define RING_TX_PORT PORTD
#define RING_TX_DDR DDRD
#define RING_TX_BIT PD1
#define RING_PCIE PCIE2
#define RING_PCMSK PCMSK2
#define RING_PCMSK_BIT PCINT16
#define RING_PCINT_vect PCINT2_vect
#define RING_RX_vect USART_RX_vect
#define RING_TX_vect USART_TX_vect
#define RING_UDRE_vect USART_UDRE_vect

/* Analog: ADC0 cell divider, its foot on PC1; ADC2 NTC divider, its foot on PC3. */
#define BOARD_CELL_CHANNEL 0u
#define BOARD_NTC_CHANNEL 2u
#define BOARD_NTC_FOOT_CHANNEL 3u
#define BOARD_BAND_GAP_CHANNEL 14u /* the internal reference itself */
#define BOARD_DIVIDER_DDR DDRC
#define BOARD_DIVIDER_BIT PC1
#define BOARD_NTC_SUPPLY_BIT PC3
/* Foot of the balance resistor's own NTC, which shares the tap. */
#define BOARD_RESISTOR_PORT PORTB
#define BOARD_RESISTOR_DDR DDRB
#define BOARD_RESISTOR_BIT PB1
#define BOARD_REF_1V1 (_BV(REFS1) | _BV(REFS0))
/* Outputs, high = on. The LED is the one of a Pro Mini (D13). */
#define BOARD_LED_PORT PORTB
#define BOARD_LED_BIT PB5
#define BOARD_BALANCE_PORT PORTB
#define BOARD_BALANCE_BIT PB3

#endif
