/* What the End board believes, read from its RAM by the symbols of its image. */
#ifndef SIM_BELIEF_H
#define SIM_BELIEF_H

#include <stdbool.h>

#include "common/health.h"
#include "common/link.h"
#include "end_board/pack.h"
#include "end_board/view.h"
#include "engine/chain.h"

void belief_view(const struct chain *c, struct end_view *view);
/* Reading of a cell (0-based); fresh is 0 when there is none. */
void belief_cell(const struct chain *c, int cell, struct pack_cell *out);
/* False when the board does not think. */
bool belief_health(const struct chain *c, int board, struct health *out);
void belief_counters(const struct chain *c, int board, struct link_counters *out);

#endif
