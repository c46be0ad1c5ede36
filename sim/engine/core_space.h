/* Loads, stores and the stack as instructions of a run see them. */
#ifndef SIM_ENGINE_CORE_SPACE_H
#define SIM_ENGINE_CORE_SPACE_H

#include "engine/core_run.h"

/* Registers that somebody watches, SREG, and addresses that do not exist. */
uint8_t load_watched(avr_t *avr, uint16_t address);
void store_watched(avr_t *avr, uint16_t address, uint8_t value);

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

#endif
