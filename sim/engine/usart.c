#include "engine/usart.h"

#include <stddef.h>

#include <sim_io.h>

#include "engine/inside.h"

enum { UCSRA = 0, UCSRB = 1, UBRRL = 4, UBRRH = 5, UDR = 6 }; /* from base */
enum { RXC = 0x80, TXC = 0x40, UDRE = 0x20, FE = 0x10, DOR = 0x08, U2X = 0x02 };
enum { RXCIE = 0x80, TXCIE = 0x40, UDRIE = 0x20, RXEN = 0x10, TXEN = 0x08 };

#define FRAME_BITS 10
#define START_BIT 0x001u
#define STOP_BIT 0x200u

static int64_t bit_ps(const struct usart *u)
{
    return (int64_t)(u->ubrr + 1) * ((u->a & U2X) ? 8 : 16) * u->mcu->period_ps;
}

/* ---- transmitter -------------------------------------------------------------------------------- */

/* Low costs current on both sides of a wire that is whole. */
static void drive(struct usart *u, int64_t at_ps, bool level)
{
    wire_drive(u->out, at_ps, level);
    gauge_set(&u->out_low, !level && !u->out->broken, at_ps);
}

static void drive_frame(struct usart *u, uint8_t byte, int64_t at_ps, int64_t bit)
{
    int lows = FRAME_BITS - 1 - __builtin_popcount(byte);

    wire_drive_frame(u->out, at_ps, bit, byte);
    gauge_set(&u->out_low, false, at_ps);
    if (!u->out->broken)
        u->out_low.sum_ps += lows * bit;
    gauge_set(&u->out_low, false, at_ps + (FRAME_BITS - 1) * bit);
}

static void show_port_level(struct usart *u, int64_t at_ps)
{
    if ((u->b & TXEN) || u->shifting)
        return;
    drive(u, at_ps, u->port_level);
}

static void shift_out(struct usart *u, uint8_t byte, int64_t at_ps)
{
    int64_t bit = bit_ps(u);

    u->shifting = true;
    u->bytes_sent++;
    drive_frame(u, byte, at_ps, bit);
    source_plan(&u->tx_done, at_ps + FRAME_BITS * bit);
}

/* UDRE and RXC are levels: the interrupt comes again as long as they stand. */
static void raise_levels(struct usart *u)
{
    avr_t *avr = u->mcu->avr;

    if ((u->b & UDRIE) && !u->buffered)
        inside_raise(avr, u->udre_vector);
    if ((u->b & RXCIE) && u->fifo_fill > 0)
        inside_raise(avr, u->rx_vector);
}

static void tx_finished(void *ctx, int64_t at_ps)
{
    struct usart *u = ctx;

    u->shifting = false;
    if (u->buffered) {
        u->buffered = false;
        shift_out(u, u->buffer, at_ps);
        raise_levels(u);
        return;
    }
    u->txc = true;
    inside_raise(u->mcu->avr, u->tx_vector);
    show_port_level(u, at_ps);
}

static void write_udr(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct usart *u = param;

    (void)addr;
    if (!(u->b & TXEN) || u->buffered)
        return; /* silicon ignores a write with the buffer full */
    if (u->shifting) {
        u->buffered = true;
        u->buffer = v;
        inside_clear(avr, u->udre_vector);
        return;
    }
    shift_out(u, v, mcu_now_ps(u->mcu));
    inside_clear(avr, u->udre_vector);
    raise_levels(u);
}

/* ---- receiver ----------------------------------------------------------------------------------- */

static void plan_reception(struct usart *u)
{
    int64_t fall_ps;

    if (!(u->b & RXEN))
        return;
    fall_ps = wire_next_fall(u->in, u->rx_from_ps);
    if (fall_ps == WIRE_NEVER)
        return;
    /* the edge is seen at the next of eight (sixteen) sample clocks of a bit */
    u->rx_fall_ps = fall_ps;
    u->rx_start_ps = fall_ps + bit_ps(u) / 16;
    source_plan(&u->rx_done, u->rx_start_ps + (9 * 16 + 10) * bit_ps(u) / 16);
}

/* Majority of three samples around the middle of bit i: samples 4, 5, 6 of 8. */
static bool sample(const struct usart *u, struct wire_cursor *cursor, int i, int64_t bit)
{
    int64_t middle_ps = u->rx_start_ps + i * bit + bit / 2;
    int high = wire_cursor_level(cursor, middle_ps - bit / 8);

    high += wire_cursor_level(cursor, middle_ps);
    high += wire_cursor_level(cursor, middle_ps + bit / 8);
    return high >= 2;
}

