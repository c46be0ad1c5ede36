/* What is known of the two current sensors' inputs, as a sealed record: zero points, written by the
 * factory and by the button, and gains, written by the factory. Main loop only. */
#ifndef BEGIN_BOARD_SENSOR_RECORD_H
#define BEGIN_BOARD_SENSOR_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/eeprom_map.h"

#define SENSOR_INPUTS 4u      /* low and high range of sensor 1, then of sensor 2 */
#define SENSOR_ZERO_UNITY 64u /* of zero points, _q6, per code */
#define SENSOR_GAIN_SHIFT 14
#define SENSOR_GAIN_UNITY (1u << SENSOR_GAIN_SHIFT)
#define SENSOR_RECORD_PAYLOAD 17u
#define SENSOR_RECORD_VERSION 2u

struct sensor_input {
    uint16_t zero_q6;  /* code at 0 A, board at 25 C; 0..65472 */
    uint16_t gain_q14; /* current per code against nominal, board at 25 C; 12288..20480 */
};

struct sensor_record {
    struct sensor_input input[SENSOR_INPUTS];
    bool zeroed[SENSOR_INPUTS / 2u]; /* that sensor's zero points were measured */
    bool gains_known; /* gains were measured, not taken from the cell's calibration */
};

/* False, with r untouched, when there is no valid record. */
bool sensor_record_load(struct sensor_record *r);
void sensor_record_save(const struct sensor_record *r);

#endif
