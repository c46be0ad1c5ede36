/* Instruction encodings: AVR Instruction Set Manual. */
#include <stdbool.h>
#include <stdlib.h>

#include "engine/core.h"
#include "engine/core_act.h"

enum format {
    NONE,
    REG_REG,   /* ..rd dddd rrrr */
    REG_K8,    /* .... kkkk dddd kkkk, r16 to r31 */
    REG,       /* .... ...d dddd .... */
    REG_BIT,   /* .... ...d dddd .bbb */
    REG_Q,     /* ..q. qq.d dddd .qqq */
    REG_IO,    /* .... .AAd dddd AAAA */
    IO_BIT,    /* .... .... AAAA Abbb */
    PAIR_K6,   /* .... .... KKdd KKKK, r24 r26 r28 r30 */
    PAIRS,     /* .... .... dddd rrrr */
    HIGH_REGS, /* .... .... dddd rrrr, r16 to r31 */
    REG_K16,   /* a second word: data address */
    JUMP,      /* a second word: program address */
    NEAR,      /* .... kkkk kkkk kkkk, relative */
    BRANCH,    /* .... ..kk kkkk ksss, relative */
    FLAG,      /* .... .... .sss .... */
};

struct encoding {
    uint16_t mask;
    uint16_t code;
    uint8_t act;
    uint8_t format;
};

