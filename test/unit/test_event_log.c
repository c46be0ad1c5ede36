#include "end_board/eeprom_map.h"
#include "end_board/event_log.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct event_log event_log;
static struct store store;

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    store_init(&store);
    event_log_init(&event_log);
}

static void drain(void)
{
    while (event_log_save(&event_log, &store))
        while (store_busy(&store))
            store_step(&store);
}

static bool add(uint8_t code, uint8_t cell, int32_t value, uint32_t time_s)
{
    struct event e = { .time_s = time_s, .value = value, .code = code, .cell = cell };
    uint32_t before = event_log.added;

    event_log_add(&event_log, &e);
    return event_log.added != before;
}

static void expect_event(uint8_t back, uint8_t code, uint8_t cell, int32_t value, uint32_t time_s)
{
    struct event e;

    assert_true(event_log_read(&event_log, back, &e));
    assert_int_equal(e.code, code);
    assert_int_equal(e.cell, cell);
    assert_int_equal(e.value, value);
    assert_int_equal(e.time_s, time_s);
}

static void test_events_are_read_newest_first_also_after_a_reset(void **state)
{
    struct event e;

    (void)state;
    set_up();
    assert_false(event_log_read(&event_log, 0, &e));
    add(EVENT_FAULT_BEGIN, 7, 0, 1000);
    add(EVENT_SETTING, 5, 4000000, 0xFFFFFFF0u);
    add(EVENT_CLOCK_SET, 0, -5000000, 3000);
    drain();
    event_log_init(&event_log);
    expect_event(0, EVENT_CLOCK_SET, 0, -5000000, 3000);
    expect_event(1, EVENT_SETTING, 5, 4000000, 0xFFFFFFF0u);
    expect_event(2, EVENT_FAULT_BEGIN, 7, 0, 1000);
    assert_false(event_log_read(&event_log, 3, &e));
    assert_false(event_log_read(&event_log, EVENT_LOG_SIZE, &e));
    assert_int_equal(fake->stray, 0);
}

static void test_values_saturate_at_three_bytes(void **state)
{
    (void)state;
    set_up();
    add(EVENT_CLOCK_SET, 0, INT32_MAX, 1);
    add(EVENT_SOC_FULL, 0, INT32_MIN, 2);
    drain();
    expect_event(0, EVENT_SOC_FULL, 0, -8388607, 2);
    expect_event(1, EVENT_CLOCK_SET, 0, 8388607, 1);
}

/* Ten minutes of repeats apart, so that nothing is held back. */
static void test_log_keeps_at_least_200_and_overwrites_the_oldest(void **state)
{
    struct event e;

    (void)state;
    assert_true(EVENT_LOG_SIZE >= 200);
    set_up();
    for (uint16_t i = 0; i < 3u * EVENT_LOG_SIZE + 17u; i++) {
        assert_true(add(EVENT_SETTING, 5, i, (uint32_t)1000 * i));
        drain();
        if (i % 97u == 0)
            event_log_init(&event_log);
    }
    event_log_init(&event_log);
    for (uint16_t back = 0; back < EVENT_LOG_SIZE; back++)
        expect_event((uint8_t)back, EVENT_SETTING, 5, (int32_t)(3u * EVENT_LOG_SIZE + 16u - back),
                     (uint32_t)1000 * (3u * EVENT_LOG_SIZE + 16u - back));
    assert_false(event_log_read(&event_log, EVENT_LOG_SIZE, &e));
}

static void test_same_event_again_is_dropped_for_a_quarter_of_an_hour(void **state)
{
    (void)state;
    set_up();
    assert_true(add(EVENT_CHARGE_OPENED, 3, 0, 5000));
    assert_false(add(EVENT_CHARGE_OPENED, 3, 0, 5000));
    assert_false(add(EVENT_CHARGE_OPENED, 3, 0, 5000 + EVENT_REPEAT_S - 1));
    assert_true(add(EVENT_CHARGE_OPENED, 3, 0, 5000 + EVENT_REPEAT_S));
    assert_true(
        add(EVENT_CHARGE_OPENED, 4, 0, 5000)); /* another cell, another rule, another code */
    assert_true(add(EVENT_CHARGE_OPENED, 3, 1, 5000));
    assert_true(add(EVENT_LOAD_OPENED, 3, 0, 5000));
    assert_true(add(EVENT_SOC_FULL, 0, 995, 5000));
    assert_false(add(EVENT_SOC_FULL, 0, 996, 5001)); /* its value is no part of what it is */
    assert_int_equal(event_log.dropped, 3);
}

