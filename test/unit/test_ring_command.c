/* Commands and replies round the closed ring, and what an open or bad return wire does. */
#include "common/link.h"
#include "protocol/bytes.h"
#include "test.h"
#include "test/fake/ring_fake.h"

#define BOARDS 5u
#define LAST (BOARDS - 1u)
#define ITEM 0x21u
#define ARGUMENT 0xBEEFu

static const struct frame_start start = { .switches = 0x90, .boot = 5, .sensors = 2 };
static const struct frame_charge charges[4];

static uint8_t executions[BOARDS + 1u]; /* by number */
static uint8_t replies;
static struct frame_reply reply; /* the last one that reached the last board */
static uint8_t cells_seen, strange;

static void on_frame(struct link *l, const uint8_t *frame)
{
    if (l != &ring[LAST])
        return;
    switch (frame_type_of(frame[0])) {
    case FRAME_REPLY:
        replies++;
        frame_reply_decode(frame, &reply);
        break;
    case FRAME_CELL:
        cells_seen++;
        break;
    case FRAME_START:
    case FRAME_HOP:
        strange++;
        break;
    case FRAME_CHARGE:
    case FRAME_END:
    case FRAME_COMMAND:
    case FRAME_EXT:
        break;
    }
}

static uint32_t value_of(uint8_t number)
{
    return 0xABCD00u + number;
}

/* What the main loops do behind a round. */
static void execute_all(void)
{
    for (uint8_t i = 0; i < BOARDS; i++) {
        uint8_t body[LINK_COMMAND_BODY];
        fake_use(i);
        if (!(link_take_events(&ring[i]) & LINK_COMMAND))
            continue;
        assert_true(link_take_command(&ring[i], body));
        executions[i + 1u]++;
        assert_int_equal(body[1], ITEM);
        assert_int_equal(get_u16(&body[3]), ARGUMENT);
        if (body[0] == LINK_COMMAND_ALL)
            continue;
        link_send_reply(&ring[i], body[2] & 0xF0u, value_of((uint8_t)(i + 1u)));
    }
}

static void run_round(void)
{
    cells_seen = 0;
    ring_round(BOARDS, &start, charges);
    assert_false(ring_stuck);
    execute_all();
}

static void set_up(bool closed)
{
    ring_init(BOARDS);
    ring_closed = closed;
    fake_on_frame = on_frame;
    memset(executions, 0, sizeof executions);
    replies = strange = 0;
    run_round();
}

static void send(uint8_t target)
{
    struct frame_command command = {
        .target = target, .item = ITEM, .sequence = 9, .argument = ARGUMENT
    };
    fake_use(LAST);
    link_send_command(&ring[LAST], &command);
}

static void expect_executed_once_by(uint8_t target)
{
    for (uint8_t i = 1; i <= BOARDS; i++)
        assert_int_equal(executions[i], i == target);
}

/* Round 1: the last board's command comes to Begin. Round 2: from there to its target. Round 3: the
 * reply. Begin's own command needs a round less. */
static void test_command_reaches_its_target_once_and_is_answered_once(void **state)
{
    (void)state;
    for (uint8_t target = 1; target < BOARDS; target++) {
        set_up(true);
        send(target);
        run_round();
        assert_int_equal(executions[target], target == 1);
        assert_int_equal(replies, 0);
        run_round();
        expect_executed_once_by(target);
        assert_int_equal(replies, target == 1);
        run_round();
        assert_int_equal(replies, 1);
        assert_int_equal(reply.number, target);
        assert_int_equal(reply.sequence, 9);
        assert_int_equal(reply.status, REPLY_DONE);
        assert_int_equal(reply.value, value_of(target));
        for (uint8_t i = 0; i < 4; i++) {
            run_round();
            assert_int_equal(cells_seen, LAST);
        }
        expect_executed_once_by(target);
        assert_int_equal(replies, 1);
    }
}

static void test_command_to_the_last_board_itself_is_executed_there(void **state)
{
    (void)state;
    set_up(true);
    send(BOARDS);
    run_round();
    run_round();
    expect_executed_once_by(BOARDS);
}

static void test_command_to_nobody_is_carried_and_forgotten(void **state)
{
    static const uint8_t nobody[] = { BOARDS + 1u, 255 };

    (void)state;
    for (uint8_t k = 0; k < TEST_COUNT_OF(nobody); k++) {
        set_up(true);
        send(nobody[k]);
        for (uint8_t i = 0; i < 4; i++)
            run_round();
        expect_executed_once_by(0);
        assert_int_equal(replies, 0);
        assert_false(ring[0].command_out.full);
    }
}

static void expect_executed_once_by_all(void)
{
    for (uint8_t i = 1; i <= BOARDS; i++)
        assert_int_equal(executions[i], 1);
}

/* Begin takes it as it comes back, the others and the last board itself in the next round. */
static void test_command_to_all_reaches_each_board_once(void **state)
{
    (void)state;
    set_up(true);
    send(LINK_COMMAND_ALL);
    run_round();
    expect_executed_once_by(1);
    for (uint8_t i = 0; i < 4; i++)
        run_round();
    expect_executed_once_by_all();
    assert_int_equal(replies, 0);
}

