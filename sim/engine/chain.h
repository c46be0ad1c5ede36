/* All boards of a pack, the wires between them, and the world round them, advanced together.
 *
 * Boards are simulated one after the other along the chain, a step of time each: the ring feeds
 * forward, so a board needs what the one before it sent in the same step, and nothing else. Two
 * threads share the chain as a pipeline of slices, the far boards one slice behind the near ones;
 * the results are the same as with one. What relays and resistors do to the cells takes effect one
 * step later, and the return wire is as long as a step. */
#ifndef SIM_ENGINE_CHAIN_H
#define SIM_ENGINE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/board.h"
#include "engine/disturb.h"
#include "engine/firmware.h"
#include "scenario/err.h"
#include "world/world.h"

#define CHAIN_SLICE_PS 1000000000LL /* 1 ms */
#define CHAIN_SLICES_PER_STEP 10
#define CHAIN_STEP_PS (CHAIN_SLICES_PER_STEP * CHAIN_SLICE_PS)
#define CHAIN_STEPS_PER_SECOND 100

struct chain_config {
    int cells;
    uint64_t seed;
    uint8_t switches;
    int sensors;         /* 0..2 */
    int passes;          /* of the cable through each sensor */
    double clock_spread; /* oscillators +- this at their factory value */
    double clock_begin;  /* that of Begin and of End, NAN: drawn */
    double clock_end;
    int threads;      /* 1 or 2 */
    bool simavr_core; /* instructions are run by simavr instead of engine/core.h */
    const char *firmware_dir;
};

struct pipeline;

struct chain {
    int cells;
    struct firmware firmware[BOARD_KINDS];
    struct board *board;      /* [0] is Begin */
    struct wire *wire;        /* [i] from board i to i+1, the last one back to Begin */
    struct wire back;         /* what End sent in this step; Begin sees it a step later */
    struct disturb **disturb; /* [i] what is wrong with wire[i], NULL: nothing ever was */
    bool disturbed;           /* one of them is not NULL */
    uint64_t seed;
    struct pipeline *pipeline; /* NULL with one thread */
    struct world *world;
    int64_t now_ps;
};

/* False with one line in err. The world is the caller's. */
bool chain_init(struct chain *c, const struct chain_config *config, struct world *world,
                struct err *err);
void chain_free(struct chain *c);
/* A board with the same parts as that of the chain (index from 0), between two other wires. */
void chain_twin(struct chain *c, const struct chain_config *config, int index, struct wire *in,
                struct wire *out, struct board *twin);
/* Simulates boards from..to-1 up to end_ps; stops at the first that crashed. */
void chain_run_boards(struct chain *c, int from, int to, int64_t end_ps);
/* All boards, on one thread. */
void chain_run_all(struct chain *c, int64_t end_ps);
/* One step of 10 ms. Returns the number of a board that crashed, else 0. */
int chain_step(struct chain *c);

/* Faults of the hop that begins at a board; NULL when there is no memory. */
struct disturb *chain_disturb(struct chain *c, int from_cell);
void chain_break(struct chain *c, int from_cell, bool broken);
void chain_reset_board(struct chain *c, int cell);

/* Boards and wires, between two steps, in sections of their own; the world is the caller's. */
void chain_state(struct chain *c, struct state *s);

#endif
