/* Reads a run for the live view. */
#ifndef SIM_VIEW_TAKE_H
#define SIM_VIEW_TAKE_H

#include "run.h"
#include "view/hands.h"
#include "view/model.h"

/* Everything but state, speed and messages. */
void take_model(struct view_model *m, const struct run *r, const struct hands *h);

#endif
