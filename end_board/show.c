#include "end_board/show.h"

#define STATUS_FLASH_PERIOD_MS 5000u
#define STATUS_FLASH_MS 250u

uint8_t show_leds(const struct decide *d, uint32_t now_ms)
{
    uint8_t leds = 0;

    if (now_ms % STATUS_FLASH_PERIOD_MS >= STATUS_FLASH_MS)
        return 0;
    if (d->relay.closed[RELAY_CHARGE])
        leds |= SHOW_CHARGE_LED;
    if (d->relay.closed[RELAY_LOAD])
        leds |= SHOW_LOAD_LED;
    return leds;
}

void show_view(struct end_view *v, const struct decide *d, const struct pack *pack, uint32_t now_ms)
{
    uint8_t passes = (uint8_t)d->settings.sensor_passes;

    *v = (struct end_view){
        .battery_ma = d->facts.battery_ma,
        .in_ma = meter_sensor_ma(&d->meter, 0, passes),
        .out_ma = meter_sensor_ma(&d->meter, 1, passes),
        .readings = pack->readings,
        .now_ms = now_ms,
        .charge_held = d->relay.held[RELAY_CHARGE],
        .load_held = d->relay.held[RELAY_LOAD],
        .soc_pm = d->facts.soc_pm,
        .switchings = d->relay.switchings,
        .vbalance_mv = d->facts.vbalance_mv,
        .faults = d->facts.faults,
        .cells = pack->count,
        .charge_closed = d->relay.closed[RELAY_CHARGE],
        .load_closed = d->relay.closed[RELAY_LOAD],
        .charge_reason = d->relay.reason[RELAY_CHARGE],
        .load_reason = d->relay.reason[RELAY_LOAD],
        .soc_calibrated = d->soc.calibrated,
        .sensor_state = { d->meter.sensor[0].state, d->meter.sensor[1].state },
    };
}
