/* Pairs of the state in one vector register are torn apart again at every instruction. */
#pragma GCC optimize("no-tree-slp-vectorize")

#include "engine/core.h"

#include <stdbool.h>

#include <sim_core.h>
#include <sim_interrupts.h>
#include <sim_irq.h>

#include "engine/core_act.h"

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

/* ---- data space ------------------------------------------------------------------------------- */

static uint8_t joined_sreg(const avr_t *avr)
{
    unsigned value = 0;

    for (unsigned bit = 0; bit < 8; bit++)
        value |= (unsigned)avr->sreg[bit] << bit;
    return (uint8_t)value;
}

static void split_sreg(avr_t *avr, uint8_t value)
{
    for (uint8_t bit = 0; bit < 8; bit++)
        avr_sreg_set(avr, bit, value >> bit & 1);
}

static void tell_watchers(avr_irq_t *irq, uint8_t value)
{
    if (!irq)
        return;
    avr_raise_irq(irq + AVR_IOMEM_IRQ_ALL, value);
    for (int i = 0; i < 8; i++)
        avr_raise_irq(irq + i, value >> i & 1);
}

/* Out of line: registers that somebody watches, SREG, and addresses that do not exist. */
static __attribute__((noinline)) uint8_t load_watched(avr_t *avr, uint16_t address)
{
    if (address == R_SREG) {
        avr->data[R_SREG] = joined_sreg(avr);
    } else if (address > 31 && address < RAM_FROM) {
        avr_io_addr_t io = AVR_DATA_TO_IO(address);
        if (avr->io[io].r.c)
            avr->data[address] = avr->io[io].r.c(avr, address, avr->io[io].r.param);
        tell_watchers(avr->io[io].irq, avr->data[address]);
    }
    return avr_core_watch_read(avr, address);
}

static __attribute__((noinline)) void store_watched(avr_t *avr, uint16_t address, uint8_t value)
{
    avr_io_addr_t io = AVR_DATA_TO_IO(address);

    if (address >= RAM_FROM || address < 32) {
        avr_core_watch_write(avr, address, value);
        return;
    }
    if (address == R_SREG)
        split_sreg(avr, value);
    if (avr->io[io].w.c)
        avr->io[io].w.c(avr, address, value, avr->io[io].w.param);
    else
        avr->data[address] = value;
    tell_watchers(avr->io[io].irq, value);
}

static INLINE void write_back(const struct run *x)
{
    x->avr->pc = x->pc << 1;
    x->avr->cycle = x->cycle;
    x->avr->run_cycle_count = x->end - x->cycle;
}

/* A callback may have planned a timer, raised an interrupt, stopped the chip or, as the EEPROM does,
 * halted it for some cycles. */
static INLINE void read_back(struct run *x)
{
    x->cycle = x->avr->cycle;
    x->end = x->cycle + x->avr->run_cycle_count;
    x->look = true;
}

static INLINE bool is_ram(const struct run *x, uint16_t address)
{
    return address >= RAM_FROM && address <= x->ramend;
}

static INLINE uint8_t load(struct run *x, uint16_t address)
{
    uint8_t value;

    if (is_ram(x, address) || address < 32)
        return x->data[address];
    if (address < RAM_FROM && address != R_SREG && !x->avr->io[AVR_DATA_TO_IO(address)].r.c &&
        !x->avr->io[AVR_DATA_TO_IO(address)].irq)
        return x->data[address];
    write_back(x);
    value = load_watched(x->avr, address);
    read_back(x);
    return value;
}

static INLINE void store(struct run *x, uint16_t address, uint8_t value)
{
    if (is_ram(x, address) || address < 32) {
        x->data[address] = value;
        return;
    }
    if (address < RAM_FROM && address != R_SREG && !x->avr->io[AVR_DATA_TO_IO(address)].w.c &&
        !x->avr->io[AVR_DATA_TO_IO(address)].irq) {
        x->data[address] = value;
        return;
    }
    write_back(x);
    store_watched(x->avr, address, value);
    read_back(x);
}

