/* Runs AVR instructions for simavr, decoded once for all chips of an image instead of at each step.
 *
 * Chips, memory, registers with their callbacks, interrupts and timers stay simavr's. core_run() stands
 * for avr_run_one() and does the same to avr_t, cycle for cycle: test/sim/test_core.c compares them
 * instruction by instruction, test/chain/test_core.py whole chains. What is rare is handed to
 * avr_run_one() itself. */
#ifndef SIM_ENGINE_CORE_H
#define SIM_ENGINE_CORE_H

#include <stdint.h>

#include <sim_avr.h>

struct core_op {
    uint8_t act;
    uint8_t d;     /* first operand: a register, or a bit of SREG */
    uint8_t r;     /* second operand: a register, or the mask of a bit */
    uint8_t words; /* of the next instruction: what a skip skips */
    uint16_t k; /* constant, data address, word address of a jump, or pushes (pops) from here on */
    uint16_t pad; /* eight bytes are reached faster */
};

/* As far as a program counter of 16 bits and a skip reach. */
#define CORE_OPS (0x10000 + 3)

struct core {
    uint32_t
        words; /* of flash; behind it every step is left to simavr, which knows what is wrong */
    struct core_op op[CORE_OPS];
};

/* Decodes a whole flash; NULL when there is no memory. Free with free(). */
struct core *core_new(const uint8_t *flash, uint32_t bytes);

/* Decodes a word anew, after a change of it or of the next one; not for pushes behind others. */
void core_decode(struct core *core, const uint8_t *flash, uint32_t at);

/* From avr->pc for avr->run_cycle_count cycles, or until the chip sleeps or an interrupt waits. Returns
 * the next program counter, which the caller stores. */
avr_flashaddr_t core_run(const struct core *core, avr_t *avr);

#endif
