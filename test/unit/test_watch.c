#include "end_board/watch.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct decide d;
static struct pack pack;
static struct watch watch;
static struct event_log event_log;
static uint8_t taken; /* events of the queue that a test has seen */

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    memset(&d, 0, sizeof d);
    memset(&pack, 0, sizeof pack);
    pack.count = 4;
    for (uint8_t i = 0; i < pack.count; i++)
        pack.cell[i].fresh = 1;
    d.facts.pack = &pack;
    watch_init(&watch, 0);
    event_log_init(&event_log);
    taken = 0;
}

static void step(uint32_t ms)
{
    d.facts.now_ms += ms;
    d.calendar.now_s += 1000; /* nothing counts as repeated */
    watch_step(&watch, &d, &event_log);
}

static void expect(uint8_t code, uint8_t cell, int32_t value)
{
    const struct event *e = &event_log.queue[taken];

    assert_true(taken < event_log.queued);
    assert_int_equal(e->code, code);
    assert_int_equal(e->cell, cell);
    assert_int_equal(e->value, value);
    assert_int_equal(e->time_s, d.calendar.now_s);
    taken++;
}

static void expect_no_more(void)
{
    assert_int_equal(event_log.queued, taken);
}

static void test_silence_after_a_reset_is_no_event_unless_it_lasts(void **state)
{
    (void)state;
    set_up();
    d.facts.faults = PACK_SILENT;
    step(1000);
    step(WATCH_SETTLE_MS - 1001u);
    expect_no_more();
    d.facts.faults = 0;
    step(1);
    expect_no_more();
    set_up();
    d.facts.faults = PACK_SILENT;
    pack.cell[2].fresh = 0;
    step(1000);
    expect_no_more();
    step(WATCH_SETTLE_MS);
    expect(EVENT_FAULT_BEGIN, 3, 0);
    expect_no_more();
}

static void test_each_fault_begins_and_ends_once(void **state)
{
    (void)state;
    for (uint8_t bit = 0; bit < FAULT_BITS; bit++) {
        set_up();
        step(1);
        d.facts.faults = (uint16_t)(1u << bit);
        step(1);
        expect(EVENT_FAULT_BEGIN, 0, bit);
        step(1);
        expect_no_more();
        d.facts.faults = 0;
        step(1);
        expect(EVENT_FAULT_END, 0, bit);
        step(1);
        expect_no_more();
    }
}

static void test_fault_ends_while_another_one_stands(void **state)
{
    (void)state;
    set_up();
    step(1);
    d.facts.faults = FAULT_CLOCK | FAULT_SENSOR_LOST;
    step(1);
    expect(EVENT_FAULT_BEGIN, 0, 8);
    expect(EVENT_FAULT_BEGIN, 0, 10);
    d.facts.faults = FAULT_CLOCK;
    step(1);
    expect(EVENT_FAULT_END, 0, 8);
    expect_no_more();
}

static void test_fault_of_a_cell_names_the_first_one(void **state)
{
    (void)state;
    set_up();
    step(1);
    pack.cell[1].flags = CELL_NTC_SHORT;
    pack.cell[3].flags = CELL_UNCALIBRATED;
    d.facts.faults = PACK_NO_TEMPERATURE | PACK_UNTRUSTED;
    step(1);
    expect(EVENT_FAULT_BEGIN, 4, 3);
    expect(EVENT_FAULT_BEGIN, 2, 4);
    expect_no_more();
}

static void test_relays_tell_the_rule_and_the_cell(void **state)
{
    static const struct {
        uint8_t rule, cell;
    } cases[] = { { RULE_CELL_AT_VMAX, 11 }, { RULE_CELLS_FULL, 10 },  { RULE_CELL_AT_VMIN, 10 },
                  { RULE_CHARGE_COLD, 12 },  { RULE_CHARGE_HOT, 13 },  { RULE_LOAD_COLD, 12 },
                  { RULE_LOAD_HOT, 13 },     { RULE_SETTINGS_LOST, 0 } };

    (void)state;
    for (uint8_t i = 0; i < TEST_COUNT_OF(cases); i++) {
        set_up();
        pack.lowest = 10;
        pack.highest = 11;
        pack.coldest = 12;
        pack.hottest = 13;
        d.relay.closed[RELAY_CHARGE] = true;
        step(1);
        expect(EVENT_CHARGE_CLOSED, 0, 0);
        d.relay.closed[RELAY_LOAD] = true;
        step(1);
        expect(EVENT_LOAD_CLOSED, 0, 0);
        d.relay.closed[RELAY_CHARGE] = d.relay.closed[RELAY_LOAD] = false;
        d.relay.reason[RELAY_CHARGE] = d.relay.reason[RELAY_LOAD] = cases[i].rule;
        step(1);
        expect(EVENT_CHARGE_OPENED, cases[i].cell, cases[i].rule);
        expect(EVENT_LOAD_OPENED, cases[i].cell, cases[i].rule);
        expect_no_more();
    }
}

