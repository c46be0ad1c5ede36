/* What the run shows while it goes on: a line that renews itself on a terminal, plain lines
 * elsewhere; relay changes and faults as they happen; a summary at the end. */
#ifndef SIM_LIVE_H
#define SIM_LIVE_H

#include "run.h"

/* A line with the time of the run in front, or whole lines as they are: on the terminal or, while it
 * is shown, in the view. */
void live_say(const struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void live_print(const struct run *r, const char *lines);
/* Takes the renewing line away. */
void live_clear(void);
void live_second(struct run *r);
void live_summary(const struct run *r);

#endif
