#include "end_board/decide.h"

#include <stddef.h>

#include "common/seal.h"
#include "common/switches.h"

/* Cells are heard and the current is not: End waits for them first, so that a broken wire is not
 * called a lost sensor. Behind a repair the chain is not whole before its current is heard too, for
 * as long. */
#define SENSOR_SILENT_MS 2700u /* and a quarter until it is seen: within 3 s */

void decide_init(struct decide *d, uint32_t now_ms)
{
    d->no_clock = false;
    d->was_silent = false;
    d->faulty_ms = now_ms;
    members_init(&d->members);
    meter_init(&d->meter);
    soc_init(&d->soc);
    calendar_init(&d->calendar, now_ms);
    energy_init(&d->energy);
    extremes_init(&d->extremes);
    d->pack_mv = 0;
    d->facts.pack = NULL;
    d->cells = 0;
    relay_init(&d->relay, now_ms);
}

static uint16_t kept_seal_of(const struct decide *d)
{
    uint16_t seal = seal_more(SEAL_INIT, &d->members.known, sizeof d->members.known);

    return seal_more(seal, &d->settings, sizeof d->settings);
}

static uint16_t seal_of(const struct decide *d)
{
    return seal_more(SEAL_INIT, &d->meter, sizeof *d - offsetof(struct decide, meter));
}

static uint8_t cells_of(const struct decide *d)
{
    return d->facts.pack ? d->facts.pack->count : 0;
}

/* The number of cells is learned once. */
void decide_close_step(struct decide *d)
{
    if (d->cells == 0)
        d->cells = cells_of(d);
    d->seal = seal_of(d);
}

void decide_close(struct decide *d)
{
    d->kept_seal = kept_seal_of(d);
    decide_close_step(d);
}

/* Whose pointers may be used. */
bool decide_intact(const struct decide *d)
{
    return kept_seal_of(d) == d->kept_seal && seal_of(d) == d->seal && cells_of(d) == d->cells;
}

static uint16_t chain_faults(struct decide *d, const struct pack *pack, uint32_t now_ms)
{
    if (pack->faults != 0) {
        d->was_silent = (pack->faults & PACK_SILENT) != 0;
        d->faulty_ms = now_ms;
        return pack->faults;
    }
    if (!meter_silent(&d->meter, now_ms, SENSOR_SILENT_MS))
        return 0;
    d->was_silent = d->was_silent && now_ms - d->faulty_ms <= SENSOR_SILENT_MS;
    return d->was_silent ? PACK_SILENT : FAULT_SENSOR_LOST;
}

/* Without confirmed settings, and with a fault of the pack, the relays are open anyway. */
static uint16_t members_fault(struct decide *d, const struct pack *pack)
{
    bool confirmed = d->settings.confirmed;
    bool known = d->members.known.count != 0;
    enum members_state members = members_step(
        &d->members, pack->count, (pack->faults & PACK_SILENT) != 0, pack->faults == 0, confirmed);

    if (!known && d->members.known.count != 0)
        d->kept_seal = kept_seal_of(d);
    switch (members) {
    case MEMBERS_UNSURE:
        return confirmed && pack->faults == 0 ? PACK_SILENT : 0;
    case MEMBERS_OTHER:
        return FAULT_OTHER_BOARDS;
    case MEMBERS_SAME:
        break;
    }
    return 0;
}

static uint16_t faults_of(struct decide *d, const struct pack *pack, uint32_t now_ms)
{
    uint16_t faults = chain_faults(d, pack, now_ms) | members_fault(d, pack);

    if (meter_lost(&d->meter))
        faults |= FAULT_SENSOR_LOST;
    if (!d->settings.confirmed)
        faults |= FAULT_SETTINGS_LOST;
    if (d->no_clock)
        faults |= FAULT_NO_CLOCK; /* nothing to compare Begin's with */
    else if (meter_clock_lost(&d->meter))
        faults |= FAULT_CLOCK;
    return faults;
}

static uint16_t vbalance_mv(const struct settings *s, uint8_t switches)
{
    uint16_t from_switches = switches_vbalance_mv(switches);
    return from_switches ? from_switches : (uint16_t)s->vbalance_mv;
}

static void see(struct decide *d, const struct pack *pack, uint8_t switches, uint32_t now_ms)
{
    d->facts = (struct facts){
        .pack = pack,
        .settings = &d->settings,
        .now_ms = now_ms,
        .faults = faults_of(d, pack, now_ms),
        .vbalance_mv = vbalance_mv(&d->settings, switches),
        .battery_ma = meter_battery_ma(&d->meter, (uint8_t)d->settings.sensor_passes),
        .current_known = meter_known(&d->meter),
        .load_allowed = d->relay.closed[RELAY_LOAD],
    };
}

static void count(struct decide *d)
{
    struct meter_taken taken = meter_take(&d->meter, (uint8_t)d->settings.sensor_passes);
    int64_t net_mas = (int64_t)taken.in_mas - (int64_t)taken.out_mas;

    d->net_mas += net_mas;
    d->soc_event = soc_step(&d->soc, &d->facts, net_mas);
    d->facts.soc_pm = soc_pm(&d->soc);
    if (!(d->facts.faults & PACK_FAULT_ANY))
        d->pack_mv = d->facts.pack->total_mv;
    energy_step(&d->energy, &taken, d->pack_mv, d->soc.capacity_mas);
    if (extremes_step(&d->extremes, &d->facts))
        d->day_changed = true;
}

void decide_step(struct decide *d, const struct pack *pack, uint8_t switches, uint32_t now_ms)
{
    meter_age(&d->meter, now_ms);
    d->day_changed = calendar_step(&d->calendar, now_ms);
    if (d->day_changed)
        energy_day_over(&d->energy);
    see(d, pack, switches, now_ms);
    count(d);
    relay_step(&d->relay, &d->facts);
}
