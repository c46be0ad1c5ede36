/* Debounces the option switches, which may be changed while the system runs. Pure logic. */
#ifndef BEGIN_BOARD_DIP_H
#define BEGIN_BOARD_DIP_H

#include <stdint.h>

#define DIP_STEADY_READS 2u /* a new setting counts when read this often in a row, once a round */

struct dip {
    uint8_t value; /* setting in force */
    uint8_t candidate;
    uint8_t reads; /* of the candidate */
};

void dip_init(struct dip *d, uint8_t raw);
void dip_step(struct dip *d, uint8_t raw);

#endif
