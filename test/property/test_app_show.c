/* Commands of the app port that show something, and what it reports by itself. */
#include "test/fake/app_bench.h"

/* ---- showing ---------------------------------------------------------------------------------- */

static void test_help_names_every_command(void **state)
{
    struct app_command_row row;

    (void)state;
    set_up();
    ask("help");
    assert_true(ends_ok());
    for (uint8_t i = 0; app_command_row(i, &row); i++)
        assert_non_null(strstr(said, row.name));
}

static void test_pack_shows_values_and_what_is_unknown(void **state)
{
    (void)state;
    set_up();
    pack_evaluate(&pack, 0, 0);
    d.facts.battery_ma = -24980;
    d.facts.current_known = true;
    d.pack_mv = pack.total_mv;
    d.facts.soc_pm = 478;
    ask("pack");
    assert_true(ends_ok());
    assert_non_null(strstr(said, "voltage 13.206 V\r\n"));
    assert_non_null(strstr(said, "current -24.980 A\r\n"));
    assert_non_null(strstr(said, "current_out unknown A\r\n"));
    assert_non_null(strstr(said, "power -330 W\r\n"));
    assert_non_null(strstr(said, "soc 47.8 %\r\n"));
    assert_non_null(strstr(said, "coldest -1.2 C\r\n"));
    assert_non_null(strstr(said, "hottest -0.9 C\r\n"));
    assert_non_null(strstr(said, "highest_cell 4\r\n"));
    assert_non_null(strstr(said, "time_to_full unknown s\r\n"));
    pack.faults = PACK_SILENT;
    assert_true(says("pack", "voltage unknown V\r\n"));
}

static void test_cells_shows_all_or_a_range_with_marks(void **state)
{
    (void)state;
    set_up();
    pack.cell[1].flags = CELL_BALANCING | CELL_NTC_OPEN;
    pack.cell[2].mv = 3701;
    pack.cell[3].fresh = 0;
    assert_string_equal(ask("cells"), "cell 1 3.300 V -1.2 C cold\r\n"
                                      "cell 2 3.301 V unknown C balancing\r\n"
                                      "cell 3 3.701 V -1.0 C high cold\r\n"
                                      "cell 4 unknown V unknown C silent\r\nok\r\n");
    assert_string_equal(ask("cells 2 2"), "cell 2 3.301 V unknown C balancing\r\nok\r\n");
    assert_true(says("cells 4", "cell 4"));
    assert_string_equal(ask("cells 0"),
                        "error cell there is no such cell; the number of cells is 4\r\n");
    assert_true(says("cells 5", "error cell"));
    assert_true(says("cells 3 2", "error cell"));
    assert_true(says("cells 1 999999999", "error cell"));
    assert_true(says("cells x", "error number is no whole number: x\r\n"));
    pack.count = 0;
    assert_string_equal(ask("cells"), "ok\r\n");
}

static void test_cells_of_the_largest_pack_are_all_shown(void **state)
{
    (void)state;
    set_up();
    pack.count = 255;
    for (uint8_t i = 0; i < 255; i++)
        pack.cell[i] = (struct pack_cell){ .mv = 3300, .dc = 250, .fresh = 1 };
    assert_string_equal(ask("cells 254 255"),
                        "cell 254 3.300 V 25.0 C\r\ncell 255 3.300 V 25.0 C\r\nok\r\n");
}

static void test_warnings_name_the_cell(void **state)
{
    (void)state;
    set_up();
    pack.cell[2].mv = 2999;
    pack_evaluate(&pack, 0, 0);
    d.facts.faults = PACK_UNTRUSTED;
    assert_string_equal(ask("warnings"),
                        "E 1\r\nVh 0\r\nVl 1 cell 3\r\nTh 0\r\nTl 1 cell 1\r\nok\r\n");
}

static void test_warnings_name_the_broken_place(void **state)
{
    (void)state;
    set_up();
    pack.place = (struct place){ .broken = true, .after = 3 };
    assert_true(strstr(ask("warnings"), "\r\nbroken 3 4\r\nok\r\n") != NULL);
    pack.place.after = PLACE_UNKNOWN;
    assert_true(strstr(ask("warnings"), "\r\nbroken unknown\r\nok\r\n") != NULL);
}

static void test_reasons_name_the_rules(void **state)
{
    (void)state;
    set_up();
    d.relay.closed[RELAY_LOAD] = true;
    d.relay.held[RELAY_CHARGE] = RULE_BIT(RULE_CELL_AT_VMAX) | RULE_BIT(RULE_REST);
    assert_string_equal(ask("reasons"), "charge open\r\ncharge_held cell_at_vmax\r\n"
                                        "charge_held rest\r\nload closed\r\nok\r\n");
}

