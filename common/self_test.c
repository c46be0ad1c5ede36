#include "common/self_test.h"

#include "common/pgm.h"
#include "common/upper.h"
#include "protocol/crc.h"

#define EXPECTED_Q16 6300u /* 1100 mV / 11443 * 65536 */

#define CHUNK 32u

/* Bytes that may be read at once: up to the end, and up to the seal, which is not part of it. */
static uint8_t chunk_at(uint32_t at, uint16_t seal_at, uint32_t length)
{
    uint32_t left = (at < seal_at && seal_at < length ? seal_at : length) - at;

    return (uint8_t)(left < CHUNK ? left : CHUNK);
}

/* By chunks that the CRC walks over in RAM: 37 cycles a byte where one by one takes 55. */
bool self_test_flash(const uint8_t *flash, const struct flash_seal *seal)
{
    uint32_t length = 2uL * flash_u16(&seal->words);
    uint16_t seal_at = (uint16_t)((const uint8_t *)seal - flash);
    uint16_t crc = CRC_INIT;
    uint8_t bytes[CHUNK];
    uint8_t size;

    for (uint32_t at = 0; at < length; at += size) {
        size = sizeof *seal;
        if (at == seal_at)
            continue;
        size = chunk_at(at, seal_at, length);
        flash_read_far(bytes, flash, at, size);
        crc = crc_more(bytes, size, crc);
    }
    return (uint16_t)(crc ^ flash_u16(&seal->crc)) == UINT16_MAX;
}

/* Both sides are mV of the reference: as the calibration has it (gain * 1100 / nominal gain), and as
 * measured (sum / 4 / 1024 * mv). Steps of 1 mV are 0.1 %. */
bool self_test_analog(const struct calibration *c, uint16_t mv, uint16_t band_gap_sum)
{
    uint16_t expected = upper_u16(c->gain_q16, EXPECTED_Q16);
    uint16_t found = upper_u16((uint16_t)(band_gap_sum * 16u), mv);
    uint16_t apart = found > expected ? (uint16_t)(found - expected) : (uint16_t)(expected - found);

    return apart <= (uint8_t)((uint16_t)(expected * 10u) >> 8); /* BAND_GAP_TOLERANCE_PM */
}
