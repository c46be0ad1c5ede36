#include <stddef.h>

#include "end_board/eeprom_map.h"
#include "end_board/owner.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct decide d;
static struct keeper keeper;
static struct owner owner = { &d, &keeper };
static uint32_t now_ms;
static uint8_t other;

static void start(uint8_t cause)
{
    now_ms = 0;
    decide_init(&d, now_ms);
    keeper_load(&keeper, &d, cause, now_ms);
}

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    start(1);
}

/* Passes of the main loop until nothing is left to write, behind a step or what an owner did. */
static void idle(void)
{
    decide_close(&d);
    do
        keeper_step(&keeper, &d, now_ms);
    while (keeper_busy(&keeper));
}

static void pass_s(uint32_t seconds)
{
    now_ms += seconds * 1000u;
    d.calendar.now_s += seconds;
    idle();
}

/* A byte of memory changes between two steps, and the next one has not looked yet. */
static void test_what_is_spoiled_is_not_kept(void **state)
{
    uint8_t *const bytes = (uint8_t *)&d;

    (void)state;
    set_up();
    d.members.known = (struct members_known){ .sum = 0x1234, .count = 4 };
    d.settings.pin = 4321;
    keeper.settings_changed = true;
    pass_s(DAY_SAVE_S);
    pass_s(DAY_SAVE_S);
    for (size_t at = 0; at < sizeof d.members.known + sizeof d.settings; at++) {
        size_t offset = at < sizeof d.members.known
                            ? offsetof(struct decide, members) + at
                            : offsetof(struct decide, settings) + at - sizeof d.members.known;
        uint32_t writes = fake->writes;
        decide_close(&d);
        bytes[offset] ^= 0x55u;
        keeper.settings_changed = keeper.at_once = keeper.day_changed = true;
        now_ms += DAY_SAVE_S * 1000u;
        for (uint8_t i = 0; i < 250; i++)
            keeper_step(&keeper, &d, now_ms);
        assert_int_equal(fake->writes, writes);
        bytes[offset] ^= 0x55u;
    }
    start(2);
    assert_int_equal(d.members.known.count, 4);
    assert_int_equal(d.settings.pin, 4321);
}

static struct event newest(uint8_t back)
{
    struct event e = { 0 };
    assert_true(event_log_read(&keeper.log, back, &e));
    return e;
}

/* ---- what comes back after a reset ------------------------------------------------------------ */

static void test_new_board_starts_with_defaults_and_a_reset_in_the_log(void **state)
{
    (void)state;
    set_up();
    idle();
    assert_false(d.settings.confirmed);
    assert_int_equal(d.settings.pin, 1234);
    assert_false(d.soc.restored);
    assert_int_equal(newest(0).code, EVENT_RESET);
    assert_int_equal(newest(0).value, 1);
    assert_int_equal(fake->stray, 0);
}

static void fill(uint64_t scale)
{
    d.soc.charge_mas = (int64_t)(1000000007ull * scale);
    d.soc.calibrated = scale % 2u;
    d.energy.in.mwh = 3000000019ull * scale;
    d.energy.in.base_mwh = 2000000011ull * scale;
    d.energy.out.mwh = 1000000021ull * scale;
    d.energy.out.base_mwh = 900000011ull * scale;
    d.energy.cycles_milli = (uint32_t)(70001u * scale);
    d.calendar.now_s = (uint32_t)(100000u * scale);
    d.calendar.day_known = true;
    d.calendar.day = (uint16_t)(7000u + scale);
    d.extremes = (struct extremes){ .known = true,
                                    .min_mv = (uint16_t)(2900u + scale),
                                    .max_mv = (uint16_t)(3600u + scale),
                                    .min_dc = (int16_t)(-150 + (int16_t)scale),
                                    .max_dc = (int16_t)(450 + (int16_t)scale),
                                    .lowest = 3,
                                    .highest = 255,
                                    .coldest = 17,
                                    .hottest = (uint8_t)scale,
                                    .charge_ma = (int32_t)(100003 * (int32_t)scale),
                                    .discharge_ma = (int32_t)(200003 * (int32_t)scale) };
}

