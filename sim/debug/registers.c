#include "debug/registers.h"

#include <string.h>

#include "debug/chip.h"
#include "debug/memory.h"

enum { REGISTER_SREG = 32, REGISTER_SP, REGISTER_PC };

void registers_read(const struct board *b, uint8_t out[REGISTERS_BYTES])
{
    const avr_t *avr = b->mcu.avr;
    uint16_t sp = chip_sp(avr);

    memcpy(out, avr->data, 32);
    out[32] = chip_sreg(avr);
    out[33] = (uint8_t)sp;
    out[34] = (uint8_t)(sp >> 8);
    for (int i = 0; i < 4; i++)
        out[35 + i] = (uint8_t)(avr->pc >> (8 * i));
}

bool registers_find(unsigned number, int *at, int *size)
{
    if (number > REGISTER_PC)
        return false;
    *at = number == REGISTER_PC ? 35 : (int)number;
    *size = number < REGISTER_SP ? 1 : number == REGISTER_SP ? 2 : 4;
    return true;
}

static bool set_pc(avr_t *avr, const uint8_t *value)
{
    uint32_t pc = (uint32_t)(value[0] | value[1] << 8 | value[2] << 16);

    if (value[3] != 0 || (pc & 1) || pc > avr->flashend)
        return false;
    avr->pc = pc;
    return true;
}

bool registers_write(struct board *b, unsigned number, const uint8_t *value)
{
    avr_t *avr = b->mcu.avr;

    if (number > REGISTER_PC)
        return false;
    if (number == REGISTER_PC)
        return set_pc(avr, value);
    if (number == REGISTER_SREG)
        return memory_write(b, MEMORY_DATA + R_SREG, value[0]);
    if (number < 32) {
        avr->data[number] = value[0];
    } else {
        avr->data[R_SPL] = value[0];
        avr->data[R_SPH] = value[1];
    }
    return true;
}
