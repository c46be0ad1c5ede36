/* When a pack is full, and when it is empty. */
#include "test/fake/soc_bench.h"

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
        cmocka_unit_test(test_full_in_normal_mode_needs_all_cells_at_vbalance),
        cmocka_unit_test(test_full_in_critical_mode_needs_the_pack_at_vbalance),
        cmocka_unit_test(test_full_needs_a_charge_power_up_to_five_percent),
        cmocka_unit_test(test_full_must_hold_without_a_gap),
        cmocka_unit_test(test_full_and_empty_are_told_once),
        cmocka_unit_test(test_full_is_not_believed_of_a_faulty_pack),
        cmocka_unit_test(test_largest_pack_judges_power_without_overflow),
        cmocka_unit_test(test_empty_needs_a_cell_below_vmin_without_load),
        cmocka_unit_test(test_empty_must_hold_without_a_gap),
        cmocka_unit_test(test_empty_cell_may_come_back_a_little_without_its_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
