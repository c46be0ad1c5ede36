/* A state in a file: a head that says what it is, its length, its CRC. */
#ifndef SIM_CHECKPOINT_STORE_H
#define SIM_CHECKPOINT_STORE_H

#include <stdbool.h>

#include "checkpoint/state.h"

/* Of what is saved and how. Whoever changes what a field means, or its unit, and not its name or size,
 * counts it up; the rest is seen by itself (state.h). */
#define STORE_VERSION 1u

/* Writes beside the file and puts it in its place when all of it is on the disk: whoever is interrupted
 * leaves the older one. False with one line in err. */
bool store_write(const char *path, const struct state *state, struct err *err);
/* Whether that is possible now. False with one line in err. */
bool store_can_write(const char *path, struct err *err);
/* False with one line in err when it is none, not whole, or of another version. */
bool store_read(const char *path, struct state *state, struct err *err);

#endif
