#include "end_board/show.h"

#include "common/pgm.h"

enum led_condition { WHEN_ANSWERING, WHEN_NO_CLOCK, WHEN_CHARGE_CLOSED, WHEN_LOAD_CLOSED };

struct led_row {
    uint8_t led; /* enum show_led */
    uint8_t condition;
    uint16_t period_ms;
    uint16_t from_ms;
    uint16_t to_ms;
};

/* The first row of a LED whose condition holds decides. Product manual, "End Board"; without a clock
 * both flash at once, which is ours. */
static const struct led_row rows[] FLASH_TABLE = {
    { SHOW_CHARGE_LED, WHEN_ANSWERING, 500, 0, 250 },
    { SHOW_LOAD_LED, WHEN_ANSWERING, 500, 250, 500 },
    { SHOW_CHARGE_LED, WHEN_NO_CLOCK, 1000, 0, 500 },
    { SHOW_LOAD_LED, WHEN_NO_CLOCK, 1000, 0, 500 },
    { SHOW_CHARGE_LED, WHEN_CHARGE_CLOSED, 5000, 0, 250 },
    { SHOW_LOAD_LED, WHEN_LOAD_CLOSED, 5000, 0, 250 },
};

static bool applies(uint8_t condition, const struct decide *d, bool answering)
{
    switch ((enum led_condition)condition) {
    case WHEN_ANSWERING:
        return answering;
    case WHEN_NO_CLOCK:
        return d->no_clock;
    case WHEN_CHARGE_CLOSED:
        return d->relay.closed[RELAY_CHARGE];
    case WHEN_LOAD_CLOSED:
        return d->relay.closed[RELAY_LOAD];
    }
    return false;
}

uint8_t show_leds(const struct decide *d, bool answering, uint32_t now_ms)
{
    uint8_t leds = 0;
    uint8_t decided = 0;
    struct led_row row;

    for (uint8_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        flash_read(&row, &rows[i], sizeof row);
        if (decided & row.led || !applies(row.condition, d, answering))
            continue;
        decided |= row.led;
        if (now_ms % row.period_ms >= row.from_ms && now_ms % row.period_ms < row.to_ms)
            leds |= row.led;
    }
    return leds;
}

static void show_bit(struct end_view *v, uint8_t bit, bool on)
{
    v->known = (uint8_t)(on ? v->known | bit : v->known & ~bit);
}

void show_counted(struct end_view *v, const struct decide *d)
{
    v->to_full_s = v->to_empty_s = 0;
    show_bit(v, VIEW_TIME_TO_FULL, soc_time_to_full(&d->soc, &d->settings, &v->to_full_s));
    show_bit(v, VIEW_TIME_TO_EMPTY, soc_time_to_empty(&d->soc, &v->to_empty_s));
    v->in_mwh = d->energy.in.mwh;
    v->out_mwh = d->energy.out.mwh;
    v->in_today_mwh = energy_today_mwh(&d->energy.in);
    v->out_today_mwh = energy_today_mwh(&d->energy.out);
    v->cycles_milli = d->energy.cycles_milli;
    v->stored_wh = soc_stored_wh(&d->soc, &d->settings);
}

static void show_currents(struct end_view *v, const struct decide *d)
{
    uint8_t passes = (uint8_t)d->settings.sensor_passes;
    bool known = d->facts.current_known;

    show_bit(v, VIEW_CURRENT, known);
    if (!known)
        show_bit(v, VIEW_TIME_TO_FULL | VIEW_TIME_TO_EMPTY, false);
    v->battery_ma = known ? d->facts.battery_ma : 0;
    v->in_ma = known ? meter_sensor_ma(&d->meter, 0, passes) : 0;
    v->out_ma = known ? meter_sensor_ma(&d->meter, 1, passes) : 0;
    v->sensor_state[0] = d->meter.sensor[0].state;
    v->sensor_state[1] = d->meter.sensor[1].state;
}

static void show_relays(struct end_view *v, const struct relay *r)
{
    v->charge_held = r->held[RELAY_CHARGE];
    v->load_held = r->held[RELAY_LOAD];
    v->switchings = r->switchings;
    v->charge_closed = r->closed[RELAY_CHARGE];
    v->load_closed = r->closed[RELAY_LOAD];
    v->charge_reason = r->reason[RELAY_CHARGE];
    v->load_reason = r->reason[RELAY_LOAD];
}

void show_now(struct end_view *v, const struct decide *d, const struct pack *pack, uint32_t now_ms)
{
    v->net_mas = d->net_mas;
    v->readings = pack->readings;
    v->now_ms = now_ms;
    v->clock_s = d->calendar.now_s;
    v->soc_pm = d->facts.soc_pm;
    v->vbalance_mv = d->facts.vbalance_mv;
    v->faults = d->facts.faults;
    v->cells = pack->count;
    v->broken = pack->place.broken;
    v->broken_after = pack->place.after;
    v->noisy_hops = pack->noisy_hops;
    show_bit(v, VIEW_SOC_CALIBRATED, d->soc.calibrated);
    show_bit(v, VIEW_CLOCK_SET, d->calendar.set);
    show_currents(v, d);
    show_relays(v, &d->relay);
}
