#include "end_board/journal.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define AT 100u
#define SIZE 9u
#define SLOTS 5u
#define VERSION 3u

static struct journal journal;
static struct store store;
static uint8_t payload[SIZE];

static bool load(void)
{
    journal = (struct journal){ .at = AT, .slots = SLOTS, .size = SIZE, .version = VERSION };
    memset(payload, 0xEE, SIZE);
    return journal_load(&journal, payload);
}

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    store_init(&store);
    assert_false(load());
}

static void begin(uint8_t seed)
{
    for (uint8_t i = 0; i < SIZE; i++)
        payload[i] = (uint8_t)(seed * 31u + i * 7u);
    journal_save(&journal, &store, payload);
}

static void finish(void)
{
    while (store_busy(&store))
        store_step(&store);
}

static bool holds(uint8_t seed)
{
    for (uint8_t i = 0; i < SIZE; i++)
        if (payload[i] != (uint8_t)(seed * 31u + i * 7u))
            return false;
    return true;
}

static void test_journal_gives_the_last_save_over_many_laps(void **state)
{
    (void)state;
    set_up();
    for (uint16_t i = 0; i < 600; i++) { /* the sequence number wraps twice */
        begin((uint8_t)i);
        finish();
        assert_true(load());
        assert_true(holds((uint8_t)i));
    }
    assert_int_equal(fake->stray, 0);
}

static void test_saves_go_round_all_slots(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < 2u * SLOTS; i++) {
        begin(i);
        finish();
        assert_int_equal(journal.slot, i % SLOTS);
        assert_int_equal(fake_end_eeprom[AT + i % SLOTS * (SIZE + RECORD_OVERHEAD)], i + 1u);
    }
}

static void test_journal_of_two_slots_is_a_record(void **state)
{
    uint8_t read[SIZE];

    (void)state;
    set_up();
    journal.slots = 2;
    for (uint8_t i = 0; i < 5; i++) {
        begin(i);
        finish();
        assert_true(record_load(AT, VERSION, read, SIZE));
        assert_memory_equal(read, payload, SIZE);
    }
    record_save(AT, VERSION, (const uint8_t *)"123456789", SIZE);
    journal = (struct journal){ .at = AT, .slots = 2, .size = SIZE, .version = VERSION };
    assert_true(journal_load(&journal, payload));
    assert_memory_equal(payload, "123456789", SIZE);
}

static void test_journal_of_another_version_is_not_read(void **state)
{
    (void)state;
    set_up();
    begin(1);
    finish();
    journal.version = VERSION + 1u;
    assert_false(journal_load(&journal, payload));
}

/* Also with the byte torn that was being written. */
static void test_power_failure_at_any_byte_leaves_old_or_new(void **state)
{
    (void)state;
    for (uint8_t lap = 0; lap < SLOTS + 2u; lap++) {
        for (uint8_t at = 0; at <= SIZE + RECORD_OVERHEAD; at++) {
            set_up();
            for (uint8_t i = 0; i <= lap; i++) {
                begin(i);
                finish();
            }
            fake_power_fails_after(at);
            fake->tears = at % 2u;
            fake->torn_value = (uint8_t)(at * 91u);
            begin(200);
            finish();
            fake_power_on();
            store_init(&store);
            assert_true(load());
            if (!holds(lap) && !holds(200))
                fail_msg("lap %u byte %u", lap, at);
            begin(201); /* and it goes on from there */
            finish();
            assert_true(load());
            assert_true(holds(201));
        }
    }
}

static void test_spoilt_newest_copy_gives_the_one_before(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < 7; i++) {
        begin(i);
        finish();
    }
    fake_end_eeprom[AT + journal.slot * (SIZE + RECORD_OVERHEAD) + 4u] ^= 8u;
    assert_true(load());
    assert_true(holds(5));
}

/* A byte takes 3.4 ms; whoever asks while it does would wait. */
static void test_store_never_waits_for_the_eeprom(void **state)
{
    uint16_t steps = 0;

    (void)state;
    set_up();
    fake->eeprom_busy = 7;
    begin(3);
    for (; store_busy(&store) && steps < 1000; steps++)
        store_step(&store);
    assert_int_equal(fake->blocked, 0);
    assert_in_range(steps, 7u * (SIZE + RECORD_OVERHEAD - 1u), 8u * (SIZE + RECORD_OVERHEAD));
    fake->busy_left = 0;
    assert_true(load());
    assert_true(holds(3));
}

static void test_store_writes_one_byte_at_a_time_and_skips_equal_ones(void **state)
{
    (void)state;
    set_up();
    journal.slots = 2;
    begin(1);
    finish();
    begin(1);
    finish();
    for (uint8_t i = 0; i < 3; i++) {
        uint32_t before = fake->writes;
        begin(1);
        for (uint8_t bytes = 1; store_busy(&store); bytes++) {
            store_step(&store);
            assert_in_range(fake->writes - before, 0, bytes);
        }
        assert_in_range(fake->writes - before, 1, 3); /* sequence and CRC */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journal_gives_the_last_save_over_many_laps),
        cmocka_unit_test(test_saves_go_round_all_slots),
        cmocka_unit_test(test_journal_of_two_slots_is_a_record),
        cmocka_unit_test(test_journal_of_another_version_is_not_read),
        cmocka_unit_test(test_power_failure_at_any_byte_leaves_old_or_new),
        cmocka_unit_test(test_spoilt_newest_copy_gives_the_one_before),
        cmocka_unit_test(test_store_never_waits_for_the_eeprom),
        cmocka_unit_test(test_store_writes_one_byte_at_a_time_and_skips_equal_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
