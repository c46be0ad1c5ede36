#include "test/fake/relay_bench.h"

/* ---- the two tables of the manual as nested ifs ---------------------------------------------- */

static int32_t lowest_for(uint8_t which)
{
    return which == RELAY_CHARGE ? s.settings.charge_tmin_dc : s.settings.discharge_tmin_dc;
}

static int32_t highest_for(uint8_t which)
{
    return which == RELAY_CHARGE ? s.settings.charge_tmax_dc : s.settings.discharge_tmax_dc;
}

static bool charge_power_is_low(void)
{
    int64_t milliwatts;
    if (!s.in.current_known)
        return true; /* nobody can say that it is high */
    if (s.in.battery_ma < 0)
        return false;
    milliwatts = (int64_t)s.in.battery_ma * s.pack.total_mv / 1000;
    return milliwatts * 20 <= (int64_t)s.settings.capacity_wh * 1000;
}

static bool talks(void)
{
    return s.in.faults == 0;
}

static bool must_open(uint8_t which)
{
    if (!talks())
        return true;
    if (s.pack.min_dc < lowest_for(which) || s.pack.max_dc > highest_for(which))
        return true;
    if (which == RELAY_LOAD)
        return s.pack.min_mv <= s.settings.vmin_mv;
    if (s.pack.max_mv >= s.settings.vmax_mv)
        return true;
    if (s.settings.mode == MODE_NORMAL)
        if (s.pack.min_mv >= s.in.vbalance_mv && charge_power_is_low())
            return true;
    return false;
}

static bool may_close(uint8_t which)
{
    if (!talks())
        return false;
    if (s.pack.min_dc <= lowest_for(which) || s.pack.max_dc >= highest_for(which))
        return false;
    if (which == RELAY_LOAD) {
        if (s.pack.min_mv <= s.settings.vmin_mv)
            return false;
        return s.settings.mode == MODE_CRITICAL || s.in.soc_pm >= s.settings.discharge_restart_pm;
    }
    if (s.settings.mode == MODE_CRITICAL)
        return s.pack.max_mv < s.settings.vmax_mv;
    return s.pack.max_mv < s.in.vbalance_mv && s.in.soc_pm < s.settings.charge_restart_pm;
}

/* What the manual's tables say comes from open and from closed. */
static void expect_as_in_the_manual(void)
{
    for (uint8_t closed = 0; closed < 2; closed++) {
        start_with(closed != 0);
        settle();
        for (uint8_t which = 0; which < RELAY_COUNT; which++) {
            bool wanted = closed != 0;
            if (must_open(which))
                wanted = false;
            else if (may_close(which))
                wanted = true;
            if (relay.closed[which] != wanted)
                fail_msg("mode %u relay %u from %u: %u", (unsigned)s.settings.mode, which, closed,
                         relay.closed[which]);
        }
    }
}

static uint8_t state_from(bool closed)
{
    start_with(closed);
    settle();
    return (uint8_t)(relay.closed[RELAY_CHARGE] | relay.closed[RELAY_LOAD] << 1);
}

#define BOTH_OPEN 0u
#define CHARGE_ONLY 1u
#define LOAD_ONLY 2u
#define BOTH_CLOSED 3u

/* ---- each limit, below, at, above ------------------------------------------------------------ */

/* Fixed expectations, so that an error made twice (above and in the table) would still show. */
static void test_voltage_limits_of_normal_mode(void **state)
{
    static const struct {
        uint16_t min_mv, max_mv;
        uint8_t from_open, from_closed;
    } cases[] = {
        { 3300, 3310, BOTH_CLOSED, BOTH_CLOSED },
        { 3300, 3399, BOTH_CLOSED, BOTH_CLOSED },
        { 3300, 3400, LOAD_ONLY, BOTH_CLOSED }, /* at Vbalance: keeps */
        { 3300, 3699, LOAD_ONLY, BOTH_CLOSED },
        { 3300, 3700, LOAD_ONLY, LOAD_ONLY }, /* at Vmax: opens */
        { 3300, 3701, LOAD_ONLY, LOAD_ONLY },
        { 3399, 3450, LOAD_ONLY, BOTH_CLOSED },
        { 3400, 3450, LOAD_ONLY, LOAD_ONLY }, /* all at Vbalance, no current: full */
        { 3001, 3310, BOTH_CLOSED, BOTH_CLOSED },
        { 3000, 3310, CHARGE_ONLY, CHARGE_ONLY }, /* at Vmin: opens */
        { 2999, 3310, CHARGE_ONLY, CHARGE_ONLY },
        { 2999, 3700, BOTH_OPEN, BOTH_OPEN },
    };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(MODE_NORMAL);
        s.pack.min_mv = cases[i].min_mv;
        s.pack.max_mv = cases[i].max_mv;
        assert_int_equal(state_from(false), cases[i].from_open);
        assert_int_equal(state_from(true), cases[i].from_closed);
    }
}

