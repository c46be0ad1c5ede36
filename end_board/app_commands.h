/* The tables of the app port: commands, errors, values that are shown. docs/app-protocol.md shows
 * them. Pure data. */
#ifndef END_BOARD_APP_COMMANDS_H
#define END_BOARD_APP_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

enum app_command {
    APP_HELP,
    APP_PACK,
    APP_CELLS,
    APP_WARNINGS,
    APP_REASONS,
    APP_SETTINGS,
    APP_GET,
    APP_SET,
    APP_PRESET,
    APP_CONFIRM,
    APP_LOGIN,
    APP_LOGOUT,
    APP_PIN,
    APP_EVENTS,
    APP_COUNTERS,
    APP_CLEAR,
    APP_CLOCK,
    APP_VERSIONS,
    APP_WATCH,
    APP_BOARD,
    APP_ORDER,
    APP_COMMANDS,
    APP_IDLE = APP_COMMANDS, /* none is running */
};

#define APP_NAME_SIZE 10u
#define APP_ARGUMENTS_SIZE 32u
#define APP_HELP_SIZE 52u

struct app_command_row {
    char name[APP_NAME_SIZE];
    char arguments[APP_ARGUMENTS_SIZE]; /* as they are explained */
    uint8_t least;                      /* number of arguments */
    uint8_t most;
    bool login; /* needs a session */
    char help[APP_HELP_SIZE];
};

/* Copies a row out of flash; false when there is none. */
bool app_command_row(uint8_t command, struct app_command_row *row);
/* APP_COMMANDS when no command has this name. */
uint8_t app_command_find(const char *name);

enum app_error {
    APP_OK,
    APP_ERROR_UNKNOWN,
    APP_ERROR_USAGE,
    APP_ERROR_LOGIN,
    APP_ERROR_PIN,
    APP_ERROR_WAIT,
    APP_ERROR_LONG,
    APP_ERROR_TEXT,
    APP_ERROR_CHECKSUM,
    APP_ERROR_NUMBER,
    APP_ERROR_NAME,
    APP_ERROR_RANGE,
    APP_ERROR_CHOICE,
    APP_ERROR_CONFLICT,
    APP_ERROR_SECRET,
    APP_ERROR_CELL,
    APP_ERROR_CLOCK,
    APP_ERROR_OPEN,
    APP_ERROR_TIMEOUT,
    APP_ERROR_BOARD,
    APP_ERROR_VALUE,
    APP_ERROR_REFUSED,
    APP_ERROR_FAILED,
    APP_ERRORS,
};

#define APP_ERROR_CODE_SIZE 10u
#define APP_ERROR_TEXT_SIZE 56u

struct app_error_row {
    char code[APP_ERROR_CODE_SIZE];
    char text[APP_ERROR_TEXT_SIZE];
};

bool app_error_row(uint8_t error, struct app_error_row *row);

/* Values of `pack` and, behind ITEM_COUNTERS, of `counters`. */
enum app_item {
    SHOW_VOLTAGE,
    SHOW_CURRENT,
    SHOW_CURRENT_IN,
    SHOW_CURRENT_OUT,
    SHOW_POWER,
    SHOW_SOC,
    SHOW_SOC_CALIBRATED,
    SHOW_STORED,
    SHOW_TO_FULL,
    SHOW_TO_EMPTY,
    SHOW_CELLS,
    SHOW_LOWEST,
    SHOW_LOWEST_CELL,
    SHOW_HIGHEST,
    SHOW_HIGHEST_CELL,
    SHOW_COLDEST,
    SHOW_COLDEST_CELL,
    SHOW_HOTTEST,
    SHOW_HOTTEST_CELL,
    SHOW_VBALANCE,
    SHOW_CHARGE_CLOSED,
    SHOW_LOAD_CLOSED,
    SHOW_COUNTERS,
    SHOW_IN = SHOW_COUNTERS,
    SHOW_OUT,
    SHOW_IN_TODAY,
    SHOW_OUT_TODAY,
    SHOW_CYCLES,
    SHOW_EVER_LOWEST,
    SHOW_EVER_LOWEST_CELL,
    SHOW_EVER_HIGHEST,
    SHOW_EVER_HIGHEST_CELL,
    SHOW_EVER_COLDEST,
    SHOW_EVER_COLDEST_CELL,
    SHOW_EVER_HOTTEST,
    SHOW_EVER_HOTTEST_CELL,
    SHOW_EVER_CHARGE,
    SHOW_EVER_DISCHARGE,
    SHOW_ITEMS,
};

#define APP_ITEM_NAME_SIZE 18u
#define APP_ITEM_UNIT_SIZE 4u

struct app_item_row {
    char name[APP_ITEM_NAME_SIZE];
    char unit[APP_ITEM_UNIT_SIZE];
    uint8_t decimals;
};

bool app_item_row(uint8_t item, struct app_item_row *row);

/* Values of `board`, asked for one at a time. */
#define APP_BOARD_NAME_SIZE 16u
#define APP_BOARD_ITEMS 24u

enum app_board_part {
    PART_WHOLE,
    PART_VERSION,
    PART_LOW, /* bits 7-0 */
    PART_HIGH,
    PART_LOW_SIGNED,
    PART_HIGH_SIGNED,
};

struct app_board_row {
    char name[APP_BOARD_NAME_SIZE];
    uint8_t
        item; /* enum command_item, common/command.h; the same twice in a row is asked for once */
    uint8_t part; /* enum app_board_part */
};

bool app_board_row(uint8_t index, struct app_board_row *row);

/* Orders to a board. */
#define APP_ORDER_NAME_SIZE 20u
#define APP_ORDER_HELP_SIZE 44u

enum app_order_unit {
    ORDER_KEY,     /* no value: the key of its row */
    ORDER_SECONDS, /* sent in rounds */
    ORDER_PLAIN,   /* mV, 0.1 C */
};

struct app_order_row {
    char name[APP_ORDER_NAME_SIZE];
    char help[APP_ORDER_HELP_SIZE];
    uint8_t item; /* enum command_item, common/command.h */
    uint8_t unit; /* enum app_order_unit */
    bool staged;  /* ITEM_SAVE_CALIBRATION follows */
    uint16_t key;
};

bool app_order_row(uint8_t index, struct app_order_row *row);
bool app_order_find(const char *name, struct app_order_row *row);

#endif
