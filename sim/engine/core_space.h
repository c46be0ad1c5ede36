/* Loads, stores and the stack as instructions of a run see them. */
#ifndef SIM_ENGINE_CORE_SPACE_H
#define SIM_ENGINE_CORE_SPACE_H

#include "engine/core_run.h"

/* Registers that somebody watches, and addresses that do not exist: as simavr's own loop does it, at pc
 * (in words) and cycle of this instruction. How much is left of the run is in avr->run_cycle_count
 * then: nothing, if something has happened that has to be looked at. */
uint8_t load_watched(avr_t *avr, uint32_t pc, int64_t cycle, int64_t left, uint16_t address);
void store_watched(avr_t *avr, uint32_t pc, int64_t cycle, int64_t left, uint16_t address,
                   uint8_t value);
/* An I/O register, between two instructions, as somebody else writes it. */
void store_from_outside(avr_t *avr, uint16_t address, uint8_t value);
/* Taken from left and end, ends a run behind this instruction and loses nothing. */
#define NOTHING_LEFT (1LL << 60)

static INLINE void write_back(const struct run *x, uint32_t pc)
{
    x->avr->pc = pc << 1;
    x->avr->cycle = (avr_cycle_count_t)(x->end - x->left);
    x->avr->run_cycle_count = (avr_cycle_count_t)x->left;
}

/* A callback may have planned a timer, raised an interrupt, stopped the chip or, as the EEPROM does,
 * halted it for some cycles. */
static INLINE void read_back(struct run *x)
{
    x->left = (int64_t)x->avr->run_cycle_count;
    x->end = (int64_t)x->avr->cycle + x->left;
}

static INLINE bool is_ram(const struct run *x, uint32_t address)
{
    return address - RAM_FROM < x->ram_size;
}

/* All but SREG, of which the run knows more than simavr. */
static INLINE uint8_t load(struct run *x, uint32_t pc, uint16_t address)
{
    uint8_t value;

    if (is_ram(x, address) || address < 32)
        return x->data[address];
    if (address < RAM_FROM && !x->avr->io[AVR_DATA_TO_IO(address)].r.c &&
        !x->avr->io[AVR_DATA_TO_IO(address)].irq)
        return x->data[address];
    value = load_watched(x->avr, pc, x->end - x->left, x->left, address);
    read_back(x);
    return value;
}

static INLINE void store(struct run *x, uint32_t pc, uint16_t address, uint8_t value)
{
    if (is_ram(x, address) || address < 32) {
        x->data[address] = value;
        return;
    }
    if (address < RAM_FROM && !x->avr->io[AVR_DATA_TO_IO(address)].w.c &&
        !x->avr->io[AVR_DATA_TO_IO(address)].irq) {
        x->data[address] = value;
        return;
    }
    store_watched(x->avr, pc, x->end - x->left, x->left, address, value);
    read_back(x);
}

/* Byte by byte, as it was mostly written: a processor that has to join two stores to one load waits. */
static INLINE uint16_t pair(const struct run *x, uint8_t at)
{
    uint32_t high = x->data[at + 1];

    __asm__("" : "+r"(high));
    return (uint16_t)(x->data[at] | high << 8);
}

static INLINE void set_pair(struct run *x, uint8_t at, uint16_t value)
{
    x->data[at] = (uint8_t)value;
    x->data[at + 1] = (uint8_t)(value >> 8);
}

#endif
