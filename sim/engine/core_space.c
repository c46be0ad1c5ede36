/* The slow paths of the data space: what simavr's own loop does with a register. */
#include "engine/core_space.h"

#include <sim_irq.h>

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

uint8_t load_watched(avr_t *avr, uint16_t address)
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

void store_watched(avr_t *avr, uint16_t address, uint8_t value)
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
