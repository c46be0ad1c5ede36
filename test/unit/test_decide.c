#include "end_board/decide.h"
#include "test.h"
#include "test/fake/hal_fake.h"

static struct decide d;
static struct pack pack;

static void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    memset(&d, 0xFF, sizeof d);
    pack_init(&pack);
    settings_default(&d.settings);
    d.settings.confirmed = true;
    decide_init(&d, 0);
}

static uint16_t faults_at(uint32_t now_ms)
{
    decide_step(&d, &pack, 0x50, now_ms);
    return (uint16_t)(d.facts.faults & ~PACK_FAULT_ANY);
}

static void test_clock_is_there_until_said_otherwise(void **state)
{
    (void)state;
    set_up();
    assert_int_equal(faults_at(250), 0);
}

static void test_no_clock_is_a_fault_while_it_lasts(void **state)
{
    (void)state;
    set_up();
    d.no_clock = true;
    assert_int_equal(faults_at(250), FAULT_NO_CLOCK);
    assert_true(d.relay.held[RELAY_CHARGE] & RULE_BIT(RULE_NO_CLOCK));
    assert_true(d.relay.held[RELAY_LOAD] & RULE_BIT(RULE_NO_CLOCK));
    d.no_clock = false;
    assert_int_equal(faults_at(500), 0);
}

/* There is nothing to compare Begin's clock with. */
static void test_no_clock_hides_that_clocks_disagree(void **state)
{
    (void)state;
    set_up();
    d.meter.clock_lost = true;
    assert_int_equal(faults_at(250), FAULT_CLOCK);
    d.no_clock = true;
    assert_int_equal(faults_at(500), FAULT_NO_CLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_is_there_until_said_otherwise),
        cmocka_unit_test(test_no_clock_is_a_fault_while_it_lasts),
        cmocka_unit_test(test_no_clock_hides_that_clocks_disagree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