static INLINE uint16_t pair(const struct run *x, uint8_t at)
{
    return (uint16_t)(x->data[at] | x->data[at + 1] << 8);
}

static INLINE void set_pair(struct run *x, uint8_t at, uint16_t value)
{
    x->data[at] = (uint8_t)value;
    x->data[at + 1] = (uint8_t)(value >> 8);
}

static INLINE void push(struct run *x, uint8_t value)
{
    uint16_t sp = pair(x, R_SPL);

    store(x, sp, value);
    set_pair(x, R_SPL, (uint16_t)(sp - 1));
}

static INLINE uint8_t pop(struct run *x)
{
    uint16_t sp = (uint16_t)(pair(x, R_SPL) + 1);
    uint8_t value = load(x, sp);

    set_pair(x, R_SPL, sp);
    return value;
}

static INLINE void push_return(struct run *x, uint32_t words)
{
    push(x, (uint8_t)words);
    push(x, (uint8_t)(words >> 8));
}

static INLINE uint32_t pop_return(struct run *x)
{
    uint32_t high = pop(x);

    return high << 8 | pop(x);
}

/* ---- running ---------------------------------------------------------------------------------- */

static INLINE void run_by_simavr(struct run *x)
{
    write_back(x);
    x->avr->run_cycle_count = 1;
    x->pc = avr_run_one(x->avr) >> 1;
    x->cycle = x->avr->cycle;
}

/* True when the run ends behind an instruction that may have changed the chip's state. */
static INLINE bool ends_run(struct run *x)
{
    x->look = false;
    return x->avr->state != cpu_Running || x->avr->interrupt_state != 0;
}

#define D (data[op->d])
#define R (data[op->r])
#define K8 ((uint8_t)op->k)
/* Address: of the pointer register before or behind the access, which it keeps. */
#define INDIRECT(reg, before, after, access)             \
    {                                                    \
        uint16_t at = (uint16_t)(pair(x, reg) + before); \
        access;                                          \
        set_pair(x, reg, (uint16_t)(at + after));        \
        spent = 2;                                       \
    }
#define LOAD_BY(reg, before, after)                                  \
    {                                                                \
        uint8_t value;                                               \
        INDIRECT(reg, before, after, value = load(x, at)) D = value; \
    }
#define STORE_BY(reg, before, after)                      \
    {                                                     \
        uint8_t value = D;                                \
        INDIRECT(reg, before, after, store(x, at, value)) \
    }
#define SKIP_IF(condition)  \
    if (condition) {        \
        next += op->words;  \
        spent += op->words; \
    }

