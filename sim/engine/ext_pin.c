#include "engine/ext_pin.h"

#include <avr_ioport.h>
#include <avr_timer.h>
#include <sim_io.h>

#define EXT_PORT 'B'
#define BEGIN_BIT 2
#define COM1B 0x30
#define END_BIT 6
#define COM3A 0xC0

static void drive(struct ext_pin *p, uint32_t value)
{
    wire_drive(&p->wire, mcu_now_ps(p->mcu), !(value & 1));
}

/* simavr shows the port's bit on the pin also while the timer owns it. */
static void port_moved(avr_irq_t *irq, uint32_t value, void *param)
{
    struct ext_pin *p = param;

    (void)irq;
    if (!(p->mcu->avr->data[p->control] & p->timer_moves))
        drive(p, value);
}

static void compared(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    drive(param, value);
}

static void init(struct ext_pin *p, struct mcu *m, uint8_t bit, char timer, int compare)
{
    p->mcu = m;
    wire_init(&p->wire);
    avr_irq_register_notify(mcu_pin(m, EXT_PORT, bit), port_moved, p);
    avr_irq_register_notify(avr_io_getirq(m->avr, (uint32_t)AVR_IOCTL_TIMER_GETIRQ(timer),
                                          TIMER_IRQ_OUT_COMP + compare),
                            compared, p);
}

void ext_pin_init_begin(struct ext_pin *p, struct mcu *m)
{
    *p = (struct ext_pin){ .control = REG_TCCR1A, .timer_moves = COM1B };
    init(p, m, BEGIN_BIT, '1', AVR_TIMER_COMPB);
}

void ext_pin_init_end(struct ext_pin *p, struct mcu *m)
{
    *p = (struct ext_pin){ .control = REG_TCCR3A, .timer_moves = COM3A };
    init(p, m, END_BIT, '3', AVR_TIMER_COMPA);
}

void ext_pin_reset(struct ext_pin *p)
{
    wire_drive(&p->wire, mcu_now_ps(p->mcu), true);
}

void ext_pin_state(struct ext_pin *p, struct state *s)
{
    wire_state(&p->wire, s);
}
