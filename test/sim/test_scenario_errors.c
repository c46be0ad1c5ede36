#include "test/sim/folder.h"

static bool known(const char *name)
{
    char base[32];
    int cell;

    return expect_parse_name(name, base, &cell) &&
           (strcmp(base, "mv") == 0 || strcmp(base, "soc_pm") == 0);
}

static void test_scenario_bad_line_is_named(void **state)
{
    static const struct {
        const char *line;
        const char *message;
    } bad[] = {
        { "foo", "'foo' where at, from, set or replay is expected" },
        { "set", "the thing to set is missing at the end of the line" },
        { "set colour 3", "'colour' cannot be set" },
        { "set cells", "cells is missing at the end of the line" },
        { "set cells # 16", "cells is missing at the end of the line" },
        { "set cells 1", "'1' for cells is outside 2 to 255" },
        { "set cells 256", "'256' for cells is outside 2 to 255" },
        { "set cells 2.5", "'2.5' for cells is no whole number" },
        { "set cells x", "'x' is no number for cells" },
        { "set cells 4 5", "'5' is one word too many" },
        { "set chemistry lead", "'lead' is no chemistry (lfp, lto, nmc, liion)" },
        { "set capacity 0", "'0' for capacity is outside 0.1 to 10000" },
        { "set soc 50", "'50' for soc is outside 0 to 1" },
        { "set spread -1", "'-1' for spread is outside 0 to 0.5" },
        { "set ambient 999", "'999' for ambient is outside -60 to 150" },
        { "set duration 0", "'0' for duration leaves no time" },
        { "set duration 101d", "'8726400' s for duration is more than 100 days" },
        { "set duration 5x", "'5x' is no time for duration (like 90, 90s, 15m, 2h or 1d)" },
        { "set switches 0101", "'0101' is not eight digits 0 or 1" },
        { "set switches 01010002", "'01010002' is not eight digits 0 or 1" },
        { "set mode fast", "'fast' is no mode (normal, critical)" },
        { "set sensors 3", "'3' for sensors is outside 0 to 2" },
        { "set seed -1", "'-1' is no seed (0 to 18446744073709551615)" },
        { "set seed 18446744073709551616",
          "'18446744073709551616' is no seed (0 to 18446744073709551615)" },
        { "at", "the time is missing at the end of the line" },
        { "at soon load off", "'soon' is no time for the time (like 90, 90s, 15m, 2h or 1d)" },
        { "at -5 load off", "'-5' is no time for the time (like 90, 90s, 15m, 2h or 1d)" },
        { "at 5", "an action is missing at the end of the line" },
        { "at 5 dance", "'dance' is no action" },
        { "at 5 charger", "the current is missing at the end of the line" },
        { "at 5 charger x", "'x' is no number for the current" },
        { "at 5 charger 5 V", "'V' where A is expected" },
        { "at 5 charger 5 A", "the volts per cell is missing at the end of the line" },
        { "at 5 charger 5 A 56 V", "'56' for the volts per cell is outside 0.1 to 6" },
        { "at 5 charger 5 A 3.5 A", "'A' where V is expected" },
        { "at 5 charger -5 A 3.5 V", "'-5' for the current is outside 0 to 10000" },
        { "at 5 load 5", "A or W is missing at the end of the line" },
        { "at 5 load 5 kW", "'kW' where A or W is expected" },
        { "at 5 load off now", "'now' is one word too many" },
        { "at 5 profile", "the file is missing at the end of the line" },
        { "at 5 profile a.csv twice", "'twice' where scale or loop is expected" },
        { "at 5 profile a.csv scale", "the scale is missing at the end of the line" },
        { "at 5 ripple 100", "the depth is missing at the end of the line" },
        { "at 5 ripple 100 2", "'2' for the depth is outside 0 to 1" },
        { "at 5 break 3", "the cell is missing at the end of the line" },
        { "at 5 break 3 5", "'5' does not follow cell 3 on the wire" },
        { "at 5 break 1 1", "'1' does not follow cell 1 on the wire" },
        { "at 5 break 4 3", "'3' does not follow cell 4 on the wire" },
        { "at 5 repair 0 1", "'0' for the cell is outside 1 to 255" },
        { "at 5 temperature 1 hot", "'hot' is no number for the temperature" },
        { "at 5 temperature any 5", "'any' is no number for the cell" },
        { "at 5 ambient 200", "'200' for the temperature is outside -60 to 150" },
        { "at 5 remove all", "'all' is no number for the cell" },
        { "at 5 insert 300", "'300' for the cell is outside 1 to 255" },
        { "at 5 leak 1 0", "'0' for the leak is outside 0.001 to 1e+09" },
        { "at 5 soc 1 101", "'101' for the percentage is outside 0 to 100" },
        { "at 5 fault", "ram, byte, flash, divider, eeprom, crystal, wire or pulse is missing at "
                        "the end of the line" },
        { "at 5 fault rom 1 2 3",
          "'rom' where ram, byte, flash, divider, eeprom, crystal, wire or pulse is expected" },
        { "at 5 fault byte 1 300 256", "'256' for the value is outside 0 to 255" },
        { "at 5 fault wire 1", "the byte is missing at the end of the line" },
        { "at 5 fault wire all 1 drop", "'all' is no number for the cell" },
        { "at 5 fault wire 1 -1 drop", "'-1' for the byte is outside 0 to 4000" },
        { "at 5 fault wire 1 3 eat",
          "'eat' where drop, flip, insert, duplicate, truncate, framing, "
          "delay or glitch is expected" },
        { "at 5 fault wire 1 3 flip", "the mask is missing at the end of the line" },
        { "at 5 fault wire 1 3 delay 0", "'0' for the µs is outside 0.1 to 1e+06" },
        { "at 5 fault wire 1 3 drop 1", "'1' is one word too many" },
        { "at 5 fault pulse 1 2000 low 5", "'2000' for the ms is outside 0 to 1000" },
        { "at 5 fault pulse 1 20 mid 5", "'mid' where low or high is expected" },
        { "at 5 noise 1 0.5", "'0.5' for the bit error rate is outside 0 to 0.1" },
        { "at 5 noise all", "the bit error rate is missing at the end of the line" },
        { "at 5 stuck all low", "'all' is no number for the cell" },
        { "at 5 stuck 1 up", "'up' where off, low or high is expected" },
        { "at 5 babble 1", "off or on is missing at the end of the line" },
        { "at 5 clock 1 40", "'40' for the percentage is outside -30 to 30" },
        { "at 5 clock 1 4 in 5", "'in' is one word too many" },
        { "at 5 clock 1 4 over", "the ms is missing at the end of the line" },
        { "at 5 brownout 1", "the seconds is missing at the end of the line" },
        { "at 5 fault crystal 2 slow", "'slow' where dead or ok is expected" },
        { "at 5 fault ram 1 300 8 1", "'8' for the bit is outside 0 to 7" },
        { "at 5 fault ram 1 300 7 2", "'2' for the value is outside 0 to 1" },
        { "at 5 fault eeprom 1 1 torn", "'torn' where old, new, erased or random is expected" },
        { "at 5 sensor 3 ok", "'3' for the sensor is outside 1 to 2" },
        { "at 5 sensor 1 shut", "'shut' where offset, gain, open or ok is expected" },
        { "at 5 reset", "the cell is missing at the end of the line" },
        { "at 5 switches 1", "'1' is not eight digits 0 or 1" },
        { "at 5 expect", "a name is missing at the end of the line" },
        { "at 5 expect volts > 3", "'volts' is no name of a value" },
        { "at 5 expect cell0.mv > 3", "'cell0.mv' is no name of a value" },
        { "at 5 expect cell3.mA > 3", "'cell3.mA' is no name of a value" },
        { "at 5 expect soc_pm", "a comparison is missing at the end of the line" },
        { "at 5 expect soc_pm = 3", "'=' is no comparison (== != < <= > >=)" },
        { "at 5 expect soc_pm == x", "'x' is no number for the value" },
        { "at 5 expect soc_pm == 3 4", "'4' is one word too many" },
        { "at 5 within expect soc_pm == 3",
          "'expect' is no time for within (like 90, 90s, 15m, 2h or 1d)" },
        { "at 5 within 5 load off", "'load' where expect is expected" },
        { "from 5 until 6 expect soc_pm == 3", "'until' where to is expected" },
        { "from 6 to 5 expect soc_pm == 3", "'5' s for to is before from" },
        { "from 5 to 6 load off", "'load' where expect is expected" },
        { "replay", "the file is missing at the end of the line" },
        { "replay a.csv b.csv", "'b.csv' is one word too many" },
    };
    char text[160], rest[160];
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "# first\nat 1 load off\n%s\nat 2 junk\n", bad[i].line);
        snprintf(rest, sizeof rest, ":3: %s", bad[i].message);
        assert_null(scenario_load(write_file(*state, "s.txt", text), known, &err));
        assert_message(*state, "s.txt", &err, rest);
    }
}

