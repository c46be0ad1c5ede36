/* The frame of the extended data output, docs/ext-output.md, as far as both boards that send it know
 * it, and the parcel in which it travels from End to Begin: docs/protocol.md, EXT. */
#ifndef COMMON_EXT_FRAME_H
#define COMMON_EXT_FRAME_H

#include <stdint.h>

#include "protocol/frame.h"

#define EXT_FRAME_SIZE 58u
#define EXT_BAUD 9600u

enum ext_offset {
    EXT_AT_CELL = 24,
    EXT_AT_CELLS = 25,
    EXT_AT_STATUS = 30,
    EXT_AT_SUM = 57,
};

enum ext_status {
    EXT_CHARGE_ALLOWED = 1u << 0,
    EXT_LOAD_ALLOWED = 1u << 1,
    EXT_COMMUNICATION = 1u << 2,
    EXT_BELOW_VMIN = 1u << 3,
    EXT_ABOVE_VMAX = 1u << 4,
    EXT_BELOW_TMIN = 1u << 5,
    EXT_ABOVE_TMAX = 1u << 6,
    EXT_NOT_CALIBRATED = 1u << 7,
};

/* Frame, then crystal time per Begin's time in 1/16384: Begin has no other measure of a bit. */
#define EXT_AT_RATIO EXT_FRAME_SIZE
#define EXT_RATIO_UNITY 16384u
#define EXT_PIECES 15u
#define EXT_PARCEL_SIZE (EXT_PIECES * FRAME_EXT_DATA)

_Static_assert(EXT_AT_RATIO + 2u == EXT_PARCEL_SIZE, "the ratio closes the parcel");

/* Of the bytes before it: what stands in EXT_AT_SUM. */
uint8_t ext_sum(const uint8_t frame[EXT_FRAME_SIZE]);

#endif
