/* What is said of an image that crashed. */
#ifndef SIM_DEBUG_CRASH_H
#define SIM_DEBUG_CRASH_H

#include <stdio.h>

#include "engine/board.h"

/* One line: board, image, time, cycle, place and reason. */
void crash_report(FILE *out, const struct board *b);

#endif
