#include "common/health.h"

#include <stddef.h>
#include <string.h>

#include "common/eeprom_map.h"
#include "common/record.h"
#include "test/fake/hal_fake.h"
#include "test.h"

#define BIT(cause) ((uint8_t)(1u << (cause)))

static void power_up(struct reset_log *log, uint8_t garbage)
{
    memset(log, garbage, sizeof *log);
    reset_log_start(log, BIT(CAUSE_POWER_ON));
}

static void run_until_saved(struct health *h)
{
    health_init(h);
    for (uint8_t i = 0; i < HEALTH_SAVE_S; i++)
        health_elapsed(h, 1000);
    health_round(h, 0, 0);
}

/* ---- reset log --------------------------------------------------------------------------------- */

static void test_resets_are_counted_by_their_worst_cause(void **state)
{
    static const struct {
        uint8_t causes;
        enum reset_cause counted;
    } rows[] = {
        { 0x01, CAUSE_POWER_ON },  { 0x02, CAUSE_EXTERNAL },  { 0x04, CAUSE_BROWN_OUT },
        { 0x08, CAUSE_WATCHDOG },  { 0x05, CAUSE_POWER_ON },  { 0x0F, CAUSE_POWER_ON },
        { 0x0E, CAUSE_BROWN_OUT }, { 0x0A, CAUSE_WATCHDOG },  { 0x06, CAUSE_BROWN_OUT },
        { 0x07, CAUSE_POWER_ON },  { 0x0C, CAUSE_BROWN_OUT }, { 0x03, CAUSE_POWER_ON },
    };
    struct reset_log log;
    uint16_t expected[RESET_CAUSES] = { 1, 0, 0, 0 };

    (void)state;
    fake_reset();
    power_up(&log, 0xA5);
    for (uint8_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        reset_log_start(&log, rows[i].causes);
        expected[rows[i].counted]++;
        assert_memory_equal(log.counts.count, expected, sizeof expected);
        assert_int_equal(log.counts.boots, i + 2);
    }
    reset_log_start(&log, 0);
    assert_memory_equal(log.counts.count, expected, sizeof expected);
    assert_int_equal(log.counts.boots, 14);
}

static void test_log_survives_resets_and_any_wrong_bit_voids_it(void **state)
{
    struct reset_log log;
    struct reset_log good;

    (void)state;
    fake_reset();
    power_up(&log, 0x00);
    for (uint8_t i = 0; i < 20; i++)
        reset_log_start(&log, BIT(CAUSE_WATCHDOG));
    assert_int_equal(log.counts.count[CAUSE_WATCHDOG], 20);
    good = log;
    for (uint8_t i = 0; i < sizeof log; i++) {
        for (uint8_t bit = 0; bit < 8; bit++) {
            uint8_t *byte = (uint8_t *)&log + i;
            log = good;
            *byte = (uint8_t)(*byte ^ (1u << bit));
            reset_log_start(&log, BIT(CAUSE_WATCHDOG));
            assert_int_equal(log.counts.count[CAUSE_WATCHDOG], 1);
            assert_int_equal(log.counts.boots, 1);
        }
    }
}

static void test_any_power_up_contents_start_from_the_record(void **state)
{
    struct health h;

    (void)state;
    fake_reset();
    fake->reset_causes = BIT(CAUSE_POWER_ON);
    run_until_saved(&h);
    assert_int_equal(h.resets.boots, 1);
    for (uint16_t garbage = 0; garbage < 256; garbage++) {
        struct reset_log log;
        power_up(&log, (uint8_t)garbage);
        assert_int_equal(log.counts.boots, 2);
        assert_int_equal(log.counts.count[CAUSE_POWER_ON], 2);
    }
}

/* After a run that was saved the tag differs whatever the RAM powers up with; within 1..15. */
static void test_tag_differs_after_every_saved_run(void **state)
{
    struct health h;
    uint16_t seen = 0;

    (void)state;
    fake_reset();
    run_until_saved(&h);
    for (uint16_t garbage = 0; garbage < 256; garbage++) {
        struct reset_log log;
        uint8_t step;
        power_up(&log, (uint8_t)garbage);
        step = (uint8_t)(log.tag - fake->log.tag) & 0x0Fu;
        assert_true(step != 0);
        seen = (uint16_t)(seen | 1u << step);
    }
    assert_int_equal(seen, 0xFFFE);
}

static void test_tag_steps_by_one_while_the_ram_lives(void **state)
{
    struct reset_log log;

    (void)state;
    fake_reset();
    power_up(&log, 0x33);
    for (uint16_t i = 0; i < 300; i++) {
        uint8_t before = log.tag;
        reset_log_start(&log, BIT(CAUSE_BROWN_OUT));
        assert_int_equal((uint8_t)(log.tag - before), 1);
    }
}

/* ---- saving ------------------------------------------------------------------------------------ */

