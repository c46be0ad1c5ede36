/* Command line of bms-sim. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/settings.h"
#include "scenario/scenario.h"
#include "world/chemistry.h"

enum { OPTIONS_SWEEPS_MAX = 4 };

/* Exit codes of the program: docs/simulation.md. */
enum { EXIT_OK, EXIT_EXPECT_FAILED, EXIT_BAD_INPUT, EXIT_CRASHED };

struct options {
    int cells;
    enum chemistry chemistry;
    double capacity_ah;
    double soc;
    double spread;
    double ambient_c;
    double duration_s;
    uint8_t switches;
    bool critical;
    int sensors;
    int passes;
    int threads;
    bool simavr_core;
    uint64_t seed;
    double clock_spread;
    double clock_begin; /* error of Begin's and End's oscillator, NAN: drawn */
    double clock_end;
    double app_baud;
    bool calibrated;
    bool rig; /* calibrate over the ring */
    bool realtime;
    bool quiet;
    const char *scenario_path;
    const char *csv_path;
    double csv_step_s;
    const char *json_path;
    const char *report_path;
    const char *app_path; /* links to pseudo-terminals */
    const char *ext_path;
    const char *ext_log_path;
    const char *ext_begin_path;
    const char *ext_begin_log_path;
    const char *firmware_dir;
    bool view;
    const char *record_path;
    const char *save_path;
    double save_at_s;    /* 0: at the end */
    double save_every_s; /* 0: not */
    const char *resume_path;
    const char *vcd_path;
    bool vcd_board[255]; /* by index; all that are named with --vcd-boards */
    bool vcd_named;
    int trace_board; /* number, 0: none */
    int trace_steps;
    bool trace_end;
    int gdb_board; /* number, 0: none */
    int gdb_port;
    struct scenario_defaults set; /* --set, but what is a setting of the End board: */
    int32_t setting[SETTINGS_COUNT];
    bool setting_given[SETTINGS_COUNT];
    const char *sweep[OPTIONS_SWEEPS_MAX];
    int sweeps;
    const char *program; /* as it was called */
    char **word; /* what repeats this run, one option each; without --sweep, --json and --quiet */
    int words;
    bool given[128]; /* by option letter: was on the command line */
};

/* Parses; on bad input prints one line and exits with 2. */
void options_parse(struct options *o, int argc, char **argv);
/* What the command line did not say, the scenario may; the rest has defaults. */
void options_complete(struct options *o, const struct scenario *scenario);
/* Its steps, for a run that goes on from a checkpoint: where nobody can look or type there is no view; a
 * `set` line for the pack, duration left out; and what follows from the rest. */
void options_check_terminal(struct options *o);
void options_take_set(struct options *o, const struct scenario_defaults *set);
void options_finish(struct options *o);

void options_free(struct options *o);

#endif