static void test_settings_show_range_and_no_secret(void **state)
{
    (void)state;
    set_up();
    ask("settings");
    assert_true(ends_ok());
    assert_non_null(strstr(said, "vmin_mv 3000 mV from 1500 to 5000\r\n"));
    assert_non_null(strstr(said, "sensor_passes 1 turns one of 1 2 4\r\n"));
    assert_non_null(strstr(said, "pin secret"));
    assert_null(strstr(said, "1234"));
    assert_non_null(strstr(said, "confirmed 0\r\n"));
    log_in();
    assert_null(strstr(ask("settings"), "1234"));
    assert_null(strstr(ask("get pin"), "1234"));
}

static void test_get_shows_one_setting(void **state)
{
    (void)state;
    set_up();
    assert_string_equal(ask("get charge_tmax_dc"),
                        "charge_tmax_dc 600 0.1 C from -400 to 850\r\nok\r\n");
    assert_string_equal(ask("get vmin"), "error name is not known: vmin\r\n");
}

static void test_counters_show_energy_and_extremes(void **state)
{
    (void)state;
    set_up();
    d.energy.in = (struct energy_counter){ .mwh = 1234567890123ull, .base_mwh = 1234567889000ull };
    d.energy.cycles_milli = 1500;
    d.extremes = (struct extremes){ .known = true, .min_dc = -123, .coldest = 2 };
    ask("counters");
    assert_true(ends_ok());
    assert_non_null(strstr(said, "energy_in 1234567890.123 Wh\r\n"));
    assert_non_null(strstr(said, "energy_in_today 1.123 Wh\r\n"));
    assert_non_null(strstr(said, "cycles 1.500\r\n"));
    assert_non_null(strstr(said, "coldest -12.3 C\r\ncoldest_cell 2\r\n"));
}

static void test_events_are_shown_with_date_and_names(void **state)
{
    struct event e = {
        .time_s = 0x31DB2A00ul, .code = EVENT_CHARGE_OPENED, .cell = 3, .value = RULE_CELL_AT_VMAX
    };

    (void)state;
    set_up();
    event_log_add(&keeper.log, &e);
    idle();
    e.code = EVENT_FAULT_BEGIN;
    e.value = 8;
    e.cell = 0;
    event_log_add(&keeper.log, &e);
    idle();
    assert_string_equal(ask("events 2"),
                        "event 1 2026-07-04 02:18:40 fault_begin sensor_lost\r\n"
                        "event 2 2026-07-04 02:18:40 charge_opened cell_at_vmax cell 3\r\nok\r\n");
    assert_true(says("events", "event 3"));
    assert_true(says("events 0", "error number"));
    assert_true(says("events 100000", "event 3"));
}

/* ---- watching --------------------------------------------------------------------------------- */

static void test_watch_reports_changes_once_a_second_and_kind(void **state)
{
    (void)state;
    set_up();
    pack_evaluate(&pack, 0, 0);
    assert_string_equal(ask("watch on"), "ok\r\n!pack 13.206 V unknown A 0.0 %\r\n!warnings Tl\r\n"
                                         "!relays charge open load open\r\n");
    said_size = 0;
    d.relay.closed[RELAY_LOAD] = true;
    pack.total_mv++;
    steps();
    assert_int_equal(said_size, 0);
    now_ms += APP_WATCH_MS;
    steps();
    assert_string_equal(said,
                        "!pack 13.207 V unknown A 0.0 %\r\n!relays charge open load closed\r\n");
    said_size = 0;
    now_ms += 10 * APP_WATCH_MS;
    steps();
    assert_int_equal(said_size, 0);
    assert_string_equal(ask("watch off"), "ok\r\n");
    said_size = 0;
    pack.total_mv++;
    now_ms += APP_WATCH_MS;
    steps();
    assert_int_equal(said_size, 0);
}

/* ---- other boards ----------------------------------------------------------------------------- */

/* The command that went out, and a reply to it. */
static void answer(uint8_t number, uint32_t value)
{
    struct frame_command command;

    assert_true(cells_board.link.command_out.full);
    frame_command_decode(cells_board.link.command_out.frame, &command);
    assert_int_equal(command.target, number);
    cells_board.link.command_out.full = false;
    intake.reply = (struct frame_reply){
        .number = number, .sequence = command.sequence, .status = REPLY_DONE, .value = value
    };
    intake.replied = true;
}

