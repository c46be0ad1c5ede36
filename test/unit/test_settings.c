#include "end_board/settings.h"
#include "test.h"

static struct settings s;
static uint8_t other;

static struct setting row_of(uint8_t id)
{
    struct setting row;
    assert_true(setting_row(id, &row));
    return row;
}

static bool same(const struct settings *a, const struct settings *b)
{
    return memcmp(a->value, b->value, sizeof a->value) == 0 && a->confirmed == b->confirmed;
}

static void expect_result(uint8_t id, int32_t value, enum settings_result wanted)
{
    struct settings before = s;
    enum settings_result result = settings_set(&s, id, value, &other);

    if (result != wanted)
        fail_msg("setting %u: %u instead of %u", id, result, wanted);
    if (result != SETTINGS_OK)
        assert_true(same(&s, &before));
}

static void expect_conflict(uint8_t id, int32_t value, uint8_t with)
{
    other = SETTING_NONE;
    expect_result(id, value, SETTINGS_CONFLICT);
    assert_int_equal(other, with);
}

/* ---- the table -------------------------------------------------------------------------------- */

static void test_rows_are_listed_by_their_ids(void **state)
{
    struct setting row;

    (void)state;
    for (uint8_t id = 1; id <= SETTINGS_COUNT; id++)
        assert_int_equal(row_of(id).id, id);
    assert_false(setting_row(SETTING_NONE, &row));
    assert_false(setting_row(SETTINGS_COUNT + 1u, &row));
    assert_false(setting_row(255, &row));
}

/* What apps and records rely on. */
static void test_ids_and_names_are_those_of_the_first_release(void **state)
{
    static const char *const names[] = { "chemistry",
                                         "mode",
                                         "sensor_passes",
                                         "pin",
                                         "capacity_wh",
                                         "solar_peak_w",
                                         "inverter_peak_w",
                                         "nominal_mv",
                                         "vmin_mv",
                                         "vmax_mv",
                                         "vbalance_mv",
                                         "charge_tmin_dc",
                                         "charge_tmax_dc",
                                         "discharge_tmin_dc",
                                         "discharge_tmax_dc",
                                         "charge_restart_pm",
                                         "discharge_restart_pm",
                                         "charge_efficiency_pm",
                                         "release_mv",
                                         "release_dc",
                                         "balance_difference_mv" };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(names); i++)
        assert_int_equal(setting_find(names[i]), i + 1u);
}

static void test_unknown_names_are_not_found(void **state)
{
    (void)state;
    assert_int_equal(setting_find(""), SETTING_NONE);
    assert_int_equal(setting_find("vmin"), SETTING_NONE);
    assert_int_equal(setting_find("vmin_mv_"), SETTING_NONE);
    assert_int_equal(setting_find("a name that is longer than any row has room for"), SETTING_NONE);
}

static void test_every_row_is_sane(void **state)
{
    (void)state;
    for (uint8_t id = 1; id <= SETTINGS_COUNT; id++) {
        struct setting row = row_of(id);
        assert_true(row.name[SETTING_NAME_SIZE - 1u] == '\0' && row.name[0] != '\0');
        assert_true(row.unit[SETTING_UNIT_SIZE - 1u] == '\0');
        assert_true(row.min < row.max && row.standard >= row.min && row.standard <= row.max);
        for (uint8_t c = 0; c < CHEMISTRY_COUNT && row.flags & SETTING_PRESET; c++)
            assert_true(row.preset[c] >= row.min && row.preset[c] <= row.max);
        if (row.flags & SETTING_PRESET)
            assert_int_equal(row.preset[CHEMISTRY_LFP], row.standard);
        for (uint8_t other_id = 1; other_id < id; other_id++)
            assert_true(strcmp(row_of(other_id).name, row.name) != 0);
    }
}

