#include "engine/chip_state.h"

#include <stdlib.h>
#include <string.h>

#include <avr_acomp.h>
#include <avr_extint.h>
#include <avr_ioport.h>
#include <avr_timer.h>

#include "engine/inside.h"
#include "engine/mcu_parts.h"

#define COMPARATOR "ac" /* as simavr calls it */
#define NAMES_MAX 64    /* ours and three for each timer of the chip */

static avr_io_t *module(const avr_t *avr, const char *kind)
{
    avr_io_t *io = avr->io_port;

    while (io && strcmp(io->kind, kind) != 0)
        io = io->next;
    return io;
}

/* ---- names of simavr's own timers ----------------------------------------------------------------- */

static avr_timer_t *timer1(const avr_t *avr)
{
    avr_io_t *io = avr->io_port;

    while (io && !(strcmp(io->kind, "timer") == 0 && ((avr_timer_t *)io)->name == '1'))
        io = io->next;
    return (avr_timer_t *)io;
}

/* Its compare A comes before compare B, and that before the overflow. */
static bool learn_timer(avr_t *avr, struct simavr_timers *t)
{
    avr_timer_t *timer = timer1(avr);
    avr_cycle_timer_slot_t *slot[3];
    uint16_t control;

    if (!timer)
        return false;
    control = timer->cs[0].reg;
    avr->data[timer->comp[0].r_ocr] = 100;
    avr->data[timer->comp[1].r_ocr] = 200;
    avr->io[AVR_DATA_TO_IO(control)].w.c(avr, control, 1, avr->io[AVR_DATA_TO_IO(control)].w.param);
    slot[0] = avr->cycle_timers.timer;
    slot[1] = slot[0] ? slot[0]->next : NULL;
    slot[2] = slot[1] ? slot[1]->next : NULL;
    if (!slot[2] || slot[2]->next)
        return false;
    t->compare_a = slot[0]->timer;
    t->compare_b = slot[1]->timer;
    t->overflow = slot[2]->timer;
    return slot[0]->param == timer && slot[1]->param == timer && slot[2]->param == timer &&
           t->compare_a != t->compare_b && t->compare_b != t->overflow;
}

static bool learn_comparator(avr_t *avr, struct simavr_timers *t)
{
    avr_io_t *comparator = module(avr, COMPARATOR);

    avr_cycle_timer_reset(avr);
    if (!comparator)
        return false;
    avr_raise_irq(comparator->irq + ACOMP_IRQ_AIN0, 1);
    if (!avr->cycle_timers.timer || avr->cycle_timers.timer->param != comparator)
        return false;
    t->comparator = avr->cycle_timers.timer->timer;
    return true;
}

bool simavr_timers_learn(struct simavr_timers *t)
{
    avr_t *avr = avr_make_mcu_by_name("atmega328p");
    bool ok;

    if (!avr)
        return false;
    avr->log = LOG_NONE;
    avr_init(avr);
    avr->log = LOG_NONE;
    avr_cycle_timer_reset(avr);
    ok = learn_timer(avr, t) && learn_comparator(avr, t);
    avr_terminate(avr);
    free(avr);
    return ok;
}

/* ---- planned timers ------------------------------------------------------------------------------- */

struct names {
    struct mcu_timer name[NAMES_MAX];
    uint32_t count;
};

static void add_name(struct names *n, avr_cycle_timer_t timer, void *param)
{
    if (n->count < NAMES_MAX)
        n->name[n->count++] = (struct mcu_timer){ timer, param };
}

/* In an order that is the same for every chip of a kind. */
static void collect_names(struct names *n, struct mcu *m, const struct simavr_timers *t)
{
    n->count = 0;
    for (int i = 0; i < m->timers; i++)
        add_name(n, m->timer[i].timer, m->timer[i].param);
    for (avr_io_t *io = m->avr->io_port; io; io = io->next) {
        if (strcmp(io->kind, COMPARATOR) == 0)
            add_name(n, t->comparator, io);
        if (strcmp(io->kind, "timer") != 0)
            continue;
        add_name(n, t->overflow, io);
        add_name(n, t->compare_a, io);
        add_name(n, t->compare_b, io);
    }
}

static uint32_t name_of(const struct names *n, const avr_cycle_timer_slot_t *slot)
{
    uint32_t i = 0;

    while (i < n->count && !(n->name[i].timer == slot->timer && n->name[i].param == slot->param))
        i++;
    return i;
}

static void planned_state(uint32_t *name, avr_cycle_count_t *when, struct state *s)
{
    STATE(s, *name);
    STATE(s, *when);
}

/* The end of the stretch that is over is planned anew for the next one. */
static avr_cycle_timer_slot_t *first_kept(avr_cycle_timer_slot_t *slot)
{
    while (slot && slot->timer == mcu_stop_here)
        slot = slot->next;
    return slot;
}

static void save_timers(struct mcu *m, const struct names *n, struct state *s)
{
    avr_cycle_timer_slot_t *first = first_kept(m->avr->cycle_timers.timer);
    uint32_t count = 0;

    for (avr_cycle_timer_slot_t *slot = first; slot; slot = first_kept(slot->next))
        count++;
    state_count(s, "timers", &count, MAX_CYCLE_TIMERS);
    for (avr_cycle_timer_slot_t *slot = first; slot; slot = first_kept(slot->next)) {
        uint32_t name = name_of(n, slot);
        if (name == n->count)
            state_fail(s, "board %d has planned something that cannot be saved", m->number);
        planned_state(&name, &slot->when, s);
    }
}

