#include "engine/ring_pins.h"

#include <stddef.h>

#include <avr_ioport.h>
#include <sim_interrupts.h>
#include <sim_io.h>

#define ICIE1 0x20
#define TIMER1_FLAGS 4
#define PIN_CHANGE_GROUPS 3 /* looked at: up to ring IN's; the vectors follow each other */

/* ---- IN ----------------------------------------------------------------------------------------- */

static void show_level(struct ring_pins *p, bool level, int64_t at_ps)
{
    avr_t *avr = p->mcu->avr;
    avr_cycle_count_t cycle = avr->cycle;
    avr_cycle_count_t late = 0;

    /* the capture unit latches the timer at the edge, not at the end of the instruction */
    if (!p->mcu->frozen && mcu_now_ps(p->mcu) > at_ps)
        late = (avr_cycle_count_t)((mcu_now_ps(p->mcu) - at_ps) / p->mcu->period_ps);
    avr->cycle = cycle - late;
    avr_raise_irq(p->icp_pin, level);
    avr->cycle = cycle;
    if (p->rx_pin->value != level)
        avr_raise_irq(p->rx_pin, level);
}

static void plan_edge(struct ring_pins *p)
{
    bool level;

    if (p->edges_wanted)
        source_plan(&p->edge, wire_next_edge(p->in, p->edge_from_ps, &level));
}

static void edge_came(void *ctx, int64_t at_ps)
{
    struct ring_pins *p = ctx;

    p->edge_from_ps = at_ps + 1;
    show_level(p, wire_level(p->in, at_ps), at_ps);
    if (!usart_receives(p->usart))
        wire_forget(p->in, at_ps);
    plan_edge(p);
}

/* Brings the pins up to date without waiting for an edge; two edges in between leave no trace on
 * the level, but set the change flag. */
static void catch_up(struct ring_pins *p)
{
    int64_t now_ps = mcu_now_ps(p->mcu);
    bool level;
    bool moved;

    if (p->edges_wanted)
        return;
    moved = wire_next_edge(p->in, p->edge_from_ps, &level) <= now_ps;
    level = wire_level(p->in, now_ps);
    if (moved && p->rx_pin->value == level)
        show_level(p, !level, now_ps);
    p->edge_from_ps = now_ps + 1;
    show_level(p, level, now_ps);
}

static void check_wanted(struct ring_pins *p)
{
    avr_t *avr = p->mcu->avr;
    bool wanted =
        (avr->data[REG_TIMSK1] & ICIE1) || (avr->data[REG_PCICR] & (1u << p->mcu->part->pcint_bit));

    if (wanted == p->edges_wanted)
        return;
    if (wanted)
        catch_up(p);
    p->edges_wanted = wanted;
    if (wanted)
        plan_edge(p);
    else
        source_plan(&p->edge, INT64_MAX);
}

/* ---- registers ---------------------------------------------------------------------------------- */

/* NULL for a group that this chip does not have. */
static avr_int_vector_t *group_vector(struct ring_pins *p, uint8_t group)
{
    return mcu_vector(p->mcu,
                      (uint8_t)(p->mcu->part->vector_pcint - p->mcu->part->pcint_bit + group));
}

/* A flag that stood before its interrupt was enabled makes it come at once. */
static void pcicr_written(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct ring_pins *p = param;
    uint8_t enabled = (uint8_t)(v & ~avr->data[addr]);

    if (enabled & (1u << p->mcu->part->pcint_bit))
        catch_up(p);
    avr->data[addr] = v;
    for (uint8_t group = 0; group < PIN_CHANGE_GROUPS; group++)
        if (enabled & avr->data[REG_PCIFR] & (1u << group))
            avr_raise_interrupt(avr, group_vector(p, group));
    check_wanted(p);
}

static void timsk1_written(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    static const uint8_t flag[TIMER1_FLAGS] = { 0x20, 0x02, 0x04, 0x01 };
    struct ring_pins *p = param;
    uint8_t enabled = (uint8_t)(v & ~avr->data[addr]);

    avr->data[addr] = v;
    for (int i = 0; i < TIMER1_FLAGS; i++)
        if (enabled & avr->data[REG_TIFR1] & flag[i])
            avr_raise_interrupt(
                avr, mcu_vector(p->mcu, (uint8_t)(p->mcu->part->vector_timer1_capt + i)));
    check_wanted(p);
}