static void test_defaults_are_the_manuals_for_lifepo4_and_unconfirmed(void **state)
{
    uint8_t id;

    (void)state;
    settings_default(&s);
    assert_int_equal(settings_check(&s, &id, &other), SETTINGS_OK);
    assert_int_equal(s.vmin_mv, 3000);
    assert_int_equal(s.vbalance_mv, 3400);
    assert_int_equal(s.vmax_mv, 3700);
    assert_int_equal(s.pin, 1234);
    assert_int_equal(s.mode, MODE_NORMAL);
    assert_int_equal(s.charge_tmin_dc, s.discharge_tmin_dc);
    assert_int_equal(s.charge_tmax_dc, s.discharge_tmax_dc);
    assert_int_equal(s.charge_tmin_dc,
                     0); /* never charged below freezing unless somebody says so */
    assert_int_equal(s.release_mv, 0);
    assert_int_equal(s.release_dc, 0);
    assert_false(s.confirmed);
}

static void test_values_by_name_and_by_id_are_the_same(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < SETTINGS_COUNT; i++)
        s.value[i] = 1000 + i;
    assert_int_equal(s.chemistry, settings_get(&s, SETTING_CHEMISTRY));
    assert_int_equal(s.mode, settings_get(&s, SETTING_MODE));
    assert_int_equal(s.sensor_passes, settings_get(&s, SETTING_SENSOR_PASSES));
    assert_int_equal(s.pin, settings_get(&s, SETTING_PIN));
    assert_int_equal(s.capacity_wh, settings_get(&s, SETTING_CAPACITY_WH));
    assert_int_equal(s.solar_peak_w, settings_get(&s, SETTING_SOLAR_PEAK_W));
    assert_int_equal(s.inverter_peak_w, settings_get(&s, SETTING_INVERTER_PEAK_W));
    assert_int_equal(s.nominal_mv, settings_get(&s, SETTING_NOMINAL_MV));
    assert_int_equal(s.vmin_mv, settings_get(&s, SETTING_VMIN_MV));
    assert_int_equal(s.vmax_mv, settings_get(&s, SETTING_VMAX_MV));
    assert_int_equal(s.vbalance_mv, settings_get(&s, SETTING_VBALANCE_MV));
    assert_int_equal(s.charge_tmin_dc, settings_get(&s, SETTING_CHARGE_TMIN_DC));
    assert_int_equal(s.charge_tmax_dc, settings_get(&s, SETTING_CHARGE_TMAX_DC));
    assert_int_equal(s.discharge_tmin_dc, settings_get(&s, SETTING_DISCHARGE_TMIN_DC));
    assert_int_equal(s.discharge_tmax_dc, settings_get(&s, SETTING_DISCHARGE_TMAX_DC));
    assert_int_equal(s.charge_restart_pm, settings_get(&s, SETTING_CHARGE_RESTART_PM));
    assert_int_equal(s.discharge_restart_pm, settings_get(&s, SETTING_DISCHARGE_RESTART_PM));
    assert_int_equal(s.charge_efficiency_pm, settings_get(&s, SETTING_CHARGE_EFFICIENCY_PM));
    assert_int_equal(s.release_mv, settings_get(&s, SETTING_RELEASE_MV));
    assert_int_equal(s.release_dc, settings_get(&s, SETTING_RELEASE_DC));
    assert_int_equal(settings_get(&s, SETTING_NONE), 0);
    assert_int_equal(settings_get(&s, SETTINGS_COUNT + 1u), 0);
}

/* ---- setting ---------------------------------------------------------------------------------- */

/* Limits as far from each other as they go, so that a single value can reach its own ends. */
static void set_up_wide(void)
{
    settings_default(&s);
    s.vmin_mv = 1500;
    s.vmax_mv = 5000;
    s.charge_tmin_dc = s.discharge_tmin_dc = -400;
    s.charge_tmax_dc = s.discharge_tmax_dc = 850;
    s.discharge_restart_pm = 0;
    s.charge_restart_pm = 1000;
}

/* A row's own limits come before a contradiction to others. */
static void test_each_row_rejects_what_is_beyond_its_limits(void **state)
{
    (void)state;
    for (uint8_t id = 1; id <= SETTINGS_COUNT; id++) {
        struct setting row = row_of(id);
        set_up_wide();
        expect_result(id, row.min - 1, SETTINGS_TOO_LOW);
        expect_result(id, row.max + 1, SETTINGS_TOO_HIGH);
        expect_result(id, INT32_MIN, SETTINGS_TOO_LOW);
        expect_result(id, INT32_MAX, SETTINGS_TOO_HIGH);
    }
}

