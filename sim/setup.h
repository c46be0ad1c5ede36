/* What the owner of the pack has set in the End board before the run. */
#ifndef SIM_SETUP_H
#define SIM_SETUP_H

#include "end_board/settings.h"
#include "options.h"

/* "NAME=VALUE" of --set: NAME is a `set` statement of a scenario or a setting of the End board. False
 * with one line in err. */
bool setup_set(struct options *o, const char *text, struct err *err);
/* Whether a setting of the End board has this name, and its value is a number that can be chosen
 * without regard to the pack. */
bool setup_knows(const char *name);
/* What fits the pack, with what --set says in its place, confirmed. False with one line in err when
 * --set makes values that do not go together; without it End judges them itself. */
bool setup_settings(const struct options *o, struct settings *s, struct err *err);

#endif
