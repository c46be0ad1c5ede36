/* A chip that is saved at any moment, and another one that goes on: what waits, what runs, what is planned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <avr_extint.h>
#include <avr_ioport.h>
#include <sim_io.h>
#include <sim_core.h>

#include "engine/inside.h"
#include "engine/mcu.h"
#include "world/rng.h"

#define ROUNDS 300
#define STEPS 40

static struct simavr_timers names;

/* With a source of its own, which other models have in their places. */
struct chip {
    struct mcu mcu;
    struct source source;
};

static void ignore(void *ctx, int64_t at_ps)
{
    (void)ctx;
    (void)at_ps;
}

static struct chip *make_chip(void)
{
    struct chip *c = calloc(1, sizeof *c);
    avr_t *avr = avr_make_mcu_by_name("atmega1284p");

    assert_non_null(c);
    assert_non_null(avr);
    avr->log = LOG_NONE;
    avr_init(avr);
    avr->log = LOG_NONE;
    mcu_init(&c->mcu, avr, &part_atmega1284p, 1);
    mcu_add_source(&c->mcu, &c->source, ignore, c, ALIVE_ALWAYS);
    return c;
}

static void free_chip(struct chip *c)
{
    avr_terminate(c->mcu.avr);
    free(c->mcu.avr);
    free(c);
}

static avr_int_vector_t *vector(const struct chip *c, uint32_t number)
{
    avr_int_table_t *table = &c->mcu.avr->interrupts;

    return table->vector[number % table->vector_count];
}

static void write_register(avr_t *avr, uint16_t address, uint8_t value)
{
    unsigned io = AVR_DATA_TO_IO(address);

    if (avr->io[io].w.c)
        avr->io[io].w.c(avr, address, value, avr->io[io].w.param);
    else
        avr->data[address] = value;
}

/* Something that firmware or the outside may do. */
static void do_something(struct chip *c, uint32_t what, uint32_t value)
{
    static const uint16_t timer[] = { 0x45, 0x47, 0x81, 0x88, 0x8A, 0x91, 0x98 };
    static const uint16_t port[] = { 0x21, 0x22, 0x24, 0x25, 0x2A, 0x2B };
    avr_t *avr = c->mcu.avr;
    avr_int_vector_t *v = vector(c, value);

    switch (what % 10) {
    case 0:
        avr_regbit_set(avr, v->enable);
        inside_raise(avr, v);
        break;
    case 1:
        inside_clear(avr, v);
        break;
    case 2:
        if (inside_waits(avr) && avr->interrupts.running_ptr < 8)
            inside_serve(avr);
        break;
    case 3:
        if (avr->interrupts.running_ptr > 0)
            inside_reti(avr);
        break;
    case 4:
        write_register(avr, timer[value % 7], (uint8_t)(value >> 8 & 0x0Bu));
        break;
    case 5:
        write_register(avr, port[value % 6], (uint8_t)(value >> 8));
        break;
    case 6:
        avr_sreg_set(avr, S_I, value & 1u);
        avr->interrupt_state = (int8_t)(value % 3) - 1;
        break;
    case 7:
        avr_raise_irq(mcu_pin(&c->mcu, (char)('A' + value % 4), value >> 8 & 7u), value >> 16 & 1u);
        break;
    case 8:
        avr->cycle += value % 500;
        c->source.armed = true;
        c->source.due_ps = (int64_t)value;
        c->source.alive = value & ALIVE_ALWAYS;
        break;
    case 9:
        avr_ioctl(
            avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('A' + value % 4),
            &(avr_ioport_external_t){ .mask = value >> 8 & 0xFFu, .value = value >> 16 & 0xFFu });
        break;
    }
}

static void save_and_load(struct chip *from, struct chip *to)
{
    struct state out;
    struct state in;

    state_save_init(&out);
    state_begin(&out, "CHIP");
    mcu_state(&from->mcu, &names, &out);
    state_end(&out);
    assert_string_equal(out.err.text, "");
    state_load_init(&in, out.data, out.size);
    state_begin(&in, "CHIP");
    mcu_state(&to->mcu, &names, &in);
    state_end(&in);
    assert_string_equal(in.err.text, "");
    state_free(&in);
}

