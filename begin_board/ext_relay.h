/* The extended data output on the Begin board: puts together the frame that End sends in pieces over
 * the return wire, and keeps it for the rounds in which none comes. docs/ext-output.md.
 *
 * A frame is taken whole or not at all: all pieces of one round, a right sum, a cell number that is
 * one of the pack's, and a ratio of clocks that can be. */
#ifndef BEGIN_BOARD_EXT_RELAY_H
#define BEGIN_BOARD_EXT_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ext_frame.h"

/* So many rounds in a row without a frame, and the last one says that nobody communicates. One may be
 * lost to noise; two are 2 s at most. */
#define EXT_ROUNDS_LOST 2u

struct ext_relay {
    uint8_t parcel[EXT_PARCEL_SIZE]; /* of the present round so far */
    uint8_t round;
    uint16_t have; /* bit k: piece k */
    bool known;    /* a frame has come since the reset */
    uint8_t missed;
    uint8_t frame[EXT_FRAME_SIZE]; /* the one to send */
    uint16_t bit_cycles;           /* length of its bits, CPU cycles */
};

void ext_relay_init(struct ext_relay *x);
/* A good EXT frame of the present round. ISR. */
void ext_relay_piece(struct ext_relay *x, const uint8_t frame[FRAME_STREAM_SIZE]);
/* Once a round, when no piece can come any more: ends it, and prepares frame and bit_cycles. False
 * while there is nothing to send. Main loop. */
bool ext_relay_close(struct ext_relay *x);

#endif
