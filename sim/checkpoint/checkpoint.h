/* A run in a file: saved at a moment, and gone on with from there, as often as one likes. */
#ifndef SIM_CHECKPOINT_CHECKPOINT_H
#define SIM_CHECKPOINT_CHECKPOINT_H

#include "checkpoint/past.h"
#include "checkpoint/state.h"
#include "options.h"

struct run;

struct checkpoint {
    const char *path;
    struct state state; /* the rest of it */
    int64_t now_ps;
    uint64_t second; /* ended before */
    struct options pack;
    struct past past;
    bool same_scenario; /* the one of that run goes on */
};

/* To options->save_path, between a step and what stands at that moment. False with one line in err. */
bool checkpoint_save(struct run *r, struct err *err);

/* What a run has to know before it is built. False with one line in err; to be closed in both cases. */
bool checkpoint_open(struct checkpoint *c, const char *path, struct err *err);
/* The scenario that goes on: of the options, or that of the checkpoint; NULL without one. False with one
 * line in err. */
bool checkpoint_scenario(struct checkpoint *c, struct options *o,
                         bool (*name_known)(const char *name), struct scenario **scenario,
                         struct err *err);
/* Completes the options, as options_complete() does for a run from the start, and sets the scenario, which
 * may be NULL, to go on. False with one line in err. */
bool checkpoint_options(struct checkpoint *c, struct options *o, struct scenario *scenario,
                        struct err *err);
/* Once, into a run that was built with these options and has not run. False with one line in err. */
bool checkpoint_resume(struct checkpoint *c, struct run *r, struct err *err);
void checkpoint_close(struct checkpoint *c);

#endif
