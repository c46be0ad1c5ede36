#include "common/ntc.h"

#include "common/pgm.h"

#define TABLE_START_DC (-500)
#define TABLE_STEP_DC 50u
#define SHARE_PER_SUM (NTC_SHARE_ALL / 1024u / NTC_SAMPLES)
/* A foot that is not low, 4 % of the supply: what hangs on it is not measured. */
#define PIN_LIMIT (NTC_SHARE_ALL / 25u)
#define Q16_PER_SHARE (65536u / NTC_SHARE_ALL)
#define HALF_Q16 0x8000u
#define TABLE_SIZE (sizeof table / sizeof table[0])

/* Share at -50, -45 ... 130 C: 16384 * R / (R + 10k) with Vishay's
 * polynomial for B25/85 = 3977 K (data sheet NTCLE100E3, "Resistance values at intermediate
 * temperatures"): R = 10k * exp(-14.6337 + 4791.842/T - 115334/T^2 - 3730535/T^3), T in kelvin.
 * Straight lines between these points are off by 0.16 C at most. */
static const uint16_t table[] FLASH_TABLE = {
    16139, 16039, 15905, 15728, 15499, 15208, 14844, 14398, 13865, 13243, 12534, 11748, 10899,
    10009, 9098,  8192,  7312,  6475,  5696,  4984,  4342,  3770,  3266,  2826,  2444,  2113,
    1829,  1584,  1374,  1194,  1039,  907,   793,   694,   610,   537,   474,
};

/* Of NTC and fixed resistor together, without the pin: (tap - foot) / (all - foot). */
uint16_t ntc_share(uint16_t tap, uint16_t foot)
{
    uint16_t ntc = tap > foot ? (uint16_t)((tap - foot) * SHARE_PER_SUM) : 0;
    uint16_t pin = (uint16_t)(foot * SHARE_PER_SUM);

    if (pin > PIN_LIMIT)
        return NTC_SHARE_ALL;
    return (
        uint16_t)(ntc +
                  (uint16_t)(((uint32_t)ntc * (uint16_t)(pin * Q16_PER_SHARE) + HALF_Q16) >> 16));
}

enum ntc_state ntc_temperature(uint16_t share, int16_t *dc)
{
    uint8_t i = 1;
    uint16_t above;
    uint16_t below;
    uint16_t step_dc;

    if (share > flash_u16(&table[0]))
        return NTC_OPEN;
    if (share < flash_u16(&table[TABLE_SIZE - 1u]))
        return NTC_SHORT;
    while (share < flash_u16(&table[i]))
        i++;
    above = flash_u16(&table[i - 1u]);
    below = flash_u16(&table[i]);
    /* at most 911 from point to point: 16 bits hold the product */
    step_dc = (uint16_t)((above - share) * TABLE_STEP_DC + (uint16_t)(above - below) / 2u) /
              (uint16_t)(above - below);
    *dc = (int16_t)(TABLE_START_DC + (int16_t)((i - 1u) * TABLE_STEP_DC + step_dc));
    return NTC_OK;
}
