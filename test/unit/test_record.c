#include "common/record.h"
#include "common/eeprom_map.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define ADDRESS 20u
#define SIZE 7u
#define VERSION 3u
#define SLOT (SIZE + RECORD_OVERHEAD)

static const uint8_t old_payload[SIZE] = { 1, 2, 3, 4, 5, 6, 7 };
static const uint8_t new_payload[SIZE] = { 0xF1, 0xE2, 0xD3, 4, 0xB5, 0xA6, 0x97 };

static void save(const uint8_t *payload)
{
    record_save(ADDRESS, VERSION, payload, SIZE);
}

static bool load(uint8_t *payload)
{
    return record_load(ADDRESS, VERSION, payload, SIZE);
}

static void expect_loaded(const uint8_t *payload)
{
    uint8_t read[SIZE];
    assert_true(load(read));
    assert_memory_equal(read, payload, SIZE);
}

/* ---- plain use ------------------------------------------------------------------------------- */

static void test_record_saved_is_loaded_until_the_next_save(void **state)
{
    (void)state;
    fake_reset();
    for (uint8_t i = 0; i < 20; i++) {
        save(i & 1u ? old_payload : new_payload);
        expect_loaded(i & 1u ? old_payload : new_payload);
    }
    assert_int_equal(fake->stray, 0);
}

static void test_record_takes_exactly_its_space(void **state)
{
    (void)state;
    fake_reset();
    save(old_payload);
    save(new_payload);
    save(old_payload);
    for (uint8_t i = 0; i < FAKE_EEPROM_SIZE; i++) {
        bool inside = i >= ADDRESS && i < ADDRESS + RECORD_SPACE(SIZE);
        if (!inside)
            assert_int_equal(fake->wear[i], 0);
    }
    assert_true(fake->wear[ADDRESS] > 0);
    assert_true(fake->wear[ADDRESS + RECORD_SPACE(SIZE) - 1u] > 0);
}

/* Whatever a half-written one's CRC says, by chance: its version is not there yet. */
static void test_first_record_is_none_before_its_last_byte(void **state)
{
    (void)state;
    for (uint8_t writes = 0; writes < SLOT; writes++) {
        fake_reset();
        fake_power_fails_after(writes);
        save(new_payload);
        fake_power_on();
        assert_int_equal(hal_eeprom_read(ADDRESS + 1u), 0xFF);
    }
    fake_reset();
    save(new_payload);
    assert_int_equal(hal_eeprom_read(ADDRESS + 1u), VERSION);
}

static void test_records_side_by_side_do_not_disturb_each_other(void **state)
{
    uint8_t read[SIZE];

    (void)state;
    fake_reset();
    save(old_payload);
    for (uint8_t i = 0; i < 3; i++) {
        record_save(ADDRESS + RECORD_SPACE(SIZE), VERSION, new_payload, SIZE);
        expect_loaded(old_payload);
        save(old_payload);
        assert_true(record_load(ADDRESS + RECORD_SPACE(SIZE), VERSION, read, SIZE));
        assert_memory_equal(read, new_payload, SIZE);
    }
}

/* Slots in turn: each byte bears half of the saves. */
static void test_saves_wear_both_slots_alike(void **state)
{
    uint8_t payload[SIZE];

    (void)state;
    fake_reset();
    for (uint8_t i = 0; i < 100; i++) {
        memset(payload, i, sizeof payload);
        save(payload);
    }
    for (uint8_t i = 0; i < 2u * SLOT; i++)
        assert_true(fake->wear[ADDRESS + i] <= 50);
    assert_int_equal(fake->wear[ADDRESS], 50);
    assert_int_equal(fake->wear[ADDRESS + SLOT], 50);
}

/* A brown-out write hits the cell at address 0 first: no record may live in the first bytes. */
static void test_records_of_a_board_stay_clear_of_the_first_bytes(void **state)
{
    (void)state;
    assert_true(EEPROM_CALIBRATION >= 16);
    assert_true(EEPROM_TRIM >= EEPROM_CALIBRATION + RECORD_SPACE(CALIBRATION_PAYLOAD));
    assert_true(EEPROM_BOARD >= EEPROM_TRIM + RECORD_SPACE(TRIM_PAYLOAD));
}

static void test_sequence_wraps_without_losing_the_newest(void **state)
{
    uint8_t payload[SIZE] = { 0 };

    (void)state;
    fake_reset();
    for (uint16_t i = 0; i < 600; i++) {
        payload[0] = (uint8_t)i;
        payload[1] = (uint8_t)(i >> 8);
        save(payload);
        expect_loaded(payload);
    }
}

/* ---- what is no record ----------------------------------------------------------------------- */

static void expect_nothing(void)
{
    uint8_t read[SIZE];
    memset(read, 0x77, sizeof read);
    assert_false(load(read));
    for (uint8_t i = 0; i < SIZE; i++)
        assert_int_equal(read[i], 0x77);
}

static void test_empty_eeprom_holds_no_record(void **state)
{
    (void)state;
    fake_reset();
    for (uint16_t fill = 0; fill < 256; fill++) {
        memset(fake->eeprom, (int)fill, FAKE_EEPROM_SIZE);
        expect_nothing();
    }
}

static void test_garbage_holds_no_record(void **state)
{
    uint32_t random = 0x2545F491;

    (void)state;
    fake_reset();
    for (uint16_t run = 0; run < 500; run++) {
        for (uint8_t i = 0; i < 2u * SLOT; i++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            fake->eeprom[ADDRESS + i] = (uint8_t)(random >> 11);
        }
        expect_nothing();
    }
}

