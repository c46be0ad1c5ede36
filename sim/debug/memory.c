#include "debug/memory.h"

#include "debug/chip.h"
#include "engine/core_space.h"

static uint32_t eeprom_bytes(const struct board *b)
{
    return b->mcu.avr->e2end + 1u;
}

bool memory_read(const struct board *b, uint32_t address, uint8_t *value)
{
    const avr_t *avr = b->mcu.avr;

    if (address <= avr->flashend) {
        *value = avr->flash[address];
        return true;
    }
    if (address == MEMORY_DATA + R_SREG) {
        *value = chip_sreg(avr);
        return true;
    }
    if (address >= MEMORY_DATA && address - MEMORY_DATA <= avr->ramend) {
        *value = avr->data[address - MEMORY_DATA];
        return true;
    }
    if (address < MEMORY_EEPROM || address - MEMORY_EEPROM >= eeprom_bytes(b))
        return false;
    *value = b->eeprom.cell[address - MEMORY_EEPROM];
    return true;
}

bool memory_write(struct board *b, uint32_t address, uint8_t value)
{
    avr_t *avr = b->mcu.avr;

    if (address >= MEMORY_DATA && address - MEMORY_DATA <= avr->ramend) {
        uint16_t at = (uint16_t)(address - MEMORY_DATA);
        if (at < 32 || at >= RAM_FROM)
            avr->data[at] = value;
        else
            store_from_outside(avr, at, value);
        return true;
    }
    if (address < MEMORY_EEPROM || address - MEMORY_EEPROM >= eeprom_bytes(b))
        return false;
    b->eeprom.cell[address - MEMORY_EEPROM] = value;
    return true;
}