static const struct encoding encodings[] = {
    { 0xFFFF, 0x0000, ACT_NOP, NONE },       { 0xFF00, 0x0100, ACT_MOVW, PAIRS },
    { 0xFF00, 0x0200, ACT_MULS, HIGH_REGS }, { 0xFC00, 0x0400, ACT_CPC, REG_REG },
    { 0xFC00, 0x0800, ACT_SBC, REG_REG },    { 0xFC00, 0x0C00, ACT_ADD, REG_REG },
    { 0xFC00, 0x1000, ACT_CPSE, REG_REG },   { 0xFC00, 0x1400, ACT_CP, REG_REG },
    { 0xFC00, 0x1800, ACT_SUB, REG_REG },    { 0xFC00, 0x1C00, ACT_ADC, REG_REG },
    { 0xFC00, 0x2000, ACT_AND, REG_REG },    { 0xFC00, 0x2400, ACT_EOR, REG_REG },
    { 0xFC00, 0x2800, ACT_OR, REG_REG },     { 0xFC00, 0x2C00, ACT_MOV, REG_REG },
    { 0xF000, 0x3000, ACT_CPI, REG_K8 },     { 0xF000, 0x4000, ACT_SBCI, REG_K8 },
    { 0xF000, 0x5000, ACT_SUBI, REG_K8 },    { 0xF000, 0x6000, ACT_ORI, REG_K8 },
    { 0xF000, 0x7000, ACT_ANDI, REG_K8 },    { 0xD208, 0x8000, ACT_LDD_Z, REG_Q },
    { 0xD208, 0x8008, ACT_LDD_Y, REG_Q },    { 0xD208, 0x8200, ACT_STD_Z, REG_Q },
    { 0xD208, 0x8208, ACT_STD_Y, REG_Q },    { 0xFE0F, 0x9000, ACT_LDS, REG_K16 },
    { 0xFE0F, 0x9001, ACT_LD_Z_INC, REG },   { 0xFE0F, 0x9002, ACT_LD_DEC_Z, REG },
    { 0xFE0F, 0x9004, ACT_LPM, REG },        { 0xFE0F, 0x9005, ACT_LPM_INC, REG },
    { 0xFE0F, 0x9009, ACT_LD_Y_INC, REG },   { 0xFE0F, 0x900A, ACT_LD_DEC_Y, REG },
    { 0xFE0F, 0x900C, ACT_LD_X, REG },       { 0xFE0F, 0x900D, ACT_LD_X_INC, REG },
    { 0xFE0F, 0x900E, ACT_LD_DEC_X, REG },   { 0xFE0F, 0x900F, ACT_POP, REG },
    { 0xFE0F, 0x9200, ACT_STS, REG_K16 },    { 0xFE0F, 0x9201, ACT_ST_Z_INC, REG },
    { 0xFE0F, 0x9202, ACT_ST_DEC_Z, REG },   { 0xFE0F, 0x9209, ACT_ST_Y_INC, REG },
    { 0xFE0F, 0x920A, ACT_ST_DEC_Y, REG },   { 0xFE0F, 0x920C, ACT_ST_X, REG },
    { 0xFE0F, 0x920D, ACT_ST_X_INC, REG },   { 0xFE0F, 0x920E, ACT_ST_DEC_X, REG },
    { 0xFE0F, 0x920F, ACT_PUSH, REG },       { 0xFE0F, 0x9400, ACT_COM, REG },
    { 0xFE0F, 0x9401, ACT_NEG, REG },        { 0xFE0F, 0x9402, ACT_SWAP, REG },
    { 0xFE0F, 0x9403, ACT_INC, REG },        { 0xFE0F, 0x9405, ACT_ASR, REG },
    { 0xFE0F, 0x9406, ACT_LSR, REG },        { 0xFE0F, 0x9407, ACT_ROR, REG },
    { 0xFE0F, 0x940A, ACT_DEC, REG },        { 0xFF8F, 0x9408, ACT_SET, FLAG },
    { 0xFF8F, 0x9488, ACT_CLEAR, FLAG },     { 0xFFFF, 0x9409, ACT_IJMP, NONE },
    { 0xFFFF, 0x9509, ACT_ICALL, NONE },     { 0xFFFF, 0x9508, ACT_RET, NONE },
    { 0xFFFF, 0x9518, ACT_RETI, NONE },      { 0xFFFF, 0x9588, ACT_SLEEP, NONE },
    { 0xFE0E, 0x940C, ACT_JMP, JUMP },       { 0xFE0E, 0x940E, ACT_CALL, JUMP },
    { 0xFF00, 0x9600, ACT_ADIW, PAIR_K6 },   { 0xFF00, 0x9700, ACT_SBIW, PAIR_K6 },
    { 0xFF00, 0x9800, ACT_CBI, IO_BIT },     { 0xFF00, 0x9900, ACT_SBIC, IO_BIT },
    { 0xFF00, 0x9A00, ACT_SBI, IO_BIT },     { 0xFF00, 0x9B00, ACT_SBIS, IO_BIT },
    { 0xFC00, 0x9C00, ACT_MUL, REG_REG },    { 0xF800, 0xB000, ACT_IN, REG_IO },
    { 0xF800, 0xB800, ACT_OUT, REG_IO },     { 0xF000, 0xC000, ACT_RJMP, NEAR },
    { 0xF000, 0xD000, ACT_RCALL, NEAR },     { 0xF000, 0xE000, ACT_LDI, REG_K8 },
    { 0xFC00, 0xF000, ACT_BRCS, BRANCH },    { 0xFC00, 0xF400, ACT_BRCC, BRANCH },
    { 0xFE08, 0xF800, ACT_BLD, REG_BIT },    { 0xFE08, 0xFA00, ACT_BST, REG_BIT },
    { 0xFE08, 0xFC00, ACT_SBRC, REG_BIT },   { 0xFE08, 0xFE00, ACT_SBRS, REG_BIT },
};

#define SREG 0x5F
#define ENCODINGS (sizeof encodings / sizeof encodings[0])

static uint16_t word_at(const uint8_t *flash, uint32_t words, uint32_t at)
{
    if (at >= words)
        return 0xFFFF;
    return (uint16_t)(flash[2 * at] | flash[2 * at + 1] << 8);
}

static const struct encoding *find(uint16_t code)
{
    for (size_t i = 0; i < ENCODINGS; i++)
        if ((code & encodings[i].mask) == encodings[i].code)
            return &encodings[i];
    return NULL;
}

static bool is_long(uint16_t code)
{
    const struct encoding *e = find(code);

    return e && (e->format == REG_K16 || e->format == JUMP);
}

static int sign_extend(unsigned value, unsigned bits)
{
    unsigned sign = 1u << (bits - 1u);

    return (int)(value ^ sign) - (int)sign;
}

