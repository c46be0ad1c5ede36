#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "world/cell.h"
#include "world/rng.h"

#define near(actual, expected, tolerance) assert_true(fabs((actual) - (expected)) <= (tolerance))

/* rng */

static void test_rng_same_seed_repeats(void **state)
{
    struct rng a, b, c;

    (void)state;
    rng_seed(&a, 7, 3);
    rng_seed(&b, 7, 3);
    rng_seed(&c, 7, 4);
    for (int i = 0; i < 100; i++) {
        uint64_t value = rng_u64(&a);

        assert_true(value == rng_u64(&b));
        assert_false(value == rng_u64(&c));
    }
}

static void test_rng_gauss_has_given_sigma(void **state)
{
    const int n = 200000;
    double sum = 0.0, squares = 0.0;
    struct rng rng;

    (void)state;
    rng_seed(&rng, 1, 0);
    for (int i = 0; i < n; i++) {
        double x = rng_gauss(&rng, 2.0);

        sum += x;
        squares += x * x;
    }
    near(sum / n, 0.0, 0.03);
    near(sqrt(squares / n), 2.0, 0.03);
}

static void test_rng_uniform_stays_in_range(void **state)
{
    double sum = 0.0;
    struct rng rng;

    (void)state;
    rng_seed(&rng, 1, 1);
    for (int i = 0; i < 100000; i++) {
        double x = rng_uniform(&rng, -3.0, 5.0);

        assert_true(x >= -3.0 && x < 5.0);
        sum += x;
    }
    near(sum / 100000.0, 1.0, 0.03);
}

/* chemistry */

static void test_chemistry_names_round_trip(void **state)
{
    enum chemistry found = CHEM_LFP;

    (void)state;
    for (int i = 0; i < CHEM_COUNT; i++) {
        assert_true(chemistry_from_name(chemistry_info((enum chemistry)i)->name, &found));
        assert_int_equal(found, i);
    }
    assert_false(chemistry_from_name("lead", &found));
    assert_int_equal(found, CHEM_LIION);
}

static void test_chemistry_ocv_rises_everywhere(void **state)
{
    (void)state;
    for (int i = 0; i < CHEM_COUNT; i++) {
        const struct chemistry_info *info = chemistry_info((enum chemistry)i);
        double lowest = chemistry_soc_lowest(info);
        double highest = chemistry_soc_highest(info);
        double last = -1.0;

        for (int k = 0; k <= 1000; k++) {
            double v = chemistry_ocv_v(info, lowest + (highest - lowest) * k / 1000.0);

            assert_true(v > last);
            last = v;
        }
        near(chemistry_ocv_v(info, lowest - 0.1), 0.0, 1e-9);
        near(chemistry_ocv_v(info, highest + 0.1), 5.5, 1e-9);
    }
}

static void test_chemistry_presets_lie_on_the_curve(void **state)
{
    (void)state;
    for (int i = 0; i < CHEM_COUNT; i++) {
        const struct chemistry_info *info = chemistry_info((enum chemistry)i);

        assert_true(info->vmin_mv < info->vbalance_mv);
        assert_true(info->vbalance_mv < info->vmax_mv);
        assert_true(chemistry_ocv_v(info, 0.0) * 1000.0 < info->vmin_mv);
        assert_true(chemistry_ocv_v(info, 1.02) * 1000.0 > info->vbalance_mv);
        assert_true(chemistry_ocv_v(info, 0.5) * 1000.0 > info->vmin_mv);
    }
}

static void test_chemistry_resistance_doubles_in_the_cold(void **state)
{
    (void)state;
    near(chemistry_resistance_factor(25.0), 1.0, 1e-12);
    near(chemistry_resistance_factor(-10.0), 2.2, 0.01);
    assert_true(chemistry_resistance_factor(45.0) < 0.8);
}

/* cell */

static void test_cell_current_moves_exact_charge(void **state)
{
    struct cell cell;

    (void)state;
    cell_init(&cell, CHEM_NMC, 50.0, 0.5, 25.0);
    cell.self_discharge_a = 0.0;
    for (int i = 0; i < 3600; i++)
        cell_step(&cell, 10.0, 1.0, 25.0, 0.0);
    near(cell_soc(&cell), 0.7, 1e-9);
    for (int i = 0; i < 3600; i++)
        cell_step(&cell, -10.0, 1.0, 25.0, 0.0);
    near(cell_soc(&cell), 0.5, 1e-9);
}

