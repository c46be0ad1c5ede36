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
/* Longer than a reading counts (pack.h): until then a fault-free time may be that of one lucky round in a noise that
 * leaves most of them incomplete. */
#define ALL_NEW_MS 3000
_Static_assert(ALL_NEW_MS >= (PACK_FRESH_TICKS + 1u) * PACK_TICK_MS + 250u,
               "a reading counts longer");

#define VOLTAGE(modes, relay, action, quantity, compare, limit, inside, hold)               \
    {                                                                                       \
        modes, relay, action, quantity, compare, limit, SETTING_RELEASE_MV, inside, 0, hold \
    }
#define HEAT(relay, action, quantity, compare, limit, inside, hold)                              \
    {                                                                                            \
        BOTH_MODES, relay, action, quantity, compare, limit, SETTING_RELEASE_DC, inside, 0, hold \
    }
#define CHARGE_STATE(relay, compare, limit)                                                      \
    {                                                                                            \
        NORMAL, relay, RULE_ENABLE, QUANTITY_SOC_PM, compare, limit, SETTING_NONE, 0, 0, AT_ONCE \
    }
#define FAULT(bit)                                                                             \
    {                                                                                          \
        BOTH_MODES, BOTH_RELAYS, RULE_DISABLE, QUANTITY_FAULTS, COMPARE_ANY_BIT, SETTING_NONE, \
            SETTING_NONE, 0, bit, AT_ONCE                                                      \
    }

/* Product manual, "Charge and discharge/load relay", and the faults. In the order of enum rule_id;
 * when several act at once the first is the reason. */
static const struct rule rows[] FLASH_TABLE = {
    [RULE_CELL_AT_VMAX] = VOLTAGE(BOTH_MODES, CHARGE, RULE_DISABLE, QUANTITY_HIGHEST_MV,
                                  COMPARE_AT_LEAST, SETTING_VMAX_MV, -1, AT_ONCE),
    [RULE_CELLS_FULL] = VOLTAGE(NORMAL, CHARGE, RULE_DISABLE, QUANTITY_LOWEST_AT_LOW_RATE_MV,
                                COMPARE_AT_LEAST, SETTING_VBALANCE_MV, -1, TWO_READINGS_MS),
    [RULE_CELL_AT_VMIN] = VOLTAGE(BOTH_MODES, LOAD, RULE_DISABLE, QUANTITY_LOWEST_MV,
                                  COMPARE_AT_MOST, SETTING_VMIN_MV, 1, TWO_READINGS_MS),
    [RULE_CHARGE_COLD] = HEAT(CHARGE, RULE_DISABLE, QUANTITY_COLDEST_DC, COMPARE_BELOW,
                              SETTING_CHARGE_TMIN_DC, 1, TWO_READINGS_MS),
    [RULE_CHARGE_HOT] = HEAT(CHARGE, RULE_DISABLE, QUANTITY_HOTTEST_DC, COMPARE_ABOVE,
                             SETTING_CHARGE_TMAX_DC, -1, TWO_READINGS_MS),
    [RULE_LOAD_COLD] = HEAT(LOAD, RULE_DISABLE, QUANTITY_COLDEST_DC, COMPARE_BELOW,
                            SETTING_DISCHARGE_TMIN_DC, 1, TWO_READINGS_MS),
    [RULE_LOAD_HOT] = HEAT(LOAD, RULE_DISABLE, QUANTITY_HOTTEST_DC, COMPARE_ABOVE,
                           SETTING_DISCHARGE_TMAX_DC, -1, TWO_READINGS_MS),
    [RULE_CELL_SILENT] = FAULT(PACK_SILENT),
    [RULE_SIZE_MISFIT] = FAULT(PACK_SIZE_MISFIT),
    [RULE_SIZE_CHANGED] = FAULT(PACK_SIZE_CHANGED),
    [RULE_BOARD_UNTRUSTED] = FAULT(PACK_UNTRUSTED),
    [RULE_NO_TEMPERATURE] = FAULT(PACK_NO_TEMPERATURE),
    [RULE_SENSOR_LOST] = FAULT(FAULT_SENSOR_LOST),
    [RULE_SETTINGS_LOST] = FAULT(FAULT_SETTINGS_LOST),
    [RULE_CLOCK_LOST] = FAULT(FAULT_CLOCK),

    [RULE_BELOW_VBALANCE] = VOLTAGE(NORMAL, CHARGE, RULE_ENABLE, QUANTITY_HIGHEST_MV, COMPARE_BELOW,
                                    SETTING_VBALANCE_MV, -1, AT_ONCE),
    [RULE_BELOW_CHARGE_RESTART] = CHARGE_STATE(CHARGE, COMPARE_BELOW, SETTING_CHARGE_RESTART_PM),
    [RULE_BELOW_VMAX] = VOLTAGE(CRITICAL, CHARGE, RULE_ENABLE, QUANTITY_HIGHEST_MV, COMPARE_BELOW,
                                SETTING_VMAX_MV, -1, AT_ONCE),
    [RULE_CHARGE_WARM_ENOUGH] = HEAT(CHARGE, RULE_ENABLE, QUANTITY_COLDEST_DC, COMPARE_ABOVE,
                                     SETTING_CHARGE_TMIN_DC, 1, AT_ONCE),
    [RULE_CHARGE_COOL_ENOUGH] = HEAT(CHARGE, RULE_ENABLE, QUANTITY_HOTTEST_DC, COMPARE_BELOW,
                                     SETTING_CHARGE_TMAX_DC, -1, AT_ONCE),
    [RULE_ABOVE_VMIN] = VOLTAGE(BOTH_MODES, LOAD, RULE_ENABLE, QUANTITY_LOWEST_MV, COMPARE_ABOVE,
                                SETTING_VMIN_MV, 1, AT_ONCE),
    [RULE_FROM_DISCHARGE_RESTART] =
        CHARGE_STATE(LOAD, COMPARE_AT_LEAST, SETTING_DISCHARGE_RESTART_PM),
    [RULE_LOAD_WARM_ENOUGH] = HEAT(LOAD, RULE_ENABLE, QUANTITY_COLDEST_DC, COMPARE_ABOVE,
                                   SETTING_DISCHARGE_TMIN_DC, 1, AT_ONCE),
    [RULE_LOAD_COOL_ENOUGH] = HEAT(LOAD, RULE_ENABLE, QUANTITY_HOTTEST_DC, COMPARE_BELOW,
                                   SETTING_DISCHARGE_TMAX_DC, -1, AT_ONCE),
    [RULE_NO_FAULT] = { BOTH_MODES, BOTH_RELAYS, RULE_ENABLE, QUANTITY_FAULTS, COMPARE_NO_BIT,
                        SETTING_NONE, SETTING_NONE, 0, FAULT_ANY, ALL_NEW_MS },
    [RULE_NO_CLOCK] = FAULT(FAULT_NO_CLOCK),
    [RULE_OTHER_BOARDS] = FAULT(FAULT_OTHER_BOARDS),
};

