#include "end_board/decide.h"

#include "common/switches.h"

void decide_init(struct decide *d, uint32_t now_ms)
{
    meter_init(&d->meter);
    soc_init(&d->soc);
    relay_init(&d->relay, now_ms);
}

static uint16_t faults_of(const struct decide *d, const struct pack *pack)
{
    uint16_t faults = pack->faults;

    if (meter_lost(&d->meter))
        faults |= FAULT_SENSOR_LOST;
    if (!d->settings.confirmed)
        faults |= FAULT_SETTINGS_LOST;
    if (meter_clock_lost(&d->meter))
        faults |= FAULT_CLOCK;
    return faults;
}

static uint16_t vbalance_mv(const struct settings *s, uint8_t switches)
{
    uint16_t from_switches = switches_vbalance_mv(switches);
    return from_switches ? from_switches : (uint16_t)s->vbalance_mv;
}

void decide_step(struct decide *d, const struct pack *pack, uint8_t switches, uint32_t now_ms)
{
    uint8_t passes = (uint8_t)d->settings.sensor_passes;

    d->facts = (struct facts){
        .pack = pack,
        .settings = &d->settings,
        .now_ms = now_ms,
        .faults = faults_of(d, pack),
        .vbalance_mv = vbalance_mv(&d->settings, switches),
        .battery_ma = meter_battery_ma(&d->meter, passes),
        .current_known = meter_known(&d->meter),
        .load_allowed = d->relay.closed[RELAY_LOAD],
    };
    soc_step(&d->soc, &d->facts, meter_take_mas(&d->meter, passes));
    d->facts.soc_pm = soc_pm(&d->soc);
    relay_step(&d->relay, &d->facts);
}
