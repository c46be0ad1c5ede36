/* Pairs of the state in one vector register are torn apart again at every instruction. */
#pragma GCC optimize("no-tree-slp-vectorize")

#include "engine/core.h"

#include <sim_interrupts.h>

#include "engine/core_act.h"
#include "engine/core_space.h"

/* ---- running ---------------------------------------------------------------------------------- */

static bool is_elpm(uint16_t code)
{
    return code == 0x95D8 || (code & 0xFE0E) == 0x9006;
}

/* simavr reads beyond the flash, wherever RAMPZ points to, or where there is none. */
static void run_elpm(avr_t *avr, uint16_t code)
{
    uint8_t *ramp = avr->data + avr->rampz;
    uint32_t z = (uint32_t)(avr->data[R_ZL] | avr->data[R_ZH] << 8 | *ramp << 16);

    if (!avr->rampz) {
        avr->state = cpu_Crashed;
        return;
    }
    avr->data[code == 0x95D8 ? 0 : code >> 4 & 0x1F] = avr->flash[z & avr->flashend];
    if ((code & 0xFE0F) == 0x9007) {
        z++;
        avr->data[R_ZL] = (uint8_t)z;
        avr->data[R_ZH] = (uint8_t)(z >> 8);
        *ramp = (uint8_t)(z >> 16);
    }
    avr->cycle += 3;
}

static avr_flashaddr_t run_rare(avr_t *avr)
{
    uint16_t code;

    if (avr->pc >= avr->flashend)
        return avr_run_one(avr);
    code = (uint16_t)(avr->flash[avr->pc] | avr->flash[avr->pc + 1] << 8);
    if (!is_elpm(code))
        return avr_run_one(avr);
    run_elpm(avr, code);
    return avr->pc + 2;
}

static INLINE void run_by_simavr(struct run *x)
{
    write_back(x);
    x->avr->run_cycle_count = 1;
    x->pc = run_rare(x->avr) >> 1;
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
            D = x->avr->flash[pair(x, R_ZL) & x->avr->flashend];
            spent = 3;
            break;
        case ACT_LPM_INC: {
            uint16_t at = pair(x, R_ZL);
            D = x->avr->flash[at & x->avr->flashend];
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

    if (x.pc >= CORE_OPS)
        return avr_run_one(avr);
    run(&x, core);
    avr->cycle = x.cycle;
    return x.pc << 1;
}