static void test_board_is_asked_for_each_item(void **state)
{
    (void)state;
    set_up();
    cells_board.link.start.ring_closed = true;
    ask("board 2");
    for (uint8_t i = 0; i < APP_BOARD_ITEMS - 2u; i++) { /* two items have two lines */
        answer(2, i == 0 ? 0x000203ul : i);
        now_ms += 1000u;
        steps();
    }
    assert_string_equal(said, "version 0.2.3\r\ncell_mv 1\r\nlowest_mv 2\r\nrounds_low 3\r\n"
                              "rounds_high 4\r\nbad_frames 5\r\nmarked_frames 6\r\n"
                              "stale_frames 7\r\nline_errors 8\r\nbad_syncs 9\r\nuptime_low 10\r\n"
                              "uptime_high 11\r\nboots 12\r\npower_on 13\r\nexternal 14\r\n"
                              "brown_out 15\r\nwatchdog 16\r\nlast_causes 17\r\nself_test 0\r\n"
                              "trim_steps 18\r\nclock_error 0\r\nstack_free 19\r\n"
                              "identify_rounds 20\r\nbalance_rounds 21\r\nok\r\n");
}

static void test_board_reply_of_another_is_not_taken(void **state)
{
    (void)state;
    set_up();
    cells_board.link.start.ring_closed = true;
    ask("board 2");
    answer(2, 5);
    intake.reply.number = 3;
    steps();
    assert_int_equal(said_size, 0);
    intake.reply.number = 2;
    intake.reply.sequence ^= 1u;
    intake.replied = true;
    steps();
    assert_int_equal(said_size, 0);
}

static void test_board_that_is_silent_is_asked_again_and_then_given_up(void **state)
{
    (void)state;
    set_up();
    cells_board.link.start.ring_closed = true;
    ask("board 3");
    cells_board.link.command_out.full = false;
    now_ms += 4000u;
    steps();
    assert_true(cells_board.link.command_out.full);
    now_ms += 5000u;
    steps();
    assert_string_equal(said, "error timeout no reply from board 3\r\n");
    assert_true(app_listens(&app));
}

static void test_board_behind_an_open_wire_is_not_asked(void **state)
{
    (void)state;
    set_up();
    assert_string_equal(ask("board 1"), "error open the return wire from End to Begin is open\r\n");
    assert_false(cells_board.link.command_out.full);
    assert_true(says("board 0", "error cell"));
    assert_true(says("board 5", "error cell"));
    assert_true(says("board x", "error cell"));
}

static void test_board_that_is_this_one_is_not_asked_over_the_ring(void **state)
{
    (void)state;
    set_up();
    cells_board.link.counters.rounds = 0x12345ul;
    cells_board.link.counters.bad_syncs = 9;
    ask("board 4");
    assert_true(ends_ok());
    assert_non_null(strstr(said, "rounds_low 9029\r\nrounds_high 1\r\n"));
    assert_non_null(strstr(said, "bad_syncs 9\r\n"));
}

static void test_nothing_is_heard_before_the_first_decision(void **state)
{
    (void)state;
    set_up();
    d.facts.pack = NULL;
    assert_false(app_listens(&app));
    assert_false(app_step(&app, now_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help_names_every_command),
        cmocka_unit_test(test_pack_shows_values_and_what_is_unknown),
        cmocka_unit_test(test_cells_shows_all_or_a_range_with_marks),
        cmocka_unit_test(test_cells_of_the_largest_pack_are_all_shown),
        cmocka_unit_test(test_warnings_name_the_cell),
        cmocka_unit_test(test_warnings_name_the_broken_place),
        cmocka_unit_test(test_reasons_name_the_rules),
        cmocka_unit_test(test_settings_show_range_and_no_secret),
        cmocka_unit_test(test_get_shows_one_setting),
        cmocka_unit_test(test_counters_show_energy_and_extremes),
        cmocka_unit_test(test_events_are_shown_with_date_and_names),
        cmocka_unit_test(test_watch_reports_changes_once_a_second_and_kind),
        cmocka_unit_test(test_board_is_asked_for_each_item),
        cmocka_unit_test(test_board_reply_of_another_is_not_taken),
        cmocka_unit_test(test_board_that_is_silent_is_asked_again_and_then_given_up),
        cmocka_unit_test(test_board_behind_an_open_wire_is_not_asked),
        cmocka_unit_test(test_board_that_is_this_one_is_not_asked_over_the_ring),
        cmocka_unit_test(test_nothing_is_heard_before_the_first_decision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
