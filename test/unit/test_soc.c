#include "end_board/soc.h"
#include "test.h"

static struct soc soc;
static struct pack pack;
static struct settings settings;
static struct facts in;

/* Four cells of 3.2 V, 1280 Wh: 100 Ah = 360 000 000 mAs. */
#define CAPACITY_MAS 360000000LL

static void set_up(uint8_t mode)
{
    soc_init(&soc);
    memset(&pack, 0, sizeof pack);
    pack.count = 4;
    pack.min_mv = 3300;
    pack.max_mv = 3310;
    pack.total_mv = 13200;
    settings = (struct settings){ .mode = mode,
                                  .sensor_passes = 1,
                                  .capacity_wh = 1280,
                                  .nominal_mv = 3200,
                                  .vmin_mv = 3000,
                                  .vmax_mv = 3700,
                                  .vbalance_mv = 3400,
                                  .charge_efficiency_pm = 1000 };
    in = (struct facts){ .pack = &pack,
                         .settings = &settings,
                         .vbalance_mv = 3400,
                         .current_known = true,
                         .load_allowed = true,
                         .now_ms = 0xFFFFF000u };
}

static enum soc_event last;

static void step(int64_t mas)
{
    last = soc_step(&soc, &in, mas);
}

static void pass(uint32_t ms)
{
    in.now_ms += ms;
    step(0);
}

/* ---- counting -------------------------------------------------------------------------------- */

static void test_soc_is_half_until_something_is_known(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    pack.count = 0;
    step(0);
    assert_int_equal(soc_pm(&soc), 500);
    pack.count = 4;
    step(0);
    assert_int_equal(soc.capacity_mas, CAPACITY_MAS);
    assert_int_equal(soc_pm(&soc), 500);
    assert_false(soc.calibrated);
}

static void test_charge_moves_soc_by_its_share_of_capacity(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    step(CAPACITY_MAS / 10);
    assert_int_equal(soc_pm(&soc), 600);
    step(-CAPACITY_MAS / 4);
    assert_int_equal(soc_pm(&soc), 350);
    step(CAPACITY_MAS / 2000); /* half of a thousandth rounds up */
    assert_int_equal(soc_pm(&soc), 351);
    step(-1);
    assert_int_equal(soc_pm(&soc), 350);
}

static void test_charge_is_clamped_at_both_ends(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    step(2 * CAPACITY_MAS);
    assert_int_equal(soc_pm(&soc), 1000);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS);
    step(-3 * CAPACITY_MAS);
    assert_int_equal(soc_pm(&soc), 0);
    assert_int_equal(soc.charge_mas, 0);
    assert_false(soc.calibrated);
}

static void test_capacity_follows_settings_and_cells(void **state)
{
    static const struct {
        int32_t wh;
        uint16_t nominal_mv;
        uint8_t cells;
        int64_t mas;
    } cases[] = { { 1280, 3200, 4, 360000000 },
                  { 1280, 3200, 8, 180000000 },
                  { 10, 5000, 255, 28235 },
                  { 4000000, 1500, 2, 4800000000000LL },
                  { 4000000, 3200, 255, 17647058823LL } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(MODE_NORMAL);
        settings.capacity_wh = cases[i].wh;
        settings.nominal_mv = cases[i].nominal_mv;
        pack.count = cases[i].cells;
        step(0);
        assert_int_equal(soc.capacity_mas, cases[i].mas);
        assert_int_equal(soc_pm(&soc), 500);
        step(soc.capacity_mas);
        assert_int_equal(soc_pm(&soc), 1000);
    }
}

static void test_new_capacity_keeps_the_charge_that_fits(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    step(0);
    settings.capacity_wh = 2560;
    step(0);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS / 2);
    assert_int_equal(soc_pm(&soc), 250);
    settings.capacity_wh = 320;
    step(0);
    assert_int_equal(soc_pm(&soc), 1000);
}

