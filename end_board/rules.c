#include "end_board/rules.h"

#include "common/pgm.h"

#define NORMAL (1u << MODE_NORMAL)
#define CRITICAL (1u << MODE_CRITICAL)
#define BOTH_MODES (NORMAL | CRITICAL)
#define CHARGE (1u << RELAY_CHARGE)
#define LOAD (1u << RELAY_LOAD)
#define BOTH_RELAYS (CHARGE | LOAD)

/* A reading is sent and judged about once a second, so a hold of one second needs two readings in a
 * row. None for what ends a cell (Vmax) and for faults: there the freshness of the readings has
 * waited already. */
#define AT_ONCE 0
#define TWO_READINGS_MS 1000

#define VOLTAGE(id, modes, relay, action, quantity, compare, limit, inside, hold)               \
    {                                                                                           \
        id, modes, relay, action, quantity, compare, limit, SETTING_RELEASE_MV, inside, 0, hold \
    }
#define HEAT(id, relay, action, quantity, compare, limit, inside, hold)                         \
    {                                                                                           \
        id, BOTH_MODES, relay, action, quantity, compare, limit, SETTING_RELEASE_DC, inside, 0, \
            hold                                                                                \
    }
#define CHARGE_STATE(id, relay, compare, limit)                                              \
    {                                                                                        \
        id, NORMAL, relay, RULE_ENABLE, QUANTITY_SOC_PM, compare, limit, SETTING_NONE, 0, 0, \
            AT_ONCE                                                                          \
    }
#define FAULT(id, bit)                                                                             \
    {                                                                                              \
        id, BOTH_MODES, BOTH_RELAYS, RULE_DISABLE, QUANTITY_FAULTS, COMPARE_ANY_BIT, SETTING_NONE, \
            SETTING_NONE, 0, bit, AT_ONCE                                                          \
    }

/* Product manual, "Charge and discharge/load relay", and the faults. In the order of enum rule_id;
 * when several act at once the first is the reason. */
static const struct rule rows[] FLASH_TABLE = {
    VOLTAGE("cell_at_vmax", BOTH_MODES, CHARGE, RULE_DISABLE, QUANTITY_HIGHEST_MV, COMPARE_AT_LEAST,
            SETTING_VMAX_MV, -1, AT_ONCE),
    VOLTAGE("cells_full", NORMAL, CHARGE, RULE_DISABLE, QUANTITY_LOWEST_AT_LOW_RATE_MV,
            COMPARE_AT_LEAST, SETTING_VBALANCE_MV, -1, TWO_READINGS_MS),
    VOLTAGE("cell_at_vmin", BOTH_MODES, LOAD, RULE_DISABLE, QUANTITY_LOWEST_MV, COMPARE_AT_MOST,
            SETTING_VMIN_MV, 1, TWO_READINGS_MS),
    HEAT("charge_cold", CHARGE, RULE_DISABLE, QUANTITY_COLDEST_DC, COMPARE_BELOW,
         SETTING_CHARGE_TMIN_DC, 1, TWO_READINGS_MS),
    HEAT("charge_hot", CHARGE, RULE_DISABLE, QUANTITY_HOTTEST_DC, COMPARE_ABOVE,
         SETTING_CHARGE_TMAX_DC, -1, TWO_READINGS_MS),
    HEAT("load_cold", LOAD, RULE_DISABLE, QUANTITY_COLDEST_DC, COMPARE_BELOW,
         SETTING_DISCHARGE_TMIN_DC, 1, TWO_READINGS_MS),
    HEAT("load_hot", LOAD, RULE_DISABLE, QUANTITY_HOTTEST_DC, COMPARE_ABOVE,
         SETTING_DISCHARGE_TMAX_DC, -1, TWO_READINGS_MS),
    FAULT("cell_silent", PACK_SILENT),
    FAULT("size_misfit", PACK_SIZE_MISFIT),
    FAULT("size_changed", PACK_SIZE_CHANGED),
    FAULT("board_untrusted", PACK_UNTRUSTED),
    FAULT("no_temperature", PACK_NO_TEMPERATURE),
    FAULT("sensor_lost", FAULT_SENSOR_LOST),
    FAULT("settings_lost", FAULT_SETTINGS_LOST),
    FAULT("clock_lost", FAULT_CLOCK),

    VOLTAGE("below_vbalance", NORMAL, CHARGE, RULE_ENABLE, QUANTITY_HIGHEST_MV, COMPARE_BELOW,
            SETTING_VBALANCE_MV, -1, AT_ONCE),
    CHARGE_STATE("below_charge_restart", CHARGE, COMPARE_BELOW, SETTING_CHARGE_RESTART_PM),
    VOLTAGE("below_vmax", CRITICAL, CHARGE, RULE_ENABLE, QUANTITY_HIGHEST_MV, COMPARE_BELOW,
            SETTING_VMAX_MV, -1, AT_ONCE),
    HEAT("charge_warm_enough", CHARGE, RULE_ENABLE, QUANTITY_COLDEST_DC, COMPARE_ABOVE,
         SETTING_CHARGE_TMIN_DC, 1, AT_ONCE),
    HEAT("charge_cool_enough", CHARGE, RULE_ENABLE, QUANTITY_HOTTEST_DC, COMPARE_BELOW,
         SETTING_CHARGE_TMAX_DC, -1, AT_ONCE),
    VOLTAGE("above_vmin", BOTH_MODES, LOAD, RULE_ENABLE, QUANTITY_LOWEST_MV, COMPARE_ABOVE,
            SETTING_VMIN_MV, 1, AT_ONCE),
    CHARGE_STATE("from_discharge_restart", LOAD, COMPARE_AT_LEAST, SETTING_DISCHARGE_RESTART_PM),
    HEAT("load_warm_enough", LOAD, RULE_ENABLE, QUANTITY_COLDEST_DC, COMPARE_ABOVE,
         SETTING_DISCHARGE_TMIN_DC, 1, AT_ONCE),
    HEAT("load_cool_enough", LOAD, RULE_ENABLE, QUANTITY_HOTTEST_DC, COMPARE_BELOW,
         SETTING_DISCHARGE_TMAX_DC, -1, AT_ONCE),
    { "no_fault", BOTH_MODES, BOTH_RELAYS, RULE_ENABLE, QUANTITY_FAULTS, COMPARE_NO_BIT,
      SETTING_NONE, SETTING_NONE, 0, FAULT_ANY, TWO_READINGS_MS },
};