/* Boards whose HOP was bad have no number in this round, and all means them too. */
static void test_command_to_all_is_taken_by_boards_without_a_number(void **state)
{
    struct frame_command command = { .target = LINK_COMMAND_ALL,
                                     .item = ITEM,
                                     .argument = ARGUMENT };

    (void)state;
    set_up(false);
    fake_use(0);
    link_send_command(&ring[0], &command);
    ring[2].home_rounds = 0; /* nor may it keep that of the round before */
    ring_fault = (struct ring_fault){
        .damage = RING_CHANGE, .hop = 1, .byte = FRAME_START_SIZE + 1u, .flip = 1
    };
    run_round();
    assert_int_equal(ring[2].number, 0);
    ring_fault.byte = RING_HEALTHY;
    run_round();
    executions[1]++; /* Begin's own command does not come to it */
    expect_executed_once_by_all();
}

static void test_begin_can_send_a_command_itself(void **state)
{
    struct frame_command command = { .target = 3, .item = ITEM, .argument = ARGUMENT };

    (void)state;
    set_up(false);
    fake_use(0);
    link_send_command(&ring[0], &command);
    run_round();
    expect_executed_once_by(3);
    run_round();
    assert_int_equal(replies, 1);
}

static void test_open_return_wire_costs_commands_only(void **state)
{
    (void)state;
    set_up(false);
    send(2);
    for (uint8_t i = 0; i < 6; i++) {
        run_round();
        assert_int_equal(cells_seen, LAST);
        assert_false(ring[LAST].start.ring_closed);
        assert_int_equal(ring[0].state, LINK_RETURN);
    }
    expect_executed_once_by(0);
    assert_int_equal(ring[0].counters.returned, 0);
}

static void test_begin_says_closed_for_three_rounds_after_the_last_that_came_back(void **state)
{
    (void)state;
    set_up(true);
    assert_false(ring[LAST].start.ring_closed); /* nothing had come back yet */
    for (uint8_t i = 1; i <= 5; i++) {
        run_round();
        assert_true(ring[LAST].start.ring_closed);
        assert_int_equal(ring[0].counters.returned, i + 1u);
        assert_int_equal(ring[0].state, LINK_RETURN); /* what follows END may still come */
    }
    ring_closed = false;
    for (uint8_t i = 0; i < 5; i++) {
        run_round();
        assert_int_equal(ring[LAST].start.ring_closed, i < 3);
    }
    ring_closed = true;
    run_round();
    assert_false(ring[LAST].start.ring_closed);
    run_round();
    assert_true(ring[LAST].start.ring_closed);
}

static uint16_t bytes_of_the_return(void)
{
    return FRAME_START_SIZE + FRAME_HOP_SIZE + (BOARDS + 1u + 4u + 1u) * FRAME_STREAM_SIZE;
}

/* Whatever the last hop does, End gets its cells, and a board executes the command as sent or not. */
static void damage_return(enum ring_damage kind, uint8_t flip)
{
    for (uint16_t byte = 0; byte < bytes_of_the_return(); byte++) {
        set_up(true);
        send(2);
        ring_fault = (struct ring_fault){ .damage = kind, .hop = LAST, .byte = byte, .flip = flip };
        run_round();
        ring_fault.byte = RING_HEALTHY;
        assert_int_equal(cells_seen, LAST);
        for (uint8_t i = 0; i < 3; i++) {
            run_round();
            assert_int_equal(cells_seen, LAST);
        }
        assert_in_range(executions[2], 0, 1);
        assert_int_equal(executions[1] + executions[3] + executions[4] + executions[5], 0);
        assert_true(ring[LAST].start.ring_closed);
        assert_int_equal(strange, 0);
    }
}

static void test_damage_on_the_return_wire_at_every_byte_disturbs_nothing(void **state)
{
    (void)state;
    damage_return(RING_CHANGE, 0x01);
    damage_return(RING_CHANGE, 0x90);
    damage_return(RING_LOSE, 0);
    damage_return(RING_REPEAT, 0);
    damage_return(RING_CUT, 0);
    damage_return(RING_BREAK, 0);
}

/* The same on the way from Begin to the target. */
static void test_damage_on_the_way_costs_the_command_and_nothing_wrong_is_executed(void **state)
{
    (void)state;
    for (uint16_t byte = 0; byte < 60; byte++) {
        for (uint8_t flip = 1; flip; flip = (uint8_t)(flip << 1)) {
            set_up(true);
            send(3);
            run_round();
            ring_fault =
                (struct ring_fault){ .damage = RING_CHANGE, .hop = 1, .byte = byte, .flip = flip };
            run_round();
            ring_fault.byte = RING_HEALTHY;
            run_round();
            assert_in_range(executions[3], 0, 1);
            assert_int_equal(executions[1] + executions[2] + executions[4] + executions[5], 0);
            assert_int_equal(replies, executions[3]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_reaches_its_target_once_and_is_answered_once),
        cmocka_unit_test(test_command_to_the_last_board_itself_is_executed_there),
        cmocka_unit_test(test_command_to_nobody_is_carried_and_forgotten),
        cmocka_unit_test(test_command_to_all_reaches_each_board_once),
        cmocka_unit_test(test_command_to_all_is_taken_by_boards_without_a_number),
        cmocka_unit_test(test_begin_can_send_a_command_itself),
        cmocka_unit_test(test_open_return_wire_costs_commands_only),
        cmocka_unit_test(test_begin_says_closed_for_three_rounds_after_the_last_that_came_back),
        cmocka_unit_test(test_damage_on_the_return_wire_at_every_byte_disturbs_nothing),
        cmocka_unit_test(test_damage_on_the_way_costs_the_command_and_nothing_wrong_is_executed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
