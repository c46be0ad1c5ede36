#include "engine/ports.h"

#include <stdlib.h>

#include <avr_ioport.h>
#include <sim_io.h>

/* ---- RXD1 --------------------------------------------------------------------------------------- */

static void plan_edge(struct ports *p)
{
    bool level;
    source_plan(&p->edge, wire_next_edge(&p->app_in, p->edge_from_ps, &level));
}

/* simavr would show the port's pull-up over a level that is only raised on the pin. */
static void show_level(struct ports *p, bool level)
{
    uint8_t mask = (uint8_t)(1u << p->mcu->part->rx1_bit);
    avr_ioport_external_t external = { .mask = mask, .value = level ? mask : 0 };

    avr_ioctl(p->mcu->avr, AVR_IOCTL_IOPORT_SET_EXTERNAL((uint32_t)p->mcu->part->rx_port),
              &external);
    avr_raise_irq(p->rx_pin, level);
}

static void edge_came(void *ctx, int64_t at_ps)
{
    struct ports *p = ctx;

    p->edge_from_ps = at_ps + 1;
    show_level(p, wire_level(&p->app_in, at_ps));
    if (!usart_receives(&p->app))
        wire_forget(&p->app_in, at_ps);
    plan_edge(p);
}

void ports_wire_grew(struct ports *p)
{
    usart_wire_grew(&p->app);
    if (p->edge.due_ps == INT64_MAX)
        plan_edge(p);
}

/* ---- building ----------------------------------------------------------------------------------- */

void ports_reset(struct ports *p)
{
    usart_reset(&p->app);
    p->edge_from_ps = mcu_now_ps(p->mcu);
    show_level(p, true);
    plan_edge(p);
}

struct ports *ports_new(struct mcu *m)
{
    const struct part *part = m->part;
    struct usart_unit unit = { part->usart1_base, part->vector_usart1_rx, part->vector_usart1_udre,
                               part->vector_usart1_tx, true };
    struct ports *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->mcu = m;
    wire_init(&p->app_in);
    wire_init(&p->app_out);
    usart_init(&p->app, m, &unit, &p->app_in, &p->app_out);
    p->rx_pin = mcu_pin(m, part->rx_port, part->rx1_bit);
    mcu_add_source(m, &p->edge, edge_came, p, ALIVE_ALWAYS);
    return p;
}

void ports_state(struct ports *p, struct state *s)
{
    usart_state(&p->app, s);
    wire_state(&p->app_in, s);
    wire_state(&p->app_out, s);
    STATE(s, p->edge_from_ps);
}
