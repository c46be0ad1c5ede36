#include "test/sim/world_bench.h"

static void test_world_balancing_takes_charge_and_warms(void **state)
{
    struct world *world = new_world(0.5);
    double amps = 3.299 / 3.3;

    (void)state;
    world_set_balancing(world, 1, true);
    run(world, 1800.0);
    near((world_cell_soc(world, 0) - world_cell_soc(world, 1)) * 360000.0, amps * 1800.0, 3.0);
    near(world_board_temp_c(world, 1), 25.0 + 0.95 * 3.299 * amps * 12.0, 0.5);
    near(world_board_temp_c(world, 0), 25.0, 1e-9);
    assert_true(world_cell_temp_c(world, 1) > world_cell_temp_c(world, 0));
    near(world_cell_rest_v(world, 1, false) - world_cell_v(world, 1), amps * 0.00045, 1e-5);
    world_free(world);
}

static void test_world_balance_duty_counts_for_one_step(void **state)
{
    struct world *world = new_world(0.5);
    double start = world_cell_soc(world, 0);
    double lost;

    (void)state;
    world_set_balance_duty(world, 0, 0.5);
    world_step(world, 0.1);
    lost = (start - world_cell_soc(world, 0)) * 360000.0;
    near(lost, 0.1 * 0.5 * 3.299 / 3.3, 0.001);
    world_step(world, 0.1);
    lost = (start - world_cell_soc(world, 0)) * 360000.0;
    near(lost, 0.1 * 0.5 * 3.299 / 3.3, 0.002);
    world_set_balancing(world, 0, true);
    world_set_balance_duty(world, 0, 0.0);
    start = world_cell_soc(world, 0);
    world_step(world, 0.1);
    near((start - world_cell_soc(world, 0)) * 360000.0, 0.0, 0.001);
    world_free(world);
}

static void test_world_leak_empties_the_cell(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    world_short_resistance(world, 2, 1.0);
    run(world, 600.0);
    near((world_cell_soc(world, 0) - world_cell_soc(world, 2)) * 360000.0, 3.299 * 600.0, 10.0);
    world_short_resistance(world, 2, 0.0);
    run(world, 600.0);
    near((world_cell_soc(world, 0) - world_cell_soc(world, 2)) * 360000.0, 3.299 * 600.0, 10.0);
    world_free(world);
}

static void test_world_removed_cell_interrupts_the_pack(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    world_set_relays(world, true, true);
    world_load_current(world, 10.0);
    run(world, 1.0);
    world_remove_cell(world, 2, true);
    near(world_cell_v(world, 2), 0.0, 0.0);
    run(world, 1.0);
    near(world_current_out_a(world, 2.0), 0.0, 0.0);
    near(world_cell_v(world, 2), 0.0, 0.0);
    assert_true(world_cell_v(world, 1) > 3.0);
    world_remove_cell(world, 2, false);
    run(world, 1.0);
    near(world_current_out_a(world, 3.0), 10.0, 0.0);
    assert_true(world_cell_v(world, 2) > 3.0);
    world_free(world);
}

static void test_world_ripple_leaves_the_mean(void **state)
{
    struct world *world = new_world(0.5);
    double lowest = INFINITY, highest = 0.0, sum = 0.0;

    (void)state;
    world_set_relays(world, false, true);
    world_load_current(world, 40.0);
    world_ripple(world, 100.0, 0.25);
    run(world, 1.0);
    for (int i = 0; i < 1000; i++) {
        double amps = world_current_out_a(world, 1.0 + i * 1e-5);

        lowest = fmin(lowest, amps);
        highest = fmax(highest, amps);
        sum += amps;
    }
    near(lowest, 30.0, 0.01);
    near(highest, 50.0, 0.01);
    near(sum / 1000.0, 40.0, 1e-6);
    near(world_charge_out_as(world), 40.0, 1e-9);
    near(world_cell_v_at(world, 0, false, 1.0025) - world_cell_v_at(world, 0, false, 1.0075),
         -20.0 * 0.00045, 1e-5);
    world_free(world);
}

static void test_world_forced_temperature_is_held_until_released(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    world_force_cell_temp(world, -1, 60.0);
    world_force_cell_temp(world, 3, -20.0);
    run(world, 600.0);
    near(world_cell_temp_c(world, 0), 60.0, 0.0);
    near(world_cell_temp_c(world, 3), -20.0, 0.0);
    world_release_cell_temp(world, -1);
    world_set_ambient(world, 10.0);
    run(world, 36000.0);
    near(world_cell_temp_c(world, 0), 10.0, 0.1);
    near(world_cell_temp_c(world, 3), 10.0, 0.1);
    world_free(world);
}

static void test_world_pack_soc_follows_the_limiting_cells(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    near(world_pack_soc(world), 0.5, 1e-9);
    world_set_cell_soc(world, 0, 0.3);
    world_set_cell_soc(world, 1, 0.9);
    near(world_pack_soc(world), 0.3 / (0.3 + 0.1), 1e-9);
    world_set_cell_soc(world, 1, 1.05);
    near(world_pack_soc(world), 1.0, 1e-9);
    world_set_cell_soc(world, 0, -0.01);
    near(world_pack_soc(world), 0.0, 1e-9);
    world_free(world);
}