static void
test_limits_themselves_are_legal_where_no_other_setting_stands_against_them(void **state)
{
    static const uint8_t low_end_free[] = { SETTING_CHEMISTRY,
                                            SETTING_MODE,
                                            SETTING_SENSOR_PASSES,
                                            SETTING_PIN,
                                            SETTING_CAPACITY_WH,
                                            SETTING_SOLAR_PEAK_W,
                                            SETTING_INVERTER_PEAK_W,
                                            SETTING_NOMINAL_MV,
                                            SETTING_VMIN_MV,
                                            SETTING_CHARGE_TMIN_DC,
                                            SETTING_DISCHARGE_TMIN_DC,
                                            SETTING_DISCHARGE_RESTART_PM,
                                            SETTING_CHARGE_EFFICIENCY_PM,
                                            SETTING_RELEASE_MV,
                                            SETTING_RELEASE_DC };
    static const uint8_t high_end_free[] = { SETTING_CHEMISTRY,
                                             SETTING_MODE,
                                             SETTING_SENSOR_PASSES,
                                             SETTING_PIN,
                                             SETTING_CAPACITY_WH,
                                             SETTING_SOLAR_PEAK_W,
                                             SETTING_INVERTER_PEAK_W,
                                             SETTING_NOMINAL_MV,
                                             SETTING_VMAX_MV,
                                             SETTING_CHARGE_TMAX_DC,
                                             SETTING_DISCHARGE_TMAX_DC,
                                             SETTING_CHARGE_RESTART_PM,
                                             SETTING_CHARGE_EFFICIENCY_PM,
                                             SETTING_RELEASE_MV,
                                             SETTING_RELEASE_DC };

    (void)state;
    for (uint8_t i = 0; i < sizeof low_end_free; i++) {
        set_up_wide();
        expect_result(low_end_free[i], row_of(low_end_free[i]).min, SETTINGS_OK);
        assert_int_equal(settings_get(&s, low_end_free[i]), row_of(low_end_free[i]).min);
    }
    for (uint8_t i = 0; i < sizeof high_end_free; i++) {
        set_up_wide();
        expect_result(high_end_free[i], row_of(high_end_free[i]).max, SETTINGS_OK);
        assert_int_equal(settings_get(&s, high_end_free[i]), row_of(high_end_free[i]).max);
    }
}

static void test_unknown_ids_change_nothing(void **state)
{
    (void)state;
    settings_default(&s);
    expect_result(SETTING_NONE, 0, SETTINGS_UNKNOWN);
    expect_result(SETTINGS_COUNT + 1u, 0, SETTINGS_UNKNOWN);
    expect_result(255, 0, SETTINGS_UNKNOWN);
}

static void test_passes_are_one_two_or_four(void **state)
{
    (void)state;
    settings_default(&s);
    expect_result(SETTING_SENSOR_PASSES, 2, SETTINGS_OK);
    expect_result(SETTING_SENSOR_PASSES, 3, SETTINGS_NO_CHOICE);
    expect_result(SETTING_SENSOR_PASSES, 4, SETTINGS_OK);
    expect_result(SETTING_SENSOR_PASSES, 1, SETTINGS_OK);
}

static void test_contradictions_name_the_other_setting(void **state)
{
    (void)state;
    settings_default(&s);
    expect_conflict(SETTING_VMIN_MV, 3400, SETTING_VBALANCE_MV);
    expect_result(SETTING_VMIN_MV, 3399, SETTINGS_OK);
    expect_conflict(SETTING_VBALANCE_MV, 3399, SETTING_VMIN_MV);
    expect_conflict(SETTING_VBALANCE_MV, 3700, SETTING_VMAX_MV);
    expect_result(SETTING_VBALANCE_MV, 3699, SETTINGS_OK);
    expect_conflict(SETTING_VMAX_MV, 3699, SETTING_VBALANCE_MV);
    expect_conflict(SETTING_CHARGE_TMIN_DC, 600, SETTING_CHARGE_TMAX_DC);
    expect_result(SETTING_CHARGE_TMIN_DC, 599, SETTINGS_OK);
    expect_conflict(SETTING_CHARGE_TMAX_DC, 599, SETTING_CHARGE_TMIN_DC);
    expect_conflict(SETTING_DISCHARGE_TMIN_DC, 600, SETTING_DISCHARGE_TMAX_DC);
    expect_conflict(SETTING_DISCHARGE_TMAX_DC, 0, SETTING_DISCHARGE_TMIN_DC);
    expect_conflict(SETTING_DISCHARGE_RESTART_PM, 900, SETTING_CHARGE_RESTART_PM);
    expect_conflict(SETTING_CHARGE_RESTART_PM, 200, SETTING_DISCHARGE_RESTART_PM);
}

