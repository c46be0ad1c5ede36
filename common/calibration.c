#include "common/calibration.h"

#include "common/eeprom_map.h"
#include "common/record.h"
#include "protocol/bytes.h"

#define GAIN_MIN 8000u
#define GAIN_MAX 16000u
#define OFFSET_LIMIT_DMV 2000
#define TC_LIMIT_PPM 500
#define MV_MAX 8191

void calibration_default(struct calibration *c)
{
    *c = (struct calibration){ .gain_q16 = CALIBRATION_GAIN_NOMINAL };
}

void calibration_load(struct calibration *c)
{
    uint8_t payload[CALIBRATION_PAYLOAD];

    if (!record_load(EEPROM_CALIBRATION, CALIBRATION_VERSION, payload, CALIBRATION_PAYLOAD) ||
        !calibration_decode(payload, c))
        calibration_default(c);
}

void calibration_save(const struct calibration *c)
{
    uint8_t payload[CALIBRATION_PAYLOAD];

    calibration_encode(payload, c);
    record_save(EEPROM_CALIBRATION, CALIBRATION_VERSION, payload, CALIBRATION_PAYLOAD);
}

void calibration_encode(uint8_t out[CALIBRATION_PAYLOAD], const struct calibration *c)
{
    put_u16(&out[0], c->gain_q16);
    put_u16(&out[2], (uint16_t)c->offset_dmv);
    put_u16(&out[4], (uint16_t)c->tc_ppm);
    out[6] = (uint8_t)c->offset_dc;
}

static bool within(int16_t value, int16_t limit)
{
    return value >= -limit && value <= limit;
}

bool calibration_in_range(const struct calibration *c)
{
    return c->gain_q16 >= GAIN_MIN && c->gain_q16 <= GAIN_MAX &&
           within(c->offset_dmv, OFFSET_LIMIT_DMV) && within(c->tc_ppm, TC_LIMIT_PPM) &&
           c->offset_dc >= INT8_MIN && c->offset_dc <= INT8_MAX;
}

bool calibration_decode(const uint8_t in[CALIBRATION_PAYLOAD], struct calibration *c)
{
    c->gain_q16 = get_u16(&in[0]);
    c->offset_dmv = (int16_t)get_u16(&in[2]);
    c->tc_ppm = (int16_t)get_u16(&in[4]);
    c->offset_dc = (int8_t)in[6];
    c->valid = calibration_in_range(c);
    return c->valid;
}

/* At most 16000 * 500 / 1000 * 1250 = 1.0e7 before the last division. */
static uint16_t gain_at(const struct calibration *c, int16_t dc)
{
    int32_t per_10000_kelvin = (int32_t)c->gain_q16 * c->tc_ppm / 1000;
    int32_t change = per_10000_kelvin * (dc - CALIBRATION_DC) / 10000;
    return (uint16_t)((int32_t)c->gain_q16 + change);
}

uint16_t calibration_mv(const struct calibration *c, uint16_t sum, int16_t dc)
{
    /* the sum is below 2^15, the gain below 2^14.1: tenths of mV need a split of the product */
    uint32_t product = (uint32_t)sum * gain_at(c, dc);
    int32_t dmv = (int32_t)((product >> 16) * 10u + (((product & 0xFFFFu) * 10u + 0x8000u) >> 16));
    int32_t mv = (dmv + c->offset_dmv + 5) / 10;

    if (mv < 0)
        return 0;
    return mv > MV_MAX ? MV_MAX : (uint16_t)mv;
}
