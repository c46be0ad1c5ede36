#include "setup.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenario/number.h"

#define DISCHARGE_TMIN_DC (-200) /* as most cells allow; the preset is that of charging */

_Static_assert((int)CHEM_LTO == (int)CHEMISTRY_LTO && (int)CHEM_NMC == (int)CHEMISTRY_NMC &&
                   (int)CHEM_LIION == (int)CHEMISTRY_LIION,
               "simulator and firmware number the chemistries alike");

/* Chemistry and mode belong to the pack: a scenario sets both by name. */
static uint8_t find(const char *name)
{
    uint8_t id = setting_find(name);

    return id == SETTING_CHEMISTRY || id == SETTING_MODE ? (uint8_t)SETTING_NONE : id;
}

bool setup_knows(const char *name)
{
    return find(name) != SETTING_NONE;
}

static bool set_setting(struct options *o, uint8_t id, const char *text, struct err *err)
{
    struct setting row;
    double value;

    setting_row(id, &row);
    if (!number_parse(text, &value) || value != floor(value))
        return err_set(err, "--set: '%s' for %s is not a whole number", text, row.name);
    if (value < row.min || value > row.max)
        return err_set(err, "--set: '%s' for %s is not in %d..%d", text, row.name, (int)row.min,
                       (int)row.max);
    o->setting[id - 1] = (int32_t)value;
    o->setting_given[id - 1] = true;
    return true;
}

static bool set_statement(struct options *o, const char *name, const char *value, struct err *err)
{
    static const char place[] = "set:0: ";
    struct err inner;
    char line[128];
    struct reader reader = { .path = "set", .rest = line, .err = &inner };

    snprintf(line, sizeof line, "%s %s", name, value);
    if (defaults_parse(&reader, &o->set))
        return true;
    return err_set(err, "--set: %s", inner.text + strlen(place));
}

bool setup_set(struct options *o, const char *text, struct err *err)
{
    const char *equal = strchr(text, '=');
    char name[64];

    if (!equal || equal == text || equal - text >= (int)sizeof name || strlen(equal) > sizeof name)
        return err_set(err, "--set: '%s' is not NAME=VALUE", text);
    snprintf(name, sizeof name, "%.*s", (int)(equal - text), text);
    if (setup_knows(name))
        return set_setting(o, find(name), equal + 1, err);
    return set_statement(o, name, equal + 1, err);
}

static void fit_pack(const struct options *o, struct settings *s)
{
    double wh = o->capacity_ah * chemistry_info(o->chemistry)->nominal_v * o->cells;
    uint8_t other;

    settings_default(s);
    settings_apply_preset(s, (int32_t)o->chemistry, &other);
    s->sensor_passes = o->passes;
    s->mode = o->critical ? MODE_CRITICAL : MODE_NORMAL;
    s->discharge_tmin_dc = DISCHARGE_TMIN_DC;
    s->capacity_wh = (int32_t)lround(fmax(10.0, wh));
    s->confirmed = true;
}

bool setup_settings(const struct options *o, struct settings *s, struct err *err)
{
    struct setting row = { .name = "" };
    struct setting against = { .name = "" };
    uint8_t id;
    uint8_t other = SETTING_NONE;
    bool given = false;

    fit_pack(o, s);
    for (int i = 0; i < SETTINGS_COUNT; i++) {
        given |= o->setting_given[i];
        if (o->setting_given[i])
            s->value[i] = o->setting[i];
    }
    if (!given || settings_check(s, &id, &other) == SETTINGS_OK)
        return true;
    setting_row(id, &row);
    if (!setting_row(other, &against))
        return err_set(err, "--set: %d for %s is none that End takes", (int)s->value[id - 1],
                       row.name);
    return err_set(err, "--set: %d for %s does not go with %d for %s", (int)s->value[id - 1],
                   row.name, (int)s->value[other - 1], against.name);
}
