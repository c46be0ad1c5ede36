/* What happened: codes and what their two figures mean. docs/events.md shows the table. */
#ifndef END_BOARD_EVENT_H
#define END_BOARD_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Stable numbers, never reused: they stand in the log. */
enum event_code {
    EVENT_NONE,
    EVENT_RESET,
    EVENT_FAULT_BEGIN,
    EVENT_FAULT_END,
    EVENT_CHARGE_CLOSED,
    EVENT_CHARGE_OPENED,
    EVENT_LOAD_CLOSED,
    EVENT_LOAD_OPENED,
    EVENT_SETTING,
    EVENT_SETTINGS_CONFIRMED,
    EVENT_SOC_FULL,
    EVENT_SOC_EMPTY,
    EVENT_PIN_RESET,
    EVENT_PIN_WRONG,
    EVENT_ENERGY_CLEARED,
    EVENT_CLOCK_SET,
    EVENT_CHAIN_BROKEN,
    EVENT_CHAIN_WHOLE,
    EVENT_ORDER,
    EVENT_BOARD_RESET,
    EVENT_HOP_NOISY,
    EVENT_HOP_QUIET,
    EVENT_BOARDS_CONFIRMED,
    EVENT_COUNT,
};

struct event {
    uint32_t time_s; /* struct calendar */
    int32_t value;   /* +-8 388 607, saturates */
    uint8_t code;    /* enum event_code */
    uint8_t cell;    /* number of a cell or id of a setting, 0: none */
};

#define EVENT_NAME_SIZE 20u
#define EVENT_VALUE_SIZE 28u

struct event_row {
    char name[EVENT_NAME_SIZE];
    char value[EVENT_VALUE_SIZE]; /* what the value is */
    bool value_matters;           /* another value is another event */
};

/* A copy of a row out of flash; false when there is no such code. */
bool event_row(uint8_t code, struct event_row *row);

#endif
