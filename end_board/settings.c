#include "end_board/settings.h"

#include <stddef.h>
#include <string.h>

#include "common/pgm.h"
#include "protocol/bytes.h"

#define FIELD(name, id)                                                         \
    _Static_assert(offsetof(struct settings, name) == 4u * (SETTING_##id - 1u), \
                   "values by name and by id are the same")
FIELD(chemistry, CHEMISTRY);
FIELD(capacity_wh, CAPACITY_WH);
FIELD(nominal_mv, NOMINAL_MV);
FIELD(vbalance_mv, VBALANCE_MV);
FIELD(discharge_tmax_dc, DISCHARGE_TMAX_DC);
FIELD(release_dc, RELEASE_DC);

#define CELL_MV 1500, 5000 /* what a board measures */
#define CELL_DC (-400), 850
#define WATTS 0, 1000000
#define PM 0, 1000

/* Voltage limits: the product manual's "Recommended threshold values". Temperatures: charge and
 * discharge are equal, so no chemistry but lithium titanate is charged below freezing by default. */
static const struct setting rows[] FLASH_TABLE = {
    { "chemistry", "", SETTING_CHEMISTRY, 0, 0x0F, 0, 3, CHEMISTRY_LFP, { 0 } },
    { "mode", "", SETTING_MODE, 0, 0x03, 0, 1, MODE_NORMAL, { 0 } },
    { "sensor_passes", "turns", SETTING_SENSOR_PASSES, 0, 0x16, 1, 4, 1, { 0 } },
    { "pin", "", SETTING_PIN, SETTING_SECRET, 0, 0, 9999, 1234, { 0 } },
    { "capacity_wh", "Wh", SETTING_CAPACITY_WH, 0, 0, 10, 4000000, 2000, { 0 } },
    { "solar_peak_w", "W", SETTING_SOLAR_PEAK_W, 0, 0, WATTS, 0, { 0 } },
    { "inverter_peak_w", "W", SETTING_INVERTER_PEAK_W, 0, 0, WATTS, 0, { 0 } },
    { "nominal_mv",
      "mV",
      SETTING_NOMINAL_MV,
      SETTING_PRESET,
      0,
      CELL_MV,
      3200,
      { 3200, 2300, 3680, 3630 } },
    { "vmin_mv",
      "mV",
      SETTING_VMIN_MV,
      SETTING_PRESET,
      0,
      CELL_MV,
      3000,
      { 3000, 2150, 3430, 3430 } },
    { "vmax_mv",
      "mV",
      SETTING_VMAX_MV,
      SETTING_PRESET,
      0,
      CELL_MV,
      3700,
      { 3700, 2700, 4100, 4150 } },
    { "vbalance_mv",
      "mV",
      SETTING_VBALANCE_MV,
      SETTING_PRESET,
      0,
      CELL_MV,
      3400,
      { 3400, 2600, 4000, 4100 } },
    { "charge_tmin_dc",
      "0.1 C",
      SETTING_CHARGE_TMIN_DC,
      SETTING_PRESET,
      0,
      CELL_DC,
      0,
      { 0, -200, 0, 0 } },
    { "charge_tmax_dc",
      "0.1 C",
      SETTING_CHARGE_TMAX_DC,
      SETTING_PRESET,
      0,
      CELL_DC,
      600,
      { 600, 550, 450, 450 } },
    { "discharge_tmin_dc",
      "0.1 C",
      SETTING_DISCHARGE_TMIN_DC,
      SETTING_PRESET,
      0,
      CELL_DC,
      0,
      { 0, -200, 0, 0 } },
    { "discharge_tmax_dc",
      "0.1 C",
      SETTING_DISCHARGE_TMAX_DC,
      SETTING_PRESET,
      0,
      CELL_DC,
      600,
      { 600, 550, 450, 450 } },
    { "charge_restart_pm", "0.1 %", SETTING_CHARGE_RESTART_PM, 0, 0, PM, 900, { 0 } },
    { "discharge_restart_pm", "0.1 %", SETTING_DISCHARGE_RESTART_PM, 0, 0, PM, 200, { 0 } },
    { "charge_efficiency_pm", "0.1 %", SETTING_CHARGE_EFFICIENCY_PM, 0, 0, 500, 1000, 1000, { 0 } },
    { "release_mv", "mV", SETTING_RELEASE_MV, 0, 0, 0, 200, 0, { 0 } },
    { "release_dc", "0.1 C", SETTING_RELEASE_DC, 0, 0, 0, 100, 0, { 0 } },
    { "balance_difference_mv", "mV", SETTING_BALANCE_DIFFERENCE_MV, 0, 0, 0, 200, 0, { 0 } },
};

_Static_assert(sizeof rows / sizeof rows[0] == SETTINGS_COUNT, "a row for each id");

/* low + times * gap < high */
struct rule {
    uint8_t low;
    uint8_t high;
    uint8_t gap; /* SETTING_NONE: no gap */
    uint8_t times;
};

/* With a release margin the way back must still be inside the other limit, or a relay that opened
 * could never close again. */
static const struct rule rules[] FLASH_TABLE = {
    { SETTING_VMIN_MV, SETTING_VBALANCE_MV, SETTING_RELEASE_MV, 1 },
    { SETTING_VBALANCE_MV, SETTING_VMAX_MV, SETTING_NONE, 0 },
    { SETTING_CHARGE_TMIN_DC, SETTING_CHARGE_TMAX_DC, SETTING_RELEASE_DC, 2 },
    { SETTING_DISCHARGE_TMIN_DC, SETTING_DISCHARGE_TMAX_DC, SETTING_RELEASE_DC, 2 },
    { SETTING_DISCHARGE_RESTART_PM, SETTING_CHARGE_RESTART_PM, SETTING_NONE, 0 },
};

/* ---- rows ------------------------------------------------------------------------------------- */

bool setting_row(uint8_t id, struct setting *row)
{
    if (id == SETTING_NONE || id > SETTINGS_COUNT)
        return false;
    flash_read(row, &rows[id - 1u], sizeof *row);
    return true;
}

uint8_t setting_find(const char *name)
{
    struct setting row;

    for (uint8_t id = 1; setting_row(id, &row); id++)
        if (strcmp(row.name, name) == 0)
            return id;
    return SETTING_NONE;
}

void settings_default(struct settings *s)
{
    struct setting row;

    for (uint8_t id = 1; setting_row(id, &row); id++)
        s->value[id - 1u] = row.standard;
    s->confirmed = false;
}

int32_t settings_get(const struct settings *s, uint8_t id)
{
    return id == SETTING_NONE || id > SETTINGS_COUNT ? 0 : s->value[id - 1u];
}

/* ---- judging ---------------------------------------------------------------------------------- */

static enum settings_result judge_value(const struct setting *row, int32_t value)
{
    if (value < row->min)
        return SETTINGS_TOO_LOW;
    if (value > row->max)
        return SETTINGS_TOO_HIGH;
    if (row->choices != 0 && !(row->choices >> value & 1))
        return SETTINGS_NO_CHOICE;
    return SETTINGS_OK;
}

static bool rule_broken(const struct settings *s, const struct rule *r)
{
    return settings_get(s, r->low) + r->times * settings_get(s, r->gap) >= settings_get(s, r->high);
}

/* Ids of the first broken rule. */
static enum settings_result judge_rules(const struct settings *s, uint8_t *id, uint8_t *other)
{
    struct rule r;

    for (uint8_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        flash_read(&r, &rules[i], sizeof r);
        if (!rule_broken(s, &r))
            continue;
        *id = r.low;
        *other = r.high;
        return SETTINGS_CONFLICT;
    }
    return SETTINGS_OK;
}

enum settings_result settings_check(const struct settings *s, uint8_t *id, uint8_t *other)
{
    struct setting row;
    enum settings_result result;

    for (*id = 1; setting_row(*id, &row); (*id)++) {
        result = judge_value(&row, settings_get(s, *id));
        if (result != SETTINGS_OK)
            return result;
    }
    return judge_rules(s, id, other);
}

/* Takes the changed copy if all of it is sane; changed is the setting somebody asked for. */
static enum settings_result commit(struct settings *s, const struct settings *copy, uint8_t changed,
                                   uint8_t *other)
{
    uint8_t id;
    enum settings_result result = judge_rules(copy, &id, other);

    if (result != SETTINGS_OK) {
        if (*other == changed)
            *other = id;
        return result;
    }
    *s = *copy;
    return SETTINGS_OK;
}

/* ---- changing --------------------------------------------------------------------------------- */

enum settings_result settings_apply_preset(struct settings *s, int32_t chemistry, uint8_t *other)
{
    struct settings copy = *s;
    struct setting row;
    enum settings_result result;

    setting_row(SETTING_CHEMISTRY, &row);
    result = judge_value(&row, chemistry);
    if (result != SETTINGS_OK)
        return result;
    copy.chemistry = chemistry;
    for (uint8_t id = 1; setting_row(id, &row); id++)
        if (row.flags & SETTING_PRESET)
            copy.value[id - 1u] = row.preset[chemistry];
    return commit(s, &copy, SETTING_CHEMISTRY, other);
}

enum settings_result settings_set(struct settings *s, uint8_t id, int32_t value, uint8_t *other)
{
    struct settings copy = *s;
    struct setting row;
    enum settings_result result;

    if (id == SETTING_CHEMISTRY)
        return settings_apply_preset(s, value, other);
    if (!setting_row(id, &row))
        return SETTINGS_UNKNOWN;
    result = judge_value(&row, value);
    if (result != SETTINGS_OK)
        return result;
    copy.value[id - 1u] = value;
    return commit(s, &copy, id, other);
}

/* ---- the record ------------------------------------------------------------------------------- */

void settings_encode(uint8_t out[SETTINGS_PAYLOAD], const struct settings *s)
{
    memset(out, 0, SETTINGS_PAYLOAD);
    out[0] = SETTINGS_COUNT;
    out[1] = s->confirmed;
    for (uint8_t i = 0; i < SETTINGS_COUNT; i++)
        put_u32(&out[2u + 4u * i], (uint32_t)s->value[i]);
}

bool settings_decode(const uint8_t in[SETTINGS_PAYLOAD], struct settings *s)
{
    struct settings read;
    uint8_t id;
    uint8_t other;

    settings_default(&read);
    for (uint8_t i = 0; i < SETTINGS_COUNT && i < in[0]; i++)
        read.value[i] = (int32_t)get_u32(&in[2u + 4u * i]);
    read.confirmed = in[1] == 1;
    if (settings_check(&read, &id, &other) != SETTINGS_OK)
        return false;
    *s = read;
    return true;
}