static void assert_same_interrupts(const struct chip *a, const struct chip *b)
{
    const avr_int_table_t *ta = &a->mcu.avr->interrupts;
    const avr_int_table_t *tb = &b->mcu.avr->interrupts;
    unsigned mask = avr_int_pending_fifo_size - 1u;
    unsigned waiting = (unsigned)(ta->pending.write - ta->pending.read) & mask;

    assert_int_equal((unsigned)(tb->pending.write - tb->pending.read) & mask, waiting);
    for (unsigned i = 0; i < waiting; i++)
        assert_int_equal(ta->pending.buffer[(ta->pending.read + i) & mask]->vector,
                         tb->pending.buffer[(tb->pending.read + i) & mask]->vector);
    assert_int_equal(ta->running_ptr, tb->running_ptr);
    for (int i = 0; i < ta->running_ptr; i++)
        assert_int_equal(ta->running[i]->vector, tb->running[i]->vector);
    for (int i = 0; i < ta->vector_count; i++)
        assert_int_equal(ta->vector[i]->pending, tb->vector[i]->pending);
}

/* The same callbacks at the same cycles in the same order, for the same parts of the two chips. */
static void assert_same_timers(const struct chip *a, const struct chip *b)
{
    const avr_cycle_timer_slot_t *x = a->mcu.avr->cycle_timers.timer;
    const avr_cycle_timer_slot_t *y = b->mcu.avr->cycle_timers.timer;

    for (; x && y; x = x->next, y = y->next) {
        assert_ptr_equal(x->timer, y->timer);
        assert_int_equal(x->when, y->when);
        assert_int_equal((const char *)x->param - (const char *)a->mcu.avr,
                         (const char *)y->param - (const char *)b->mcu.avr);
    }
    assert_null(x);
    assert_null(y);
}

static void assert_same_chip(const struct chip *a, const struct chip *b)
{
    const avr_t *x = a->mcu.avr;
    const avr_t *y = b->mcu.avr;

    assert_int_equal(x->cycle, y->cycle);
    assert_int_equal(x->pc, y->pc);
    assert_int_equal(x->state, y->state);
    assert_int_equal(x->interrupt_state, y->interrupt_state);
    assert_memory_equal(x->sreg, y->sreg, sizeof x->sreg);
    assert_memory_equal(x->data, y->data, x->ramend + 1u);
    assert_int_equal(x->irq_pool.count, y->irq_pool.count);
    for (int i = 0; i < x->irq_pool.count; i++) {
        assert_int_equal(x->irq_pool.irq[i]->value, y->irq_pool.irq[i]->value);
        assert_int_equal(x->irq_pool.irq[i]->flags, y->irq_pool.irq[i]->flags);
    }
    assert_int_equal(a->source.due_ps, b->source.due_ps);
    assert_int_equal(a->source.armed, b->source.armed);
    assert_int_equal(a->source.alive, b->source.alive);
    assert_same_interrupts(a, b);
    assert_same_timers(a, b);
}

static void test_chip_saved_at_any_moment_goes_on_the_same(void **state)
{
    struct rng dice;

    (void)state;
    assert_true(simavr_timers_learn(&names));
    rng_seed(&dice, 20, 1);
    for (int round = 0; round < ROUNDS; round++) {
        struct chip *a = make_chip();
        struct chip *b = make_chip();
        for (uint8_t i = 0; i < 3;
             i++) /* as a reset does: or it would poll, which nobody can name */
            avr_extint_set_strict_lvl_trig(a->mcu.avr, i, 0);
        for (int i = 0; i < STEPS; i++) {
            do_something(a, (uint32_t)rng_u64(&dice), (uint32_t)rng_u64(&dice));
            do_something(b, (uint32_t)rng_u64(&dice), (uint32_t)rng_u64(&dice));
        }
        save_and_load(a, b);
        assert_same_chip(a, b);
        for (int i = 0; i < STEPS; i++) {
            uint32_t what = (uint32_t)rng_u64(&dice);
            uint32_t value = (uint32_t)rng_u64(&dice);
            do_something(a, what, value);
            do_something(b, what, value);
            inside_process(a->mcu.avr);
            inside_process(b->mcu.avr);
            assert_same_chip(a, b);
        }
        free_chip(a);
        free_chip(b);
    }
}

static avr_cycle_count_t nobody(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)avr;
    (void)when;
    (void)param;
    return 0;
}

static void test_chip_with_an_unknown_timer_is_not_saved(void **state)
{
    struct chip *c = make_chip();
    struct state out;

    (void)state;
    assert_true(simavr_timers_learn(&names));
    inside_plan(c->mcu.avr, 1000, nobody, c);
    state_save_init(&out);
    state_begin(&out, "CHIP");
    mcu_state(&c->mcu, &names, &out);
    assert_true(out.failed);
    assert_string_equal(out.err.text, "board 1 has planned something that cannot be saved");
    state_free(&out);
    free_chip(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chip_saved_at_any_moment_goes_on_the_same),
        cmocka_unit_test(test_chip_with_an_unknown_timer_is_not_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
