/* What changes inside simavr's chip: memory, flags, interrupts, its timers and ports.
 *
 * Planned timers are saved by name and not by address. Ours have one by mcu_name_timer(). simavr's own
 * are functions of its library that nobody else can name: they are learned from a chip that is made to
 * plan them. Left out is what no image uses: SPI, TWI, boot loader, simavr's own USART, EEPROM, converter
 * and watchdog, of which the engine has its own. A chip that has such a timer cannot be saved. */
#ifndef SIM_ENGINE_CHIP_STATE_H
#define SIM_ENGINE_CHIP_STATE_H

#include <stdbool.h>

#include <sim_avr.h>

#include "checkpoint/state.h"

struct mcu;

/* What simavr plans for itself. */
struct simavr_timers {
    avr_cycle_timer_t overflow; /* of a Timer0, 1, 2, 3 */
    avr_cycle_timer_t compare_a;
    avr_cycle_timer_t compare_b;
    avr_cycle_timer_t comparator; /* the analog one looks at its inputs */
};

/* False when this simavr does not do what version 1.6 does. */
bool simavr_timers_learn(struct simavr_timers *t);

/* The flash is the board's business. */
void chip_state(struct mcu *m, const struct simavr_timers *t, struct state *s);

#endif
