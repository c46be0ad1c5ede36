#include "test/fake/gather_bench.h"

static void test_round_of_begin_fills_table_meter_and_sum(void **state)
{
    (void)state;
    whole_at(5000);
    assert_int_equal(pack.cell[0].mv, 3301);
    assert_int_equal(pack.cell[CELLS - 1u].mv, 3399);
    assert_int_equal(d.meter.sensor[0].with_arrow.mas, 1000);
    assert_int_equal(d.meter.begin_rounds, 7);
    assert_true(d.members.heard_now);
    assert_int_equal(d.members.heard, SUM);
    assert_int_equal(g.intake.rounds, 2);
}

static void charge_of(uint8_t round, uint32_t mas)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_charge charge = { .round = round, .state = SENSOR_OK, .mas = mas };

    frame_charge_encode(frame, &charge);
    gather_frame(&g, &pack, frame);
}

/* The sum is not known, but a charge of the round that START named came. */
static void test_lost_hop_loses_the_sum_and_no_charge(void **state)
{
    (void)state;
    set_up();
    round_of(LINK_FROM_BEGIN, false, 5120);
    assert_false(d.members.heard_now);
    assert_true(step(true, 5120));
    assert_true(d.meter.boot_known);
    assert_int_equal(d.meter.sensor[0].with_arrow.mas, 1000);
    assert_int_equal(g.intake.got, 0);
}

/* Neither START nor HOP of round 3 came, START of round 4 did. Without a number no round is begun. */
static void test_charge_of_another_round_than_start_is_not_taken(void **state)
{
    (void)state;
    set_up();
    l->origin = LINK_FROM_NOBODY;
    charge_of(3, 1000);
    step(true, 5120);
    l->origin = LINK_FROM_BEGIN;
    l->hop_good = false;
    l->start = (struct frame_start){ .round = 4, .sensors = 1, .time_ms = 900 };
    step(true, 6020);
    assert_false(d.meter.boot_known);
    charge_of(4, 2000);
    step(true, 6030);
    assert_true(d.meter.boot_known);
    assert_int_equal(d.meter.sensor[0].with_arrow.mas, 2000);
}

/* The charge of a lost round does not come in with that of the next one. */
static void test_charges_of_two_rounds_are_not_mixed(void **state)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_charge charge = { .state = SENSOR_OK };

    (void)state;
    for (uint8_t reverse = 0; reverse < 2; reverse++) {
        set_up();
        l->origin = LINK_FROM_NOBODY;
        charge.round = 3;
        charge.reverse = reverse;
        charge.mas = 50;
        frame_charge_encode(frame, &charge);
        gather_frame(&g, &pack, frame);
        step(true, 5120);
        l->origin = LINK_FROM_BEGIN;
        l->start = (struct frame_start){ .round = 4, .sensors = 1, .time_ms = 900 };
        charge.round = 4;
        charge.reverse = !reverse;
        charge.mas = 2000;
        frame_charge_encode(frame, &charge);
        gather_frame(&g, &pack, frame);
        step(true, 6020);
        assert_int_equal(d.meter.sensor[0].with_arrow.based, reverse);
        assert_int_equal(d.meter.sensor[0].against_arrow.based, !reverse);
        assert_int_equal(d.meter.sensor[0].with_arrow.mas, reverse ? 2000 : 0);
        assert_int_equal(d.meter.sensor[0].against_arrow.mas, reverse ? 0 : 2000);
    }
}

/* The CRC of a damaged START fits by chance: it says that there are fewer sensors. */
static void test_charge_of_a_sensor_that_start_does_not_name_is_not_taken(void **state)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_charge charge = { .state = SENSOR_OK, .mas = 50 };

    (void)state;
    for (uint8_t sensors = 0; sensors <= FRAME_SENSORS_MAX; sensors++) {
        for (uint8_t sensor = 0; sensor < FRAME_SENSORS_MAX; sensor++) {
            set_up();
            l->origin = LINK_FROM_BEGIN;
            l->hop_good = false;
            l->start = (struct frame_start){ .sensors = sensors, .time_ms = 900 };
            charge.sensor = sensor;
            frame_charge_encode(frame, &charge);
            gather_frame(&g, &pack, frame);
            step(true, 6020);
            assert_int_equal(d.meter.boot_known, sensor < sensors);
        }
    }
}

