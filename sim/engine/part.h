/* What the simulator has to know about a microcontroller: register addresses (data space) and
 * vector numbers, from the ATmega328P and ATmega1284P data sheets, "Register summary" and
 * "Interrupt vectors". */
#ifndef SIM_ENGINE_PART_H
#define SIM_ENGINE_PART_H

#include <stdint.h>

enum {
    REG_TIFR1 = 0x36,
    REG_TIFR2 = 0x37,
    REG_PCIFR = 0x3B,
    REG_SMCR = 0x53,
    REG_MCUSR = 0x54,
    REG_MCUCR = 0x55,
    REG_WDTCSR = 0x60,
    REG_CLKPR = 0x61,
    REG_OSCCAL = 0x66,
    REG_PCICR = 0x68,
    REG_TIMSK1 = 0x6F,
    REG_TIMSK2 = 0x70,
    REG_ADCL = 0x78,
    REG_ADCH = 0x79,
    REG_ADCSRA = 0x7A,
    REG_ADMUX = 0x7C,
    REG_TCCR1A = 0x80,
    REG_TCCR3A = 0x90,
    REG_TCCR2A = 0xB0,
    REG_TCCR2B = 0xB1,
    REG_TCNT2 = 0xB2,
    REG_OCR2A = 0xB3,
    REG_OCR2B = 0xB4,
    REG_ASSR = 0xB6,
};

struct part {
    const char *name;    /* as simavr calls it */
    uint16_t usart_base; /* UCSRnA of the ring's USART */
    uint8_t vector_usart_rx;
    uint8_t vector_usart_udre;
    uint8_t vector_usart_tx;
    uint16_t usart1_base; /* UCSR1A, 0 if there is no second USART */
    uint8_t vector_usart1_rx;
    uint8_t vector_usart1_udre;
    uint8_t vector_usart1_tx;
    uint8_t rx1_bit; /* RXD1, on the ring's port */
    uint8_t vector_wdt;
    uint8_t vector_adc;
    uint8_t vector_timer2_ovf;
    uint8_t vector_timer1_capt; /* then COMPA, COMPB, OVF */
    uint8_t vector_pcint;       /* of ring IN's group */
    char rx_port;               /* ring IN */
    uint8_t rx_bit;
    char tx_port; /* ring OUT */
    uint8_t tx_bit;
    char icp_port; /* wired to ring IN */
    uint8_t icp_bit;
    uint8_t pcint_bit; /* bit in PCICR of ring IN's group */
    uint16_t pcmsk;    /* its mask register, bit rx_bit */
    uint16_t ram_start;
    uint8_t adc_ref_internal; /* REFS bits that select 1.1 V */
    uint8_t adc_mux_mask;     /* MUX bits of ADMUX */
    uint8_t adc_band_gap;     /* channel of the 1.1 V reference itself */
};

extern const struct part part_atmega328p;
extern const struct part part_atmega1284p;

#endif
