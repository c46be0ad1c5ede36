#include "end_board/keeper.h"

#include "end_board/eeprom_map.h"
#include "end_board/settings_store.h"
#include "protocol/bytes.h"

#define COUNTERS_VERSION 1u
#define DAY_VERSION 1u
#define MEMBERS_VERSION 1u
#define FLAG_CALIBRATED (1u << 0)
#define FLAG_DAY_KNOWN (1u << 0)
#define FLAG_EXTREMES_KNOWN (1u << 1)

static const struct journal settings_place = { .at = EEPROM_SETTINGS,
                                               .slots = SETTINGS_SLOTS,
                                               .size = SETTINGS_PAYLOAD,
                                               .version = SETTINGS_VERSION };
static const struct journal counters_place = { .at = EEPROM_COUNTERS,
                                               .slots = COUNTERS_SLOTS,
                                               .size = COUNTERS_PAYLOAD,
                                               .version = COUNTERS_VERSION };
static const struct journal day_place = {
    .at = EEPROM_DAY, .slots = DAY_SLOTS, .size = DAY_PAYLOAD, .version = DAY_VERSION
};
static const struct journal members_place = { .at = EEPROM_MEMBERS,
                                              .slots = MEMBERS_SLOTS,
                                              .size = MEMBERS_PAYLOAD,
                                              .version = MEMBERS_VERSION };

/* ---- 48 bit counters -------------------------------------------------------------------------- */

static void put_u48(uint8_t *out, uint64_t value)
{
    put_u16(out, (uint16_t)(value >> 32));
    put_u32(out + 2, (uint32_t)value);
}

static uint64_t get_u48(const uint8_t *in)
{
    return (uint64_t)get_u16(in) << 32 | get_u32(in + 2);
}

/* ---- counters: what changes all the time ------------------------------------------------------ */

static void encode_counters(uint8_t out[COUNTERS_PAYLOAD], const struct decide *d)
{
    put_u48(&out[0], (uint64_t)d->soc.charge_mas);
    put_u48(&out[6], d->energy.in.mwh);
    put_u48(&out[12], d->energy.out.mwh);
    put_u32(&out[18], d->energy.cycles_milli);
    put_u32(&out[22], d->calendar.now_s);
    out[26] = d->soc.calibrated ? FLAG_CALIBRATED : 0;
}

static void decode_counters(const uint8_t in[COUNTERS_PAYLOAD], struct decide *d)
{
    soc_restore(&d->soc, (int64_t)get_u48(&in[0]), in[26] & FLAG_CALIBRATED);
    d->energy.in.mwh = d->energy.in.base_mwh = get_u48(&in[6]);
    d->energy.out.mwh = d->energy.out.base_mwh = get_u48(&in[12]);
    d->energy.cycles_milli = get_u32(&in[18]);
    calendar_restore(&d->calendar, get_u32(&in[22]), false, 0);
}

/* ---- day: what changes seldom ----------------------------------------------------------------- */

static void encode_day(uint8_t out[DAY_PAYLOAD], const struct decide *d)
{
    const struct extremes *x = &d->extremes;

    put_u48(&out[0], d->energy.in.base_mwh);
    put_u48(&out[6], d->energy.out.base_mwh);
    put_u16(&out[12], d->calendar.day);
    out[14] = (uint8_t)((d->calendar.day_known ? FLAG_DAY_KNOWN : 0) |
                        (x->known ? FLAG_EXTREMES_KNOWN : 0));
    put_u16(&out[15], x->min_mv);
    put_u16(&out[17], x->max_mv);
    put_u16(&out[19], (uint16_t)x->min_dc);
    put_u16(&out[21], (uint16_t)x->max_dc);
    out[23] = x->lowest;
    out[24] = x->highest;
    out[25] = x->coldest;
    out[26] = x->hottest;
    put_u32(&out[27], (uint32_t)x->charge_ma);
    put_u32(&out[31], (uint32_t)x->discharge_ma);
}

/* The day may have been saved later than the counters: then nothing of today is known. */
static uint64_t not_above(uint64_t base_mwh, uint64_t mwh)
{
    return base_mwh > mwh ? mwh : base_mwh;
}

static void decode_day(const uint8_t in[DAY_PAYLOAD], struct decide *d)
{
    struct extremes *x = &d->extremes;

    d->energy.in.base_mwh = not_above(get_u48(&in[0]), d->energy.in.mwh);
    d->energy.out.base_mwh = not_above(get_u48(&in[6]), d->energy.out.mwh);
    calendar_restore(&d->calendar, d->calendar.now_s, in[14] & FLAG_DAY_KNOWN, get_u16(&in[12]));
    x->known = in[14] & FLAG_EXTREMES_KNOWN;
    x->min_mv = get_u16(&in[15]);
    x->max_mv = get_u16(&in[17]);
    x->min_dc = (int16_t)get_u16(&in[19]);
    x->max_dc = (int16_t)get_u16(&in[21]);
    x->lowest = in[23];
    x->highest = in[24];
    x->coldest = in[25];
    x->hottest = in[26];
    x->charge_ma = (int32_t)get_u32(&in[27]);
    x->discharge_ma = (int32_t)get_u32(&in[31]);
}

