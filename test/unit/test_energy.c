#include "end_board/energy.h"
#include "test.h"

static struct energy e;
static struct extremes x;
static struct pack pack;
static struct facts f;

static void count(uint64_t in_mas, uint64_t out_mas, uint32_t mv)
{
    struct meter_taken taken = { .in_mas = in_mas, .out_mas = out_mas };
    energy_step(&e, &taken, mv, 360000000LL);
}

/* 10 A at 12.8 V for an hour in steps of no whole mWh: 128 Wh, to the mWh. */
static void test_energy_of_an_hour_is_exact(void **state)
{
    (void)state;
    energy_init(&e);
    for (uint16_t i = 0; i < 4000; i++)
        count(9000, 4500, 12800);
    assert_int_equal(e.in.mwh, 128000);
    assert_int_equal(e.out.mwh, 64000);
}

static void test_largest_pack_counts_a_century_without_overflow(void **state)
{
    (void)state;
    energy_init(&e);
    count(500000ULL * 3600, 0, 1275000); /* 500 A for an hour: 637.5 kWh */
    assert_int_equal(e.in.mwh, 637500000);
    e.in.mwh = 637500000ULL * 24 * 365 * 100;
    count(500000ULL * 3600, 0, 1275000);
    assert_true(e.in.mwh == 637500000ULL * (24ULL * 365 * 100 + 1));
}

static void test_today_starts_anew_and_totals_go_on(void **state)
{
    (void)state;
    energy_init(&e);
    count(3600000, 7200000, 10000); /* 10 Wh, 20 Wh */
    assert_int_equal(energy_today_mwh(&e.in), 10000);
    assert_int_equal(energy_today_mwh(&e.out), 20000);
    energy_day_over(&e);
    assert_int_equal(energy_today_mwh(&e.in), 0);
    assert_int_equal(energy_today_mwh(&e.out), 0);
    count(3600000, 0, 10000);
    assert_int_equal(energy_today_mwh(&e.in), 10000);
    assert_int_equal(e.in.mwh, 20000);
    energy_clear(&e);
    assert_int_equal(e.in.mwh, 0);
    assert_int_equal(e.out.mwh, 0);
    assert_int_equal(energy_today_mwh(&e.in), 0);
}

/* Only what leaves the battery counts, not what passes it by. */
static void test_cycles_count_net_discharge(void **state)
{
    (void)state;
    energy_init(&e);
    for (uint16_t i = 0; i < 1000; i++)
        count(100000, 100000, 12800);
    assert_int_equal(e.cycles_milli, 0);
    for (uint16_t i = 0; i < 1000; i++)
        count(0, 540000, 12800);
    assert_int_equal(e.cycles_milli, 1500);
    for (uint16_t i = 0; i < 1000; i++)
        count(540000, 0, 12800);
    assert_int_equal(e.cycles_milli, 1500);
}

static void test_cycles_wait_for_a_known_capacity(void **state)
{
    struct meter_taken taken = { .out_mas = 500 };

    (void)state;
    energy_init(&e);
    energy_step(&e, &taken, 12800, 0);
    assert_int_equal(e.cycles_milli, 0);
    energy_step(&e, &taken, 12800, 1000000);
    assert_int_equal(e.cycles_milli, 1);
    assert_int_equal(e.cycle_mas, 0);
}

static void set_up_extremes(void)
{
    extremes_init(&x);
    pack = (struct pack){ .count = 4,
                          .min_mv = 3290,
                          .max_mv = 3310,
                          .min_dc = 240,
                          .max_dc = 260,
                          .lowest = 1,
                          .highest = 2,
                          .coldest = 3,
                          .hottest = 4 };
    f = (struct facts){ .pack = &pack, .current_known = true };
}

static void test_extremes_keep_the_worst_and_its_cell(void **state)
{
    (void)state;
    set_up_extremes();
    assert_true(extremes_step(&x, &f));
    assert_false(extremes_step(&x, &f));
    pack.min_mv = 3100;
    pack.lowest = 3;
    pack.max_dc = 400;
    pack.hottest = 2;
    f.battery_ma = -50000;
    assert_true(extremes_step(&x, &f));
    pack.min_mv = 3200;
    pack.lowest = 1;
    pack.max_mv = 3300;
    pack.highest = 1;
    pack.max_dc = 390;
    pack.hottest = 1;
    f.battery_ma = 20000;
    assert_true(extremes_step(&x, &f));
    assert_false(extremes_step(&x, &f));
    assert_int_equal(x.min_mv, 3100);
    assert_int_equal(x.lowest, 3);
    assert_int_equal(x.max_mv, 3310);
    assert_int_equal(x.highest, 2);
    assert_int_equal(x.min_dc, 240);
    assert_int_equal(x.coldest, 3);
    assert_int_equal(x.max_dc, 400);
    assert_int_equal(x.hottest, 2);
    assert_int_equal(x.charge_ma, 20000);
    assert_int_equal(x.discharge_ma, 50000);
}

static void test_extremes_of_a_faulty_pack_do_not_count(void **state)
{
    (void)state;
    for (uint8_t bit = 0; bit < 8; bit++) {
        set_up_extremes();
        f.faults = (uint16_t)(1u << bit);
        f.battery_ma = 90000;
        assert_false(extremes_step(&x, &f));
        assert_false(x.known);
        assert_int_equal(x.charge_ma, 0);
    }
    set_up_extremes();
    f.current_known = false;
    f.battery_ma = 90000;
    assert_true(extremes_step(&x, &f));
    assert_int_equal(x.charge_ma, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_energy_of_an_hour_is_exact),
        cmocka_unit_test(test_largest_pack_counts_a_century_without_overflow),
        cmocka_unit_test(test_today_starts_anew_and_totals_go_on),
        cmocka_unit_test(test_cycles_count_net_discharge),
        cmocka_unit_test(test_cycles_wait_for_a_known_capacity),
        cmocka_unit_test(test_extremes_keep_the_worst_and_its_cell),
        cmocka_unit_test(test_extremes_of_a_faulty_pack_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
