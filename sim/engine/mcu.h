/* One microcontroller in real time: simavr's core between a clock that may change, sleep modes that
 * really stop, reset, supply, and event sources that live outside the CPU clock.
 *
 * Time is in picoseconds since the start of the run. A board's CPU cycles are mapped to it by the
 * period of its clock, which changes with OSCCAL, CLKPR, temperature and supply. */
#ifndef SIM_ENGINE_MCU_H
#define SIM_ENGINE_MCU_H

#include <stdbool.h>
#include <stdint.h>

#include <sim_avr.h>

#include "checkpoint/state.h"
#include "engine/chip_state.h"
#include "engine/core.h"
#include "engine/oscillator.h"
#include "engine/part.h"

enum mcu_mode {
    MCU_ACTIVE,
    MCU_IDLE,
    MCU_ADC_NOISE_REDUCTION,
    MCU_POWER_SAVE,
    MCU_POWER_DOWN,
    MCU_STANDBY,
    MCU_RESET, /* held in reset, by supply or start-up time */
    MCU_MODE_COUNT,
};

#define MCUCR_BODS 0x40 /* brown-out detector off in the coming sleep */

enum mcu_crash {
    MCU_NO_CRASH,
    MCU_BAD_OPCODE,    /* or an access outside the memory */
    MCU_SLEEP_FOREVER, /* asleep with interrupts off */
    MCU_STACK_IN_DATA, /* stack pointer below the end of .bss */
    MCU_RESET_LOOP,    /* ten watchdog resets within a minute */
};

enum mcu_reset_cause { RESET_POWER_ON, RESET_EXTERNAL, RESET_BROWN_OUT, RESET_WATCHDOG };

/* Something that happens at a moment of real time. */
struct source {
    struct mcu *mcu;
    int64_t due_ps; /* INT64_MAX: nothing planned */
    bool armed;     /* among simavr's timers, which a chip without clock does not look at */
    void (*fire)(void *ctx, int64_t at_ps);
    void *ctx;
    unsigned alive; /* bit per enum mcu_mode in which it goes on */
};

#define MCU_SOURCES 13
#define ALIVE_ALWAYS ((1u << MCU_RESET) - 1u)
#define ALIVE_CLOCKED ((1u << MCU_ACTIVE) | (1u << MCU_IDLE))

/* Who may stand in simavr's list of timers, in an order that is the same for all chips of a kind. */
struct mcu_timer {
    avr_cycle_timer_t timer;
    void *param;
};

#define MCU_TIMERS (MCU_SOURCES + 1)

/* Somebody who looks at one chip closely. Any of them may be NULL. */
struct mcu_watcher {
    void *ctx;
    void (*before)(void *ctx); /* an instruction, the one at avr->pc, which it may change. Then
                                  instructions run one by one, and slowly. */
    void (*look)(void *ctx);   /* before each stretch of time, at least every 10 ms */
    void (*mode)(void *ctx, enum mcu_mode mode,
                 int64_t at_ps); /* it has another one from then on */
    void (*crashed)(void *ctx);
};