static void test_cell_polarisation_relaxes_with_tau(void **state)
{
    struct cell cell;
    double r1;

    (void)state;
    cell_init(&cell, CHEM_LFP, 100.0, 0.5, 25.0);
    r1 = cell.r1_ohm;
    cell_step(&cell, 100.0, cell.tau_s, 25.0, 0.0);
    near(cell.u1_v, 100.0 * r1 * (1.0 - exp(-1.0)), 1e-12);
    cell_step(&cell, 0.0, 2.0 * cell.tau_s, 25.0, 0.0);
    near(cell.u1_v, 100.0 * r1 * (1.0 - exp(-1.0)) * exp(-2.0), 1e-12);
}

static void test_cell_polarisation_does_not_depend_on_step(void **state)
{
    struct cell coarse, fine;

    (void)state;
    cell_init(&coarse, CHEM_LFP, 100.0, 0.5, 25.0);
    coarse.heat_capacity_j_per_k = 1e12;
    fine = coarse;
    cell_step(&coarse, -50.0, 10.0, 25.0, 0.0);
    for (int i = 0; i < 10000; i++)
        cell_step(&fine, -50.0, 0.001, 25.0, 0.0);
    near(coarse.u1_v, fine.u1_v, 1e-9);
}

static void test_cell_current_steps_by_r0(void **state)
{
    struct cell cell;

    (void)state;
    cell_init(&cell, CHEM_LFP, 100.0, 0.5, 25.0);
    near(cell_voltage_v(&cell, 100.0) - cell_voltage_v(&cell, -100.0), 200.0 * cell.r0_ohm, 1e-9);
    cell.temp_c = -10.0;
    near(cell_voltage_v(&cell, 100.0) - cell_voltage_v(&cell, -100.0), 440.0 * cell.r0_ohm, 0.002);
}

static void test_cell_overcharge_rises_past_vmax(void **state)
{
    (void)state;
    for (int i = 0; i < CHEM_COUNT; i++) {
        enum chemistry chemistry = (enum chemistry)i;
        double last = 0.0;
        struct cell cell;

        cell_init(&cell, chemistry, 10.0, 1.0, 25.0);
        for (int k = 0; k < 1200; k++) {
            double v;

            cell_step(&cell, 10.0, 1.0, 25.0, 0.0);
            v = cell_voltage_v(&cell, 0.0);
            assert_true(v >= last && v <= 5.5);
            last = v;
        }
        assert_true(last * 1000.0 > chemistry_info(chemistry)->vmax_mv + 200);
    }
}

static void test_cell_overdischarge_collapses_to_zero(void **state)
{
    struct cell cell;

    (void)state;
    cell_init(&cell, CHEM_LFP, 10.0, 0.02, 25.0);
    for (int i = 0; i < 600; i++)
        cell_step(&cell, -10.0, 1.0, 25.0, 0.0);
    near(cell_voltage_v(&cell, -10.0), 0.0, 0.0);
    near(cell_soc(&cell), chemistry_soc_lowest(cell.chem), 1e-9);
}

static void test_cell_heat_ends_at_balance(void **state)
{
    struct cell cell;

    (void)state;
    cell_init(&cell, CHEM_LFP, 10.0, 0.5, 25.0);
    for (int i = 0; i < 200; i++)
        cell_step(&cell, 0.0, 100.0, 15.0, 2.0);
    near(cell.temp_c, 15.0 + 2.0 / cell.heat_w_per_k, 0.01);
}

static void test_cell_removed_shows_zero(void **state)
{
    struct cell cell;

    (void)state;
    cell_init(&cell, CHEM_LTO, 10.0, 0.5, 25.0);
    assert_true(cell_voltage_v(&cell, 0.0) > 2.0);
    cell.removed = true;
    near(cell_voltage_v(&cell, 0.0), 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rng_same_seed_repeats),
        cmocka_unit_test(test_rng_gauss_has_given_sigma),
        cmocka_unit_test(test_rng_uniform_stays_in_range),
        cmocka_unit_test(test_chemistry_names_round_trip),
        cmocka_unit_test(test_chemistry_ocv_rises_everywhere),
        cmocka_unit_test(test_chemistry_presets_lie_on_the_curve),
        cmocka_unit_test(test_chemistry_resistance_doubles_in_the_cold),
        cmocka_unit_test(test_cell_current_moves_exact_charge),
        cmocka_unit_test(test_cell_polarisation_relaxes_with_tau),
        cmocka_unit_test(test_cell_polarisation_does_not_depend_on_step),
        cmocka_unit_test(test_cell_current_steps_by_r0),
        cmocka_unit_test(test_cell_overcharge_rises_past_vmax),
        cmocka_unit_test(test_cell_overdischarge_collapses_to_zero),
        cmocka_unit_test(test_cell_heat_ends_at_balance),
        cmocka_unit_test(test_cell_removed_shows_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
