#include "end_board/relay.h"

#include "common/pgm.h"

enum row_action { ENABLE, DISABLE };

struct row {
    uint8_t mode;      /* enum pack_mode */
    uint8_t relay;     /* enum relay_name */
    uint8_t action;    /* enum row_action */
    uint8_t condition; /* enum relay_condition */
};

/* Product manual, "Charge and discharge/load relay". */
static const struct row rows[] FLASH_TABLE = {
    { MODE_NORMAL, RELAY_CHARGE, ENABLE, ALL_BELOW_VBALANCE },
    { MODE_NORMAL, RELAY_CHARGE, ENABLE, SOC_BELOW_CHARGE_RESTART },
    { MODE_NORMAL, RELAY_CHARGE, ENABLE, CHARGE_TEMPERATURES_INSIDE },
    { MODE_NORMAL, RELAY_CHARGE, ENABLE, CELLS_COMMUNICATE },
    { MODE_NORMAL, RELAY_CHARGE, DISABLE, A_CELL_AT_VMAX },
    { MODE_NORMAL, RELAY_CHARGE, DISABLE, FULL_AT_LOW_RATE },
    { MODE_NORMAL, RELAY_CHARGE, DISABLE, A_CHARGE_TEMPERATURE_OUTSIDE },
    { MODE_NORMAL, RELAY_CHARGE, DISABLE, CELLS_SILENT },

    { MODE_NORMAL, RELAY_LOAD, ENABLE, ALL_ABOVE_VMIN },
    { MODE_NORMAL, RELAY_LOAD, ENABLE, SOC_FROM_DISCHARGE_RESTART },
    { MODE_NORMAL, RELAY_LOAD, ENABLE, LOAD_TEMPERATURES_INSIDE },
    { MODE_NORMAL, RELAY_LOAD, ENABLE, CELLS_COMMUNICATE },
    { MODE_NORMAL, RELAY_LOAD, DISABLE, A_CELL_AT_VMIN },
    { MODE_NORMAL, RELAY_LOAD, DISABLE, A_LOAD_TEMPERATURE_OUTSIDE },
    { MODE_NORMAL, RELAY_LOAD, DISABLE, CELLS_SILENT },

    { MODE_CRITICAL, RELAY_CHARGE, ENABLE, ALL_BELOW_VMAX },
    { MODE_CRITICAL, RELAY_CHARGE, ENABLE, CHARGE_TEMPERATURES_INSIDE },
    { MODE_CRITICAL, RELAY_CHARGE, ENABLE, CELLS_COMMUNICATE },
    { MODE_CRITICAL, RELAY_CHARGE, DISABLE, A_CELL_AT_VMAX },
    { MODE_CRITICAL, RELAY_CHARGE, DISABLE, A_CHARGE_TEMPERATURE_OUTSIDE },
    { MODE_CRITICAL, RELAY_CHARGE, DISABLE, CELLS_SILENT },

    { MODE_CRITICAL, RELAY_LOAD, ENABLE, ALL_ABOVE_VMIN },
    { MODE_CRITICAL, RELAY_LOAD, ENABLE, LOAD_TEMPERATURES_INSIDE },
    { MODE_CRITICAL, RELAY_LOAD, ENABLE, CELLS_COMMUNICATE },
    { MODE_CRITICAL, RELAY_LOAD, DISABLE, A_CELL_AT_VMIN },
    { MODE_CRITICAL, RELAY_LOAD, DISABLE, A_LOAD_TEMPERATURE_OUTSIDE },
    { MODE_CRITICAL, RELAY_LOAD, DISABLE, CELLS_SILENT },
};

void relay_init(struct relay *r, uint32_t now_ms)
{
    *r =
        (struct relay){ .opened_ms = { now_ms, now_ms }, .reason = { CELLS_SILENT, CELLS_SILENT } };
}

/* ---- conditions --------------------------------------------------------------------------------- */

static bool inside(const struct soc_input *in, int32_t tmin_dc, int32_t tmax_dc)
{
    return in->pack->min_dc > tmin_dc && in->pack->max_dc < tmax_dc;
}

static bool outside(const struct soc_input *in, int32_t tmin_dc, int32_t tmax_dc)
{
    return in->pack->min_dc < tmin_dc || in->pack->max_dc > tmax_dc;
}

