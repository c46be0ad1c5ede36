/* What stands behind common/hal.h in a unit test: any number of boards in one process, one of them
 * current. The test sets what the hardware would deliver and reads what the logic did. */
#ifndef TEST_FAKE_HAL_FAKE_H
#define TEST_FAKE_HAL_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/hal.h"
#include "common/health.h"
#include "common/link.h"

/* An AVR image has 16 KiB of RAM. */
#ifndef FAKE_BOARDS
#ifdef __AVR__
#define FAKE_BOARDS 12u
#else
#define FAKE_BOARDS 255u
#endif
#endif

#define FAKE_EEPROM_SIZE 192u
/* Of the End board, once fake_use_end_eeprom() was called; one for all boards. */
#define FAKE_END_EEPROM_SIZE 4096u
#define FAKE_OUT_SIZE 128u
#define FAKE_NO_LIMIT UINT32_MAX
#define FAKE_ERASED 0xFFu

enum fake_line { FAKE_LINE_HIGH, FAKE_LINE_BREAK, FAKE_LINE_BYTES };

struct fake_board {
    /* link: what the logic asked for */
    enum fake_line line;
    uint8_t divisor; /* of the last hal_link_release() */
    bool drain;
    bool notify_sent;
    bool told; /* hal_link_event() */
    uint16_t breaks, releases, idles, resumes, waits;
    uint16_t breaks_told; /* board_break_started() */
    /* bytes sent and not yet taken by the test */
    uint8_t out[FAKE_OUT_SIZE];
    uint8_t out_count;
    uint8_t out_limit; /* hal_link_ready() holds below this count; 0: never */
    uint16_t sent;     /* bytes since the last release */
    uint16_t lost;     /* bytes sent while not ready, or while no bytes may be sent */
    /* clock */
    uint8_t trim;
    uint16_t trim_moves;
    /* analog */
    uint16_t sum[ANALOG_INPUTS]; /* what a sum of enum analog_input gives; that of the band-gap
                                    is what fits the cell's, if it is 0 */
    uint16_t resistor_sum;       /* what hal_analog_resistor() gives */
    uint8_t resistor_looks;
    uint8_t asked[ANALOG_INPUTS]; /* conversions asked for, last time */
    bool analog_on;
    uint16_t misreadings; /* sums taken with the converter off or the balancer on */
    /* start */
    uint8_t reset_causes;
    struct reset_log log;
    uint8_t self_test;
    uint16_t stack_free;
    uint16_t constants; /* hal_constants_seal() */
    /* outputs */
    bool balance;
    bool led;
    bool led_was_lit; /* since the test last cleared it */
    /* EEPROM */
    uint8_t eeprom[FAKE_EEPROM_SIZE];
    uint8_t wear[FAKE_EEPROM_SIZE]; /* writes of each byte that changed it, saturates */
    uint32_t writes;                /* calls of hal_eeprom_write() */
    uint32_t power_fails_at;        /* the write with this index, from 0, and all later ones fail */
    bool tears;                     /* that write leaves torn_value in its byte */
    uint8_t torn_value;
    uint8_t eeprom_busy; /* hal_eeprom_ready() is false this many times after each write */
    uint8_t busy_left;
    uint32_t blocked; /* accesses while a write was under way */
    uint16_t stray;   /* accesses outside of the array */
    /* what reached the board's own logic */
    uint16_t frames; /* good frames */
    uint16_t rounds; /* HOP frames, good or not */
};

extern struct fake_board fake_boards[FAKE_BOARDS];
/* The board whose hardware hal.h now is. */
extern struct fake_board *fake;
/* Called for each frame that reaches a board, or NULL. */
extern void (*fake_on_frame)(struct link *l, const uint8_t *frame);
/* Called when a board's break begins, or NULL. */
extern void (*fake_on_break)(struct link *l);
/* Called when a board's round begins, or NULL. */
extern void (*fake_on_round)(struct link *l);
/* Interrupts off, as hal_irq_save() left it. Every test ends with 0: fake_reset() of the next one looks. */
extern uint8_t fake_irq_depth;

/* All boards as after power-up: line high, EEPROM erased, room to send. Board 0 is current. */
void fake_reset(void);
void fake_use(uint8_t board);
/* From here to the next fake_reset() addresses up to FAKE_END_EEPROM_SIZE are in fake_end_eeprom. */
void fake_use_end_eeprom(void);
extern uint8_t fake_end_eeprom[FAKE_END_EEPROM_SIZE];
#ifndef __AVR__
extern uint32_t fake_end_wear[FAKE_END_EEPROM_SIZE]; /* writes of each byte that changed it */
#endif
/* Takes the oldest sent byte of the current board; false when there is none. */
bool fake_take(uint8_t *byte);
/* The current board's power fails at its n-th write from now on; whole again: fake_power_on(). */
void fake_power_fails_after(uint32_t writes);
void fake_power_on(void);

#endif
