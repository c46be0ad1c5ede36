/* Pairs of the state in one vector register are torn apart again at every instruction. */
#pragma GCC optimize("no-tree-slp-vectorize")

#include "engine/core.h"

#include "engine/core_act.h"
#include "engine/core_space.h"
#include "engine/core_step.h"
#include "engine/inside.h"

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

static avr_flashaddr_t run_by_simavr(avr_t *avr)
{
    avr->run_cycle_count = 1;
    return run_rare(avr);
}

avr_flashaddr_t core_run(const struct core *core, avr_t *avr)
{
#define CODE_OF(name) [ACT_##name] = &&do_##name,
    static const void *const code[] = { CORE_ACTS(CODE_OF) };
#undef CODE_OF
    int64_t cycles = avr->interrupt_state ? 1 : (int64_t)avr->run_cycle_count;
    uint8_t *const data = avr->data;
    const struct core_op *const ops = core->op;
    const struct core_op *op = ops + (avr->pc >> 1);
    struct run state = { .avr = avr,
                         .data = data,
                         .ram_size = avr->ramend + 1u - RAM_FROM,
                         .left = cycles,
                         .end = (int64_t)avr->cycle + cycles };
    struct run *const x = &state;

    if (avr->pc >> 1 >= CORE_OPS || !flags_fit(avr))
        return run_by_simavr(avr);
    take_flags(x);
    goto *code[op->act];

do_OTHER:
    write_back(x, PC);
    give_flags(x);
    return run_by_simavr(avr);
do_NOP:
    NEXT(1, 1)
do_SLEEP:
    if (inside_waits(avr) && avr->sreg[S_I])
        NEXT(1, 1)
    avr->state = cpu_Sleeping;
    avr->pc = PC << 1; /* its own, until the run is over */
    op++;
    x->left--;
    goto end_of_run;
do_MOVW:
    data[op->d + 1] = data[op->r + 1];
    D = R;
    NEXT(1, 1)
do_MULS:
    product(x, (uint16_t)((int8_t)D * (int8_t)R));
    NEXT(1, 2)
do_MUL:
    product(x, (uint16_t)(D * R));
    NEXT(1, 2)
do_CPC:
    subtract_on(x, D, R);
    NEXT(1, 1)
do_SBC:
    D = subtract_on(x, D, R);
    NEXT(1, 1)
do_ADD:
    D = add(x, D, R, 0);
    NEXT(1, 1)
do_ADC:
    D = add(x, D, R, x->carry);
    NEXT(1, 1)
do_CPSE:
    SKIP_IF(D == R)
do_CP:
    subtract(x, D, R, 0);
    NEXT(1, 1)
do_SUB:
    D = subtract(x, D, R, 0);
    NEXT(1, 1)
do_AND:
    flags_logic(x, D = D & R);
    NEXT(1, 1)
do_EOR:
    flags_logic(x, D = D ^ R);
    NEXT(1, 1)
do_OR:
    flags_logic(x, D = D | R);
    NEXT(1, 1)
do_MOV:
    D = R;
    NEXT(1, 1)
do_CPI:
    subtract(x, D, K8, 0);
    NEXT(1, 1)
do_SBCI:
    D = subtract_on(x, D, K8);
    NEXT(1, 1)
do_SUBI:
    D = subtract(x, D, K8, 0);
    NEXT(1, 1)
do_ORI:
    flags_logic(x, D = D | K8);
    NEXT(1, 1)
do_ANDI:
    flags_logic(x, D = D & K8);
    NEXT(1, 1)
do_LDI:
    D = K8;
    NEXT(1, 1)
do_LDD_Z:
    LOAD(Z_K, 1)
do_LDD_Y:
    LOAD(Y_K, 1)
do_STD_Z:
    STORE(Z_K, 1)
do_STD_Y:
    STORE(Y_K, 1)
do_LDS:
    LOAD(op->k, 2)
do_STS:
    STORE(op->k, 2)
do_LD_X:
    LOAD(pair(x, R_XL), 1)
do_LD_X_INC:
    LOAD_BY(R_XL, 0, 1)
do_LD_DEC_X:
    LOAD_BY(R_XL, -1, 0)
do_LD_Y_INC:
    LOAD_BY(R_YL, 0, 1)
do_LD_DEC_Y:
    LOAD_BY(R_YL, -1, 0)
do_LD_Z_INC:
    LOAD_BY(R_ZL, 0, 1)
do_LD_DEC_Z:
    LOAD_BY(R_ZL, -1, 0)
do_ST_X:
    STORE_BY(R_XL, 0, 0)
do_ST_X_INC:
    STORE_BY(R_XL, 0, 1)
do_ST_DEC_X:
    STORE_BY(R_XL, -1, 0)
do_ST_Y_INC:
    STORE_BY(R_YL, 0, 1)
do_ST_DEC_Y:
    STORE_BY(R_YL, -1, 0)
do_ST_Z_INC:
    STORE_BY(R_ZL, 0, 1)
do_ST_DEC_Z:
    STORE_BY(R_ZL, -1, 0)
do_LPM:
    D = avr->flash[pair(x, R_ZL) & avr->flashend];
    NEXT(1, 3)
do_LPM_INC : {
    uint16_t at = pair(x, R_ZL);

    D = avr->flash[at & avr->flashend];
    set_pair(x, R_ZL, (uint16_t)(at + 1));
    NEXT(1, 3)
}
do_POP : {
    uint32_t sp = pair(x, R_SPL);
    unsigned run = op->k;

    if (!is_ram(x, sp + 1) || !is_ram(x, sp + run))
        goto do_OTHER;
    do {
        D = data[++sp];
        op++;
        x->left -= 2;
    } while (--run && x->left > 0);
    set_pair(x, R_SPL, (uint16_t)sp);
    GO_ON
}
do_PUSH : {
    uint32_t sp = pair(x, R_SPL);
    unsigned run = op->k;

    if (!is_ram(x, sp) || !is_ram(x, sp - run + 1))
        goto do_OTHER;
    do {
        data[sp--] = D;
        op++;
        x->left -= 2;
    } while (--run && x->left > 0);
    set_pair(x, R_SPL, (uint16_t)sp);
    GO_ON
}
do_COM:
    flags_logic(x, D = (uint8_t)~D);
    x->carry = 1;
    NEXT(1, 1)
do_NEG:
    D = subtract(x, 0, D, 0);
    NEXT(1, 1)
do_SWAP:
    D = (uint8_t)(D >> 4 | D << 4);
    NEXT(1, 1)
do_INC:
    D++;
    x->overflow = D == 0x80 ? 0x80 : 0;
    flags_zn(x, D);
    NEXT(1, 1)
do_DEC:
    D--;
    x->overflow = D == 0x7F ? 0x80 : 0;
    flags_zn(x, D);
    NEXT(1, 1)
do_ASR:
    D = shift_right(x, D, D & 0x80);
    NEXT(1, 1)
do_LSR:
    D = shift_right(x, D, 0);
    NEXT(1, 1)
do_ROR:
    D = shift_right(x, D, x->carry << 7);
    NEXT(1, 1)
do_SET:
do_CLEAR:
    if (op->d == S_S || op->d == S_N || op->d == S_V)
        goto do_OTHER;
    give_flags(x);
    avr_sreg_set(avr, op->d, op->act == ACT_SET);
    take_flags(x);
    let_interrupts_in(x, 1);
    NEXT(1, 1)
do_BLD:
    D = (uint8_t)(avr->sreg[S_T] ? D | op->r : D & ~op->r);
    NEXT(1, 1)
do_BST:
    avr->sreg[S_T] = (D & op->r) != 0;
    NEXT(1, 1)
do_ADIW : {
    uint16_t before = pair(x, op->d);
    uint16_t result = (uint16_t)(before + op->k);

    set_pair(x, op->d, result);
    word_flags(x, result, (uint16_t)(~before & result), (uint16_t)(before & ~result));
    NEXT(1, 2)
}
do_SBIW : {
    uint16_t before = pair(x, op->d);
    uint16_t result = (uint16_t)(before - op->k);

    set_pair(x, op->d, result);
    word_flags(x, result, (uint16_t)(before & ~result), (uint16_t)(result & ~before));
    NEXT(1, 2)
}
do_CBI:
    store(x, PC, op->k, (uint8_t)(load(x, PC, op->k) & ~op->r));
    NEXT(1, 2)
do_SBI:
    store(x, PC, op->k, load(x, PC, op->k) | op->r);
    NEXT(1, 2)
do_SBIC:
    SKIP_IF(!(load(x, PC, op->k) & op->r))
do_SBIS:
    SKIP_IF(load(x, PC, op->k) & op->r)
do_SBRC:
    SKIP_IF(!(D & op->r))
do_SBRS:
    SKIP_IF(D & op->r)
do_IN:
    D = load(x, PC, op->k);
    NEXT(1, 1)
do_IN_SREG:
    if (avr->io[AVR_DATA_TO_IO(R_SREG)].irq)
        goto do_OTHER;
    D = data[R_SREG] = joined_flags(x);
    NEXT(1, 1)
do_OUT:
    store(x, PC, op->k, D);
    NEXT(1, 1)
do_OUT_SREG:
    if (avr->io[AVR_DATA_TO_IO(R_SREG)].w.c || avr->io[AVR_DATA_TO_IO(R_SREG)].irq ||
        (D >> S_S & 1) != ((D >> S_N ^ D >> S_V) & 1))
        goto do_OTHER;
    split_flags(x, D);
    data[R_SREG] = D;
    let_interrupts_in(x, 1);
    NEXT(1, 1)
do_RJMP:
    JUMP(op->k, 2)
do_RCALL:
    CALL(op->k, 1, 3)
do_JMP:
    JUMP(op->k, 3)
do_CALL:
    CALL(op->k, 2, 4)
do_IJMP:
    JUMP(pair(x, R_ZL), 2)
do_ICALL:
    CALL(pair(x, R_ZL), 1, 3)
do_RETI : {
    uint16_t sp = pair(x, R_SPL);

    if (!is_ram(x, sp + 1u) || !is_ram(x, sp + 2u))
        goto do_OTHER;
    write_back(x, PC);
    avr_sreg_set(avr, S_I, 1);
    inside_reti(avr);
    read_back(x);
    let_interrupts_in(x, 4);
}
do_RET : {
    uint16_t sp = pair(x, R_SPL);

    if (!is_ram(x, sp + 1u) || !is_ram(x, sp + 2u))
        goto do_OTHER;
    set_pair(x, R_SPL, (uint16_t)(sp + 2));
    JUMP((uint32_t)(data[sp + 1] << 8 | data[sp + 2]), 4)
}
do_BRCS:
    BRANCH_IF(x->carry)
do_BREQ:
    BRANCH_IF(x->zero == 0)
do_BRMI:
    BRANCH_IF(x->negative & 0x80)
do_BRVS:
    BRANCH_IF(x->overflow & 0x80)
do_BRLT:
    BRANCH_IF(signed_less(x))
do_BRHS:
    BRANCH_IF(BIT4(x->half))
do_BRTS:
    BRANCH_IF(avr->sreg[S_T])
do_BRIE:
    BRANCH_IF(avr->sreg[S_I])
do_BRCC:
    BRANCH_IF(!x->carry)
do_BRNE:
    BRANCH_IF(x->zero)
do_BRPL:
    BRANCH_IF(!(x->negative & 0x80))
do_BRVC:
    BRANCH_IF(!(x->overflow & 0x80))
do_BRGE:
    BRANCH_IF(!signed_less(x))
do_BRHC:
    BRANCH_IF(!BIT4(x->half))
do_BRTC:
    BRANCH_IF(!avr->sreg[S_T])
do_BRID:
    BRANCH_IF(!avr->sreg[S_I])

end_of_run:
    give_flags(x);
    avr->cycle = (avr_cycle_count_t)(x->end - x->left);
    return PC << 1;
}
