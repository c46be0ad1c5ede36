/* What lives where in the 4 KiB EEPROM of the End board, behind the records every board has. */
#ifndef END_BOARD_EEPROM_MAP_H
#define END_BOARD_EEPROM_MAP_H

#include "common/eeprom_map.h"
#include "end_board/settings.h"

#define END_EEPROM_SIZE 4096u

#define EEPROM_SETTINGS EEPROM_BOARD
#define EEPROM_SETTINGS_END (EEPROM_SETTINGS + RECORD_SPACE(SETTINGS_PAYLOAD))

_Static_assert(SETTINGS_PAYLOAD <= RECORD_PAYLOAD_MAX, "a record counts its bytes in eight bits");
_Static_assert(EEPROM_SETTINGS_END <= END_EEPROM_SIZE, "the records fit");

#endif