static void test_scenario_bad_csv_is_named_with_both_lines(void **state)
{
    struct folder *folder = *state;
    char rest[300];
    struct err err;

    write_file(folder, "a.csv", "time_s,current_a\n0,1\n0,2\n");
    assert_null(scenario_load(write_file(folder, "s.txt", "\nat 5 profile a.csv\n"), NULL, &err));
    snprintf(rest, sizeof rest, ":2: %s/a.csv:3: time_s 0 is not after 0", folder->path);
    assert_message(folder, "s.txt", &err, rest);
    assert_null(scenario_load(write_file(folder, "s.txt", "replay b.csv\n"), NULL, &err));
    snprintf(rest, sizeof rest, ":1: %s/b.csv: cannot open: No such file or directory",
             folder->path);
    assert_message(folder, "s.txt", &err, rest);
}

static void test_scenario_second_recording_is_refused(void **state)
{
    struct err err;

    write_file(*state, "a.csv", "time_s,current_a,cell1_mv,temp1_c\n0,1,2,3\n");
    assert_null(
        scenario_load(write_file(*state, "s.txt", "replay a.csv\nreplay a.csv\n"), NULL, &err));
    assert_message(*state, "s.txt", &err, ":2: 'a.csv' would be a second recording");
}

static void test_scenario_long_words_are_cut_in_messages(void **state)
{
    char text[2100] = "at 5 print ";
    struct err err;

    memset(text + 11, 'x', 2000);
    assert_null(scenario_load(write_file(*state, "s.txt", text), NULL, &err));
    assert_message(*state, "s.txt", &err,
                   ":1: 'xxxxxxxxxxxxxxxxxxxx...' is longer than 255 characters");
    assert_null(scenario_load(write_file(*state, "s.txt", text + 11), NULL, &err));
    assert_true(strlen(err.text) < sizeof err.text);
}

