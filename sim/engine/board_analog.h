/* What stands at the converter's inputs of a board: its cell, its sensors, what its pins connect.
 * Part of board.h; only board.c calls these. */
#ifndef SIM_ENGINE_BOARD_ANALOG_H
#define SIM_ENGINE_BOARD_ANALOG_H

#include "engine/board.h"

/* Draws the parts from b->rng. */
void board_analog_init(struct board *b);
void board_analog_reset(struct board *b);
/* Of the cell's terminal and so of the chip. */
double board_celsius(const struct board *b);

#endif
