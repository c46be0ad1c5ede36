/* The slow paths of the data space: what simavr's own loop does with a register. */
#include "engine/core_space.h"
#include "engine/inside.h"

static void tell_watchers(avr_irq_t *irq, uint8_t value)
{
    if (!irq)
        return;
    inside_tell(irq + AVR_IOMEM_IRQ_ALL, value);
    for (int i = 0; i < 8; i++)
        inside_tell(irq + i, value >> i & 1);
}

static void meet(avr_t *avr, uint32_t pc, int64_t cycle, int64_t left)
{
    avr->pc = pc << 1;
    avr->cycle = (avr_cycle_count_t)cycle;
    avr->run_cycle_count = (avr_cycle_count_t)left;
}

static void end_if_disturbed(avr_t *avr)
{
    if (avr->state != cpu_Running || avr->interrupt_state != 0)
        avr->run_cycle_count -= NOTHING_LEFT;
}

uint8_t load_watched(avr_t *avr, uint32_t pc, int64_t cycle, int64_t left, uint16_t address)
{
    uint8_t value;

    meet(avr, pc, cycle, left);
    if (address > 31 && address < RAM_FROM) {
        avr_io_addr_t io = AVR_DATA_TO_IO(address);
        if (avr->io[io].r.c)
            avr->data[address] = avr->io[io].r.c(avr, address, avr->io[io].r.param);
        tell_watchers(avr->io[io].irq, avr->data[address]);
    }
    value = avr_core_watch_read(avr, address);
    end_if_disturbed(avr);
    return value;
}

static void store_register(avr_t *avr, uint16_t address, uint8_t value)
{
    avr_io_addr_t io = AVR_DATA_TO_IO(address);

    if (avr->io[io].w.c)
        avr->io[io].w.c(avr, address, value, avr->io[io].w.param);
    else
        avr->data[address] = value;
    tell_watchers(avr->io[io].irq, value);
}

void store_from_outside(avr_t *avr, uint16_t address, uint8_t value)
{
    for (uint8_t flag = 0; address == R_SREG && flag < 8; flag++)
        avr_sreg_set(avr, flag, value >> flag & 1);
    store_register(avr, address, value);
}

void store_watched(avr_t *avr, uint32_t pc, int64_t cycle, int64_t left, uint16_t address,
                   uint8_t value)
{
    meet(avr, pc, cycle, left);
    if (address >= RAM_FROM || address < 32)
        avr_core_watch_write(avr, address, value);
    else
        store_register(avr, address, value);
    end_if_disturbed(avr);
}
