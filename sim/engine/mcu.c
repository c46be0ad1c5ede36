#include "engine/mcu.h"

#include <string.h>

#include <avr_extint.h>
#include <avr_ioport.h>
#include <sim_core.h>
#include <sim_io.h>

#include "engine/inside.h"

#define PS_PER_S 1e12
#define RUN_LIMIT_CYCLES 512      /* a stack that runs away is seen before it has left the RAM */
#define INTERRUPT_CYCLES 4        /* response time, data sheet "Interrupt response time" */
#define IDLE_WAKE_CYCLES 4        /* more when asleep */
#define START_UP_CYCLES 6         /* from power-down and power-save with the RC oscillator */
#define START_UP_PS 65000000000LL /* 65 ms after reset, SUT = 10 */
#define BROWN_OUT_V 1.80          /* BODLEVEL = 110 */
#define BROWN_OUT_HYSTERESIS_V 0.05
#define EXTERNAL_INTERRUPTS 3
#define STACK_LOOK_CYCLES 64
#define STACK_SET_CYCLES 16 /* a prologue has set both halves of the stack pointer long before */
#define RAM_KEPT_V 1.0
#define RAM_FROM 0x100 /* of both parts */
#define SMCR_SE 0x01
#define CLKPR_AT_RESET 3 /* fuse CKDIV8 */
#define RESET_LOOP_PS 60000000000000LL
#define DRIFT_STEP_PS 100000000LL /* 0.1 ms: a drift is smooth inside a byte */

/* ---- time ------------------------------------------------------------------------------------- */

int64_t mcu_now_ps(const struct mcu *m)
{
    if (m->frozen)
        return m->done_ps;
    return m->base_ps + (int64_t)(m->avr->cycle - m->base_cycle) * m->period_ps;
}

static avr_cycle_count_t cycle_at(const struct mcu *m, int64_t at_ps)
{
    if (at_ps <= m->base_ps)
        return m->base_cycle;
    return m->base_cycle +
           (avr_cycle_count_t)((at_ps - m->base_ps + m->period_ps - 1) / m->period_ps);
}

static void rebase(struct mcu *m, int64_t now_ps)
{
    m->base_ps = now_ps;
    m->base_cycle = m->avr->cycle;
}

/* ---- event sources ------------------------------------------------------------------------------ */

static avr_cycle_count_t source_timer(avr_t *avr, avr_cycle_count_t when, void *param)
{
    struct source *s = param;
    int64_t at_ps = s->due_ps;

    (void)avr;
    (void)when;
    s->armed = false;
    s->due_ps = INT64_MAX;
    s->fire(s->ctx, at_ps);
    return 0;
}

static void arm(struct source *s)
{
    avr_t *avr = s->mcu->avr;
    avr_cycle_count_t at;

    if (s->armed)
        inside_unlink(avr, source_timer, s);
    s->armed = s->due_ps != INT64_MAX;
    if (s->armed) {
        at = cycle_at(s->mcu, s->due_ps);
        inside_link(avr, at > avr->cycle ? at : avr->cycle, source_timer, s);
    }
    inside_limit_run(avr);
}

void source_plan(struct source *s, int64_t due_ps)
{
    s->due_ps = due_ps;
    if (!s->mcu->frozen)
        arm(s);
}

void mcu_add_source(struct mcu *m, struct source *s, void (*fire)(void *, int64_t), void *ctx,
                    unsigned alive)
{
    *s = (struct source){ .mcu = m, .due_ps = INT64_MAX, .fire = fire, .ctx = ctx, .alive = alive };
    m->source[m->sources++] = s;
}

static void arm_all(struct mcu *m)
{
    for (int i = 0; i < m->sources; i++)
        arm(m->source[i]);
}

/* ---- end of a stretch ---------------------------------------------------------------------------- */

static avr_cycle_count_t stop_here(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)avr;
    (void)when;
    (void)param;
    return 0;
}

/* A timer among simavr's: a callback that plans something makes it forget every other limit. */
static void plan_horizon(struct mcu *m)
{
    avr_t *avr = m->avr;

    m->horizon = cycle_at(m, m->horizon_ps);
    if (m->horizon > avr->cycle)
        inside_plan(avr, m->horizon, stop_here, m);
}

/* ---- clock -------------------------------------------------------------------------------------- */

static double drift_at(const struct mcu *m, int64_t now_ps)
{
    const struct mcu_drift *d = &m->drift;

    if (now_ps - d->at_ps >= d->span_ps)
        return d->to;
    return d->from + (d->to - d->from) * (double)(now_ps - d->at_ps) / (double)d->span_ps;
}

