/* What the run shows while it goes on: a line that renews itself on a terminal, plain lines
 * elsewhere; relay changes and faults as they happen; a summary at the end. */
#ifndef SIM_LIVE_H
#define SIM_LIVE_H

#include "run.h"

/* Takes the renewing line away, so that something else may be printed. */
void live_clear(void);
void live_second(const struct run *r);
void live_summary(const struct run *r);
void live_crash(const struct run *r);
/* Why a relay opened (enum rule_id), and why a board crashed. */
const char *live_reason(uint8_t rule);
const char *live_crash_reason(const struct run *r);

#endif