static void test_efficiency_takes_its_share_of_incoming_charge_only(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    settings.charge_efficiency_pm = 950;
    step(0);
    for (uint16_t i = 0; i < 1000; i++)
        step(1001); /* no whole mAs is left of each */
    assert_int_equal(soc.charge_mas - CAPACITY_MAS / 2, 1001L * 950);
    for (uint16_t i = 0; i < 1000; i++)
        step(-1001);
    assert_int_equal(soc.charge_mas - CAPACITY_MAS / 2, 1001L * 950 - 1001000);
}

static void test_charge_from_before_a_reset_goes_on(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    soc_restore(&soc, CAPACITY_MAS / 4, true);
    pack.count = 0;
    step(0);
    step(-1000);
    pack.count = 4;
    step(0);
    assert_int_equal(soc.charge_mas, CAPACITY_MAS / 4 - 1000);
    assert_true(soc.calibrated);
    set_up(MODE_NORMAL); /* of a larger pack: clamped */
    soc_restore(&soc, CAPACITY_MAS * 2, false);
    step(0);
    assert_int_equal(soc_pm(&soc), 1000);
    assert_false(soc.calibrated);
}

static void test_stored_energy_is_the_share_of_the_capacity(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    assert_int_equal(soc_stored_wh(&soc, &settings), 0);
    step(0);
    assert_int_equal(soc_stored_wh(&soc, &settings), 640);
    soc.charge_mas = CAPACITY_MAS / 2560; /* half a Wh rounds up */
    assert_int_equal(soc_stored_wh(&soc, &settings), 1);
    soc.charge_mas -= 1;
    assert_int_equal(soc_stored_wh(&soc, &settings), 0);
    settings.capacity_wh = 4000000;
    pack.count = 255;
    step(0);
    soc.charge_mas = soc.capacity_mas;
    assert_int_equal(soc_stored_wh(&soc, &settings), 4000000);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void test_times_follow_the_smoothed_current(void **state)
{
    uint32_t seconds;

    (void)state;
    set_up(MODE_NORMAL);
    in.battery_ma = -50000; /* half of 100 Ah at 50 A: an hour */
    step(0);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_int_equal(seconds, 3600);
    assert_false(soc_time_to_full(&soc, &settings, &seconds));
    in.battery_ma = -100000;
    for (uint16_t i = 0; i < 40; i++)
        pass(250); /* ten seconds of the double current: 1 - exp(-1/6) of the way */
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_true(seconds > 3080 && seconds < 3150);
    for (uint16_t i = 0; i < 4000; i++)
        pass(250);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_true(seconds >= 1800 && seconds <= 1801);
    in.battery_ma = 25000;
    pass(SOC_TREND_MS);
    settings.charge_efficiency_pm = 500;
    assert_true(soc_time_to_full(&soc, &settings, &seconds));
    assert_int_equal(seconds, 4 * 3600);
    assert_false(soc_time_to_empty(&soc, &seconds));
}

/* What flowed before nobody knew what flows says nothing. */
static void test_times_begin_anew_behind_an_unknown_current(void **state)
{
    uint32_t seconds;

    (void)state;
    set_up(MODE_NORMAL);
    in.battery_ma = -50000;
    step(0);
    in.current_known = false;
    pass(1000);
    assert_false(soc_time_to_empty(&soc, &seconds));
    in.current_known = true;
    in.battery_ma = -100000;
    pass(1000);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_int_equal(seconds, 1800);
}

static void test_times_are_unknown_without_a_current_that_says_something(void **state)
{
    uint32_t seconds;

    (void)state;
    set_up(MODE_NORMAL);
    in.battery_ma = -50000;
    in.current_known = false;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
    in.current_known = true;
    in.battery_ma = 0;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
    assert_false(soc_time_to_full(&soc, &settings, &seconds));
    set_up(MODE_NORMAL);
    in.battery_ma = -251; /* 50 Ah: 199.2 h */
    step(0);
    assert_true(soc_time_to_empty(&soc, &seconds));
    set_up(MODE_NORMAL);
    in.battery_ma = -250;
    step(0);
    assert_true(soc_time_to_empty(&soc, &seconds));
    assert_int_equal(seconds, SOC_TIME_MAX_S);
    set_up(MODE_NORMAL);
    in.battery_ma = -249;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
    set_up(MODE_NORMAL);
    pack.count = 0;
    in.battery_ma = -50000;
    step(0);
    assert_false(soc_time_to_empty(&soc, &seconds));
}

/* ---- full ------------------------------------------------------------------------------------ */

/* 5 % of 1280 Wh are 64 W; the pack has 13.6 V. */
static void make_full(void)
{
    pack.min_mv = 3400;
    pack.max_mv = 3400;
    pack.total_mv = 13600;
    in.battery_ma = 4705; /* 63.99 W */
}

static bool becomes_full(void)
{
    step(0);
    pass(settings.mode == MODE_CRITICAL ? SOC_FULL_HOLD_CRITICAL_MS : SOC_FULL_HOLD_MS);
    return soc_pm(&soc) == 1000;
}

static void test_full_in_normal_mode_needs_all_cells_at_vbalance(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    make_full();
    assert_true(becomes_full());
    assert_true(soc.calibrated);
    set_up(MODE_NORMAL);
    make_full();
    pack.min_mv = 3399;
    pack.max_mv = 3600;
    pack.total_mv = 14000;
    assert_false(becomes_full());
    assert_false(soc.calibrated);
}

static void test_full_in_critical_mode_needs_the_pack_at_vbalance(void **state)
{
    (void)state;
    set_up(MODE_CRITICAL);
    make_full();
    pack.min_mv = 3300;
    assert_true(becomes_full());
    set_up(MODE_CRITICAL);
    make_full();
    pack.total_mv = 13599;
    assert_false(becomes_full());
}

static void test_full_needs_a_charge_power_up_to_five_percent(void **state)
{
    static const struct {
        int32_t ma;
        bool known, full;
    } cases[] = { { 4705, true, true }, { 4706, true, false },   { 0, true, true },
                  { -1, true, false },  { 500000, true, false }, { 0, false, false } };

    (void)state;
    for (uint8_t mode = MODE_NORMAL; mode <= MODE_CRITICAL; mode++) {
        for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
            set_up(mode);
            make_full();
            in.battery_ma = cases[i].ma;
            in.current_known = cases[i].known;
            assert_int_equal(facts_charge_rate_low(&in), cases[i].full);
            assert_int_equal(becomes_full(), cases[i].full);
        }
    }
}

