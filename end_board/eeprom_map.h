/* What lives where in the 4 KiB EEPROM of the End board, behind the records every board has. */
#ifndef END_BOARD_EEPROM_MAP_H
#define END_BOARD_EEPROM_MAP_H

#include "common/eeprom_map.h"
#include "end_board/event_log.h"
#include "end_board/journal.h"
#include "end_board/members.h"
#include "end_board/settings.h"

#define END_EEPROM_SIZE 4096u

/* Slots and intervals are chosen together: docs/design.md, "EEPROM", has the sum. */
#define SETTINGS_SLOTS 2u
#define COUNTERS_SLOTS 30u
#define COUNTERS_PAYLOAD 27u
#define COUNTERS_SAVE_S 300u
#define DAY_SLOTS 4u
#define DAY_PAYLOAD 35u
#define DAY_SAVE_S 3600u
#define MEMBERS_SLOTS 2u

#define EEPROM_SETTINGS EEPROM_BOARD
#define EEPROM_COUNTERS (EEPROM_SETTINGS + JOURNAL_SPACE(SETTINGS_SLOTS, SETTINGS_PAYLOAD))
#define EEPROM_DAY (EEPROM_COUNTERS + JOURNAL_SPACE(COUNTERS_SLOTS, COUNTERS_PAYLOAD))
#define EEPROM_MEMBERS (EEPROM_DAY + JOURNAL_SPACE(DAY_SLOTS, DAY_PAYLOAD))
#define EEPROM_LOG (EEPROM_MEMBERS + JOURNAL_SPACE(MEMBERS_SLOTS, MEMBERS_PAYLOAD))
#define EEPROM_END (EEPROM_LOG + EVENT_LOG_SPACE)

_Static_assert(JOURNAL_SPACE(SETTINGS_SLOTS, SETTINGS_PAYLOAD) == RECORD_SPACE(SETTINGS_PAYLOAD),
               "the settings are a record of two copies");
_Static_assert(SETTINGS_PAYLOAD <= RECORD_PAYLOAD_MAX && COUNTERS_PAYLOAD <= RECORD_PAYLOAD_MAX &&
                   DAY_PAYLOAD <= RECORD_PAYLOAD_MAX,
               "a record counts its bytes in eight bits");
_Static_assert(EEPROM_CALIBRATION >= 16u, "bytes 0 to 15 stay free");
_Static_assert(EEPROM_END <= END_EEPROM_SIZE, "all of it fits");

#endif