/* The flag that is cleared here must be the one of all edges so far. */
static void pcifr_written(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct ring_pins *p = param;

    (void)addr;
    catch_up(p);
    for (uint8_t group = 0; group < PIN_CHANGE_GROUPS; group++)
        if (v & (1u << group))
            avr_clear_interrupt(avr, group_vector(p, group));
}

/* The same for the capture flag. */
static void tifr1_written(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct ring_pins *p = param;

    catch_up(p);
    p->old_flags_write(avr, addr, v, p->old_flags_param);
}

static uint8_t read_pin(avr_t *avr, avr_io_addr_t addr, void *param)
{
    struct ring_pins *p = param;

    catch_up(p);
    return p->old_pin_read(avr, addr, p->old_pin_param);
}

/* ---- OUT ---------------------------------------------------------------------------------------- */

static void drive(struct ring_pins *p, bool level, bool output)
{
    bool was_low = p->tx_output && !p->tx_level;

    p->tx_level = level;
    p->tx_output = output;
    p->breaks += !was_low && output && !level;
    usart_port_level(p->usart, level || !output);
}

static void port_written(avr_irq_t *irq, uint32_t value, void *param)
{
    struct ring_pins *p = param;

    (void)irq;
    drive(p, (value >> p->mcu->part->tx_bit) & 1, p->tx_output);
}

static void direction_written(avr_irq_t *irq, uint32_t value, void *param)
{
    struct ring_pins *p = param;

    (void)irq;
    drive(p, p->tx_level, (value >> p->mcu->part->tx_bit) & 1);
}

/* ---- building ----------------------------------------------------------------------------------- */

void ring_pins_wire_grew(struct ring_pins *p)
{
    if (p->edge.due_ps == INT64_MAX)
        plan_edge(p);
    if (!usart_receives(p->usart) && !p->edges_wanted)
        wire_forget(p->in, p->edge_from_ps);
}

void ring_pins_reset(struct ring_pins *p)
{
    p->edges_wanted = false;
    p->tx_level = p->tx_output = false;
    p->edge_from_ps = mcu_now_ps(p->mcu);
    avr_raise_irq(p->rx_pin, 1);
    avr_raise_irq(p->icp_pin, 1);
}

void ring_pins_init(struct ring_pins *p, struct usart *usart)
{
    struct mcu *m = usart->mcu;
    avr_t *avr = m->avr;
    unsigned pin_io = AVR_DATA_TO_IO(0x23u + 3u * (unsigned)(m->part->rx_port - 'B'));
    unsigned flags_io = AVR_DATA_TO_IO(REG_TIFR1);

    *p = (struct ring_pins){ .usart = usart, .mcu = m, .in = usart->in };
    p->rx_pin = mcu_pin(m, m->part->rx_port, m->part->rx_bit);
    p->icp_pin = mcu_pin(m, m->part->icp_port, m->part->icp_bit);
    p->old_pin_read = avr->io[pin_io].r.c;
    p->old_pin_param = avr->io[pin_io].r.param;
    avr->io[pin_io].r.c = read_pin;
    avr->io[pin_io].r.param = p;
    p->old_flags_write = avr->io[flags_io].w.c;
    p->old_flags_param = avr->io[flags_io].w.param;
    avr->io[flags_io].w.c = tifr1_written;
    avr->io[flags_io].w.param = p;
    mcu_add_source(m, &p->edge, edge_came, p, ALIVE_ALWAYS);
    avr_register_io_write(avr, REG_PCICR, pcicr_written, p);
    avr_register_io_write(avr, REG_TIMSK1, timsk1_written, p);
    mcu_own_register(m, REG_PCIFR, NULL, pcifr_written, p);
    avr_irq_register_notify(mcu_pin(m, m->part->tx_port, IOPORT_IRQ_REG_PORT), port_written, p);
    avr_irq_register_notify(mcu_pin(m, m->part->tx_port, IOPORT_IRQ_DIRECTION_ALL),
                            direction_written, p);
}

void ring_pins_state(struct ring_pins *p, struct state *s)
{
    STATE(s, p->edge_from_ps);
    STATE(s, p->edges_wanted);
    STATE(s, p->tx_level);
    STATE(s, p->tx_output);
    STATE(s, p->breaks);
}