/* A jump that leaves the flash is simavr's to deal with. */
static void set_target(struct core_op *op, int64_t target, uint32_t words)
{
    if (target < 0 || target >= words)
        op->act = ACT_OTHER;
    op->k = (uint16_t)target;
}

static void operands(struct core_op *op, const struct encoding *e, uint16_t code, uint16_t second,
                     uint32_t at, uint32_t words)
{
    op->d = (code >> 4) & 0x1F;
    switch ((enum format)e->format) {
    case NONE:
    case REG:
        break;
    case REG_REG:
        op->r = (uint8_t)((code >> 5 & 0x10) | (code & 0xF));
        break;
    case REG_K8:
        op->d = (uint8_t)(16 + (code >> 4 & 0xF));
        op->k = (uint16_t)((code >> 4 & 0xF0) | (code & 0xF));
        break;
    case REG_BIT:
        op->r = (uint8_t)(1u << (code & 7));
        break;
    case REG_Q:
        op->k = (uint16_t)((code >> 8 & 0x20) | (code >> 7 & 0x18) | (code & 7));
        break;
    case REG_IO:
        op->k = (uint16_t)(32 + ((code >> 5 & 0x30) | (code & 0xF)));
        if (op->k == SREG)
            op->act = e->act == ACT_IN ? ACT_IN_SREG : ACT_OUT_SREG;
        break;
    case IO_BIT:
        op->k = (uint16_t)(32 + (code >> 3 & 0x1F));
        op->r = (uint8_t)(1u << (code & 7));
        break;
    case PAIR_K6:
        op->d = (uint8_t)(24 + (code >> 3 & 6));
        op->k = (uint16_t)((code >> 2 & 0x30) | (code & 0xF));
        break;
    case PAIRS:
        op->d = (uint8_t)(code >> 3 & 0x1E);
        op->r = (uint8_t)(code << 1 & 0x1E);
        break;
    case HIGH_REGS:
        op->d = (uint8_t)(16 + (code >> 4 & 0xF));
        op->r = (uint8_t)(16 + (code & 0xF));
        break;
    case REG_K16:
        op->k = second;
        break;
    case JUMP:
        set_target(op, ((code >> 3 & 0x3E) | (code & 1)) * 65536LL + second, words);
        break;
    case NEAR:
        set_target(op, ((int64_t)at + 1 + sign_extend(code & 0xFFF, 12) + words) % words, words);
        break;
    case BRANCH:
        op->act = (uint8_t)(e->act + (code & 7));
        set_target(op, (int64_t)at + 1 + sign_extend(code >> 3 & 0x7F, 7), words);
        break;
    case FLAG:
        op->d = (code >> 4) & 7;
        break;
    }
}

void core_decode(struct core *core, const uint8_t *flash, uint32_t at)
{
    uint16_t code = word_at(flash, core->words, at);
    uint16_t next = word_at(flash, core->words, at + 1);
    const struct encoding *e = find(code);
    struct core_op *op = &core->op[at];

    *op = (struct core_op){ .act = e ? e->act : ACT_OTHER, .words = is_long(next) ? 2 : 1 };
    if (e)
        operands(op, e, code, next, at, core->words);
    if (op->act == ACT_PUSH || op->act == ACT_POP)
        op->k = 1;
}

/* How many of a kind follow each other. */
static void count_stack_runs(struct core *core)
{
    for (uint32_t at = core->words - 1; at-- > 0;) {
        struct core_op *op = &core->op[at];
        if ((op->act == ACT_PUSH || op->act == ACT_POP) && op[1].act == op->act)
            op->k = (uint16_t)(op[1].k + 1);
    }
}

struct core *core_new(const uint8_t *flash, uint32_t bytes)
{
    uint32_t words = bytes / 2;
    struct core *core = calloc(1, sizeof *core);

    if (!core)
        return NULL;
    core->words = words;
    for (uint32_t at = 0; at < words; at++)
        core_decode(core, flash, at);
    count_stack_runs(core);
    return core;
}
