#include "common/balance.h"
#include "test.h"

struct row {
    uint16_t mv;
    int16_t dc;
    bool trusted, lost;
    uint16_t vbalance_mv;
    bool on_before, hot_before;
    bool on_after, hot_after;
};

static const struct row rows[] = {
    /* voltage: on above, off at 5 mV below, kept in between */
    { 3399, 250, true, false, 3400, false, false, false, false },
    { 3400, 250, true, false, 3400, false, false, false, false },
    { 3401, 250, true, false, 3400, false, false, true, false },
    { 3400, 250, true, false, 3400, true, false, true, false },
    { 3396, 250, true, false, 3400, true, false, true, false },
    { 3396, 250, true, false, 3400, false, false, false, false },
    { 3395, 250, true, false, 3400, true, false, false, false },
    { 8191, 250, true, false, 1900, false, false, true, false },
    /* switches say no */
    { 4000, 250, true, false, 0, false, false, false, false },
    { 4000, 250, true, false, 0, true, false, false, false },
    /* no round for too long, reading not to be trusted */
    { 4000, 250, true, true, 3400, true, false, false, false },
    { 4000, 250, false, false, 3400, true, false, false, false },
    /* temperature: hot from 75.0, cool again at 65.0, kept in between */
    { 4000, 749, true, false, 3400, true, false, true, false },
    { 4000, 750, true, false, 3400, true, false, false, true },
    { 4000, 749, true, false, 3400, false, true, false, true },
    { 4000, 651, true, false, 3400, false, true, false, true },
    { 4000, 650, true, false, 3400, false, true, true, false },
    { 4000, -400, true, false, 3400, false, true, true, false },
    /* a temperature that is not trusted neither heats nor cools */
    { 4000, 900, false, false, 3400, false, false, false, false },
    { 4000, 100, false, false, 3400, false, true, false, true },
};

static void test_balance_every_case_of_the_table(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(rows); i++) {
        struct balance b = { .on = rows[i].on_before, .hot = rows[i].hot_before };
        struct balance_input in = { .mv = rows[i].mv,
                                    .dc = rows[i].dc,
                                    .trusted = rows[i].trusted,
                                    .vbalance_mv = rows[i].vbalance_mv,
                                    .lost = rows[i].lost };
        balance_step(&b, &in);
        if (b.on != rows[i].on_after || b.hot != rows[i].hot_after)
            fail_msg("row %u: on %u hot %u", i, b.on, b.hot);
    }
}

static void test_balance_resistor_stops_at_95_and_goes_on_at_85(void **state)
{
    static const struct {
        int16_t resistor_dc;
        bool hot_before, on;
    } cases[] = { { 949, false, true }, { 950, false, false }, { 851, true, false },
                  { 850, true, true },  { 1300, true, false }, { -400, true, true } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        struct balance b = { .on = !cases[i].hot_before, .resistor_hot = cases[i].hot_before };
        struct balance_input in = { .mv = 3500,
                                    .dc = 600,
                                    .resistor_dc = cases[i].resistor_dc,
                                    .trusted = true,
                                    .vbalance_mv = 3400 };
        balance_step(&b, &in);
        assert_int_equal(b.on, cases[i].on);
        assert_int_equal(b.resistor_hot, !cases[i].on);
        assert_false(b.hot);
    }
}

/* Without a balance voltage; what ends it, ends it for good. */
static void test_balance_by_order_is_ended_by_heat_doubt_silence_and_a_low_cell(void **state)
{
    static const struct balance_input good = { .mv = 3300, .dc = 250, .trusted = true };
    struct balance_input bad[4] = { good, good, good, good };
    struct balance b = { 0 };

    (void)state;
    bad[0].trusted = false;
    bad[1].lost = true;
    bad[2].mv = 3300 - BALANCE_FORCED_DROP_MV;
    bad[3].mv = 3300;
    for (uint8_t i = 0; i < 3; i++) {
        assert_true(balance_force(&b, 100, 3300));
        balance_step(&b, &good);
        assert_true(b.on);
        balance_step(&b, &bad[i]);
        assert_false(b.on);
        balance_step(&b, &good);
        assert_false(b.on);
    }
    assert_true(balance_force(&b, 100, 3300)); /* heat: a pause */
    bad[3].dc = BALANCE_HOT_DC;
    balance_step(&b, &bad[3]);
    assert_false(b.on);
    balance_step(&b, &good);
    assert_true(b.on);
    assert_true(balance_force(&b, 2, 3300));
    balance_step(&b, &good);
    assert_true(b.on);
    balance_step(&b, &good);
    assert_false(b.on);
    assert_true(balance_force(&b, 9, 3300));
    assert_false(balance_force(&b, 2, BALANCE_FORCED_DROP_MV));
    assert_int_equal(b.forced_rounds, 0); /* ends the one before, too */
    assert_true(balance_force(&b, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balance_every_case_of_the_table),
        cmocka_unit_test(test_balance_resistor_stops_at_95_and_goes_on_at_85),
        cmocka_unit_test(test_balance_by_order_is_ended_by_heat_doubt_silence_and_a_low_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