/* Those of the same cycle stay in their order. */
static void load_timers(struct mcu *m, const struct names *n, struct state *s)
{
    uint32_t count = 0;

    avr_cycle_timer_reset(m->avr);
    state_count(s, "timers", &count, MAX_CYCLE_TIMERS);
    for (uint32_t i = 0; i < count; i++) {
        avr_cycle_count_t when = 0;
        uint32_t name = n->count;
        planned_state(&name, &when, s);
        if (name < n->count)
            inside_link(m->avr, when, n->name[name].timer, n->name[name].param);
        else
            state_fail(s, "board %d has planned something unknown", m->number);
    }
}

static void timers_state(struct mcu *m, const struct simavr_timers *t, struct state *s)
{
    struct names names;

    collect_names(&names, m, t);
    state_same(s, "names", names.count);
    if (s->loading)
        load_timers(m, &names, s);
    else
        save_timers(m, &names, s);
}

/* ---- interrupts ----------------------------------------------------------------------------------- */

static uint8_t place_of(const avr_int_table_t *table, const avr_int_vector_t *vector)
{
    uint8_t i = 0;

    while (i < table->vector_count && table->vector[i] != vector)
        i++;
    return i;
}

static void vector_state(avr_int_table_t *table, avr_int_vector_t **vector, struct state *s)
{
    uint8_t place = s->loading ? 0 : place_of(table, *vector);

    STATE(s, place);
    if (place >= table->vector_count)
        state_fail(s, "an interrupt that the chip does not have");
    else if (s->loading)
        *vector = table->vector[place];
}

static void interrupts_state(avr_t *avr, struct state *s)
{
    avr_int_table_t *table = &avr->interrupts;
    avr_int_pending_t *pending = &table->pending;
    uint32_t waiting = (pending->write - pending->read) % (uint32_t)avr_int_pending_fifo_size;
    uint32_t running = table->running_ptr;

    state_same(s, "vectors", table->vector_count);
    for (int i = 0; i < table->vector_count; i++) {
        uint8_t is_pending = table->vector[i]->pending;
        STATE(s, is_pending);
        table->vector[i]->pending = is_pending & 1u;
    }
    state_count(s, "waiting", &waiting, (uint32_t)avr_int_pending_fifo_size - 1u);
    if (s->loading) {
        pending->read = 0;
        pending->write = (uint8_t)waiting;
    }
    for (uint32_t i = 0; i < waiting; i++)
        vector_state(
            table, &pending->buffer[(pending->read + i) % (uint32_t)avr_int_pending_fifo_size], s);
    state_count(s, "running", &running, sizeof table->running / sizeof table->running[0]);
    table->running_ptr = (uint8_t)running;
    for (uint32_t i = 0; i < running; i++)
        vector_state(table, &table->running[i], s);
}

/* What each line carried last decides whether the same value is passed on again. */
static void irqs_state(avr_t *avr, struct state *s)
{
    for (int i = 0; i < avr->irq_pool.count; i++) {
        avr_irq_t *irq = avr->irq_pool.irq[i];
        if (!irq)
            continue;
        STATE(s, irq->value);
        STATE(s, irq->flags);
    }
}

/* ---- parts of the chip ---------------------------------------------------------------------------- */

static void timer_state(avr_timer_t *t, struct state *s)
{
    uint8_t top = (uint8_t)t->mode.top;
    uint8_t bottom = (uint8_t)t->mode.bottom;
    uint8_t size = (uint8_t)t->mode.size;
    uint8_t kind = (uint8_t)t->mode.kind;

    STATE(s, top);
    STATE(s, bottom);
    STATE(s, size);
    STATE(s, kind);
    t->mode = (avr_timer_wgm_t){ .top = top, .bottom = bottom, .size = size, .kind = kind };
    STATE(s, t->wgm_op_mode_kind);
    STATE(s, t->wgm_op_mode_size);
    STATE(s, t->cs_div_value);
    STATE(s, t->ext_clock_flags);
    STATE(s, t->ext_clock);
    for (int i = 0; i < AVR_TIMER_COMP_COUNT; i++)
        STATE(s, t->comp[i].comp_cycles);
    STATE(s, t->tov_cycles);
    STATE(s, t->tov_cycles_fract);
    STATE(s, t->phase_accumulator);
    STATE(s, t->tov_base);
    STATE(s, t->tov_top);
}

static void port_state(avr_ioport_t *p, struct state *s)
{
    STATE(s, p->external.pull_mask);
    STATE(s, p->external.pull_value);
}

static void extint_state(avr_extint_t *e, struct state *s)
{
    for (int i = 0; i < EXTINT_COUNT; i++)
        STATE(s, e->eint[i].strict_lvl_trig);
}

static void modules_state(avr_t *avr, struct state *s)
{
    uint32_t modules = 0;

    for (avr_io_t *io = avr->io_port; io; io = io->next) {
        modules++;
        if (strcmp(io->kind, "timer") == 0)
            timer_state((avr_timer_t *)io, s);
        else if (strcmp(io->kind, "port") == 0)
            port_state((avr_ioport_t *)io, s);
        else if (strcmp(io->kind, "extint") == 0)
            extint_state((avr_extint_t *)io, s);
    }
    state_same(s, "modules", modules);
}

void chip_state(struct mcu *m, const struct simavr_timers *t, struct state *s)
{
    avr_t *avr = m->avr;

    STATE(s, avr->state);
    STATE(s, avr->frequency);
    STATE(s, avr->cycle);
    STATE(s, avr->sreg);
    STATE(s, avr->interrupt_state);
    STATE(s, avr->pc);
    state_bytes(s, "data", avr->data, avr->ramend + 1u);
    modules_state(avr, s);
    timers_state(m, t, s);
    interrupts_state(avr, s);
    irqs_state(avr, s);
}