static void test_voltage_limits_of_critical_mode(void **state)
{
    static const struct {
        uint16_t min_mv, max_mv;
        uint8_t from_open, from_closed;
    } cases[] = {
        { 3300, 3400, BOTH_CLOSED, BOTH_CLOSED },
        { 3450, 3500, BOTH_CLOSED, BOTH_CLOSED }, /* full does not open */
        { 3300, 3699, BOTH_CLOSED, BOTH_CLOSED },
        { 3300, 3700, LOAD_ONLY, LOAD_ONLY },
        { 3001, 3310, BOTH_CLOSED, BOTH_CLOSED },
        { 3000, 3310, CHARGE_ONLY, CHARGE_ONLY },
    };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(MODE_CRITICAL);
        s.pack.min_mv = cases[i].min_mv;
        s.pack.max_mv = cases[i].max_mv;
        assert_int_equal(state_from(false), cases[i].from_open);
        assert_int_equal(state_from(true), cases[i].from_closed);
    }
}

static void test_soc_restart_limits_count_in_normal_mode_only(void **state)
{
    static const struct {
        uint16_t soc_pm;
        uint8_t normal_from_open;
    } cases[] = { { 0, CHARGE_ONLY },   { 199, CHARGE_ONLY }, { 200, BOTH_CLOSED },
                  { 899, BOTH_CLOSED }, { 900, LOAD_ONLY },   { 1000, LOAD_ONLY } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up(MODE_NORMAL);
        s.in.soc_pm = cases[i].soc_pm;
        assert_int_equal(state_from(false), cases[i].normal_from_open);
        assert_int_equal(state_from(true), BOTH_CLOSED); /* never opens for it */
        set_up(MODE_CRITICAL);
        s.in.soc_pm = cases[i].soc_pm;
        assert_int_equal(state_from(false), BOTH_CLOSED);
    }
}

static void test_temperature_limits_of_both_modes(void **state)
{
    static const struct {
        int16_t min_dc, max_dc;
        uint8_t from_open, from_closed;
    } cases[] = {
        { 1, 260, BOTH_CLOSED, BOTH_CLOSED },
        { 0, 260, LOAD_ONLY, BOTH_CLOSED }, /* at the charging Tmin: keeps */
        { -1, 260, LOAD_ONLY, LOAD_ONLY },  /* below: charge opens */
        { -199, 260, LOAD_ONLY, LOAD_ONLY },
        { -200, 260, BOTH_OPEN, LOAD_ONLY }, /* at Tmin: load keeps */
        { -201, 260, BOTH_OPEN, BOTH_OPEN },
        { 240, 599, BOTH_CLOSED, BOTH_CLOSED },
        { 240, 600, BOTH_OPEN, BOTH_CLOSED }, /* at Tmax: keeps */
        { 240, 601, BOTH_OPEN, BOTH_OPEN },
    };

    (void)state;
    for (uint8_t mode = MODE_NORMAL; mode < MODE_COUNT; mode++) {
        for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
            set_up(mode);
            s.pack.min_dc = cases[i].min_dc;
            s.pack.max_dc = cases[i].max_dc;
            assert_int_equal(state_from(false), cases[i].from_open);
            assert_int_equal(state_from(true), cases[i].from_closed);
        }
    }
}

static void test_temperature_limits_of_charge_and_discharge_are_separate(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    s.settings.charge_tmin_dc = -300;
    s.settings.charge_tmax_dc = 450;
    s.pack.min_dc = -201;
    assert_int_equal(state_from(true), CHARGE_ONLY);
    s.pack.min_dc = 250;
    s.pack.max_dc = 451;
    assert_int_equal(state_from(true), LOAD_ONLY);
}

