/* A chip's registers as a debugger sees them. */
#ifndef SIM_DEBUG_CHIP_H
#define SIM_DEBUG_CHIP_H

#include <stdint.h>

#include <sim_avr.h>

static inline uint8_t chip_sreg(const avr_t *avr)
{
    unsigned value = 0;

    for (unsigned bit = 0; bit < 8; bit++)
        value |= (unsigned)(avr->sreg[bit] != 0) << bit;
    return (uint8_t)value;
}

static inline uint16_t chip_sp(const avr_t *avr)
{
    return (uint16_t)(avr->data[R_SPL] | avr->data[R_SPH] << 8);
}

#endif
