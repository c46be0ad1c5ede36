#include "common/self_test.h"

#include "common/pgm.h"
#include "common/upper.h"
#include "protocol/crc.h"

#define EXPECTED_Q16 6300u /* 1100 mV / 11443 * 65536 */

bool self_test_flash(const uint8_t *flash, const struct flash_seal *seal)
{
    uint16_t length = flash_u16(&seal->length);
    uint16_t seal_at = (uint16_t)((const uint8_t *)seal - flash);
    uint16_t crc = CRC_INIT;

    for (uint16_t i = 0; i < length; i++)
        if ((uint16_t)(i - seal_at) >= sizeof *seal)
            crc = crc_update(crc, flash_u8(flash + i));
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