void mcu_clock_changed(struct mcu *m)
{
    avr_t *avr = m->avr;
    int64_t now_ps = mcu_now_ps(m);

    m->hz = oscillator_hz(&m->oscillator, avr->data[REG_OSCCAL], m->celsius, m->volts);
    m->hz *= 1.0 + drift_at(m, now_ps);
    if (!m->frozen)
        rebase(m, now_ps);
    m->period_ps =
        (int64_t)(PS_PER_S / m->hz * (double)(1u << (avr->data[REG_CLKPR] & 0x0F)) + 0.5);
    avr->frequency = (uint32_t)(m->hz / (double)(1u << (avr->data[REG_CLKPR] & 0x0F)));
    if (m->frozen)
        return;
    arm_all(m);
    plan_horizon(m);
}

static void drift_on(void *ctx, int64_t at_ps)
{
    struct mcu *m = ctx;

    mcu_clock_changed(m);
    if (at_ps - m->drift.at_ps < m->drift.span_ps)
        source_plan(&m->drift_step, at_ps + DRIFT_STEP_PS);
}

void mcu_drift(struct mcu *m, double error, int64_t span_ps)
{
    int64_t now_ps = mcu_now_ps(m);

    m->drift = (struct mcu_drift){ drift_at(m, now_ps), error, now_ps, span_ps };
    drift_on(m, now_ps);
}

static void write_clock(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    /* the enable bit of CLKPR's two-step write sets no prescaler */
    if (addr == REG_CLKPR && (v & 0x80))
        return;
    avr->data[addr] = v;
    mcu_clock_changed(param);
}

/* ---- reset and supply --------------------------------------------------------------------------- */

static void tell_mode(struct mcu *m, enum mcu_mode mode, int64_t at_ps)
{
    if (!m->watcher || !m->watcher->mode || m->told == mode)
        return;
    m->told = mode;
    m->watcher->mode(m->watcher->ctx, mode, at_ps);
}