static void test_counter_set_full_or_empty_is_an_event(void **state)
{
    (void)state;
    set_up();
    d.soc_event = SOC_SET_FULL;
    d.soc.before_pm = 934;
    step(1);
    expect(EVENT_SOC_FULL, 0, 934);
    d.soc_event = SOC_SET_EMPTY;
    d.soc.before_pm = 87;
    step(1);
    expect(EVENT_SOC_EMPTY, 0, 87);
    d.soc_event = SOC_NOTHING;
    step(1);
    expect_no_more();
}

static void test_broken_ring_is_an_event_with_its_place(void **state)
{
    (void)state;
    set_up();
    step(1000);
    pack.place = (struct place){ .broken = true, .after = 2 };
    step(1000);
    expect(EVENT_CHAIN_BROKEN, 2, 3);
    step(1000);
    expect_no_more();
    pack.place.after = 3;
    step(1000);
    expect(EVENT_CHAIN_BROKEN, 3, 4);
    pack.place.after = PLACE_UNKNOWN;
    step(1000);
    expect(EVENT_CHAIN_BROKEN, 0, 0);
    pack.place.broken = false;
    step(1000);
    expect(EVENT_CHAIN_WHOLE, 0, 0);
    step(1000);
    expect_no_more();
}

/* Boards start one after the other. */
static void test_noisy_hop_is_an_event_with_its_two_boards(void **state)
{
    (void)state;
    set_up();
    pack.count = 4;
    pack.cell[2].noisy = 9;
    watch_hop(&d, &event_log, 3);
    expect(EVENT_HOP_NOISY, 2, 3);
    pack.cell[2].noisy = 0;
    watch_hop(&d, &event_log, 3);
    expect(EVENT_HOP_QUIET, 2, 3);
    pack.cell[0].noisy = 9;
    watch_hop(&d, &event_log, 1);
    expect(EVENT_HOP_NOISY, 4, 1);
}

static void test_broken_ring_after_a_reset_is_no_event_unless_it_lasts(void **state)
{
    (void)state;
    set_up();
    d.facts.faults = PACK_SILENT;
    pack.place = (struct place){ .broken = true, .after = 2 };
    step(WATCH_SETTLE_MS - 1u);
    expect_no_more();
    step(1);
    expect(EVENT_FAULT_BEGIN, 0, 0);
    expect(EVENT_CHAIN_BROKEN, 2, 3);
}

static void test_board_that_was_reset_is_named_once(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < pack.count; i++)
        pack.cell[i].flags = CELL_RESTARTED; /* all of them, with the pack */
    step(WATCH_SETTLE_MS - 1u);
    step(1);
    expect_no_more();
    for (uint8_t i = 0; i < pack.count; i++)
        pack.cell[i].flags = 0;
    step(1000);
    pack.cell[2].flags = CELL_RESTARTED;
    step(1000);
    expect(EVENT_BOARD_RESET, 3, 0);
    step(1000);
    expect_no_more();
    pack.cell[2].flags = 0;
    step(1000);
    pack.cell[2].flags = CELL_RESTARTED;
    pack.cell[2].fresh = 0; /* an old reading */
    step(1000);
    expect_no_more();
    pack.cell[2].fresh = 1;
    step(1000);
    expect(EVENT_BOARD_RESET, 3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_ring_is_an_event_with_its_place),
        cmocka_unit_test(test_noisy_hop_is_an_event_with_its_two_boards),
        cmocka_unit_test(test_broken_ring_after_a_reset_is_no_event_unless_it_lasts),
        cmocka_unit_test(test_silence_after_a_reset_is_no_event_unless_it_lasts),
        cmocka_unit_test(test_each_fault_begins_and_ends_once),
        cmocka_unit_test(test_fault_ends_while_another_one_stands),
        cmocka_unit_test(test_fault_of_a_cell_names_the_first_one),
        cmocka_unit_test(test_relays_tell_the_rule_and_the_cell),
        cmocka_unit_test(test_counter_set_full_or_empty_is_an_event),
        cmocka_unit_test(test_board_that_was_reset_is_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
