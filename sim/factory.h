/* What happens to a board before it reaches its owner, and what the owner sets up: calibration
 * records in each EEPROM, settings in the End board's. */
#ifndef SIM_FACTORY_H
#define SIM_FACTORY_H

#include "end_board/settings.h"
#include "engine/chain.h"

/* Reads each board's converter at 25 C with 2.000 V and 4.000 V at the cell, and at -5 C and 55 C
 * with 3.000 V, as the rig of docs/hardware.md does, and writes calibration and sensor zero
 * records. */
void factory_calibrate(struct chain *c);
void factory_settings(struct chain *c, const struct settings *settings);

#endif
