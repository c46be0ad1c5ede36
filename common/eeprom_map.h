/* Where each record lives in the EEPROM of a cell board. The ends are checked at compile time. */
#ifndef COMMON_EEPROM_MAP_H
#define COMMON_EEPROM_MAP_H

#include "common/calibration.h"
#include "common/health.h"
#include "common/identity.h"
#include "common/record.h"

/* Bytes 0..15 stay free: the first cells are the ones a brown-out write hits (ATmega328P data
 * sheet, "Preventing EEPROM corruption": address register resets to 0). */
#define EEPROM_CALIBRATION 16u
#define EEPROM_TRIM (EEPROM_CALIBRATION + RECORD_SPACE(CALIBRATION_PAYLOAD))
#define EEPROM_RESETS (EEPROM_TRIM + RECORD_SPACE(TRIM_PAYLOAD))
#define EEPROM_IDENTITY (EEPROM_RESETS + RECORD_SPACE(RESETS_PAYLOAD))
#define EEPROM_BOARD (EEPROM_IDENTITY + RECORD_SPACE(IDENTITY_PAYLOAD))

#define TRIM_PAYLOAD 3u
#define TRIM_VERSION 1u

#endif
