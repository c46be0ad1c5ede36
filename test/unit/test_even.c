#include "end_board/even.h"

#include "common/command.h"
#include "common/link.h"
#include "test.h"

static struct even e;
static struct decide d;
static struct pack pack;
static struct frame_command told;

static void set_up(uint16_t difference_mv)
{
    even_init(&e);
    memset(&d, 0, sizeof d);
    settings_default(&d.settings);
    d.settings.balance_difference_mv = difference_mv;
    pack_init(&pack);
    pack.min_mv = 3400;
    d.facts.pack = &pack;
    told = (struct frame_command){ 0 };
}

static bool step(uint32_t now_ms)
{
    return even_step(&e, &d, now_ms, &told);
}

static void test_nothing_is_said_without_a_reason(void **state)
{
    (void)state;
    set_up(0);
    for (uint32_t now_ms = 0; now_ms < 100000; now_ms += 900)
        assert_false(step(now_ms));
    d.facts.faults = FAULT_SENSOR_LOST | FAULT_CLOCK | FAULT_NO_CLOCK | PACK_SILENT |
                     PACK_UNTRUSTED | PACK_NO_TEMPERATURE; /* of those boards and nobody else */
    assert_false(step(200000));
}

static void test_difference_is_counted_from_the_lowest_cell_and_said_every_ten_seconds(void **state)
{
    (void)state;
    set_up(15);
    assert_true(step(500));
    assert_int_equal(told.target, LINK_COMMAND_ALL);
    assert_int_equal(told.item, ITEM_BALANCE_LIMIT);
    assert_true(told.write);
    assert_int_equal(told.argument, 3415);
    assert_false(step(500 + EVEN_PERIOD_MS - 1));
    pack.min_mv = 3390;
    assert_true(step(500 + EVEN_PERIOD_MS));
    assert_int_equal(told.argument, 3405);
}

/* Two may be lost before a board forgets: its rounds are 0.9 s, or half of that when they are repeated. */
static void test_boards_remember_for_three_periods(void **state)
{
    (void)state;
    assert_true(COMMAND_LIMIT_ROUNDS * 900u > 3u * EVEN_PERIOD_MS);
}

static void test_doubt_forbids(void **state)
{
    static const uint16_t doubts[] = { PACK_SIZE_MISFIT, PACK_SIZE_CHANGED, FAULT_SETTINGS_LOST,
                                       FAULT_OTHER_BOARDS };

    (void)state;
    for (uint8_t difference = 0; difference < 2; difference++)
        for (uint8_t i = 0; i < TEST_COUNT_OF(doubts); i++) {
            set_up(difference);
            d.facts.faults = doubts[i];
            assert_true(step(0));
            assert_int_equal(told.argument, 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_said_without_a_reason),
        cmocka_unit_test(
            test_difference_is_counted_from_the_lowest_cell_and_said_every_ten_seconds),
        cmocka_unit_test(test_boards_remember_for_three_periods),
        cmocka_unit_test(test_doubt_forbids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
