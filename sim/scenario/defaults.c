#include "scenario/defaults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool set_cells(struct reader *reader, struct scenario_defaults *d)
{
    d->has_cells = true;
    return reader_int(reader, "cells", 2, 255, &d->cells);
}

static bool set_chemistry(struct reader *reader, struct scenario_defaults *d)
{
    char *word;

    d->has_chemistry = true;
    if (!reader_need(reader, "the chemistry", &word))
        return false;
    if (chemistry_from_name(word, &d->chemistry))
        return true;
    return reader_fail(reader, "'%s' is no chemistry (lfp, lto, nmc, liion)", word);
}

static bool set_capacity(struct reader *reader, struct scenario_defaults *d)
{
    d->has_capacity = true;
    return reader_number(reader, "capacity", 0.1, 10000.0, &d->capacity_ah);
}

static bool set_soc(struct reader *reader, struct scenario_defaults *d)
{
    d->has_soc = true;
    return reader_number(reader, "soc", 0.0, 1.0, &d->soc);
}

static bool set_spread(struct reader *reader, struct scenario_defaults *d)
{
    d->has_spread = true;
    return reader_number(reader, "spread", 0.0, 0.5, &d->spread);
}

static bool set_ambient(struct reader *reader, struct scenario_defaults *d)
{
    d->has_ambient = true;
    return reader_number(reader, "ambient", -60.0, 150.0, &d->ambient_c);
}

static bool set_duration(struct reader *reader, struct scenario_defaults *d)
{
    d->has_duration = true;
    if (!reader_time(reader, "duration", &d->duration_s))
        return false;
    if (d->duration_s > DURATION_MAX_S)
        return reader_fail(reader, "'%.10g' s for duration is more than 100 days", d->duration_s);
    return d->duration_s > 0.0 || reader_fail(reader, "'0' for duration leaves no time");
}

static bool set_switches(struct reader *reader, struct scenario_defaults *d)
{
    d->has_switches = true;
    return reader_switches(reader, &d->switches);
}

static bool set_mode(struct reader *reader, struct scenario_defaults *d)
{
    char *word;

    d->has_mode = true;
    if (!reader_need(reader, "the mode", &word))
        return false;
    d->critical = strcmp(word, "critical") == 0;
    if (d->critical || strcmp(word, "normal") == 0)
        return true;
    return reader_fail(reader, "'%s' is no mode (normal, critical)", word);
}

static bool set_sensors(struct reader *reader, struct scenario_defaults *d)
{
    d->has_sensors = true;
    return reader_int(reader, "sensors", 0, 2, &d->sensors);
}

static bool set_passes(struct reader *reader, struct scenario_defaults *d)
{
    d->has_passes = true;
    if (!reader_int(reader, "passes", 1, 4, &d->passes))
        return false;
    return d->passes != 3 || reader_fail(reader, "'3' for passes is none of 1, 2, 4");
}

/* Not by way of a double: all 64 bits count. */
static bool set_seed(struct reader *reader, struct scenario_defaults *d)
{
    char *word;

    d->has_seed = true;
    if (!reader_need(reader, "the seed", &word))
        return false;
    errno = 0;
    d->seed = strtoull(word, NULL, 10);
    if (word[strspn(word, "0123456789")] == '\0' && errno == 0)
        return true;
    return reader_fail(reader, "'%s' is no seed (0 to 18446744073709551615)", word);
}

static const struct {
    const char *name;
    bool (*parse)(struct reader *, struct scenario_defaults *);
} SETTERS[] = {
    { "cells", set_cells },       { "chemistry", set_chemistry }, { "capacity", set_capacity },
    { "soc", set_soc },           { "spread", set_spread },       { "ambient", set_ambient },
    { "duration", set_duration }, { "switches", set_switches },   { "mode", set_mode },
    { "sensors", set_sensors },   { "passes", set_passes },       { "seed", set_seed },
};

bool defaults_parse(struct reader *reader, struct scenario_defaults *defaults)
{
    char *name;

    if (!reader_need(reader, "the thing to set", &name))
        return false;
    for (size_t i = 0; i < sizeof SETTERS / sizeof SETTERS[0]; i++)
        if (strcmp(name, SETTERS[i].name) == 0)
            return SETTERS[i].parse(reader, defaults) && reader_end(reader);
    return reader_fail(reader, "'%s' cannot be set", name);
}

void defaults_state(struct scenario_defaults *d, struct state *s)
{
    STATE(s, d->has_cells);
    STATE(s, d->has_chemistry);
    STATE(s, d->has_capacity);
    STATE(s, d->has_soc);
    STATE(s, d->has_spread);
    STATE(s, d->has_ambient);
    STATE(s, d->has_duration);
    STATE(s, d->has_switches);
    STATE(s, d->has_mode);
    STATE(s, d->has_sensors);
    STATE(s, d->has_passes);
    STATE(s, d->has_seed);
    STATE(s, d->cells);
    STATE(s, d->chemistry);
    STATE(s, d->capacity_ah);
    STATE(s, d->soc);
    STATE(s, d->spread);
    STATE(s, d->ambient_c);
    STATE(s, d->duration_s);
    STATE(s, d->switches);
    STATE(s, d->critical);
    STATE(s, d->sensors);
    STATE(s, d->passes);
    STATE(s, d->seed);
}
