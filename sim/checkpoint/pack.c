#include "checkpoint/pack.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- options as text ---------------------------------------------------------------------------- */

enum item {
    ITEM_CELLS,
    ITEM_CHEMISTRY,
    ITEM_CAPACITY,
    ITEM_SOC,
    ITEM_SPREAD,
    ITEM_AMBIENT,
    ITEM_SWITCHES,
    ITEM_MODE,
    ITEM_SENSORS,
    ITEM_PASSES,
    ITEM_SEED,
    ITEM_CLOCK_SPREAD,
    ITEM_CLOCK_BEGIN,
    ITEM_CLOCK_END,
    ITEM_APP_BAUD,
    ITEM_UNCALIBRATED,
    ITEM_CALIBRATE,
    ITEMS
};

static const char *const item_name[ITEMS] = {
    "cells",       "chemistry", "capacity", "soc",          "spread",   "ambient",
    "switches",    "mode",      "sensors",  "passes",       "seed",     "clock-spread",
    "clock-begin", "clock-end", "app-baud", "uncalibrated", "calibrate"
};

#define TEXT_SIZE 40

static void number(char *text, double value)
{
    snprintf(text, TEXT_SIZE, "%.12g", value);
}

static void item_text(char *text, const struct options *o, enum item item)
{
    switch (item) {
    case ITEM_CELLS:
        number(text, o->cells);
        break;
    case ITEM_CHEMISTRY:
        snprintf(text, TEXT_SIZE, "%s", chemistry_info(o->chemistry)->name);
        break;
    case ITEM_CAPACITY:
        number(text, o->capacity_ah);
        break;
    case ITEM_SOC:
        number(text, o->soc);
        break;
    case ITEM_SPREAD:
        number(text, o->spread);
        break;
    case ITEM_AMBIENT:
        number(text, o->ambient_c);
        break;
    case ITEM_SWITCHES:
        for (int i = 0; i < 8; i++)
            text[i] = o->switches & (0x80 >> i) ? '1' : '0';
        text[8] = '\0';
        break;
    case ITEM_MODE:
        snprintf(text, TEXT_SIZE, "%s", o->critical ? "critical" : "normal");
        break;
    case ITEM_SENSORS:
        number(text, o->sensors);
        break;
    case ITEM_PASSES:
        number(text, o->passes);
        break;
    case ITEM_SEED:
        snprintf(text, TEXT_SIZE, "%llu", (unsigned long long)o->seed);
        break;
    case ITEM_CLOCK_SPREAD:
        number(text, o->clock_spread * 100.0);
        break;
    case ITEM_CLOCK_BEGIN:
        number(text, o->clock_begin * 100.0);
        break;
    case ITEM_CLOCK_END:
        number(text, o->clock_end * 100.0);
        break;
    case ITEM_APP_BAUD:
        number(text, o->app_baud);
        break;
    case ITEM_UNCALIBRATED:
        snprintf(text, TEXT_SIZE, "%s", o->calibrated ? "off" : "on");
        break;
    case ITEM_CALIBRATE:
        snprintf(text, TEXT_SIZE, "%s", o->rig ? "ring" : "direct");
        break;
    case ITEMS:
        break;
    }
}

static bool differs(const struct options *a, const struct options *b, enum item item)
{
    char of_a[TEXT_SIZE];
    char of_b[TEXT_SIZE];

    item_text(of_a, a, item);
    item_text(of_b, b, item);
    return strcmp(of_a, of_b) != 0;
}

static bool refuse(const char *where, const struct options *asked, const struct options *saved,
                   enum item item, const char *from, struct err *err)
{
    char of_asked[TEXT_SIZE];
    char of_saved[TEXT_SIZE];

    item_text(of_asked, asked, item);
    item_text(of_saved, saved, item);
    return err_set(err, "%s%s: %s, but it is %s in %s", where, item_name[item], of_asked, of_saved,
                   from);
}

/* ---- contradictions ----------------------------------------------------------------------------- */

static bool on_command_line(const struct options *o, const char *name)
{
    size_t length = strlen(name);

    for (int i = 0; i < o->words; i++)
        if (strncmp(o->word[i] + 2, name, length) == 0 &&
            (o->word[i][2 + length] == '=' || o->word[i][2 + length] == '\0'))
            return true;
    return false;
}