static void test_full_must_hold_without_a_gap(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    make_full();
    step(0);
    pass(SOC_FULL_HOLD_MS - 1u);
    assert_int_equal(soc_pm(&soc), 500);
    pack.min_mv = 3399;
    pass(1);
    pack.min_mv = 3400;
    pass(1);
    pass(SOC_FULL_HOLD_MS - 1u);
    assert_int_equal(soc_pm(&soc), 500);
    pass(1);
    assert_int_equal(soc_pm(&soc), 1000);
}

static void test_full_and_empty_are_told_once(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    make_full();
    step(0);
    pass(SOC_FULL_HOLD_MS);
    assert_int_equal(last, SOC_SET_FULL);
    assert_int_equal(soc.before_pm, 500);
    pass(250);
    assert_int_equal(last, SOC_NOTHING);
    step(-CAPACITY_MAS / 10);
    assert_int_equal(last, SOC_SET_FULL); /* it still looks so */
    assert_int_equal(soc.before_pm, 1000);
    pass(250);
    in.load_allowed = false;
    pack.min_mv = 2900;
    step(-CAPACITY_MAS / 10);
    pass(250);
    pass(SOC_EMPTY_HOLD_MS);
    assert_int_equal(last, SOC_SET_EMPTY);
    assert_int_equal(soc.before_pm, 900);
    pass(250);
    assert_int_equal(last, SOC_NOTHING);
}

static void test_full_is_not_believed_of_a_faulty_pack(void **state)
{
    (void)state;
    for (uint8_t bit = 0; bit < FAULT_BITS; bit++) {
        set_up(MODE_NORMAL);
        make_full();
        in.faults = (uint16_t)(1u << bit);
        assert_false(becomes_full());
    }
}

