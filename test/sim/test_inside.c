/* The engine's interrupts and timers against simavr's own: the same random calls on two chips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sim_avr.h>
#include <sim_core.h>

#include "engine/inside.h"
#include "world/rng.h"

#define STEPS 300000
#define TIMERS 5
#define FIRED_MAX 64

struct fired {
    int id;
    avr_cycle_count_t at;
};

/* simavr's own chip is [0]. */
static struct chip {
    avr_t *avr;
    struct timer {
        int id;
        struct chip *chip;
        avr_cycle_count_t again; /* it plans itself anew so many cycles later; 0: it does not */
    } timer[TIMERS];
    struct fired fired[FIRED_MAX];
    int fires;
} chips[2];

static int heard; /* listeners are told as well */

static void hear(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)param;
    heard += (int)value + 1;
}

static void make_chip(struct chip *c)
{
    *c = (struct chip){ .avr = avr_make_mcu_by_name("atmega1284p") };
    assert_non_null(c->avr);
    c->avr->log = LOG_NONE;
    avr_init(c->avr);
    c->avr->log = LOG_NONE;
    avr_cycle_timer_reset(c->avr);
    c->avr->run_cycle_limit = 1000;
    for (int i = 0; i < TIMERS; i++)
        c->timer[i] = (struct timer){ .id = i, .chip = c };
    avr_irq_register_notify(c->avr->interrupts.vector[3]->irq + AVR_INT_IRQ_RUNNING, hear, c);
}

static avr_cycle_count_t fire(avr_t *avr, avr_cycle_count_t when, void *param)
{
    struct timer *t = param;
    struct chip *c = t->chip;

    (void)avr;
    c->fired[c->fires++ % FIRED_MAX] = (struct fired){ t->id, when };
    return t->again ? when + t->again : 0;
}

static avr_int_vector_t *vector(const struct chip *c, uint32_t number)
{
    avr_int_table_t *table = &c->avr->interrupts;

    return table->vector[number % table->vector_count];
}

/* ---- the same call for both ------------------------------------------------------------------- */

static void raise_or_clear(uint32_t number, bool raised)
{
    if (raised) {
        avr_raise_interrupt(chips[0].avr, vector(&chips[0], number));
        inside_raise(chips[1].avr, vector(&chips[1], number));
    } else {
        avr_clear_interrupt(chips[0].avr, vector(&chips[0], number));
        inside_clear(chips[1].avr, vector(&chips[1], number));
    }
}

static void enable(uint32_t number, uint32_t on)
{
    for (int i = 0; i < 2; i++)
        if (vector(&chips[i], number)->enable.reg)
            avr_regbit_setto(chips[i].avr, vector(&chips[i], number)->enable, (uint8_t)on);
}

static void serve(void)
{
    for (int i = 0; i < 2; i++)
        if (chips[i].avr->interrupt_state < 0)
            chips[i].avr->interrupt_state = (int8_t)inside_waits(chips[i].avr);
    if (!chips[1].avr->sreg[S_I] || chips[1].avr->interrupt_state <= 0)
        return;
    avr_service_interrupts(chips[0].avr);
    inside_serve(chips[1].avr);
}

static void end_interrupt(void)
{
    avr_interrupt_reti(chips[0].avr);
    inside_reti(chips[1].avr);
    for (int i = 0; i < 2; i++)
        avr_sreg_set(chips[i].avr, S_I, 1);
}

static void set_chip(uint8_t interrupts, bool asleep, uint32_t sp)
{
    for (int i = 0; i < 2; i++) {
        avr_sreg_set(chips[i].avr, S_I, interrupts);
        chips[i].avr->state = asleep ? cpu_Sleeping : cpu_Running;
        chips[i].avr->data[R_SPL] = (uint8_t)sp;
        chips[i].avr->data[R_SPH] = (uint8_t)(sp >> 8);
    }
}

static void plan(uint32_t id, uint32_t cycles, uint32_t again)
{
    for (int i = 0; i < 2; i++)
        chips[i].timer[id].again = again;
    avr_cycle_timer_register(chips[0].avr, cycles, fire, &chips[0].timer[id]);
    inside_plan(chips[1].avr, chips[1].avr->cycle + cycles, fire, &chips[1].timer[id]);
}

static void cancel(uint32_t id)
{
    avr_cycle_timer_cancel(chips[0].avr, fire, &chips[0].timer[id]);
    inside_cancel(chips[1].avr, fire, &chips[1].timer[id]);
}

