/* What a board checks of itself, as far as it needs no register. common/avr/self_test.c has the rest.
 * Pure. */
#ifndef COMMON_SELF_TEST_H
#define COMMON_SELF_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/calibration.h"

/* Written into the image behind the link (common/avr/seal_image.py): how many words of flash are
 * loaded, and CRC-16/DNP over all of their bytes but these four. In the first 64 KiB of flash. */
struct flash_seal {
    uint16_t words; /* of two bytes */
    uint16_t crc;
};

/* True when the seal fits what lies in flash from this address on; seal lies within. About 45 cycles
 * a byte: 0.1 s for 8 KiB at 4 MHz. Any size up to 128 KiB. Any single wrong bit is found. */
bool self_test_flash(const uint8_t *flash, const struct flash_seal *seal);

/* The converter against itself: the cell voltage, measured against the 1.1 V reference, and that
 * reference, measured against the cell voltage. band_gap_sum is that of BAND_GAP_SAMPLES conversions.
 *
 * A calibrated board agrees within 1.6 %: divider 0.2 % (its error is taken for the reference's),
 * gain 0.1 %, offset 1.5 steps of 225 at 5 V (0.7 %), noise 0.4 steps (0.2 %), cell 10 mV of 3.3 V
 * (0.3 %). Beyond 3.9 % something is broken: divider, reference, multiplexer. */
#define BAND_GAP_SAMPLES 4u
#define BAND_GAP_TOLERANCE_PM 39u
bool self_test_analog(const struct calibration *c, uint16_t mv, uint16_t band_gap_sum);

#endif
