/* simavr's interrupts and timers, step for step as of simavr 1.6, without its calls for listeners that
 * nobody has registered: test/sim/test_inside.c compares them. They work on the same lists, and may be
 * mixed with simavr's own. */
#ifndef SIM_ENGINE_INSIDE_H
#define SIM_ENGINE_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sim_avr.h>
#include <sim_core.h>
#include <sim_cycle_timers.h>
#include <sim_interrupts.h>
#include <sim_irq.h>
#include <sim_regbit.h>

#define INSIDE_NO_TIMER_CYCLES 1000 /* simavr's jump when nothing is planned */

/* ---- interrupts ------------------------------------------------------------------------------- */

static inline void inside_tell(avr_irq_t *irq, uint32_t value)
{
    if (irq->hook || (irq->flags & IRQ_FLAG_NOT)) {
        avr_raise_irq(irq, value);
        return;
    }
    if (irq->value == value &&
        (irq->flags & (IRQ_FLAG_FILTERED | IRQ_FLAG_INIT)) == IRQ_FLAG_FILTERED)
        return;
    irq->flags &= (uint8_t)~IRQ_FLAG_INIT;
    irq->value = value;
}

/* Number of the first waiting interrupt; 0: none, which simavr calls floating. */
static inline void inside_tell_first(avr_irq_t *irq, uint32_t number)
{
    if (irq->hook || (irq->flags & (IRQ_FLAG_NOT | IRQ_FLAG_FILTERED))) {
        avr_raise_irq_float(irq, number, number == 0);
        return;
    }
    irq->flags &= (uint8_t) ~(IRQ_FLAG_INIT | IRQ_FLAG_FLOATING);
    if (number == 0)
        irq->flags |= IRQ_FLAG_FLOATING;
    irq->value = number;
}

static inline bool inside_waits(const avr_t *avr)
{
    return avr->interrupts.pending.read != avr->interrupts.pending.write;
}

/* avr_raise_interrupt() */
static inline void inside_raise(avr_t *avr, avr_int_vector_t *vector)
{
    avr_int_pending_t *pending = &avr->interrupts.pending;
    unsigned next = (pending->write + 1u) % avr_int_pending_fifo_size;

    if (vector->pending)
        return;
    if (vector->raised.reg)
        avr_regbit_set(avr, vector->raised);
    inside_tell(vector->irq + AVR_INT_IRQ_PENDING, 1);
    inside_tell(avr->interrupts.irq + AVR_INT_IRQ_PENDING, 1);
    if (!avr_regbit_get(avr, vector->enable))
        return;
    vector->pending = 1;
    if (next != pending->read) {
        pending->buffer[pending->write] = vector;
        pending->write = (uint8_t)next;
    }
    if (avr->sreg[S_I] && avr->interrupt_state == 0)
        avr->interrupt_state = 1;
    if (avr->state == cpu_Sleeping)
        avr->state = cpu_Running;
}

/* avr_clear_interrupt() */
static inline void inside_clear(avr_t *avr, avr_int_vector_t *vector)
{
    const avr_int_pending_t *pending = &avr->interrupts.pending;
    bool waits = inside_waits(avr);

    vector->pending = 0;
    inside_tell(vector->irq + AVR_INT_IRQ_PENDING, 0);
    inside_tell_first(avr->interrupts.irq + AVR_INT_IRQ_PENDING,
                      waits ? pending->buffer[pending->read]->vector : 0);
    if (vector->raised.reg && !vector->raise_sticky)
        avr_regbit_clear(avr, vector->raised);
}

/* The first in the queue of those with the lowest number; its place is taken by the head of the queue. */
static inline avr_int_vector_t *inside_take_first(avr_t *avr)
{
    avr_int_pending_t *pending = &avr->interrupts.pending;
    unsigned first = pending->read;
    avr_int_vector_t *vector;

    for (unsigned i = first; i != pending->write; i = (i + 1u) % avr_int_pending_fifo_size)
        if (pending->buffer[i]->vector < pending->buffer[first]->vector)
            first = i;
    vector = pending->buffer[first];
    pending->buffer[first] = pending->buffer[pending->read];
    pending->read = (uint8_t)((pending->read + 1u) % avr_int_pending_fifo_size);
    return vector;
}

static inline void inside_push_pc(avr_t *avr)
{
    uint32_t words = avr->pc >> 1;
    unsigned sp = (unsigned)(avr->data[R_SPL] | avr->data[R_SPH] << 8);

    avr->data[sp] = (uint8_t)words;
    avr->data[sp - 1u] = (uint8_t)(words >> 8);
    avr->data[R_SPL] = (uint8_t)(sp - 2u);
    avr->data[R_SPH] = (uint8_t)((sp - 2u) >> 8);
}

/* Where nobody watches, and a push does nothing but store. */
static inline bool inside_stack_is_plain(const avr_t *avr)
{
    unsigned sp = (unsigned)(avr->data[R_SPL] | avr->data[R_SPH] << 8);

    return sp > 0x100 && sp <= avr->ramend && !avr->gdb;
}

