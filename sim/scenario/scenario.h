#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stdio.h>

#include "scenario/app_expect.h"
#include "scenario/defaults.h"
#include "scenario/err.h"
#include "scenario/event.h"
#include "scenario/expect.h"
#include "scenario/series.h"

/*
 * A text file that says what happens to a simulated pack and what is expected
 * of it. One statement per line; '#' begins a comment.
 *
 *   set cells N | chemistry lfp|lto|nmc|liion | capacity AH | soc 0..1
 *       | spread 0..0.5 | ambient C | duration TIME | switches 8BITS
 *       | mode normal|critical | sensors 0|1|2 | seed N
 *   replay FILE
 *   at TIME charger AMPS A VOLTS V      (volts per cell) | charger off
 *           load AMPS A | load WATTS W | load off
 *           profile FILE [scale X] [loop] | profile off
 *           ripple HZ DEPTH | ripple off
 *           break K L | repair K L      (L = K+1, or the last cell and 1)
 *           temperature K|all C | temperature K|all free | ambient C
 *           remove K | insert K | leak K|all OHMS | leak K|all off
 *           soc K|all PERCENT
 *           sensor 1|2 offset AMPS | gain FACTOR | open | ok
 *           reset K|all | switches 8BITS | print TEXT
 *           app "TEXT"                  (types it and CR at the app port)
 *   at TIME within SECONDS app expect "TEXT"      (a line from the app port contains it)
 *   at TIME expect NAME OP NUMBER                 (OP: == != < <= > >=)
 *   at TIME within SECONDS expect NAME OP NUMBER
 *   from TIME to TIME expect NAME OP NUMBER
 *
 * TIME is a number with an optional unit: 90, 90s, 15m, 2h, 1d, 1.5h. K counts
 * cells from 1, the most negative. A FILE has no blanks in its name and, unless
 * it starts with '/', is looked for in the folder of the scenario; profiles and
 * recordings are described in series.h.
 */
struct scenario;

/* Reads and validates the whole file and the files it names. NULL with one
 * line in *err if anything is wrong. `name_known` says whether a value of an
 * expectation exists (see expect_parse_name); NULL = take all. */
struct scenario *scenario_load(const char *path, bool (*name_known)(const char *name),
                               struct err *err);
/* The same from a text; path says where it would be. */
struct scenario *scenario_parse(const char *path, const char *text,
                                bool (*name_known)(const char *name), struct err *err);
void scenario_free(struct scenario *scenario);

const char *scenario_path(const struct scenario *scenario);
/* Of the file as it was read. */
const char *scenario_text(const struct scenario *scenario);

const struct scenario_defaults *scenario_defaults(const struct scenario *scenario);

/* The recording of a "replay" line, or NULL. Its number of cells is the
 * number the pack has to have. */
const struct recording *scenario_recording(const struct scenario *scenario);
/* Where it was read from, or NULL. */
const char *scenario_recording_path(const struct scenario *scenario);

/* Whether the scenario fits a pack of that many cells: to be called before the
 * run, when the number is known. */
bool scenario_check(const struct scenario *scenario, int cells, struct err *err);

/* The next event that is due and has not been returned yet, in order of time
 * and then of lines; NULL if there is none now. */
const struct event *scenario_next(struct scenario *scenario, double now_s);

/* To be called once per simulated second, after the events of that time.
 * Prints a line for each expectation that fails now. */
void scenario_check_expects(struct scenario *scenario, double now_s, probe_fn probe, void *ctx,
                            FILE *out);

/* A line came from the app port. */
void scenario_app_line(struct scenario *scenario, double at_s, const char *line);

/* At the end of the run, once: fails every expectation that is still open. */
void scenario_finish(struct scenario *scenario, double end_s, FILE *out);

/* All events in order of time, all expectations in order of lines; NULL behind the last one. */
const struct event *scenario_event(const struct scenario *scenario, size_t index);
const struct expect *scenario_expect(const struct scenario *scenario, size_t index);
const struct app_expect *scenario_app_expect(const struct scenario *scenario, size_t index);

/* To go on with a run that was saved: how many events have been returned, and the expectations with what
 * was found so far. */
size_t scenario_events_done(const struct scenario *scenario);
void scenario_skip_events(struct scenario *scenario, size_t done);
struct expect *scenario_expect_found(struct scenario *scenario, size_t index);
struct app_expect *scenario_app_expect_found(struct scenario *scenario, size_t index);

int scenario_expect_total(const struct scenario *scenario);
int scenario_expect_failed(const struct scenario *scenario);

#endif
