/* What a cell board keeps: memory, clock trim, health; and what it does for heads. */
#include "test/fake/cell_bench.h"

/* ---- memory ------------------------------------------------------------------------------------ */

/* What changes on purpose only, byte by byte. */
static struct {
    void *memory;
    uint8_t size;
} const kept[] = {
    { &b.calibration, sizeof b.calibration },
    { &b.link.identity, sizeof b.link.identity },
    { &b.link.trim.factory, sizeof b.link.trim.factory },
    { &b.link.leader, sizeof b.link.leader },
    { &b.health.faults, sizeof b.health.faults },
};

static void measure_fresh(void)
{
    b.link.own_ready = false;
    measure();
}

static void flip(uint8_t *byte, uint8_t bit)
{
    *byte = (uint8_t)(*byte ^ 1u << bit);
}

static void test_changed_memory_ends_readings_and_spoils_the_board(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(kept); i++)
        for (uint8_t at = 0; at < kept[i].size; at++) {
            set_up();
            calibrate(0);
            cell_board_init(&b);
            measure_fresh();
            assert_true(b.link.own_ready);
            assert_false(b.spoiled);
            flip((uint8_t *)kept[i].memory + at, at % 8u);
            b.balance.on = fake->balance = true;
            measure_fresh();
            assert_false(b.link.own_ready);
            assert_true(b.spoiled);
            assert_false(fake->balance);
            flip((uint8_t *)kept[i].memory + at, at % 8u);
            measure_fresh();
            assert_false(b.link.own_ready); /* nobody knows what else has changed */
        }
}

/* A board that takes itself for the leader hears no break: it does not measure. */
static void test_changed_memory_shows_in_silence_too(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    cell_board_second(&b);
    assert_false(b.spoiled);
    b.link.leader = true;
    cell_board_second(&b);
    assert_true(b.spoiled);
    cell_board_init(&b);
    cell_board_look(&b);
    assert_false(b.spoiled);
    b.link.leader = true;
    cell_board_look(&b);
    assert_true(b.spoiled);
}

static void test_changed_constants_spoil_the_board(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    fake->constants++;
    measure_fresh();
    assert_false(b.link.own_ready);
    assert_true(b.spoiled);
}

/* ---- clock trim over power-down -------------------------------------------------------------- */

static void run_rounds(uint8_t count, uint8_t trim)
{
    for (uint8_t i = 0; i < count; i++) {
        fake->trim = trim;
        finish_round(SWITCHES_3400);
    }
}

/* A damaged HOP said something of the clocks that is not so. */
static void test_trim_does_not_follow_a_hop_that_was_lost(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    b.link.trim.error = 120;
    b.link.home_rounds = LINK_HOME_ROUNDS - 1u;
    finish_round(0);
    assert_int_equal(fake->trim, 0x60);
    b.link.home_rounds = LINK_HOME_ROUNDS;
    finish_round(0);
    assert_int_not_equal(fake->trim, 0x60);
}

static void test_round_without_a_number_leaves_the_end_of_the_trim(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    b.link.number = 0;
    fake->trim = 0x60 - 16;
    b.link.trim.at_limit = true;
    b.link.trim.relative = 38;
    cell_board_events(&b, LINK_ROUND_DONE);
    assert_int_equal(b.link.trim.divisor, LINK_DIVISOR_NOMINAL + 1u);
}

static void test_trim_is_saved_when_steady_and_loaded_at_reset(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    b.link.trim.divisor = 12;
    run_rounds(63, 0x63);
    assert_int_equal(fake->writes, 0);
    run_rounds(1, 0x63);
    assert_true(fake->writes > 0);
    fake->trim = 0x60; /* reset loads the factory value */
    cell_board_init(&b);
    assert_int_equal(fake->trim, 0x63);
    assert_int_equal(b.link.trim.factory, 0x60);
    assert_int_equal(b.link.trim.divisor, 12);
}

