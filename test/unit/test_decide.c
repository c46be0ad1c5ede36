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

/* The silence was short: at the repair the last current is not too old yet. */
static void test_sensor_is_waited_for_behind_a_short_silence_too(void **state)
{
    (void)state;
    set_up();
    hear_sensors(1000);
    pack.faults = PACK_SILENT;
    assert_int_equal(all_faults_at(3000), PACK_SILENT);
    pack.faults = 0;
    members_heard(&d.members, 0);
    assert_int_equal(all_faults_at(3100), 0);
    assert_int_equal(all_faults_at(3701), PACK_SILENT);
    assert_int_equal(all_faults_at(5700), PACK_SILENT);
    assert_int_equal(all_faults_at(5701), FAULT_SENSOR_LOST);
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

/* ---- what is handed on ------------------------------------------------------------------------ */

static void test_sensor_that_says_it_is_broken_is_lost(void **state)
{
    struct frame_charge charge = { .state = SENSOR_BROKEN };

    (void)state;
    set_up();
    pack.faults = 0;
    hear_sensors(1000);
    assert_int_equal(all_faults_at(1000), 0);
    meter_charge(&d.meter, &charge);
    assert_int_equal(all_faults_at(1100), FAULT_SENSOR_LOST);
    assert_true(d.relay.held[RELAY_CHARGE] & d.relay.held[RELAY_LOAD] & RULE_BIT(RULE_SENSOR_LOST));
}

/* Nobody looks whose boards these are before an owner has said what the pack is. */
static void test_settings_without_an_owner_are_the_only_fault(void **state)
{
    (void)state;
    set_up();
    d.settings.confirmed = false;
    members_forget(&d.members);
    pack.faults = 0;
    assert_int_equal(all_faults_at(1000), FAULT_SETTINGS_LOST);
    assert_true(d.relay.held[RELAY_CHARGE] & d.relay.held[RELAY_LOAD] &
                RULE_BIT(RULE_SETTINGS_LOST));
}

static void test_sensor_silent_behind_another_fault_is_lost(void **state)
{
    (void)state;
    set_up();
    hear_sensors(1000);
    pack.faults = PACK_SIZE_MISFIT;
    assert_int_equal(all_faults_at(9000), PACK_SIZE_MISFIT);
    pack.faults = 0;
    assert_int_equal(all_faults_at(9250), FAULT_SENSOR_LOST);
}

/* So much has gone in and out since the last step, at crystal time. */
static void give_charge(uint32_t in_mas, uint32_t out_mas)
{
    d.meter.ratio_known = true;
    d.meter.in_q16 = (uint64_t)in_mas << 16;
    d.meter.out_q16 = (uint64_t)out_mas << 16;
}

static void charge_at(uint32_t now_ms, uint32_t in_mas, uint32_t out_mas)
{
    give_charge(in_mas, out_mas);
    decide_step(&d, &pack, 0x50, now_ms);
}

static void test_charge_reaches_charge_state_and_energy(void **state)
{
    int64_t before_mas;

    (void)state;
    set_up();
    d.net_mas = 0;
    pack.faults = 0;
    pack.total_mv = 20000;
    decide_step(&d, &pack, 0x50, 250);
    before_mas = d.soc.charge_mas;
    assert_true(before_mas > 0);
    charge_at(500, 4000000, 9000000);
    assert_int_equal(d.net_mas, -5000000);
    assert_int_equal(d.soc.charge_mas, before_mas - 5000000);
    assert_int_equal(d.facts.soc_pm, soc_pm(&d.soc));
    assert_in_range(d.facts.soc_pm, 1, 499);
    assert_int_equal(d.energy.in.mwh, 4000000ull * 20000 / 3600000);
    assert_int_equal(d.energy.out.mwh, 9000000ull * 20000 / 3600000);
    charge_at(750, 1000000, 0);
    assert_int_equal(d.net_mas, -4000000);
}

/* The voltage of a pack of which cells are not heard is that of some of them. */
static void test_energy_is_at_the_last_voltage_of_the_whole_pack(void **state)
{
    (void)state;
    set_up();
    pack.faults = PACK_SILENT;
    pack.total_mv = 20000;
    charge_at(250, 3600000, 0);
    assert_int_equal(d.energy.in.mwh, 0);
    pack.faults = 0;
    charge_at(500, 3600000, 0);
    assert_int_equal(d.energy.in.mwh, 20000);
    pack.faults = PACK_SILENT;
    pack.total_mv = 3000;
    charge_at(750, 3600000, 0);
    assert_int_equal(d.energy.in.mwh, 40000);
}

static void test_day_and_extremes_are_told(void **state)
{
    (void)state;
    set_up();
    members_heard(&d.members, 0);
    pack.faults = 0;
    pack.min_mv = 3300;
    pack.max_mv = 3310;
    pack.total_mv = 3310;
    charge_at(250, 0, 0);
    assert_true(d.day_changed); /* the first extremes */
    charge_at(500, 7200000, 0);
    assert_false(d.day_changed);
    assert_int_equal(energy_today_mwh(&d.energy.in), 6620);
    pack.max_mv = 3311;
    charge_at(750, 0, 0);
    assert_true(d.day_changed);
    charge_at(1000, 0, 0);
    assert_false(d.day_changed);
    charge_at(CALENDAR_DAY_S * 1000u, 0, 0);
    assert_true(d.day_changed);
    assert_int_equal(energy_today_mwh(&d.energy.in), 0);
    assert_int_equal(d.energy.in.mwh, 6620);
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
        cmocka_unit_test(test_sensor_is_waited_for_behind_a_short_silence_too),
        cmocka_unit_test(test_sensor_gone_behind_a_repair_is_lost_in_the_end),
        cmocka_unit_test(test_sensor_that_says_it_is_broken_is_lost),
        cmocka_unit_test(test_settings_without_an_owner_are_the_only_fault),
        cmocka_unit_test(test_sensor_silent_behind_another_fault_is_lost),
        cmocka_unit_test(test_charge_reaches_charge_state_and_energy),
        cmocka_unit_test(test_energy_is_at_the_last_voltage_of_the_whole_pack),
        cmocka_unit_test(test_day_and_extremes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
