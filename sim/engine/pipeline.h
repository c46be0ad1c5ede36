/* Shares the boards of a chain between two threads. */
#ifndef SIM_ENGINE_PIPELINE_H
#define SIM_ENGINE_PIPELINE_H

#include "engine/chain.h"

/* NULL when there is no memory or no thread: the chain then runs with one. */
struct pipeline *pipeline_new(struct chain *c);
void pipeline_free(struct pipeline *p);
/* Runs all boards to end_ps, slice by slice. */
void pipeline_step(struct pipeline *p, int64_t end_ps);

#endif
