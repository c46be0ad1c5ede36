#include "options.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/number.h"
#include "setup.h"

#define DEFAULT_CELLS 16
#define DEFAULT_DURATION_S 60.0
#define CSV_STEP_S 0.05 /* as often as End's belief is looked at */
#define DEFAULT_FIRMWARE "build/firmware"
#define TRACE_STEPS 64
#define TRACE_STEPS_MAX 1000000
#define GDB_PORT 1234
#define SAVE_MIN_S 0.01

enum {
    KEY_REALTIME = 1,
    KEY_CSV,
    KEY_CSV_STEP,
    KEY_JSON,
    KEY_REPORT,
    KEY_FIRMWARE,
    KEY_CORE,
    KEY_CLOCK_SPREAD,
    KEY_CLOCK_BEGIN,
    KEY_CLOCK_END,
    KEY_APP_BAUD,
    KEY_UNCALIBRATED,
    KEY_CALIBRATE,
    KEY_THREADS,
    KEY_APP,
    KEY_EXT,
    KEY_EXT_LOG,
    KEY_EXT_BEGIN,
    KEY_EXT_BEGIN_LOG,
    KEY_VIEW,
    KEY_RECORD,
    KEY_SAVE,
    KEY_SAVE_AT,
    KEY_SAVE_EVERY,
    KEY_RESUME,
    KEY_VCD,
    KEY_VCD_BOARDS,
    KEY_TRACE,
    KEY_TRACE_END,
    KEY_GDB,
    KEY_SET,
    KEY_SWEEP
};

const char *argp_program_version = "bms-sim 0.1";

static const char doc[] =
    "Runs a whole chain of battery management boards in simavr, with the very images that are "
    "flashed, and the cells, charger and load round them.\v"
    "Example: eight lithium titanate cells, five minutes, a table of what was and what the End "
    "board believed:\n\n"
    "  bms-sim --cells 8 --chemistry lto --switches 00101000 --duration 300 --csv run.csv\n\n"
    "Exit code: 0 every expectation held, 1 one did not, 2 bad input, 3 an image crashed. "
    "docs/simulation.md describes scenario files and outputs.";

