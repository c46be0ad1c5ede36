/* Temperature of the balance resistor: from a sensor of its own where one is fitted, else estimated
 * from the cell's voltage and temperature. Pure logic, main loop. */
#ifndef COMMON_RESISTOR_H
#define COMMON_RESISTOR_H

#include <stdbool.h>
#include <stdint.h>

struct resistor {
    bool fitted; /* its sensor has been seen since reset */
    bool lost;   /* and is not there any more */
    int16_t dc;  /* last reading, 0.1 C */
};

/* tap: sum of NTC_SAMPLES conversions with the resistor's sensor. An open input is "not fitted" until a
 * sensor was seen, a shorted one counts as the hottest there is. */
void resistor_take(struct resistor *r, uint16_t tap);

/* Temperature to balance by, 0.1 C: the reading, or what the resistor ends at when it stays on at
 * this cell voltage and board temperature (3.3 ohm, 12 K/W, docs/hardware.md). */
int16_t resistor_dc(const struct resistor *r, uint16_t mv, int16_t board_dc);

#endif
