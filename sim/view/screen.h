/* A terminal, with ncurses: shows a grid, reads keys, and leaves the terminal as it was however the
 * program ends. One at a time. */
#ifndef SIM_VIEW_SCREEN_H
#define SIM_VIEW_SCREEN_H

#include <stdbool.h>

#include "scenario/err.h"
#include "view/grid.h"

/* False with one line in err when the terminal cannot do it. */
bool screen_open(struct err *err);
void screen_close(void);
void screen_size(int *cols, int *rows);
void screen_show(const struct grid *g);
/* A character, an enum view_key (hands.h), or VIEW_KEY_NONE when nothing was typed. */
int screen_key(void);
/* Waits until something is typed, at most so long. */
void screen_wait(double seconds);
/* Somebody asked the program to end: SIGINT, SIGTERM, SIGHUP, or the terminal is gone. */
bool screen_ended(void);

#endif