static void test_largest_pack_judges_power_without_overflow(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    settings.capacity_wh = 4000000;
    pack.count = 255;
    pack.total_mv = 255UL * 4900;
    in.battery_ma = 160000; /* 199.9 kW of 200 */
    assert_true(facts_charge_rate_low(&in));
    in.battery_ma = 160100;
    assert_false(facts_charge_rate_low(&in));
}

/* ---- empty ----------------------------------------------------------------------------------- */

static void make_empty(void)
{
    pack.min_mv = 3000;
    in.load_allowed = false;
}

static bool becomes_empty(void)
{
    step(0);
    pass(SOC_EMPTY_HOLD_MS);
    return soc_pm(&soc) == 0;
}

static void test_empty_needs_a_cell_below_vmin_without_load(void **state)
{
    (void)state;
    for (uint8_t mode = MODE_NORMAL; mode <= MODE_CRITICAL; mode++) {
        set_up(mode);
        make_empty();
        assert_true(becomes_empty());
        assert_false(soc.calibrated); /* the mark goes with the first full charge only */
        set_up(mode);
        make_empty();
        pack.min_mv = 3001;
        assert_false(becomes_empty());
        set_up(mode);
        make_empty();
        in.load_allowed = true;
        assert_false(becomes_empty());
        set_up(mode);
        make_empty();
        in.faults = PACK_SILENT;
        assert_false(becomes_empty());
    }
}

static void test_empty_must_hold_without_a_gap(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    make_empty();
    step(0);
    pass(SOC_EMPTY_HOLD_MS - 1u);
    assert_int_equal(soc_pm(&soc), 500);
    pack.min_mv = 3000 + SOC_EMPTY_BACK_MV + 1;
    pass(1);
    pack.min_mv = 3000;
    pass(1);
    pass(SOC_EMPTY_HOLD_MS - 1u);
    assert_int_equal(soc_pm(&soc), 500);
    pass(1);
    assert_int_equal(soc_pm(&soc), 0);
}

static void test_empty_cell_may_come_back_a_little_without_its_load(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    make_empty();
    in.load_allowed = true; /* its relay opens only now, and the next reading is without load */
    step(0);
    in.load_allowed = false;
    pack.min_mv = 3000 + SOC_EMPTY_BACK_MV;
    assert_true(becomes_empty());
    set_up(MODE_NORMAL); /* never at Vmin: only there it begins */
    make_empty();
    pack.min_mv = 3000 + SOC_EMPTY_BACK_MV;
    assert_false(becomes_empty());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soc_is_half_until_something_is_known),
        cmocka_unit_test(test_charge_moves_soc_by_its_share_of_capacity),
        cmocka_unit_test(test_charge_is_clamped_at_both_ends),
        cmocka_unit_test(test_capacity_follows_settings_and_cells),
        cmocka_unit_test(test_new_capacity_keeps_the_charge_that_fits),
        cmocka_unit_test(test_full_in_normal_mode_needs_all_cells_at_vbalance),
        cmocka_unit_test(test_full_in_critical_mode_needs_the_pack_at_vbalance),
        cmocka_unit_test(test_full_needs_a_charge_power_up_to_five_percent),
        cmocka_unit_test(test_full_must_hold_without_a_gap),
        cmocka_unit_test(test_efficiency_takes_its_share_of_incoming_charge_only),
        cmocka_unit_test(test_charge_from_before_a_reset_goes_on),
        cmocka_unit_test(test_stored_energy_is_the_share_of_the_capacity),
        cmocka_unit_test(test_times_follow_the_smoothed_current),
        cmocka_unit_test(test_times_begin_anew_behind_an_unknown_current),
        cmocka_unit_test(test_times_are_unknown_without_a_current_that_says_something),
        cmocka_unit_test(test_full_and_empty_are_told_once),
        cmocka_unit_test(test_full_is_not_believed_of_a_faulty_pack),
        cmocka_unit_test(test_largest_pack_judges_power_without_overflow),
        cmocka_unit_test(test_empty_needs_a_cell_below_vmin_without_load),
        cmocka_unit_test(test_empty_must_hold_without_a_gap),
        cmocka_unit_test(test_empty_cell_may_come_back_a_little_without_its_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
