/* USART0 sends and receives, Timer1 captures the sync and times the delimiter, a pin change of
 * RXD wakes the board. RXD is wired to ICP1 as well.
 *
 * Receiving costs one short interrupt per byte: it stores the byte and passes the next one on.
 * Only when the link wants to look (each byte of a head frame, else each whole frame) it leaves its
 * work to a second one, which may take its time without making every byte pay for the saved
 * registers. */
#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/isr.h"
#include "common/avr/port.h"
#include "common/hal.h"

#define DELIMITER_BITS 2u
#define SYNC_BITS 10u
#define GAP_BITS 8u       /* the next board sets its receiver up in this time */
#define BREAK_LOOKS 32u   /* of 5 cycles: 40 us at 4 MHz */
#define ASK_OVERFLOWS 16u /* of Timer1: the main loop runs every 0.26 s; a power of two */

static struct link *const ring = &board.link;
static uint16_t edges[SYNC_EDGES];
_Static_assert(SYNC_EDGES == 5, "captured() moves them one by one");
static uint8_t edge_count;

/* GPIOR0, see also port.h: the line has been released, the sync is out. */
#define RING_RELEASED 1
#define RING_OPEN 2

/* Where the next received byte goes; the link looks when the address reaches a multiple of eight. */
#define RX_PLACE_LOW GPIOR1
#define RX_PLACE_HIGH GPIOR2
/* Before that, while the capture waits for the sync, the same two hold its last time. */
#define CAPTURED_LOW GPIOR1
#define CAPTURED_HIGH GPIOR2

static inline uint16_t bits_to_cycles(uint8_t bits)
{
    return (uint16_t)((uint8_t)(UBRR0L + 1u) * (uint8_t)(8u * bits));
}

static inline void listen_for_edge(bool on)
{
    if (!BOARD_RING_FOLLOWS)
        return;
    if (on) {
        PCIFR = _BV(RING_PCIE); /* edges seen meanwhile have set the flag; same bit as in PCICR */
        PCICR |= _BV(RING_PCIE);
    } else {
        PCICR &= (uint8_t)~_BV(RING_PCIE);
    }
}

static inline bool is_open(void)
{
    return GPIOR0 & _BV(RING_OPEN);
}

static inline void closed(void)
{
    GPIOR0 &= (uint8_t)~_BV(RING_OPEN);
    GPIOR0 &= (uint8_t)~_BV(RING_RELEASED);
}

/* Compare B of the timer paces a measurement, which may outlast the round that asked for it. */
static inline uint8_t measuring(void)
{
    return TIMSK1 & _BV(OCIE1B);
}

static inline bool in_is_low(void)
{
    return !(RING_RX_PIN & _BV(RING_RX_BIT));
}

/* The edge of a break, and not of a disturbance: low in all looks, which with the way here from the
 * edge take more than one and less than three bits. What a board took for a break would cut off the
 * round of all boards behind it that are still sending, and run on for 16 to 33 ms at each of them. */
static bool stays_low(void)
{
    for (uint8_t looks = BREAK_LOOKS; looks; looks--)
        if (!in_is_low())
            return false;
    return true;
}

static inline void ask_for_bytes(void)
{
    uint16_t place = (uint16_t)(BOARD_RING_FOLLOWS ? link_place(ring) : link_return_place(ring));

    RX_PLACE_LOW = (uint8_t)place;
    RX_PLACE_HIGH = (uint8_t)(place >> 8);
}

void ring_init(void)
{
    RING_PCMSK = _BV(RING_PCMSK_BIT);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    RING_TX_DDR |= _BV(RING_TX_BIT);
    hal_link_idle();
}

bool ring_may_power_down(void)
{
    if (ring->state == LINK_IDLE)
        return true;
    if (ring->state != LINK_BREAK || !(PCICR & _BV(RING_PCIE)))
        return false;
    return in_is_low(); /* a break holds OUT low by itself; its end is an edge */
}

/* ---- hal.h ------------------------------------------------------------------------------------ */

