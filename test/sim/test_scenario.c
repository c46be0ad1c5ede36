#include "test/sim/folder.h"

#define near(actual, expected) \
    assert_true((actual) - (expected) < 1e-9 && (expected) - (actual) < 1e-9)

static void test_scenario_defaults_are_read(void **state)
{
    struct scenario *sc =
        load(*state, "set cells 16\r\nset chemistry lto # why not\nset capacity 100.5\n"
                     "set soc 0.5\nset spread 0.02\nset ambient -5\nset duration 1.5h\n"
                     "set switches 01010000\nset mode critical\nset sensors 1\n"
                     "set seed 18446744073709551615\n");
    const struct scenario_defaults *d = scenario_defaults(sc);

    assert_true(d->has_cells && d->has_chemistry && d->has_capacity);
    assert_true(d->has_soc && d->has_spread && d->has_ambient);
    assert_true(d->has_duration && d->has_switches && d->has_mode);
    assert_true(d->has_sensors && d->has_seed && d->critical);
    assert_int_equal(d->cells, 16);
    assert_int_equal(d->chemistry, CHEM_LTO);
    near(d->capacity_ah, 100.5);
    near(d->soc, 0.5);
    near(d->spread, 0.02);
    near(d->ambient_c, -5.0);
    near(d->duration_s, 5400.0);
    assert_int_equal(d->switches, 0x50);
    assert_int_equal(d->sensors, 1);
    assert_true(d->seed == UINT64_MAX);
    scenario_free(sc);
}

static void test_scenario_empty_file_is_valid(void **state)
{
    struct scenario *sc = load(*state, "");

    assert_false(scenario_defaults(sc)->has_cells);
    assert_null(scenario_recording(sc));
    assert_null(scenario_next(sc, 1e9));
    assert_int_equal(scenario_expect_total(sc), 0);
    scenario_free(sc);
}

static const struct event *only(struct scenario *sc)
{
    const struct event *event = scenario_next(sc, 60.0);

    assert_non_null(event);
    assert_null(scenario_next(sc, 1e9));
    return event;
}

