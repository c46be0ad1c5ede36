/* Encodings: AVR Instruction Set Manual. */
#include "debug/disasm.h"

#include <stdbool.h>
#include <stdio.h>

/* Letters of `operands`, everything else is written as it is:
 *   d r   registers of ...r rrrd dddd rrrr       D R   their upper halves, r16 to r31
 *   f F   r16 to r23 of .ddd .rrr                p P   pairs of movw
 *   w     r24 r26 r28 r30                        x     pointer with displacement: see put_pointer()
 *   k K   constants of 8 and 6 bits              A a   I/O addresses of 6 and 5 bits
 *   b     number of a bit                        m     data address in the second word
 *   J     flash address in the second word       n c   jump by 12 and by 7 bits
 *   4     round of DES */
struct pattern {
    uint16_t mask;
    uint16_t code;
    const char *name;
    const char *operands;
};

static const struct pattern patterns[] = {
    { 0xFFFF, 0x0000, "nop", "" },        { 0xFF00, 0x0100, "movw", "p, P" },
    { 0xFF00, 0x0200, "muls", "D, R" },   { 0xFF88, 0x0300, "mulsu", "f, F" },
    { 0xFF88, 0x0308, "fmul", "f, F" },   { 0xFF88, 0x0380, "fmuls", "f, F" },
    { 0xFF88, 0x0388, "fmulsu", "f, F" }, { 0xFC00, 0x0400, "cpc", "d, r" },
    { 0xFC00, 0x0800, "sbc", "d, r" },    { 0xFC00, 0x0C00, "add", "d, r" },
    { 0xFC00, 0x1000, "cpse", "d, r" },   { 0xFC00, 0x1400, "cp", "d, r" },
    { 0xFC00, 0x1800, "sub", "d, r" },    { 0xFC00, 0x1C00, "adc", "d, r" },
    { 0xFC00, 0x2000, "and", "d, r" },    { 0xFC00, 0x2400, "eor", "d, r" },
    { 0xFC00, 0x2800, "or", "d, r" },     { 0xFC00, 0x2C00, "mov", "d, r" },
    { 0xF000, 0x3000, "cpi", "D, k" },    { 0xF000, 0x4000, "sbci", "D, k" },
    { 0xF000, 0x5000, "subi", "D, k" },   { 0xF000, 0x6000, "ori", "D, k" },
    { 0xF000, 0x7000, "andi", "D, k" },   { 0xFE0F, 0x8000, "ld", "d, Z" },
    { 0xFE0F, 0x8008, "ld", "d, Y" },     { 0xFE0F, 0x8200, "st", "Z, d" },
    { 0xFE0F, 0x8208, "st", "Y, d" },     { 0xD200, 0x8000, "ldd", "d, x" },
    { 0xD200, 0x8200, "std", "x, d" },    { 0xFE0F, 0x9000, "lds", "d, m" },
    { 0xFE0F, 0x9001, "ld", "d, Z+" },    { 0xFE0F, 0x9002, "ld", "d, -Z" },
    { 0xFE0F, 0x9004, "lpm", "d, Z" },    { 0xFE0F, 0x9005, "lpm", "d, Z+" },
    { 0xFE0F, 0x9006, "elpm", "d, Z" },   { 0xFE0F, 0x9007, "elpm", "d, Z+" },
    { 0xFE0F, 0x9009, "ld", "d, Y+" },    { 0xFE0F, 0x900A, "ld", "d, -Y" },
    { 0xFE0F, 0x900C, "ld", "d, X" },     { 0xFE0F, 0x900D, "ld", "d, X+" },
    { 0xFE0F, 0x900E, "ld", "d, -X" },    { 0xFE0F, 0x900F, "pop", "d" },
    { 0xFE0F, 0x9200, "sts", "m, d" },    { 0xFE0F, 0x9201, "st", "Z+, d" },
    { 0xFE0F, 0x9202, "st", "-Z, d" },    { 0xFE0F, 0x9204, "xch", "Z, d" },
    { 0xFE0F, 0x9205, "las", "Z, d" },    { 0xFE0F, 0x9206, "lac", "Z, d" },
    { 0xFE0F, 0x9207, "lat", "Z, d" },    { 0xFE0F, 0x9209, "st", "Y+, d" },
    { 0xFE0F, 0x920A, "st", "-Y, d" },    { 0xFE0F, 0x920C, "st", "X, d" },
    { 0xFE0F, 0x920D, "st", "X+, d" },    { 0xFE0F, 0x920E, "st", "-X, d" },
    { 0xFE0F, 0x920F, "push", "d" },      { 0xFFFF, 0x9408, "sec", "" },
    { 0xFFFF, 0x9418, "sez", "" },        { 0xFFFF, 0x9428, "sen", "" },
    { 0xFFFF, 0x9438, "sev", "" },        { 0xFFFF, 0x9448, "ses", "" },
    { 0xFFFF, 0x9458, "seh", "" },        { 0xFFFF, 0x9468, "set", "" },
    { 0xFFFF, 0x9478, "sei", "" },        { 0xFFFF, 0x9488, "clc", "" },
    { 0xFFFF, 0x9498, "clz", "" },        { 0xFFFF, 0x94A8, "cln", "" },
    { 0xFFFF, 0x94B8, "clv", "" },        { 0xFFFF, 0x94C8, "cls", "" },
    { 0xFFFF, 0x94D8, "clh", "" },        { 0xFFFF, 0x94E8, "clt", "" },
    { 0xFFFF, 0x94F8, "cli", "" },        { 0xFFFF, 0x9409, "ijmp", "" },
    { 0xFFFF, 0x9419, "eijmp", "" },      { 0xFFFF, 0x9508, "ret", "" },
    { 0xFFFF, 0x9509, "icall", "" },      { 0xFFFF, 0x9518, "reti", "" },
    { 0xFFFF, 0x9519, "eicall", "" },     { 0xFFFF, 0x9588, "sleep", "" },
    { 0xFFFF, 0x9598, "break", "" },      { 0xFFFF, 0x95A8, "wdr", "" },
    { 0xFFFF, 0x95C8, "lpm", "" },        { 0xFFFF, 0x95D8, "elpm", "" },
    { 0xFFFF, 0x95E8, "spm", "" },        { 0xFFFF, 0x95F8, "spm", "Z+" },
    { 0xFE0F, 0x9400, "com", "d" },       { 0xFE0F, 0x9401, "neg", "d" },
    { 0xFE0F, 0x9402, "swap", "d" },      { 0xFE0F, 0x9403, "inc", "d" },
    { 0xFE0F, 0x9405, "asr", "d" },       { 0xFE0F, 0x9406, "lsr", "d" },
    { 0xFE0F, 0x9407, "ror", "d" },       { 0xFE0F, 0x940A, "dec", "d" },
    { 0xFF0F, 0x940B, "des", "4" },       { 0xFE0E, 0x940C, "jmp", "J" },
    { 0xFE0E, 0x940E, "call", "J" },      { 0xFF00, 0x9600, "adiw", "w, K" },
    { 0xFF00, 0x9700, "sbiw", "w, K" },   { 0xFF00, 0x9800, "cbi", "a, b" },
    { 0xFF00, 0x9900, "sbic", "a, b" },   { 0xFF00, 0x9A00, "sbi", "a, b" },
    { 0xFF00, 0x9B00, "sbis", "a, b" },   { 0xFC00, 0x9C00, "mul", "d, r" },
    { 0xF800, 0xB000, "in", "d, A" },     { 0xF800, 0xB800, "out", "A, d" },
    { 0xF000, 0xC000, "rjmp", "n" },      { 0xF000, 0xD000, "rcall", "n" },
    { 0xF000, 0xE000, "ldi", "D, k" },    { 0xFC07, 0xF000, "brcs", "c" },
    { 0xFC07, 0xF001, "breq", "c" },      { 0xFC07, 0xF002, "brmi", "c" },
    { 0xFC07, 0xF003, "brvs", "c" },      { 0xFC07, 0xF004, "brlt", "c" },
    { 0xFC07, 0xF005, "brhs", "c" },      { 0xFC07, 0xF006, "brts", "c" },
    { 0xFC07, 0xF007, "brie", "c" },      { 0xFC07, 0xF400, "brcc", "c" },
    { 0xFC07, 0xF401, "brne", "c" },      { 0xFC07, 0xF402, "brpl", "c" },
    { 0xFC07, 0xF403, "brvc", "c" },      { 0xFC07, 0xF404, "brge", "c" },
    { 0xFC07, 0xF405, "brhc", "c" },      { 0xFC07, 0xF406, "brtc", "c" },
    { 0xFC07, 0xF407, "brid", "c" },      { 0xFE08, 0xF800, "bld", "d, b" },
    { 0xFE08, 0xFA00, "bst", "d, b" },    { 0xFE08, 0xFC00, "sbrc", "d, b" },
    { 0xFE08, 0xFE00, "sbrs", "d, b" },
};

