/* How old readings are, and when they are looked at. */
#include "test/fake/gather_bench.h"

static void test_readings_are_judged_when_rounds_stay_away(void **state)
{
    (void)state;
    whole_at(5000);
    assert_false(step(false, 5250));
    assert_false(step(false, 5000 + GATHER_OVERDUE_MS));
    assert_true(step(false, 5000 + GATHER_OVERDUE_MS + 1u));
    round_of(LINK_FROM_BEGIN, true, 6300);
    assert_true(step(true, 6300));
    assert_false(step(false, 6550));
    pack.waits = true; /* a cell was not in the last round */
    assert_true(step(false, 6600));
}

/* Begin repeats rounds until its wire breaks, too. Silence is found within 3 s of the last word, however many. */
static void test_cell_that_short_rounds_left_out_is_found_in_time(void **state)
{
    (void)state;
    for (uint32_t pause_ms = 400; pause_ms <= 900; pause_ms += 50) {
        for (uint32_t rounds = 0; rounds * pause_ms < 2400; rounds++) {
            uint32_t ms = 5000;
            whole_at(ms);
            for (uint32_t i = 0; i < rounds; i++) {
                ms += pause_ms;
                round_of(LINK_FROM_BEGIN, true, ms);
                l->own_ready = false;
                step(true, ms);
            }
            for (ms = (ms | 255u) + 1u; !(pack.faults & PACK_SILENT); ms += 256)
                step(false, ms);
            assert_in_range(ms - 256u, 7560, 7850);
        }
    }
}

/* The rounds of a head come too seldom to see the others' age. */
static void test_rounds_of_a_head_are_not_those_that_are_waited_for(void **state)
{
    (void)state;
    whole_at(5000);
    round_of(LINK_FROM_HEAD, true, 5900);
    step(true, 6000);
    assert_true(step(false, 6250));
}

/* The crystal's: this board's watchdog never barks. */
static void test_seconds_are_counted_however_often_it_steps(void **state)
{
    uint32_t before_s;

    (void)state;
    for (uint16_t pause_ms = 128; pause_ms <= 1000; pause_ms = (uint16_t)(pause_ms + 109u)) {
        set_up();
        before_s = b.health.uptime_s;
        for (uint32_t ms = 0; ms <= 30000; ms += pause_ms)
            step(false, ms);
        assert_in_range(b.health.uptime_s - before_s, 29, 30);
    }
}

/* HOP's time is the coarse one, which may be that of 250 ms before. */
static void round_behind_break(uint32_t break_ms, uint32_t hop_ms)
{
    set_up();
    gather_break(&g, break_ms - break_ms % 250u);
    gather_events(&g, &pack, LINK_BREAK_SEEN, break_ms);
    gather_round(&g, &pack, &d, l, hop_ms - hop_ms % 250u);
}

/* By noise in the quiet behind a round: whatever ends it later, its readings are as old as it. */
static void test_readings_are_as_old_as_their_break(void **state)
{
    (void)state;
    for (uint32_t break_ms = 5000; break_ms < 5500; break_ms += 13) {
        for (uint32_t lasts_ms = 20; lasts_ms < GATHER_BREAK_MS; lasts_ms += 50) {
            round_behind_break(break_ms, break_ms + lasts_ms);
            assert_int_equal(g.round_tick, pack_tick(break_ms));
        }
    }
}

/* The main loop was busy. */
static void test_break_that_only_interrupts_saw_counts_from_the_quarter_before(void **state)
{
    (void)state;
    set_up();
    gather_break(&g, 5250);
    gather_round(&g, &pack, &d, l, 5500);
    assert_int_equal(g.round_tick, pack_tick(5250));
}

/* Boards measured again since, at any time of the watchdog's second; a minute is no moment because a count wraps. */
static void test_readings_behind_a_long_break_are_no_older_than_a_second(void **state)
{
    uint32_t hop_ms;

    (void)state;
    for (uint32_t lasts_ms = GATHER_BREAK_MS + 250u; lasts_ms < 70000; lasts_ms += 111) {
        hop_ms = 5100 + lasts_ms;
        round_behind_break(5100, hop_ms);
        assert_int_equal(g.round_tick, pack_tick(hop_ms - hop_ms % 250u - GATHER_BREAK_MS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readings_are_judged_when_rounds_stay_away),
        cmocka_unit_test(test_cell_that_short_rounds_left_out_is_found_in_time),
        cmocka_unit_test(test_rounds_of_a_head_are_not_those_that_are_waited_for),
        cmocka_unit_test(test_seconds_are_counted_however_often_it_steps),
        cmocka_unit_test(test_readings_are_as_old_as_their_break),
        cmocka_unit_test(test_break_that_only_interrupts_saw_counts_from_the_quarter_before),
        cmocka_unit_test(test_readings_behind_a_long_break_are_no_older_than_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
