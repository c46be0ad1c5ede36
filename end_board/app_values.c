/* What `pack` and `counters` show. */
#include "end_board/app_show.h"

#include "common/pgm.h"

struct value {
    bool known;
    int64_t number;
};

static struct value known(int64_t number)
{
    return (struct value){ true, number };
}

static struct value known_if(bool condition, int64_t number)
{
    return (struct value){ condition, number };
}

static struct value power_w(const struct decide *d)
{
    int64_t uw = (int64_t)d->facts.battery_ma * (int64_t)d->pack_mv;
    return known_if(d->facts.current_known && d->pack_mv != 0,
                    (uw + (uw < 0 ? -500000 : 500000)) / 1000000);
}

static struct value sensor_ma(const struct decide *d, uint8_t sensor)
{
    const struct meter_sensor *s = &d->meter.sensor[sensor];
    bool works = s->state != SENSOR_ABSENT && s->state != SENSOR_BROKEN;

    return known_if(s->fresh && works,
                    meter_sensor_ma(&d->meter, sensor, (uint8_t)d->settings.sensor_passes));
}

static struct value time_s(const struct decide *d, bool full)
{
    uint32_t seconds = 0;
    bool can = full ? soc_time_to_full(&d->soc, &d->settings, &seconds)
                    : soc_time_to_empty(&d->soc, &seconds);
    return known_if(can, seconds);
}

static struct value pack_value(const struct decide *d, enum app_item item)
{
    const struct pack *p = d->facts.pack;

    switch (item) {
    case SHOW_VOLTAGE:
        return known_if(!(p->faults & PACK_SILENT), p->total_mv);
    case SHOW_CURRENT:
        return known_if(d->facts.current_known, d->facts.battery_ma);
    case SHOW_CURRENT_IN:
        return sensor_ma(d, 0);
    case SHOW_CURRENT_OUT:
        return sensor_ma(d, 1);
    case SHOW_POWER:
        return power_w(d);
    case SHOW_SOC:
        return known(d->facts.soc_pm);
    case SHOW_SOC_CALIBRATED:
        return known(d->soc.calibrated);
    case SHOW_STORED:
        return known_if(d->soc.capacity_mas != 0, soc_stored_wh(&d->soc, &d->settings));
    case SHOW_TO_FULL:
        return time_s(d, true);
    case SHOW_TO_EMPTY:
        return time_s(d, false);
    case SHOW_CELLS:
        return known_if(p->count != 0, p->count);
    case SHOW_LOWEST:
        return known_if(p->lowest != 0, p->min_mv);
    case SHOW_LOWEST_CELL:
        return known_if(p->lowest != 0, p->lowest);
    case SHOW_HIGHEST:
        return known_if(p->highest != 0, p->max_mv);
    case SHOW_HIGHEST_CELL:
        return known_if(p->highest != 0, p->highest);
    case SHOW_COLDEST:
        return known_if(p->coldest != 0, p->min_dc);
    case SHOW_COLDEST_CELL:
        return known_if(p->coldest != 0, p->coldest);
    case SHOW_HOTTEST:
        return known_if(p->hottest != 0, p->max_dc);
    case SHOW_HOTTEST_CELL:
        return known_if(p->hottest != 0, p->hottest);
    case SHOW_VBALANCE:
        return known(d->facts.vbalance_mv);
    case SHOW_CHARGE_CLOSED:
        return known(d->relay.closed[RELAY_CHARGE]);
    case SHOW_LOAD_CLOSED:
        return known(d->relay.closed[RELAY_LOAD]);
    case SHOW_COUNTERS:
    case SHOW_OUT:
    case SHOW_IN_TODAY:
    case SHOW_OUT_TODAY:
    case SHOW_CYCLES:
    case SHOW_EVER_LOWEST:
    case SHOW_EVER_LOWEST_CELL:
    case SHOW_EVER_HIGHEST:
    case SHOW_EVER_HIGHEST_CELL:
    case SHOW_EVER_COLDEST:
    case SHOW_EVER_COLDEST_CELL:
    case SHOW_EVER_HOTTEST:
    case SHOW_EVER_HOTTEST_CELL:
    case SHOW_EVER_CHARGE:
    case SHOW_EVER_DISCHARGE:
    case SHOW_ITEMS:
        break;
    }
    return known_if(false, 0);
}

static struct value counter_value(const struct decide *d, enum app_item item)
{
    const struct extremes *x = &d->extremes;

    switch (item) {
    case SHOW_IN:
        return known((int64_t)d->energy.in.mwh);
    case SHOW_OUT:
        return known((int64_t)d->energy.out.mwh);
    case SHOW_IN_TODAY:
        return known((int64_t)energy_today_mwh(&d->energy.in));
    case SHOW_OUT_TODAY:
        return known((int64_t)energy_today_mwh(&d->energy.out));
    case SHOW_CYCLES:
        return known(d->energy.cycles_milli);
    case SHOW_EVER_LOWEST:
        return known_if(x->known, x->min_mv);
    case SHOW_EVER_LOWEST_CELL:
        return known_if(x->known, x->lowest);
    case SHOW_EVER_HIGHEST:
        return known_if(x->known, x->max_mv);
    case SHOW_EVER_HIGHEST_CELL:
        return known_if(x->known, x->highest);
    case SHOW_EVER_COLDEST:
        return known_if(x->known, x->min_dc);
    case SHOW_EVER_COLDEST_CELL:
        return known_if(x->known, x->coldest);
    case SHOW_EVER_HOTTEST:
        return known_if(x->known, x->max_dc);
    case SHOW_EVER_HOTTEST_CELL:
        return known_if(x->known, x->hottest);
    case SHOW_EVER_CHARGE:
        return known(x->charge_ma);
    case SHOW_EVER_DISCHARGE:
        return known(x->discharge_ma);
    case SHOW_VOLTAGE:
    case SHOW_CURRENT:
    case SHOW_CURRENT_IN:
    case SHOW_CURRENT_OUT:
    case SHOW_POWER:
    case SHOW_SOC:
    case SHOW_SOC_CALIBRATED:
    case SHOW_STORED:
    case SHOW_TO_FULL:
    case SHOW_TO_EMPTY:
    case SHOW_CELLS:
    case SHOW_LOWEST:
    case SHOW_LOWEST_CELL:
    case SHOW_HIGHEST:
    case SHOW_HIGHEST_CELL:
    case SHOW_COLDEST:
    case SHOW_COLDEST_CELL:
    case SHOW_HOTTEST:
    case SHOW_HOTTEST_CELL:
    case SHOW_VBALANCE:
    case SHOW_CHARGE_CLOSED:
    case SHOW_LOAD_CLOSED:
    case SHOW_ITEMS:
        break;
    }
    return known_if(false, 0);
}

enum app_progress app_show_items(struct app *a, uint8_t first, uint8_t end)
{
    uint8_t item = (uint8_t)(first + a->at);
    struct app_item_row row;
    struct value value;

    if (item >= end || !app_item_row(item, &row))
        return APP_DONE;
    value = item < SHOW_COUNTERS ? pack_value(app_decide(a), (enum app_item)item)
                                 : counter_value(app_decide(a), (enum app_item)item);
    text_start(&a->out);
    text_ram(&a->out, row.name);
    if (value.known)
        text_fixed(&a->out, value.number, row.decimals);
    else
        text_flash(&a->out, FLASH_TEXT(" unknown"));
    text_word(&a->out, row.unit);
    text_send(&a->out);
    return APP_MORE;
}
