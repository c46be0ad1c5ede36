/* Temperature of a 10 k NTC (Vishay NTCLE100E3103, B25/85 = 3977 K) from its divider: 10 k from
 * the cell voltage to the input, NTC from there to ground, measured against the cell voltage. */
#ifndef COMMON_NTC_H
#define COMMON_NTC_H

#include <stdint.h>

#define NTC_SAMPLES 16u

enum ntc_state {
    NTC_OK,
    NTC_OPEN,  /* colder than -50 C: the sensor or its wire is open */
    NTC_SHORT, /* hotter than 130 C: shorted */
};

/* sum: of NTC_SAMPLES conversions, 0..16368. *dc: -500..1300 in 0.1 C, only set for NTC_OK. */
enum ntc_state ntc_temperature(uint16_t sum, int16_t *dc);

#endif