static const struct argp_option table[] = {
    { "cells", 'n', "N", 0, "2 to 255 cells, one board each (16)", 0 },
    { "chemistry", 'c', "NAME", 0, "lfp, lto, nmc or liion (lfp)", 0 },
    { "switches", 'w', "8BITS", 0, "option switches 1..8, 1 = ON (fitting cells and chemistry)",
      0 },
    { "scenario", 's', "FILE", 0, "timed events and expectations", 0 },
    { "duration", 'd', "SECONDS", 0, "simulated time (the scenario's, or 60)", 0 },
    { "seed", 'r', "N", 0, "same seed, same run (1)", 0 },
    { "mode", 'm', "MODE", 0, "normal or critical (normal)", 0 },
    { "capacity", 'a', "AH", 0, "of each cell (100)", 0 },
    { "set", KEY_SET, "NAME=VALUE", 0, "a set line of a scenario, or a setting of the End board",
      0 },
    { "sweep", KEY_SWEEP, "NAME=A..B[:STEP]", 0,
      "a run for each value, also NAME=X,Y,Z; one table of them all", 0 },
    { "clock-spread", KEY_CLOCK_SPREAD, "PERCENT", 0,
      "oscillators are off by up to this from the factory (10)", 0 },
    { "clock-begin", KEY_CLOCK_BEGIN, "PERCENT", 0, "that of Begin is off by this", 0 },
    { "clock-end", KEY_CLOCK_END, "PERCENT", 0, "that of End is off by this", 0 },
    { "uncalibrated", KEY_UNCALIBRATED, NULL, 0, "boards as assembled, without calibration", 0 },
    { "calibrate", KEY_CALIBRATE, "HOW", 0,
      "direct: records computed; ring: by a rig, with commands over the ring (direct)", 0 },
    { "realtime", KEY_REALTIME, NULL, 0, "not faster than the clock on the wall", 0 },
    { "view", KEY_VIEW, NULL, 0, "live view on the terminal, with keys; without end, without -d",
      0 },
    { "record", KEY_RECORD, "FILE", 0, "what is done to the pack, as a scenario that does it again",
      0 },
    { "save", KEY_SAVE, "FILE", 0, "a checkpoint at the end, also when it is interrupted", 0 },
    { "save-at", KEY_SAVE_AT, "TIME", 0, "the checkpoint at this time instead (90, 15m, 2h)", 0 },
    { "save-every", KEY_SAVE_EVERY, "TIME", 0, "and meanwhile again and again", 0 },
    { "resume", KEY_RESUME, "FILE", 0, "goes on from a checkpoint, with its pack and scenario", 0 },
    { "vcd", KEY_VCD, "FILE", 0, "waveforms of the pins, for a waveform viewer", 0 },
    { "vcd-boards", KEY_VCD_BOARDS, "K,L..", 0, "of these boards (all, up to 16)", 0 },
    { "trace", KEY_TRACE, "K[:N]", 0, "when board K crashes: its last N instructions (64)", 0 },
    { "trace-end", KEY_TRACE_END, NULL, 0, "and also when the run ends", 0 },
    { "gdb", KEY_GDB, "K[:PORT]", 0, "board K waits for avr-gdb (1234)", 0 },
    { "csv", KEY_CSV, "FILE", 0, "one row per second: truth and belief side by side", 0 },
    { "csv-step", KEY_CSV_STEP, "SECONDS", 0, "a row that often, in steps of 0.05 (1)", 0 },
    { "json", KEY_JSON, "FILE", 0, "summary of the run", 0 },
    { "report", KEY_REPORT, "FILE", 0, "the run in pictures, for a browser", 0 },
    { "app", KEY_APP, "PATH", 0, "the app port as a pseudo-terminal of this name", 0 },
    { "app-baud", KEY_APP_BAUD, "BAUD", 0, "rate of who talks to the app port (38400)", 0 },
    { "ext", KEY_EXT, "PATH", 0, "the same for the extended data output", 0 },
    { "ext-log", KEY_EXT_LOG, "FILE", 0, "one line per frame of the extended data output", 0 },
    { "ext-begin", KEY_EXT_BEGIN, "PATH", 0, "the same of the Begin board", 0 },
    { "ext-begin-log", KEY_EXT_BEGIN_LOG, "FILE", 0, "one line per frame of that one", 0 },
    { "quiet", 'q', NULL, 0, "print nothing but failures", 0 },
    { "threads", KEY_THREADS, "N", 0, "1 or 2; the results are the same (2 from 48 boards on)", 0 },
    { "core", KEY_CORE, "NAME", 0, "simavr: its own, slower loop runs the instructions (own)", 0 },
    { "firmware", KEY_FIRMWARE, "DIR", 0, "folder of the images (build/firmware)", 0 },
    { 0 },
};

static void bad(const char *format, const char *option, const char *value)
{
    fprintf(stderr, "bms-sim: ");
    fprintf(stderr, format, option, value);
    fprintf(stderr, "\n");
    exit(EXIT_BAD_INPUT);
}

static double number(const char *option, const char *text, double min, double max)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(value))
        bad("--%s: '%s' is not a number", option, text);
    if (value < min || value > max) {
        fprintf(stderr, "bms-sim: --%s: %s is not in %g..%g\n", option, text, min, max);
        exit(EXIT_BAD_INPUT);
    }
    return value;
}

static int whole(const char *option, const char *text, double min, double max)
{
    double value = number(option, text, min, max);
    if (floor(value) != value)
        bad("--%s: '%s' is not a whole number", option, text);
    return (int)value;
}

static double csv_step_of(const char *text)
{
    double step_s = number("csv-step", text, CSV_STEP_S, 3600);
    double steps = step_s / CSV_STEP_S;

    if (fabs(steps - round(steps)) > 1e-6)
        bad("--%s: '%s' is not a multiple of 0.05", "csv-step", text);
    return step_s;
}

static double time_of(const char *option, const char *text)
{
    double s = 0.0;

    if (!number_parse_time(text, &s))
        bad("--%s: '%s' is no time (like 90, 90s, 15m, 2h or 1d)", option, text);
    if (s < SAVE_MIN_S || s > DURATION_MAX_S)
        bad("--%s: '%s' is not between 10 ms and 100 days", option, text);
    return s;
}

