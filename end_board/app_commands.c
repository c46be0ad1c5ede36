#include "end_board/app_commands.h"

#include "common/command.h"
#include "common/pgm.h"

static const struct app_command_row commands[] FLASH_TABLE = {
    [APP_HELP] = { "help", "", 0, 0, false, "this list" },
    [APP_PACK] = { "pack", "", 0, 0, false, "voltage, current, state of charge, relays" },
    [APP_CELLS] = { "cells", "[FROM [TO]]", 0, 2, false, "voltage, temperature and marks of each" },
    [APP_WARNINGS] = { "warnings", "", 0, 0, false, "E, Vh, Vl, Th, Tl: 1 = stands, and the cell" },
    [APP_REASONS] = { "reasons", "", 0, 0, false, "rules that hold each relay open" },
    [APP_SETTINGS] = { "settings", "", 0, 0, false, "all, with unit and range" },
    [APP_GET] = { "get", "NAME", 1, 1, false, "one setting" },
    [APP_SET] = { "set", "NAME VALUE", 2, 2, true, "changes a setting" },
    [APP_PRESET] = { "preset", "lfp|lto|nmc|liion", 1, 1, true, "settings of a chemistry" },
    [APP_CONFIRM] = { "confirm", "", 0, 0, true, "settings and boards are those of this pack" },
    [APP_LOGIN] = { "login", "PIN", 1, 1, false, "begins a session; it ends after 10 minutes" },
    [APP_LOGOUT] = { "logout", "", 0, 0, false, "ends the session" },
    [APP_PIN] = { "pin", "NEW", 1, 1, true, "changes the PIN: four digits" },
    [APP_EVENTS] = { "events", "[COUNT]", 0, 1, false, "the last ones, newest first; 10 or COUNT" },
    [APP_COUNTERS] = { "counters", "", 0, 0, false, "energy, cycles, extremes" },
    [APP_CLEAR] = { "clear", "counters", 1, 1, true, "energy and extremes begin anew" },
    [APP_CLOCK] = { "clock", "[set YYYY-MM-DD HH:MM:SS]", 0, 3, false, "shows or sets the clock" },
    [APP_VERSIONS] = { "versions", "", 0, 0, false, "firmware and protocol" },
    [APP_WATCH] = { "watch", "on|off", 1, 1, false,
                    "reports changes by itself, at most each second" },
    [APP_BOARD] = { "board", "K", 1, 1, false, "version, counters and condition of board K" },
    [APP_ORDER] = { "order", "K WHAT [VALUE]", 2, 3, true, "has board K do something" },
};

_Static_assert(sizeof commands / sizeof commands[0] == APP_COMMANDS, "a row for each command");

bool app_command_row(uint8_t command, struct app_command_row *row)
{
    if (command >= APP_COMMANDS)
        return false;
    flash_read(row, &commands[command], sizeof *row);
    return true;
}

uint8_t app_command_find(const char *name)
{
    struct app_command_row row;
    uint8_t command = 0;

    while (app_command_row(command, &row) && strcmp(row.name, name) != 0)
        command++;
    return command;
}

