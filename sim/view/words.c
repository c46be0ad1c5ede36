#include "view/words.h"

#include <stddef.h>

#include "end_board/facts.h"
#include "end_board/rules.h"

static const char *const rule_text[] = {
    [RULE_CELL_AT_VMAX] = "a cell reached Vmax",
    [RULE_CELLS_FULL] = "full: all cells at Vbalance, low rate",
    [RULE_CELL_AT_VMIN] = "a cell reached Vmin",
    [RULE_CHARGE_COLD] = "a cell is too cold to be charged",
    [RULE_CHARGE_HOT] = "a cell is too hot to be charged",
    [RULE_LOAD_COLD] = "a cell is too cold for loads",
    [RULE_LOAD_HOT] = "a cell is too hot for loads",
    [RULE_CELL_SILENT] = "a cell is silent",
    [RULE_SIZE_MISFIT] = "the number of cells does not fit the switches",
    [RULE_SIZE_CHANGED] = "the number of cells has changed",
    [RULE_BOARD_UNTRUSTED] = "a board does not trust itself",
    [RULE_NO_TEMPERATURE] = "a temperature is missing",
    [RULE_SENSOR_LOST] = "a current sensor is lost",
    [RULE_SETTINGS_LOST] = "nobody has confirmed the settings",
    [RULE_CLOCK_LOST] = "the clocks disagree",
    [RULE_NO_CLOCK] = "the crystal of End is dead",
    [RULE_OTHER_BOARDS] = "these are not the boards that were confirmed",
    [RULE_BELOW_VBALANCE] = "waits for cells below Vbalance",
    [RULE_BELOW_CHARGE_RESTART] = "waits for a lower charge",
    [RULE_BELOW_VMAX] = "waits for cells below Vmax",
    [RULE_CHARGE_WARM_ENOUGH] = "waits for warmer cells",
    [RULE_CHARGE_COOL_ENOUGH] = "waits for cooler cells",
    [RULE_ABOVE_VMIN] = "waits for cells above Vmin",
    [RULE_FROM_DISCHARGE_RESTART] = "waits for more charge",
    [RULE_LOAD_WARM_ENOUGH] = "waits for warmer cells",
    [RULE_LOAD_COOL_ENOUGH] = "waits for cooler cells",
    [RULE_NO_FAULT] = "waits for the end of a fault",
    [RULE_REST] = "rests after opening",
};

_Static_assert(sizeof rule_text / sizeof rule_text[0] == RULE_REST + 1, "a text for each rule");

const char *words_rule(unsigned rule)
{
    return rule <= RULE_REST ? rule_text[rule] : "no reason";
}

static const char *const fault_text[] = {
    "a cell is silent",
    "cells do not fit the switches",
    "the number of cells changed",
    "a board is not trusted",
    "a temperature is missing",
    NULL,
    NULL,
    NULL,
    "a current sensor is lost",
    "settings not confirmed",
    "clocks disagree",
    "crystal of End dead",
    "other boards",
};

_Static_assert(sizeof fault_text / sizeof fault_text[0] == WORDS_FAULTS &&
                   WORDS_FAULTS == FAULT_BITS,
               "a text for each fault");

const char *words_fault(unsigned bit)
{
    return bit < WORDS_FAULTS ? fault_text[bit] : NULL;
}
