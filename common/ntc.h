/* Temperature of a 10 k NTC (Vishay NTCLE100E3103, B25/85 = 3977 K) from its divider: 10 k from
 * the cell voltage to the tap, NTC from there to the foot, a port pin that is low while measuring,
 * all measured against the cell voltage. */
#ifndef COMMON_NTC_H
#define COMMON_NTC_H

#include <stdint.h>

#define NTC_SAMPLES 8u /* of the tap, and as many of the foot */
#define NTC_SHARE_ALL 16384u

enum ntc_state {
    NTC_OK,
    NTC_OPEN,  /* colder than -50 C: the sensor or its wire is open */
    NTC_SHORT, /* hotter than 130 C: shorted */
};

/* The NTC's share of the divider, 0..NTC_SHARE_ALL, from sums of NTC_SAMPLES conversions at the tap
 * and at the foot. A port pin that is low has some 30 ohm, at 85 C 3 % of the NTC: the difference of
 * both leaves it out, and the converter's offset too. foot 0 where it cannot be measured. */
uint16_t ntc_share(uint16_t tap, uint16_t foot);

/* *dc: -500..1300 in 0.1 C, only set for NTC_OK. */
enum ntc_state ntc_temperature(uint16_t share, int16_t *dc);

#endif