static void test_world_profile_obeys_the_relays(void **state)
{
    double times[] = { 100.0, 110.0, 110.5, 120.0 };
    double amps[] = { 8.0, 8.0, -6.0, -6.0 };
    struct series series = { .time_s = times, .value = amps, .n = 4 };
    struct world *world = new_world(0.5);

    (void)state;
    run(world, 5.0);
    world_set_relays(world, true, true);
    world_profile(world, &series, 0.5, true);
    run(world, 5.0);
    near(world_current_in_a(world, 10.0), 4.0, 1e-9);
    run(world, 10.0);
    near(world_current_in_a(world, 20.0), 0.0, 0.0);
    near(world_current_out_a(world, 20.0), 3.0, 1e-9);
    world_set_relays(world, true, false);
    run(world, 1.0);
    near(world_current_out_a(world, 21.0), 0.0, 0.0);
    run(world, 8.0); /* 4 s into the second pass */
    near(world_current_in_a(world, 29.0), 4.0, 1e-9);
    world_set_relays(world, false, false);
    run(world, 1.0);
    near(world_current_in_a(world, 30.0), 0.0, 0.0);
    world_set_relays(world, true, true);
    world_profile(world, &series, 1.0, false);
    run(world, 30.0);
    near(world_current_out_a(world, 60.0), 0.0, 0.0);
    world_profile(world, NULL, 1.0, false);
    run(world, 1.0);
    near(world_current_in_a(world, 61.0), 0.0, 0.0);
    world_free(world);
}

static void test_world_replay_interpolates_and_holds_the_end(void **state)
{
    double times[] = { 10.0, 20.0, 30.0 };
    double amps[] = { 4.0, 8.0, -6.0 };
    double mv[] = { 3000, 3100, 3200, 3300, 3100, 3200, 3300, 3400, 3300, 3300, 3300, 3300 };
    double temps[] = { 20, 30, 22, 32, 24, 34 };
    struct recording recording = { .n = 3,
                                   .cells = 4,
                                   .temps = 2,
                                   .time_s = times,
                                   .current_a = amps,
                                   .mv = mv,
                                   .temp_c = temps };
    struct world *world = new_world(0.5);

    (void)state;
    world_replay(world, &recording);
    near(world_cell_v(world, 0), 3.0, 1e-12);
    run(world, 5.0);
    near(world_cell_v(world, 0), 3.05, 1e-9);
    near(world_cell_v(world, 3), 3.35, 1e-9);
    near(world_cell_temp_c(world, 1), 21.0, 1e-9);
    near(world_cell_temp_c(world, 2), 31.0, 1e-9);
    near(world_current_in_a(world, 5.0), 6.0, 1e-9);
    near(world_current_out_a(world, 5.0), 0.0, 0.0);
    assert_true(isnan(world_pack_soc(world)));
    assert_true(isnan(world_cell_soc(world, 0)));
    run(world, 5.0);
    near(world_charge_in_as(world), 60.0, 1e-6);
    run(world, 50.0);
    near(world_cell_v(world, 2), 3.3, 1e-12);
    near(world_current_out_a(world, 60.0), 6.0, 1e-12);
    world_remove_cell(world, 2, true);
    near(world_cell_v(world, 2), 0.0, 0.0);
    world_replay(world, NULL);
    run(world, 1.0);
    near(world_cell_v(world, 0), 3.299, 0.001);
    near(world_current_out_a(world, 61.0), 0.0, 0.0);
    world_free(world);
}

static void test_world_overcharged_cell_passes_vmax(void **state)
{
    struct world *world = new_world(0.98);

    (void)state;
    world_set_cell_soc(world, 1, 1.0);
    world_set_relays(world, true, false);
    world_charger(world, 50.0, 3.6);
    run(world, 120.0);
    assert_true(world_cell_v(world, 1) > 3.7);
    assert_true(world_cell_soc(world, 1) > 1.0);
    assert_true(world_cell_v(world, 0) < 3.5);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_world_balancing_takes_charge_and_warms),
        cmocka_unit_test(test_world_balance_duty_counts_for_one_step),
        cmocka_unit_test(test_world_leak_empties_the_cell),
        cmocka_unit_test(test_world_removed_cell_interrupts_the_pack),
        cmocka_unit_test(test_world_ripple_leaves_the_mean),
        cmocka_unit_test(test_world_forced_temperature_is_held_until_released),
        cmocka_unit_test(test_world_pack_soc_follows_the_limiting_cells),
        cmocka_unit_test(test_world_profile_obeys_the_relays),
        cmocka_unit_test(test_world_replay_interpolates_and_holds_the_end),
        cmocka_unit_test(test_world_overcharged_cell_passes_vmax),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
