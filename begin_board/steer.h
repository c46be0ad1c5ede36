/* Begin's clock is everybody's. End knows from its crystal how far the bit rate is off, and asks for
 * steps of the oscillator over the ring. Pure logic, main loop. */
#ifndef BEGIN_BOARD_STEER_H
#define BEGIN_BOARD_STEER_H

#include "common/cell_board.h"

/* More than lie between both ends of the trim's range is no sensible wish. */
#define STEER_STEPS_MAX 32

/* Before each break, when nothing is on the wire: one step, which every board follows without losing a
 * round. */
void steer_step(struct cell_board *b);

#endif
