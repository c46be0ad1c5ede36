/* Where End believes the ring to be broken. */
#include "common/link.h"
#include "end_board/place.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static void test_place_is_before_a_head_that_had_a_number(void **state)
{
    (void)state;
    for (uint16_t count = 2; count <= 255; count++)
        for (uint16_t head = 2; head <= count; head++) {
            assert_int_equal(place_behind((uint8_t)count, (uint8_t)head, (uint8_t)count),
                             head - 1u);
            assert_int_equal(place_behind(0, (uint8_t)head, (uint8_t)count), head - 1u);
        }
}

static void test_place_is_counted_from_the_end_behind_an_unnumbered_head(void **state)
{
    (void)state;
    for (uint16_t count = 2; count <= 255; count++)
        for (uint16_t section = 1; section < count; section++)
            assert_int_equal(place_behind((uint8_t)count, LINK_HEAD_UNNUMBERED, (uint8_t)section),
                             count - section);
}

static void test_place_is_unknown_when_head_and_count_contradict_each_other(void **state)
{
    (void)state;
    assert_int_equal(place_behind(8, 4, 7), PLACE_UNKNOWN);
    assert_int_equal(place_behind(8, 4, 9), PLACE_UNKNOWN);
    assert_int_equal(place_behind(8, 0, 8), PLACE_UNKNOWN);
    assert_int_equal(place_behind(8, 9, 8), PLACE_UNKNOWN);
    assert_int_equal(place_behind(8, LINK_HEAD_UNNUMBERED, 8), PLACE_UNKNOWN);
    assert_int_equal(place_behind(8, LINK_HEAD_UNNUMBERED, 9), PLACE_UNKNOWN);
    assert_int_equal(place_behind(0, LINK_HEAD_UNNUMBERED, 3), PLACE_UNKNOWN);
}

/* From every tick: they wrap. */
static void test_place_settles_when_it_stays_the_same(void **state)
{
    (void)state;
    for (uint16_t start = 0; start < 256; start++) {
        struct place p = { 0 };
        uint8_t tick = (uint8_t)start;
        assert_false(place_step(&p, tick));
        place_section(&p, 9, tick); /* heads give way to each other */
        tick = (uint8_t)(tick + PLACE_SETTLE_TICKS - 1u);
        assert_false(place_step(&p, tick));
        place_section(&p, 4, tick);
        tick = (uint8_t)(tick + PLACE_SETTLE_TICKS - 1u);
        place_section(&p, 4, tick);
        assert_false(place_step(&p, tick));
        assert_false(p.broken);
        assert_true(place_step(&p, (uint8_t)(tick + 1u)));
        assert_true(p.broken);
        assert_int_equal(p.after, 4);
        for (uint16_t i = 0; i < 300; i++)
            assert_false(place_step(&p, (uint8_t)(tick + i)));
        assert_int_equal(fake_irq_depth, 0);
    }
}

static void test_place_moves_with_a_second_break(void **state)
{
    struct place p = { 0 };

    (void)state;
    place_section(&p, 4, 0);
    place_step(&p, PLACE_SETTLE_TICKS);
    place_section(&p, 9, 20);
    assert_false(place_step(&p, 20 + PLACE_SETTLE_TICKS - 1));
    assert_int_equal(p.after, 4);
    place_section(&p, 6, 23);
    assert_false(place_step(&p, 23 + PLACE_SETTLE_TICKS - 1));
    assert_true(place_step(&p, 23 + PLACE_SETTLE_TICKS));
    assert_true(p.broken);
    assert_int_equal(p.after, 6);
}

static void test_round_of_begin_makes_the_ring_whole(void **state)
{
    struct place p = { 0 };

    (void)state;
    place_section(&p, 4, 0);
    place_whole(&p);
    assert_false(place_step(&p, PLACE_SETTLE_TICKS));
    place_section(&p, 4, 10);
    assert_false(place_step(&p, 10));
    assert_true(place_step(&p, 10 + PLACE_SETTLE_TICKS));
    place_whole(&p);
    assert_true(place_step(&p, 20));
    assert_false(p.broken);
    assert_int_equal(p.after, PLACE_UNKNOWN);
    assert_false(place_step(&p, 21));
}

/* A break has come, and the round behind it was lost: it may have been another head's. */
static void test_place_does_not_settle_behind_a_break_without_a_round(void **state)
{
    struct place p = { 0 };

    (void)state;
    place_section(&p, 9, 0);
    place_doubt(&p);
    assert_false(place_step(&p, PLACE_SETTLE_TICKS));
    place_section(&p, 4, 8);
    assert_false(place_step(&p, 9));
    assert_true(place_step(&p, 8 + PLACE_SETTLE_TICKS));
    assert_int_equal(p.after, 4);
    place_doubt(&p); /* the next round of the same head */
    place_section(&p, 4, 16);
    assert_false(place_step(&p, 16 + PLACE_SETTLE_TICKS));
    assert_true(p.broken);
    assert_int_equal(fake_irq_depth, 0);
}

/* A byte of RAM that changed: on AVR an even one was neither broken nor whole for good, while this was a bool. */
static void test_truth_that_changed_in_memory_ends_with_the_next_round_of_begin(void **state)
{
    (void)state;
    for (int value = 0; value < 256; value++) {
        struct place p = { 0 };
        memset(&p.broken, value, 1);
        place_whole(&p);
        assert_int_equal(place_step(&p, 0), value != 0);
        assert_int_equal(p.broken, 0);
        memset(&p.section, value, 1);
        memset(&p.current, value, 1);
        place_whole(&p);
        assert_false(place_step(&p, 200));
        assert_int_equal(p.section, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_is_before_a_head_that_had_a_number),
        cmocka_unit_test(test_place_is_counted_from_the_end_behind_an_unnumbered_head),
        cmocka_unit_test(test_place_is_unknown_when_head_and_count_contradict_each_other),
        cmocka_unit_test(test_place_settles_when_it_stays_the_same),
        cmocka_unit_test(test_place_moves_with_a_second_break),
        cmocka_unit_test(test_round_of_begin_makes_the_ring_whole),
        cmocka_unit_test(test_place_does_not_settle_behind_a_break_without_a_round),
        cmocka_unit_test(test_truth_that_changed_in_memory_ends_with_the_next_round_of_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