static void process(uint32_t cycles)
{
    for (int i = 0; i < 2; i++)
        chips[i].avr->cycle += cycles;
    assert_int_equal(avr_cycle_timer_process(chips[0].avr), inside_process(chips[1].avr));
}

static void any_call(struct rng *rng)
{
    uint32_t x = (uint32_t)(rng_u64(rng) >> 32);
    uint32_t a = x >> 4 & 0xFF;
    uint32_t b = x >> 12 & 0xFF;

    switch (x & 15) {
    case 0:
        set_chip(a & 1, b & 1, b < 8 ? 0xFE + (b & 3) : 0x200 + b);
        break;
    case 1:
    case 2:
        enable(a, b & 1);
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        raise_or_clear(a, b > 64);
        break;
    case 7:
    case 8:
        serve();
        break;
    case 9:
    case 10:
        end_interrupt();
        break;
    case 11:
    case 12:
        plan(a % TIMERS, b & 31, x >> 20 & 3 ? 0 : (x >> 22 & 7) + 1);
        break;
    case 13:
        cancel(a % TIMERS);
        break;
    default:
        process(a & 31);
    }
}

/* ---- comparing -------------------------------------------------------------------------------- */

static void assert_same_irq(const avr_irq_t *a, const avr_irq_t *b)
{
    assert_int_equal(a->value, b->value);
    assert_int_equal(a->flags, b->flags);
}

static void assert_same_interrupts(const avr_int_table_t *a, const avr_int_table_t *b)
{
    assert_int_equal(a->pending.read, b->pending.read);
    assert_int_equal(a->pending.write, b->pending.write);
    for (int i = a->pending.read; i != a->pending.write; i = (i + 1) % avr_int_pending_fifo_size)
        assert_int_equal(a->pending.buffer[i]->vector, b->pending.buffer[i]->vector);
    assert_int_equal(a->running_ptr, b->running_ptr);
    for (int i = 0; i < a->running_ptr; i++)
        assert_int_equal(a->running[i]->vector, b->running[i]->vector);
    for (int i = 0; i < a->vector_count; i++) {
        assert_int_equal(a->vector[i]->pending, b->vector[i]->pending);
        for (int irq = 0; irq < AVR_INT_IRQ_COUNT; irq++)
            assert_same_irq(a->vector[i]->irq + irq, b->vector[i]->irq + irq);
    }
    for (int irq = 0; irq < AVR_INT_IRQ_COUNT; irq++)
        assert_same_irq(a->irq + irq, b->irq + irq);
}

static void assert_same_timers(void)
{
    const avr_cycle_timer_slot_t *a = chips[0].avr->cycle_timers.timer;
    const avr_cycle_timer_slot_t *b = chips[1].avr->cycle_timers.timer;

    for (; a && b; a = a->next, b = b->next) {
        assert_int_equal(a->when, b->when);
        assert_int_equal(((struct timer *)a->param)->id, ((struct timer *)b->param)->id);
    }
    assert_true(!a && !b);
    assert_int_equal(chips[0].fires, chips[1].fires);
    for (int i = 0; i < FIRED_MAX; i++) {
        assert_int_equal(chips[0].fired[i].id, chips[1].fired[i].id);
        assert_int_equal(chips[0].fired[i].at, chips[1].fired[i].at);
    }
    assert_int_equal(chips[0].avr->run_cycle_count, chips[1].avr->run_cycle_count);
}

static void assert_same(void)
{
    const avr_t *a = chips[0].avr;
    const avr_t *b = chips[1].avr;

    assert_int_equal(a->pc, b->pc);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->interrupt_state, b->interrupt_state);
    assert_memory_equal(a->sreg, b->sreg, sizeof a->sreg);
    assert_memory_equal(a->data, b->data, a->ramend + 1u);
    assert_same_interrupts(&a->interrupts, &b->interrupts);
    assert_same_timers();
}

static void test_inside_random_calls_do_what_simavr_does(void **state)
{
    struct rng rng;

    (void)state;
    rng_seed(&rng, 1, 1);
    make_chip(&chips[0]);
    make_chip(&chips[1]);
    for (int i = 0; i < STEPS; i++) {
        any_call(&rng);
        if (i % 16 == 0)
            assert_same();
    }
    assert_true(chips[0].fires > STEPS / 100);
    assert_true(heard > 100);
    assert_int_equal(heard % 2, 0); /* both chips tell theirs */
    for (int i = 0; i < 2; i++)
        avr_terminate(chips[i].avr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inside_random_calls_do_what_simavr_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
