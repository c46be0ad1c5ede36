#include "end_board/event_log.h"

#include "common/hal.h"
#include "end_board/eeprom_map.h"
#include "protocol/bytes.h"

#define VALUE_MAX 8388607L

static uint16_t address(uint16_t place)
{
    return (uint16_t)(EEPROM_LOG + place * (EVENT_BYTES + STORE_CRC));
}

static uint16_t sequence_at(uint16_t place)
{
    return (uint16_t)(hal_eeprom_read(address(place)) << 8 |
                      hal_eeprom_read((uint16_t)(address(place) + 1u)));
}

void event_log_init(struct event_log *l)
{
    bool found = false;

    *l = (struct event_log){ .budget = EVENT_BURST };
    for (uint16_t place = 0; place < EVENT_LOG_SIZE; place++) {
        uint16_t sequence = sequence_at(place);

        if (!store_sealed(address(place), EVENT_BYTES))
            continue;
        if (found && (int16_t)(uint16_t)(sequence - l->sequence) <= 0)
            continue;
        found = true;
        l->sequence = sequence;
        l->next = (uint16_t)((place + 1u) % EVENT_LOG_SIZE);
    }
}

/* ---- what is written at all ------------------------------------------------------------------- */

static bool same(const struct event *a, const struct event *b)
{
    struct event_row row;

    if (a->code != b->code || a->cell != b->cell || !event_row(a->code, &row))
        return false;
    return !row.value_matters || a->value == b->value;
}

static bool seen(const struct event_log *l, uint8_t code)
{
    return (l->seen[code / 8u] & 1u << (code & 7u)) != 0;
}

static struct event *find_key(struct event_log *l, const struct event *e)
{
    for (uint8_t i = 0; i < l->keys; i++)
        if (same(&l->key[i], e))
            return &l->key[i];
    return 0;
}

/* A place for a new key: a free one, or that of the event longest ago. */
static struct event *new_key(struct event_log *l)
{
    struct event *oldest = &l->key[0];

    if (l->keys < EVENT_KEYS)
        return &l->key[l->keys++];
    for (uint8_t i = 1; i < EVENT_KEYS; i++)
        if ((int32_t)(l->key[i].time_s - oldest->time_s) < 0)
            oldest = &l->key[i];
    return oldest;
}

static void fill_budget(struct event_log *l, uint32_t now_s)
{
    while (l->budget < EVENT_BURST && now_s - l->paced_s >= EVENT_PACE_S) {
        l->budget++;
        l->paced_s += EVENT_PACE_S;
    }
    if (l->budget == EVENT_BURST)
        l->paced_s = now_s;
}

void event_log_add(struct event_log *l, const struct event *e)
{
    struct event *key = find_key(l, e);
    bool repeated = key && e->time_s - key->time_s < EVENT_REPEAT_S;

    fill_budget(l, e->time_s);
    if (repeated || l->queued == EVENT_QUEUE || (l->budget == 0 && seen(l, e->code))) {
        l->dropped++;
        return;
    }
    *(key ? key : new_key(l)) = *e;
    if (l->budget > 0)
        l->budget--;
    l->seen[e->code / 8u] = (uint8_t)(l->seen[e->code / 8u] | 1u << (e->code & 7u));
    l->queue[(uint8_t)(l->queue_out + l->queued) % EVENT_QUEUE] = *e;
    l->queued++;
    l->added++;
}

/* ---- writing and reading ---------------------------------------------------------------------- */

static void encode(uint8_t *out, uint16_t sequence, const struct event *e)
{
    int32_t value = e->value > VALUE_MAX    ? VALUE_MAX
                    : e->value < -VALUE_MAX ? -VALUE_MAX
                                            : e->value;

    put_u16(&out[0], sequence);
    put_u32(&out[2], e->time_s);
    out[6] = e->code;
    out[7] = e->cell;
    out[8] = (uint8_t)((uint32_t)value >> 16);
    put_u16(&out[9], (uint16_t)(uint32_t)value);
}

bool event_log_save(struct event_log *l, struct store *s)
{
    if (l->queued == 0)
        return false;
    l->sequence++;
    encode(s->bytes, l->sequence, &l->queue[l->queue_out]);
    l->queue_out = (uint8_t)((l->queue_out + 1u) % EVENT_QUEUE);
    l->queued--;
    store_begin(s, address(l->next), EVENT_BYTES);
    l->next = (uint16_t)((l->next + 1u) % EVENT_LOG_SIZE);
    return true;
}

bool event_log_read(const struct event_log *l, uint8_t back, struct event *e)
{
    uint16_t place = (uint16_t)((l->next + 2u * EVENT_LOG_SIZE - 1u - back) % EVENT_LOG_SIZE);
    uint8_t in[EVENT_BYTES];

    if (back >= EVENT_LOG_SIZE || !store_sealed(address(place), EVENT_BYTES) ||
        sequence_at(place) != (uint16_t)(l->sequence - back))
        return false;
    for (uint8_t i = 0; i < EVENT_BYTES; i++)
        in[i] = hal_eeprom_read((uint16_t)(address(place) + i));
    e->time_s = get_u32(&in[2]);
    e->code = in[6];
    e->cell = in[7];
    e->value = (int32_t)((uint32_t)(int32_t)(int8_t)in[8] << 16 | get_u16(&in[9]));
    return true;
}