static void test_scenario_missing_file_is_named(void **state)
{
    struct err err;

    assert_null(scenario_load(in_folder(*state, "none.txt"), NULL, &err));
    assert_message(*state, "none.txt", &err, ": cannot open: No such file or directory");
}

static void test_scenario_cells_are_checked_against_the_pack(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        { "at 5 remove 9\n", ":1: cell '9' in a pack of 8 cells" },
        { "at 5 break 8 9\n", ":1: cell '9' in a pack of 8 cells" },
        { "at 5 noise 9 0.001\n", ":1: cell '9' in a pack of 8 cells" },
        { "at 5 fault wire 9 3 drop\n", ":1: cell '9' in a pack of 8 cells" },
        { "at 5 break 7 1\n", ":1: '7 1' is no wire: the return wire starts at cell 8" },
        { "at 5 fault crystal 7 dead\n", ":1: only the board of cell 8 has a crystal" },
        { "\nat 5 expect cell9.mv > 0\n", ":2: 'cell9.mv' in a pack of 8 cells" },
    };
    struct scenario *sc;
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sc = load(*state, bad[i].text);
        assert_false(scenario_check(sc, 8, &err));
        assert_message(*state, "s.txt", &err, bad[i].message);
        scenario_free(sc);
    }
    sc = load(*state, "at 5 break 7 8\nat 6 repair 8 1\nat 7 soc all 5\n"
                      "at 8 expect cell8.mv > 0\n");
    assert_true(scenario_check(sc, 8, &err));
    scenario_free(sc);
    write_file(*state, "a.csv", "time_s,current_a,cell1_mv,temp1_c\n0,1,2,3\n");
    sc = load(*state, "replay a.csv\n");
    assert_false(scenario_check(sc, 8, &err));
    assert_message(*state, "s.txt", &err, ": the recording has 1 cells, the pack 8");
    scenario_free(sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_own_folder(test_scenario_bad_line_is_named),
        in_own_folder(test_scenario_bad_csv_is_named_with_both_lines),
        in_own_folder(test_scenario_second_recording_is_refused),
        in_own_folder(test_scenario_long_words_are_cut_in_messages),
        in_own_folder(test_scenario_missing_file_is_named),
        in_own_folder(test_scenario_cells_are_checked_against_the_pack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
