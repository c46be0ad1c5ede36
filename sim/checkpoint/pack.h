/* The options that make a run what it is from its first moment on: a checkpoint brings them along, and
 * nobody may ask for others. */
#ifndef SIM_CHECKPOINT_PACK_H
#define SIM_CHECKPOINT_PACK_H

#include "checkpoint/state.h"
#include "options.h"

/* In a section of its own. The folder of the images is a text of its own memory when loading. */
void pack_state(struct options *o, struct state *s);

/* Completes the options of a command line with those of the checkpoint `from`, where `saved` comes from
 * and a scenario set `was`. The scenario that goes on, and may be NULL, may set other things only where the
 * command line overruled them then; same: it is that of the run. False with one line in err when somebody
 * asks for another pack. */
bool pack_resume(struct options *o, const struct options *saved,
                 const struct scenario_defaults *was, const struct scenario *scenario, bool same,
                 const char *from, struct err *err);

#endif
