#include "engine/mcu_parts.h"

#include <string.h>

#include <avr_extint.h>
#include <avr_ioport.h>
#include <sim_core.h>
#include <sim_io.h>

#include "engine/inside.h"

#define RUN_LIMIT_CYCLES 512      /* a stack that runs away is seen before it has left the RAM */
#define START_UP_PS 65000000000LL /* 65 ms after reset, SUT = 10 */
#define BROWN_OUT_V 1.80          /* BODLEVEL = 110 */
#define BROWN_OUT_HYSTERESIS_V 0.05
#define EXTERNAL_INTERRUPTS 3
#define STACK_LOOK_CYCLES 64
#define RAM_KEPT_V 1.0
#define CLKPR_AT_RESET 3 /* fuse CKDIV8 */
#define RESET_LOOP_PS 60000000000000LL

/* ---- reset and supply --------------------------------------------------------------------------- */

void mcu_tell_mode(struct mcu *m, enum mcu_mode mode, int64_t at_ps)
{
    if (!m->watcher || !m->watcher->mode || m->told == mode)
        return;
    m->told = mode;
    m->watcher->mode(m->watcher->ctx, mode, at_ps);
}

void mcu_freeze(struct mcu *m, enum mcu_mode mode, int64_t at_ps)
{
    mcu_tell_mode(m, mode, at_ps);
    m->frozen = true;
    m->mode = mode;
    m->frozen_ps = m->done_ps = at_ps;
}

/* Ends a time without clock; the sleep that the brown-out detector was off for is over. */
static void account_frozen(struct mcu *m, int64_t at_ps)
{
    m->time_ps[m->mode] += at_ps - m->frozen_ps;
    if (m->avr->data[REG_MCUCR] & MCUCR_BODS)
        m->unwatched_ps += at_ps - m->frozen_ps;
    m->avr->data[REG_MCUCR] &= (uint8_t)~MCUCR_BODS;
}

void mcu_thaw(struct mcu *m, int64_t at_ps, int start_up_cycles)
{
    account_frozen(m, at_ps);
    m->frozen = false;
    mcu_rebase(m, at_ps + start_up_cycles * m->period_ps);
    m->thawed_ps = m->base_ps;
    mcu_arm_all(m);
}

/* simavr polls a low INTn pin every cycle even with the interrupt disabled. */
static void quiet_level_interrupts(avr_t *avr)
{
    for (uint8_t i = 0; i < EXTERNAL_INTERRUPTS; i++)
        avr_extint_set_strict_lvl_trig(avr, i, 0);
}

/* A reset clears the port registers but not what simavr's irqs last carried, and an irq that carries
 * the same value again is not passed on. */
static void forget_pin_values(avr_t *avr)
{
    for (char port = 'A'; port <= 'D'; port++)
        for (int i = 0; i < IOPORT_IRQ_COUNT; i++) {
            avr_irq_t *irq = avr_io_getirq(avr, (uint32_t)AVR_IOCTL_IOPORT_GETIRQ(port), i);
            if (irq)
                irq->value = 0;
        }
}

/* Somebody wants to see each instruction, or a bit is held after each. */
bool mcu_one_by_one(const struct mcu *m)
{
    return m->stuck_mask || (m->watcher && m->watcher->before);
}

void mcu_limit_runs(struct mcu *m)
{
    m->avr->run_cycle_limit = mcu_one_by_one(m) ? 1
                              : m->stack_low    ? STACK_LOOK_CYCLES
                                                : RUN_LIMIT_CYCLES;
}

static void note_watchdog(struct mcu *m, int64_t at_ps)
{
    int slots = (int)(sizeof m->recent_wdt_ps / sizeof m->recent_wdt_ps[0]);
    int64_t oldest_ps = m->recent_wdt_ps[m->recent_wdt % slots];

    if (m->recent_wdt >= slots && at_ps - oldest_ps < RESET_LOOP_PS) {
        m->crash = MCU_RESET_LOOP;
        m->crash_pc = m->avr->pc;
    }
    m->recent_wdt_ps[m->recent_wdt % slots] = at_ps;
    m->recent_wdt++;
}

void mcu_reset(struct mcu *m, enum mcu_reset_cause cause, int64_t at_ps)
{
    avr_t *avr = m->avr;
    uint8_t flags = (uint8_t)(avr->data[REG_MCUSR] | (1u << cause));

    if (m->in_timers) {
        m->reset_waits = true;
        m->waiting_cause = cause;
        m->waiting_ps = at_ps;
        return;
    }
    if (m->frozen)
        account_frozen(m, at_ps);
    m->resets[cause]++;
    if (cause == RESET_WATCHDOG)
        note_watchdog(m, at_ps);
    mcu_freeze(m, MCU_RESET, at_ps);
    m->release_ps = m->supplied ? at_ps + START_UP_PS : INT64_MAX;
    avr_reset(avr);
    m->stack_low = m->started = false;
    mcu_limit_runs(m);
    quiet_level_interrupts(avr);
    forget_pin_values(avr);
    avr->data[REG_MCUSR] = flags;
    avr->data[REG_OSCCAL] = m->oscillator.factory;
    avr->data[REG_CLKPR] = CLKPR_AT_RESET;
    for (int i = 0; i < m->sources; i++) {
        m->source[i]->due_ps = INT64_MAX;
        m->source[i]->armed = false;
    }
    mcu_clock_changed(m);
    if (m->on_reset)
        m->on_reset(m->reset_ctx);
}