static uint64_t seed_of(const char *text)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 0);
    if (end == text || *end != '\0' || *text == '-' || errno == ERANGE)
        bad("--%s: '%s' is not a whole number from 0 to 2^64-1", "seed", text);
    return value;
}

static uint8_t switch_bits(const char *text)
{
    uint8_t bits = 0;

    if (strlen(text) != 8 || strspn(text, "01") != 8)
        bad("--%s: '%s' is not eight digits 0 or 1", "switches", text);
    for (int i = 0; i < 8; i++)
        bits = (uint8_t)(bits << 1 | (text[i] == '1'));
    return bits;
}

static enum chemistry chemistry_of(const char *name)
{
    enum chemistry chemistry = CHEM_LFP;

    if (!chemistry_from_name(name, &chemistry))
        bad("--%s: '%s' is none of lfp, lto, nmc, liion", "chemistry", name);
    return chemistry;
}

static bool rig_of(const char *name)
{
    if (strcmp(name, "ring") != 0 && strcmp(name, "direct") != 0)
        bad("--%s: '%s' is neither direct nor ring", "calibrate", name);
    return strcmp(name, "ring") == 0;
}

static bool simavr_core_of(const char *name)
{
    if (strcmp(name, "own") != 0 && strcmp(name, "simavr") != 0)
        bad("--%s: '%s' is neither own nor simavr", "core", name);
    return strcmp(name, "simavr") == 0;
}

static bool critical_of(const char *name)
{
    if (strcmp(name, "critical") != 0 && strcmp(name, "normal") != 0)
        bad("--%s: '%s' is neither normal nor critical", "mode", name);
    return strcmp(name, "critical") == 0;
}

/* "K", or "K:NUMBER", which goes to *number. */
static int board_and(const char *option, char *text, double min, double max, int *number)
{
    char *colon = strchr(text, ':');

    if (colon) {
        *number = whole(option, colon + 1, min, max);
        *colon = '\0';
    }
    return whole(option, text, 1, 255);
}

static void vcd_boards(struct options *o, char *text)
{
    char *rest = NULL;

    for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        o->vcd_board[whole("vcd-boards", word, 1, 255) - 1] = true;
        o->vcd_named = true;
    }
    if (!o->vcd_named)
        bad("--%s: '%s' names no board", "vcd-boards", text);
}

static void set_one(struct options *o, const char *text)
{
    struct err err;

    if (setup_set(o, text, &err))
        return;
    fprintf(stderr, "bms-sim: %s\n", err.text);
    exit(EXIT_BAD_INPUT);
}

static void add_sweep(struct options *o, const char *text)
{
    if (o->sweeps == OPTIONS_SWEEPS_MAX)
        bad("--%s: '%s' is one too many", "sweep", text);
    o->sweep[o->sweeps++] = text;
}

