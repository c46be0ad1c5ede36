#include "end_board/decide.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct decide d;
static struct pack pack;

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    memset(&d, 0xFF, sizeof d);
    pack_init(&pack);
    settings_default(&d.settings);
    d.settings.confirmed = true;
    decide_init(&d, 0);
    d.members.known.count = 6;
    members_heard(&d.members, 0);
    pack.count = 6;
}

static uint16_t faults_at(uint32_t now_ms)
{
    decide_step(&d, &pack, 0x50, now_ms);
    return (uint16_t)(d.facts.faults & ~PACK_FAULT_ANY);
}

static void test_clock_is_there_until_said_otherwise(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(faults_at(250), 0);
}

static void test_no_clock_is_a_fault_while_it_lasts(void **state)
{
    (void)state;
    set_up();
    d.no_clock = true;
    assert_int_equal(faults_at(250), FAULT_NO_CLOCK);
    assert_true(d.relay.held[RELAY_CHARGE] & RULE_BIT(RULE_NO_CLOCK));
    assert_true(d.relay.held[RELAY_LOAD] & RULE_BIT(RULE_NO_CLOCK));
    d.no_clock = false;
    assert_int_equal(faults_at(500), 0);
}

/* There is nothing to compare Begin's clock with. */
static void test_no_clock_hides_that_clocks_disagree(void **state)
{
    (void)state;
    set_up();
    d.meter.clock_lost = true;
    assert_int_equal(faults_at(250), FAULT_CLOCK);
    d.no_clock = true;
    assert_int_equal(faults_at(500), FAULT_NO_CLOCK);
}

static void hear_sensors(uint32_t now_ms)
{
    struct frame_charge charge = { .state = SENSOR_OK };

    d.meter.now_ms = now_ms;
    meter_charge(&d.meter, &charge);
}

static uint16_t all_faults_at(uint32_t now_ms)
{
    decide_step(&d, &pack, 0x50, now_ms);
    return d.facts.faults;
}

static void test_sensor_silent_in_a_good_chain_is_lost(void **state)
{
    (void)state;
    set_up();
    pack.faults = 0;
    hear_sensors(1000);
    assert_int_equal(all_faults_at(3700), 0);
    assert_int_equal(all_faults_at(3701), FAULT_SENSOR_LOST);
    hear_sensors(4000);
    assert_int_equal(all_faults_at(4000), 0);
}

static void test_sensor_silent_behind_a_repair_keeps_the_chain_broken(void **state)
{
    (void)state;
    set_up();
    pack.faults = 0;
    hear_sensors(1000);
    pack.faults = PACK_SILENT;
    assert_int_equal(all_faults_at(9000), PACK_SILENT);
    pack.faults = 0;
    members_heard(&d.members, 0);
    assert_int_equal(all_faults_at(9900), PACK_SILENT);
    hear_sensors(10900);
    assert_int_equal(all_faults_at(10900), 0);
}

static void test_sensor_gone_behind_a_repair_is_lost_in_the_end(void **state)
{
    (void)state;
    set_up();
    hear_sensors(1000);
    pack.faults = PACK_SILENT;
    assert_int_equal(all_faults_at(9000), PACK_SILENT);
    pack.faults = 0;
    members_heard(&d.members, 0);
    assert_int_equal(all_faults_at(11700), PACK_SILENT);
    assert_int_equal(all_faults_at(11701), FAULT_SENSOR_LOST);
    assert_int_equal(all_faults_at(12000), FAULT_SENSOR_LOST);
    hear_sensors(12500);
    assert_int_equal(all_faults_at(12500), 0);
}

static void test_other_boards_are_a_fault_until_confirmed(void **state)
{
    (void)state;
    set_up();
    pack.faults = 0;
    assert_int_equal(all_faults_at(1000), 0);
    members_heard(&d.members, 77);
    members_heard(&d.members, 77);
    assert_int_equal(all_faults_at(1250), FAULT_OTHER_BOARDS);
    assert_true(d.relay.held[RELAY_CHARGE] & RULE_BIT(RULE_OTHER_BOARDS));
    assert_true(d.relay.held[RELAY_LOAD] & RULE_BIT(RULE_OTHER_BOARDS));
    members_accept(&d.members);
    assert_int_equal(all_faults_at(1500), 0);
}

/* Nobody has looked since a cell was silent: then the chain is not whole yet. */
static void test_boards_that_nobody_looked_at_keep_the_chain_broken(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(all_faults_at(1000), PACK_SILENT);
    members_forget(&d.members);
    pack.faults = 0;
    assert_int_equal(all_faults_at(1250), PACK_SILENT);
    members_heard(&d.members, 0);
    assert_int_equal(all_faults_at(1500), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_is_there_until_said_otherwise),
        cmocka_unit_test(test_no_clock_is_a_fault_while_it_lasts),
        cmocka_unit_test(test_no_clock_hides_that_clocks_disagree),
        cmocka_unit_test(test_other_boards_are_a_fault_until_confirmed),
        cmocka_unit_test(test_boards_that_nobody_looked_at_keep_the_chain_broken),
        cmocka_unit_test(test_sensor_silent_in_a_good_chain_is_lost),
        cmocka_unit_test(test_sensor_silent_behind_a_repair_keeps_the_chain_broken),
        cmocka_unit_test(test_sensor_gone_behind_a_repair_is_lost_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