/* The EEPROM wears: neither while it stays, nor behind a reset that loaded it. */
static void test_trim_that_is_saved_is_not_saved_again(void **state)
{
    uint32_t writes;

    (void)state;
    set_up();
    cell_board_init(&b);
    run_rounds(64, 0x63);
    writes = fake->writes;
    assert_true(writes > 0);
    run_rounds(200, 0x63);
    assert_int_equal(fake->writes, writes);
    fake->trim = 0x60;
    cell_board_init(&b);
    run_rounds(200, 0x63);
    assert_int_equal(fake->writes, writes);
    run_rounds(63, 0x66); /* and the next one as late as the first */
    assert_int_equal(fake->writes, writes);
    run_rounds(1, 0x66);
    assert_true(fake->writes > writes);
}

static void test_trim_one_step_away_is_never_saved(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    run_rounds(250, 0x61);
    run_rounds(250, 0x5F);
    assert_int_equal(fake->writes, 0);
}

static void test_trim_that_comes_back_is_not_saved(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    for (uint8_t i = 0; i < 10; i++) {
        run_rounds(60, 0x63);
        run_rounds(1, 0x60);
    }
    assert_int_equal(fake->writes, 0);
}

/* Another chip in the same socket, or an EEPROM image of another board. */
static void test_trim_of_another_chip_is_not_used(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    run_rounds(64, 0x63);
    fake->trim = 0x70;
    cell_board_init(&b);
    assert_int_equal(fake->trim, 0x70);
    assert_int_equal(b.link.trim.divisor, LINK_DIVISOR_NOMINAL);
}

/* ---- health ---------------------------------------------------------------------------------- */

static void rounds_of(uint16_t count, uint16_t ms)
{
    for (uint16_t i = 0; i < count; i++) {
        b.link.start.time_ms = (uint16_t)(b.link.start.time_ms + ms);
        measure();
        finish_round(SWITCHES_3400);
    }
}

static void test_uptime_follows_begins_clock_and_seconds_in_silence(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    b.link.start.time_ms = 2000;
    rounds_of(1, 900); /* the first: for how long Begin has been running is not our uptime */
    assert_int_equal(b.health.uptime_s, 0);
    rounds_of(100, 900);
    assert_int_equal(b.health.uptime_s, 90);
    for (uint8_t i = 0; i < 10; i++)
        cell_board_second(&b);
    rounds_of(1, 10000);
    assert_int_equal(b.health.uptime_s, 100);
    b.link.start.time_ms = 0; /* Begin was reset */
    rounds_of(1, 900);
    assert_int_equal(b.health.uptime_s, 100);
    rounds_of(10, 900);
    assert_int_equal(b.health.uptime_s, 109);
}

static void test_board_with_a_failed_self_test_says_so_and_does_not_balance(void **state)
{
    static const uint8_t faults[] = { FAULT_RAM, FAULT_FLASH, FAULT_RAM | FAULT_FLASH };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(faults); i++) {
        set_up();
        calibrate(0);
        fake->self_test = faults[i];
        fake->sum[ANALOG_CELL] = SUM_3500;
        cell_board_init(&b);
        rounds_of(20, 900);
        assert_int_equal(b.health.faults, faults[i]);
        assert_int_equal(b.link.own.flags, CELL_UNTRUSTED);
        assert_true(b.link.own_ready); /* it goes on */
        assert_false(fake->balance);
    }
}

static void test_converter_that_contradicts_itself_is_not_trusted(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    fake->sum[ANALOG_CELL] = SUM_3500;
    cell_board_init(&b);
    rounds_of(40, 900);
    assert_int_equal(b.link.own.flags, CELL_BALANCING);
    fake->sum[ANALOG_BAND_GAP] = 4 * 197; /* the multiplexer stays at the cell */
    rounds_of(18, 900);
    assert_int_equal(b.link.own.flags, CELL_UNTRUSTED);
    rounds_of(1, 900);
    assert_false(fake->balance);
    fake->sum[ANALOG_BAND_GAP] = 0;
    rounds_of(2, 900);
    assert_int_equal(b.link.own.flags & CELL_UNTRUSTED, 0);
    assert_int_equal(fake->misreadings, 0);
}

