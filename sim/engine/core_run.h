/* One run of engine/core.c: the state that has to stay in registers, and the flags. */
#ifndef SIM_ENGINE_CORE_RUN_H
#define SIM_ENGINE_CORE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <sim_avr.h>
#include <sim_core.h>

/* The state of a run has to stay in registers: no helper may take its address. */
#define INLINE inline __attribute__((always_inline))
#define RAM_FROM 0x100u /* of both parts; below are registers */
#define BIT7(v) ((uint8_t)((v) >> 7 & 1))
#define BIT3(v) ((uint8_t)((v) >> 3 & 1))

/* One run. What simavr must see when a register's callback looks at it is written back before. */
struct run {
    avr_t *avr;
    uint8_t *data;
    uint8_t *sreg;
    uint32_t ramend;
    uint32_t pc;             /* of this instruction, words */
    avr_cycle_count_t cycle; /* at its begin */
    avr_cycle_count_t end;   /* of the run */
    bool look;               /* at the state and interrupts: something may have changed */
};

/* ---- flags ------------------------------------------------------------------------------------ */

static INLINE void flags_zns(struct run *x, uint8_t result)
{
    x->sreg[S_Z] = result == 0;
    x->sreg[S_N] = BIT7(result);
    x->sreg[S_S] = x->sreg[S_N] ^ x->sreg[S_V];
}

static INLINE void flags_logic(struct run *x, uint8_t result)
{
    x->sreg[S_V] = 0;
    flags_zns(x, result);
}

static INLINE uint8_t add(struct run *x, uint8_t a, uint8_t b, uint8_t carry)
{
    uint8_t result = (uint8_t)(a + b + carry);
    uint8_t carries = (uint8_t)((a & b) | ((a | b) & ~result));

    x->sreg[S_H] = BIT3(carries);
    x->sreg[S_C] = BIT7(carries);
    x->sreg[S_V] = BIT7((a ^ result) & (b ^ result));
    flags_zns(x, result);
    return result;
}

static INLINE uint8_t subtract(struct run *x, uint8_t a, uint8_t b, uint8_t carry)
{
    uint8_t result = (uint8_t)(a - b - carry);
    uint8_t borrows = (uint8_t)((~a & b) | ((~a | b) & result));

    x->sreg[S_H] = BIT3(borrows);
    x->sreg[S_C] = BIT7(borrows);
    x->sreg[S_V] = BIT7((a ^ b) & (a ^ result));
    flags_zns(x, result);
    return result;
}

/* Z stays clear once a lower byte was not zero. */
static INLINE uint8_t subtract_on(struct run *x, uint8_t a, uint8_t b)
{
    uint8_t zero = x->sreg[S_Z];
    uint8_t result = subtract(x, a, b, x->sreg[S_C]);

    x->sreg[S_Z] &= zero;
    return result;
}

static INLINE uint8_t shift_right(struct run *x, uint8_t value, uint8_t top)
{
    uint8_t result = (uint8_t)(value >> 1 | top);

    x->sreg[S_C] = value & 1;
    x->sreg[S_N] = BIT7(result);
    x->sreg[S_V] = x->sreg[S_N] ^ x->sreg[S_C];
    x->sreg[S_S] = x->sreg[S_N] ^ x->sreg[S_V];
    x->sreg[S_Z] = result == 0;
    return result;
}

static INLINE void word_flags(struct run *x, uint16_t result, uint16_t overflow, uint16_t carry)
{
    x->sreg[S_V] = (uint8_t)(overflow >> 15);
    x->sreg[S_C] = (uint8_t)(carry >> 15);
    x->sreg[S_Z] = result == 0;
    x->sreg[S_N] = (uint8_t)(result >> 15);
    x->sreg[S_S] = x->sreg[S_N] ^ x->sreg[S_V];
}

static INLINE void product(struct run *x, uint16_t result)
{
    x->data[0] = (uint8_t)result;
    x->data[1] = (uint8_t)(result >> 8);
    x->sreg[S_C] = (uint8_t)(result >> 15);
    x->sreg[S_Z] = result == 0;
}

#endif
