/* Ending a run in order when somebody interrupts it, so that it is saved. */
#ifndef SIM_STOP_H
#define SIM_STOP_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP are only remembered, but for those that are ignored, as under nohup;
 * a second one ends the program. */
void stop_on_signals(void);
bool stop_wanted(void);

#endif
