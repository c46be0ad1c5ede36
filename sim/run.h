/* One simulation run: chain, world and scenario, second by second, and what it measured. */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "common/link.h"
#include "debug/debug.h"
#include "end_board/view.h"
#include "engine/chain.h"
#include "options.h"
#include "outside.h"
#include "scenario/scenario.h"
#include "view/record.h"
#include "world/world.h"

struct checkpoint;
struct report;

/* Worst and mean of absolute errors. */
struct error_sum {
    double worst;
    double sum;
    uint64_t count;
};

/* End's belief in the ring, whenever it changed. */
enum { RUN_PLACES_MAX = 20000 };

struct run_place {
    double s;
    bool comm_ok;
    bool broken;
    uint8_t after;
    bool charge; /* the relays are closed */
    bool load;
};

/* What the boards have counted when a fault begins, and at the end. */
struct run_mark {
    double s;
    int line; /* of the scenario, 0 at the end */
    uint32_t rounds;
    uint64_t lost;
    double shown_error_mv;          /* since the mark before */
    struct link_counters *counters; /* of each board */
    uint32_t *breaks;               /* that each board sent */
};

struct view;

struct run {
    const struct options *options;
    struct scenario *scenario; /* may be NULL */
    struct world *world;
    struct chain chain;
    struct outside outside;
    struct end_view view; /* End's belief at this second */
    struct end_view told; /* as it was when live.h said something of it */
    uint64_t second;
    int64_t from_ps; /* of the checkpoint it goes on from, 0 without one */
    double wall_s;
    int crashed_board;
    /* statistics */
    bool locked; /* every cell has been known once */
    double locked_s;
    uint32_t base_rounds; /* Begin's and End's counts when it locked */
    uint32_t base_readings;
    uint32_t last_rounds; /* at the last complete round */
    uint32_t last_readings;
    uint32_t seen_end_rounds;
    uint64_t lost_before;     /* readings lost before a reset of Begin or End */
    struct error_sum cell_mv; /* against the cell when it was measured */
    struct error_sum temp_dc;
    struct error_sum now_mv; /* against the cell at the second: with the age of the reading */
    struct error_sum now_dc;
    struct error_sum current_ma;
    int64_t base_mas; /* End's net charge and the true one when it locked */
    double base_true_as;
    struct run_place place[RUN_PLACES_MAX];
    int places;
    struct run_mark *mark;
    int marks;
    double shown_error_mv; /* worst of all that End showed since the last mark */
    struct record record;
    struct debug debug;
    struct view *view_shown; /* may be NULL */
    bool stopped;            /* somebody wants no more of it */
    bool save_failed;        /* it was said */
    FILE *csv;               /* may be NULL */
    FILE *json;
    struct report *report; /* may be NULL */
};

/* Where the checkpoint was saved, or at the start without one. False with one line in err; to be freed in
 * both cases. */
bool run_init(struct run *r, const struct options *o, struct scenario *scenario,
              struct checkpoint *from, struct err *err);
/* Runs to the end or a crash. False when a board crashed. */
bool run_all(struct run *r);
void run_free(struct run *r);
/* All that changes in a run but its scenario, in sections of its own. */
void run_state(struct run *r, struct state *s);

/* When a run of this duration ends; INFINITY: after DURATION_MAX_S, as far as picoseconds reach. */
int64_t run_end_ps(double duration_s);

/* Readings that were sent and did not reach the End board since it locked. */
uint64_t run_lost_readings(const struct run *r);

/* Remembers the counters of all boards. */
void run_mark(struct run *r, int line);

/* Net charge into the pack since it locked, and what End counted of it. */
double run_true_charge_as(const struct run *r);
double run_end_charge_as(const struct run *r);

/* Names that expectations may use. */
bool run_name_known(const char *name);

#endif
