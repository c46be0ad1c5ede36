#include "end_board/settings.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static uint8_t payload[SETTINGS_PAYLOAD];

static void same(const struct settings *a, const struct settings *b)
{
    assert_int_equal(a->mode, b->mode);
    assert_int_equal(a->sensor_passes, b->sensor_passes);
    assert_int_equal(a->capacity_wh, b->capacity_wh);
    assert_int_equal(a->nominal_mv, b->nominal_mv);
    assert_int_equal(a->vmin_mv, b->vmin_mv);
    assert_int_equal(a->vmax_mv, b->vmax_mv);
    assert_int_equal(a->vbalance_mv, b->vbalance_mv);
    assert_int_equal(a->tmin_dc, b->tmin_dc);
    assert_int_equal(a->tmax_dc, b->tmax_dc);
    assert_int_equal(a->charge_tmin_dc, b->charge_tmin_dc);
    assert_int_equal(a->charge_restart_pm, b->charge_restart_pm);
    assert_int_equal(a->discharge_restart_pm, b->discharge_restart_pm);
}

static bool survives(const struct settings *s)
{
    struct settings read;
    settings_encode(payload, s);
    if (!settings_decode(payload, &read))
        return false;
    same(&read, s);
    return true;
}

static struct settings defaults(void)
{
    struct settings s;
    settings_default(&s);
    return s;
}

static const struct settings odd = { .mode = MODE_CRITICAL,
                                     .sensor_passes = 4,
                                     .capacity_wh = 0x10203,
                                     .nominal_mv = 0x0E74,
                                     .vmin_mv = 3430,
                                     .vmax_mv = 4150,
                                     .vbalance_mv = 4100,
                                     .tmin_dc = -123,
                                     .tmax_dc = 601,
                                     .charge_tmin_dc = -7,
                                     .charge_restart_pm = 987,
                                     .discharge_restart_pm = 12 };

static void test_defaults_are_legal_and_those_of_lifepo4(void **state)
{
    struct settings s = defaults();

    (void)state;
    assert_true(survives(&s));
    assert_int_equal(s.vmin_mv, 3000);
    assert_int_equal(s.vbalance_mv, 3400);
    assert_int_equal(s.vmax_mv, 3700);
    assert_int_equal(s.mode, MODE_NORMAL);
}

static void test_every_field_comes_back(void **state)
{
    (void)state;
    assert_true(survives(&odd));
    /* the layout of the record: a changed order would lose what owners have set */
    assert_int_equal(payload[0], MODE_CRITICAL);
    assert_int_equal(payload[1], 4);
    assert_int_equal(payload[2], 0);
    assert_memory_equal(&payload[3], ((const uint8_t[]){ 0, 1, 2, 3, 0x0E, 0x74 }), 6);
    assert_memory_equal(&payload[21], ((const uint8_t[]){ 987 >> 8, 987 & 255, 0, 12 }), 4);
}

/* Every field at its limit is legal, one beyond is not. */
#define EXPECT_LIMIT(field, legal, illegal) \
    do {                                    \
        struct settings s = wide;           \
        s.field = (legal);                  \
        assert_true(survives(&s));          \
        s.field = (illegal);                \
        assert_false(survives(&s));         \
    } while (0)

static void test_each_field_is_rejected_beyond_its_limits(void **state)
{
    struct settings wide = defaults();

    (void)state;
    wide.vmin_mv = 2000;
    wide.vmax_mv = 4500;
    EXPECT_LIMIT(mode, 0, 2);
    EXPECT_LIMIT(mode, 1, 255);
    EXPECT_LIMIT(capacity_wh, 10, 9);
    EXPECT_LIMIT(capacity_wh, 4000000, 4000001);
    EXPECT_LIMIT(nominal_mv, 1500, 1499);
    EXPECT_LIMIT(nominal_mv, 5000, 5001);
    EXPECT_LIMIT(vmin_mv, 1500, 1499);
    EXPECT_LIMIT(vmax_mv, 5000, 5001);
    EXPECT_LIMIT(tmin_dc, -400, -401);
    EXPECT_LIMIT(charge_tmin_dc, -400, -401);
    EXPECT_LIMIT(tmax_dc, 850, 851);
    EXPECT_LIMIT(charge_restart_pm, 1000, 1001);
    EXPECT_LIMIT(charge_restart_pm, 0, 65535);
    EXPECT_LIMIT(discharge_restart_pm, 1000, 1001);
    EXPECT_LIMIT(discharge_restart_pm, 0, 65535);
}

static void test_passes_are_one_two_or_four(void **state)
{
    struct settings s = defaults();

    (void)state;
    for (uint16_t passes = 0; passes < 256; passes++) {
        s.sensor_passes = (uint8_t)passes;
        assert_int_equal(survives(&s), passes == 1 || passes == 2 || passes == 4);
    }
}

static void test_contradicting_limits_are_rejected(void **state)
{
    struct settings wide = defaults();

    (void)state;
    EXPECT_LIMIT(vmin_mv, 3399, 3400);
    EXPECT_LIMIT(vbalance_mv, 3001, 3000);
    EXPECT_LIMIT(vbalance_mv, 3699, 3700);
    EXPECT_LIMIT(vmax_mv, 3401, 3400);
    EXPECT_LIMIT(tmin_dc, 599, 600);
    EXPECT_LIMIT(charge_tmin_dc, 599, 600);
    EXPECT_LIMIT(tmax_dc, 1, 0);
}

static void test_rejected_record_leaves_settings_untouched(void **state)
{
    struct settings bad = defaults();
    struct settings kept = odd;

    (void)state;
    bad.mode = 7;
    settings_encode(payload, &bad);
    assert_false(settings_decode(payload, &kept));
    same(&kept, &odd);
}

static void test_saved_settings_are_loaded(void **state)
{
    struct settings wanted = defaults();
    struct settings s;

    (void)state;
    fake_reset();
    assert_false(settings_load(&s));
    same(&s, &wanted);
    settings_save(&odd);
    assert_true(settings_load(&s));
    same(&s, &odd);
    assert_int_equal(fake->stray, 0);
}

static void test_sealed_but_illegal_record_gives_defaults(void **state)
{
    struct settings bad = odd;
    struct settings s;
    struct settings wanted = defaults();

    (void)state;
    fake_reset();
    bad.vmax_mv = 6000;
    settings_save(&bad);
    assert_false(settings_load(&s));
    same(&s, &wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_legal_and_those_of_lifepo4),
        cmocka_unit_test(test_every_field_comes_back),
        cmocka_unit_test(test_each_field_is_rejected_beyond_its_limits),
        cmocka_unit_test(test_passes_are_one_two_or_four),
        cmocka_unit_test(test_contradicting_limits_are_rejected),
        cmocka_unit_test(test_rejected_record_leaves_settings_untouched),
        cmocka_unit_test(test_saved_settings_are_loaded),
        cmocka_unit_test(test_sealed_but_illegal_record_gives_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