void hal_link_break(void)
{
    UCSR0B = 0;
    closed();
    RING_TX_PORT &= (uint8_t)~_BV(RING_TX_BIT);
    edge_count = 0;
    TCCR1A = 0;
    TCCR1B = _BV(CS10); /* capture falling edges */
    TIFR1 = _BV(ICF1) | _BV(TOV1);
    TIMSK1 = (uint8_t)(measuring() | (BOARD_RING_FOLLOWS ? _BV(ICIE1) | _BV(TOIE1) : 0));
    listen_for_edge(true);
}

void hal_link_release(uint8_t divisor)
{
    UBRR0L = (uint8_t)(divisor - 1u); /* its upper half stays 0 */
    UCSR0A = _BV(U2X0);
    UCSR0B = _BV(TXEN0); /* the transmitter holds OUT high */
    RING_TX_PORT |= _BV(RING_TX_BIT);
    listen_for_edge(false);
    closed();
    TCCR1A = 0;
    TCCR1B = _BV(CS10);
    OCR1A = (uint16_t)(TCNT1 + bits_to_cycles(DELIMITER_BITS));
    TIFR1 = _BV(OCF1A);
    TIMSK1 = (uint8_t)((TIMSK1 & ~_BV(ICIE1)) | _BV(OCIE1A));
}

void hal_link_idle(void)
{
    UCSR0B = 0;
    closed();
    RING_TX_PORT |= _BV(RING_TX_BIT); /* high: no current in the next board's coupler */
    TIMSK1 = measuring();
    if (!TIMSK1)
        TCCR1B = 0;
    listen_for_edge(true);
}

void hal_link_resume(uint8_t divisor)
{
    listen_for_edge(false);
    UBRR0L = (uint8_t)(divisor - 1u);
    ask_for_bytes();
    UCSR0B = _BV(TXEN0) | _BV(RXEN0) | _BV(RXCIE0);
    GPIOR0 |= _BV(RING_OPEN);
}

void hal_link_wait(void)
{
    TCCR1A = 0;
    TCCR1B = _BV(CS10);
    TIFR1 = _BV(TOV1);
    TIMSK1 |= _BV(TOIE1);
}

