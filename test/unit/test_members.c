/* Are these the boards that the owner confirmed? */
#include "end_board/members.h"

#include "test.h"
#include "test/fake/hal_fake.h"

static struct members m;

static void set_up(uint16_t sum, uint8_t count)
{
    fake_reset();
    memset(&m, 0xA5, sizeof m);
    members_init(&m);
    if (count == 0)
        return; /* none are known */
    m.known.sum = sum;
    m.known.count = count;
}

static enum members_state whole(uint8_t count)
{
    return members_step(&m, count, false, true, true);
}

static enum members_state silent(uint8_t count)
{
    return members_step(&m, count, true, false, true);
}

static void test_members_are_learned_when_confirmed_and_whole(void **state)
{
    (void)state;
    set_up(0, 0);
    members_heard(&m, 0x1111);
    assert_int_equal(whole(4), MEMBERS_UNSURE);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_UNSURE);
    members_heard(&m, 0x2222);
    assert_int_equal(members_step(&m, 4, false, true, false), MEMBERS_UNSURE);
    assert_int_equal(m.known.count, 0);
    assert_int_equal(members_step(&m, 4, false, false, true), MEMBERS_UNSURE);
    assert_int_equal(m.known.count, 0);
    assert_int_equal(whole(4), MEMBERS_SAME);
    assert_int_equal(m.known.sum, 0x2222);
    assert_int_equal(m.known.count, 4);
}

static void test_known_members_are_believed_at_once(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    assert_int_equal(whole(4), MEMBERS_UNSURE);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_SAME);
}

static void test_other_members_are_believed_when_two_rounds_agree(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_SAME);
    members_heard(&m, 0x2223);
    assert_int_equal(whole(4), MEMBERS_SAME);
    members_heard(&m, 0x2224);
    assert_int_equal(whole(4), MEMBERS_SAME);
    members_heard(&m, 0x2224);
    assert_int_equal(whole(4), MEMBERS_OTHER);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_SAME);
}

static void test_other_number_of_boards_is_other_members(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x2222);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(5), MEMBERS_OTHER);
    assert_int_equal(whole(3), MEMBERS_OTHER);
}

/* Somebody may have been at the boards. */
static void test_silence_makes_members_unsure(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_SAME);
    assert_int_equal(silent(4), MEMBERS_UNSURE);
    members_forget(&m);
    assert_int_equal(whole(4), MEMBERS_UNSURE);
    members_heard(&m, 0x3333);
    assert_int_equal(whole(4), MEMBERS_UNSURE);
    members_heard(&m, 0x3333);
    assert_int_equal(whole(4), MEMBERS_OTHER);
}

/* Before the pack is known it is silent. */
static void test_members_heard_in_silence_count_when_it_is_over(void **state)
{
    (void)state;
    set_up(0, 0);
    members_heard(&m, 0x2222);
    assert_int_equal(silent(0), MEMBERS_UNSURE);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_SAME);
}

/* Cells are looked at while a round comes in, whose HOP was here and whose readings are not. */
static void test_silence_within_a_round_does_not_forget_what_it_said(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x2222);
    assert_int_equal(silent(4), MEMBERS_UNSURE);
    assert_int_equal(whole(4), MEMBERS_SAME);
}

static void test_silence_does_not_end_that_members_are_other(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x3333);
    members_heard(&m, 0x3333);
    assert_int_equal(whole(4), MEMBERS_OTHER);
    assert_int_equal(silent(4), MEMBERS_OTHER);
    members_heard(&m, 0x2222);
    assert_int_equal(whole(4), MEMBERS_SAME);
}

static void test_accepted_members_are_the_known_ones(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x3333);
    members_heard(&m, 0x3333);
    assert_int_equal(whole(5), MEMBERS_OTHER);
    members_accept(&m);
    assert_int_equal(whole(5), MEMBERS_SAME);
    assert_int_equal(m.known.sum, 0x3333);
    assert_int_equal(m.known.count, 5);
}

/* Whoever they are: nobody is other before the next ones are known. */
static void test_accepted_members_are_unsure_until_the_chain_is_whole(void **state)
{
    (void)state;
    set_up(0x2222, 4);
    members_heard(&m, 0x3333);
    members_heard(&m, 0x3333);
    assert_int_equal(whole(5), MEMBERS_OTHER);
    members_accept(&m);
    assert_int_equal(members_step(&m, 5, false, false, true), MEMBERS_UNSURE);
}

static void test_known_members_come_back_from_a_record(void **state)
{
    const struct members_known out = { .sum = 0xA55A, .count = 255 };
    struct members_known in = { 0 };
    uint8_t bytes[MEMBERS_PAYLOAD];

    (void)state;
    members_encode(bytes, &out);
    members_decode(bytes, &in);
    assert_int_equal(in.sum, out.sum);
    assert_int_equal(in.count, out.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_learned_when_confirmed_and_whole),
        cmocka_unit_test(test_known_members_are_believed_at_once),
        cmocka_unit_test(test_other_members_are_believed_when_two_rounds_agree),
        cmocka_unit_test(test_other_number_of_boards_is_other_members),
        cmocka_unit_test(test_silence_makes_members_unsure),
        cmocka_unit_test(test_members_heard_in_silence_count_when_it_is_over),
        cmocka_unit_test(test_silence_within_a_round_does_not_forget_what_it_said),
        cmocka_unit_test(test_silence_does_not_end_that_members_are_other),
        cmocka_unit_test(test_accepted_members_are_the_known_ones),
        cmocka_unit_test(test_accepted_members_are_unsure_until_the_chain_is_whole),
        cmocka_unit_test(test_known_members_come_back_from_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