static bool counters_are(uint64_t scale)
{
    return d.soc.charge_mas == (int64_t)(1000000007ull * scale) && d.soc.calibrated == scale % 2u &&
           d.energy.in.mwh == 3000000019ull * scale && d.energy.out.mwh == 1000000021ull * scale &&
           d.energy.cycles_milli == 70001u * scale;
}

static bool day_is(uint64_t scale)
{
    return d.energy.in.base_mwh == 2000000011ull * scale &&
           d.energy.out.base_mwh == 900000011ull * scale && d.calendar.day_known &&
           d.calendar.day == 7000u + scale && d.extremes.known &&
           d.extremes.min_mv == 2900u + scale && d.extremes.max_mv == 3600u + scale &&
           d.extremes.min_dc == -150 + (int16_t)scale &&
           d.extremes.max_dc == 450 + (int16_t)scale && d.extremes.lowest == 3 &&
           d.extremes.highest == 255 && d.extremes.coldest == 17 && d.extremes.hottest == scale &&
           d.extremes.charge_ma == 100003 * (int32_t)scale &&
           d.extremes.discharge_ma == 200003 * (int32_t)scale;
}

static void save_all(uint64_t scale)
{
    fill(scale);
    keeper.day_changed = keeper.at_once = true;
    now_ms += (uint32_t)DAY_SAVE_S * 1000u;
    idle(); /* the log */
    idle(); /* counters */
    idle(); /* the day */
}

static void test_counters_and_day_come_back_after_a_reset(void **state)
{
    (void)state;
    for (uint8_t scale = 1; scale < 80; scale = (uint8_t)(scale + 13u)) {
        set_up();
        save_all(scale);
        fill(0);
        start(8);
        assert_true(counters_are(scale));
        assert_true(day_is(scale));
        assert_true(d.soc.restored);
        assert_int_equal(d.calendar.now_s, 100000u * scale);
        assert_false(d.calendar.set);
    }
}

static void test_what_is_not_known_of_the_day_comes_back_as_such(void **state)
{
    (void)state;
    for (uint8_t known = 0; known < 4; known++) {
        set_up();
        fill(1);
        d.calendar.day_known = known & 1u;
        d.extremes.known = known & 2u;
        keeper.day_changed = keeper.at_once = true;
        now_ms += (uint32_t)DAY_SAVE_S * 1000u;
        for (uint8_t i = 0; i < 3; i++)
            idle();
        assert_false(keeper.day_changed);
        start(8);
        assert_int_equal(d.calendar.day_known, (known & 1u) != 0);
        assert_int_equal(d.extremes.known, (known & 2u) != 0);
    }
}

/* Who the boards are: kept when either number of it changes, and once. */
static void test_known_boards_are_kept_when_they_change(void **state)
{
    static const struct members_known steps[] = { { .sum = 0x1234, .count = 4 },
                                                  { .sum = 0x1234, .count = 5 },
                                                  { .sum = 0x1235, .count = 5 },
                                                  { .sum = 0x0101, .count = 1 } };

    (void)state;
    set_up();
    pass_s(20);
    for (uint8_t i = 0; i < TEST_COUNT_OF(steps); i++) {
        uint32_t writes = fake->writes;
        d.members.known = steps[i];
        idle();
        assert_int_not_equal(fake->writes, writes);
        start(1);
        writes = fake->writes;
        idle();
        assert_int_equal(fake->writes, writes);
        assert_int_equal(d.members.known.sum, steps[i].sum);
        assert_int_equal(d.members.known.count, steps[i].count);
    }
    d.members.known.count = 0; /* forgotten until the next ones are learned */
    idle();
    start(1);
    assert_int_equal(d.members.known.count, 1);
}

/* Sealed, and yet nothing that a board could be set to. */
static void test_settings_that_cannot_be_are_the_defaults(void **state)
{
    (void)state;
    set_up();
    d.settings.vmin_mv = d.settings.vmax_mv + 1;
    d.settings.confirmed = true;
    keeper.settings_changed = true;
    idle();
    start(1);
    assert_false(d.settings.confirmed);
    assert_true(d.settings.vmin_mv < d.settings.vmax_mv);
}

