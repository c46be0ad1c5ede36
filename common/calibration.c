#include "common/calibration.h"

#include "common/apart.h"
#include "common/eeprom_map.h"
#include "common/record.h"
#include "protocol/bytes.h"

#define GAIN_MIN 8000u
#define GAIN_MAX 16000u
#define OFFSET_LIMIT_DMV 2000
#define TC_LIMIT_PPM 500
#define MV_MAX 8191
#define Q16_PER_DMV 6554 /* 65536 / 10 */
#define HALF_Q16 0x8000L
#define DRIFT_STEP_Q16 1718

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

/* What the reference's temperature adds, in steps of 1718 / 65536 mV: mv * tc * (dc - 25 C) / 10^7, where
 * 65536 / 10^7 is 1718 / 2^18. Of two products of 16 bits by 16 the upper half is kept:
 * tc * 8 * (dc - 25 C) is below 2^22.2, and what is cut off below 0.06 mV. */
APART static int16_t drift_steps(const struct calibration *c, uint16_t mv, int16_t dc)
{
    int16_t drift =
        (int16_t)((int32_t)(int16_t)(c->tc_ppm * 8) * (int16_t)(dc - CALIBRATION_DC) >> 8);

    return (int16_t)((int32_t)drift * (uint16_t)(mv * 8u) >> 16);
}

/* No division: a library of 32 bits for it would not fit into a cell board. */
uint16_t calibration_mv(const struct calibration *c, uint16_t sum, int16_t dc)
{
    uint32_t product = (uint32_t)sum * c->gain_q16; /* below 2^29.1 */
    int32_t mv_q16 = (int32_t)product + (int32_t)c->offset_dmv * Q16_PER_DMV +
                     (int32_t)drift_steps(c, (uint16_t)(product >> 16), dc) * DRIFT_STEP_Q16 +
                     HALF_Q16;
    int16_t mv = (int16_t)(mv_q16 >> 16);

    if (mv < 0)
        return 0;
    return mv > MV_MAX ? MV_MAX : (uint16_t)mv;
}
