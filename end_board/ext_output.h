/* The frame of the extended data output: 58 bytes a second for displays and inverters, docs/
 * ext-output.md. Pure logic, main loop.
 *
 * Each frame describes one cell and carries one key with its value, both in turn. Cells are shown
 * with their last reading, and currents with their last value, while the chain is broken: then the
 * communication bit stands and neither relay is shown as allowed. */
#ifndef END_BOARD_EXT_OUTPUT_H
#define END_BOARD_EXT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ext_frame.h"
#include "end_board/decide.h"

enum ext_key {
    EXT_SOH,
    EXT_EFFICIENCY,
    EXT_LOW_HIGH, /* V low: two keys a voltage, high byte first */
    EXT_LOW_LOW,
    EXT_NOMINAL_HIGH,
    EXT_NOMINAL_LOW,
    EXT_VERSION,
    EXT_PATCH,
    EXT_CYCLES_HIGH,
    EXT_CYCLES_LOW,
    EXT_CHARGED_HIGH,
    EXT_CHARGED_MIDDLE,
    EXT_CHARGED_LOW,
    EXT_DISCHARGED_HIGH,
    EXT_DISCHARGED_MIDDLE,
    EXT_DISCHARGED_LOW,
    EXT_STATUS_2,
    EXT_FULL_HIGH,
    EXT_FULL_LOW,
    EXT_KEYS,
};

/* A current as it was last known. */
struct ext_current {
    bool known; /* false: no sensor */
    int32_t ma;
};

struct ext_output {
    uint8_t cell; /* described in the last frame, 0: none yet */
    uint8_t key;  /* of the next frame */
    struct ext_current in;
    struct ext_current out;
    struct ext_current battery;
};

void ext_init(struct ext_output *x);
/* The next frame. False, and none, while the number of cells is not known: the frame cannot say that,
 * and clients count on at least one cell. */
bool ext_encode(struct ext_output *x, const struct decide *d, uint8_t frame[EXT_FRAME_SIZE]);
/* Puts behind a frame what Begin needs to send it. False while Begin's clock is not known. */
bool ext_complete_parcel(uint8_t parcel[EXT_PARCEL_SIZE], const struct meter *m);

#endif
