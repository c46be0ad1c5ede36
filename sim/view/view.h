/* The live view of a run: `bms-sim --view`. */
#ifndef SIM_VIEW_VIEW_H
#define SIM_VIEW_VIEW_H

#include <stdbool.h>

#include "run.h"

struct view;

/* Takes the terminal. NULL with one line in err when that cannot be. */
struct view *view_open(const struct run *r, struct err *err);
/* After each step of the run: keeps the pace, reads keys, does what they say, draws. False when
 * somebody wants to end it. */
bool view_step(struct view *v, struct run *r);
/* Somebody does this to the run. */
void view_note(struct view *v, const struct run *r, const struct event *event);
/* Whole lines of text. They are shown, and printed when the view is closed. */
void view_print(struct view *v, const char *lines);
/* The run is over: shows its last state until somebody leaves. */
void view_linger(struct view *v, struct run *r);
/* Gives the terminal back. */
void view_close(struct view *v);

#endif
