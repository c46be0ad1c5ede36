#include "end_board/relay.h"
#include "test.h"

/* One situation, as few words as the tables of the manual need. */
struct situation {
    struct pack pack;
    struct settings settings;
    struct soc_input in;
    uint16_t soc_pm;
};

static struct situation s;
static struct relay relay;

static void set_up(uint8_t mode)
{
    memset(&s, 0, sizeof s);
    s.settings = (struct settings){ .mode = mode,
                                    .sensor_passes = 1,
                                    .capacity_wh = 2000,
                                    .nominal_mv = 3200,
                                    .vmin_mv = 3000,
                                    .vmax_mv = 3700,
                                    .vbalance_mv = 3400,
                                    .discharge_tmin_dc = -200,
                                    .discharge_tmax_dc = 600,
                                    .charge_tmin_dc = 0,
                                    .charge_tmax_dc = 600,
                                    .charge_restart_pm = 900,
                                    .discharge_restart_pm = 200,
                                    .confirmed = true };
    s.pack.count = 4;
    s.pack.min_mv = 3290;
    s.pack.max_mv = 3310;
    s.pack.min_dc = 240;
    s.pack.max_dc = 260;
    s.pack.total_mv = 13200;
    s.in.pack = &s.pack;
    s.in.settings = &s.settings;
    s.in.vbalance_mv = 3400;
    s.in.current_known = true;
    s.in.now_ms = 100000;
    s.soc_pm = 500;
}

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
    return s.pack.count != 0 && s.pack.faults == 0 && !s.in.sensor_lost && s.settings.confirmed;
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
        return s.settings.mode == MODE_CRITICAL || s.soc_pm >= s.settings.discharge_restart_pm;
    }
    if (s.settings.mode == MODE_CRITICAL)
        return s.pack.max_mv < s.settings.vmax_mv;
    return s.pack.max_mv < s.in.vbalance_mv && s.soc_pm < s.settings.charge_restart_pm;
}

/* ---- helpers --------------------------------------------------------------------------------- */

/* A relay in this state, rested, that last moved long ago. */
static void start_with(bool closed)
{
    relay_init(&relay, 0);
    for (uint8_t i = 0; i < RELAY_COUNT; i++) {
        relay.closed[i] = closed;
        relay.rested[i] = true;
    }
}

/* One step from open and from closed gives what the manual's tables say. */
static void expect_as_in_the_manual(void)
{
    for (uint8_t closed = 0; closed < 2; closed++) {
        start_with(closed != 0);
        relay_step(&relay, &s.in, s.soc_pm);
        for (uint8_t which = 0; which < RELAY_COUNT; which++) {
            bool wanted = closed != 0;
            if (must_open(which))
                wanted = false;
            else if (may_close(which))
                wanted = true;
            if (relay.closed[which] != wanted)
                fail_msg("mode %u relay %u from %u: %u", s.settings.mode, which, closed,
                         relay.closed[which]);
        }
    }
}

static uint8_t state_from(bool closed)
{
    start_with(closed);
    relay_step(&relay, &s.in, s.soc_pm);
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
        s.soc_pm = cases[i].soc_pm;
        assert_int_equal(state_from(false), cases[i].normal_from_open);
        assert_int_equal(state_from(true), BOTH_CLOSED); /* never opens for it */
        set_up(MODE_CRITICAL);
        s.soc_pm = cases[i].soc_pm;
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

static void test_settings_that_nobody_confirmed_open_both(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    s.settings.confirmed = false;
    assert_int_equal(state_from(true), BOTH_OPEN);
    assert_int_equal(state_from(false), BOTH_OPEN);
}

static void test_any_fault_or_lost_sensor_opens_both(void **state)
{
    (void)state;
    for (uint8_t mode = MODE_NORMAL; mode < MODE_COUNT; mode++) {
        for (uint8_t bit = 0; bit < 8; bit++) {
            set_up(mode);
            s.pack.faults = (uint8_t)(1u << bit);
            assert_int_equal(state_from(true), BOTH_OPEN);
            assert_int_equal(state_from(false), BOTH_OPEN);
            assert_int_equal(relay.reason[RELAY_CHARGE], CELLS_SILENT);
        }
        set_up(mode);
        s.pack.count = 0;
        assert_int_equal(state_from(true), BOTH_OPEN);
        set_up(mode);
        s.in.sensor_lost = true;
        assert_int_equal(state_from(true), BOTH_OPEN);
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
    assert_int_equal(relay.reason[RELAY_CHARGE], FULL_AT_LOW_RATE);
    s.in.battery_ma = 0;
    assert_int_equal(state_from(true), LOAD_ONLY);
    s.in.battery_ma = -1; /* it is being discharged: not full, the load takes it down */
    assert_int_equal(state_from(true), BOTH_CLOSED);
    s.in.battery_ma = 50000;
    s.in.current_known = false;
    assert_int_equal(state_from(true), LOAD_ONLY);
}

/* ---- every combination ----------------------------------------------------------------------- */

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
        set_up(mode);
        for (uint8_t a = 0; a < TEST_COUNT_OF(low_mv); a++) {
            for (uint8_t b = 0; b < TEST_COUNT_OF(high_mv); b++) {
                for (uint8_t c = 0; c < TEST_COUNT_OF(low_dc) * TEST_COUNT_OF(high_dc); c++) {
                    for (uint8_t d = 0; d < TEST_COUNT_OF(soc) * TEST_COUNT_OF(ma); d++) {
                        s.pack.min_mv = low_mv[a];
                        s.pack.max_mv = high_mv[b];
                        s.pack.min_dc = low_dc[c % TEST_COUNT_OF(low_dc)];
                        s.pack.max_dc = high_dc[c / TEST_COUNT_OF(low_dc)];
                        s.soc_pm = soc[d % TEST_COUNT_OF(soc)];
                        s.in.battery_ma = ma[d / TEST_COUNT_OF(soc)];
                        expect_as_in_the_manual();
                    }
                }
            }
        }
    }
}

