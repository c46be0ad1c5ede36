/* Every record that a board keeps, in its place: the power fails at each byte written, and inside of
 * it, and what is loaded then is the old or the new contents; the neighbours stay as they are. */
#include "begin_board/sensor_record.h"
#include "common/eeprom_map.h"
#include "common/record.h"
#include "end_board/eeprom_map.h"
#include "end_board/settings_store.h"
#include "test.h"
#include "test/fake/hal_fake.h"

struct row {
    uint16_t address;
    uint8_t version;
    uint8_t size;
};

#define ROWS 4u

/* By board; a record is listed with all that live beside it. */
static const struct row begin[ROWS] = {
    { EEPROM_CALIBRATION, CALIBRATION_VERSION, CALIBRATION_PAYLOAD },
    { EEPROM_TRIM, TRIM_VERSION, TRIM_PAYLOAD },
    { EEPROM_RESETS, RESETS_VERSION, RESETS_PAYLOAD },
    { EEPROM_BOARD, SENSOR_RECORD_VERSION, SENSOR_RECORD_PAYLOAD },
};
static const struct row end[ROWS] = {
    { EEPROM_CALIBRATION, CALIBRATION_VERSION, CALIBRATION_PAYLOAD },
    { EEPROM_TRIM, TRIM_VERSION, TRIM_PAYLOAD },
    { EEPROM_RESETS, RESETS_VERSION, RESETS_PAYLOAD },
    { EEPROM_SETTINGS, SETTINGS_VERSION, SETTINGS_PAYLOAD },
};

static uint8_t old_contents[RECORD_PAYLOAD_MAX];
static uint8_t new_contents[RECORD_PAYLOAD_MAX];

static void save(const struct row *r, const uint8_t *contents)
{
    record_save(r->address, r->version, contents, r->size);
}

static bool holds(const struct row *r, const uint8_t *contents)
{
    uint8_t read[RECORD_PAYLOAD_MAX];
    return record_load(r->address, r->version, read, r->size) &&
           memcmp(read, contents, r->size) == 0;
}

static void all_old(const struct row *rows, uint8_t saves)
{
    fake_reset();
    if (rows == end)
        fake_use_end_eeprom();
    for (uint8_t i = 0; i < sizeof old_contents; i++) {
        old_contents[i] = (uint8_t)(3u * i + 1u);
        new_contents[i] = (uint8_t)(0xF5u - 7u * i);
    }
    for (uint8_t i = 0; i < ROWS; i++)
        for (uint8_t k = 0; k < saves; k++)
            save(&rows[i], old_contents);
}

static void expect_old_or_new(const struct row *rows, const struct row *r)
{
    assert_true(holds(r, old_contents) || holds(r, new_contents));
    for (uint8_t i = 0; i < ROWS; i++)
        if (&rows[i] != r)
            assert_true(holds(&rows[i], old_contents));
    assert_int_equal(fake->stray, 0);
}

static void cut(const struct row *rows, const struct row *r, uint8_t saves, uint8_t writes)
{
    static const uint8_t torn[] = { 0x00, 0xFF, 0x5A, 0x81, 0x7E };

    for (uint8_t kind = 0; kind <= sizeof torn; kind++) {
        all_old(rows, saves);
        fake->tears = kind != 0;
        fake->torn_value = kind ? torn[kind - 1u] : 0;
        fake_power_fails_after(writes);
        save(r, new_contents);
        fake_power_on();
        expect_old_or_new(rows, r);
        save(r, new_contents);
        assert_true(holds(r, new_contents));
    }
}

static void walk(const struct row *rows)
{
    for (uint8_t i = 0; i < ROWS; i++)
        for (uint8_t saves = 1; saves < 4; saves++)
            for (uint8_t writes = 0; writes <= rows[i].size + RECORD_OVERHEAD; writes++)
                cut(rows, &rows[i], saves, writes);
}

static void test_records_of_begin_survive_a_cut_at_every_byte(void **state)
{
    (void)state;
    walk(begin);
}

static void test_records_of_end_survive_a_cut_at_every_byte(void **state)
{
    (void)state;
    walk(end);
}

static void test_records_lie_behind_each_other(void **state)
{
    (void)state;
    assert_true(begin[0].address >= 16u);
    for (uint8_t i = 1; i < ROWS; i++) {
        assert_true(begin[i].address >= begin[i - 1u].address + RECORD_SPACE(begin[i - 1u].size));
        assert_true(end[i].address >= end[i - 1u].address + RECORD_SPACE(end[i - 1u].size));
    }
    assert_true(begin[ROWS - 1u].address + RECORD_SPACE(begin[ROWS - 1u].size) <= 512u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_of_begin_survive_a_cut_at_every_byte),
        cmocka_unit_test(test_records_of_end_survive_a_cut_at_every_byte),
        cmocka_unit_test(test_records_lie_behind_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