static bool check_command_line(const struct options *o, const struct options *saved,
                               const char *from, struct err *err)
{
    for (int item = 0; item < ITEMS; item++)
        if (on_command_line(o, item_name[item]) && differs(o, saved, (enum item)item))
            return refuse("--", o, saved, (enum item)item, from, err);
    for (int i = 0; i < SETTINGS_COUNT; i++) {
        struct setting row = { .name = "" };
        if (!o->setting_given[i] || (saved->setting_given[i] && saved->setting[i] == o->setting[i]))
            continue;
        setting_row((uint8_t)(i + 1), &row);
        return err_set(err, "--set: %s is not %d in %s", row.name, (int)o->setting[i], from);
    }
    return true;
}

static bool check_set(const char *where, const struct scenario_defaults *set,
                      const struct options *saved, const struct scenario_defaults *was,
                      const char *from, struct err *err)
{
    struct options asked = *saved;
    struct options asked_then = *saved;

    options_take_set(&asked, set);
    options_take_set(&asked_then, was);
    for (int item = 0; item < ITEMS; item++)
        if (differs(&asked, saved, (enum item)item) &&
            differs(&asked, &asked_then, (enum item)item))
            return refuse(where, &asked, saved, (enum item)item, from, err);
    return true;
}

/* ---- going on ----------------------------------------------------------------------------------- */

static void take_pack(struct options *o, const struct options *saved)
{
    o->cells = saved->cells;
    o->chemistry = saved->chemistry;
    o->capacity_ah = saved->capacity_ah;
    o->soc = saved->soc;
    o->spread = saved->spread;
    o->ambient_c = saved->ambient_c;
    o->switches = saved->switches;
    o->critical = saved->critical;
    o->sensors = saved->sensors;
    o->passes = saved->passes;
    o->seed = saved->seed;
    o->clock_spread = saved->clock_spread;
    o->clock_begin = saved->clock_begin;
    o->clock_end = saved->clock_end;
    o->app_baud = saved->app_baud;
    o->calibrated = saved->calibrated;
    o->rig = saved->rig;
    memcpy(o->setting, saved->setting, sizeof o->setting);
    memcpy(o->setting_given, saved->setting_given, sizeof o->setting_given);
}

/* The end is not of the pack: whoever goes on may go farther. other: the scenario is
 * not that of the run, whose end may have come from the command line. */
static void take_duration(struct options *o, const struct options *saved,
                          const struct scenario_defaults *d, bool other)
{
    if (o->given['d'])
        return;
    if (o->set.has_duration)
        o->duration_s = o->set.duration_s;
    else if (other && d->has_duration)
        o->duration_s = d->duration_s;
    else
        o->duration_s = o->view ? INFINITY : saved->duration_s;
}

bool pack_resume(struct options *o, const struct options *saved,
                 const struct scenario_defaults *was, const struct scenario *scenario, bool same,
                 const char *from, struct err *err)
{
    static const struct scenario_defaults none;
    const struct scenario_defaults *d = scenario ? scenario_defaults(scenario) : &none;
    char where[256];

    snprintf(where, sizeof where, "%s: set ", scenario ? scenario_path(scenario) : "");
    if (!check_command_line(o, saved, from, err) ||
        !check_set("--set: ", &o->set, saved, &none, from, err) ||
        !check_set(where, d, saved, was, from, err))
        return false;
    take_pack(o, saved);
    take_duration(o, saved, d, !same);
    if (!on_command_line(o, "firmware"))
        o->firmware_dir = saved->firmware_dir;
    return true;
}

/* ---- saving and loading --------------------------------------------------------------------------- */

void pack_state(struct options *o, struct state *s)
{
    char *firmware = s->loading ? NULL : strdup(o->firmware_dir);

    state_begin(s, "PACK");
    STATE(s, o->cells);
    STATE(s, o->chemistry);
    STATE(s, o->capacity_ah);
    STATE(s, o->soc);
    STATE(s, o->spread);
    STATE(s, o->ambient_c);
    STATE(s, o->duration_s);
    STATE(s, o->switches);
    STATE(s, o->critical);
    STATE(s, o->sensors);
    STATE(s, o->passes);
    STATE(s, o->seed);
    STATE(s, o->clock_spread);
    STATE(s, o->clock_begin);
    STATE(s, o->clock_end);
    STATE(s, o->app_baud);
    STATE(s, o->calibrated);
    STATE(s, o->rig);
    STATE(s, o->setting);
    STATE(s, o->setting_given);
    state_text(s, "firmware_dir", &firmware);
    state_end(s);
    if (s->loading)
        o->firmware_dir = firmware;
    else
        free(firmware);
}
