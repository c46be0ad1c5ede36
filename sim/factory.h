/* What happens to a board before it reaches its owner, and what the owner sets up: calibration
 * records in each EEPROM, settings in the End board's. */
#ifndef SIM_FACTORY_H
#define SIM_FACTORY_H

#include "common/calibration.h"
#include "end_board/settings.h"
#include "engine/chain.h"

/* Mean sums of CELL_SAMPLES conversions that a rig reads: 2.000 V and 4.000 V at 25 C, 3.000 V at
 * -5 C and 55 C. */
struct factory_sums {
    double low;
    double high;
    double cold;
    double warm;
    double ntc_share; /* of the NTC's divider at 25 C, common/ntc.h */
};

#define FACTORY_LOW_V 2.0
#define FACTORY_HIGH_V 4.0
#define FACTORY_MIDDLE_V 3.0
#define FACTORY_ROOM_C 25.0
#define FACTORY_COLD_C (-5.0)
#define FACTORY_WARM_C 55.0
#define FACTORY_REPEATS 16 /* readings of CELL_SAMPLES conversions that a rig averages */

/* The calibration that they make. */
void factory_calibration(const struct factory_sums *sums, struct calibration *out);
/* Takes the EEPROM of one board over into another's. */
void factory_copy_eeprom(struct board *to, struct board *from);
/* The calibration that a board's EEPROM holds; not valid when there is none. */
void factory_read_calibration(struct board *b, struct calibration *out);
/* Sensor zero record of a Begin board. */
void factory_calibrate_sensors(struct board *b);

/* Reads each board's converter at 25 C with 2.000 V and 4.000 V at the cell, and at -5 C and 55 C
 * with 3.000 V, as the rig of docs/hardware.md does, and writes calibration and sensor zero
 * records. */
void factory_calibrate_board(struct board *b);
void factory_calibrate(struct chain *c);
void factory_settings(struct chain *c, const struct settings *settings);

#endif
