/* What the factory learned about one board, kept as a sealed record.
 *
 * Voltage: mv = sum * gain / 65536 + offset, where sum is that of CELL_SAMPLES conversions and
 * gain follows the reference's temperature coefficient around 25 C.
 * Nominal gain: 1100 mV / 1024 / CELL_SAMPLES / (35.7 k / (150 k + 35.7 k)) * 65536 = 11443. */
#ifndef COMMON_CALIBRATION_H
#define COMMON_CALIBRATION_H

#include <stdbool.h>
#include <stdint.h>

#define CELL_SAMPLES 32u
#define CALIBRATION_PAYLOAD 7u
#define CALIBRATION_VERSION 1u
#define CALIBRATION_GAIN_NOMINAL 11443u
#define CALIBRATION_DC 250 /* gains are those at this temperature */

struct calibration {
    uint16_t gain_q16;  /* mV per count of the sum, 8000..16000 */
    int16_t offset_dmv; /* 0.1 mV, -2000..2000 */
    int16_t tc_ppm;     /* change of gain per kelvin, -500..500 */
    int16_t offset_dc;  /* added to the temperature, 0.1 C, -128..127 */
    bool valid;         /* false: defaults in use */
};

void calibration_default(struct calibration *c);
/* Loads the board's record, or the defaults with valid = false. */
void calibration_load(struct calibration *c);
void calibration_save(const struct calibration *c);

bool calibration_in_range(const struct calibration *c);
/* The record's payload; decode returns false when a field is out of range. */
void calibration_encode(uint8_t out[CALIBRATION_PAYLOAD], const struct calibration *c);
bool calibration_decode(const uint8_t in[CALIBRATION_PAYLOAD], struct calibration *c);

/* Cell voltage of a sum at a reference temperature of dc (0.1 C); 0..8191, saturates. */
uint16_t calibration_mv(const struct calibration *c, uint16_t sum, int16_t dc);

#endif
