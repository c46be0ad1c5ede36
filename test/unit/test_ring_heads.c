/* A ring that is broken, at every place of chains of 2 to 255 boards. */
#include "common/link.h"
#include "end_board/place.h"
#include "test.h"
#include "test/fake/ring_fake.h"

static const struct frame_start start = {
    .switches = 0x90, .boot = 5, .sensors = 0, .time_ms = 777
};
static const struct link *last;
static uint8_t
    seen[FRAME_CELLS_MAX + 1u]; /* times this number came to the last board with its reading */
static uint8_t wrong, ends;

/* `shift`: a section without numbers counts from its head. */
static uint8_t shift;

static void on_frame(struct link *l, const uint8_t *frame)
{
    struct frame_cell cell;

    if (l != last)
        return;
    if (frame_type_of(frame[0]) == FRAME_END) {
        ends++;
        return;
    }
    frame_cell_decode(frame, &cell);
    if (frame_type_of(frame[0]) != FRAME_CELL || cell.mv != ring_mv((uint8_t)(cell.number + shift)))
        wrong++;
    else
        seen[cell.number + shift]++;
}

static void listen(uint8_t boards)
{
    last = &ring[boards - 1u];
    fake_on_frame = on_frame;
    memset(seen, 0, sizeof seen);
    wrong = ends = shift = 0;
}

static uint8_t named(uint8_t boards)
{
    const struct link *end = &ring[boards - 1u];

    if (end->origin != LINK_FROM_HEAD || end->number == 0)
        return PLACE_UNKNOWN;
    return place_behind(boards, end->head_number, end->number);
}

static void expect_section(uint8_t after, uint8_t boards)
{
    assert_false(ring_stuck);
    assert_int_equal(wrong, 0);
    assert_int_equal(named(boards), after);
    for (uint16_t number = 1; number < boards; number++)
        assert_int_equal(seen[number], number > after);
    assert_int_equal(ends, after + 1u < boards);
    for (uint8_t i = after; i < boards; i++) {
        assert_int_equal(ring[i].state, LINK_IDLE);
        assert_int_equal(ring[i].heading, i == after);
        assert_int_equal(ring[i].start.switches, ring[i].home ? start.switches : 0);
    }
}

static void expect_whole(uint8_t boards)
{
    listen(boards);
    ring_round(boards, &start, NULL);
    assert_int_equal(wrong, 0);
    for (uint8_t i = 0; i < boards; i++) {
        assert_int_equal(ring[i].number, i + 1u);
        assert_false(ring[i].heading);
        assert_int_equal(ring[i].origin, LINK_FROM_BEGIN);
        assert_int_equal(seen[i + 1u], i + 1u < boards);
    }
    assert_int_equal(named(boards), PLACE_UNKNOWN);
}

static void break_and_mend(uint8_t after, uint8_t boards)
{
    for (uint8_t i = 0; i < 2; i++) {
        listen(boards);
        ring_section(after, boards);
        expect_section(after, boards);
    }
    expect_whole(boards);
}

static uint8_t step_of(uint8_t boards)
{
#ifdef __AVR__
    return boards > 16 ? 9 : 1;
#else
    (void)boards;
    return 1;
#endif
}

static void at_every_place(uint8_t boards)
{
    ring_init(boards);
    expect_whole(boards);
    for (uint16_t after = 1; after < boards; after = (uint16_t)(after + step_of(boards)))
        break_and_mend((uint8_t)after, boards);
}

static void test_every_place_is_named_and_the_next_round_is_whole(void **state)
{
    (void)state;
    at_every_place(2);
    at_every_place(3);
    at_every_place(16 < FAKE_BOARDS ? 16 : (uint8_t)FAKE_BOARDS);
    at_every_place((uint8_t)FAKE_BOARDS);
}

static void test_every_place_is_named_by_boards_without_numbers(void **state)
{
    const uint8_t boards = (uint8_t)FAKE_BOARDS;

    (void)state;
    for (uint16_t after = 1; after < boards; after = (uint16_t)(after + step_of(boards))) {
        ring_init(boards);
        listen(boards);
        shift = (uint8_t)after;
        ring_section((uint8_t)after, boards);
        expect_section((uint8_t)after, boards);
        ring_section((uint8_t)after, boards); /* what they counted is no number */
        assert_int_equal(ring[boards - 1u].home, 0);
        assert_int_equal(named(boards), after);
    }
    expect_whole(boards);
}

/* Boards do not fall silent all at the same moment: one behind the first may begin before it. */
static void test_boards_before_a_head_take_over(void **state)
{
    const uint8_t boards = 9;

    (void)state;
    ring_init(boards);
    expect_whole(boards);
    for (uint8_t after = 1; after + 1u < boards; after++) {
        for (uint8_t other = (uint8_t)(boards - 1u); other > after; other--) {
            listen(boards);
            ring_section(other, boards);
            expect_section(other, boards);
        }
        listen(boards);
        ring_section(after, boards);
        expect_section(after, boards);
    }
    expect_whole(boards);
}

/* A bad byte anywhere in a head's round: no other place may come of it. */
static void test_damaged_round_of_a_head_names_no_other_place(void **state)
{
    const uint8_t boards = 5;
    const uint8_t after = 2;
    uint16_t named_right = 0;

    (void)state;
    ring_init(boards);
    expect_whole(boards);
    for (uint8_t hop = after; hop + 1u < boards; hop++)
        for (uint16_t byte = 0; byte < 40; byte++)
            for (uint8_t bit = 0; bit < 8; bit++) {
                uint8_t place;
                listen(boards);
                ring_fault = (struct ring_fault){
                    .damage = RING_CHANGE, .hop = hop, .byte = byte, .flip = (uint8_t)(1u << bit)
                };
                ring_section(after, boards);
                place = named(boards);
                assert_int_equal(wrong, 0);
                assert_true(place == after || place == PLACE_UNKNOWN);
                named_right = (uint16_t)(named_right + (place == after));
                assert_int_equal(ring[boards - 1u].home, boards);
                ring_fault.byte = RING_HEALTHY;
            }
    assert_true(named_right > 0);
    expect_whole(boards);
}

/* Begin hears the rounds of a section over the return wire. */
static void test_begin_does_not_take_a_section_for_a_closed_ring(void **state)
{
    struct frame_end end = { .rounds = 0 };
    uint8_t frame[FRAME_SIZE_MAX];

    (void)state;
    ring_init(3);
    ring_closed = true;
    ring_round(3, &start, NULL);
    assert_int_equal(ring[0].counters.returned, 1);
    ring_closed = false;
    ring_round(3, &start, NULL);
    end.round = ring[0].round;
    frame_end_encode(frame, &end);
    fake_use(0);
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        link_byte(&ring[0], frame[i], false);
    assert_int_equal(ring[0].counters.returned, 1);
    end.rounds = ring[0].counters.rounds;
    frame_end_encode(frame, &end);
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        link_byte(&ring[0], frame[i], false);
    assert_int_equal(ring[0].counters.returned, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_place_is_named_and_the_next_round_is_whole),
        cmocka_unit_test(test_every_place_is_named_by_boards_without_numbers),
        cmocka_unit_test(test_boards_before_a_head_take_over),
        cmocka_unit_test(test_damaged_round_of_a_head_names_no_other_place),
        cmocka_unit_test(test_begin_does_not_take_a_section_for_a_closed_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
