/* Commands over the ring: items of a board that can be read and written one at a time.
 * docs/protocol.md, "Commands", lists them with their units. Main loop only. */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/link.h"

struct cell_board;

/* 0xMMmmpp: major, minor, patch. */
#define FIRMWARE_VERSION 0x000100ul

enum command_item {
    ITEM_VERSION = 0x00,
    ITEM_CELL_SUM = 0x01,  /* of CELL_SAMPLES conversions, last reading */
    ITEM_NTC_SHARE = 0x02, /* of the divider, 0..16384 */
    /* Staged: written to RAM, used and kept when ITEM_SAVE_CALIBRATION is written. */
    ITEM_GAIN_Q16 = 0x10,
    ITEM_OFFSET_DMV = 0x11,
    ITEM_TC_PPM = 0x12,
    ITEM_OFFSET_DC = 0x13,
    ITEM_SAVE_CALIBRATION = 0x14, /* write COMMAND_SAVE_KEY */
    /* struct link_counters */
    ITEM_BAD_FRAMES = 0x20,
    ITEM_MARKED_FRAMES = 0x21,
    ITEM_STALE_FRAMES = 0x22,
    ITEM_LINE_ERRORS = 0x23,
    ITEM_BAD_SYNCS = 0x24,
    ITEM_ROUNDS_LOW = 0x25,  /* bits 15-0 */
    ITEM_ROUNDS_HIGH = 0x26, /* bits 31-16 */
    ITEM_CLOCK_STEPS = 0x30  /* Begin: steps of its oscillator still to be made, > 0 is faster */
};

#define COMMAND_SAVE_KEY 0xCA1Bu

/* The last command and what came of it: the same one again is answered, not executed, again. */
struct command {
    uint8_t last[LINK_COMMAND_BODY];
    uint8_t status; /* enum reply_status */
    bool any;
    uint16_t value;     /* bits 15-0 of the reply */
    uint8_t value_high; /* bits 23-16 */
};

/* Executes the command that the link has, and gives it the reply to be sent. Saving takes up to
 * 40 ms. */
void command_step(struct cell_board *b);

#endif
