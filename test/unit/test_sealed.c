/* What Begin counts with and what End decides with: a byte that nobody changed on purpose is noticed. */
#include <stddef.h>

#include "begin_board/current.h"
#include "end_board/decide.h"
#include "end_board/owner.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct decide d;
static struct keeper k;
static struct pack pack;
static struct current c;
static const struct owner owner = { &d, &k };

static void flip(void *memory, size_t at)
{
    uint8_t *byte = (uint8_t *)memory + at;
    *byte = (uint8_t)(*byte ^ 1u << at % 8u);
}

/* ---- End ------------------------------------------------------------------------------------------ */

static void decided(void)
{
    fake_reset();
    fake_use_end_eeprom();
    pack_init(&pack);
    settings_default(&d.settings);
    decide_init(&d, 0);
    keeper_load(&k, &d, 0, 0);
    d.members.known.count = pack.count = 6;
    members_heard(&d.members, 0);
    decide_step(&d, &pack, 0x50, 250);
    decide_close(&d);
    assert_true(decide_intact(&d));
}

static void each_byte_shows(void *memory, size_t from, size_t end)
{
    for (size_t at = from; at < end; at++) {
        flip(memory, at);
        if (decide_intact(&d))
            fail_msg("byte %u", (unsigned)at);
        flip(memory, at);
    }
    assert_true(decide_intact(&d));
}

static void test_each_byte_of_what_is_decided_with_shows(void **state)
{
    (void)state;
    decided();
    each_byte_shows(&d, offsetof(struct decide, settings), sizeof d);
    each_byte_shows(&d.members.known, 0, sizeof d.members.known);
    each_byte_shows(&pack.count, 0, 1);
}

/* A byte that changes in the middle of a step is no part of what that step closes, where the owner alone may change it. */
static void test_what_a_step_may_not_change_shows_behind_it(void **state)
{
    (void)state;
    decided();
    for (size_t at = 0; at < sizeof d.settings; at++) {
        decided();
        flip(&d.settings, at);
        decide_close_step(&d);
        assert_false(decide_intact(&d));
    }
    for (size_t at = 0; at < sizeof d.members.known; at++) {
        decided();
        flip(&d.members.known, at);
        decide_close_step(&d);
        assert_false(decide_intact(&d));
    }
    decided();
    d.settings.pin ^= 1;
    decide_step(&d, &pack, 0x50, 500);
    decide_close_step(&d);
    assert_false(decide_intact(&d));
    for (uint8_t bit = 0; bit < 8; bit++) {
        decided();
        pack.count = (uint8_t)(pack.count ^ 1u << bit);
        decide_close_step(&d);
        assert_false(decide_intact(&d));
    }
}

/* These two are learned in a step. */
static void test_cells_and_boards_are_learned_on_purpose(void **state)
{
    (void)state;
    decided();
    decide_init(&d, 0);
    pack_init(&pack);
    d.settings.confirmed = true;
    decide_close(&d);
    decide_step(&d, &pack, 0x10, 250);
    decide_close_step(&d);
    assert_true(decide_intact(&d));
    pack.count = 4;
    pack.faults = 0;
    members_heard(&d.members, 0x2222);
    members_heard(&d.members, 0x2222);
    decide_step(&d, &pack, 0x10, 500);
    decide_close_step(&d);
    assert_int_equal(d.members.known.count, 4);
    assert_true(decide_intact(&d));
}

/* Rounds bring these at any time. */
static void test_what_interrupts_change_does_not_show(void **state)
{
    (void)state;
    decided();
    members_heard(&d.members, 0x1234);
    members_forget(&d.members);
    pack.heard_count++;
    pack.cell[3].mv = 3333;
    assert_true(decide_intact(&d));
}

static void test_what_the_owner_does_is_on_purpose(void **state)
{
    uint8_t other;

    (void)state;
    decided();
    assert_int_equal(owner_set(&owner, SETTING_CAPACITY_WH, 5555, &other), SETTINGS_OK);
    assert_true(decide_intact(&d));
    owner_confirm(&owner);
    assert_true(decide_intact(&d));
    d.members.other = true;
    owner_confirm(&owner);
    assert_true(decide_intact(&d));
    owner_set(&owner, SETTING_PIN, 4711, &other);
    owner_reset_pin(&owner);
    assert_true(decide_intact(&d));
    owner_clear_energy(&owner);
    assert_true(decide_intact(&d));
    owner_clear_extremes(&owner);
    assert_true(decide_intact(&d));
    owner_set_clock(&owner, 700000000);
    assert_true(decide_intact(&d));
    owner_ordered(&owner, 3, 1);
    assert_false(owner_pin_fits(&owner, 1));
    assert_true(decide_intact(&d));
}

/* ---- Begin ------------------------------------------------------------------------------------------ */

static void counting(void)
{
    const struct calibration calibration = { .gain_q16 = CALIBRATION_GAIN_NOMINAL, .valid = true };

    fake_reset();
    current_init(&c);
    current_load(&c, &calibration);
    current_sample(&c, 0, 512 + 100);
}

static void test_each_byte_that_currents_are_made_with_shows(void **state)
{
    struct frame_charge frames[2];

    (void)state;
    counting();
    current_close(&c, 1000);
    assert_false(c.spoiled);
    assert_int_equal(c.sensor[0].forward_mas, 5000);
    for (size_t at = 0; at < offsetof(struct current, seal); at++) {
        counting();
        flip(&c, at);
        current_close(&c, 1000);
        if (!c.spoiled || c.sensor[0].forward_mas != 0)
            fail_msg("byte %u", (unsigned)at);
        current_frames(&c, 0, frames);
        assert_int_equal(frames[0].state, SENSOR_BROKEN);
        assert_int_equal(frames[1].state, SENSOR_BROKEN);
    }
}

static void test_a_new_zero_point_and_a_temperature_are_on_purpose(void **state)
{
    (void)state;
    counting();
    c.record.input[0].zero_q6 += 64;
    current_use_record(&c);
    current_set_temperature(&c, 400);
    current_close(&c, 1000);
    assert_false(c.spoiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_byte_of_what_is_decided_with_shows),
        cmocka_unit_test(test_what_a_step_may_not_change_shows_behind_it),
        cmocka_unit_test(test_cells_and_boards_are_learned_on_purpose),
        cmocka_unit_test(test_what_interrupts_change_does_not_show),
        cmocka_unit_test(test_what_the_owner_does_is_on_purpose),
        cmocka_unit_test(test_each_byte_that_currents_are_made_with_shows),
        cmocka_unit_test(test_a_new_zero_point_and_a_temperature_are_on_purpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