static void test_counters_are_saved_every_five_minutes(void **state)
{
    (void)state;
    set_up();
    pass_s(20);
    d.energy.in.mwh = 1;
    pass_s(COUNTERS_SAVE_S - 21);
    start(1);
    assert_int_equal(d.energy.in.mwh, 0);
    for (uint8_t lap = 1; lap < 70; lap++) { /* twice round the journal */
        d.energy.in.mwh = lap;
        pass_s(COUNTERS_SAVE_S);
        idle();
        d.energy.in.mwh = 99;
        start(1);
        assert_int_equal(d.energy.in.mwh, lap);
    }
}

static void test_day_is_saved_at_most_once_an_hour(void **state)
{
    uint8_t saves = 0;
    uint8_t slot;

    (void)state;
    set_up();
    slot = keeper.day.slot;
    for (uint16_t i = 0; i < 24u * 60u; i++) {
        d.day_changed = true;
        pass_s(60);
        idle();
        saves = (uint8_t)(saves + (keeper.day.slot != slot));
        slot = keeper.day.slot;
    }
    assert_in_range(saves, 22, 24);
}

/* ---- the owner -------------------------------------------------------------------------------- */

static void test_setting_takes_effect_is_kept_and_logged(void **state)
{
    (void)state;
    set_up();
    pass_s(20);
    assert_int_equal(owner_set(&owner, SETTING_CAPACITY_WH, 5555, &other), SETTINGS_OK);
    assert_int_equal(owner_set(&owner, SETTING_PIN, 4711, &other), SETTINGS_OK);
    assert_int_equal(d.settings.capacity_wh, 5555);
    idle();
    assert_int_equal(newest(0).cell, SETTING_PIN);
    assert_int_equal(newest(0).value, 0); /* a secret */
    assert_int_equal(newest(1).code, EVENT_SETTING);
    assert_int_equal(newest(1).cell, SETTING_CAPACITY_WH);
    assert_int_equal(newest(1).value, 5555);
    start(1);
    assert_int_equal(d.settings.capacity_wh, 5555);
    assert_int_equal(d.settings.pin, 4711);
    assert_false(d.settings.confirmed);
    owner_confirm(&owner);
    idle();
    start(1);
    assert_true(d.settings.confirmed);
}

static void test_refused_or_equal_value_costs_no_write(void **state)
{
    uint32_t writes;

    (void)state;
    set_up();
    pass_s(20);
    idle();
    writes = fake->writes;
    assert_int_equal(owner_set(&owner, SETTING_VMIN_MV, 3400, &other), SETTINGS_CONFLICT);
    assert_int_equal(owner_set(&owner, SETTING_VMIN_MV, 3000, &other), SETTINGS_OK);
    assert_int_equal(owner_set(&owner, 99, 1, &other), SETTINGS_UNKNOWN);
    idle();
    assert_int_equal(fake->writes, writes);
}

static void test_chemistry_set_again_restores_its_preset(void **state)
{
    (void)state;
    set_up();
    owner_set(&owner, SETTING_VMIN_MV, 2900, &other);
    assert_int_equal(owner_set(&owner, SETTING_CHEMISTRY, CHEMISTRY_LFP, &other), SETTINGS_OK);
    assert_int_equal(d.settings.vmin_mv, 3000);
}

static void test_wrong_pin_is_logged_and_a_reset_pin_is_the_default(void **state)
{
    (void)state;
    set_up();
    pass_s(20);
    owner_set(&owner, SETTING_PIN, 4711, &other);
    assert_false(owner_pin_fits(&owner, 1234));
    assert_true(owner_pin_fits(&owner, 4711));
    owner_reset_pin(&owner);
    assert_true(owner_pin_fits(&owner, 1234));
    idle();
    assert_int_equal(newest(0).code, EVENT_PIN_RESET);
    assert_int_equal(newest(1).code, EVENT_PIN_WRONG);
    start(1);
    assert_int_equal(d.settings.pin, 1234);
}

