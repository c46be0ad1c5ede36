/* Whole rounds through chains of links in memory, sound and damaged. */
#include "common/link.h"
#include "test.h"
#include "test/fake/ring_fake.h"

#define DAMAGED_BOARDS 4u
#define HEAD_BYTES (FRAME_START_SIZE + FRAME_HOP_SIZE)
#define CHARGES 4u
#define TAIL_BYTES ((CHARGES + 1u) * FRAME_STREAM_SIZE)

static const struct frame_start start = {
    .switches = 0x90, .boot = 5, .sensors = 2, .time_ms = 12345
};
static const struct frame_charge charges[CHARGES] = {
    { .sensor = 0, .state = SENSOR_OK, .mas = 0x11223344 },
    { .sensor = 0, .reverse = true, .state = SENSOR_OK, .mas = 9 },
    { .sensor = 1, .state = SENSOR_UNZEROED, .mas = 0 },
    { .sensor = 1, .reverse = true, .state = SENSOR_UNZEROED, .mas = 0xFFFFFFFF },
};

/* What the last board of the chain was given in this round. */
static const struct link *last;
static uint8_t seen[32]; /* bit per cell */
static uint8_t charges_seen, ends_seen, wrong;

static bool cell_is_true(const struct frame_cell *cell)
{
    return cell->mv == ring_mv(cell->number) && cell->dc == ring_dc(cell->number) &&
           cell->flags == ring_flags(cell->number);
}

static bool charge_is_true(const struct frame_charge *c)
{
    const struct frame_charge *sent = &charges[(2u * c->sensor + c->reverse) % CHARGES];
    return c->sensor == sent->sensor && c->reverse == sent->reverse && c->state == sent->state &&
           c->mas == sent->mas;
}

/* Every board's frames must be true; those of the last board are noted. */
static void on_frame(struct link *l, const uint8_t *frame)
{
    if (frame_type_of(frame[0]) == FRAME_CELL) {
        struct frame_cell cell;
        frame_cell_decode(frame, &cell);
        if (!cell_is_true(&cell))
            wrong++;
        else if (l == last)
            seen[cell.number >> 3] = (uint8_t)(seen[cell.number >> 3] | (1u << (cell.number & 7u)));
    } else if (frame_type_of(frame[0]) == FRAME_CHARGE) {
        struct frame_charge charge;
        frame_charge_decode(frame, &charge);
        if (!charge_is_true(&charge))
            wrong++;
        else if (l == last)
            charges_seen++;
    } else if (frame_type_of(frame[0]) == FRAME_END) {
        if (l == last)
            ends_seen++;
    } else {
        wrong++;
    }
}

static void run_round(uint8_t boards)
{
    last = &ring[boards - 1u];
    memset(seen, 0, sizeof seen);
    charges_seen = ends_seen = wrong = 0;
    fake_on_frame = on_frame;
    ring_round(boards, &start, charges);
}

static bool was_seen(uint8_t number)
{
    return (seen[number >> 3] & (1u << (number & 7u))) != 0;
}

static void expect_all_readings(uint8_t boards)
{
    assert_false(ring_stuck);
    assert_int_equal(wrong, 0);
    for (uint8_t number = 1; number < boards; number++)
        assert_true(was_seen(number));
    assert_int_equal(charges_seen, CHARGES);
    assert_int_equal(ends_seen, 1);
    for (uint8_t i = 0; i < boards; i++) {
        assert_int_equal(ring[i].number, i + 1u);
        assert_int_equal(fake_boards[i].lost, 0);
        assert_int_equal(ring[i].counters.bad_frames + ring[i].counters.stale_frames, 0);
    }
}

/* ---- sound rounds ---------------------------------------------------------------------------- */

static void test_chain_of_any_length_delivers_every_reading(void **state)
{
    (void)state;
    for (uint16_t boards = 2; boards <= FAKE_BOARDS;
         boards = (uint16_t)(boards + 1u + boards / 20u)) {
        ring_init((uint8_t)boards);
        run_round((uint8_t)boards);
        expect_all_readings((uint8_t)boards);
    }
}

static void test_longest_chain_delivers_many_rounds(void **state)
{
    (void)state;
    ring_init((uint8_t)FAKE_BOARDS);
    for (uint8_t i = 0; i < 20; i++) {
        run_round((uint8_t)FAKE_BOARDS);
        expect_all_readings((uint8_t)FAKE_BOARDS);
        assert_int_equal(ring[FAKE_BOARDS - 1u].round, (i + 1u) & 15u);
    }
    assert_int_equal(ring[FAKE_BOARDS - 1u].counters.rounds, 20);
}

/* docs/protocol.md, "Length of a round": a board adds its own frame and one byte time in which it
 * takes the first byte in; everything else passes without a pause. */
