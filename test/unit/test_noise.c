/* Which hops End calls noisy. */
#include "common/command.h"
#include "end_board/noise.h"
#include "test.h"

static struct noise n;
static struct pack pack;
static uint32_t now_ms;
static uint16_t rounds;

static void begin(uint8_t count)
{
    pack_init(&pack);
    pack.count = count;
    now_ms = 1000;
    rounds = 65500u; /* wraps */
    noise_init(&n, now_ms);
}

static bool ask(struct frame_command *question)
{
    now_ms += NOISE_PERIOD_MS;
    return noise_ask(&n, pack.count, now_ms, question);
}

/* Looks at a hop whose counter has this value after so many more rounds. */
static bool look(uint8_t board, uint16_t frames, uint16_t more_rounds)
{
    rounds = (uint16_t)(rounds + more_rounds);
    return noise_look(&n, &pack, board, frames, rounds);
}

static void test_noise_asks_each_other_board_in_turn(void **state)
{
    struct frame_command question = { 0 };

    (void)state;
    for (uint16_t count = 2; count <= 255; count = count == 20 ? 255u : (uint16_t)(count + 1u)) {
        uint8_t sequence = 0;
        begin((uint8_t)count);
        for (uint8_t sweep = 0; sweep < 3; sweep++) {
            for (uint16_t board = 1; board < count; board++) {
                assert_true(ask(&question));
                assert_int_equal(question.target, board);
                assert_int_equal(question.item, ITEM_BAD_FRAMES);
                assert_false(question.write);
                assert_true(question.sequence >= NOISE_SEQUENCE && question.sequence < 16);
                if (board > 1)
                    assert_int_equal(question.sequence, sequence);
                else /* else the board answers from memory */
                    assert_int_not_equal(question.sequence, sequence);
                sequence = question.sequence;
            }
        }
    }
}

static void test_noise_asks_at_its_time_and_not_before_the_pack_is_known(void **state)
{
    struct frame_command question;

    (void)state;
    begin(4);
    assert_false(noise_ask(&n, 4, now_ms + NOISE_PERIOD_MS - 1u, &question));
    assert_false(noise_ask(&n, 0, now_ms + NOISE_PERIOD_MS, &question));
    assert_true(noise_ask(&n, 4, now_ms + NOISE_PERIOD_MS, &question));
    assert_false(noise_ask(&n, 4, now_ms + NOISE_PERIOD_MS, &question));
}

static void test_noise_takes_only_the_answer_to_its_question(void **state)
{
    struct frame_command question;
    struct frame_reply reply = { .number = 1, .status = REPLY_DONE };

    (void)state;
    begin(4);
    assert_false(noise_is_answer(&n, &reply));
    ask(&question);
    reply.sequence = question.sequence;
    assert_true(noise_is_answer(&n, &reply));
    reply.number = 2;
    assert_false(noise_is_answer(&n, &reply));
    reply.number = 1;
    reply.sequence ^= 1u;
    assert_false(noise_is_answer(&n, &reply));
    reply.sequence = question.sequence & 7u; /* the app's */
    assert_false(noise_is_answer(&n, &reply));
    reply.sequence = question.sequence;
    reply.status = REPLY_UNKNOWN;
    assert_false(noise_is_answer(&n, &reply));
    for (uint8_t i = 0; i < 30; i++) { /* ten times round */
        ask(&question);
        reply = (struct frame_reply){ .number = question.target,
                                      .sequence = question.sequence,
                                      .status = REPLY_DONE };
        assert_true(noise_is_answer(&n, &reply));
    }
}

static void test_noise_at_its_limits(void **state)
{
    static const struct {
        uint16_t frames, rounds;
        uint8_t noisy;
    } row[] = {
        { NOISE_FRAMES - 1u, 1, 0 },
        { NOISE_FRAMES, 128, 3 },
        { NOISE_FRAMES, 129, 0 },
        { 100, 3200, 3 },
        { 99, 3200, 0 },
        { 100, 100, 100 },
        { 1000, 100, 255 },
        { 0, 100, 0 },
    };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(row); i++) {
        begin(5);
        assert_false(look(3, 7, 0)); /* the first look says nothing */
        assert_int_equal(look(3, (uint16_t)(7 + row[i].frames), row[i].rounds), row[i].noisy != 0);
        assert_int_equal(pack.cell[2].noisy, row[i].noisy);
        assert_int_equal(pack.noisy_hops, row[i].noisy != 0);
    }
}

static void test_noise_ends_at_half_of_what_began_it(void **state)
{
    (void)state;
    begin(5);
    look(3, 0, 0);
    assert_true(look(3, 10, 100));
    assert_false(look(3, 12, 100)); /* 2 of 100 would not begin it */
    assert_int_equal(pack.cell[2].noisy, 2);
    assert_true(look(3, 13, 100));
    assert_int_equal(pack.cell[2].noisy, 0);
    assert_int_equal(pack.noisy_hops, 0);
    assert_true(look(3, 23, 100));
    assert_false(look(3, 25, 128));
    assert_true(look(3, 27, 129));
}

/* Asked twice in a round: no share can be told. */
static void test_noise_needs_rounds(void **state)
{
    (void)state;
    begin(5);
    look(3, 0, 0);
    assert_false(look(3, 10, 0));
    assert_true(look(3, 20, 1));
}

static void test_noise_of_a_board_that_was_reset_begins_anew(void **state)
{
    (void)state;
    begin(5);
    look(3, 1000, 0);
    assert_false(look(3, 50, 100));
    assert_true(look(3, 60, 100));
    assert_false(look(3, 2, 100)); /* keeps what was known */
    assert_int_equal(pack.noisy_hops, 1);
    assert_true(look(3, 2, 100));
}

static void test_noise_stays_when_the_counter_is_full(void **state)
{
    (void)state;
    begin(5);
    look(3, 65000u, 0);
    assert_true(look(3, 65500u, 100));
    assert_false(look(3, UINT16_MAX, 100));
    assert_false(look(3, UINT16_MAX, 100));
    assert_int_not_equal(pack.cell[2].noisy, 0);
}

static void test_noise_of_board_1_is_that_of_the_return_wire(void **state)
{
    (void)state;
    begin(5);
    assert_int_equal(noise_before(&pack, 1), 5);
    assert_int_equal(noise_before(&pack, 2), 1);
    assert_int_equal(noise_before(&pack, 5), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_asks_each_other_board_in_turn),
        cmocka_unit_test(test_noise_asks_at_its_time_and_not_before_the_pack_is_known),
        cmocka_unit_test(test_noise_takes_only_the_answer_to_its_question),
        cmocka_unit_test(test_noise_at_its_limits),
        cmocka_unit_test(test_noise_ends_at_half_of_what_began_it),
        cmocka_unit_test(test_noise_needs_rounds),
        cmocka_unit_test(test_noise_of_a_board_that_was_reset_begins_anew),
        cmocka_unit_test(test_noise_stays_when_the_counter_is_full),
        cmocka_unit_test(test_noise_of_board_1_is_that_of_the_return_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