static void test_board_without_calibration_does_not_check_its_converter(void **state)
{
    (void)state;
    set_up();
    fake->sum[ANALOG_BAND_GAP] = 1;
    cell_board_init(&b);
    rounds_of(40, 900);
    assert_int_equal(b.health.faults, 0);
    assert_int_equal(fake->asked[ANALOG_BAND_GAP], 0);
}

/* Behind a broken ring, until Begin is heard again. */
static void test_round_of_a_head_stops_balancing_at_once(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    fake->sum[ANALOG_CELL] = SUM_3500;
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
    finish_round_of(LINK_FROM_HEAD);
    assert_false(fake->balance);
    for (uint8_t i = 0; i < 3; i++) {
        measure();
        assert_false(fake->balance);
        finish_round_of(i ? LINK_FROM_NOBODY : LINK_FROM_HEAD);
    }
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->balance);
}

/* Where the flashing ends the wire is broken. */
static void test_led_does_not_flash_behind_a_broken_wire(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    finish_round(SWITCHES_3400);
    finish_round_of(LINK_FROM_HEAD);
    fake->led_was_lit = false;
    measure();
    assert_false(fake->led_was_lit);
    finish_round(SWITCHES_3400);
    measure();
    assert_true(fake->led_was_lit);
}

static void test_round_of_a_head_has_neither_switches_nor_time(void **state)
{
    (void)state;
    set_up();
    calibrate(0);
    cell_board_init(&b);
    finish_round_of(LINK_FROM_HEAD);
    assert_true(b.restarted);
    finish_round(SWITCHES_3400);
    b.link.start.switches = 0;
    b.link.start.time_ms = 900;
    finish_round_of(LINK_FROM_HEAD);
    assert_int_equal(b.vbalance_mv, 3400);
    assert_int_equal(b.round_ms, 0);
}

static void test_head_does_not_follow_its_own_clock(void **state)
{
    (void)state;
    set_up();
    cell_board_init(&b);
    for (uint8_t i = 0; i < 20; i++) {
        b.link.trim.error = 30;
        b.link.heading = true;
        finish_round_of(LINK_FROM_HEAD);
    }
    assert_int_equal(fake->trim, 0x60);
    b.link.heading = false;
    finish_round_of(LINK_FROM_HEAD);
    assert_int_not_equal(fake->trim, 0x60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_of_a_head_stops_balancing_at_once),
        cmocka_unit_test(test_led_does_not_flash_behind_a_broken_wire),
        cmocka_unit_test(test_round_of_a_head_has_neither_switches_nor_time),
        cmocka_unit_test(test_head_does_not_follow_its_own_clock),
        cmocka_unit_test(test_changed_memory_ends_readings_and_spoils_the_board),
        cmocka_unit_test(test_changed_memory_shows_in_silence_too),
        cmocka_unit_test(test_changed_constants_spoil_the_board),
        cmocka_unit_test(test_trim_does_not_follow_a_hop_that_was_lost),
        cmocka_unit_test(test_round_without_a_number_leaves_the_end_of_the_trim),
        cmocka_unit_test(test_trim_is_saved_when_steady_and_loaded_at_reset),
        cmocka_unit_test(test_trim_that_is_saved_is_not_saved_again),
        cmocka_unit_test(test_trim_one_step_away_is_never_saved),
        cmocka_unit_test(test_trim_that_comes_back_is_not_saved),
        cmocka_unit_test(test_trim_of_another_chip_is_not_used),
        cmocka_unit_test(test_uptime_follows_begins_clock_and_seconds_in_silence),
        cmocka_unit_test(test_board_with_a_failed_self_test_says_so_and_does_not_balance),
        cmocka_unit_test(test_converter_that_contradicts_itself_is_not_trusted),
        cmocka_unit_test(test_board_without_calibration_does_not_check_its_converter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