static void test_scenario_every_action_is_parsed(void **state)
{
    static const struct {
        const char *text;
        struct event want;
    } actions[] = {
        { "charger 20 A 3.5 V", { .kind = EVENT_CHARGER, .a = 20, .b = 3.5 } },
        { "charger off", { .kind = EVENT_CHARGER } },
        { "load 30 A", { .kind = EVENT_LOAD_CURRENT, .a = 30 } },
        { "load 500 W", { .kind = EVENT_LOAD_POWER, .a = 500 } },
        { "load off", { .kind = EVENT_LOAD_CURRENT } },
        { "profile off", { .kind = EVENT_PROFILE, .a = 1 } },
        { "ripple 100 0.3", { .kind = EVENT_RIPPLE, .a = 100, .b = 0.3 } },
        { "ripple off", { .kind = EVENT_RIPPLE } },
        { "break 3 4", { .kind = EVENT_BREAK, .cell = 3, .cell2 = 4 } },
        { "break 4 1", { .kind = EVENT_BREAK, .cell = 4, .cell2 = 1 } },
        { "repair 3 4", { .kind = EVENT_REPAIR, .cell = 3, .cell2 = 4 } },
        { "temperature 2 -10", { .kind = EVENT_TEMPERATURE, .cell = 2, .a = -10 } },
        { "temperature all 50", { .kind = EVENT_TEMPERATURE, .a = 50 } },
        { "temperature all free", { .kind = EVENT_TEMPERATURE_FREE } },
        { "ambient 30", { .kind = EVENT_AMBIENT, .a = 30 } },
        { "remove 2", { .kind = EVENT_REMOVE, .cell = 2 } },
        { "insert 2", { .kind = EVENT_INSERT, .cell = 2 } },
        { "replace 2", { .kind = EVENT_REPLACE, .cell = 2 } },
        { "swap 2 3", { .kind = EVENT_SWAP, .cell = 2, .cell2 = 3 } },
        { "leak 2 10", { .kind = EVENT_LEAK, .cell = 2, .a = 10 } },
        { "leak all off", { .kind = EVENT_LEAK } },
        { "soc 2 55", { .kind = EVENT_SOC, .cell = 2, .a = 0.55 } },
        { "sensor 1 offset -0.5", { .kind = EVENT_SENSOR_OFFSET, .sensor = 1, .a = -0.5 } },
        { "sensor 2 gain 1.1", { .kind = EVENT_SENSOR_GAIN, .sensor = 2, .a = 1.1 } },
        { "sensor 1 open", { .kind = EVENT_SENSOR_OPEN, .sensor = 1, .flag = true } },
        { "sensor 1 ok", { .kind = EVENT_SENSOR_OPEN, .sensor = 1 } },
        { "reset 3", { .kind = EVENT_RESET, .cell = 3 } },
        { "fault ram 2 300 7 1",
          { .kind = EVENT_FAULT_RAM, .cell = 2, .address = 300, .bit = 7, .flag = true } },
        { "fault ram 2 300 0 0", { .kind = EVENT_FAULT_RAM, .cell = 2, .address = 300 } },
        { "fault flash 3 8000 4",
          { .kind = EVENT_FAULT_FLASH, .cell = 3, .address = 8000, .bit = 4 } },
        { "fault crystal 4 dead", { .kind = EVENT_FAULT_CRYSTAL, .cell = 4, .flag = true } },
        { "fault crystal 4 ok", { .kind = EVENT_FAULT_CRYSTAL, .cell = 4 } },
        { "fault divider 1 0.9", { .kind = EVENT_FAULT_DIVIDER, .cell = 1, .a = 0.9 } },
        { "fault eeprom 4 12 random",
          { .kind = EVENT_FAULT_EEPROM, .cell = 4, .address = 12, .bit = 3 } },
        { "fault byte 2 300 255",
          { .kind = EVENT_FAULT_BYTE, .cell = 2, .address = 300, .bit = 255 } },
        { "fault wire 2 7 flip 3",
          { .kind = EVENT_FAULT_WIRE, .cell = 2, .address = 7, .wire = WIRE_FLIP, .a = 3 } },
        { "fault wire 4 0 drop", { .kind = EVENT_FAULT_WIRE, .cell = 4, .wire = WIRE_DROP } },
        { "fault wire 1 9 delay 0.5",
          { .kind = EVENT_FAULT_WIRE, .cell = 1, .address = 9, .wire = WIRE_DELAY, .a = 0.5 } },
        { "fault pulse 1 20.5 high 30",
          { .kind = EVENT_FAULT_PULSE, .cell = 1, .wire = WIRE_HIGH, .a = 30, .b = 20.5 } },
        { "noise all 0.001", { .kind = EVENT_NOISE, .a = 0.001 } },
        { "noise 3 off", { .kind = EVENT_NOISE, .cell = 3 } },
        { "stuck 3 low", { .kind = EVENT_STUCK, .cell = 3, .stuck = STUCK_LOW } },
        { "stuck 3 off", { .kind = EVENT_STUCK, .cell = 3 } },
        { "babble 2 on", { .kind = EVENT_BABBLE, .cell = 2, .flag = true } },
        { "clock 2 -5", { .kind = EVENT_CLOCK, .cell = 2, .a = -0.05 } },
        { "clock all 5 over 20", { .kind = EVENT_CLOCK, .a = 0.05, .b = 0.02 } },
        { "brownout 2 0.5", { .kind = EVENT_BROWNOUT, .cell = 2, .a = 0.5 } },
        { "switches 01010000", { .kind = EVENT_SWITCHES, .switches = 0x50, .text = "01010000" } },
        { "print  two  words # and this ",
          { .kind = EVENT_PRINT, .text = "two  words # and this" } },
    };
    char line[128];

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        const struct event *want = &actions[i].want;
        const struct event *event;
        struct scenario *sc;

        snprintf(line, sizeof line, "\n  at\t1m %s\r\n", actions[i].text);
        sc = load(*state, line);
        event = only(sc);
        near(event->t_s, 60.0);
        assert_int_equal(event->line, 2);
        assert_int_equal(event->kind, want->kind);
        assert_int_equal(event->cell, want->cell);
        assert_int_equal(event->cell2, want->cell2);
        assert_int_equal(event->sensor, want->sensor);
        assert_int_equal(event->address, want->address);
        assert_int_equal(event->bit, want->bit);
        near(event->a, want->a);
        near(event->b, want->b);
        assert_int_equal(event->flag, want->flag);
        assert_int_equal(event->wire, want->wire);
        assert_int_equal(event->stuck, want->stuck);
        assert_int_equal(event->switches, want->switches);
        assert_string_equal(event->text, want->text);
        assert_null(event->series);
        scenario_free(sc);
    }
}

static void test_scenario_files_are_found_beside_it(void **state)
{
    struct folder *folder = *state;
    const struct event *event;
    struct scenario *sc;

    write_file(folder, "a.csv", "time_s,current_a\n0,1\n9,2\n");
    write_file(folder, "b.csv",
               "time_s,current_a,cell1_mv,cell2_mv,temp1_c\n"
               "0,1,3300,3301,25\n");
    sc = load(folder, "replay b.csv\nat 60 profile a.csv scale -0.5 loop\n");
    event = only(sc);
    assert_int_equal(event->kind, EVENT_PROFILE);
    near(event->a, -0.5);
    assert_true(event->flag);
    assert_int_equal(event->series->n, 2);
    near(event->series->value[1], 2.0);
    assert_int_equal(scenario_recording(sc)->cells, 2);
    scenario_free(sc);
}

static void test_scenario_events_come_in_order(void **state)
{
    static const char *const order[] = { "a", "b", "c", "d", "e" };
    struct scenario *sc = load(*state, "at 20 print d\nat 10 print a\n"
                                       "at 10s print b\nat 1h print e\nat 10 print c\n");

    assert_null(scenario_next(sc, 9.99));
    for (int i = 0; i < 5; i++) {
        const struct event *event = scenario_next(sc, i < 3 ? 10.0 - 1e-9 : 3600.0);

        assert_non_null(event);
        assert_string_equal(event->text, order[i]);
        if (i == 2)
            assert_null(scenario_next(sc, 19.9));
    }
    assert_null(scenario_next(sc, 1e9));
    scenario_free(sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_own_folder(test_scenario_defaults_are_read),
        in_own_folder(test_scenario_empty_file_is_valid),
        in_own_folder(test_scenario_every_action_is_parsed),
        in_own_folder(test_scenario_files_are_found_beside_it),
        in_own_folder(test_scenario_events_come_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
