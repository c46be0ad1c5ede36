#include "common/avr/app_port.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "board.h"
#include "common/avr/cpu_clock.h"
#include "common/avr/port.h"
#include "common/hal.h"

#ifdef BOARD_APP_PORT

#define RX_SIZE 128u /* powers of two */
#define TX_SIZE 256u
#define RX_ASK (RX_SIZE / 2u)
#define TX_ASK (TX_SIZE / 2u)

static volatile uint8_t rx[RX_SIZE];
static volatile uint8_t rx_in;
static volatile uint8_t rx_out;
static volatile uint8_t tx[TX_SIZE];
static volatile uint8_t tx_in;
static volatile uint8_t tx_out;
static volatile bool heard;
static volatile bool sending;

_Static_assert(TX_SIZE == 256u, "indices wrap by themselves");

static bool slow;

static uint16_t divisor(uint32_t baud)
{
    uint32_t hz = (uint32_t)cpu_clock_cycles() * CPU_CLOCK_PER_SECOND;
    return (uint16_t)((hz + 4u * baud) / (8u * baud));
}

static uint16_t wanted_ubrr(void)
{
    return (uint16_t)(divisor(slow ? APP_PORT_SLOW_BAUD : APP_PORT_BAUD) - 1u);
}

/* The fast rate is taken within 2.0 % and left beyond 2.5 %. */
static bool too_far_off(void)
{
    uint16_t n = divisor(APP_PORT_BAUD);
    uint32_t off_hz = (uint32_t)cpu_clock_cycles() * CPU_CLOCK_PER_SECOND;
    uint32_t right_hz = 8u * APP_PORT_BAUD * n;

    off_hz = off_hz > right_hz ? off_hz - right_hz : right_hz - off_hz;
    return off_hz > right_hz / (slow ? 50u : 40u);
}

void app_port_init(void)
{
    UBRR1 = wanted_ubrr();
    UCSR1A = _BV(U2X1);
    UCSR1C = _BV(UCSZ11) | _BV(UCSZ10);
    UCSR1B = _BV(RXCIE1) | _BV(TXCIE1) | _BV(RXEN1) | _BV(TXEN1);
}

void app_port_follow_clock(bool may_change)
{
    uint16_t wanted;

    if (may_change && !sending)
        slow = too_far_off();
    wanted = wanted_ubrr();
    if (!sending && UBRR1 != wanted)
        UBRR1 = wanted;
}

/* ---- receiving -------------------------------------------------------------------------------- */

/* What does not fit, and what is damaged, leaves a mark where it is missing: a line with a hole must
 * not pass for another one. */
ISR(APP_RX_vect)
{
    uint8_t status = UCSR1A;
    uint8_t byte = UDR1;
    uint8_t in = rx_in;
    uint8_t count = (uint8_t)(in - rx_out);

    heard = true;
    if (status & (_BV(FE1) | _BV(DOR1)))
        byte = APP_PORT_DAMAGED;
    if (count == RX_SIZE) {
        rx[(uint8_t)(in - 1u) & (RX_SIZE - 1u)] = APP_PORT_DAMAGED;
        return;
    }
    rx[in & (RX_SIZE - 1u)] = byte;
    rx_in = (uint8_t)(in + 1u);
    if (byte == '\r' || byte == '\n' || count >= RX_ASK)
        port_ask();
}

bool app_port_read(uint8_t *byte)
{
    uint8_t irq = hal_irq_save();
    bool any = rx_out != rx_in;

    if (any) {
        *byte = rx[rx_out & (RX_SIZE - 1u)];
        rx_out++;
    }
    hal_irq_restore(irq);
    return any;
}

bool app_port_heard(void)
{
    uint8_t irq = hal_irq_save();
    bool was = heard;

    heard = false;
    hal_irq_restore(irq);
    return was;
}

/* ---- sending ---------------------------------------------------------------------------------- */

ISR(APP_UDRE_vect)
{
    uint8_t out = tx_out;

    if (out == tx_in) {
        UCSR1B &= (uint8_t)~_BV(UDRIE1);
        return;
    }
    UDR1 = tx[out];
    tx_out = (uint8_t)(out + 1u);
    if ((uint8_t)(tx_in - out) == TX_ASK)
        port_ask();
}

/* The last bit is on its way: only now may the clock stop. */
ISR(APP_TX_vect)
{
    if (tx_out != tx_in)
        return;
    sending = false;
    port_ask();
}

uint8_t app_port_room(void)
{
    return (uint8_t)(TX_SIZE - 1u - (uint8_t)(tx_in - tx_out));
}

void app_port_write(const char *bytes, uint8_t size)
{
    uint8_t in = tx_in;

    while (size--)
        tx[in++] = (uint8_t)*bytes++;
    uint8_t irq = hal_irq_save();
    tx_in = in;
    sending = true;
    UCSR1B |= _BV(UDRIE1);
    hal_irq_restore(irq);
}

bool app_port_sending(void)
{
    return sending;
}

/* ---- sleep ------------------------------------------------------------------------------------ */

/* The interrupt is the ring's, which finds IN high and goes. In a break it takes the edge for the end
 * of the break, and the board stays in idle for the rest of it. */
void app_port_before_sleep(void)
{
    APP_PCMSK |= _BV(APP_PCMSK_BIT);
}

/* The clock runs again 6 cycles behind the edge, the start bit lasts 26 us. */
void app_port_after_sleep(void)
{
    APP_PCMSK &= (uint8_t)~_BV(APP_PCMSK_BIT);
    if (!(APP_RX_PIN & _BV(APP_RX_BIT)))
        heard = true;
}

#endif
