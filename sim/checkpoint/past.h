/* What a scenario has done and found until a run is saved, and whether another one may go on from there:
 * what lies before must be the same, word for word but for the lines it stands on. */
#ifndef SIM_CHECKPOINT_PAST_H
#define SIM_CHECKPOINT_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "checkpoint/state.h"
#include "scenario/scenario.h"

struct past_event {
    double t_s;
    char *words;      /* "at TIME ..." */
    uint32_t profile; /* CRC of the file it names, 0 without one */
};

/* One that has been looked at. */
struct past_expect {
    char *words;
    bool done;
    bool failed;
    bool checked;
    bool readable;
    double value;
    double seen_s;
    char *seen; /* of the app port */
};

struct past {
    char *path; /* of the scenario, as given; NULL: there was none */
    char *text;
    struct scenario_defaults set;
    uint32_t recording; /* CRC, 0: none */
    uint32_t events;
    uint32_t events_done;
    struct past_event *event; /* all of them */
    uint32_t expects;         /* on values, then on the app port */
    struct past_expect *expect;
};

/* Of a scenario, which may be NULL, that has been looked at up to this second, at this time. False without
 * memory; to be freed in both cases. */
bool past_take(struct past *p, const struct scenario *scenario, uint64_t second, double now_s);
void past_free(struct past *p);
void past_state(struct past *p, struct state *s);

/* Lets the scenario, which may be NULL, go on behind this past. same: it is the one of that run, so what
 * lies behind must be the same as well. last_s: until then events have been looked for. False with one
 * line in err; from: name of the checkpoint. */
bool past_go_on(const struct past *p, struct scenario *scenario, bool same, uint64_t second,
                double now_s, double last_s, const char *from, struct err *err);

#endif
