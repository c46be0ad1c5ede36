/* The calibration rig of docs/hardware.md: connected to the IN and OUT of one board at a time, with a
 * supply in place of its cell and in a chamber. For a Between or End board it plays the leader of
 * the ring, for a Begin board the return wire. It knows of the board what comes out of its OUT. */
#ifndef SIM_RIG_H
#define SIM_RIG_H

#include "engine/chain.h"

/* Calibrates all boards of the chain with commands over the ring, before the chain runs. False with
 * one line in err when a board does not answer or refuses. */
bool rig_calibrate(struct chain *c, const struct chain_config *config, bool show, struct err *err);

#endif