/* START may have been another round's. */
static void test_start_without_hop_and_charge_says_nothing(void **state)
{
    (void)state;
    set_up();
    round_of(LINK_FROM_BEGIN, false, 5120);
    g.intake.got = 0;
    assert_true(step(true, 5120));
    assert_false(d.meter.boot_known);
}

static void test_round_of_a_head_brings_no_charge_and_no_sum(void **state)
{
    (void)state;
    whole_at(5000);
    members_forget(&d.members);
    d.meter.sensor[0].with_arrow.mas = 0;
    round_of(LINK_FROM_HEAD, true, 5900);
    assert_true(step(true, 5900));
    assert_false(d.members.heard_now);
    assert_int_equal(d.meter.sensor[0].with_arrow.mas, 0);
    assert_true(pack.place.section);
}

static void test_own_reading_is_taken_when_it_is_of_this_round(void **state)
{
    (void)state;
    whole_at(5000);
    round_of(LINK_FROM_BEGIN, true, 5900);
    l->own.mv = 3111;
    l->own_ready = false;
    step(true, 5900);
    assert_int_equal(pack.cell[CELLS - 1u].mv, 3399);
}

static void test_place_that_settles_is_judged_at_once(void **state)
{
    (void)state;
    whole_at(5000);
    g.begin_ms = 5500; /* not overdue */
    pack_section(&pack, 2, CELLS, place_tick(5500));
    assert_false(step(false, 5600));
    assert_true(step(false, 6100));
    assert_true(pack.place.broken);
    assert_int_equal(pack.place.after, 1);
}

static void test_break_puts_the_place_in_doubt(void **state)
{
    (void)state;
    whole_at(5000);
    g.begin_ms = 5500;
    pack_section(&pack, 2, CELLS, place_tick(5500));
    gather_events(&g, &pack, LINK_BREAK_LASTS, 5700);
    assert_int_equal(g.heard_ms, 5700);
    assert_true(pack.place.current);
    gather_events(&g, &pack, LINK_BREAK_SEEN, 5800);
    assert_int_equal(g.heard_ms, 5800);
    assert_false(step(false, 6100));
    assert_false(pack.place.broken);
}

/* In the middle of a round what its HOP said stays; behind one that left cells silent it does not. */
static void test_sum_is_forgotten_behind_a_round_that_left_cells_silent(void **state)
{
    (void)state;
    whole_at(5000);
    assert_true(step(false, 9000)); /* all of them are silent by now */
    assert_int_equal(pack.faults & PACK_SILENT, PACK_SILENT);
    assert_true(d.members.heard_now);
    l->origin = LINK_FROM_BEGIN;
    start_at(9000);
    assert_true(step(true, 9050)); /* none of their frames came */
    assert_false(d.members.heard_now);
}

static void test_silence_of_a_second_makes_a_head(void **state)
{
    (void)state;
    whole_at(5000);
    step(false, 5000 + GATHER_SILENT_MS - 1u);
    assert_int_equal(l->state, LINK_IDLE);
    step(false, 5000 + GATHER_SILENT_MS);
    assert_int_equal(l->state, LINK_WAIT);
}

/* START was lost, and the numbers that its boards bear are of another round. */
static void test_round_of_nobody_fills_nothing(void **state)
{
    (void)state;
    whole_at(5000);
    l->number = CELLS - 1u;
    pack.cell[0].mv = 0;
    l->origin = LINK_FROM_NOBODY;
    start_at(5900);
    assert_false(pack.trusted_numbers);
    l->number = CELLS;
    start_at(5900);
    assert_true(pack.trusted_numbers);
}

/* This board does not know which number it has in a head's round, and so not whose the readings are. */
static void test_round_without_a_number_fills_nothing(void **state)
{
    static const uint8_t origins[] = { LINK_FROM_NOBODY, LINK_FROM_BEGIN, LINK_FROM_HEAD };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(origins); i++) {
        whole_at(5000);
        l->origin = LINK_FROM_HEAD;
        l->head_number = LINK_HEAD_UNNUMBERED;
        l->number = 2;
        start_at(5900);
        l->origin = origins[i];
        l->hop_good = false;
        l->number = 0;
        start_at(6800);
        assert_false(pack.trusted_numbers);
        assert_int_equal(g.round_tick, pack_tick(6800));
        set_up();
        start_at(6800); /* nor when nobody knows how many there are */
        assert_false(pack.trusted_numbers);
    }
}