static void test_release_margins_leave_a_way_back(void **state)
{
    (void)state;
    settings_default(&s);
    s.vmin_mv = 3250;
    expect_conflict(SETTING_RELEASE_MV, 150, SETTING_VBALANCE_MV);
    expect_result(SETTING_RELEASE_MV, 149, SETTINGS_OK);
    expect_conflict(SETTING_VMIN_MV, 3251, SETTING_VBALANCE_MV);
    s.charge_tmax_dc = 200;
    expect_conflict(SETTING_RELEASE_DC, 100, SETTING_CHARGE_TMAX_DC);
    expect_result(SETTING_RELEASE_DC, 99, SETTINGS_OK);
    expect_conflict(SETTING_CHARGE_TMAX_DC, 198, SETTING_CHARGE_TMIN_DC);
}

/* ---- presets ---------------------------------------------------------------------------------- */

static void test_presets_are_those_of_the_manual(void **state)
{
    static const int32_t wanted[CHEMISTRY_COUNT][3] = {
        { 3000, 3400, 3700 }, { 2150, 2600, 2700 }, { 3430, 4000, 4100 }, { 3430, 4100, 4150 }
    };
    uint8_t id;

    (void)state;
    for (uint8_t from = 0; from < CHEMISTRY_COUNT; from++) {
        for (uint8_t to = 0; to < CHEMISTRY_COUNT; to++) {
            settings_default(&s);
            assert_int_equal(settings_apply_preset(&s, from, &other), SETTINGS_OK);
            s.capacity_wh = 4321;
            expect_result(SETTING_CHEMISTRY, to, SETTINGS_OK);
            assert_int_equal(s.chemistry, to);
            assert_int_equal(s.vmin_mv, wanted[to][0]);
            assert_int_equal(s.vbalance_mv, wanted[to][1]);
            assert_int_equal(s.vmax_mv, wanted[to][2]);
            assert_true(s.nominal_mv > s.vmin_mv && s.nominal_mv < s.vmax_mv);
            assert_int_equal(s.charge_tmin_dc, to == CHEMISTRY_LTO ? -200 : 0);
            assert_int_equal(s.capacity_wh, 4321); /* not the chemistry's business */
            assert_int_equal(settings_check(&s, &id, &other), SETTINGS_OK);
        }
    }
    expect_result(SETTING_CHEMISTRY, CHEMISTRY_COUNT, SETTINGS_TOO_HIGH);
    assert_int_equal(settings_apply_preset(&s, -1, &other), SETTINGS_TOO_LOW);
}

static void test_preset_that_contradicts_another_setting_changes_nothing(void **state)
{
    struct settings before;

    (void)state;
    settings_default(&s);
    s.charge_restart_pm =
        100; /* below the discharge restart: nothing fits until that is put right */
    before = s;
    assert_int_equal(settings_apply_preset(&s, CHEMISTRY_LTO, &other), SETTINGS_CONFLICT);
    assert_true(same(&s, &before));
}

/* ---- all at once and the record's payload ------------------------------------------------------ */

