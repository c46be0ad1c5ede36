#include "common/record.h"
#include "end_board/eeprom_map.h"
#include "end_board/settings_store.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct settings s;

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
}

static void settings_confirm(struct settings *confirmed)
{
    confirmed->confirmed = true;
    settings_save(confirmed);
}

static bool is_default(const struct settings *read)
{
    struct settings wanted;
    settings_default(&wanted);
    return memcmp(read->value, wanted.value, sizeof wanted.value) == 0;
}

static bool same(const struct settings *a, const struct settings *b)
{
    return memcmp(a->value, b->value, sizeof a->value) == 0 && a->confirmed == b->confirmed;
}

static void spoil_slot(uint8_t slot)
{
    fake_end_eeprom[EEPROM_SETTINGS + slot * (SETTINGS_PAYLOAD + RECORD_OVERHEAD) + 20u] ^= 1u;
}

static void test_new_board_has_defaults_that_nobody_confirmed(void **state)
{
    (void)state;
    set_up();
    assert_false(settings_load(&s));
    assert_true(is_default(&s));
    assert_false(s.confirmed);
}

static void test_confirmed_settings_stay_confirmed(void **state)
{
    struct settings read;

    (void)state;
    set_up();
    settings_load(&s);
    s.capacity_wh = 5000;
    settings_confirm(&s);
    assert_true(s.confirmed);
    assert_true(settings_load(&read));
    assert_true(same(&read, &s));
    assert_int_equal(fake->stray, 0);
}

/* A value that was set meanwhile does not count as a confirmation. */
static void test_lost_settings_stay_lost_over_resets_until_confirmed(void **state)
{
    uint8_t other;

    (void)state;
    set_up();
    for (uint8_t resets = 0; resets < 3; resets++) {
        settings_load(&s);
        assert_false(s.confirmed);
        assert_int_equal(settings_set(&s, SETTING_CAPACITY_WH, 3000 + resets, &other), SETTINGS_OK);
        settings_save(&s);
    }
    settings_load(&s);
    assert_int_equal(s.capacity_wh, 3002);
    settings_confirm(&s);
    settings_load(&s);
    assert_true(s.confirmed);
}

static void test_one_spoilt_copy_gives_the_other_and_two_give_defaults(void **state)
{
    struct settings read;

    (void)state;
    for (uint8_t slot = 0; slot < 2; slot++) {
        set_up();
        settings_load(&s);
        s.vmin_mv = 2900;
        settings_confirm(&s);
        settings_save(&s);
        spoil_slot(slot);
        assert_true(settings_load(&read));
        assert_true(same(&read, &s));
        spoil_slot((uint8_t)!slot);
        assert_false(settings_load(&read));
        assert_true(is_default(&read));
        assert_false(read.confirmed);
    }
}

static void test_sealed_but_insane_record_gives_defaults(void **state)
{
    struct settings read;

    (void)state;
    set_up();
    settings_default(&s);
    s.confirmed = true;
    s.vmax_mv = 6000;
    settings_save(&s);
    assert_false(settings_load(&read));
    assert_true(is_default(&read));
    assert_false(read.confirmed);
}

static void test_record_of_another_version_is_not_read(void **state)
{
    uint8_t payload[SETTINGS_PAYLOAD];

    (void)state;
    set_up();
    settings_default(&s);
    s.confirmed = true;
    settings_encode(payload, &s);
    record_save(EEPROM_SETTINGS, SETTINGS_VERSION - 1u, payload, SETTINGS_PAYLOAD);
    assert_false(settings_load(&s));
}

/* Old or new, never a third, and never the confirmation alone. */
static void test_power_failure_at_any_byte_leaves_old_or_new(void **state)
{
    struct settings old;
    struct settings read;
    uint32_t length;

    (void)state;
    for (uint16_t at = 0;; at++) {
        set_up();
        settings_default(&old);
        old.capacity_wh = 0x01020304 & 0x003FFFFF;
        settings_save(&old);
        settings_save(&old);
        s = old;
        s.capacity_wh = 1000;
        s.vmin_mv = 2800;
        s.confirmed = true;
        length = fake->writes;
        fake_power_fails_after(at);
        fake->tears = at % 2u;
        fake->torn_value = (uint8_t)(at * 37u);
        settings_save(&s);
        length = fake->writes - length;
        fake_power_on();
        assert_true(settings_load(&read));
        if (!same(&read, &old) && !same(&read, &s))
            fail_msg("power failed at byte %u", at);
        if (at >= length)
            break;
    }
    assert_true(same(&read, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_board_has_defaults_that_nobody_confirmed),
        cmocka_unit_test(test_confirmed_settings_stay_confirmed),
        cmocka_unit_test(test_lost_settings_stay_lost_over_resets_until_confirmed),
        cmocka_unit_test(test_one_spoilt_copy_gives_the_other_and_two_give_defaults),
        cmocka_unit_test(test_sealed_but_insane_record_gives_defaults),
        cmocka_unit_test(test_record_of_another_version_is_not_read),
        cmocka_unit_test(test_power_failure_at_any_byte_leaves_old_or_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
