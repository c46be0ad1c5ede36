/* The rounds that a leader sends. */
#include "test/fake/link_bench.h"

/* ---- leader ---------------------------------------------------------------------------------- */

static struct frame_start lead_start = {
    .switches = 0xA5, .boot = 3, .sensors = 2, .time_ms = 4711
};
static const struct frame_charge lead_charges[2u * FRAME_SENSORS_MAX] = {
    { .sensor = 0, .state = SENSOR_OK, .mas = 5 },
    { .sensor = 0, .reverse = true, .state = SENSOR_OK, .mas = 6 },
    { .sensor = 1, .state = SENSOR_BROKEN, .mas = 7 },
    { .sensor = 1, .reverse = true, .state = SENSOR_BROKEN, .mas = 8 },
};

static void begin_round(void)
{
    l.leader = true;
    link_lead_break(&l);
}

static void lead(const struct frame_start *start)
{
    begin_round();
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_lead_round(&l, start, lead_charges);
    link_open(&l);
    out_size = 0;
    drain();
}

/* The same round put together frame by frame. */
static void expect_round_of_leader(uint32_t rounds, uint8_t sensors)
{
    uint8_t round = rounds & 15u;
    struct frame_start start = lead_start;
    struct frame_hop hop = { .round = round, .hop = 1, .sum = identity_part(IDENTITY, 1) };
    struct frame_cell own = {
        .round = round, .number = 1, .mv = OWN_MV, .dc = OWN_DC, .flags = OWN_FLAGS
    };
    struct frame_end end = { .round = round, .sensors = sensors, .rounds = rounds };
    uint8_t bytes[FRAME_SIZE_MAX];

    start.round = round;
    start.sensors = sensors;
    in_size = 0;
    add_bytes(bytes, frame_start_encode(bytes, &start));
    add_bytes(bytes, frame_hop_encode(bytes, &hop));
    add_bytes(bytes, frame_cell_encode(bytes, &own));
    for (uint8_t i = 0; i < 2u * sensors; i++) {
        struct frame_charge charge = lead_charges[i];
        charge.round = round;
        add_bytes(bytes, frame_charge_encode(bytes, &charge));
    }
    add_bytes(bytes, frame_end_encode(bytes, &end));
    assert_int_equal(out_size, in_size);
    expect_out(0, in, in_size);
}

static void test_leader_sends_the_whole_round_in_order(void **state)
{
    (void)state;
    reset();
    lead(&lead_start);
    expect_round_of_leader(1, 2);
    assert_int_equal(l.state, LINK_RETURN);
    assert_false(fake->drain);
    assert_int_equal(l.number, 1);
    assert_int_equal(l.counters.rounds, 1);
    assert_int_equal(link_take_events(&l), LINK_BREAK_SEEN | LINK_ROUND_DONE);
}

static void test_leader_with_fewer_sensors_sends_fewer_frames(void **state)
{
    (void)state;
    for (uint8_t sensors = 0; sensors < 2; sensors++) {
        struct frame_start start = lead_start;
        start.sensors = sensors;
        reset();
        lead(&start);
        expect_round_of_leader(1, sensors);
    }
}

static void test_leader_counts_rounds_modulo_16(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 1; i <= 33; i++) {
        lead(&lead_start);
        expect_round_of_leader(i, 2);
    }
}

static void test_leader_ignores_what_comes_back_on_in(void **state)
{
    (void)state;
    reset();
    begin_round();
    link_take_events(&l);
    link_edges(&l, edges);
    assert_int_equal(l.state, LINK_BREAK);
    link_break_seen(&l);
    assert_int_equal(link_take_events(&l), 0);
    assert_int_equal(fake->breaks, 1);
    link_set_reading(&l, OWN_MV, OWN_DC, OWN_FLAGS);
    link_lead_round(&l, &lead_start, lead_charges);
    link_break_seen(&l);
    assert_int_equal(l.state, LINK_DRAIN);
    link_byte(&l, 0x55, false);
    link_open(&l);
    out_size = 0;
    drain();
    expect_round_of_leader(1, 2);
}

static void test_leader_without_reading_leaves_its_cell_out(void **state)
{
    (void)state;
    reset();
    begin_round();
    link_lead_round(&l, &lead_start, lead_charges);
    link_open(&l);
    out_size = 0;
    drain();
    assert_int_equal(out_size, FRAME_START_SIZE + FRAME_HOP_SIZE + 4u * FRAME_STREAM_SIZE +
                                   FRAME_STREAM_SIZE);
}

static uint8_t end_of(uint8_t *bytes, uint32_t rounds)
{
    struct frame_end end = { .round = l.round, .rounds = rounds };
    return frame_end_encode(bytes, &end);
}