/* Begin's count of rounds begins at 1: it did not start anew. */
static void test_end_of_a_head_in_a_round_without_a_number_is_not_begins(void **state)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_end end = { .rounds = 0 };

    (void)state;
    whole_at(5000);
    l->origin = LINK_FROM_HEAD;
    l->hop_good = false;
    l->number = 0;
    start_at(5900);
    frame_end_encode(frame, &end);
    gather_frame(&g, &pack, frame);
    assert_int_equal(g.intake.begin_rounds, 7);
    assert_int_equal(g.intake.rounds, 2);
    l->origin = LINK_FROM_NOBODY; /* START was lost too */
    start_at(6800);
    gather_frame(&g, &pack, frame);
    assert_int_equal(g.intake.begin_rounds, 7);
    assert_int_equal(g.intake.rounds, 2);
}

/* Its CHARGE frames are nobody's, and none of the round behind it. */
static void test_charge_of_a_head_is_not_kept_for_begin(void **state)
{
    (void)state;
    whole_at(5000);
    d.meter.sensor[0].with_arrow.mas = 0;
    round_of(LINK_FROM_HEAD, true, 5900);
    step(true, 5900);
    l->origin = LINK_FROM_BEGIN;
    start_at(6800);
    step(true, 6800);
    assert_int_equal(d.meter.sensor[0].with_arrow.mas, 0);
}

static void test_section_without_numbers_is_counted_from_the_end(void **state)
{
    (void)state;
    whole_at(5000);
    l->origin = LINK_FROM_HEAD;
    l->head_number = LINK_HEAD_UNNUMBERED;
    l->number = 2;
    start_at(5900);
    assert_true(pack.trusted_numbers);
    assert_int_equal(pack.shift, CELLS - 2u);
}

static void test_only_a_break_is_a_sign_of_life(void **state)
{
    (void)state;
    whole_at(5000);
    gather_events(&g, &pack, LINK_ROUND_DONE | LINK_COMMAND, 5700);
    assert_int_equal(g.heard_ms, 5000);
}

static void test_both_sensors_reach_the_meter(void **state)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_charge charge = { .sensor = 1, .reverse = true, .state = SENSOR_OK, .mas = 4000 };

    (void)state;
    set_up();
    round_of(LINK_FROM_BEGIN, true, 5120);
    frame_charge_encode(frame, &charge);
    gather_frame(&g, &pack, frame);
    step(true, 5120);
    assert_int_equal(d.meter.sensor[0].with_arrow.mas, 1000);
    assert_false(d.meter.sensor[0].against_arrow.based);
    assert_int_equal(d.meter.sensor[1].against_arrow.mas, 4000);
    assert_false(d.meter.sensor[1].with_arrow.based);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_of_begin_fills_table_meter_and_sum),
        cmocka_unit_test(test_lost_hop_loses_the_sum_and_no_charge),
        cmocka_unit_test(test_start_without_hop_and_charge_says_nothing),
        cmocka_unit_test(test_charge_of_another_round_than_start_is_not_taken),
        cmocka_unit_test(test_charges_of_two_rounds_are_not_mixed),
        cmocka_unit_test(test_charge_of_a_sensor_that_start_does_not_name_is_not_taken),
        cmocka_unit_test(test_round_of_a_head_brings_no_charge_and_no_sum),
        cmocka_unit_test(test_own_reading_is_taken_when_it_is_of_this_round),
        cmocka_unit_test(test_place_that_settles_is_judged_at_once),
        cmocka_unit_test(test_break_puts_the_place_in_doubt),
        cmocka_unit_test(test_sum_is_forgotten_behind_a_round_that_left_cells_silent),
        cmocka_unit_test(test_silence_of_a_second_makes_a_head),
        cmocka_unit_test(test_round_of_nobody_fills_nothing),
        cmocka_unit_test(test_round_without_a_number_fills_nothing),
        cmocka_unit_test(test_end_of_a_head_in_a_round_without_a_number_is_not_begins),
        cmocka_unit_test(test_charge_of_a_head_is_not_kept_for_begin),
        cmocka_unit_test(test_section_without_numbers_is_counted_from_the_end),
        cmocka_unit_test(test_only_a_break_is_a_sign_of_life),
        cmocka_unit_test(test_both_sensors_reach_the_meter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
