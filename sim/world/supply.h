#ifndef SIM_WORLD_SUPPLY_H
#define SIM_WORLD_SUPPLY_H

#include <stdbool.h>

#include "checkpoint/state.h"
#include "scenario/series.h"

/*
 * What is wired to the pack: a CC/CV charger, a load, and a recorded profile
 * whose positive values charge and whose negative values discharge. All
 * currents here are positive in their own direction.
 */
struct supply {
    double charger_a; /* current limit, 0 = off */
    double charger_v; /* voltage limit of the whole pack */
    double load_a;    /* one of these two is 0 */
    double load_w;
    const struct series *profile; /* borrowed; NULL = none */
    double profile_scale;
    bool profile_loop;
    double profile_start_s;
};

struct flow {
    double in_a;  /* through the charge relay and sensor 1 */
    double out_a; /* through the load relay and sensor 2 */
};

/*
 * The currents into and out of a pack that behaves as emf_v behind ohm (> 0).
 * The charger gives its limit or what holds its voltage, whichever is less,
 * never below 0. A load that asks for more power than the pack can give gets
 * the most it can give; no load pulls the pack below 0 V. The profile is a
 * current source: no voltage limit. An open relay means 0 A.
 */
struct flow supply_flow(const struct supply *supply, double emf_v, double ohm, bool charge_closed,
                        bool load_closed, double now_s);

/* Not which profile it is. */
void supply_state(struct supply *supply, struct state *s);

#endif
