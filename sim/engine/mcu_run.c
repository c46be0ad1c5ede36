/* Runs one chip: instructions, interrupts, sleep. */
#include "engine/mcu_parts.h"

#include <sim_core.h>

#include "engine/inside.h"

#define INTERRUPT_CYCLES 4 /* response time, data sheet "Interrupt response time" */
#define IDLE_WAKE_CYCLES 4 /* more when asleep */
#define START_UP_CYCLES 6  /* from power-down and power-save with the RC oscillator */
#define STACK_LOOK_CYCLES 64
#define STACK_SET_CYCLES 16 /* a prologue has set both halves of the stack pointer long before */
#define RAM_FROM 0x100      /* of both parts */
#define SMCR_SE 0x01

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

    mcu_tell_mode(m, asleep ? sleep_mode(m->avr) : MCU_ACTIVE, mcu_now_ps(m));
}

/* Asleep: jumps to the next timer or the horizon, or stops the clock. */
static void sleep_step(struct mcu *m, avr_cycle_count_t jump)
{
    avr_t *avr = m->avr;
    enum mcu_mode mode = sleep_mode(avr);

    if (mode != MCU_IDLE && mode != MCU_ADC_NOISE_REDUCTION) {
        mcu_freeze(m, mode, mcu_now_ps(m));
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
    mcu_limit_runs(m);
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
    mcu_limit_runs(m);
    if (m->stack_low && m->avr->run_cycle_count > STACK_LOOK_CYCLES)
        m->avr->run_cycle_count = STACK_LOOK_CYCLES;
}

/* A run of one instruction. One that plans a timer has simavr set the length anew, up to the limit. */
static void make_ready(struct mcu *m)
{
    mcu_limit_runs(m);
    if (mcu_one_by_one(m))
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

    mcu_plan_horizon(m);
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
            mcu_thaw(m, m->release_ps, 0);
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
        mcu_thaw(m, at_ps, START_UP_CYCLES);
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
            m->horizon = mcu_cycle_at(m, end_ps);
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