static void test_flood_of_different_events_is_limited_and_first_ones_come_through(void **state)
{
    uint32_t written = 0;
    uint32_t t;

    (void)state;
    set_up();
    for (t = 0; t < 7200; t++) {
        written += add(EVENT_PIN_WRONG, (uint8_t)t, 0, t);
        drain();
    }
    assert_in_range(written, EVENT_BURST, EVENT_BURST + 7200u / EVENT_PACE_S + 1u);
    assert_true(add(EVENT_FAULT_BEGIN, 9, 3, t)); /* no such code since the reset */
    assert_false(add(EVENT_FAULT_BEGIN, 9, 4, t));
    assert_true(add(EVENT_LOAD_OPENED, 9, 4, t));
}

static void test_full_queue_drops_but_does_not_forget_for_good(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < EVENT_QUEUE; i++)
        assert_true(add(EVENT_SETTING, i, 1, 10));
    assert_false(add(EVENT_FAULT_BEGIN, 1, 1, 10));
    drain();
    assert_true(add(EVENT_FAULT_BEGIN, 1, 1, 11));
}

/* All events but the one that was being written, and the one it took the place of. */
static void test_power_failure_at_any_byte_keeps_the_others(void **state)
{
    struct event e;

    (void)state;
    for (uint8_t at = 0; at <= EVENT_BYTES + STORE_CRC; at++) {
        bool new_there;
        set_up();
        for (uint16_t i = 0; i < EVENT_LOG_SIZE + 5u; i++) {
            add(EVENT_SETTING, 1, i, (uint32_t)1000 * i);
            drain();
        }
        fake_power_fails_after(at);
        fake->tears = at % 2u;
        fake->torn_value = (uint8_t)(at * 77u);
        add(EVENT_FAULT_BEGIN, 250, 6, 500000);
        drain();
        fake_power_on();
        store_init(&store);
        event_log_init(&event_log);
        assert_true(event_log_read(&event_log, 0, &e));
        new_there = e.code == EVENT_FAULT_BEGIN;
        if (new_there)
            expect_event(0, EVENT_FAULT_BEGIN, 250, 6, 500000);
        for (uint8_t back = 0; back < EVENT_LOG_SIZE - 1u; back++)
            expect_event((uint8_t)(back + new_there), EVENT_SETTING, 1,
                         (int32_t)(EVENT_LOG_SIZE + 4u - back),
                         (uint32_t)1000 * (EVENT_LOG_SIZE + 4u - back));
        add(EVENT_PIN_RESET, 0, 0, 600000);
        drain();
        event_log_init(&event_log);
        expect_event(0, EVENT_PIN_RESET, 0, 0, 600000);
    }
}

static void test_codes_have_rows_with_ended_names(void **state)
{
    struct event_row row;

    (void)state;
    assert_false(event_row(EVENT_NONE, &row));
    assert_false(event_row(EVENT_COUNT, &row));
    for (uint8_t code = 1; code < EVENT_COUNT; code++) {
        assert_true(event_row(code, &row));
        assert_true(row.name[0] != '\0' && row.name[EVENT_NAME_SIZE - 1u] == '\0');
        assert_true(row.value[EVENT_VALUE_SIZE - 1u] == '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_read_newest_first_also_after_a_reset),
        cmocka_unit_test(test_values_saturate_at_three_bytes),
        cmocka_unit_test(test_log_keeps_at_least_200_and_overwrites_the_oldest),
        cmocka_unit_test(test_same_event_again_is_dropped_for_a_quarter_of_an_hour),
        cmocka_unit_test(test_flood_of_different_events_is_limited_and_first_ones_come_through),
        cmocka_unit_test(test_full_queue_drops_but_does_not_forget_for_good),
        cmocka_unit_test(test_power_failure_at_any_byte_keeps_the_others),
        cmocka_unit_test(test_codes_have_rows_with_ended_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
