#include "end_board/relay.h"

void relay_init(struct relay *r, uint32_t now_ms)
{
    *r = (struct relay){ .opened_ms = { now_ms, now_ms },
                         .reason = { RULE_CELL_SILENT, RULE_CELL_SILENT } };
    rules_init(&r->rules);
}

static uint8_t first_of(uint32_t mask)
{
    uint8_t id = 0;

    while (!(mask & RULE_BIT(id)))
        id++;
    return id;
}

static void count_flutter(struct relay *r, uint8_t relay, uint32_t now_ms)
{
    if (now_ms - r->closed_ms[relay] >= RELAY_CALM_MS)
        r->flutter[relay] = 0;
    else if (r->flutter[relay] < RELAY_FLUTTER_FREE + RELAY_REST_DOUBLINGS)
        r->flutter[relay]++;
}

static uint32_t rest_ms(const struct relay *r, uint8_t relay)
{
    uint8_t flutter = r->flutter[relay];

    if (flutter <= RELAY_FLUTTER_FREE)
        return RELAY_REST_MS;
    return (uint32_t)RELAY_REST_MS << (flutter - RELAY_FLUTTER_FREE);
}

static void open_relay(struct relay *r, uint8_t relay, uint32_t against, uint32_t now_ms)
{
    if (!r->closed[relay])
        return;
    r->closed[relay] = false;
    r->rested[relay] = false;
    count_flutter(r, relay, now_ms);
    r->opened_ms[relay] = now_ms;
    r->reason[relay] = first_of(against);
    r->switchings++;
}

static void close_relay(struct relay *r, uint8_t relay, uint32_t now_ms)
{
    if (r->closed[relay] || !r->rested[relay])
        return;
    r->closed[relay] = true;
    r->closed_ms[relay] = now_ms;
    r->switchings++;
}

static void step_one(struct relay *r, uint8_t relay, const struct facts *f)
{
    uint32_t against = rules_against(&r->rules, relay);
    uint32_t missing = rules_missing(&r->rules, relay, (uint8_t)f->settings->mode);

    if (f->now_ms - r->opened_ms[relay] >= rest_ms(r, relay))
        r->rested[relay] = true;
    if (against != 0)
        open_relay(r, relay, against, f->now_ms);
    else if (missing == 0)
        close_relay(r, relay, f->now_ms);
    r->held[relay] = 0;
    if (r->closed[relay])
        return;
    r->held[relay] = against | missing;
    if (!r->rested[relay])
        r->held[relay] |= RULE_BIT(RULE_REST);
}

void relay_step(struct relay *r, const struct facts *f)
{
    rules_step(&r->rules, f);
    for (uint8_t relay = 0; relay < RELAY_COUNT; relay++)
        step_one(r, relay, f);
}