/* RAM powers up with a pattern of its own and some bits that fall either way. */
static void lose_ram(struct mcu *m)
{
    uint32_t random = (uint32_t)m->number * 2654435761u;

    random += ++m->ram_losses * 40503u;
    for (unsigned i = m->part->ram_start; i <= m->avr->ramend; i++) {
        random = random * 1664525u + 1013904223u;
        m->avr->data[i] = (uint8_t)(random >> 24);
    }
}

void mcu_supply_fails(struct mcu *m, int64_t at_ps)
{
    m->volts = 0.0;
    m->supplied = false;
    lose_ram(m);
    mcu_reset(m, RESET_POWER_ON, at_ps);
}

void mcu_environment(struct mcu *m, double volts, double celsius)
{
    bool enough = volts >= BROWN_OUT_V + (m->supplied ? 0.0 : BROWN_OUT_HYSTERESIS_V);
    bool was = m->supplied;

    m->volts = volts;
    m->celsius = celsius;
    m->volt_seconds += m->supplied ? volts : 0.0;
    m->volt_looks += m->supplied;
    if (volts < RAM_KEPT_V && was)
        lose_ram(m);
    if (enough == was) {
        mcu_clock_changed(m);
        return;
    }
    m->supplied = enough;
    mcu_reset(
        m, volts < RAM_KEPT_V || m->resets[RESET_POWER_ON] == 0 ? RESET_POWER_ON : RESET_BROWN_OUT,
        mcu_now_ps(m));
}

/* ---- building ----------------------------------------------------------------------------------- */

avr_int_vector_t *mcu_vector(struct mcu *m, uint8_t number)
{
    avr_int_table_p table = &m->avr->interrupts;

    for (int i = 0; i < table->vector_count; i++)
        if (table->vector[i]->vector == number)
            return table->vector[i];
    return NULL;
}

void mcu_own_register(struct mcu *m, uint16_t address, avr_io_read_t read, avr_io_write_t write,
                      void *param)
{
    unsigned a = AVR_DATA_TO_IO(address);

    m->avr->io[a].r.c = read;
    m->avr->io[a].r.param = param;
    m->avr->io[a].w.c = write;
    m->avr->io[a].w.param = param;
}

avr_irq_t *mcu_pin(struct mcu *m, char port, uint8_t bit)
{
    return avr_io_getirq(m->avr, (uint32_t)AVR_IOCTL_IOPORT_GETIRQ(port), bit);
}

void mcu_init(struct mcu *m, avr_t *avr, const struct part *part, int number)
{
    *m = (struct mcu){
        .avr = avr, .part = part, .number = number, .period_ps = 1000000, .celsius = 25.0
    };
    mcu_own_register(m, REG_OSCCAL, NULL, mcu_write_clock, m);
    mcu_own_register(m, REG_CLKPR, NULL, mcu_write_clock, m);
    mcu_add_source(m, &m->drift_step, mcu_drift_on, m, ALIVE_ALWAYS);
    mcu_freeze(m, MCU_RESET, 0);
    m->release_ps = INT64_MAX;
}

/* ---- state ---------------------------------------------------------------------------------------- */

static void source_state(struct source *source, struct state *s)
{
    STATE(s, source->due_ps);
    STATE(s, source->armed);
    STATE(s, source->alive);
}

static void time_state(struct mcu *m, struct state *s)
{
    STATE(s, m->base_ps);
    STATE(s, m->base_cycle);
    STATE(s, m->period_ps);
    STATE(s, m->frozen);
    if (m->frozen) /* else left over from the last time */
        STATE(s, m->done_ps);
    STATE(s, m->mode);
    STATE(s, m->frozen_ps);
    STATE(s, m->thawed_ps);
    STATE(s, m->release_ps);
    STATE(s, m->hz);
    STATE(s, m->drift.from);
    STATE(s, m->drift.to);
    STATE(s, m->drift.at_ps);
    STATE(s, m->drift.span_ps);
}

static void counts_state(struct mcu *m, struct state *s)
{
    STATE(s, m->active_cycles);
    STATE(s, m->idle_cycles);
    STATE(s, m->time_ps);
    STATE(s, m->volt_seconds);
    STATE(s, m->volt_looks);
    STATE(s, m->unwatched_ps);
    STATE(s, m->resets);
    STATE(s, m->recent_wdt_ps);
    STATE(s, m->recent_wdt);
    STATE(s, m->ram_losses);
}

void mcu_state(struct mcu *m, const struct simavr_timers *t, struct state *s)
{
    chip_state(m, t, s);
    oscillator_state(&m->oscillator, s);
    time_state(m, s);
    counts_state(m, s);
    STATE(s, m->started);
    STATE(s, m->stack_low);
    STATE(s, m->stack_low_since);
    STATE(s, m->supplied);
    STATE(s, m->volts);
    STATE(s, m->celsius);
    STATE(s, m->stuck_address);
    STATE(s, m->stuck_mask);
    STATE(s, m->stuck_value);
    state_same(s, "sources", (uint32_t)m->sources);
    for (int i = 0; i < m->sources; i++)
        source_state(m->source[i], s);
    mcu_limit_runs(m);
}
