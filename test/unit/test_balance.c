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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balance_every_case_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
