#ifndef SIM_SCENARIO_DEFAULTS_H
#define SIM_SCENARIO_DEFAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "checkpoint/state.h"
#include "scenario/reader.h"
#include "world/chemistry.h"

#define DURATION_MAX_S 8640000.0 /* 100 days; picoseconds in 63 bits hold 106 */

/* What the "set" lines of a scenario ask for; the command line may say
 * otherwise. Each value counts only if its has_ member is true. */
struct scenario_defaults {
    bool has_cells;
    bool has_chemistry;
    bool has_capacity;
    bool has_soc;
    bool has_spread;
    bool has_ambient;
    bool has_duration;
    bool has_switches;
    bool has_mode;
    bool has_sensors;
    bool has_passes;
    bool has_seed;
    int cells; /* 2..255 */
    enum chemistry chemistry;
    double capacity_ah; /* 0.1..10000 */
    double soc;         /* 0..1 */
    double spread;      /* of the charge states, one sigma, 0..0.5 */
    double ambient_c;
    double duration_s; /* > 0, up to DURATION_MAX_S */
    uint8_t switches;  /* switch 1 is bit 7 */
    bool critical;     /* "set mode critical" */
    int sensors;       /* 0..2 */
    int passes;        /* 1, 2 or 4 */
    uint64_t seed;
};

/* Parses the words behind "set". A later line for the same thing wins. */
bool defaults_parse(struct reader *reader, struct scenario_defaults *defaults);

void defaults_state(struct scenario_defaults *defaults, struct state *s);

#endif