static const struct app_error_row errors[] FLASH_TABLE = {
    [APP_OK] = { "", "" },
    [APP_ERROR_UNKNOWN] = { "unknown", "no such command: try help" },
    [APP_ERROR_USAGE] = { "usage", "" },
    [APP_ERROR_LOGIN] = { "login", "needs a session: login PIN" },
    [APP_ERROR_PIN] = { "pin", "wrong PIN" },
    [APP_ERROR_WAIT] = { "wait", "so many seconds after a wrong PIN:" },
    [APP_ERROR_LONG] = { "long", "a line has 80 characters at most" },
    [APP_ERROR_TEXT] = { "text", "the line was damaged, or is no plain text" },
    [APP_ERROR_CHECKSUM] = { "checksum", "the line does not fit its checksum" },
    [APP_ERROR_NUMBER] = { "number", "is no whole number:" },
    [APP_ERROR_NAME] = { "name", "is not known:" },
    [APP_ERROR_RANGE] = { "range", "" },
    [APP_ERROR_CHOICE] = { "choice", "" },
    [APP_ERROR_CONFLICT] = { "conflict", "" },
    [APP_ERROR_SECRET] = { "secret", "is changed with: pin NEW" },
    [APP_ERROR_CELL] = { "cell", "there is no such cell; the number of cells is" },
    [APP_ERROR_CLOCK] = { "clock", "is no date and time of 2000 to 2099" },
    [APP_ERROR_OPEN] = { "open", "the return wire from End to Begin is open" },
    [APP_ERROR_TIMEOUT] = { "timeout", "no reply from board" },
    [APP_ERROR_BOARD] = { "board", "the board does not know this item" },
    [APP_ERROR_VALUE] = { "value", "the board takes no such value" },
    [APP_ERROR_REFUSED] = { "refused", "not in this state of the cell or its board" },
    [APP_ERROR_FAILED] = { "failed", "the board tried in vain" },
};

_Static_assert(sizeof errors / sizeof errors[0] == APP_ERRORS, "a row for each error");

bool app_error_row(uint8_t error, struct app_error_row *row)
{
    if (error == APP_OK || error >= APP_ERRORS)
        return false;
    flash_read(row, &errors[error], sizeof *row);
    return true;
}

static const struct app_item_row items[] FLASH_TABLE = {
    [SHOW_VOLTAGE] = { "voltage", "V", 3 },
    [SHOW_CURRENT] = { "current", "A", 3 },
    [SHOW_CURRENT_IN] = { "current_in", "A", 3 },
    [SHOW_CURRENT_OUT] = { "current_out", "A", 3 },
    [SHOW_POWER] = { "power", "W", 0 },
    [SHOW_SOC] = { "soc", "%", 1 },
    [SHOW_SOC_CALIBRATED] = { "soc_calibrated", "", 0 },
    [SHOW_STORED] = { "stored", "Wh", 0 },
    [SHOW_TO_FULL] = { "time_to_full", "s", 0 },
    [SHOW_TO_EMPTY] = { "time_to_empty", "s", 0 },
    [SHOW_CELLS] = { "cells", "", 0 },
    [SHOW_LOWEST] = { "lowest", "V", 3 },
    [SHOW_LOWEST_CELL] = { "lowest_cell", "", 0 },
    [SHOW_HIGHEST] = { "highest", "V", 3 },
    [SHOW_HIGHEST_CELL] = { "highest_cell", "", 0 },
    [SHOW_COLDEST] = { "coldest", "C", 1 },
    [SHOW_COLDEST_CELL] = { "coldest_cell", "", 0 },
    [SHOW_HOTTEST] = { "hottest", "C", 1 },
    [SHOW_HOTTEST_CELL] = { "hottest_cell", "", 0 },
    [SHOW_VBALANCE] = { "vbalance", "V", 3 },
    [SHOW_CHARGE_CLOSED] = { "charge_relay", "", 0 },
    [SHOW_LOAD_CLOSED] = { "load_relay", "", 0 },
    [SHOW_IN] = { "energy_in", "Wh", 3 },
    [SHOW_OUT] = { "energy_out", "Wh", 3 },
    [SHOW_IN_TODAY] = { "energy_in_today", "Wh", 3 },
    [SHOW_OUT_TODAY] = { "energy_out_today", "Wh", 3 },
    [SHOW_CYCLES] = { "cycles", "", 3 },
    [SHOW_EVER_LOWEST] = { "lowest", "V", 3 },
    [SHOW_EVER_LOWEST_CELL] = { "lowest_cell", "", 0 },
    [SHOW_EVER_HIGHEST] = { "highest", "V", 3 },
    [SHOW_EVER_HIGHEST_CELL] = { "highest_cell", "", 0 },
    [SHOW_EVER_COLDEST] = { "coldest", "C", 1 },
    [SHOW_EVER_COLDEST_CELL] = { "coldest_cell", "", 0 },
    [SHOW_EVER_HOTTEST] = { "hottest", "C", 1 },
    [SHOW_EVER_HOTTEST_CELL] = { "hottest_cell", "", 0 },
    [SHOW_EVER_CHARGE] = { "charge_current", "A", 3 },
    [SHOW_EVER_DISCHARGE] = { "discharge_current", "A", 3 },
};