static const char names[][RULE_NAME_SIZE] FLASH_TABLE = {
    [RULE_CELL_AT_VMAX] = "cell_at_vmax",
    [RULE_CELLS_FULL] = "cells_full",
    [RULE_CELL_AT_VMIN] = "cell_at_vmin",
    [RULE_CHARGE_COLD] = "charge_cold",
    [RULE_CHARGE_HOT] = "charge_hot",
    [RULE_LOAD_COLD] = "load_cold",
    [RULE_LOAD_HOT] = "load_hot",
    [RULE_CELL_SILENT] = "cell_silent",
    [RULE_SIZE_MISFIT] = "size_misfit",
    [RULE_SIZE_CHANGED] = "size_changed",
    [RULE_BOARD_UNTRUSTED] = "board_untrusted",
    [RULE_NO_TEMPERATURE] = "no_temperature",
    [RULE_SENSOR_LOST] = "sensor_lost",
    [RULE_SETTINGS_LOST] = "settings_lost",
    [RULE_CLOCK_LOST] = "clock_lost",
    [RULE_BELOW_VBALANCE] = "below_vbalance",
    [RULE_BELOW_CHARGE_RESTART] = "below_charge_restart",
    [RULE_BELOW_VMAX] = "below_vmax",
    [RULE_CHARGE_WARM_ENOUGH] = "charge_warm_enough",
    [RULE_CHARGE_COOL_ENOUGH] = "charge_cool_enough",
    [RULE_ABOVE_VMIN] = "above_vmin",
    [RULE_FROM_DISCHARGE_RESTART] = "from_discharge_restart",
    [RULE_LOAD_WARM_ENOUGH] = "load_warm_enough",
    [RULE_LOAD_COOL_ENOUGH] = "load_cool_enough",
    [RULE_NO_FAULT] = "no_fault",
    [RULE_NO_CLOCK] = "no_clock",
    [RULE_OTHER_BOARDS] = "other_boards",
};

_Static_assert(sizeof names / sizeof names[0] == RULE_COUNT, "a name for each id");
_Static_assert(sizeof rows / sizeof rows[0] == RULE_COUNT, "a row for each id");

void rules_row(uint8_t id, struct rule *row)
{
    flash_read(row, &rows[id], sizeof *row);
}

void rules_name(uint8_t id, char name[RULE_NAME_SIZE])
{
    flash_read(name, names[id], RULE_NAME_SIZE);
}

static void sort_in(struct rules *r, uint8_t id, const struct rule *row)
{
    for (uint8_t relay = 0; relay < RELAY_COUNT; relay++) {
        if (!(row->relays >> relay & 1))
            continue;
        if (row->action == RULE_DISABLE)
            r->disabling[relay] |= RULE_BIT(id);
        for (uint8_t mode = 0; mode < MODE_COUNT && row->action == RULE_ENABLE; mode++)
            if (row->modes >> mode & 1)
                r->enabling[relay][mode] |= RULE_BIT(id);
    }
}

void rules_init(struct rules *r)
{
    struct rule row;

    *r = (struct rules){ 0 };
    for (uint8_t id = 0; id < RULE_COUNT; id++) {
        rules_row(id, &row);
        sort_in(r, id, &row);
    }
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

uint32_t rules_against(const struct rules *r, uint8_t relay)
{
    return r->acting & r->disabling[relay];
}

uint32_t rules_missing(const struct rules *r, uint8_t relay, uint8_t mode)
{
    return ~r->acting & r->enabling[relay][mode];
}
