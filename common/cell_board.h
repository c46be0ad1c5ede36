/* What every board on the ring does for its own cell: measure at each break, report, balance,
 * show its LED, keep its clock trim. Main loop only. */
#ifndef COMMON_CELL_BOARD_H
#define COMMON_CELL_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/balance.h"
#include "common/calibration.h"
#include "common/command.h"
#include "common/health.h"
#include "common/led.h"
#include "common/link.h"
#include "common/resistor.h"

struct cell_board {
    /* an AVR reaches 64 bytes from a pointer with one word: the large ones come last */
    struct balance balance;
    struct resistor resistor;
    uint16_t round_ms; /* Begin's time of the last round */
    uint16_t cell_sum; /* last reading, raw */
    uint16_t ntc_share;
    uint16_t mv; /* last reading */
    int16_t dc;
    uint8_t flags;                /* enum cell_flag of the last reading */
    uint16_t vbalance_mv;         /* from the last good START of Begin */
    uint16_t balance_limit_mv;    /* by command, see ITEM_BALANCE_LIMIT, ... */
    uint8_t balance_limit_rounds; /* ... for so many rounds more */
    uint8_t
        lost_s; /* seconds since the last round of Begin, saturates; a head's round sets the limit */
    bool restarted;           /* no round of Begin was completed since the reset */
    uint8_t saved_trim;       /* OSCCAL in the EEPROM record */
    uint8_t led;              /* enum led_cause of the board's own part */
    uint16_t identify_rounds; /* by command: the LED shows this board, so many rounds more */
    uint8_t steady_rounds;    /* rounds in a row that the trim was away from the saved one */
    struct calibration calibration;
    struct calibration staged; /* what commands wrote and have not saved yet */
    int16_t clock_steps;       /* asked for by End; only Begin makes them */
    struct command command;
    struct health health; /* for those who ask, read only */
    uint16_t seal;        /* of what changes on purpose only, cell_board_seal() */
    bool spoiled;         /* something else has changed it */
    struct link link;
};

/* Where in a struct cell_board, as this image lays it out, the link's counters and the health are:
 * for a simulator that finds the board's state by its symbol. In flash. */
extern const uint16_t cell_board_counters_offset;
extern const uint16_t cell_board_health_offset;

void cell_board_init(struct cell_board *b);

/* Begin: this board starts the rounds. Behind cell_board_init(). */
void cell_board_lead(struct cell_board *b);
/* Behind a change of what is looked at before each measurement, and in each second of silence: calibration,
 * identity, the factory's trim, the verdict of the self-test, who leads, constants in RAM. One that was not made on purpose leaves the board without a reading,
 * and `spoiled`: then the main loop does not report, and the watchdog starts the board anew. */
void cell_board_seal(struct cell_board *b);

/* A pass of the main loop without an event: a board that is deaf to breaks has no other moment to look. */
void cell_board_look(struct cell_board *b);

/* Handles what link_take_events() returned. Measures (about 15 ms) on LINK_BREAK_SEEN and
 * LINK_BREAK_LASTS, executes on LINK_COMMAND. */
void cell_board_events(struct cell_board *b, uint8_t events);
/* After it and what must not wait: measures the balance resistor's temperature (up to 40 ms, every 16th
 * round, or each while it balances) and saves the trim (up to 40 ms, a few times a year). */
void cell_board_rest(struct cell_board *b, uint8_t events);

/* Sets the LED by its table; now_ms of any clock that runs on, for flashing. */
void cell_board_show(const struct cell_board *b, uint16_t now_ms);

/* Takes one reading of the own cell with balancing off, hands it to the link. */
void cell_board_measure(struct cell_board *b);

/* Once per second of any clock: counts the time without a round. */
void cell_board_second(struct cell_board *b);

#endif