static void test_every_fault_opens_both_at_once_and_says_which(void **state)
{
    static const uint8_t rules[FAULT_BITS] = {
        RULE_CELL_SILENT,    RULE_SIZE_MISFIT,   RULE_SIZE_CHANGED, RULE_BOARD_UNTRUSTED,
        RULE_NO_TEMPERATURE, RULE_COUNT,         RULE_COUNT,        RULE_COUNT,
        RULE_SENSOR_LOST,    RULE_SETTINGS_LOST, RULE_CLOCK_LOST,   RULE_NO_CLOCK,
        RULE_OTHER_BOARDS
    };

    (void)state;
    for (uint8_t mode = MODE_NORMAL; mode < MODE_COUNT; mode++) {
        for (uint8_t bit = 0; bit < FAULT_BITS; bit++) {
            if (rules[bit] == RULE_COUNT)
                continue;
            set_up(mode);
            start_with(true);
            s.in.faults = (uint16_t)(1u << bit);
            relay_step(&relay, &s.in);
            for (uint8_t which = 0; which < RELAY_COUNT; which++) {
                assert_false(relay.closed[which]);
                assert_int_equal(relay.reason[which], rules[bit]);
                assert_true(relay.held[which] & RULE_BIT(rules[bit]));
                assert_true(relay.held[which] & RULE_BIT(RULE_NO_FAULT));
            }
            assert_int_equal(state_from(false), BOTH_OPEN);
        }
    }
}

/* 5 % of 2000 Wh are 100 W. */
static void test_full_pack_is_charged_on_above_five_percent(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    s.pack.min_mv = 3450;
    s.pack.max_mv = 3500;
    s.pack.total_mv = 10000;
    s.in.battery_ma = 10001; /* 100.01 W */
    assert_int_equal(state_from(true), BOTH_CLOSED);
    s.in.battery_ma = 10000;
    assert_int_equal(state_from(true), LOAD_ONLY);
    assert_int_equal(relay.reason[RELAY_CHARGE], RULE_CELLS_FULL);
    s.in.battery_ma = 0;
    assert_int_equal(state_from(true), LOAD_ONLY);
    s.in.battery_ma = -1; /* it is being discharged: not full, the load takes it down */
    assert_int_equal(state_from(true), BOTH_CLOSED);
    s.in.battery_ma = 50000;
    s.in.current_known = false;
    assert_int_equal(state_from(true), LOAD_ONLY);
}

/* ---- every combination ----------------------------------------------------------------------- */

/* All of them on the host; on AVR, which takes 200 times as long, a part that meets every value. */
#ifdef __AVR__
#define COMBINATION_STEP 67u
#else
#define COMBINATION_STEP 1u
#endif

static void test_every_combination_around_all_limits_is_as_in_the_manual(void **state)
{
    static const uint16_t low_mv[] = { 2999, 3000, 3001, 3399, 3400, 3401 };
    static const uint16_t high_mv[] = { 3399, 3400, 3401, 3699, 3700, 3701 };
    static const int16_t low_dc[] = { -201, -200, -199, -1, 0, 1 };
    static const int16_t high_dc[] = { 599, 600, 601 };
    static const uint16_t soc[] = { 199, 200, 899, 900 };
    static const int32_t ma[] = { -1, 7575, 7577 };

    (void)state;
    for (uint8_t mode = MODE_NORMAL; mode < MODE_COUNT; mode++) {
        for (uint32_t i = 0; i < 6u * 6u * 6u * 3u * 4u * 3u; i += COMBINATION_STEP) {
            uint32_t rest = i;
            set_up(mode);
            s.pack.min_mv = low_mv[rest % 6u];
            s.pack.max_mv = high_mv[(rest /= 6u) % 6u];
            s.pack.min_dc = low_dc[(rest /= 6u) % 6u];
            s.pack.max_dc = high_dc[(rest /= 6u) % 3u];
            s.in.soc_pm = soc[(rest /= 3u) % 4u];
            s.in.battery_ma = ma[(rest /= 4u) % 3u];
            expect_as_in_the_manual();
        }
    }
}

