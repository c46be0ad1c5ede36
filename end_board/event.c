#include "end_board/event.h"

#include "common/pgm.h"

static const struct event_row rows[] FLASH_TABLE = {
    [EVENT_NONE] = { "", "", false },
    [EVENT_RESET] = { "reset", "cause: bits of MCUSR", true },
    [EVENT_FAULT_BEGIN] = { "fault_begin", "bit of the fault", true },
    [EVENT_FAULT_END] = { "fault_end", "bit of the fault", true },
    [EVENT_CHARGE_CLOSED] = { "charge_closed", "", false },
    [EVENT_CHARGE_OPENED] = { "charge_opened", "bit of the rule", true },
    [EVENT_LOAD_CLOSED] = { "load_closed", "", false },
    [EVENT_LOAD_OPENED] = { "load_opened", "bit of the rule", true },
    [EVENT_SETTING] = { "setting", "new value; 0 for a secret", true },
    [EVENT_SETTINGS_CONFIRMED] = { "settings_confirmed", "", false },
    [EVENT_SOC_FULL] = { "soc_full", "state of charge before", false },
    [EVENT_SOC_EMPTY] = { "soc_empty", "state of charge before", false },
    [EVENT_PIN_RESET] = { "pin_reset", "", false },
    [EVENT_PIN_WRONG] = { "pin_wrong", "", false },
    [EVENT_ENERGY_CLEARED] = { "energy_cleared", "", false },
    [EVENT_CLOCK_SET] = { "clock_set", "seconds it moved", false },
    [EVENT_CHAIN_BROKEN] = { "chain_broken", "board behind the place", true },
    [EVENT_CHAIN_WHOLE] = { "chain_whole", "", false },
    [EVENT_BOARD_RESET] = { "board_reset", "", false },
    [EVENT_ORDER] = { "order", "item of the ring", true },
    [EVENT_HOP_NOISY] = { "hop_noisy", "board behind the hop", true },
    [EVENT_HOP_QUIET] = { "hop_quiet", "board behind the hop", true },
    [EVENT_BOARDS_CONFIRMED] = { "boards_confirmed", "", false },
};

_Static_assert(sizeof rows / sizeof rows[0] == EVENT_COUNT, "a row for each code");

bool event_row(uint8_t code, struct event_row *row)
{
    if (code == EVENT_NONE || code >= EVENT_COUNT)
        return false;
    flash_read(row, &rows[code], sizeof *row);
    return true;
}
