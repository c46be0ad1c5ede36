/* USART0 sends and receives, Timer1 captures the sync and times the delimiter, a pin change of
 * RXD wakes the board. RXD is wired to ICP1 as well.
 *
 * Receiving costs one short interrupt per byte: it stores the byte and passes the next one on.
 * Only when the link wants to look (each byte of a head frame, else twice a frame) it raises a
 * second interrupt by toggling an unconnected pin (data sheet, "External interrupts": "...will
 * trigger even if the pins are configured as outputs ... a way of generating a software
 * interrupt"), which may take its time without making every byte pay for the saved registers. */
#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/port.h"
#include "common/hal.h"

#define DELIMITER_BITS 2u
#define SYNC_BITS 10u
#define GAP_BITS 8u /* the next board sets its receiver up in this time */

enum open_phase { CLOSED, DELIMITER, SYNC, OPEN };

static struct link *const ring = &board.link;
static volatile enum open_phase phase;
static uint16_t edges[SYNC_EDGES];
static uint8_t edge_count;
static uint8_t *rx_place; /* where the next byte goes */
static uint8_t rx_asked;  /* bytes until the link wants to look */
static uint8_t rx_left;   /* of these */
static uint8_t rx_error;  /* status of the last byte, if it came with an error */

static inline uint16_t bits_to_cycles(uint8_t bits)
{
    return (uint16_t)((uint16_t)(UBRR0L + 1u) * (uint8_t)(8u * bits));
}

static inline void listen_for_edge(bool on)
{
    if (!BOARD_RING_LISTENS)
        return;
    if (on) {
        PCIFR = _BV(RING_PCIE); /* edges seen meanwhile have set the flag; same bit as in PCICR */
        PCICR |= _BV(RING_PCIE);
    } else {
        PCICR &= (uint8_t)~_BV(RING_PCIE);
    }
}

static inline bool in_is_low(void)
{
    return !(RING_RX_PIN & _BV(RING_RX_BIT));
}

void ring_init(void)
{
    RING_PCMSK = _BV(RING_PCMSK_BIT);
    RING_SOFT_PCMSK = _BV(RING_SOFT_PCMSK_BIT);
    RING_SOFT_DDR |= _BV(RING_SOFT_BIT);
    PCICR |= _BV(RING_SOFT_PCIE);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    RING_TX_DDR |= _BV(RING_TX_BIT);
    hal_link_idle();
}

bool ring_may_power_down(void)
{
    if (ring->state == LINK_IDLE)
        return true;
    /* a break holds OUT low by itself; its end is an edge */
    return ring->state == LINK_BREAK && (PCICR & _BV(RING_PCIE)) && in_is_low();
}

/* ---- hal.h ------------------------------------------------------------------------------------ */

void hal_link_break(void)
{
    UCSR0B = 0;
    phase = CLOSED;
    RING_TX_PORT &= (uint8_t)~_BV(RING_TX_BIT);
    edge_count = 0;
    TCCR1A = 0;
    TCCR1B = _BV(CS10); /* capture falling edges */
    TIFR1 = _BV(ICF1) | _BV(TOV1);
    TIMSK1 = (uint8_t)((TIMSK1 & _BV(OCIE1B)) | (BOARD_RING_LISTENS ? _BV(ICIE1) | _BV(TOIE1) : 0));
    listen_for_edge(true);
}

void hal_link_release(uint8_t divisor)
{
    UBRR0 = (uint16_t)(divisor - 1u);
    UCSR0A = _BV(U2X0);
    UCSR0B = _BV(TXEN0); /* the transmitter holds OUT high */
    RING_TX_PORT |= _BV(RING_TX_BIT);
    listen_for_edge(false);
    phase = DELIMITER;
    TCCR1A = 0;
    TCCR1B = _BV(CS10);
    OCR1A = (uint16_t)(TCNT1 + bits_to_cycles(DELIMITER_BITS));
    TIFR1 = _BV(OCF1A);
    TIMSK1 = (uint8_t)((TIMSK1 & ~_BV(ICIE1)) | _BV(OCIE1A));
}

