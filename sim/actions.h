/* Carries out the events of a scenario. */
#ifndef SIM_ACTIONS_H
#define SIM_ACTIONS_H

#include "run.h"

void action_do(struct run *r, const struct event *e);

#endif