_Static_assert(sizeof rows / sizeof rows[0] == RULE_COUNT, "a row for each id");

void rules_row(uint8_t id, struct rule *row)
{
    flash_read(row, &rows[id], sizeof *row);
}

void rules_init(struct rules *r)
{
    *r = (struct rules){ 0 };
}

/* ---- one condition ---------------------------------------------------------------------------- */

/* Without a sensor the rate counts as low: stopping at the balance voltage is the safe side. */
static int32_t lowest_at_low_rate(const struct facts *f)
{
    if (f->pack->lowest == 0 || (f->current_known && !facts_charge_rate_low(f)))
        return 0;
    return f->pack->min_mv;
}

static int32_t quantity(uint8_t which, const struct facts *f)
{
    switch ((enum rule_quantity)which) {
    case QUANTITY_LOWEST_MV:
        return f->pack->min_mv;
    case QUANTITY_HIGHEST_MV:
        return f->pack->max_mv;
    case QUANTITY_LOWEST_AT_LOW_RATE_MV:
        return lowest_at_low_rate(f);
    case QUANTITY_COLDEST_DC:
        return f->pack->min_dc;
    case QUANTITY_HOTTEST_DC:
        return f->pack->max_dc;
    case QUANTITY_SOC_PM:
        return f->soc_pm;
    case QUANTITY_FAULTS:
        return f->faults;
    }
    return 0;
}

static int32_t limit_of(const struct rule *row, const struct facts *f)
{
    if (row->limit == SETTING_VBALANCE_MV)
        return f->vbalance_mv;
    return settings_get(f->settings, row->limit);
}

static bool compare(const struct rule *row, int32_t value, int32_t limit)
{
    switch ((enum rule_compare)row->compare) {
    case COMPARE_BELOW:
        return value < limit;
    case COMPARE_AT_MOST:
        return value <= limit;
    case COMPARE_AT_LEAST:
        return value >= limit;
    case COMPARE_ABOVE:
        return value > limit;
    case COMPARE_ANY_BIT:
        return (value & row->bits) != 0;
    case COMPARE_NO_BIT:
        return (value & row->bits) == 0;
    }
    return false;
}

static bool holds(const struct rule *row, const struct facts *f, bool running)
{
    int32_t limit = limit_of(row, f);

    if ((row->action == RULE_DISABLE) == running)
        limit += row->inside * settings_get(f->settings, row->margin);
    return compare(row, quantity(row->quantity, f), limit);
}

/* ---- all rows --------------------------------------------------------------------------------- */

static void step_row(struct rules *r, uint8_t id, const struct facts *f)
{
    uint32_t bit = RULE_BIT(id);
    bool running = r->running & bit;
    bool acting = r->acting & bit; /* keeps acting, also when the clock has wrapped meanwhile */
    struct rule row;

    rules_row(id, &row);
    r->running &= ~bit;
    r->acting &= ~bit;
    if (!(row.modes >> f->settings->mode & 1) || !holds(&row, f, running))
        return;
    if (!running)
        r->since_ms[id] = f->now_ms;
    r->running |= bit;
    if (acting || f->now_ms - r->since_ms[id] >= row.hold_ms)
        r->acting |= bit;
}

void rules_step(struct rules *r, const struct facts *f)
{
    for (uint8_t id = 0; id < RULE_COUNT; id++)
        step_row(r, id, f);
}

/* Bits of the rows with this action, for this relay, in any of these modes. */
static uint32_t select(uint8_t action, uint8_t relay, uint8_t modes)
{
    uint32_t mask = 0;

    for (uint8_t id = 0; id < RULE_COUNT; id++)
        if (flash_u8(&rows[id].action) == action && flash_u8(&rows[id].relays) >> relay & 1 &&
            flash_u8(&rows[id].modes) & modes)
            mask |= RULE_BIT(id);
    return mask;
}

uint32_t rules_against(const struct rules *r, uint8_t relay)
{
    return r->acting & select(RULE_DISABLE, relay, BOTH_MODES);
}

uint32_t rules_missing(const struct rules *r, uint8_t relay, uint8_t mode)
{
    return ~r->acting & select(RULE_ENABLE, relay, (uint8_t)(1u << mode));
}