struct mcu {
    avr_t *avr;
    const struct part *part;
    const struct core *core;           /* its flash, decoded; NULL: simavr runs the instructions */
    const struct mcu_watcher *watcher; /* NULL: nobody */
    bool started;                      /* interrupts have been on since the reset */
    bool stack_low;                    /* its pointer is in the data ... */
    avr_cycle_count_t stack_low_since; /* ... look after look since then */
    uint16_t bss_end;
    enum mcu_mode told; /* to the watcher last */
    int number;         /* of the board, 1-based */
    struct oscillator oscillator;
    int64_t base_ps; /* real time of base_cycle */
    avr_cycle_count_t base_cycle;
    int64_t period_ps;
    int64_t done_ps;    /* simulated up to here */
    int64_t horizon_ps; /* end of this stretch, and its cycle: a new period moves it */
    avr_cycle_count_t horizon;
    bool frozen;        /* in a sleep mode without CPU clock, or in reset */
    enum mcu_mode mode; /* while frozen */
    int64_t frozen_ps;  /* since */
    int64_t thawed_ps;  /* the clock runs since, when it does */
    int64_t release_ps; /* end of the start-up time while in reset */
    bool supplied;
    double volts;
    double celsius;
    double hz; /* of the RC oscillator as last set */
    struct mcu_drift {
        double from; /* relative error on top of the oscillator's own */
        double to;
        int64_t at_ps;
        int64_t span_ps;
    } drift;
    struct source drift_step;
    struct source *source[MCU_SOURCES];
    int sources;
    struct mcu_timer timer[MCU_TIMERS];
    int timers;
    void (*on_reset)(void *ctx);
    void *reset_ctx;
    uint64_t active_cycles;
    uint64_t idle_cycles;
    int64_t time_ps[MCU_MODE_COUNT]; /* all but active and idle */
    uint16_t stuck_address;          /* of a RAM bit that does not change */
    uint8_t stuck_mask;              /* 0: none */
    uint8_t stuck_value;
    uint32_t ram_losses;
    double volt_seconds; /* sum of the looks at the supply */
    uint64_t volt_looks;
    int64_t unwatched_ps; /* asleep with the brown-out detector off */
    bool in_timers;       /* simavr is walking its list of timers */
    bool reset_waits;     /* for the end of it */
    enum mcu_reset_cause waiting_cause;
    int64_t waiting_ps;
    uint32_t resets[4]; /* power-on, external, brown-out, watchdog */
    enum mcu_crash crash;
    uint32_t crash_pc;
    int64_t recent_wdt_ps[10];
    int recent_wdt;
};

/* avr: made by simavr for part->name, initialised, with firmware loaded. Off until supplied. */
void mcu_init(struct mcu *m, avr_t *avr, const struct part *part, int number);
void mcu_add_source(struct mcu *m, struct source *s, void (*fire)(void *, int64_t), void *ctx,
                    unsigned alive);
void source_plan(struct source *s, int64_t due_ps);
/* For those who plan a timer of simavr themselves: before the first time. */
void mcu_name_timer(struct mcu *m, avr_cycle_timer_t timer, void *param);

/* Runs until real time end_ps or a crash. */
void mcu_run(struct mcu *m, int64_t end_ps);
int64_t mcu_now_ps(const struct mcu *m);

/* Supply and temperature at mcu_now_ps(); below the brown-out level the chip is held in reset. */
void mcu_environment(struct mcu *m, double volts, double celsius);
void mcu_reset(struct mcu *m, enum mcu_reset_cause cause, int64_t at_ps);

/* The supply fails at once and for at least as long as it takes until the next look at it. */
void mcu_supply_fails(struct mcu *m, int64_t at_ps);
/* The oscillator moves from where it is to this relative error, evenly in span_ps; 0: at once. */
void mcu_drift(struct mcu *m, double error, int64_t span_ps);
/* A byte of the RAM takes another value once. */
void mcu_corrupt(struct mcu *m, uint16_t address, uint8_t value);
/* A bit of the RAM that keeps its value from now on, one for each chip. */
void mcu_stuck_bit(struct mcu *m, uint16_t address, uint8_t bit, bool value);
/* The chip with its sources, between two calls of mcu_run(). */
void mcu_state(struct mcu *m, const struct simavr_timers *t, struct state *s);

/* For the parts' models. */
avr_int_vector_t *mcu_vector(struct mcu *m, uint8_t number);
void mcu_own_register(struct mcu *m, uint16_t address, avr_io_read_t read, avr_io_write_t write,
                      void *param);
void mcu_clock_changed(struct mcu *m);
avr_irq_t *mcu_pin(struct mcu *m, char port, uint8_t bit);

#endif
