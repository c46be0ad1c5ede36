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
#define BIT4(v) ((uint8_t)((v) >> 4 & 1))
#define BIT7(v) ((uint8_t)((v) >> 7 & 1))

/* One run. What simavr must see when a register's callback looks at it is written back before.
 *
 * C, Z, N, V and H are kept as what they are made of, as most are never read; S is N ^ V, and while it is
 * not, the run is left to simavr. I and T are in avr->sreg. */
struct run {
    avr_t *avr;
    uint8_t *data;
    uint32_t ram_size; /* from RAM_FROM on */
    int64_t left;      /* cycles to the end of the run */
    int64_t end;       /* avr->cycle at that end */
    uint32_t carry;    /* 0 or 1 */
    uint32_t zero;     /* Z: this is 0 */
    uint32_t negative; /* N: bit 7 */
    uint32_t overflow; /* V: bit 7 */
    uint32_t half;     /* H: bit 4 */
};

/* ---- flags ------------------------------------------------------------------------------------ */

static INLINE void flags_zn(struct run *x, uint8_t result)
{
    x->zero = x->negative = result;
}

static INLINE void flags_logic(struct run *x, uint8_t result)
{
    x->overflow = 0;
    flags_zn(x, result);
}

static INLINE uint8_t add(struct run *x, uint32_t a, uint32_t b, uint32_t carry)
{
    uint32_t result = a + b + carry;

    x->carry = result >> 8;
    x->half = a ^ b ^ result;
    x->overflow = (a ^ result) & (b ^ result);
    flags_zn(x, (uint8_t)result);
    return (uint8_t)result;
}

static INLINE uint8_t subtract(struct run *x, uint32_t a, uint32_t b, uint32_t carry)
{
    uint32_t result = a - b - carry;

    x->carry = result >> 31;
    x->half = a ^ b ^ result;
    x->overflow = (a ^ b) & (a ^ result);
    flags_zn(x, (uint8_t)result);
    return (uint8_t)result;
}

/* Z stays clear once a lower byte was not zero. */
static INLINE uint8_t subtract_on(struct run *x, uint32_t a, uint32_t b)
{
    uint32_t lower = x->zero;
    uint8_t result = subtract(x, a, b, x->carry);

    x->zero |= lower;
    return result;
}

static INLINE uint8_t shift_right(struct run *x, uint8_t value, uint32_t top)
{
    uint8_t result = (uint8_t)(value >> 1 | top);

    x->carry = value & 1;
    x->overflow = (uint32_t)result ^ x->carry << 7;
    flags_zn(x, result);
    return result;
}

static INLINE void word_flags(struct run *x, uint16_t result, uint16_t overflow, uint16_t carry)
{
    x->overflow = overflow >> 8;
    x->carry = carry >> 15;
    x->zero = result;
    x->negative = result >> 8;
}

static INLINE void product(struct run *x, uint16_t result)
{
    x->data[0] = (uint8_t)result;
    x->data[1] = (uint8_t)(result >> 8);
    x->carry = result >> 15;
    x->zero = result;
}

static INLINE bool signed_less(const struct run *x)
{
    return (x->negative ^ x->overflow) & 0x80;
}

/* ---- as simavr keeps them --------------------------------------------------------------------- */

static INLINE bool flags_fit(const avr_t *avr)
{
    return avr->sreg[S_S] == (avr->sreg[S_N] ^ avr->sreg[S_V]);
}

static INLINE void take_flags(struct run *x)
{
    const uint8_t *sreg = x->avr->sreg;

    x->carry = sreg[S_C];
    x->zero = !sreg[S_Z];
    x->negative = (uint32_t)sreg[S_N] << 7;
    x->overflow = (uint32_t)sreg[S_V] << 7;
    x->half = (uint32_t)sreg[S_H] << 4;
}

static INLINE void give_flags(const struct run *x)
{
    uint8_t *sreg = x->avr->sreg;

    sreg[S_C] = (uint8_t)x->carry;
    sreg[S_Z] = x->zero == 0;
    sreg[S_N] = BIT7(x->negative);
    sreg[S_V] = BIT7(x->overflow);
    sreg[S_S] = BIT7(x->negative ^ x->overflow);
    sreg[S_H] = BIT4(x->half);
}

static INLINE uint8_t joined_flags(const struct run *x)
{
    const uint8_t *sreg = x->avr->sreg;

    return (uint8_t)(x->carry << S_C | (uint32_t)(x->zero == 0) << S_Z |
                     (x->negative >> 7 & 1) << S_N | (x->overflow >> 7 & 1) << S_V |
                     ((x->negative ^ x->overflow) >> 7 & 1) << S_S | (x->half >> 4 & 1) << S_H |
                     (uint32_t)sreg[S_T] << S_T | (uint32_t)sreg[S_I] << S_I);
}

static INLINE void split_flags(struct run *x, uint8_t joined)
{
    x->carry = joined >> S_C & 1;
    x->zero = ~joined & 1u << S_Z;
    x->negative = (uint32_t)joined << (7 - S_N);
    x->overflow = (uint32_t)joined << (7 - S_V);
    x->half = joined >> (S_H - 4);
    x->avr->sreg[S_T] = joined >> S_T & 1;
    avr_sreg_set(x->avr, S_I, joined >> S_I & 1);
}

#endif