bool hal_link_ready(void)
{
    return is_open() && (UCSR0A & _BV(UDRE0));
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
    if (on && is_open())
        UCSR0B |= _BV(UDRIE0);
    else
        UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

void hal_link_event(void)
{
    port_ask();
}

void hal_link_notify_sent(void)
{
    UCSR0B |= _BV(TXCIE0);
}

/* ---- interrupts --------------------------------------------------------------------------------- */

static inline void look(void)
{
    if (BOARD_RING_FOLLOWS)
        link_collected(ring);
    else
        link_return_collected(ring);
    ask_for_bytes();
}

/* The two other ends of RING_RX_vect. */
__attribute__((used)) static void ring_bytes(void)
{
    look();
}

__attribute__((used)) static void ring_error(void)
{
    uint8_t status = UCSR0A;
    uint8_t *place = (uint8_t *)(uint16_t)(RX_PLACE_LOW | (uint16_t)(RX_PLACE_HIGH << 8));
    uint8_t byte = UDR0;

    *place++ = byte;
    RX_PLACE_LOW = (uint8_t)(uint16_t)place;
    if ((status & _BV(FE0)) && byte == 0) {
        if (BOARD_RING_FOLLOWS)
            link_break_seen(ring);
        ask_for_bytes();
        return;
    }
    link_line_error(ring);
    if (((uint16_t)place & (FRAME_STREAM_SIZE - 1u)) == 0)
        look();
}

/* Each received byte of the stream passes here, 2000 times a second near the end of a long chain.
 * Registers r2 to r5 belong to this interrupt alone (Makefile, AVR_CFLAGS; `make lint` checks the
 * images): it saves nothing in RAM. 43 cycles with a byte to send, and 11 before: 4 to wake, 4 of
 * response, 3 of the vector's jump. TXC is not cleared here as in hal_link_send(), by which the last
 * byte of a round always leaves. */
ISR(RING_RX_vect, ISR_NAKED)
{
    __asm__ volatile(
        "in    r2, %[sreg]       \n"    /* 1 */
        "mov   r3, r24           \n"    /* 1 */
        "movw  r4, r30           \n"    /* 1 */
        "lds   r24, %[ucsra]     \n"    /* 2 */
        "bst   r24, %[udre]      \n"    /* 1 */
        "andi  r24, %[errors]    \n"    /* 1 */
        "brne  2f                \n"    /* 1 */
        "in    r30, %[low]       \n"    /* 1 */
        "in    r31, %[high]      \n"    /* 1 */
        "lds   r24, %[udr]       \n"    /* 2 */
        "st    Z+, r24           \n"    /* 2 */
        "out   %[low], r30       \n"    /* 1 */
        "andi  r30, 7            \n"    /* 1 */
        "breq  3f                \n"    /* 1 */
        "brtc  1f                \n"    /* 1 */
        "lds   r30, %[out]       \n"    /* 2 */
        "lds   r24, %[in]        \n"    /* 2 */
        "cp    r30, r24          \n"    /* 1 */
        "breq  1f                \n"    /* 1 */
        "mov   r24, r30          \n"    /* 1 */
        "subi  r24, -1           \n"    /* 1 */
        "andi  r24, %[mask]      \n"    /* 1 */
        "sts   %[out], r24       \n"    /* 2 */
        "ldi   r31, 0            \n"    /* 1 */
        "subi  r30, lo8(-(%[queue]))\n" /* 1 */
        "sbci  r31, hi8(-(%[queue]))\n" /* 1 */
        "ld    r24, Z            \n"    /* 2 */
        "sts   %[udr], r24       \n"    /* 2 */
        "1:                      \n"
        "movw  r30, r4           \n" /* 1 */
        "mov   r24, r3           \n" /* 1 */
        "out   %[sreg], r2       \n" /* 1 */
        "reti                    \n" /* 4 */
        "2:                      \n"
        "ldi   r30, pm_lo8(%x[error])\n"
        "ldi   r31, pm_hi8(%x[error])\n"
        "rjmp  4f                \n"
        "3:                      \n"
        "ldi   r30, pm_lo8(%x[bytes])\n"
        "ldi   r31, pm_hi8(%x[bytes])\n"
        "4:                      \n"
        "push  r4                \n"
        "push  r5                \n"
        "mov   r24, r3           \n"
        "out   %[sreg], r2       \n"
        "jmp   isr_shared        \n" ::[sreg] "I"(_SFR_IO_ADDR(SREG)),
        [ucsra] "n"(_SFR_MEM_ADDR(UCSR0A)), [udr] "n"(_SFR_MEM_ADDR(UDR0)), [udre] "I"(UDRE0),
        [errors] "M"(_BV(FE0) | _BV(DOR0)), [low] "I"(_SFR_IO_ADDR(RX_PLACE_LOW)),
        [high] "I"(_SFR_IO_ADDR(RX_PLACE_HIGH)), [queue] "i"(board.link.queue),
        [in] "i"(&board.link.queue_in), [out] "i"(&board.link.queue_out),
        [mask] "M"(LINK_QUEUE_SIZE - 1u), [bytes] "i"(ring_bytes), [error] "i"(ring_error));
}

static void drain(void)
{
    link_drain(ring);
}
ISR_CALLS(RING_UDRE_vect, drain)

/* Where no ticks run nothing else would end a state, whatever the memory says. */
static bool waits_for_edge(void)
{
    return !(TIMSK1 & _BV(TOIE1)) || ring->state == LINK_IDLE || ring->state == LINK_WAIT ||
           ring->heading;
}

/* One that began while nobody looked has no edge left. */
static void look_for_break(void)
{
    if (BOARD_RING_FOLLOWS && waits_for_edge() && stays_low())
        link_break_seen(ring);
}

static void sent(void)
{
    UCSR0B &= (uint8_t)~_BV(TXCIE0);
    link_sent(ring);
    look_for_break();
}
ISR_CALLS(RING_TX_vect, sent)

/* The sync follows within a millisecond: from 0 on, the timer does not overflow in it, and the delimiter's
 * compare is not near an overflow either. An overflow on the way here would take the time of the first edge: that
 * tick is left out. Not when that would stretch a step of the measurement that this round waits for. */
static inline void start_timer_anew(void)
{
    if (edge_count == 0 && !(TIFR1 & _BV(ICF1)) && (ring->own_ready || !measuring())) {
        TCNT1 = 0;
        TIFR1 = _BV(TOV1);
    }
}

static void pin_changed(void)
{
    watchdog_awake();
    if (!BOARD_RING_FOLLOWS)
        return;
    if (waits_for_edge()) {
        look_for_break();
    } else {
        /* The break is over, even if this comes so late that IN is low again in the sync; from here
         * on the capture sees every edge. */
        listen_for_edge(false);
        start_timer_anew();
    }
}
ISR_CALLS(RING_PCINT_vect, pin_changed)

static void captured(void)
{
    uint16_t at = (uint16_t)(CAPTURED_LOW | (uint16_t)(CAPTURED_HIGH << 8));

    if (!BOARD_RING_FOLLOWS)
        return;
    edges[0] =
        edges[1]; /* no loop: each edge must be dealt with within two bits, 170 cycles at worst */
    edges[1] = edges[2];
    edges[2] = edges[3];
    edges[3] = edges[4];
    edges[4] = at;
    if (edge_count < SYNC_EDGES - 1u)
        edge_count++;
    else
        link_edges(ring, edges);
}
/* ICR1 first: the next edge overwrites it after two bits */
ISR_CALLS_AFTER(TIMER1_CAPT_vect, captured,
                "lds  r30, %[icr]           \n"
                "lds  r31, %[icr] + 1       \n"
                "out  %[low], r30           \n"
                "out  %[high], r31          \n",
                [icr] "n"(_SFR_MEM_ADDR(ICR1)), [low] "I"(_SFR_IO_ADDR(CAPTURED_LOW)),
                [high] "I"(_SFR_IO_ADDR(CAPTURED_HIGH)))

static inline void receive(void)
{
    ask_for_bytes();
    UCSR0B |= _BV(RXEN0) | _BV(RXCIE0);
}

static void delimited(void)
{
    if (!(GPIOR0 & _BV(RING_RELEASED))) {
        if (BOARD_RING_FOLLOWS) {
            receive();
            if (in_is_low()) { /* a break that began before that has no edge left */
                link_break_seen(ring);
                return;
            }
        }
        UDR0 = FRAME_SYNC_BYTE;
        /* from now on and not from OCR1A: a move of the oscillator may have made us late, and the
         * next board needs the whole gap for its own */
        OCR1A = (uint16_t)(TCNT1 + bits_to_cycles(SYNC_BITS + GAP_BITS));
        GPIOR0 |= _BV(RING_RELEASED);
        return;
    }
    TIMSK1 &= (uint8_t)~_BV(OCIE1A);
    GPIOR0 |= _BV(RING_OPEN);
    if (!BOARD_RING_FOLLOWS)
        receive(); /* its own round, from the last board: not before the line is its own */
    link_open(ring);
}
ISR_CALLS(TIMER1_COMPA_vect, delimited)

/* It seemed to be over, and is none of the low bits of a sync: the board may sleep again, by which a break that
 * lasts is measured again, and it is measured again at once. */
static void listen_again(void)
{
    if ((PCICR & _BV(RING_PCIE)) || !stays_low())
        return;
    edge_count = 0;
    listen_for_edge(true);
    link_break_lasts(ring);
}

/* While IN is low the break lasts, 100 ms at the far end of a long chain: no silence. */
static void overflowed(void)
{
    static uint8_t overflows;

    /* a board before that babbles would keep the main loop, and the watchdog's food, away for ever */
    if ((++overflows & (ASK_OVERFLOWS - 1u)) == 0)
        port_ask();
    if (!BOARD_RING_FOLLOWS)
        return;
    if (ring->state == LINK_BREAK && in_is_low()) {
        listen_again();
        return;
    }
    link_tick(ring);
    look_for_break();
}
ISR_CALLS(TIMER1_OVF_vect, overflowed)
