/* A USART as silicon has it, instead of simavr's: real bit times on a wire, a receiver that samples
 * three times in the middle of each bit at its own rate, a two byte receive buffer with overrun,
 * a transmitter with one byte of buffer, flags as in the data sheet, "USART0". 8N1 only. A start bit that
 * falls while the clock stands is not seen.
 * The pins themselves are ring_pins.h's. */
#ifndef SIM_ENGINE_USART_H
#define SIM_ENGINE_USART_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/gauge.h"
#include "engine/mcu.h"
#include "engine/wire.h"

/* Where one of a chip's USARTs is: address of UCSRnA, numbers of its vectors. */
struct usart_unit {
    uint16_t base;
    uint8_t vector_rx;
    uint8_t vector_udre;
    uint8_t vector_tx;
    bool strict; /* stands no more than the data sheet promises */
};

struct usart {
    struct mcu *mcu;
    uint16_t base;
    struct wire *in;
    struct wire *out;
    avr_int_vector_t *rx_vector;
    avr_int_vector_t *udre_vector;
    avr_int_vector_t *tx_vector;
    bool strict;
    uint8_t a; /* UCSRA: U2X; flags are made from the state below */
    uint8_t b;
    uint16_t ubrr;
    /* transmitter */
    struct source tx_done;
    bool shifting;
    bool buffered;
    uint8_t buffer;
    bool txc;
    bool port_level;      /* what the pin shows when the transmitter does not own it */
    struct gauge out_low; /* what is announced for later counts as done */
    /* receiver */
    struct source rx_done;
    int64_t rx_from_ps;  /* looks for a start bit from here on */
    int64_t rx_fall_ps;  /* the edge that */
    int64_t rx_start_ps; /* start bit of the byte being received */
    struct usart_char {
        uint8_t byte;
        bool framing_error;
    } fifo[2], waiting;
    int fifo_fill;
    bool waiting_full; /* a third byte in the shift register */
    bool overrun;
    /* statistics */
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint64_t framing_errors;
    uint64_t overruns;
};

void usart_init(struct usart *u, struct mcu *m, const struct usart_unit *unit, struct wire *in,
                struct wire *out);
void usart_reset(struct usart *u);
/* The port asks for this level on TXD (high for an input: the pull-up of the next board). */
void usart_port_level(struct usart *u, bool level);
static inline bool usart_receives(const struct usart *u)
{
    return (u->b & 0x10) != 0;
}
/* The sender of the incoming wire has been simulated further. */
void usart_wire_grew(struct usart *u);
void usart_state(struct usart *u, struct state *s);

#endif