static void test_check_names_the_first_insane_value(void **state)
{
    uint8_t id;

    (void)state;
    for (uint8_t i = 1; i <= SETTINGS_COUNT; i++) {
        settings_default(&s);
        s.value[i - 1u] = row_of(i).max + 1;
        assert_int_equal(settings_check(&s, &id, &other), SETTINGS_TOO_HIGH);
        assert_int_equal(id, i);
    }
    settings_default(&s);
    s.vmax_mv = 3400;
    assert_int_equal(settings_check(&s, &id, &other), SETTINGS_CONFLICT);
    assert_int_equal(id, SETTING_VBALANCE_MV);
    assert_int_equal(other, SETTING_VMAX_MV);
}

static void make_odd(void)
{
    settings_default(&s);
    s.mode = MODE_CRITICAL;
    s.sensor_passes = 4;
    s.pin = 9876;
    s.capacity_wh = 0x10203;
    s.charge_tmin_dc = -123;
    s.release_dc = 7;
    s.confirmed = true;
}

static void test_every_value_comes_back_from_the_payload(void **state)
{
    uint8_t payload[SETTINGS_PAYLOAD];
    struct settings read;

    (void)state;
    make_odd();
    settings_encode(payload, &s);
    assert_true(settings_decode(payload, &read));
    assert_true(same(&read, &s));
    /* the layout: a changed order would lose what owners have set */
    assert_int_equal(payload[0], SETTINGS_COUNT);
    assert_int_equal(payload[1], 1);
    assert_memory_equal(&payload[2 + 4 * 4], ((const uint8_t[]){ 0, 1, 2, 3 }), 4);
    assert_memory_equal(&payload[2 + 4 * 11], ((const uint8_t[]){ 0xFF, 0xFF, 0xFF, 0x85 }), 4);
}

static void test_payload_of_an_older_image_gets_defaults_for_new_rows(void **state)
{
    uint8_t payload[SETTINGS_PAYLOAD];
    struct settings read;

    (void)state;
    make_odd();
    settings_encode(payload, &s);
    payload[0] = SETTING_CHARGE_EFFICIENCY_PM;
    assert_true(settings_decode(payload, &read));
    s.release_dc = 0;
    assert_true(same(&read, &s));
    payload[0] = SETTINGS_ROOM; /* and one of a newer image: rows not known here are left out */
    payload[SETTINGS_PAYLOAD - 1u] = 99;
    assert_true(settings_decode(payload, &read));
}

static void test_insane_payload_leaves_settings_untouched(void **state)
{
    uint8_t payload[SETTINGS_PAYLOAD];
    struct settings read;

    (void)state;
    make_odd();
    read = s;
    for (uint8_t i = 1; i <= SETTINGS_COUNT; i++) {
        make_odd();
        s.value[i - 1u] = row_of(i).min - 1;
        settings_encode(payload, &s);
        assert_false(settings_decode(payload, &read));
    }
    make_odd();
    assert_true(same(&read, &s));
    s.vmin_mv = s.vbalance_mv;
    settings_encode(payload, &s);
    assert_false(settings_decode(payload, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_listed_by_their_ids),
        cmocka_unit_test(test_ids_and_names_are_those_of_the_first_release),
        cmocka_unit_test(test_unknown_names_are_not_found),
        cmocka_unit_test(test_every_row_is_sane),
        cmocka_unit_test(test_defaults_are_the_manuals_for_lifepo4_and_unconfirmed),
        cmocka_unit_test(test_values_by_name_and_by_id_are_the_same),
        cmocka_unit_test(test_each_row_rejects_what_is_beyond_its_limits),
        cmocka_unit_test(
            test_limits_themselves_are_legal_where_no_other_setting_stands_against_them),
        cmocka_unit_test(test_unknown_ids_change_nothing),
        cmocka_unit_test(test_passes_are_one_two_or_four),
        cmocka_unit_test(test_contradictions_name_the_other_setting),
        cmocka_unit_test(test_release_margins_leave_a_way_back),
        cmocka_unit_test(test_presets_are_those_of_the_manual),
        cmocka_unit_test(test_preset_that_contradicts_another_setting_changes_nothing),
        cmocka_unit_test(test_check_names_the_first_insane_value),
        cmocka_unit_test(test_every_value_comes_back_from_the_payload),
        cmocka_unit_test(test_payload_of_an_older_image_gets_defaults_for_new_rows),
        cmocka_unit_test(test_insane_payload_leaves_settings_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
