/* The option switches of the Begin board, as they travel in START: switch 1 is bit 7, ON = 1.
 * Tables from the product manual, "Begin Board option switch functions". Pure; any context. */
#ifndef COMMON_SWITCHES_H
#define COMMON_SWITCHES_H

#include <stdbool.h>
#include <stdint.h>

/* Balance voltage of switches 4..8 in mV: 1900..4900 in steps of 100; 0 = no balancing. */
uint16_t switches_vbalance_mv(uint8_t switches);

/* Most cells of the size class of switches 1..3. */
uint8_t switches_cells_max(uint8_t switches);

/* True when a pack of this many cells fits the size class of switches 1..3. */
bool switches_fit(uint8_t switches, uint8_t cells);

#endif