static INLINE void run(struct run *x, const struct core *core)
{
    uint8_t *const data = x->data;
    const struct core_op *const ops = core->op;

    for (;;) {
        const struct core_op *op = &ops[x->pc];
        uint32_t next = x->pc + 1;
        unsigned spent = 1;

        switch ((enum core_act)op->act) {
        case ACT_OTHER:
            run_by_simavr(x);
            return;
        case ACT_NOP:
            break;
        case ACT_MOVW:
            set_pair(x, op->d, pair(x, op->r));
            break;
        case ACT_MULS:
            product(x, (uint16_t)((int8_t)D * (int8_t)R));
            spent = 2;
            break;
        case ACT_MUL:
            product(x, (uint16_t)(D * R));
            spent = 2;
            break;
        case ACT_CPC:
            subtract_on(x, D, R);
            break;
        case ACT_SBC:
            D = subtract_on(x, D, R);
            break;
        case ACT_ADD:
            D = add(x, D, R, 0);
            break;
        case ACT_ADC:
            D = add(x, D, R, x->sreg[S_C]);
            break;
        case ACT_CPSE:
            SKIP_IF(D == R)
            break;
        case ACT_CP:
            subtract(x, D, R, 0);
            break;
        case ACT_SUB:
            D = subtract(x, D, R, 0);
            break;
        case ACT_AND:
            flags_logic(x, D = D & R);
            break;
        case ACT_EOR:
            flags_logic(x, D = D ^ R);
            break;
        case ACT_OR:
            flags_logic(x, D = D | R);
            break;
        case ACT_MOV:
            D = R;
            break;
        case ACT_CPI:
            subtract(x, D, K8, 0);
            break;
        case ACT_SBCI:
            D = subtract_on(x, D, K8);
            break;
        case ACT_SUBI:
            D = subtract(x, D, K8, 0);
            break;
        case ACT_ORI:
            flags_logic(x, D = D | K8);
            break;
        case ACT_ANDI:
            flags_logic(x, D = D & K8);
            break;
        case ACT_LDI:
            D = K8;
            break;
        case ACT_LDD_Z:
            D = load(x, (uint16_t)(pair(x, R_ZL) + op->k));
            spent = 2;
            break;
        case ACT_LDD_Y:
            D = load(x, (uint16_t)(pair(x, R_YL) + op->k));
            spent = 2;
            break;
        case ACT_STD_Z:
            store(x, (uint16_t)(pair(x, R_ZL) + op->k), D);
            spent = 2;
            break;
        case ACT_STD_Y:
            store(x, (uint16_t)(pair(x, R_YL) + op->k), D);
            spent = 2;
            break;
        case ACT_LDS:
            D = load(x, op->k);
            spent = 2;
            next++;
            break;
        case ACT_STS:
            store(x, op->k, D);
            spent = 2;
            next++;
            break;
        case ACT_LD_X:
            LOAD_BY(R_XL, 0, 0)
            break;
        case ACT_LD_X_INC:
            LOAD_BY(R_XL, 0, 1)
            break;
        case ACT_LD_DEC_X:
            LOAD_BY(R_XL, -1, 0)
            break;
        case ACT_LD_Y_INC:
            LOAD_BY(R_YL, 0, 1)
            break;
        case ACT_LD_DEC_Y:
            LOAD_BY(R_YL, -1, 0)
            break;
        case ACT_LD_Z_INC:
            LOAD_BY(R_ZL, 0, 1)
            break;
        case ACT_LD_DEC_Z:
            LOAD_BY(R_ZL, -1, 0)
            break;
        case ACT_ST_X:
            STORE_BY(R_XL, 0, 0)
            break;
        case ACT_ST_X_INC:
            STORE_BY(R_XL, 0, 1)
            break;
        case ACT_ST_DEC_X:
            STORE_BY(R_XL, -1, 0)
            break;
        case ACT_ST_Y_INC:
            STORE_BY(R_YL, 0, 1)
            break;
        case ACT_ST_DEC_Y:
            STORE_BY(R_YL, -1, 0)
            break;
        case ACT_ST_Z_INC:
            STORE_BY(R_ZL, 0, 1)
            break;
        case ACT_ST_DEC_Z:
            STORE_BY(R_ZL, -1, 0)
            break;
        case ACT_LPM:
            D = x->avr->flash[pair(x, R_ZL)];
            spent = 3;
            break;
        case ACT_LPM_INC: {
            uint16_t at = pair(x, R_ZL);
            D = x->avr->flash[at];
            set_pair(x, R_ZL, (uint16_t)(at + 1));
            spent = 3;
            break;
        }
        case ACT_POP:
            D = pop(x);
            spent = 2;
            break;
        case ACT_PUSH:
            push(x, D);
            spent = 2;
            break;
        case ACT_COM:
            flags_logic(x, D = (uint8_t)~D);
            x->sreg[S_C] = 1;
            break;
        case ACT_NEG: {
            uint8_t before = D;
            D = (uint8_t)-before;
            x->sreg[S_H] = BIT3(D | before);
            x->sreg[S_V] = D == 0x80;
            x->sreg[S_C] = D != 0;
            flags_zns(x, D);
            break;
        }
        case ACT_SWAP:
            D = (uint8_t)(D >> 4 | D << 4);
            break;
        case ACT_INC:
            D++;
            x->sreg[S_V] = D == 0x80;
            flags_zns(x, D);
            break;
        case ACT_DEC:
            D--;
            x->sreg[S_V] = D == 0x7F;
            flags_zns(x, D);
            break;
        case ACT_ASR:
            D = shift_right(x, D, D & 0x80);
            break;
        case ACT_LSR:
            D = shift_right(x, D, 0);
            break;
        case ACT_ROR:
            D = shift_right(x, D, x->sreg[S_C] ? 0x80 : 0);
            break;
        case ACT_SET:
            avr_sreg_set(x->avr, op->d, 1);
            x->look = true;
            break;
        case ACT_CLEAR:
            avr_sreg_set(x->avr, op->d, 0);
            x->look = true;
            break;
        case ACT_BLD:
            D = (uint8_t)(x->sreg[S_T] ? D | op->r : D & ~op->r);
            break;
        case ACT_BST:
            x->sreg[S_T] = (D & op->r) != 0;
            break;
        case ACT_ADIW: {
            uint16_t before = pair(x, op->d);
            uint16_t result = (uint16_t)(before + op->k);
            set_pair(x, op->d, result);
            word_flags(x, result, (uint16_t)(~before & result), (uint16_t)(before & ~result));
            spent = 2;
            break;
        }
        case ACT_SBIW: {
            uint16_t before = pair(x, op->d);
            uint16_t result = (uint16_t)(before - op->k);
            set_pair(x, op->d, result);
            word_flags(x, result, (uint16_t)(before & ~result), (uint16_t)(result & ~before));
            spent = 2;
            break;
        }
        case ACT_CBI:
            store(x, op->k, (uint8_t)(load(x, op->k) & ~op->r));
            spent = 2;
            break;
        case ACT_SBI:
            store(x, op->k, load(x, op->k) | op->r);
            spent = 2;
            break;
        case ACT_SBIC:
            SKIP_IF(!(load(x, op->k) & op->r))
            break;
        case ACT_SBIS:
            SKIP_IF(load(x, op->k) & op->r)
            break;
        case ACT_SBRC:
            SKIP_IF(!(D & op->r))
            break;
        case ACT_SBRS:
            SKIP_IF(D & op->r)
            break;
        case ACT_IN:
            D = load(x, op->k);
            break;
        case ACT_OUT:
            store(x, op->k, D);
            break;
        case ACT_RJMP:
            next = op->k;
            spent = 2;
            break;
        case ACT_RCALL:
            push_return(x, next);
            next = op->k;
            spent = 3;
            break;
        case ACT_JMP:
            next = op->k;
            spent = 3;
            break;
        case ACT_CALL:
            push_return(x, next + 1);
            next = op->k;
            spent = 4;
            break;
        case ACT_IJMP:
            next = pair(x, R_ZL);
            spent = 2;
            break;
        case ACT_ICALL:
            push_return(x, next);
            next = pair(x, R_ZL);
            spent = 3;
            break;
        case ACT_RETI:
            write_back(x);
            avr_sreg_set(x->avr, S_I, 1);
            avr_interrupt_reti(x->avr);
            read_back(x);
            next = pop_return(x);
            spent = 4;
            break;
        case ACT_RET:
            next = pop_return(x);
            spent = 4;
            break;
        case ACT_BRBS:
            if (x->sreg[op->d]) {
                next = op->k;
                spent = 2;
            }
            break;
        case ACT_BRBC:
            if (!x->sreg[op->d]) {
                next = op->k;
                spent = 2;
            }
            break;
        }
        x->cycle += spent;
        x->pc = next;
        if (x->cycle >= x->end || (x->look && ends_run(x)))
            return;
    }
}

avr_flashaddr_t core_run(const struct core *core, avr_t *avr)
{
    struct run x = { .avr = avr,
                     .data = avr->data,
                     .sreg = avr->sreg,
                     .ramend = avr->ramend,
                     .pc = avr->pc >> 1,
                     .cycle = avr->cycle,
                     .end = avr->cycle + (avr->interrupt_state ? 1 : avr->run_cycle_count) };

    run(&x, core);
    avr->cycle = x.cycle;
    return x.pc << 1;
}