static void test_round_takes_as_many_byte_times_as_specified(void **state)
{
    (void)state;
    for (uint16_t boards = 2; boards <= FAKE_BOARDS;
         boards = (uint16_t)(boards + 1u + boards / 10u)) {
        uint16_t bytes = HEAD_BYTES + FRAME_STREAM_SIZE + TAIL_BYTES;
        uint16_t expected = (uint16_t)(bytes + (FRAME_STREAM_SIZE + 1u) * (boards - 1u));
        ring_init((uint8_t)boards);
        run_round((uint8_t)boards);
        /* a step or two to start and to notice the end */
        assert_in_range(ring_steps, expected, expected + 3u);
    }
}

static void test_bytes_of_a_round_are_as_many_as_specified(void **state)
{
    (void)state;
    ring_init((uint8_t)FAKE_BOARDS);
    run_round((uint8_t)FAKE_BOARDS);
    for (uint8_t i = 0; i < FAKE_BOARDS; i++)
        assert_int_equal(fake_boards[i].sent,
                         HEAD_BYTES + (i + 1u) * FRAME_STREAM_SIZE + TAIL_BYTES);
}

/* ---- damaged rounds -------------------------------------------------------------------------- */

static uint16_t bytes_of_hop(uint8_t hop)
{
    return (uint16_t)(HEAD_BYTES + (hop + 1u) * FRAME_STREAM_SIZE + TAIL_BYTES);
}

static uint16_t sum_of(uint16_t struct_offset)
{
    uint16_t sum = 0;
    for (uint8_t i = 0; i < DAMAGED_BOARDS; i++)
        sum = (uint16_t)(sum +
                         *(const uint16_t *)((const uint8_t *)&ring[i].counters + struct_offset));
    return sum;
}

/* Nothing wrong was accepted, all boards rest, and the next round is whole. */
static void expect_recovery(void)
{
    assert_int_equal(wrong, 0);
    assert_false(ring_stuck);
    for (uint8_t i = 0; i < DAMAGED_BOARDS; i++) {
        assert_int_equal(ring[i].state, i == 0 ? LINK_RETURN : LINK_IDLE);
        if (ring[i].number != 0)
            assert_int_equal(ring[i].number, i + 1u);
        ring[i].counters = (struct link_counters){ 0 };
    }
    ring_fault.byte = RING_HEALTHY;
    run_round(DAMAGED_BOARDS);
    expect_all_readings(DAMAGED_BOARDS);
}

/* The number of readings that did not arrive. */
static uint8_t missing(void)
{
    uint8_t count = 0;
    for (uint8_t number = 1; number < DAMAGED_BOARDS; number++)
        if (!was_seen(number))
            count++;
    return (uint8_t)(count + CHARGES - charges_seen);
}

static void damage(enum ring_damage kind, uint8_t hop, uint16_t byte, uint8_t flip_bits)
{
    ring_fault = (struct ring_fault){ .damage = kind, .hop = hop, .byte = byte, .flip = flip_bits };
    run_round(DAMAGED_BOARDS);
}

static bool in_end_frame(uint8_t hop, uint16_t byte)
{
    return byte + FRAME_STREAM_SIZE >= bytes_of_hop(hop);
}

/* Without END the boards fall silent, in the worst case all at once as here: what the last ones
 * still hold in their queues does not get further. These are CHARGE frames, whose totals lose
 * nothing. */
static void expect_all_cells(void)
{
    for (uint8_t number = 1; number < DAMAGED_BOARDS; number++)
        assert_true(was_seen(number));
}

static uint16_t misread_marks; /* damaged head frames that looked like marked ones */

/* Frames that a changed byte costs: itself; a HOP costs nothing, since the boards behind it keep their
 * numbers of the round before. */
static void expect_loss_of_change(uint8_t hop, uint16_t byte)
{
    uint16_t bad = sum_of(offsetof(struct link_counters, bad_frames));
    uint8_t expected = byte < HEAD_BYTES ? 0 : 1;

    if (in_end_frame(hop, byte)) {
        expect_all_cells();
        return;
    }
    if (missing() != expected)
        fail_msg("hop %u byte %u flip %u: %u missing, not %u", hop, byte, ring_fault.flip,
                 missing(), expected);
    if (byte < HEAD_BYTES) {
        misread_marks = (uint16_t)(misread_marks + (bad == 0));
        assert_int_equal(bad + sum_of(offsetof(struct link_counters, marked_frames)),
                         DAMAGED_BOARDS - 1u - hop);
    } else {
        /* a frame of another round is stale where it is seen, not bad */
        assert_int_equal(bad + sum_of(offsetof(struct link_counters, stale_frames)), 1);
    }
}

/* Right after a reset there is no number to keep: the own frames of all boards behind it are lost. */
static void test_bad_hop_of_the_first_round_costs_the_readings_behind_it(void **state)
{
    (void)state;
    for (uint8_t hop = 0; hop + 1u < DAMAGED_BOARDS; hop++) {
        ring_init(DAMAGED_BOARDS);
        damage(RING_CHANGE, hop, FRAME_START_SIZE + 1u, 1);
        assert_int_equal(missing(), DAMAGED_BOARDS - 2u - hop);
        expect_recovery();
    }
}