static void keep_word(struct options *o, int key, const char *arg)
{
    const struct argp_option *row = table;
    size_t size;

    while (row->name && row->key != key)
        row++;
    if (!row->name || key == KEY_SWEEP || key == KEY_JSON || key == 'q')
        return;
    size = strlen(row->name) + (arg ? strlen(arg) : 0) + sizeof "--=";
    o->word = realloc(o->word, (size_t)(o->words + 1) * sizeof *o->word);
    if (!o->word || !(o->word[o->words] = malloc(size)))
        bad("%s%s", "out of memory", "");
    snprintf(o->word[o->words++], size, arg ? "--%s=%s" : "--%s", row->name, arg);
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    if (key > 0 && key < 128)
        o->given[key] = true;
    keep_word(o, key, arg);
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL;
        break; /* getopt's line says it all */
    case 'n':
        o->cells = whole("cells", arg, 2, 255);
        break;
    case 'c':
        o->chemistry = chemistry_of(arg);
        break;
    case 'w':
        o->switches = switch_bits(arg);
        break;
    case 's':
        o->scenario_path = arg;
        break;
    case 'd':
        o->duration_s = number("duration", arg, 0.001, DURATION_MAX_S);
        break;
    case 'r':
        o->seed = seed_of(arg);
        break;
    case 'm':
        o->critical = critical_of(arg);
        break;
    case 'a':
        o->capacity_ah = number("capacity", arg, 0.1, 10000);
        break;
    case 'q':
        o->quiet = true;
        break;
    case KEY_REALTIME:
        o->realtime = true;
        break;
    case KEY_VIEW:
        o->view = true;
        break;
    case KEY_RECORD:
        o->record_path = arg;
        break;
    case KEY_SAVE:
        o->save_path = arg;
        break;
    case KEY_SAVE_AT:
        o->save_at_s = time_of("save-at", arg);
        break;
    case KEY_SAVE_EVERY:
        o->save_every_s = time_of("save-every", arg);
        break;
    case KEY_RESUME:
        o->resume_path = arg;
        break;
    case KEY_VCD:
        o->vcd_path = arg;
        break;
    case KEY_VCD_BOARDS:
        vcd_boards(o, arg);
        break;
    case KEY_TRACE:
        o->trace_board = board_and("trace", arg, 1, TRACE_STEPS_MAX, &o->trace_steps);
        break;
    case KEY_TRACE_END:
        o->trace_end = true;
        break;
    case KEY_GDB:
        o->gdb_board = board_and("gdb", arg, 0, 65535, &o->gdb_port);
        break;
    case KEY_SET:
        set_one(o, arg);
        break;
    case KEY_SWEEP:
        add_sweep(o, arg);
        break;
    case KEY_CSV:
        o->csv_path = arg;
        break;
    case KEY_CSV_STEP:
        o->csv_step_s = csv_step_of(arg);
        break;
    case KEY_JSON:
        o->json_path = arg;
        break;
    case KEY_REPORT:
        o->report_path = arg;
        break;
    case KEY_APP:
        o->app_path = arg;
        break;
    case KEY_EXT:
        o->ext_path = arg;
        break;
    case KEY_EXT_LOG:
        o->ext_log_path = arg;
        break;
    case KEY_EXT_BEGIN:
        o->ext_begin_path = arg;
        break;
    case KEY_EXT_BEGIN_LOG:
        o->ext_begin_log_path = arg;
        break;
    case KEY_THREADS:
        o->threads = whole("threads", arg, 1, 2);
        break;
    case KEY_CORE:
        o->simavr_core = simavr_core_of(arg);
        break;
    case KEY_FIRMWARE:
        o->firmware_dir = arg;
        break;
    case KEY_CLOCK_SPREAD:
        o->clock_spread = number("clock-spread", arg, 0, 10) / 100.0;
        break;
    case KEY_CLOCK_BEGIN:
        o->clock_begin = number("clock-begin", arg, -10, 10) / 100.0;
        break;
    case KEY_CLOCK_END:
        o->clock_end = number("clock-end", arg, -10, 10) / 100.0;
        break;
    case KEY_APP_BAUD:
        o->app_baud = number("app-baud", arg, 1200, 115200);
        break;
    case KEY_CALIBRATE:
        o->rig = rig_of(arg);
        break;
    case KEY_UNCALIBRATED:
        o->calibrated = false;
        break;
    case ARGP_KEY_ARG:
        bad("%s '%s'", "no such argument:", arg);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void options_parse(struct options *o, int argc, char **argv)
{
    static const struct argp argp = { .options = table, .parser = parse_one, .doc = doc };
    static char name[] = "bms-sim";

    *o = (struct options){ .cells = DEFAULT_CELLS,
                           .chemistry = CHEM_LFP,
                           .capacity_ah = 100.0,
                           .soc = 0.5,
                           .spread = 0.0,
                           .ambient_c = 25.0,
                           .sensors = 2,
                           .passes = 1,
                           .seed = 1,
                           .duration_s = DEFAULT_DURATION_S,
                           .csv_step_s = 1.0,
                           .clock_spread = 0.10,
                           .clock_begin = NAN,
                           .clock_end = NAN,
                           .app_baud = 38400.0,
                           .calibrated = true,
                           .trace_steps = TRACE_STEPS,
                           .gdb_port = GDB_PORT,
                           .firmware_dir = DEFAULT_FIRMWARE,
                           .program = argv[0] };
    argv[0] = name; /* what getopt puts in front of its line */
    if (argp_parse(&argp, argc, argv, 0, NULL, o) != 0)
        exit(EXIT_BAD_INPUT);
}

void options_free(struct options *o)
{
    for (int i = 0; i < o->words; i++)
        free(o->word[i]);
    free(o->word);
}