/* Start bit, byte and stop bit, from bit 0 on. */
static unsigned sampled_frame(const struct usart *u, int64_t bit)
{
    int64_t eighth = bit / 8;
    struct wire_cursor cursor;
    unsigned levels = 0;

    if (wire_frame(u->in, u->rx_start_ps + bit / 2 - eighth, bit, 2 * eighth, &levels))
        return levels;
    levels = 0;
    wire_cursor_start(&cursor, u->in);
    for (int i = 0; i < FRAME_BITS; i++)
        levels |= (unsigned)sample(u, &cursor, i, bit) << i;
    return levels;
}

/* Whether bit i is certain however the sample clock lies: sample 4 of 8 the moment it begins, sample 5
 * when it ends. Gives the limits of the data sheet, "Recommended maximum receiver baud rate error for
 * double speed mode", D = 8: 9 * 8 / (7 + 8 * 8 + 4) = 96.0 % and 10 * 8 / (9 * 8 + 5) = 103.9 %. */
static bool certain(const struct usart *u, struct wire_cursor *cursor, int i)
{
    int64_t bit = bit_ps(u);
    bool first = wire_cursor_level(cursor, u->rx_fall_ps + i * bit + 3 * bit / 8);

    return wire_cursor_level(cursor, u->rx_fall_ps + i * bit + 5 * bit / 8) == first;
}

static void put_fifo(struct usart *u, struct usart_char c)
{
    if (u->fifo_fill == 2) {
        if (u->waiting_full) {
            u->overrun = true;
            u->overruns++;
        }
        u->waiting = c;
        u->waiting_full = true;
        return;
    }
    u->fifo[u->fifo_fill++] = c;
    raise_levels(u);
}

static void byte_received(void *ctx, int64_t at_ps)
{
    struct usart *u = ctx;
    struct usart_char c;
    struct wire_cursor cursor;
    int64_t bit = bit_ps(u);
    unsigned frame;

    if (!(u->b & RXEN))
        return;
    if (u->rx_start_ps < u->mcu->thawed_ps) {
        u->rx_from_ps = u->mcu->thawed_ps;
        plan_reception(u);
        return;
    }
    u->rx_from_ps = at_ps;
    frame = sampled_frame(u, bit);
    if (!(frame & START_BIT)) {
        c = (struct usart_char){ .byte = (uint8_t)(frame >> 1),
                                 .framing_error = !(frame & STOP_BIT) };
        wire_cursor_start(&cursor, u->in);
        for (int i = 1; u->strict && i < FRAME_BITS; i++)
            c.framing_error = c.framing_error || !certain(u, &cursor, i);
        u->bytes_received++;
        u->framing_errors += c.framing_error;
        put_fifo(u, c);
    } else {
        u->rx_from_ps = u->rx_start_ps + bit; /* a spike, no start bit */
    }
    wire_forget(u->in, u->rx_from_ps - 2 * bit);
    plan_reception(u);
}

static uint8_t read_udr(avr_t *avr, avr_io_addr_t addr, void *param)
{
    struct usart *u = param;
    uint8_t byte = u->fifo[0].byte;

    (void)addr;
    inside_clear(avr, u->rx_vector);
    if (u->fifo_fill == 0)
        return byte;
    u->overrun = false;
    u->fifo[0] = u->fifo[1];
    u->fifo_fill--;
    if (u->waiting_full) {
        u->fifo[u->fifo_fill++] = u->waiting;
        u->waiting_full = false;
    }
    raise_levels(u);
    return byte;
}

/* ---- registers ---------------------------------------------------------------------------------- */

static uint8_t read_ucsra(avr_t *avr, avr_io_addr_t addr, void *param)
{
    struct usart *u = param;
    uint8_t v = u->a & U2X;

    (void)avr;
    (void)addr;
    if (u->fifo_fill > 0)
        v |= (uint8_t)(RXC | (u->fifo[0].framing_error ? FE : 0) | (u->overrun ? DOR : 0));
    if (u->txc)
        v |= TXC;
    if (!u->buffered)
        v |= UDRE;
    return v;
}

static void write_ucsra(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct usart *u = param;

    avr->data[addr] = v & U2X;
    u->a = v & U2X;
    if (v & TXC) {
        u->txc = false;
        inside_clear(avr, u->tx_vector);
    }
}

static void receiver_off(struct usart *u)
{
    source_plan(&u->rx_done, INT64_MAX);
    u->fifo_fill = 0;
    u->waiting_full = u->overrun = false;
    inside_clear(u->mcu->avr, u->rx_vector);
}

