#include "end_board/watch.h"

#include "end_board/noise.h"

void watch_init(struct watch *w, uint32_t now_ms)
{
    *w = (struct watch){ .started_ms = now_ms };
}

static void add(struct event_log *log, const struct decide *d, uint8_t code, uint8_t cell,
                int32_t value)
{
    struct event e = { .time_s = d->calendar.now_s, .value = value, .code = code, .cell = cell };
    event_log_add(log, &e);
}

/* ---- which cell ------------------------------------------------------------------------------- */

static bool guilty(const struct pack_cell *cell, uint16_t fault)
{
    switch (fault) {
    case PACK_SILENT:
        return !cell->fresh;
    case PACK_UNTRUSTED:
        return cell->flags & (CELL_UNTRUSTED | CELL_UNCALIBRATED);
    case PACK_NO_TEMPERATURE:
        return cell->flags & (CELL_NTC_OPEN | CELL_NTC_SHORT);
    }
    return false;
}

/* The first cell that has this fault; 0 for faults of no cell. */
static uint8_t cell_with(const struct pack *p, uint16_t fault)
{
    for (uint8_t i = 0; i < p->count; i++)
        if (guilty(&p->cell[i], fault))
            return (uint8_t)(i + 1u);
    return 0;
}

static uint8_t cell_of_rule(const struct pack *p, uint8_t rule)
{
    switch (rule) {
    case RULE_CELL_AT_VMAX:
        return p->highest;
    case RULE_CELL_AT_VMIN:
    case RULE_CELLS_FULL:
        return p->lowest;
    case RULE_CHARGE_COLD:
    case RULE_LOAD_COLD:
        return p->coldest;
    case RULE_CHARGE_HOT:
    case RULE_LOAD_HOT:
        return p->hottest;
    }
    return 0;
}

/* ---- changes ---------------------------------------------------------------------------------- */

static void watch_faults(struct watch *w, const struct decide *d, struct event_log *log)
{
    uint16_t now = d->facts.faults;

    if (!w->settled && now & PACK_SILENT && d->facts.now_ms - w->started_ms < WATCH_SETTLE_MS)
        return;
    w->settled = true;
    for (uint8_t bit = 0; bit < FAULT_BITS; bit++) {
        uint16_t fault = (uint16_t)(1u << bit);
        if (!((now ^ w->faults) & fault))
            continue;
        if (now & fault)
            add(log, d, EVENT_FAULT_BEGIN, cell_with(d->facts.pack, fault), bit);
        else
            add(log, d, EVENT_FAULT_END, 0, bit);
    }
    w->faults = now;
}

static void watch_place(struct watch *w, const struct decide *d, struct event_log *log)
{
    const struct place *p = &d->facts.pack->place;
    uint8_t behind = p->after == PLACE_UNKNOWN ? 0 : (uint8_t)(p->after + 1u);

    if (!w->settled || (p->broken == w->broken && p->after == w->broken_after))
        return;
    w->broken = p->broken;
    w->broken_after = p->after;
    if (p->broken)
        add(log, d, EVENT_CHAIN_BROKEN, p->after, behind);
    else
        add(log, d, EVENT_CHAIN_WHOLE, 0, 0);
}

/* The mark stands in a board's readings until one round was complete; that is one event. */
static void watch_resets(struct watch *w, const struct decide *d, struct event_log *log)
{
    const struct pack *p = d->facts.pack;
    bool settled = d->facts.now_ms - w->started_ms >= WATCH_SETTLE_MS; /* all start with the pack */

    for (uint8_t i = 0; i < p->count; i++) {
        uint8_t bit = (uint8_t)(1u << (i & 7u));
        bool marked = p->cell[i].fresh && (p->cell[i].flags & CELL_RESTARTED);

        if (marked && settled && !(w->reset[i >> 3] & bit))
            add(log, d, EVENT_BOARD_RESET, (uint8_t)(i + 1u), 0);
        w->reset[i >> 3] = (uint8_t)(marked ? w->reset[i >> 3] | bit : w->reset[i >> 3] & ~bit);
    }
}

static void watch_relay(struct watch *w, const struct decide *d, struct event_log *log,
                        uint8_t relay)
{
    static const uint8_t closed_code[RELAY_COUNT] = { EVENT_CHARGE_CLOSED, EVENT_LOAD_CLOSED };
    static const uint8_t opened_code[RELAY_COUNT] = { EVENT_CHARGE_OPENED, EVENT_LOAD_OPENED };
    uint8_t reason = d->relay.reason[relay];

    if (d->relay.closed[relay] == w->closed[relay])
        return;
    w->closed[relay] = d->relay.closed[relay];
    if (w->closed[relay])
        add(log, d, closed_code[relay], 0, 0);
    else
        add(log, d, opened_code[relay], cell_of_rule(d->facts.pack, reason), reason);
}

void watch_step(struct watch *w, const struct decide *d, struct event_log *log)
{
    watch_faults(w, d, log);
    watch_place(w, d, log);
    watch_resets(w, d, log);
    for (uint8_t relay = 0; relay < RELAY_COUNT; relay++)
        watch_relay(w, d, log, relay);
    if (d->soc_event == SOC_SET_FULL)
        add(log, d, EVENT_SOC_FULL, 0, d->soc.before_pm);
    if (d->soc_event == SOC_SET_EMPTY)
        add(log, d, EVENT_SOC_EMPTY, 0, d->soc.before_pm);
}

void watch_hop(const struct decide *d, struct event_log *log, uint8_t board)
{
    const struct pack *p = d->facts.pack;

    add(log, d, p->cell[board - 1u].noisy ? EVENT_HOP_NOISY : EVENT_HOP_QUIET,
        noise_before(p, board), board);
}
