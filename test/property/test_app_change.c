/* Sessions at the app port, and the commands that change something. */
#include "test/fake/app_bench.h"

/* ---- session ---------------------------------------------------------------------------------- */

static const char *const changes[] = { "set release_mv 10", "preset lto",
                                       "confirm",           "pin 4321",
                                       "clear counters",    "clock set 2026-11-20 20:14:03" };

static void test_nothing_changes_without_a_session(void **state)
{
    struct settings before;

    (void)state;
    set_up();
    d.energy.in.mwh = 5;
    before = d.settings;
    for (uint8_t i = 0; i < TEST_COUNT_OF(changes); i++)
        assert_string_equal(ask(changes[i]), "error login needs a session: login PIN\r\n");
    assert_memory_equal(&before, &d.settings, sizeof before);
    assert_int_equal(d.energy.in.mwh, 5);
    assert_false(d.calendar.set);
}

static void test_everything_changes_in_a_session_and_not_behind_it(void **state)
{
    (void)state;
    set_up();
    log_in();
    d.energy.in.mwh = 5;
    for (uint8_t i = 0; i < TEST_COUNT_OF(changes); i++) {
        ask(changes[i]);
        assert_true(ends_ok());
    }
    assert_int_equal(d.settings.release_mv, 10);
    assert_int_equal(d.settings.vmax_mv, 2700);
    assert_int_equal(d.settings.pin, 4321);
    assert_true(d.settings.confirmed);
    assert_int_equal(d.energy.in.mwh, 0);
    assert_true(d.calendar.set);
    assert_true(says("clock", "clock 2026-11-20 20:14:03\r\nclock_set 1\r\nok\r\n"));
    assert_string_equal(ask("logout"), "ok\r\n");
    assert_true(says("set release_mv 20", "error login"));
}

static void test_session_ends_after_ten_idle_minutes(void **state)
{
    (void)state;
    set_up();
    log_in();
    now_ms += LOGIN_IDLE_MS - 1u;
    assert_string_equal(ask(""), "ok\r\n");
    now_ms += LOGIN_IDLE_MS - 1u;
    assert_true(says("set release_mv 20", "ok"));
    now_ms += LOGIN_IDLE_MS;
    said_size = 0;
    steps();
    assert_string_equal(said, "!session ended\r\n");
    assert_true(says("set release_mv 30", "error login"));
    assert_int_equal(d.settings.release_mv, 20);
}

static void test_wrong_pins_wait_twice_as_long_each_time(void **state)
{
    static const uint8_t wait_s[] = { 1, 2, 4, 8, 16, 32, 60, 60 };

    (void)state;
    set_up();
    for (uint8_t i = 0; i < TEST_COUNT_OF(wait_s); i++) {
        assert_string_equal(ask("login 0000"), "error pin wrong PIN\r\n");
        now_ms += wait_s[i] * (uint32_t)1000u - 1u;
        assert_true(says("login 1234", "error wait")); /* not even the right one */
        assert_false(app.login.in);
        now_ms += 1u;
    }
    log_in();
    ask("logout");
    assert_true(says("login 1", "error pin"));
    now_ms += 1000u;
    log_in();
}

static void test_wrong_pin_ends_a_session_and_is_logged(void **state)
{
    struct event e;

    (void)state;
    set_up();
    log_in();
    assert_true(says("login 12345", "error pin"));
    assert_true(says("set release_mv 20", "error login"));
    idle();
    assert_true(event_log_read(&keeper.log, 0, &e));
    assert_int_equal(e.code, EVENT_PIN_WRONG);
}

static void test_pin_must_be_four_digits(void **state)
{
    (void)state;
    set_up();
    log_in();
    assert_true(says("pin 123", "error usage"));
    assert_true(says("pin 12345", "error usage"));
    assert_true(says("pin -123", "error usage"));
    assert_true(says("pin 12a4", "error usage"));
    assert_true(says("set pin 1111", "error secret"));
    assert_int_equal(d.settings.pin, 1234);
    assert_true(says("pin 0007", "ok"));
    ask("logout");
    assert_true(says("login 0007", "ok"));
}

static void test_button_ends_the_session_and_the_waiting(void **state)
{
    (void)state;
    set_up();
    log_in();
    app_pin_was_reset(&app);
    assert_true(says("set release_mv 20", "error login"));
    assert_true(says("login 0000", "error pin"));
    app_pin_was_reset(&app);
    log_in();
}

/* ---- changing --------------------------------------------------------------------------------- */

static void test_set_refused_says_why(void **state)
{
    (void)state;
    set_up();
    log_in();
    assert_string_equal(ask("set vmin_mv 1499"), "error range vmin_mv from 1500 to 5000\r\n");
    assert_string_equal(ask("set vmin_mv 5001"), "error range vmin_mv from 1500 to 5000\r\n");
    assert_string_equal(ask("set sensor_passes 3"), "error choice sensor_passes one of 1 2 4\r\n");
    assert_string_equal(ask("set vmin_mv 3400"),
                        "error conflict vbalance_mv 3400 mV stands against it\r\n");
    assert_string_equal(ask("set vmin_mv 3e3"), "error number is no whole number: 3e3\r\n");
    assert_string_equal(ask("set vmin_mv 99999999999"),
                        "error number is no whole number: 99999999999\r\n");
    assert_string_equal(ask("set vmin 3"), "error name is not known: vmin\r\n");
    assert_int_equal(d.settings.vmin_mv, 3000);
    assert_string_equal(ask("set charge_tmin_dc -50"), "charge_tmin_dc -50 0.1 C\r\nok\r\n");
    assert_int_equal(d.settings.charge_tmin_dc, -50);
}

static void test_preset_of_each_chemistry(void **state)
{
    (void)state;
    set_up();
    log_in();
    assert_true(says("preset liion", "ok"));
    assert_int_equal(d.settings.chemistry, CHEMISTRY_LIION);
    assert_int_equal(d.settings.vmax_mv, 4150);
    assert_true(says("preset lead", "error usage preset lfp|lto|nmc|liion"));
    assert_true(says("clear all", "error usage"));
    assert_true(says("clock set 2026-02-30 00:00:00", "error clock"));
    assert_true(says("clock sat 2026-02-20 00:00:00", "error usage"));
    assert_true(says("watch maybe", "error usage"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changes_without_a_session),
        cmocka_unit_test(test_everything_changes_in_a_session_and_not_behind_it),
        cmocka_unit_test(test_session_ends_after_ten_idle_minutes),
        cmocka_unit_test(test_wrong_pins_wait_twice_as_long_each_time),
        cmocka_unit_test(test_wrong_pin_ends_a_session_and_is_logged),
        cmocka_unit_test(test_pin_must_be_four_digits),
        cmocka_unit_test(test_button_ends_the_session_and_the_waiting),
        cmocka_unit_test(test_set_refused_says_why),
        cmocka_unit_test(test_preset_of_each_chemistry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