static void test_every_condition_says_what_its_name_says(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    assert_true(relay_condition_holds(ALL_BELOW_VBALANCE, &s.in, 500));
    assert_true(relay_condition_holds(ALL_BELOW_VMAX, &s.in, 500));
    assert_true(relay_condition_holds(ALL_ABOVE_VMIN, &s.in, 500));
    assert_true(relay_condition_holds(SOC_BELOW_CHARGE_RESTART, &s.in, 500));
    assert_true(relay_condition_holds(SOC_FROM_DISCHARGE_RESTART, &s.in, 500));
    assert_true(relay_condition_holds(CHARGE_TEMPERATURES_INSIDE, &s.in, 500));
    assert_true(relay_condition_holds(LOAD_TEMPERATURES_INSIDE, &s.in, 500));
    assert_true(relay_condition_holds(CELLS_COMMUNICATE, &s.in, 500));
    for (uint8_t c = A_CELL_AT_VMAX; c <= RELAY_CONDITION_COUNT; c++)
        assert_false(relay_condition_holds((enum relay_condition)c, &s.in, 500));
}

/* ---- time ------------------------------------------------------------------------------------ */

static void test_relays_start_open_and_rest_first(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    relay_init(&relay, s.in.now_ms);
    assert_false(relay.closed[RELAY_CHARGE] || relay.closed[RELAY_LOAD]);
    relay_step(&relay, &s.in, s.soc_pm);
    assert_false(relay.closed[RELAY_CHARGE] || relay.closed[RELAY_LOAD]);
    s.in.now_ms += RELAY_REST_MS - 1u;
    relay_step(&relay, &s.in, s.soc_pm);
    assert_false(relay.closed[RELAY_CHARGE] || relay.closed[RELAY_LOAD]);
    s.in.now_ms += 1;
    relay_step(&relay, &s.in, s.soc_pm);
    assert_true(relay.closed[RELAY_CHARGE] && relay.closed[RELAY_LOAD]);
    assert_int_equal(relay.switchings, 2);
}

static void test_relay_that_opened_rests_but_opens_at_once(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    s.in.now_ms = 0xFFFFFF00u; /* the clock wraps during the rest */
    start_with(true);
    s.pack.min_mv = 2900;
    relay_step(&relay, &s.in, s.soc_pm);
    assert_false(relay.closed[RELAY_LOAD]);
    assert_true(relay.closed[RELAY_CHARGE]);
    assert_int_equal(relay.reason[RELAY_LOAD], A_CELL_AT_VMIN);
    assert_int_equal(relay.switchings, 1);
    s.pack.min_mv = 3300;
    for (uint16_t ms = 0; ms < RELAY_REST_MS; ms += 250) {
        relay_step(&relay, &s.in, s.soc_pm);
        assert_false(relay.closed[RELAY_LOAD]);
        s.in.now_ms += 250;
    }
    relay_step(&relay, &s.in, s.soc_pm);
    assert_true(relay.closed[RELAY_LOAD]);
    assert_int_equal(relay.switchings, 2);
    s.pack.min_mv = 2900; /* closed for no time at all: opens */
    relay_step(&relay, &s.in, s.soc_pm);
    assert_false(relay.closed[RELAY_LOAD]);
}

/* An open relay that must stay open does not rest anew. */
static void test_rest_counts_from_the_opening(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    s.pack.faults = PACK_SILENT;
    relay_step(&relay, &s.in, s.soc_pm);
    s.in.now_ms += RELAY_REST_MS;
    relay_step(&relay, &s.in, s.soc_pm);
    s.pack.faults = 0;
    relay_step(&relay, &s.in, s.soc_pm);
    assert_true(relay.closed[RELAY_CHARGE] && relay.closed[RELAY_LOAD]);
}

/* Once rested, a relay stays so: also when the clock has gone round. */
static void test_rest_is_over_for_good(void **state)
{
    (void)state;
    set_up(MODE_NORMAL);
    start_with(true);
    s.pack.faults = PACK_SILENT;
    relay_step(&relay, &s.in, s.soc_pm);
    s.in.now_ms += RELAY_REST_MS;
    relay_step(&relay, &s.in, s.soc_pm);
    s.in.now_ms -= RELAY_REST_MS - 1u; /* 49 days later */
    s.pack.faults = 0;
    relay_step(&relay, &s.in, s.soc_pm);
    assert_true(relay.closed[RELAY_CHARGE] && relay.closed[RELAY_LOAD]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_voltage_limits_of_normal_mode),
        cmocka_unit_test(test_voltage_limits_of_critical_mode),
        cmocka_unit_test(test_soc_restart_limits_count_in_normal_mode_only),
        cmocka_unit_test(test_temperature_limits_of_both_modes),
        cmocka_unit_test(test_temperature_limits_of_charge_and_discharge_are_separate),
        cmocka_unit_test(test_settings_that_nobody_confirmed_open_both),
        cmocka_unit_test(test_any_fault_or_lost_sensor_opens_both),
        cmocka_unit_test(test_full_pack_is_charged_on_above_five_percent),
        cmocka_unit_test(test_every_combination_around_all_limits_is_as_in_the_manual),
        cmocka_unit_test(test_every_condition_says_what_its_name_says),
        cmocka_unit_test(test_relays_start_open_and_rest_first),
        cmocka_unit_test(test_relay_that_opened_rests_but_opens_at_once),
        cmocka_unit_test(test_rest_counts_from_the_opening),
        cmocka_unit_test(test_rest_is_over_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