static void write_ucsrb(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct usart *u = param;
    uint8_t changed = u->b ^ v;
    int64_t now_ps = mcu_now_ps(u->mcu);

    avr->data[addr] = v;
    u->b = v;
    if ((changed & RXEN) && (v & RXEN)) {
        u->rx_from_ps = now_ps;
        plan_reception(u);
    }
    if ((changed & RXEN) && !(v & RXEN))
        receiver_off(u);
    if ((changed & TXEN) && (v & TXEN) && !u->shifting)
        drive(u, now_ps, true);
    if ((changed & TXEN) && !(v & TXEN)) {
        u->buffered = false; /* the byte on the pin is finished, then the port has the pin again */
        show_port_level(u, now_ps);
    }
    if ((v & TXCIE) && u->txc)
        inside_raise(avr, u->tx_vector);
    raise_levels(u);
}

static void write_ubrr(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct usart *u = param;

    avr->data[addr] = v;
    if (addr == u->base + UBRRH)
        u->ubrr = (uint16_t)((u->ubrr & 0xFF) | (v & 0x0F) << 8);
    else
        u->ubrr = (uint16_t)((u->ubrr & 0xF00) | v);
}

/* TXC's interrupt clears the flag by being served. */
static void tx_interrupt_runs(avr_irq_t *irq, uint32_t value, void *param)
{
    struct usart *u = param;

    (void)irq;
    if (value)
        u->txc = false;
}

/* ---- building ----------------------------------------------------------------------------------- */

void usart_port_level(struct usart *u, bool level)
{
    u->port_level = level;
    show_port_level(u, mcu_now_ps(u->mcu));
}

void usart_wire_grew(struct usart *u)
{
    if (u->rx_done.due_ps == INT64_MAX)
        plan_reception(u);
}

void usart_reset(struct usart *u)
{
    int64_t now_ps = mcu_now_ps(u->mcu);

    u->a = u->b = 0;
    u->ubrr = 0;
    u->shifting = u->buffered = u->txc = false;
    u->fifo_fill = 0;
    u->waiting_full = u->overrun = false;
    u->port_level = true;
    u->rx_from_ps = now_ps;
    drive(u, now_ps, true);
}

static void own_registers(struct usart *u)
{
    uint16_t base = u->base;

    mcu_own_register(u->mcu, (uint16_t)(base + UCSRA), read_ucsra, write_ucsra, u);
    mcu_own_register(u->mcu, (uint16_t)(base + UCSRB), NULL, write_ucsrb, u);
    mcu_own_register(u->mcu, (uint16_t)(base + UBRRL), NULL, write_ubrr, u);
    mcu_own_register(u->mcu, (uint16_t)(base + UBRRH), NULL, write_ubrr, u);
    mcu_own_register(u->mcu, (uint16_t)(base + UDR), read_udr, write_udr, u);
}

void usart_init(struct usart *u, struct mcu *m, const struct usart_unit *unit, struct wire *in,
                struct wire *out)
{
    *u = (struct usart){ .mcu = m, .base = unit->base, .in = in, .out = out, .port_level = true };
    u->strict = unit->strict;
    u->rx_vector = mcu_vector(m, unit->vector_rx);
    u->udre_vector = mcu_vector(m, unit->vector_udre);
    u->tx_vector = mcu_vector(m, unit->vector_tx);
    mcu_add_source(m, &u->tx_done, tx_finished, u, ALIVE_CLOCKED);
    mcu_add_source(m, &u->rx_done, byte_received, u, ALIVE_CLOCKED);
    own_registers(u);
    avr_irq_register_notify(u->tx_vector->irq + AVR_INT_IRQ_RUNNING, tx_interrupt_runs, u);
}

static void char_state(struct usart_char *c, struct state *s)
{
    STATE(s, c->byte);
    STATE(s, c->framing_error);
}

void usart_state(struct usart *u, struct state *s)
{
    STATE(s, u->a);
    STATE(s, u->b);
    STATE(s, u->ubrr);
    STATE(s, u->shifting);
    STATE(s, u->buffered);
    STATE(s, u->buffer);
    STATE(s, u->txc);
    STATE(s, u->port_level);
    gauge_state(&u->out_low, s);
    STATE(s, u->rx_from_ps);
    STATE(s, u->rx_fall_ps);
    STATE(s, u->rx_start_ps);
    char_state(&u->fifo[0], s);
    char_state(&u->fifo[1], s);
    char_state(&u->waiting, s);
    STATE(s, u->fifo_fill);
    STATE(s, u->waiting_full);
    STATE(s, u->overrun);
    STATE(s, u->bytes_sent);
    STATE(s, u->bytes_received);
    STATE(s, u->framing_errors);
    STATE(s, u->overruns);
}