static void test_cleared_energy_stays_cleared(void **state)
{
    (void)state;
    set_up();
    save_all(3);
    owner_clear_energy(&owner);
    idle();
    idle();
    start(1);
    assert_int_equal(d.energy.in.mwh, 0);
    assert_int_equal(energy_today_mwh(&d.energy.in), 0);
    assert_int_equal(d.energy.cycles_milli, 210003);
}

/* ---- resets ----------------------------------------------------------------------------------- */

static void test_time_never_runs_backward_over_a_reset(void **state)
{
    (void)state;
    set_up();
    save_all(1); /* 100 000 s */
    d.calendar.now_s = 100200;
    owner_confirm(&owner);
    idle();
    start(1);
    assert_int_equal(d.calendar.now_s, 100200);
    idle();
    assert_int_equal(newest(0).code, EVENT_RESET);
    assert_int_equal(newest(0).time_s, 100200);
}

static void test_board_that_is_reset_over_and_over_writes_one_event(void **state)
{
    uint32_t writes = 0;

    (void)state;
    set_up();
    for (uint16_t i = 0; i < 50; i++) {
        start(8);
        writes = i < 2 ? fake->writes : writes;
        now_ms += KEEPER_SETTLE_MS - 1u;
        event_log_add(&keeper.log, &(struct event){ .code = EVENT_FAULT_BEGIN });
        idle();
    }
    assert_int_equal(newest(0).code, EVENT_RESET);
    assert_int_equal(fake->writes, writes);
    start(4); /* another cause is another event */
    idle();
    assert_int_equal(newest(0).value, 4);
}

/* ---- power failures --------------------------------------------------------------------------- */

/* At every byte of saving settings, counters, the day and events: old or new of each. */
static void test_power_failure_at_any_byte_leaves_old_or_new_of_everything(void **state)
{
    uint32_t needed = UINT32_MAX;

    (void)state;
    for (uint16_t at = 0; at < 400; at++) {
        set_up();
        save_all(5);
        owner_set(&owner, SETTING_CAPACITY_WH, 70000, &other);
        owner_confirm(&owner);
        idle();
        fake_power_fails_after(at);
        fake->tears = at % 2u;
        fake->torn_value = (uint8_t)(at * 57u);
        needed = fake->writes;
        owner_set(&owner, SETTING_CAPACITY_WH, 1234567, &other);
        owner_set(&owner, SETTING_PIN, 1, &other);
        save_all(6);
        needed = fake->writes - needed;
        fake_power_on();
        start(2);
        assert_true(d.settings.confirmed);
        assert_true((d.settings.capacity_wh == 70000 && d.settings.pin == 1234) ||
                    (d.settings.capacity_wh == 1234567 && d.settings.pin == 1));
        assert_true(counters_are(5) || counters_are(6));
        assert_true(day_is(5) || day_is(6));
        if (at >= needed)
            break;
    }
    assert_in_range(needed, 40, 399); /* and the last round had all of it */
    assert_true(counters_are(6) && day_is(6) && d.settings.pin == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_spoiled_is_not_kept),
        cmocka_unit_test(test_new_board_starts_with_defaults_and_a_reset_in_the_log),
        cmocka_unit_test(test_counters_and_day_come_back_after_a_reset),
        cmocka_unit_test(test_what_is_not_known_of_the_day_comes_back_as_such),
        cmocka_unit_test(test_known_boards_are_kept_when_they_change),
        cmocka_unit_test(test_settings_that_cannot_be_are_the_defaults),
        cmocka_unit_test(test_counters_are_saved_every_five_minutes),
        cmocka_unit_test(test_day_is_saved_at_most_once_an_hour),
        cmocka_unit_test(test_setting_takes_effect_is_kept_and_logged),
        cmocka_unit_test(test_refused_or_equal_value_costs_no_write),
        cmocka_unit_test(test_chemistry_set_again_restores_its_preset),
        cmocka_unit_test(test_wrong_pin_is_logged_and_a_reset_pin_is_the_default),
        cmocka_unit_test(test_cleared_energy_stays_cleared),
        cmocka_unit_test(test_time_never_runs_backward_over_a_reset),
        cmocka_unit_test(test_board_that_is_reset_over_and_over_writes_one_event),
        cmocka_unit_test(test_power_failure_at_any_byte_leaves_old_or_new_of_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