#define PATTERNS (sizeof patterns / sizeof patterns[0])

static const struct pattern *find(uint16_t code)
{
    for (size_t i = 0; i < PATTERNS; i++)
        if ((code & patterns[i].mask) == patterns[i].code)
            return &patterns[i];
    return NULL;
}

static bool is_long(const struct pattern *p)
{
    for (const char *o = p->operands; *o; o++)
        if (*o == 'm' || *o == 'J')
            return true;
    return false;
}

static int sign_extend(unsigned value, unsigned bits)
{
    unsigned sign = 1u << (bits - 1u);

    return (int)(value ^ sign) - (int)sign;
}

/* Y or Z and the displacement, which is scattered over the word. */
static void put_pointer(FILE *out, uint16_t code)
{
    unsigned q = (code >> 8 & 0x20u) | (code >> 7 & 0x18u) | (code & 7u);

    fprintf(out, "%c+%u", code & 8 ? 'Y' : 'Z', q);
}

static void put_register(FILE *out, unsigned number)
{
    fprintf(out, "r%u", number);
}

static void put_operand(FILE *out, char letter, uint16_t code, uint16_t second)
{
    switch (letter) {
    case 'd':
        put_register(out, code >> 4 & 0x1F);
        break;
    case 'r':
        put_register(out, (code >> 5 & 0x10) | (code & 0xF));
        break;
    case 'D':
        put_register(out, 16u + (code >> 4 & 0xF));
        break;
    case 'R':
        put_register(out, 16u + (code & 0xF));
        break;
    case 'f':
        put_register(out, 16u + (code >> 4 & 7));
        break;
    case 'F':
        put_register(out, 16u + (code & 7));
        break;
    case 'p':
        put_register(out, code >> 3 & 0x1E);
        break;
    case 'P':
        put_register(out, code << 1 & 0x1E);
        break;
    case 'w':
        put_register(out, 24u + (code >> 3 & 6));
        break;
    case 'x':
        put_pointer(out, code);
        break;
    case 'k':
        fprintf(out, "0x%02X", (code >> 4 & 0xF0) | (code & 0xF));
        break;
    case 'K':
        fprintf(out, "0x%02x", (code >> 2 & 0x30) | (code & 0xF));
        break;
    case 'A':
        fprintf(out, "0x%02x", (code >> 5 & 0x30) | (code & 0xF));
        break;
    case 'a':
        fprintf(out, "0x%02x", code >> 3 & 0x1F);
        break;
    case 'b':
        fprintf(out, "%d", code & 7);
        break;
    case 'm':
        fprintf(out, "0x%04X", second);
        break;
    case 'J':
        fprintf(out, "%#lx",
                2ul * ((unsigned long)((code >> 3 & 0x3E) | (code & 1)) << 16 | second));
        break;
    case 'n':
        fprintf(out, ".%+d", 2 * sign_extend(code & 0xFFF, 12));
        break;
    case 'c':
        fprintf(out, ".%+d", 2 * sign_extend(code >> 3 & 0x7F, 7));
        break;
    case '4':
        fprintf(out, "%d", code >> 4 & 0xF);
        break;
    default:
        fputc(letter, out);
    }
}

static uint16_t word_at(const uint8_t *flash, uint32_t bytes, uint32_t at)
{
    if (at + 1 >= bytes)
        return 0xFFFF;
    return (uint16_t)(flash[at] | flash[at + 1] << 8);
}

int disasm(char *text, size_t size, const uint8_t *flash, uint32_t bytes, uint32_t at)
{
    uint16_t code = word_at(flash, bytes, at);
    uint16_t second = word_at(flash, bytes, at + 2);
    const struct pattern *p = find(code);
    char operands[64] = "";
    FILE *out;

    if (!p) {
        snprintf(text, size, ".word 0x%04x", code);
        return 1;
    }
    out = fmemopen(operands, sizeof operands, "w");
    for (const char *o = p->operands; out && *o; o++)
        put_operand(out, *o, code, second);
    if (out)
        fclose(out);
    snprintf(text, size, "%s%s%s", p->name, *operands ? " " : "", operands);
    return is_long(p) ? 2 : 1;
}