/* The leader is done sending while a frame comes in. */
static void test_leader_takes_a_frame_that_began_before_its_last_byte_left(void **state)
{
    uint8_t bytes[FRAME_SIZE_MAX];

    (void)state;
    reset();
    begin_round();
    link_lead_round(&l, &lead_start, lead_charges);
    link_open(&l);
    end_of(bytes, 7); /* somebody's: it ends the hunting */
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        link_byte(&l, bytes[i], false);
    end_of(bytes, l.counters.rounds);
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++) {
        if (i == 3)
            drain();
        link_byte(&l, bytes[i], false);
    }
    assert_int_equal(l.state, LINK_RETURN);
    assert_int_equal(l.counters.returned, 1);
    assert_int_equal(l.counters.bad_frames, 0);
}

static void return_frame(const uint8_t *bytes)
{
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        link_byte(&l, bytes[i], false);
}

static void test_leader_counts_what_comes_back_good_and_bad(void **state)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    struct frame_cell cell = { .number = 2, .mv = 3300 };

    (void)state;
    reset();
    lead(&lead_start);
    cell.round = l.round;
    frame_cell_encode(bytes, &cell);
    return_frame(bytes);
    assert_int_equal(l.counters.frames, 1);
    assert_int_equal(l.counters.bad_frames, 0);
    bytes[3] ^= 1u;
    return_frame(bytes);
    assert_int_equal(l.counters.frames, 1);
    assert_int_equal(l.counters.bad_frames, 1);
    end_of(bytes, l.counters.rounds);
    return_frame(bytes);
    assert_int_equal(l.counters.frames, 2);
    assert_int_equal(l.counters.bad_frames, 1);
    assert_int_equal(l.counters.returned, 1);
}

/* It executes what is for it or for all, sends on what is for others or for all, and nothing a second time. */
static void test_leader_tells_the_main_loop_of_a_command_for_it(void **state)
{
    static const struct {
        uint8_t target;
        bool issued, for_it, for_others;
    } cases[] = { { 1, false, true, false },
                  { 2, false, false, true },
                  { LINK_COMMAND_ALL, false, true, true },
                  { 1, true, false, false },
                  { 2, true, false, false } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        struct frame_command command = { .target = cases[i].target, .issued = cases[i].issued };
        uint8_t bytes[FRAME_SIZE_MAX];

        reset();
        lead(&lead_start);
        link_take_events(&l);
        fake->told = false;
        command.round = l.round;
        frame_command_encode(bytes, &command);
        return_frame(bytes);
        assert_int_equal(link_take_events(&l), cases[i].for_it ? LINK_COMMAND : 0);
        assert_int_equal(fake->told, cases[i].for_it);
        assert_int_equal(l.command_in.full, cases[i].for_it);
        assert_int_equal(l.command_out.full, cases[i].for_others);
    }
}

/* Behind a broken wire: sync, START and HOP of a section's head are no damage of the return wire. */
static void test_leader_does_not_count_a_head_behind_end_as_a_bad_frame(void **state)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    struct frame_start start = { .round = 5, .section_head = true, .switches = 3 };
    struct frame_hop hop = { .round = 5, .hop = 3 };

    (void)state;
    reset();
    lead(&lead_start);
    end_of(bytes, 0);
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        link_byte(&l, bytes[i], false);
    link_byte(&l, FRAME_SYNC_BYTE, false);
    in_size = 0;
    add_bytes(bytes, frame_start_encode(bytes, &start));
    add_bytes(bytes, frame_hop_encode(bytes, &hop));
    for (uint8_t i = 0; i < in_size; i++)
        link_byte(&l, in[i], false);
    end_of(bytes, l.counters.rounds);
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        link_byte(&l, bytes[i], false);
    assert_int_equal(l.counters.bad_frames, 0);
    assert_int_equal(l.counters.returned, 1);
}

/* Cells `count` to 1 but one, and END when `end`. */
static enum link_came came_with(uint8_t count, uint8_t but, bool end)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    struct frame_cell cell;

    lead(&lead_start);
    for (uint8_t k = count; k > 0; k--) {
        cell = (struct frame_cell){ .round = l.round, .number = k, .mv = 3300 };
        frame_cell_encode(bytes, &cell);
        for (uint8_t i = 0; k != but && i < FRAME_STREAM_SIZE; i++)
            link_byte(&l, bytes[i], false);
    }
    end_of(bytes, l.counters.rounds);
    for (uint8_t i = 0; end && i < FRAME_STREAM_SIZE; i++)
        link_byte(&l, bytes[i], false);
    return link_lead_look(&l);
}

