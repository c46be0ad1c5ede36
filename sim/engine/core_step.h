/* From one instruction of core_run() to the next, and what several of them have in common: macros that
 * use its x, op, ops, data and labels. */
#ifndef SIM_ENGINE_CORE_STEP_H
#define SIM_ENGINE_CORE_STEP_H

#include "engine/core_space.h"
#include "engine/inside.h"

/* Behind an instruction that may have enabled interrupts, which takes effect one instruction later. If none
 * waits, all that simavr would do is count to there. */
static INLINE void let_interrupts_in(struct run *x, int cycles)
{
    avr_t *avr = x->avr;

    if (avr->interrupt_state == 0)
        return;
    if (x->left > cycles && !inside_waits(avr)) {
        avr->interrupt_state = 0;
        return;
    }
    x->left -= NOTHING_LEFT;
    x->end -= NOTHING_LEFT;
}

#define D (data[op->d])
#define R (data[op->r])
#define K8 ((uint8_t)op->k)
#define PC ((uint32_t)(op - ops))
#define Y_K ((uint16_t)(pair(x, R_YL) + op->k))
#define Z_K ((uint16_t)(pair(x, R_ZL) + op->k))

/* Each instruction jumps to the next one's code by itself: the processor foresees that better than one
 * jump for all. */
#define GO_ON                \
    {                        \
        if (x->left <= 0)    \
            goto end_of_run; \
        goto *code[op->act]; \
    }
#define NEXT(words, cycles) \
    {                       \
        op += words;        \
        x->left -= cycles;  \
        GO_ON               \
    }
#define JUMP(target, cycles) \
    {                        \
        op = ops + (target); \
        x->left -= cycles;   \
        GO_ON                \
    }
#define SKIP_IF(condition)                              \
    {                                                   \
        unsigned skipped = (condition) ? op->words : 0; \
        NEXT(1 + skipped, 1 + skipped)                  \
    }
#define BRANCH_IF(condition) \
    {                        \
        if (condition)       \
            JUMP(op->k, 2)   \
        NEXT(1, 1)           \
    }
#define LOAD(address, words)                \
    {                                       \
        uint16_t at = (address);            \
        if (!is_ram(x, at) && at == R_SREG) \
            goto do_OTHER;                  \
        D = load(x, PC, at);                \
        NEXT(words, 2)                      \
    }
#define STORE(address, words)               \
    {                                       \
        uint16_t at = (address);            \
        if (!is_ram(x, at) && at == R_SREG) \
            goto do_OTHER;                  \
        store(x, PC, at, D);                \
        NEXT(words, 2)                      \
    }
/* By a pointer register that moves before or behind the access. */
#define LOAD_BY(reg, before, after)                      \
    {                                                    \
        uint16_t at = (uint16_t)(pair(x, reg) + before); \
        uint8_t value;                                   \
        if (!is_ram(x, at) && at == R_SREG)              \
            goto do_OTHER;                               \
        value = load(x, PC, at);                         \
        set_pair(x, reg, (uint16_t)(at + after));        \
        D = value;                                       \
        NEXT(1, 2)                                       \
    }
#define STORE_BY(reg, before, after)                     \
    {                                                    \
        uint16_t at = (uint16_t)(pair(x, reg) + before); \
        if (!is_ram(x, at) && at == R_SREG)              \
            goto do_OTHER;                               \
        store(x, PC, at, D);                             \
        set_pair(x, reg, (uint16_t)(at + after));        \
        NEXT(1, 2)                                       \
    }
#define CALL(target, words, cycles)                \
    {                                              \
        uint16_t sp = pair(x, R_SPL);              \
        uint32_t back = PC + words;                \
        if (!is_ram(x, sp) || !is_ram(x, sp - 1u)) \
            goto do_OTHER;                         \
        data[sp] = (uint8_t)back;                  \
        data[sp - 1] = (uint8_t)(back >> 8);       \
        set_pair(x, R_SPL, (uint16_t)(sp - 2));    \
        JUMP(target, cycles)                       \
    }

#endif