static void test_what_holds_a_relay_open_can_be_asked(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    assert_int_equal(state_from(true), BOTH_CLOSED);
    assert_int_equal(relay.held[RELAY_CHARGE], 0);
    assert_int_equal(relay.held[RELAY_LOAD], 0);
    s.pack.min_mv = 2990; /* empty, hot for charging, and below the discharge restart */
    s.in.soc_pm = 100;
    s.settings.charge_tmax_dc = 250;
    settle();
    assert_true(relay.held[RELAY_LOAD] ==
                (RULE_BIT(RULE_CELL_AT_VMIN) | RULE_BIT(RULE_ABOVE_VMIN) |
                 RULE_BIT(RULE_FROM_DISCHARGE_RESTART) | RULE_BIT(RULE_REST)));
    assert_true(
        relay.held[RELAY_CHARGE] ==
        (RULE_BIT(RULE_CHARGE_HOT) | RULE_BIT(RULE_CHARGE_COOL_ENOUGH) | RULE_BIT(RULE_REST)));
    assert_int_equal(relay.reason[RELAY_LOAD], RULE_CELL_AT_VMIN);
    assert_int_equal(relay.reason[RELAY_CHARGE], RULE_CHARGE_HOT);
    s.pack.min_mv = 3200;
    s.settings.charge_tmax_dc = 600;
    s.in.now_ms += RELAY_REST_MS;
    settle();
    assert_true(relay.closed[RELAY_CHARGE] && !relay.closed[RELAY_LOAD]);
    assert_true(relay.held[RELAY_LOAD] == RULE_BIT(RULE_FROM_DISCHARGE_RESTART));
}

/* A voltage that wavers round its limit moves the relay once. */
static void test_noise_round_a_limit_with_a_margin_does_not_chatter(void **state)
{
    (void)state;
    set_up(MODE_CRITICAL);
    s.settings.release_mv = 10;
    start_with(true);
    for (uint16_t i = 0; i < 400; i++) {
        s.pack.min_mv = i % 8u < 4u ? 2998 : 3009;
        relay_step(&relay, &s.in);
        s.in.now_ms += QUARTER_MS;
    }
    assert_false(relay.closed[RELAY_LOAD]);
    assert_int_equal(relay.switchings, 1);
    s.pack.min_mv = 3011;
    settle();
    assert_true(relay.closed[RELAY_LOAD]);
}

static void test_one_reading_at_vmin_opens_nothing(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    s.pack.min_mv = 2900;
    relay_step(&relay, &s.in);
    s.in.now_ms += 999;
    relay_step(&relay, &s.in);
    assert_true(relay.closed[RELAY_LOAD]);
    s.in.now_ms += 1;
    relay_step(&relay, &s.in);
    assert_false(relay.closed[RELAY_LOAD]);
}

/* The clock wraps after 49.7 days; a rule that acts since then does not let go. */
static void test_rule_acts_on_over_a_wrapped_clock(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    s.pack.min_mv = 2900;
    settle();
    assert_false(relay.closed[RELAY_LOAD]);
    s.in.now_ms -= SETTLED_MS + QUARTER_MS;
    relay_step(&relay, &s.in);
    assert_true(relay.held[RELAY_LOAD] & RULE_BIT(RULE_CELL_AT_VMIN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_voltage_limits_of_normal_mode),
        cmocka_unit_test(test_voltage_limits_of_critical_mode),
        cmocka_unit_test(test_soc_restart_limits_count_in_normal_mode_only),
        cmocka_unit_test(test_temperature_limits_of_both_modes),
        cmocka_unit_test(test_temperature_limits_of_charge_and_discharge_are_separate),
        cmocka_unit_test(test_every_fault_opens_both_at_once_and_says_which),
        cmocka_unit_test(test_full_pack_is_charged_on_above_five_percent),
        cmocka_unit_test(test_every_combination_around_all_limits_is_as_in_the_manual),
        cmocka_unit_test(test_what_holds_a_relay_open_can_be_asked),
        cmocka_unit_test(test_noise_round_a_limit_with_a_margin_does_not_chatter),
        cmocka_unit_test(test_one_reading_at_vmin_opens_nothing),
        cmocka_unit_test(test_rule_acts_on_over_a_wrapped_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