/* avr_service_interrupts(); interrupts are enabled, one waits, and the delay of SEI is over. */
static inline void inside_serve(avr_t *avr)
{
    avr_int_table_t *table = &avr->interrupts;
    avr_int_vector_t *vector;

    if (!inside_waits(avr) || !inside_stack_is_plain(avr) ||
        table->running_ptr == sizeof table->running / sizeof table->running[0]) {
        avr_service_interrupts(avr);
        return;
    }
    vector = inside_take_first(avr);
    inside_tell(table->irq + AVR_INT_IRQ_PENDING, inside_waits(avr));
    if (!avr_regbit_get(avr, vector->enable) || !vector->pending) {
        vector->pending = 0;
        avr->interrupt_state = (int8_t)inside_waits(avr);
        return;
    }
    inside_push_pc(avr);
    avr_sreg_set(avr, S_I, 0);
    avr->pc = (avr_flashaddr_t)vector->vector * avr->vector_size;
    inside_tell(vector->irq + AVR_INT_IRQ_RUNNING, 1);
    inside_tell(table->irq + AVR_INT_IRQ_RUNNING, vector->vector);
    table->running[table->running_ptr++] = vector;
    inside_clear(avr, vector);
}

/* avr_interrupt_reti() */
static inline void inside_reti(avr_t *avr)
{
    avr_int_table_t *table = &avr->interrupts;

    if (table->running_ptr)
        inside_tell(table->running[--table->running_ptr]->irq + AVR_INT_IRQ_RUNNING, 0);
    inside_tell(table->irq + AVR_INT_IRQ_RUNNING,
                table->running_ptr ? table->running[table->running_ptr - 1]->vector : 0);
    inside_tell(table->irq + AVR_INT_IRQ_PENDING, inside_waits(avr));
}

/* ---- timers ----------------------------------------------------------------------------------- */

static inline avr_cycle_count_t inside_limit_run(avr_t *avr)
{
    const avr_cycle_timer_slot_t *first = avr->cycle_timers.timer;
    avr_cycle_count_t jump = INSIDE_NO_TIMER_CYCLES;

    if (first)
        jump = first->when > avr->cycle ? first->when - avr->cycle : 0;
    avr->run_cycle_count = jump < avr->run_cycle_limit ? jump : avr->run_cycle_limit;
    if (avr->run_cycle_count == 0)
        avr->run_cycle_count = 1;
    return jump;
}

static inline void inside_unlink(avr_t *avr, avr_cycle_timer_t timer, const void *param)
{
    avr_cycle_timer_pool_t *pool = &avr->cycle_timers;

    for (avr_cycle_timer_slot_t **at = &pool->timer; *at; at = &(*at)->next) {
        avr_cycle_timer_slot_t *slot = *at;
        if (slot->timer != timer || slot->param != param)
            continue;
        *at = slot->next;
        slot->next = pool->timer_free;
        pool->timer_free = slot;
        return;
    }
}

/* Behind those that are due in the same cycle. */
static inline void inside_link(avr_t *avr, avr_cycle_count_t when, avr_cycle_timer_t timer,
                               void *param)
{
    avr_cycle_timer_pool_t *pool = &avr->cycle_timers;
    avr_cycle_timer_slot_t **at = &pool->timer;
    avr_cycle_timer_slot_t *slot = pool->timer_free;

    pool->timer_free = slot->next;
    while (*at && (*at)->when <= when)
        at = &(*at)->next;
    *slot = (avr_cycle_timer_slot_t){ *at, when, timer, param };
    *at = slot;
}

/* avr_cycle_timer_cancel() */
static inline void inside_cancel(avr_t *avr, avr_cycle_timer_t timer, const void *param)
{
    inside_unlink(avr, timer, param);
    inside_limit_run(avr);
}

/* avr_cycle_timer_register(), which counts from avr->cycle on. The pool has room for all a chip has. */
static inline void inside_plan(avr_t *avr, avr_cycle_count_t when, avr_cycle_timer_t timer,
                               void *param)
{
    inside_unlink(avr, timer, param);
    inside_link(avr, when, timer, param);
    inside_limit_run(avr);
}

/* avr_cycle_timer_process() */
static inline avr_cycle_count_t inside_process(avr_t *avr)
{
    avr_cycle_timer_pool_t *pool = &avr->cycle_timers;

    while (pool->timer && pool->timer->when <= avr->cycle) {
        avr_cycle_timer_slot_t *slot = pool->timer;
        avr_cycle_count_t when = slot->when;

        pool->timer = slot->next;
        slot->next = NULL;
        do {
            avr_cycle_count_t again = slot->timer(avr, when, slot->param);
            when = again > when ? again : 0;
        } while (when && when <= avr->cycle);
        if (when)
            inside_link(avr, when, slot->timer, slot->param);
        slot->next = pool->timer_free;
        pool->timer_free = slot;
    }
    return inside_limit_run(avr);
}

#endif