static void test_counts_are_saved_once_after_a_minute_without_fault(void **state)
{
    struct health h;

    (void)state;
    fake_reset();
    health_init(&h);
    for (uint8_t i = 0; i < HEALTH_SAVE_S - 1u; i++)
        health_elapsed(&h, 1000);
    health_elapsed(&h, 999);
    health_round(&h, 0, 0);
    assert_int_equal(fake->writes, 0);
    health_elapsed(&h, 1);
    assert_int_equal(fake->writes, 0); /* a break may come any moment */
    health_round(&h, 0, 0);
    assert_int_equal(fake->writes, RESETS_PAYLOAD + RECORD_OVERHEAD);
    for (uint16_t i = 0; i < 1000; i++) {
        health_elapsed(&h, 1000);
        health_round(&h, 0, 0);
    }
    assert_int_equal(fake->writes, RESETS_PAYLOAD + RECORD_OVERHEAD);
}

static void test_chattering_supply_writes_nothing(void **state)
{
    struct health h;

    (void)state;
    fake_reset();
    for (uint8_t i = 0; i < 100; i++) {
        memset(&fake->log, i, sizeof fake->log);
        health_init(&h);
        health_elapsed(&h, 59999);
        health_round(&h, 0, 0);
    }
    assert_int_equal(fake->writes, 0);
}

static void test_failed_self_test_saves_nothing(void **state)
{
    struct health h;

    (void)state;
    fake_reset();
    fake->self_test = FAULT_RAM;
    run_until_saved(&h);
    assert_int_equal(h.faults, FAULT_RAM);
    assert_int_equal(fake->writes, 0);
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void test_uptime_adds_up_milliseconds(void **state)
{
    struct health h;
    uint32_t sum_ms = 0;
    uint16_t ms = 1;

    (void)state;
    fake_reset();
    health_init(&h);
    for (uint16_t i = 0; i < 200; i++) {
        health_elapsed(&h, ms);
        sum_ms += ms;
        assert_true(h.uptime_ms < 1000);
        assert_true(h.uptime_s * 1000u + h.uptime_ms == sum_ms);
        ms = (uint16_t)((uint16_t)(ms * 5u + 7u) % 64001u);
    }
}

static void test_lowest_voltage_is_kept(void **state)
{
    struct health h;

    (void)state;
    fake_reset();
    health_init(&h);
    assert_int_equal(h.lowest_mv, UINT16_MAX);
    health_reading(&h, 3300);
    health_reading(&h, 2900);
    health_reading(&h, 3400);
    assert_int_equal(h.lowest_mv, 2900);
}

static void test_third_implausible_check_in_a_row_is_a_fault(void **state)
{
    struct health h;

    (void)state;
    fake_reset();
    health_init(&h);
    for (uint8_t i = 0; i < 10; i++) { /* two load steps */
        health_analog(&h, false);
        health_analog(&h, false);
        assert_int_equal(h.faults, 0);
        health_analog(&h, true);
    }
    for (uint16_t i = 0; i < 300; i++) {
        health_analog(&h, false);
        assert_int_equal(h.faults, i < 2 ? 0 : FAULT_ANALOG);
    }
    health_analog(&h, true);
    assert_int_equal(h.faults, 0);
}

static void test_converter_is_checked_each_sixteenth_round_and_again_after_a_strike(void **state)
{
    struct health h;
    uint8_t due = 0;

    (void)state;
    fake_reset();
    health_init(&h);
    for (uint8_t i = 0; i < 160; i++) {
        due = (uint8_t)(due + health_check_due(&h));
        health_reading(&h, 3300);
    }
    assert_int_equal(due, 10);
    health_reading(&h, 3300);
    assert_false(health_check_due(&h));
    health_analog(&h, false);
    assert_true(health_check_due(&h));
}

static void test_health_has_one_layout(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct health), 28);
    assert_int_equal(offsetof(struct health, resets), 6);
    assert_int_equal(offsetof(struct health, lowest_mv), 16);
    assert_int_equal(offsetof(struct health, faults), 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resets_are_counted_by_their_worst_cause),
        cmocka_unit_test(test_log_survives_resets_and_any_wrong_bit_voids_it),
        cmocka_unit_test(test_any_power_up_contents_start_from_the_record),
        cmocka_unit_test(test_tag_differs_after_every_saved_run),
        cmocka_unit_test(test_tag_steps_by_one_while_the_ram_lives),
        cmocka_unit_test(test_counts_are_saved_once_after_a_minute_without_fault),
        cmocka_unit_test(test_chattering_supply_writes_nothing),
        cmocka_unit_test(test_failed_self_test_saves_nothing),
        cmocka_unit_test(test_uptime_adds_up_milliseconds),
        cmocka_unit_test(test_lowest_voltage_is_kept),
        cmocka_unit_test(test_third_implausible_check_in_a_row_is_a_fault),
        cmocka_unit_test(test_converter_is_checked_each_sixteenth_round_and_again_after_a_strike),
        cmocka_unit_test(test_health_has_one_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