/* ---- loading ---------------------------------------------------------------------------------- */

static void load_settings(struct keeper *k, struct settings *s)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    k->settings = settings_place;
    if (!journal_load(&k->settings, payload) || !settings_decode(payload, s))
        settings_default(s);
}

static void load_counters(struct keeper *k, struct decide *d)
{
    uint8_t payload[COUNTERS_PAYLOAD];

    k->counters = counters_place;
    if (journal_load(&k->counters, payload))
        decode_counters(payload, d);
}

static void load_day(struct keeper *k, struct decide *d)
{
    uint8_t payload[DAY_PAYLOAD];

    k->day = day_place;
    if (journal_load(&k->day, payload))
        decode_day(payload, d);
}

static void load_members(struct keeper *k, struct members_known *known)
{
    uint8_t payload[MEMBERS_PAYLOAD];

    k->members = members_place;
    if (journal_load(&k->members, payload))
        members_decode(payload, known);
    k->members_saved = *known;
}

/* A reset right behind the same one is a board that is reset over and over: once is enough. Time
 * goes on from the newest event when the counters are older. */
static void log_reset(struct keeper *k, struct decide *d, uint8_t cause)
{
    struct event e = { .code = EVENT_RESET, .value = cause };
    struct event last;

    if (event_log_read(&k->log, 0, &last)) {
        if (last.time_s > d->calendar.now_s)
            d->calendar.now_s = last.time_s;
        if (last.code == EVENT_RESET && last.value == cause)
            return;
    }
    e.time_s = d->calendar.now_s;
    event_log_add(&k->log, &e);
}

void keeper_load(struct keeper *k, struct decide *d, uint8_t cause, uint32_t now_ms)
{
    store_init(&k->store);
    load_settings(k, &d->settings);
    load_counters(k, d);
    load_day(k, d);
    load_members(k, &d->members.known);
    event_log_init(&k->log);
    log_reset(k, d, cause);
    k->settings_changed = k->day_changed = k->at_once = k->settled = false;
    k->started_ms = k->counters_ms = k->day_ms = now_ms;
}

/* ---- saving ----------------------------------------------------------------------------------- */

static void save_settings(struct keeper *k, const struct decide *d)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    settings_encode(payload, &d->settings);
    journal_save(&k->settings, &k->store, payload);
    k->settings_changed = false;
}

static void save_counters(struct keeper *k, const struct decide *d, uint32_t now_ms)
{
    uint8_t payload[COUNTERS_PAYLOAD];

    encode_counters(payload, d);
    journal_save(&k->counters, &k->store, payload);
    k->counters_ms = now_ms;
    k->at_once = false;
}

static void save_day(struct keeper *k, const struct decide *d, uint32_t now_ms)
{
    uint8_t payload[DAY_PAYLOAD];

    encode_day(payload, d);
    journal_save(&k->day, &k->store, payload);
    k->day_ms = now_ms;
    k->day_changed = false;
}

static bool members_changed(const struct keeper *k, const struct members_known *now)
{
    return now->count != 0 &&
           (now->sum != k->members_saved.sum || now->count != k->members_saved.count);
}

static void save_members(struct keeper *k, const struct decide *d)
{
    uint8_t payload[MEMBERS_PAYLOAD];

    k->members_saved = d->members.known;
    members_encode(payload, &k->members_saved);
    journal_save(&k->members, &k->store, payload);
}

static bool event_due(const struct keeper *k)
{
    return k->log.queued != 0 && (k->settled || k->log.queue[k->log.queue_out].code == EVENT_RESET);
}

static bool counters_due(const struct keeper *k, uint32_t now_ms)
{
    return k->at_once || now_ms - k->counters_ms >= COUNTERS_SAVE_S * 1000ul;
}

static bool day_due(const struct keeper *k, uint32_t now_ms)
{
    return k->day_changed && now_ms - k->day_ms >= DAY_SAVE_S * 1000ul;
}

static bool decided_due(const struct keeper *k, const struct decide *d, uint32_t now_ms)
{
    return k->settings_changed || members_changed(k, &d->members.known) ||
           counters_due(k, now_ms) || day_due(k, now_ms);
}

/* Settings first: somebody waits for them. Then what would be lost with the power. What a changed byte of memory has
 * spoiled is not kept: the next step finds it too, and what was kept before is the way back. */
static void begin_next(struct keeper *k, const struct decide *d, uint32_t now_ms)
{
    bool intact = decided_due(k, d, now_ms) && decide_intact(d);

    if (intact && k->settings_changed)
        save_settings(k, d);
    else if (intact && members_changed(k, &d->members.known))
        save_members(k, d);
    else if (event_due(k))
        event_log_save(&k->log, &k->store);
    else if (intact && counters_due(k, now_ms))
        save_counters(k, d, now_ms);
    else if (intact && day_due(k, now_ms))
        save_day(k, d, now_ms);
}

void keeper_step(struct keeper *k, const struct decide *d, uint32_t now_ms)
{
    if (now_ms - k->started_ms >= KEEPER_SETTLE_MS)
        k->settled = true;
    if (d->day_changed)
        k->day_changed = true;
    if (!store_busy(&k->store))
        begin_next(k, d, now_ms);
    store_step(&k->store);
}
