#include "world/supply.h"
#include "test/sim/world_bench.h"

static double pack_v(const struct world *world)
{
    double sum = 0.0;

    for (int i = 0; i < 4; i++)
        sum += world_cell_v(world, i);
    return sum;
}

static void test_world_same_seed_same_run(void **state)
{
    struct world_config config = EQUAL_LFP;
    struct world *a, *b;

    (void)state;
    config.soc_spread = 0.05;
    config.capacity_spread = 0.02;
    config.r_spread = 0.1;
    a = world_new(&config);
    b = world_new(&config);
    world_set_relays(a, true, true);
    world_set_relays(b, true, true);
    world_load_power(a, 500.0);
    world_load_power(b, 500.0);
    run(a, 100.0);
    run(b, 100.0);
    for (int i = 0; i < 4; i++) {
        assert_true(world_cell_v(a, i) == world_cell_v(b, i));
        assert_true(world_cell_temp_c(a, i) == world_cell_temp_c(b, i));
    }
    assert_false(world_cell_soc(a, 0) == world_cell_soc(a, 1));
    world_free(a);
    world_free(b);
}

static void test_world_spread_stays_within_three_sigma(void **state)
{
    struct world_config config = EQUAL_LFP;
    double squares = 0.0;
    struct world *world;

    (void)state;
    config.cells = 255;
    config.soc_spread = 0.02;
    world = world_new(&config);
    for (int i = 0; i < 255; i++) {
        double off = world_cell_soc(world, i) - 0.5;

        assert_true(fabs(off) <= 0.06 + 1e-12);
        squares += off * off;
    }
    near(sqrt(squares / 255.0), 0.02, 0.003);
    world_free(world);
}

static void test_world_open_relays_carry_no_current(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    world_charger(world, 20.0, 3.5);
    world_load_current(world, 30.0);
    run(world, 10.0);
    near(world_current_in_a(world, 10.0), 0.0, 0.0);
    near(world_current_out_a(world, 10.0), 0.0, 0.0);
    world_set_relays(world, true, false);
    run(world, 10.0);
    near(world_current_in_a(world, 20.0), 20.0, 0.0);
    near(world_current_out_a(world, 20.0), 0.0, 0.0);
    world_set_relays(world, false, true);
    run(world, 10.0);
    near(world_current_in_a(world, 30.0), 0.0, 0.0);
    near(world_current_out_a(world, 30.0), 30.0, 0.0);
    near(world_charge_in_as(world), 200.0, 1e-9);
    near(world_charge_out_as(world), 300.0, 1e-9);
    near(world_time_s(world), 30.0, 1e-9);
    world_free(world);
}

static void test_world_charge_is_conserved(void **state)
{
    struct world *world = new_world(0.5);
    double moved;

    (void)state;
    world_set_relays(world, true, true);
    world_charger(world, 50.0, 3.45);
    world_load_power(world, 200.0);
    run(world, 3600.0);
    moved = world_charge_in_as(world) - world_charge_out_as(world);
    for (int i = 0; i < 4; i++) /* self-discharge: 2 % of 100 Ah in 720 h */
        near((world_cell_soc(world, i) - 0.5) * 360000.0, moved - 10.0, 0.01);
    world_free(world);
}

static void test_world_charger_tapers_at_its_voltage(void **state)
{
    struct world *world = new_world(0.9);
    double last = 50.0;
    bool held = false;

    (void)state;
    world_set_relays(world, true, false);
    world_charger(world, 50.0, 3.45);
    for (int i = 0; i < 3600; i++) {
        double amps;

        run(world, 1.0);
        amps = world_current_in_a(world, world_time_s(world));
        assert_true(amps >= 0.0 && amps <= 50.0);
        /* Within a step of 0.1 s the voltage creeps up a little. */
        assert_true(pack_v(world) < 4 * 3.45 + 0.004);
        if (held) {
            near(pack_v(world), 4 * 3.45, 0.004);
            assert_true(amps <= last + 1e-9);
        }
        held = held || amps < 50.0;
        last = amps;
    }
    assert_true(held);
    assert_true(last < 1.0);
    world_free(world);
}

static void test_world_charger_below_pack_voltage_gives_nothing(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    world_set_relays(world, true, false);
    world_charger(world, 50.0, 3.0);
    run(world, 10.0);
    near(world_current_in_a(world, 10.0), 0.0, 0.0);
    world_free(world);
}

static void test_world_charger_at_voltage_feeds_the_load(void **state)
{
    struct world *world = new_world(0.995);

    (void)state;
    world_set_relays(world, true, true);
    world_charger(world, 50.0, 3.40);
    world_load_current(world, 20.0);
    run(world, 3600.0);
    near(pack_v(world), 4 * 3.40, 0.001);
    near(world_current_in_a(world, 3600.0), 20.0, 0.5);
    world_free(world);
}

static void test_world_power_load_draws_that_power(void **state)
{
    struct world *world = new_world(0.5);
    double amps;

    (void)state;
    world_set_relays(world, false, true);
    world_load_power(world, 1000.0);
    run(world, 10.0);
    amps = world_current_out_a(world, 10.0);
    near(amps * pack_v(world), 1000.0, 0.1);
    world_load_current(world, 7.0);
    run(world, 1.0);
    near(world_current_out_a(world, 11.0), 7.0, 0.0);
    world_free(world);
}

static void test_world_impossible_power_is_limited(void **state)
{
    struct world *world = new_world(0.5);

    (void)state;
    world_set_relays(world, false, true);
    world_load_power(world, 1e7);
    world_step(world, 0.01);
    assert_true(isfinite(world_current_out_a(world, 0.0)));
    near(pack_v(world), 4 * 3.3 / 2.0, 0.1);
    world_free(world);
}

static void test_world_load_cannot_pull_below_zero(void **state)
{
    struct world *world = new_world(0.0);

    (void)state;
    world_set_relays(world, false, true);
    world_load_current(world, 100.0);
    run(world, 3600.0);
    near(world_current_out_a(world, 3600.0), 0.0, 1e-6);
    near(pack_v(world), 0.0, 1e-6);
    world_free(world);
}

static void test_world_overload_leaves_the_charger_at_its_limits(void **state)
{
    /* A nearly dead pack, 0.6 V behind 0.9 ohm, and a load of 2 kW. */
    struct supply supply = { .charger_a = 80.0, .charger_v = 26.0, .load_w = 2040.0 };
    struct flow flow = supply_flow(&supply, 0.6, 0.9, true, true, 0.0);

    (void)state;
    near(flow.in_a, 80.0, 1e-9);
    near(0.6 + 0.9 * (flow.in_a - flow.out_a), 26.0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_world_same_seed_same_run),
        cmocka_unit_test(test_world_spread_stays_within_three_sigma),
        cmocka_unit_test(test_world_open_relays_carry_no_current),
        cmocka_unit_test(test_world_charge_is_conserved),
        cmocka_unit_test(test_world_charger_tapers_at_its_voltage),
        cmocka_unit_test(test_world_charger_below_pack_voltage_gives_nothing),
        cmocka_unit_test(test_world_charger_at_voltage_feeds_the_load),
        cmocka_unit_test(test_world_power_load_draws_that_power),
        cmocka_unit_test(test_world_impossible_power_is_limited),
        cmocka_unit_test(test_world_load_cannot_pull_below_zero),
        cmocka_unit_test(test_world_overload_leaves_the_charger_at_its_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
