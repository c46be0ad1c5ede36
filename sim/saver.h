/* When a run is saved, as --save, --save-at and --save-every say. */
#ifndef SIM_SAVER_H
#define SIM_SAVER_H

#include <stdbool.h>

#include "run.h"

/* Also when it is over, whoever ends it. */
bool saver_at_end(const struct options *o);
/* After each step; last: the run is over. Says once when it cannot be saved. */
void saver_step(struct run *r, bool last);

#endif
