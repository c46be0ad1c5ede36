#include "common/resistor.h"

#include "common/ntc.h"
#include "common/upper.h"

#define HOTTEST_DC 1300
/* 12 K/W / 3.3 ohm: 3.636 K per V^2, which is 2440 / 1024 of 0.1 C per 65536 mV^2 */
#define DC_Q10 2440u

void resistor_take(struct resistor *r, uint16_t tap)
{
    switch (ntc_temperature(ntc_share(tap, 0), &r->dc)) {
    case NTC_OK:
        r->fitted = true;
        r->lost = false;
        break;
    case NTC_SHORT:
        r->dc = HOTTEST_DC;
        r->fitted = true;
        r->lost = false;
        break;
    case NTC_OPEN:
        r->lost = r->fitted;
        break;
    }
}

int16_t resistor_dc(const struct resistor *r, uint16_t mv, int16_t board_dc)
{
    if (r->fitted)
        return r->dc;
    return (int16_t)(board_dc + (int16_t)upper_u16((uint16_t)(upper_u16(mv, mv) * 64u), DC_Q10));
}