static void test_leader_misses_a_cell_that_was_there_before(void **state)
{
    (void)state;
    reset();
    assert_int_equal(came_with(5, 0, true), LINK_CAME_WHOLE);
    for (uint8_t but = 1; but <= 5; but++) {
        assert_int_equal(came_with(5, 0, true), LINK_CAME_WHOLE);
        assert_int_equal(came_with(5, but, true), LINK_CAME_SHORT);
    }
    assert_int_equal(came_with(0, 0, false), LINK_CAME_SHORT);
    assert_int_equal(came_with(6, 0, true), LINK_CAME_WHOLE);
    assert_int_equal(came_with(5, 0, true), LINK_CAME_SHORT);
}

static void test_leader_takes_a_chain_that_stays_short_for_whole(void **state)
{
    (void)state;
    reset();
    assert_int_equal(came_with(5, 0, true), LINK_CAME_WHOLE);
    for (uint8_t i = 0; i < LINK_SHORT_ROUNDS; i++)
        assert_int_equal(came_with(4, 0, true), LINK_CAME_SHORT);
    assert_int_equal(came_with(4, 0, true), LINK_CAME_WHOLE);
    assert_int_equal(came_with(3, 0, true), LINK_CAME_SHORT);
    assert_int_equal(came_with(3, 0, true), LINK_CAME_SHORT); /* it counts from the beginning */
}

static void test_leader_of_a_whole_chain_counts_no_short_rounds(void **state)
{
    (void)state;
    reset();
    for (uint8_t i = 0; i < LINK_SHORT_ROUNDS; i++)
        assert_int_equal(came_with(5, 0, true), LINK_CAME_WHOLE);
    assert_int_equal(came_with(4, 0, true), LINK_CAME_SHORT);
    assert_int_equal(came_with(4, 0, true), LINK_CAME_SHORT);
}

/* Nobody knows what an open ring has lost: all is repeated, where it fits twice. */
static void test_leader_of_an_open_ring_misses_all(void **state)
{
    struct frame_start before = lead_start;

    (void)state;
    for (uint16_t switches = 0; switches < 256; switches += 0x20) {
        lead_start.switches = (uint8_t)switches;
        reset();
        assert_int_equal(came_with(5, 0, true), LINK_CAME_WHOLE);
        for (uint8_t i = 0; i < LINK_ROUNDS_CLOSED; i++)
            assert_int_equal(came_with(0, 0, false), LINK_CAME_SHORT);
        for (uint8_t i = 0; i < 2u * LINK_SHORT_ROUNDS; i++)
            assert_int_equal(came_with(0, 0, false),
                             switches <= 0x80 ? LINK_CAME_SHORT : LINK_CAME_WHOLE);
        came_with(5, 0, true);
        assert_int_equal(came_with(5, 0, true), LINK_CAME_WHOLE);
    }
    lead_start = before;
}

/* Its round takes too long to be sent twice. */
static void test_leader_of_a_long_chain_misses_nothing(void **state)
{
    (void)state;
    reset();
    came_with(LINK_REPEAT_CELLS, 0, true);
    assert_int_equal(came_with(LINK_REPEAT_CELLS, 3, true), LINK_CAME_SHORT);
    came_with(LINK_REPEAT_CELLS + 1u, 0, true);
    assert_int_equal(came_with(LINK_REPEAT_CELLS, 3, true), LINK_CAME_LATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leader_sends_the_whole_round_in_order),
        cmocka_unit_test(test_leader_with_fewer_sensors_sends_fewer_frames),
        cmocka_unit_test(test_leader_counts_rounds_modulo_16),
        cmocka_unit_test(test_leader_ignores_what_comes_back_on_in),
        cmocka_unit_test(test_leader_without_reading_leaves_its_cell_out),
        cmocka_unit_test(test_leader_takes_a_frame_that_began_before_its_last_byte_left),
        cmocka_unit_test(test_leader_counts_what_comes_back_good_and_bad),
        cmocka_unit_test(test_leader_tells_the_main_loop_of_a_command_for_it),
        cmocka_unit_test(test_leader_does_not_count_a_head_behind_end_as_a_bad_frame),
        cmocka_unit_test(test_leader_misses_a_cell_that_was_there_before),
        cmocka_unit_test(test_leader_takes_a_chain_that_stays_short_for_whole),
        cmocka_unit_test(test_leader_of_a_whole_chain_counts_no_short_rounds),
        cmocka_unit_test(test_leader_of_an_open_ring_misses_all),
        cmocka_unit_test(test_leader_of_a_long_chain_misses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
