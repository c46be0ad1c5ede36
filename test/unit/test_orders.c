/* What a board does for a while because it was told to: blink, balance, balance less. */
#include "test/fake/command_bench.h"

static void test_identify_blinks_for_as_many_rounds(void **state)
{
    (void)state;
    set_up();
    command(WRITE | ITEM_IDENTIFY, 1, 6);
    expect(REPLY_DONE, 6);
    for (uint8_t left = 6; left > 0; left--) {
        rounds(1);
        assert_int_equal(fake->led, (left - 1) % 2 == 1);
    }
    rounds(1);
    assert_false(fake->led);
    command(ITEM_IDENTIFY, 2, 0);
    expect(REPLY_DONE, 0);
    command(WRITE | ITEM_IDENTIFY, 3, COMMAND_IDENTIFY_MAX + 1);
    assert_int_equal(reply.status, REPLY_OUT_OF_RANGE);
}

static void test_balancing_by_command_ends_by_itself(void **state)
{
    (void)state;
    calibrated();
    assert_false(fake->balance);
    command(WRITE | ITEM_BALANCE, 1, 4);
    expect(REPLY_DONE, 4);
    rounds(3);
    assert_true(fake->balance);
    command(ITEM_BALANCE, 2, 0);
    expect(REPLY_DONE, 1);
    rounds(1);
    assert_false(fake->balance);
    command(WRITE | ITEM_BALANCE, 3, 4000);
    rounds(2);
    assert_true(fake->balance);
    command(WRITE | ITEM_BALANCE, 4, 0);
    rounds(1);
    assert_false(fake->balance);
    command(WRITE | ITEM_BALANCE, 5, COMMAND_BALANCE_MAX + 1);
    assert_int_equal(reply.status, REPLY_OUT_OF_RANGE);
}

static void test_balancing_by_command_needs_a_reading(void **state)
{
    (void)state;
    set_up();
    command(WRITE | ITEM_BALANCE, 1, 100);
    assert_int_equal(reply.status, REPLY_REFUSED);
}

/* ---- limit of balancing ---------------------------------------------------------------------- */

static bool balances(uint16_t switches_mv)
{
    b.link.start.switches = (uint8_t)(switches_mv ? (switches_mv - 1800u) / 100u : 0);
    b.link.origin = LINK_FROM_BEGIN;
    b.link.home_rounds = LINK_HOME_ROUNDS;
    cell_board_events(&b, LINK_ROUND_DONE);
    cell_board_events(&b, LINK_BREAK_SEEN);
    return fake->balance;
}

static void test_limit_raises_the_balance_voltage_or_forbids_it(void **state)
{
    (void)state;
    calibrated(); /* and at 3.3 V */
    assert_true(balances(3200));
    command(WRITE | ITEM_BALANCE_LIMIT, 1, (uint16_t)(b.mv + 20u));
    expect(REPLY_DONE, b.mv + 20u);
    assert_false(balances(3200));
    command(WRITE | ITEM_BALANCE_LIMIT, 2, (uint16_t)(b.mv - 20u));
    assert_true(balances(3200));
    command(WRITE | ITEM_BALANCE_LIMIT, 3, 0);
    assert_false(balances(3200));
    command(WRITE | ITEM_BALANCE_LIMIT, 4, COMMAND_LIMIT_MAX + 1u);
    assert_int_equal(reply.status, REPLY_OUT_OF_RANGE);
    assert_false(balances(3200));
}

static void test_limit_never_lowers_or_replaces_the_switches(void **state)
{
    (void)state;
    calibrated();
    command(WRITE | ITEM_BALANCE_LIMIT, 1, 2000);
    assert_false(balances(3400));
    assert_false(balances(0));
    assert_true(balances(3200));
}

static void test_limit_ends_after_its_rounds(void **state)
{
    (void)state;
    calibrated();
    command(WRITE | ITEM_BALANCE_LIMIT, 1, 0);
    for (uint8_t i = 1; i < COMMAND_LIMIT_ROUNDS; i++)
        assert_false(balances(3200));
    assert_true(balances(3200));
}

/* Behind a command that this board has answered and will be asked again. */
static void test_command_to_all_is_no_answer_and_no_other_command(void **state)
{
    uint8_t *frame = b.link.command_in.frame;

    (void)state;
    calibrated();
    command(WRITE | ITEM_IDENTIFY, 5, 9);
    b.link.reply_out.full = false;
    frame[FRAME_COMMAND_TARGET] = LINK_COMMAND_ALL;
    frame[2] = WRITE | ITEM_BALANCE_LIMIT;
    put_u16(&frame[4], 0);
    b.link.command_in.full = true;
    cell_board_events(&b, LINK_COMMAND);
    assert_false(b.link.reply_out.full);
    assert_false(balances(3200));
    frame[2] = WRITE | ITEM_IDENTIFY; /* nothing else goes to all */
    put_u16(&frame[4], 200);
    b.link.command_in.full = true;
    cell_board_events(&b, LINK_COMMAND);
    assert_in_range(b.identify_rounds, 1, 9);
    b.identify_rounds = 3;
    command(WRITE | ITEM_IDENTIFY, 5, 9);
    expect(REPLY_DONE, 9);
    assert_int_equal(b.identify_rounds, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identify_blinks_for_as_many_rounds),
        cmocka_unit_test(test_balancing_by_command_ends_by_itself),
        cmocka_unit_test(test_balancing_by_command_needs_a_reading),
        cmocka_unit_test(test_limit_raises_the_balance_voltage_or_forbids_it),
        cmocka_unit_test(test_limit_never_lowers_or_replaces_the_switches),
        cmocka_unit_test(test_limit_ends_after_its_rounds),
        cmocka_unit_test(test_command_to_all_is_no_answer_and_no_other_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