static void test_another_version_is_not_loaded(void **state)
{
    uint8_t read[SIZE];

    (void)state;
    fake_reset();
    record_save(ADDRESS, VERSION + 1u, new_payload, SIZE);
    expect_nothing();
    save(old_payload);
    expect_loaded(old_payload);
    assert_false(record_load(ADDRESS, VERSION + 1u, read, SIZE)); /* taken over */
}

static void test_every_wrong_bit_voids_a_record(void **state)
{
    (void)state;
    fake_reset();
    save(old_payload);
    for (uint8_t i = 0; i < SLOT; i++) {
        for (uint8_t bit = 0; bit < 8; bit++) {
            uint8_t kept = fake->eeprom[ADDRESS + i];
            fake->eeprom[ADDRESS + i] = (uint8_t)(kept ^ (1u << bit));
            expect_nothing();
            fake->eeprom[ADDRESS + i] = kept;
        }
    }
    expect_loaded(old_payload);
}

static void test_damaged_newest_copy_gives_the_one_before(void **state)
{
    (void)state;
    for (uint8_t saves = 2; saves < 5; saves++) {
        uint8_t newest;
        fake_reset();
        for (uint8_t i = 0; i < saves; i++)
            save(i + 1u == saves ? new_payload : old_payload);
        expect_loaded(new_payload);
        newest = (uint8_t)(ADDRESS + ((saves & 1u) ? 0 : SLOT));
        fake->eeprom[newest + 2u] ^= 1u;
        expect_loaded(old_payload);
        save(new_payload); /* into the damaged slot, not over the good one */
        expect_loaded(new_payload);
    }
}

/* ---- power failures -------------------------------------------------------------------------- */

static bool loads_as(const uint8_t *payload)
{
    uint8_t read[SIZE];
    return load(read) && memcmp(read, payload, SIZE) == 0;
}

/* A save that ends after `writes` bytes; the byte at the end is kept, or torn to this value. */
static void save_cut_short(uint8_t saves_before, uint8_t writes, bool torn, uint8_t value)
{
    fake_reset();
    for (uint8_t i = 0; i < saves_before; i++)
        save(old_payload);
    fake->tears = torn;
    fake->torn_value = value;
    fake_power_fails_after(writes);
    save(new_payload);
    fake_power_on();
}

static void expect_old_or_new(uint8_t saves_before, uint8_t writes)
{
    bool old = loads_as(old_payload);
    bool new = loads_as(new_payload);

    if (writes == SLOT)
        assert_true(new);
    else if (saves_before == 0)
        assert_true(new || !load((uint8_t[SIZE]){ 0 }));
    else
        assert_true(old || new);
    save(new_payload);
    assert_true(loads_as(new_payload));
    save(old_payload);
    assert_true(loads_as(old_payload));
}

static void test_power_cut_at_every_byte_leaves_old_or_new(void **state)
{
    (void)state;
    for (uint8_t before = 0; before < 5; before++) {
        for (uint8_t writes = 0; writes <= SLOT; writes++) {
            save_cut_short(before, writes, false, 0);
            expect_old_or_new(before, writes);
        }
    }
}

static void test_power_cut_inside_every_byte_leaves_old_or_new(void **state)
{
    (void)state;
    for (uint8_t before = 0; before < 4; before++) {
        for (uint8_t writes = 0; writes < SLOT; writes++) {
            for (uint16_t value = 0; value < 256;
                 value = (uint16_t)(value + (value < 16 || value > 238 ? 1u : 13u))) {
                save_cut_short(before, writes, true, (uint8_t)value);
                expect_old_or_new(before, writes);
            }
        }
    }
}

/* Power that fails again and again at the same place must not eat the good copy. */
static void test_repeated_power_cuts_never_lose_the_old_copy(void **state)
{
    (void)state;
    for (uint8_t writes = 0; writes < SLOT - 1u; writes++) {
        fake_reset();
        save(old_payload);
        for (uint8_t i = 0; i < 5; i++) {
            fake_power_fails_after(writes);
            save(new_payload);
            fake_power_on();
            assert_true(loads_as(old_payload) || loads_as(new_payload));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_saved_is_loaded_until_the_next_save),
        cmocka_unit_test(test_record_takes_exactly_its_space),
        cmocka_unit_test(test_first_record_is_none_before_its_last_byte),
        cmocka_unit_test(test_records_side_by_side_do_not_disturb_each_other),
        cmocka_unit_test(test_saves_wear_both_slots_alike),
        cmocka_unit_test(test_records_of_a_board_stay_clear_of_the_first_bytes),
        cmocka_unit_test(test_sequence_wraps_without_losing_the_newest),
        cmocka_unit_test(test_empty_eeprom_holds_no_record),
        cmocka_unit_test(test_garbage_holds_no_record),
        cmocka_unit_test(test_another_version_is_not_loaded),
        cmocka_unit_test(test_every_wrong_bit_voids_a_record),
        cmocka_unit_test(test_damaged_newest_copy_gives_the_one_before),
        cmocka_unit_test(test_power_cut_at_every_byte_leaves_old_or_new),
        cmocka_unit_test(test_power_cut_inside_every_byte_leaves_old_or_new),
        cmocka_unit_test(test_repeated_power_cuts_never_lose_the_old_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
