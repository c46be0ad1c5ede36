/* What a decoded instruction does; between core_decode.c and core.c only. OTHER: simavr runs it. */
#ifndef SIM_ENGINE_CORE_ACT_H
#define SIM_ENGINE_CORE_ACT_H

/* clang-format off */
#define CORE_ACTS(X)                                                                          \
    X(OTHER) X(NOP) X(SLEEP) X(MOVW) X(MULS) X(MUL) X(CPC) X(SBC) X(ADD) X(CPSE) X(CP) X(SUB) \
    X(ADC) X(AND) X(EOR) X(OR) X(MOV) X(CPI) X(SBCI) X(SUBI) X(ORI) X(ANDI) X(LDI)            \
    X(LDD_Z) X(LDD_Y) X(STD_Z) X(STD_Y) X(LDS) X(STS)                                         \
    X(LD_X) X(LD_X_INC) X(LD_DEC_X) X(LD_Y_INC) X(LD_DEC_Y) X(LD_Z_INC) X(LD_DEC_Z)           \
    X(ST_X) X(ST_X_INC) X(ST_DEC_X) X(ST_Y_INC) X(ST_DEC_Y) X(ST_Z_INC) X(ST_DEC_Z)           \
    X(LPM) X(LPM_INC) X(POP) X(PUSH) X(COM) X(NEG) X(SWAP) X(INC) X(DEC) X(ASR) X(LSR) X(ROR) \
    X(SET) X(CLEAR) X(BLD) X(BST) X(ADIW) X(SBIW) X(CBI) X(SBI) X(SBIC) X(SBIS) X(SBRC)       \
    X(SBRS) X(IN) X(IN_SREG) X(OUT) X(OUT_SREG)                                               \
    X(RJMP) X(RCALL) X(JMP) X(CALL) X(IJMP) X(ICALL) X(RET) X(RETI)                           \
    X(BRCS) X(BREQ) X(BRMI) X(BRVS) X(BRLT) X(BRHS) X(BRTS) X(BRIE)                           \
    X(BRCC) X(BRNE) X(BRPL) X(BRVC) X(BRGE) X(BRHC) X(BRTC) X(BRID)
/* clang-format on */

#define CORE_ACT_NAME(name) ACT_##name,
enum core_act { CORE_ACTS(CORE_ACT_NAME) };
#undef CORE_ACT_NAME

#endif
