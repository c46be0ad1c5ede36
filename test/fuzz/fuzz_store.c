/* Records in EEPROM. The first byte chooses: saves of a record, of a journal and of events with power failing at
 * any write, where a load finds the old or the new contents; or an EEPROM full of the input, from which
 * every load must come back with something that can be. */
#include <string.h>

#include "common/calibration.h"
#include "common/eeprom_map.h"
#include "common/health.h"
#include "common/record.h"
#include "end_board/decide.h"
#include "end_board/eeprom_map.h"
#include "end_board/event_log.h"
#include "end_board/keeper.h"
#include "end_board/settings_store.h"
#include "test/fake/hal_fake.h"
#include "test/fuzz/fuzz.h"

#define RECORD_AT 16u
#define VERSION 3u
#define SAVES_MAX 60u

struct kept {
    uint8_t bytes[RECORD_PAYLOAD_MAX];
    bool there;
};

static void fill(uint8_t *payload, uint8_t size, uint8_t with)
{
    for (uint8_t i = 0; i < size; i++)
        payload[i] = (uint8_t)(with * 31u + i * 7u + (i & with));
}

static bool is(const struct kept *k, bool found, const uint8_t *bytes, uint8_t size)
{
    return found == k->there && (!found || memcmp(k->bytes, bytes, size) == 0);
}

static void fail_sometimes(struct input *in)
{
    uint8_t when = take_byte(in);

    fake_power_on();
    fake->tears = (when & 0x40u) != 0;
    fake->torn_value = take_byte(in);
    if (when & 0x80u)
        fake_power_fails_after(when & 0x3Fu);
}

static void keep(struct kept *k, const uint8_t *bytes, uint8_t size, bool there)
{
    k->there = there;
    if (there)
        memcpy(k->bytes, bytes, size);
}

/* What the load gives is the old contents from here on, whatever it is. */
static void check(struct kept *old, const struct kept *new, bool found, const uint8_t *bytes,
                  uint8_t size)
{
    MUST(is(old, found, bytes, size) || is(new, found, bytes, size));
    keep(old, bytes, size, found);
}

/* A half of the byte that was being written may by chance make a slot whole again, with other contents in no
 * case: five wrong bits are always found. */
static void save_records(struct input *in)
{
    uint8_t size = (uint8_t)(1u + take_byte(in) % (RECORD_PAYLOAD_MAX - 40u));
    struct kept old = { .there = false };

    for (unsigned n = 0; in->left && n < SAVES_MAX; n++) {
        struct kept new = { .there = true };
        uint8_t loaded[RECORD_PAYLOAD_MAX];
        bool failed;

        fill(new.bytes, size, take_byte(in));
        fail_sometimes(in);
        record_save(RECORD_AT, VERSION, new.bytes, size);
        failed = fake->power_fails_at < fake->writes;
        fake_power_on();
        if (!failed)
            keep(&old, new.bytes, size, true);
        check(&old, &new, record_load(RECORD_AT, VERSION, loaded, size), loaded, size);
        MUST(!record_load(RECORD_AT, VERSION + 1u, loaded, size));
    }
}

static void write_out(struct store *s)
{
    for (unsigned i = 0; i < 2000 && store_busy(s); i++)
        store_step(s);
    MUST(!store_busy(s));
}

static void save_journal(struct input *in)
{
    struct journal j = { .at = 100,
                         .slots = (uint8_t)(2u + take_byte(in) % 30u),
                         .size = (uint8_t)(1u + take_byte(in) % 60u),
                         .version = VERSION };
    struct kept old = { .there = false };
    struct store s;

    store_init(&s);
    MUST(!journal_load(&j, old.bytes));
    for (unsigned n = 0; in->left && n < SAVES_MAX; n++) {
        struct kept new = { .there = true };
        uint8_t loaded[RECORD_PAYLOAD_MAX];
        bool failed;

        fill(new.bytes, j.size, take_byte(in));
        fail_sometimes(in);
        journal_save(&j, &s, new.bytes);
        write_out(&s);
        failed = fake->power_fails_at < fake->writes;
        fake_power_on();
        if (!failed)
            keep(&old, new.bytes, j.size, true);
        check(&old, &new, journal_load(&j, loaded), loaded, j.size);
    }
}

/* The last event that was written whole is found again, and each one as it was. */
static void save_events(struct input *in)
{
    static struct event_log log;
    static struct event sent[SAVES_MAX];
    struct store s;
    struct event e;
    unsigned n = 0;

    store_init(&s);
    event_log_init(&log);
    MUST(!event_log_read(&log, 0, &e));
    for (; in->left && n < SAVES_MAX; n++) {
        sent[n] = (struct event){ .time_s = 1000u * (n + 1u),
                                  .code = (uint8_t)(take_byte(in) % EVENT_COUNT) };
        sent[n].cell = take_byte(in);
        sent[n].value = (int32_t)((uint32_t)take_word(in) << 8) - 8388607;
        fail_sometimes(in);
        event_log_add(&log, &sent[n]);
        if (event_log_save(&log, &s))
            write_out(&s);
        if (fake->power_fails_at < fake->writes) {
            fake_power_on();
            event_log_init(&log);
        }
        for (uint8_t back = 0; back < 3; back++) {
            bool known = !event_log_read(&log, back, &e);
            for (unsigned i = 0; i <= n && !known; i++)
                known = e.time_s == sent[i].time_s && e.code == sent[i].code &&
                        e.cell == sent[i].cell && e.value == sent[i].value;
            MUST(known);
        }
    }
}

static void load_anything(struct input *in)
{
    static struct decide d;
    static struct keeper k;
    static struct event_log log;
    struct calibration c;
    struct health health;
    struct event e;
    uint8_t id;
    uint8_t other;

    for (uint16_t at = 0; at < END_EEPROM_SIZE && in->left; at++)
        fake_end_eeprom[at] = take_byte(in);
    fake->eeprom_busy = 1;
    calibration_load(&c);
    MUST(calibration_in_range(&c));
    health_init(&health);
    decide_init(&d, 0);
    keeper_load(&k, &d, 1, 0);
    MUST(settings_check(&d.settings, &id, &other) == SETTINGS_OK);
    settings_load(&d.settings);
    MUST(settings_check(&d.settings, &id, &other) == SETTINGS_OK);
    event_log_init(&log);
    for (unsigned back = 0; back < 256; back++)
        event_log_read(&log, (uint8_t)back, &e);
    MUST(fake->stray == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, size };

    fake_reset();
    fake_use_end_eeprom();
    switch (take_byte(&in) % 4u) {
    case 0:
        save_records(&in);
        break;
    case 1:
        save_journal(&in);
        break;
    case 2:
        save_events(&in);
        break;
    default:
        load_anything(&in);
        break;
    }
    return 0;
}
