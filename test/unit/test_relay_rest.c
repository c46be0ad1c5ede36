/* How long a relay that opened stays open. */
#include "test/fake/relay_bench.h"

static void test_relays_start_open_and_rest_first(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    relay_init(&relay, s.in.now_ms);
    assert_false(relay.closed[RELAY_CHARGE] || relay.closed[RELAY_LOAD]);
    relay_step(&relay, &s.in);
    assert_false(relay.closed[RELAY_CHARGE] || relay.closed[RELAY_LOAD]);
    assert_true(relay.held[RELAY_CHARGE] & RULE_BIT(RULE_REST));
    s.in.now_ms += RELAY_REST_MS - 1u;
    relay_step(&relay, &s.in);
    assert_false(relay.closed[RELAY_CHARGE] || relay.closed[RELAY_LOAD]);
    s.in.now_ms += 1;
    relay_step(&relay, &s.in);
    assert_true(relay.closed[RELAY_CHARGE] && relay.closed[RELAY_LOAD]);
    assert_int_equal(relay.switchings, 2);
}

static void test_relay_that_opened_rests_but_opens_at_once(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    s.in.now_ms = 0xFFFFFF00u; /* the clock wraps during the rest */
    start_with(true);
    s.pack.max_mv = 3700;
    relay_step(&relay, &s.in);
    assert_false(relay.closed[RELAY_CHARGE]);
    assert_true(relay.closed[RELAY_LOAD]);
    assert_int_equal(relay.reason[RELAY_CHARGE], RULE_CELL_AT_VMAX);
    assert_int_equal(relay.switchings, 1);
    s.pack.max_mv = 3310;
    for (uint16_t ms = 0; ms < RELAY_REST_MS; ms += QUARTER_MS) {
        relay_step(&relay, &s.in);
        assert_false(relay.closed[RELAY_CHARGE]);
        s.in.now_ms += QUARTER_MS;
    }
    relay_step(&relay, &s.in);
    assert_true(relay.closed[RELAY_CHARGE]);
    assert_int_equal(relay.switchings, 2);
    s.pack.max_mv = 3700; /* closed for no time at all: opens */
    relay_step(&relay, &s.in);
    assert_false(relay.closed[RELAY_CHARGE]);
}

/* An open relay that must stay open does not rest anew. */
static void test_rest_counts_from_the_opening(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    s.pack.max_mv = 3700;
    relay_step(&relay, &s.in);
    s.in.now_ms += RELAY_REST_MS;
    relay_step(&relay, &s.in);
    s.pack.max_mv = 3310;
    relay_step(&relay, &s.in);
    assert_true(relay.closed[RELAY_CHARGE]);
}

/* Once rested, a relay stays so: also when the clock has gone round. */
static void test_rest_is_over_for_good(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    s.pack.max_mv = 3700;
    relay_step(&relay, &s.in);
    s.in.now_ms += RELAY_REST_MS;
    relay_step(&relay, &s.in);
    s.in.now_ms -= RELAY_REST_MS - 1u; /* 49 days later */
    s.pack.max_mv = 3310;
    relay_step(&relay, &s.in);
    assert_true(relay.closed[RELAY_CHARGE]);
}

/* Closed for a moment and opened again; returns how long it stayed open. */
static uint32_t flutter_once(uint32_t closed_for_ms)
{
    uint32_t opened_ms;

    s.in.now_ms += closed_for_ms;
    s.pack.max_mv = 3700;
    relay_step(&relay, &s.in);
    assert_false(relay.closed[RELAY_CHARGE]);
    opened_ms = s.in.now_ms;
    s.pack.max_mv = 3310;
    while (!relay.closed[RELAY_CHARGE] && s.in.now_ms - opened_ms < 1000000u) {
        s.in.now_ms += QUARTER_MS;
        relay_step(&relay, &s.in);
    }
    return s.in.now_ms - opened_ms;
}

static void test_relay_that_flutters_rests_longer_and_longer(void **state)
{
    static const uint32_t rest_ms[] = { 5000,  5000,   5000,   10000,  20000,  40000,
                                        80000, 160000, 320000, 640000, 640000, 640000 };

    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    relay.closed_ms[RELAY_CHARGE] = s.in.now_ms;
    for (uint8_t i = 0; i < sizeof rest_ms / sizeof rest_ms[0]; i++)
        assert_int_equal(flutter_once(RELAY_CALM_MS - QUARTER_MS), rest_ms[i]);
    assert_true(relay.closed[RELAY_LOAD]); /* each counts for itself */
    assert_int_equal(flutter_once(RELAY_CALM_MS), RELAY_REST_MS);
    assert_int_equal(flutter_once(0), RELAY_REST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relays_start_open_and_rest_first),
        cmocka_unit_test(test_relay_that_opened_rests_but_opens_at_once),
        cmocka_unit_test(test_rest_counts_from_the_opening),
        cmocka_unit_test(test_rest_is_over_for_good),
        cmocka_unit_test(test_relay_that_flutters_rests_longer_and_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