void hal_link_idle(void)
{
    UCSR0B = 0;
    phase = CLOSED;
    RING_TX_PORT |= _BV(RING_TX_BIT); /* high: no current in the next board's coupler */
    TIMSK1 &= _BV(OCIE1B);
    if (!TIMSK1)
        TCCR1B = 0;
    listen_for_edge(true);
}

bool hal_link_ready(void)
{
    return phase == OPEN && (UCSR0A & _BV(UDRE0));
}

/* TXC is cleared behind the write: were it before, the end of the byte on the pin could set it
 * again and this byte would be cut off. */
void hal_link_send(uint8_t byte)
{
    UDR0 = byte;
    UCSR0A = _BV(U2X0) | _BV(TXC0);
}

void hal_link_drain(bool on)
{
    if (on && phase == OPEN)
        UCSR0B |= _BV(UDRIE0);
    else
        UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

void hal_link_notify_sent(void)
{
    UCSR0B |= _BV(TXCIE0);
}

/* ---- interrupts --------------------------------------------------------------------------------- */

ISR(RING_RX_vect)
{
    uint8_t status = UCSR0A;
    uint8_t *place = rx_place;
    uint8_t byte;

    *place++ = UDR0;
    rx_place = place;
    if (status & (_BV(FE0) | _BV(DOR0))) {
        rx_error = status;
        RING_SOFT_TOGGLE = _BV(RING_SOFT_BIT);
    }
    if (--rx_left == 0)
        RING_SOFT_TOGGLE = _BV(RING_SOFT_BIT);
    if (phase == OPEN && (status & _BV(UDRE0)) && link_take_byte(ring, &byte)) {
        UDR0 = byte;
        UCSR0A = _BV(U2X0) | _BV(TXC0);
    }
}

static void ask_for_bytes(void)
{
    rx_place = link_place(ring);
    rx_asked = rx_left = link_wanted(ring);
    rx_error = 0;
}

ISR(RING_SOFT_vect)
{
    if (rx_asked == rx_left)
        return; /* the pin moved for another reason */
    if ((rx_error & _BV(FE0)) && rx_place[-1] == 0)
        link_break_seen(ring);
    else
        link_collected(ring, (uint8_t)(rx_asked - rx_left), rx_error != 0);
    ask_for_bytes();
}

ISR(RING_UDRE_vect)
{
    link_drain(ring);
}

ISR(RING_TX_vect)
{
    UCSR0B &= (uint8_t)~_BV(TXCIE0);
    link_sent(ring);
}

ISR(RING_PCINT_vect)
{
    if (ring->state == LINK_IDLE) {
        if (in_is_low())
            link_break_seen(ring);
    } else {
        /* The break is over, even if this comes so late that IN is low again in the sync; from here
         * on the capture sees every edge. */
        listen_for_edge(false);
    }
}

ISR(TIMER1_CAPT_vect)
{
    uint16_t at = ICR1; /* first: the next edge overwrites it after two bits */

    for (uint8_t i = 0; i < SYNC_EDGES - 1u; i++)
        edges[i] = edges[i + 1u];
    edges[SYNC_EDGES - 1u] = at;
    if (edge_count < SYNC_EDGES - 1u)
        edge_count++;
    else
        link_edges(ring, edges);
}

ISR(TIMER1_COMPA_vect)
{
    if (phase == DELIMITER) {
        ask_for_bytes();
        UCSR0B = BOARD_RING_LISTENS ? _BV(TXEN0) | _BV(RXEN0) | _BV(RXCIE0) : _BV(TXEN0);
        UDR0 = FRAME_SYNC_BYTE;
        OCR1A = (uint16_t)(OCR1A + bits_to_cycles(SYNC_BITS + GAP_BITS));
        phase = SYNC;
        return;
    }
    TIMSK1 &= (uint8_t)~_BV(OCIE1A);
    phase = OPEN;
    link_open(ring);
}

/* While IN is low the break lasts, 100 ms at the far end of a long chain: no silence. */
ISR(TIMER1_OVF_vect)
{
    if (ring->state != LINK_BREAK || !in_is_low())
        link_tick(ring);
}
