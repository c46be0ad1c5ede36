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
    /* Rounds, 0.9 s each, that are left; write: from now on. */
    ITEM_IDENTIFY = 0x03, /* the LED is lit in every other one; up to COMMAND_IDENTIFY_MAX */
    ITEM_BALANCE = 0x04,  /* the resistor is on, see balance.h; up to COMMAND_BALANCE_MAX */
    /* Staged: written to RAM, used and kept when ITEM_SAVE_CALIBRATION is written. */
    ITEM_GAIN_Q16 = 0x10,
    ITEM_OFFSET_DMV = 0x11,
    ITEM_TC_PPM = 0x12,
    ITEM_OFFSET_DC = 0x13,
    ITEM_SAVE_CALIBRATION = 0x14, /* write COMMAND_SAVE_KEY */
    ITEM_CELL_MV = 0x15, /* last reading; write: what it truly is. Moves the offset, and keeps it */
    /* mV above which this board may balance, whatever lower voltage the switches say; 0: not at all. It ends by
     * itself after COMMAND_LIMIT_ROUNDS. The only command that may go to all, who do not answer then. */
    ITEM_BALANCE_LIMIT = 0x16,
    /* struct link_counters */
    ITEM_BAD_FRAMES = 0x20,
    ITEM_MARKED_FRAMES = 0x21,
    ITEM_STALE_FRAMES = 0x22,
    ITEM_LINE_ERRORS = 0x23,
    ITEM_BAD_SYNCS = 0x24,
    ITEM_ROUNDS_LOW = 0x25,  /* bits 15-0 */
    ITEM_ROUNDS_HIGH = 0x26, /* bits 31-16 */
    ITEM_CLEAR = 0x27,       /* write COMMAND_CLEAR_KEY: the link's errors and the lowest voltage */
    ITEM_CLOCK_STEPS = 0x30, /* Begin: steps of its oscillator still to be made, > 0 is faster */
    /* struct health */
    ITEM_BOOTS = 0x40,
    ITEM_POWER_ON = 0x41, /* resets by cause */
    ITEM_EXTERNAL = 0x42,
    ITEM_BROWN_OUT = 0x43,
    ITEM_WATCHDOG = 0x44,
    ITEM_LOWEST_MV = 0x45,
    ITEM_STACK_FREE = 0x46,
    ITEM_CLOCK = 0x47,       /* bits 7-0 trim_steps, bits 15-8 clock_error, both signed */
    ITEM_CONDITION = 0x48,   /* bits 7-0 causes of the last reset, bits 15-8 self-test faults */
    ITEM_UPTIME_LOW = 0x49,  /* s, bits 15-0 */
    ITEM_UPTIME_HIGH = 0x4A, /* bits 31-16 */
};

#define COMMAND_SAVE_KEY 0xCA1Bu
#define COMMAND_CLEAR_KEY 0xC1EAu
#define COMMAND_IDENTIFY_MAX 255u /* 4 minutes */
#define COMMAND_BALANCE_MAX 4000u /* an hour: 1 Ah */
#define COMMAND_LIMIT_MAX 8191u   /* mV */
#define COMMAND_LIMIT_ROUNDS 40u  /* 36 s, 18 s of rounds that are all repeated */

/* The last command and what came of it: the same one again is answered, not executed, again. */
struct command {
    uint8_t last[LINK_COMMAND_BODY];
    uint8_t status; /* enum reply_status */
    bool any;
    uint16_t value;     /* bits 15-0 of the reply */
    uint8_t value_high; /* bits 23-16 */
};

/* Reads or writes an item of this board; what is read is left in b->command. code: item, bit 7 writes. */
enum reply_status command_execute(struct cell_board *b, uint8_t code, uint16_t argument);

/* Executes the command that the link has, and gives it the reply to be sent. Saving takes up to
 * 40 ms. */
void command_step(struct cell_board *b);

#endif
