/* What the parts of the chip's model share. For mcu.c, mcu_clock.c, mcu_run.c and
 * chip_state.c only. */
#ifndef SIM_ENGINE_MCU_PARTS_H
#define SIM_ENGINE_MCU_PARTS_H

#include "engine/mcu.h"

/* ---- mcu_clock.c ---- */

/* First cycle that is not before this time. */
avr_cycle_count_t mcu_cycle_at(const struct mcu *m, int64_t at_ps);
/* Time and cycles are counted from here: before the clock changes. */
void mcu_rebase(struct mcu *m, int64_t now_ps);
/* Plans every source anew, by the clock of the moment. */
void mcu_arm_all(struct mcu *m);
/* The end of the present stretch, by the clock of the moment. */
void mcu_plan_horizon(struct mcu *m);
/* Source and register of the clock, for mcu_init(). */
void mcu_drift_on(void *ctx, int64_t at_ps);
void mcu_write_clock(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param);
/* Stands among simavr's timers where the present stretch ends. */
avr_cycle_count_t mcu_stop_here(avr_t *avr, avr_cycle_count_t when, void *param);

/* ---- mcu.c ---- */

/* To who watches. */
void mcu_tell_mode(struct mcu *m, enum mcu_mode mode, int64_t at_ps);
/* The CPU clock stands from now on, and runs again. */
void mcu_freeze(struct mcu *m, enum mcu_mode mode, int64_t at_ps);
void mcu_thaw(struct mcu *m, int64_t at_ps, int start_up_cycles);
/* Somebody wants to see each instruction, or a bit is held after each. */
bool mcu_one_by_one(const struct mcu *m);
/* How long a run of instructions may be at the moment. */
void mcu_limit_runs(struct mcu *m);

#endif