_Static_assert(sizeof items / sizeof items[0] == SHOW_ITEMS, "a row for each value");

bool app_item_row(uint8_t item, struct app_item_row *row)
{
    if (item >= SHOW_ITEMS)
        return false;
    flash_read(row, &items[item], sizeof *row);
    return true;
}

static const struct app_board_row board_items[] FLASH_TABLE = {
    { "version", ITEM_VERSION, PART_VERSION },
    { "cell_mv", ITEM_CELL_MV, PART_WHOLE },
    { "lowest_mv", ITEM_LOWEST_MV, PART_WHOLE },
    { "rounds_low", ITEM_ROUNDS_LOW, PART_WHOLE },
    { "rounds_high", ITEM_ROUNDS_HIGH, PART_WHOLE },
    { "bad_frames", ITEM_BAD_FRAMES, PART_WHOLE },
    { "marked_frames", ITEM_MARKED_FRAMES, PART_WHOLE },
    { "stale_frames", ITEM_STALE_FRAMES, PART_WHOLE },
    { "line_errors", ITEM_LINE_ERRORS, PART_WHOLE },
    { "bad_syncs", ITEM_BAD_SYNCS, PART_WHOLE },
    { "uptime_low", ITEM_UPTIME_LOW, PART_WHOLE },
    { "uptime_high", ITEM_UPTIME_HIGH, PART_WHOLE },
    { "boots", ITEM_BOOTS, PART_WHOLE },
    { "power_on", ITEM_POWER_ON, PART_WHOLE },
    { "external", ITEM_EXTERNAL, PART_WHOLE },
    { "brown_out", ITEM_BROWN_OUT, PART_WHOLE },
    { "watchdog", ITEM_WATCHDOG, PART_WHOLE },
    { "last_causes", ITEM_CONDITION, PART_LOW },
    { "self_test", ITEM_CONDITION, PART_HIGH },
    { "trim_steps", ITEM_CLOCK, PART_LOW_SIGNED },
    { "clock_error", ITEM_CLOCK, PART_HIGH_SIGNED },
    { "stack_free", ITEM_STACK_FREE, PART_WHOLE },
    { "identify_rounds", ITEM_IDENTIFY, PART_WHOLE },
    { "balance_rounds", ITEM_BALANCE, PART_WHOLE },
};

_Static_assert(sizeof board_items / sizeof board_items[0] == APP_BOARD_ITEMS, "all of them");

bool app_board_row(uint8_t index, struct app_board_row *row)
{
    if (index >= APP_BOARD_ITEMS)
        return false;
    flash_read(row, &board_items[index], sizeof *row);
    return true;
}

static const struct app_order_row orders[] FLASH_TABLE = {
    { "identify", "LED blinks for so many seconds", ITEM_IDENTIFY, ORDER_SECONDS, false, 0 },
    { "balance", "resistor on for so many seconds", ITEM_BALANCE, ORDER_SECONDS, false, 0 },
    { "voltage", "the cell truly has so many mV now", ITEM_CELL_MV, ORDER_PLAIN, false, 0 },
    { "temperature_offset", "added to its temperature, 0.1 C", ITEM_OFFSET_DC, ORDER_PLAIN, true,
      0 },
    { "clear", "error counters and lowest voltage", ITEM_CLEAR, ORDER_KEY, false,
      COMMAND_CLEAR_KEY },
};

bool app_order_row(uint8_t index, struct app_order_row *row)
{
    if (index >= sizeof orders / sizeof orders[0])
        return false;
    flash_read(row, &orders[index], sizeof *row);
    return true;
}

bool app_order_find(const char *name, struct app_order_row *row)
{
    for (uint8_t i = 0; app_order_row(i, row); i++)
        if (strcmp(row->name, name) == 0)
            return true;
    return false;
}