/* Without a sensor the rate counts as low: stopping at the balance voltage is the safe side. */
static bool full_at_low_rate(const struct soc_input *in)
{
    return in->pack->min_mv >= in->vbalance_mv && (!in->current_known || soc_charge_rate_low(in));
}

/* A sensor that fails blinds the coulomb counter, and limits that nobody set protect nothing: both
 * count as lost communication. */
static bool communicates(const struct soc_input *in)
{
    return pack_good(in->pack) && !in->sensor_lost && in->settings->confirmed;
}

bool relay_condition_holds(enum relay_condition condition, const struct soc_input *in,
                           uint16_t soc_pm)
{
    const struct settings *s = in->settings;

    switch (condition) {
    case ALL_BELOW_VBALANCE:
        return in->pack->max_mv < in->vbalance_mv;
    case ALL_BELOW_VMAX:
        return in->pack->max_mv < s->vmax_mv;
    case ALL_ABOVE_VMIN:
        return in->pack->min_mv > s->vmin_mv;
    case SOC_BELOW_CHARGE_RESTART:
        return soc_pm < s->charge_restart_pm;
    case SOC_FROM_DISCHARGE_RESTART:
        return soc_pm >= s->discharge_restart_pm;
    case CHARGE_TEMPERATURES_INSIDE:
        return inside(in, s->charge_tmin_dc, s->charge_tmax_dc);
    case LOAD_TEMPERATURES_INSIDE:
        return inside(in, s->discharge_tmin_dc, s->discharge_tmax_dc);
    case CELLS_COMMUNICATE:
        return communicates(in);
    case A_CELL_AT_VMAX:
        return in->pack->max_mv >= s->vmax_mv;
    case A_CELL_AT_VMIN:
        return in->pack->min_mv <= s->vmin_mv;
    case FULL_AT_LOW_RATE:
        return full_at_low_rate(in);
    case A_CHARGE_TEMPERATURE_OUTSIDE:
        return outside(in, s->charge_tmin_dc, s->charge_tmax_dc);
    case A_LOAD_TEMPERATURE_OUTSIDE:
        return outside(in, s->discharge_tmin_dc, s->discharge_tmax_dc);
    case CELLS_SILENT:
        return !communicates(in);
    case RELAY_CONDITION_COUNT:
        break;
    }
    return false;
}

/* ---- evaluator ---------------------------------------------------------------------------------- */

struct verdict {
    bool enable;
    bool disable;
    uint8_t reason;
};

static struct verdict judge(uint8_t relay, const struct soc_input *in, uint16_t soc_pm)
{
    struct verdict v = { .enable = true };

    for (uint8_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t condition = flash_u8(&rows[i].condition);
        bool holds;

        if (flash_u8(&rows[i].mode) != in->settings->mode || flash_u8(&rows[i].relay) != relay)
            continue;
        holds = relay_condition_holds((enum relay_condition)condition, in, soc_pm);
        if (flash_u8(&rows[i].action) == ENABLE) {
            v.enable = v.enable && holds;
        } else if (holds) {
            v.disable = true;
            v.reason = condition;
        }
    }
    return v;
}

static void open_relay(struct relay *r, uint8_t relay, uint8_t reason, uint32_t now_ms)
{
    r->reason[relay] = reason;
    if (!r->closed[relay])
        return;
    r->closed[relay] = false;
    r->rested[relay] = false;
    r->opened_ms[relay] = now_ms;
    r->switchings++;
}

static void close_relay(struct relay *r, uint8_t relay)
{
    if (r->closed[relay] || !r->rested[relay])
        return;
    r->closed[relay] = true;
    r->switchings++;
}

void relay_step(struct relay *r, const struct soc_input *in, uint16_t soc_pm)
{
    for (uint8_t relay = 0; relay < RELAY_COUNT; relay++) {
        struct verdict v = judge(relay, in, soc_pm);

        if (in->now_ms - r->opened_ms[relay] >= RELAY_REST_MS)
            r->rested[relay] = true;
        if (v.disable)
            open_relay(r, relay, v.reason, in->now_ms);
        else if (v.enable)
            close_relay(r, relay);
    }
}