static void freeze(struct mcu *m, enum mcu_mode mode, int64_t at_ps)
{
    tell_mode(m, mode, at_ps);
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

static void thaw(struct mcu *m, int64_t at_ps, int start_up_cycles)
{
    account_frozen(m, at_ps);
    m->frozen = false;
    rebase(m, at_ps + start_up_cycles * m->period_ps);
    m->thawed_ps = m->base_ps;
    arm_all(m);
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
static bool one_by_one(const struct mcu *m)
{
    return m->stuck_mask || (m->watcher && m->watcher->before);
}

static void limit_runs(struct mcu *m)
{
    m->avr->run_cycle_limit = one_by_one(m)  ? 1
                              : m->stack_low ? STACK_LOOK_CYCLES
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
    freeze(m, MCU_RESET, at_ps);
    m->release_ps = m->supplied ? at_ps + START_UP_PS : INT64_MAX;
    avr_reset(avr);
    m->stack_low = m->started = false;
    limit_runs(m);
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

/* ---- running ------------------------------------------------------------------------------------ */

static const enum mcu_mode smcr_mode[8] = {
    MCU_IDLE,       MCU_ADC_NOISE_REDUCTION,
    MCU_POWER_DOWN, MCU_POWER_SAVE,
    MCU_IDLE,       MCU_IDLE,
    MCU_STANDBY,    MCU_STANDBY,
};

static bool crash_if_wrong(struct mcu *m)
{
    avr_t *avr = m->avr;

    if (avr->state == cpu_Crashed || avr->state == cpu_Stopped || avr->state == cpu_Done)
        m->crash = MCU_BAD_OPCODE;
    else if (avr->state == cpu_Sleeping && !avr->sreg[S_I])
        m->crash = MCU_SLEEP_FOREVER;
    return m->crash != MCU_NO_CRASH;
}

static bool stack_in_data(const struct mcu *m)
{
    uint16_t sp = (uint16_t)(m->avr->data[R_SPL] | m->avr->data[R_SPH] << 8);

    return sp < m->bss_end && sp >= RAM_FROM;
}

/* pc: what the interrupt broke off. */
static void check_stack(struct mcu *m, avr_flashaddr_t pc)
{
    if (stack_in_data(m)) {
        m->crash = MCU_STACK_IN_DATA;
        m->crash_pc = pc;
    }
}

/* simavr sleeps without looking at the sleep enable bit. */
static bool sleep_disabled(const avr_t *avr)
{
    return !(avr->data[REG_SMCR] & SMCR_SE);
}

static enum mcu_mode sleep_mode(const avr_t *avr)
{
    return smcr_mode[(avr->data[REG_SMCR] >> 1) & 7];
}

static void tell_clocked_mode(struct mcu *m)
{
    bool asleep = m->avr->state == cpu_Sleeping;

    tell_mode(m, asleep ? sleep_mode(m->avr) : MCU_ACTIVE, mcu_now_ps(m));
}

/* Asleep: jumps to the next timer or the horizon, or stops the clock. */
static void sleep_step(struct mcu *m, avr_cycle_count_t jump)
{
    avr_t *avr = m->avr;
    enum mcu_mode mode = sleep_mode(avr);

    if (mode != MCU_IDLE && mode != MCU_ADC_NOISE_REDUCTION) {
        freeze(m, mode, mcu_now_ps(m));
        return;
    }
    if (jump > m->horizon - avr->cycle)
        jump = m->horizon - avr->cycle;
    avr->cycle += jump;
    m->idle_cycles += jump;
}

/* As if the cell never took the other value: instructions run one by one then. */
static void hold_stuck_bit(struct mcu *m)
{
    uint8_t *byte = &m->avr->data[m->stuck_address];

    if (m->stuck_mask)
        *byte = (uint8_t)((*byte & ~m->stuck_mask) | m->stuck_value);
}

void mcu_corrupt(struct mcu *m, uint16_t address, uint8_t value)
{
    m->avr->data[address] = value;
    hold_stuck_bit(m);
}

void mcu_stuck_bit(struct mcu *m, uint16_t address, uint8_t bit, bool value)
{
    m->stuck_address = address;
    m->stuck_mask = (uint8_t)(1u << bit);
    m->stuck_value = value ? m->stuck_mask : 0;
    limit_runs(m);
    hold_stuck_bit(m);
}

static void serve_interrupts(struct mcu *m, bool was_asleep)
{
    avr_t *avr = m->avr;
    avr_flashaddr_t before = avr->pc;

    /* After SEI exactly one instruction runs before a waiting interrupt; simavr runs one more,
     * with which "sei, sleep, cli" would never be interrupted. */
    if (avr->interrupt_state < 0 && ++avr->interrupt_state == 0)
        avr->interrupt_state = (int8_t)inside_waits(avr);
    if (avr->interrupt_state <= 0)
        return;
    if (avr->sreg[S_I])
        inside_serve(avr);
    if (avr->pc != before && !avr->sreg[S_I]) {
        unsigned cycles = INTERRUPT_CYCLES + (was_asleep ? IDLE_WAKE_CYCLES : 0);
        avr->cycle += cycles;
        avr->run_cycle_count = avr->run_cycle_count > cycles ? avr->run_cycle_count - cycles : 1;
        m->active_cycles += cycles;
        hold_stuck_bit(m);
        check_stack(m, before);
    }
}

/* A timer may end in a reset, which empties the very list that simavr is walking: it waits until the
 * walk is over. */
static avr_cycle_count_t process_timers(struct mcu *m)
{
    avr_cycle_count_t jump;

    m->in_timers = true;
    jump = inside_process(m->avr);
    m->in_timers = false;
    if (m->reset_waits) {
        m->reset_waits = false;
        mcu_reset(m, m->waiting_cause, m->waiting_ps);
    }
    return jump;
}

/* Without interrupts a call too many shows here. The two halves of the pointer are written one after the
 * other: in between it may be anywhere, so it is looked at again soon. */
static void watch_stack(struct mcu *m)
{
    avr_cycle_count_t cycle = m->avr->cycle;
    bool was_low = m->stack_low;

    m->stack_low = stack_in_data(m);
    if (m->stack_low == was_low) {
        if (m->stack_low && cycle - m->stack_low_since >= STACK_SET_CYCLES)
            check_stack(m, m->avr->pc);
        return;
    }
    m->stack_low_since = cycle;
    limit_runs(m);
    if (m->stack_low && m->avr->run_cycle_count > STACK_LOOK_CYCLES)
        m->avr->run_cycle_count = STACK_LOOK_CYCLES;
}

/* A run of one instruction. One that plans a timer has simavr set the length anew, up to the limit. */
static void make_ready(struct mcu *m)
{
    limit_runs(m);
    if (one_by_one(m))
        m->avr->run_cycle_count = 1;
    if (m->watcher && m->watcher->before)
        m->watcher->before(m->watcher->ctx);
}

/* The chip stands. What made it leaves its own address in avr->pc until the next one is known. */
static void stood_still(struct mcu *m)
{
    if (m->crash == MCU_NO_CRASH)
        m->crash_pc = m->avr->pc;
    if (m->avr->state == cpu_Sleeping && sleep_disabled(m->avr))
        m->avr->state = cpu_Running;
}

static void run_instructions(struct mcu *m, bool closely)
{
    avr_t *avr = m->avr;
    avr_cycle_count_t before = avr->cycle;
    avr_flashaddr_t next;

    if (closely)
        make_ready(m);
    next = m->core ? core_run(m->core, avr) : avr_run_one(avr);
    if (avr->state != cpu_Running)
        stood_still(m);
    avr->pc = next;
    if (closely)
        hold_stuck_bit(m);
    m->active_cycles += avr->cycle - before;
    m->started = m->started || avr->sreg[S_I];
    watch_stack(m);
}

/* Timers and interrupts come first, then instructions up to the next timer or the horizon, so that
 * it makes no difference where one run ends and the next begins. */
static void run_clocked(struct mcu *m)
{
    avr_t *avr = m->avr;
    bool closely = m->watcher || m->stuck_mask;

    plan_horizon(m);
    while (avr->cycle < m->horizon) {
        bool asleep = avr->state == cpu_Sleeping;
        avr_cycle_count_t jump = process_timers(m);

        if (m->frozen)
            return; /* a timer was the watchdog's reset */
        if (closely)
            tell_clocked_mode(m);
        if (avr->interrupt_state)
            serve_interrupts(m, asleep);
        if (avr->state == cpu_Sleeping)
            sleep_step(m, jump);
        else
            run_instructions(m, closely);
        if (m->frozen)
            return;
        if (closely)
            tell_clocked_mode(m);
        if ((avr->state != cpu_Running || m->crash != MCU_NO_CRASH) && crash_if_wrong(m))
            return;
    }
}

/* The first source that goes on in this mode, if it is due before end_ps. */
static struct source *next_source(const struct mcu *m, int64_t end_ps)
{
    struct source *next = NULL;

    for (int i = 0; i < m->sources; i++) {
        struct source *s = m->source[i];
        if ((s->alive & (1u << m->mode)) && s->due_ps < end_ps &&
            (!next || s->due_ps < next->due_ps))
            next = s;
    }
    return next;
}

static void run_frozen(struct mcu *m, int64_t end_ps)
{
    struct source *s;
    int64_t at_ps;

    if (m->mode == MCU_RESET) {
        if (m->release_ps < end_ps)
            thaw(m, m->release_ps, 0);
        else
            m->done_ps = end_ps;
        return;
    }
    s = next_source(m, end_ps);
    if (!s) {
        m->done_ps = end_ps;
        return;
    }
    at_ps = s->due_ps > m->done_ps ? s->due_ps : m->done_ps;
    m->done_ps = at_ps;
    s->due_ps = INT64_MAX;
    s->fire(s->ctx, at_ps);
    if (m->frozen && m->mode != MCU_RESET && m->avr->state != cpu_Sleeping)
        thaw(m, at_ps, START_UP_CYCLES);
}

static void run_until(struct mcu *m, int64_t end_ps)
{
    while (m->crash == MCU_NO_CRASH) {
        if (m->frozen) {
            if (m->done_ps >= end_ps)
                return;
            run_frozen(m, end_ps);
        } else {
            m->horizon_ps = end_ps;
            m->horizon = cycle_at(m, end_ps);
            if (m->avr->cycle >= m->horizon)
                return;
            run_clocked(m);
        }
    }
}

void mcu_run(struct mcu *m, int64_t end_ps)
{
    if (m->watcher && m->watcher->look && m->crash == MCU_NO_CRASH)
        m->watcher->look(m->watcher->ctx);
    run_until(m, end_ps);
    if (m->watcher && m->watcher->crashed && m->crash != MCU_NO_CRASH)
        m->watcher->crashed(m->watcher->ctx);
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
    mcu_own_register(m, REG_OSCCAL, NULL, write_clock, m);
    mcu_own_register(m, REG_CLKPR, NULL, write_clock, m);
    mcu_add_source(m, &m->drift_step, drift_on, m, ALIVE_ALWAYS);
    freeze(m, MCU_RESET, 0);
    m->release_ps = INT64_MAX;
}