static void test_changed_byte_at_every_place_costs_its_frame_and_nothing_wrong_passes(void **state)
{
#ifdef __AVR__
    static const uint8_t patterns[] = { 0x01, 0xC0, 0xFF };
    const uint8_t count = sizeof patterns;
#else
    const uint8_t count = 255;
#endif

    (void)state;
    ring_init(DAMAGED_BOARDS);
    for (uint8_t hop = 0; hop + 1u < DAMAGED_BOARDS; hop++) {
        for (uint16_t byte = 0; byte < bytes_of_hop(hop); byte++) {
            for (uint8_t i = 0; i < count; i++) {
#ifdef __AVR__
                uint8_t pattern = patterns[i];
#else
                uint8_t pattern = (uint8_t)(i + 1u);
#endif
                damage(RING_CHANGE, hop, byte, pattern);
                expect_loss_of_change(hop, byte);
                expect_recovery();
            }
        }
    }
    /* one pattern of 255 for each byte of a head frame turns its CRC into the mark */
    assert_in_range(misread_marks, 0, (DAMAGED_BOARDS - 1u) * HEAD_BYTES);
}

/* A byte too few or too many in the stream; in the head it shifts all up to the first frame. */
static void expect_one_frame_lost(uint8_t hop, uint16_t byte)
{
    if (in_end_frame(hop, byte))
        expect_all_cells();
    else if (byte >= HEAD_BYTES)
        assert_true(missing() <= 1);
}

static void test_lost_byte_at_every_place_lets_nothing_wrong_pass(void **state)
{
    (void)state;
    ring_init(DAMAGED_BOARDS);
    for (uint8_t hop = 0; hop + 1u < DAMAGED_BOARDS; hop++) {
        for (uint16_t byte = 0; byte < bytes_of_hop(hop); byte++) {
            damage(RING_LOSE, hop, byte, 0);
            expect_one_frame_lost(hop, byte);
            expect_recovery();
        }
    }
}

static void test_repeated_byte_at_every_place_lets_nothing_wrong_pass(void **state)
{
    (void)state;
    ring_init(DAMAGED_BOARDS);
    for (uint8_t hop = 0; hop + 1u < DAMAGED_BOARDS; hop++) {
        for (uint16_t byte = 0; byte < bytes_of_hop(hop); byte++) {
            damage(RING_REPEAT, hop, byte, 0);
            expect_one_frame_lost(hop, byte);
            expect_recovery();
        }
    }
}

/* A wire that opens in the middle of a round: the rest is silence. */
static void test_cut_wire_at_every_place_ends_idle(void **state)
{
    (void)state;
    ring_init(DAMAGED_BOARDS);
    for (uint8_t hop = 0; hop + 1u < DAMAGED_BOARDS; hop++) {
        for (uint16_t byte = 0; byte < bytes_of_hop(hop); byte++) {
            damage(RING_CUT, hop, byte, 0);
            assert_int_equal(ends_seen, 0);
            expect_recovery();
        }
    }
}

static void test_break_at_every_place_ends_idle(void **state)
{
    (void)state;
    ring_init(DAMAGED_BOARDS);
    for (uint8_t hop = 0; hop + 1u < DAMAGED_BOARDS; hop++) {
        for (uint16_t byte = 0; byte < bytes_of_hop(hop); byte++) {
            damage(RING_BREAK, hop, byte, 0);
            assert_int_equal(ends_seen, 0);
            expect_recovery();
        }
    }
}

/* A board that is dead: nobody behind it hears anything, everybody before it does. */
static void test_boards_behind_a_cut_stay_without_a_number(void **state)
{
    (void)state;
    ring_init(DAMAGED_BOARDS);
    damage(RING_CUT, 1, 0, 0);
    assert_int_equal(ring[1].number, 2);
    assert_int_equal(ring[2].number, 0);
    assert_int_equal(ring[3].number, 0);
    assert_int_equal(ring[1].counters.rounds, 1);
    assert_int_equal(ring[2].counters.bad_syncs, 1);
    expect_recovery();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_of_any_length_delivers_every_reading),
        cmocka_unit_test(test_longest_chain_delivers_many_rounds),
        cmocka_unit_test(test_round_takes_as_many_byte_times_as_specified),
        cmocka_unit_test(test_bytes_of_a_round_are_as_many_as_specified),
        cmocka_unit_test(test_bad_hop_of_the_first_round_costs_the_readings_behind_it),
        cmocka_unit_test(test_changed_byte_at_every_place_costs_its_frame_and_nothing_wrong_passes),
        cmocka_unit_test(test_lost_byte_at_every_place_lets_nothing_wrong_pass),
        cmocka_unit_test(test_repeated_byte_at_every_place_lets_nothing_wrong_pass),
        cmocka_unit_test(test_cut_wire_at_every_place_ends_idle),
        cmocka_unit_test(test_break_at_every_place_ends_idle),
        cmocka_unit_test(test_boards_behind_a_cut_stay_without_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
