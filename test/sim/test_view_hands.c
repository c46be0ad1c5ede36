/* What the keys of the live view do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "view/hands.h"

static const struct layout_place place = { .count = 16, .per_column = 8, .columns = 2, .page = 16 };

static struct hands fresh(int cells)
{
    struct hands h;

    hands_init(&h, cells, 50.0, 3.55, 0x50);
    return h;
}

static struct event pressed(struct hands *h, int key, bool cut, double temp_c)
{
    struct event e = { .line = -1 };

    assert_true(hands_key(h, key, cut, temp_c, &place, &e));
    assert_int_equal(e.line, 0);
    hands_note(h, &e);
    return e;
}

static void looked(struct hands *h, int key)
{
    struct event e;

    assert_false(hands_key(h, key, false, 25.0, &place, &e));
}

static void test_hands_b_breaks_and_mends_the_wire_behind(void **state)
{
    struct hands h = fresh(4);
    struct event e = pressed(&h, 'b', false, 25.0);

    (void)state;
    assert_int_equal(e.kind, EVENT_BREAK);
    assert_int_equal(e.cell, 1);
    assert_int_equal(e.cell2, 2);
    h.chosen = 3;
    e = pressed(&h, 'b', true, 25.0);
    assert_int_equal(e.kind, EVENT_REPAIR);
    assert_int_equal(e.cell, 4);
    assert_int_equal(e.cell2, 1);
}

static void test_hands_currents_step_and_stop_at_zero(void **state)
{
    struct hands h = fresh(4);

    (void)state;
    assert_true(pressed(&h, 'L', false, 25.0).a == 5.0);
    assert_true(pressed(&h, 'L', false, 25.0).a == 10.0);
    assert_true(pressed(&h, 'l', false, 25.0).a == 5.0);
    assert_true(pressed(&h, 'l', false, 25.0).a == 0.0);
    assert_true(pressed(&h, 'l', false, 25.0).a == 0.0);
    assert_int_equal(pressed(&h, 'l', false, 25.0).kind, EVENT_LOAD_CURRENT);
    assert_int_equal(pressed(&h, 'C', false, 25.0).kind, EVENT_CHARGER);
    assert_true(pressed(&h, 'C', false, 25.0).b == 3.55);
    assert_true(h.charger_a == 10.0);
    assert_true(pressed(&h, 'c', false, 25.0).a == 5.0);
    assert_true(pressed(&h, 'c', false, 25.0).a == 0.0);
}

static void test_hands_follow_what_a_scenario_sets(void **state)
{
    struct hands h = fresh(4);

    (void)state;
    hands_note(&h, &(struct event){ .kind = EVENT_LOAD_CURRENT, .a = 30.0 });
    hands_note(&h, &(struct event){ .kind = EVENT_CHARGER, .a = 20.0, .b = 3.6 });
    hands_note(&h, &(struct event){ .kind = EVENT_SWITCHES, .switches = 0x01 });
    assert_true(pressed(&h, 'L', false, 25.0).a == 35.0);
    assert_true(pressed(&h, 'C', false, 25.0).b == 3.6);
    assert_int_equal(pressed(&h, '8', false, 25.0).switches, 0x00);
}

static void test_hands_h_heats_and_cools_the_chosen_cell(void **state)
{
    struct hands h = fresh(4);
    struct event e;

    (void)state;
    h.chosen = 2;
    e = pressed(&h, 'h', false, 25.4);
    assert_int_equal(e.kind, EVENT_TEMPERATURE);
    assert_int_equal(e.cell, 3);
    assert_true(e.a == 35.0);
    assert_true(pressed(&h, 'H', false, 25.4).a == 15.0);
    assert_true(pressed(&h, 'h', false, 1000.0).a == 100.0);
    assert_true(pressed(&h, 'H', false, -1000.0).a == -40.0);
    e = pressed(&h, 'f', false, 25.4);
    assert_int_equal(e.kind, EVENT_TEMPERATURE_FREE);
    assert_int_equal(e.cell, 3);
}

static void test_hands_digits_flip_switches(void **state)
{
    (void)state;
    for (int n = 1; n <= 8; n++) {
        struct hands h = fresh(4);
        struct event e = pressed(&h, '0' + n, false, 25.0);
        assert_int_equal(e.kind, EVENT_SWITCHES);
        assert_int_equal(e.switches, 0x50 ^ (0x80 >> (n - 1)));
        assert_int_equal(strlen(e.text), 8);
        assert_int_equal(e.text[n - 1], 0x50 & (0x80 >> (n - 1)) ? '0' : '1');
        assert_int_equal(h.switches, e.switches);
    }
}

static void test_hands_r_resets_the_chosen_board(void **state)
{
    struct hands h = fresh(4);

    (void)state;
    h.chosen = 3;
    assert_int_equal(pressed(&h, 'r', false, 25.0).kind, EVENT_RESET);
    assert_int_equal(pressed(&h, 'r', false, 25.0).cell, 4);
}

static void test_hands_arrows_stay_inside_the_pack(void **state)
{
    struct hands h = fresh(10);

    (void)state;
    looked(&h, VIEW_KEY_UP);
    assert_int_equal(h.chosen, 0);
    looked(&h, VIEW_KEY_DOWN);
    looked(&h, VIEW_KEY_RIGHT);
    assert_int_equal(h.chosen, 9);
    looked(&h, VIEW_KEY_DOWN);
    assert_int_equal(h.chosen, 9);
    looked(&h, VIEW_KEY_LEFT);
    assert_int_equal(h.chosen, 1);
    looked(&h, VIEW_KEY_PAGE_DOWN);
    assert_int_equal(h.chosen, 9);
    looked(&h, VIEW_KEY_HOME);
    assert_int_equal(h.chosen, 0);
    looked(&h, VIEW_KEY_END);
    assert_int_equal(h.chosen, 9);
    looked(&h, VIEW_KEY_PAGE_UP);
    assert_int_equal(h.chosen, 0);
}

static void test_hands_speed_goes_from_real_time_to_all_there_is(void **state)
{
    struct hands h = fresh(4);
    double before = hands_speed(&h);

    (void)state;
    assert_true(before == 1.0);
    looked(&h, '-');
    assert_true(hands_speed(&h) == 1.0);
    while (!isinf(before)) {
        looked(&h, '+');
        assert_true(hands_speed(&h) > before);
        before = hands_speed(&h);
    }
    looked(&h, '+');
    assert_true(isinf(hands_speed(&h)));
    looked(&h, '-');
    assert_true(isfinite(hands_speed(&h)));
}

static void test_hands_space_pauses_q_quits_others_do_nothing(void **state)
{
    struct hands h = fresh(4);
    struct hands before;

    (void)state;
    looked(&h, ' ');
    assert_true(h.paused);
    looked(&h, ' ');
    assert_false(h.paused);
    before = h;
    for (int key = 0; key < 0x110; key++) {
        if (strchr(" +=-bhHflLcCrq12345678", key) && key != 0)
            continue;
        if (key >= VIEW_KEY_UP && key <= VIEW_KEY_END)
            continue;
        looked(&h, key);
        assert_memory_equal(&h, &before, sizeof h);
    }
    looked(&h, 'q');
    assert_true(h.quit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hands_b_breaks_and_mends_the_wire_behind),
        cmocka_unit_test(test_hands_currents_step_and_stop_at_zero),
        cmocka_unit_test(test_hands_follow_what_a_scenario_sets),
        cmocka_unit_test(test_hands_h_heats_and_cools_the_chosen_cell),
        cmocka_unit_test(test_hands_digits_flip_switches),
        cmocka_unit_test(test_hands_r_resets_the_chosen_board),
        cmocka_unit_test(test_hands_arrows_stay_inside_the_pack),
        cmocka_unit_test(test_hands_speed_goes_from_real_time_to_all_there_is),
        cmocka_unit_test(test_hands_space_pauses_q_quits_others_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
