/* Sealed records in EEPROM. A record has two slots; a save goes to the one that does not hold the
 * newest valid copy, sequence number and version last. Whatever byte power fails at, a load finds the old or the
 * new contents, never a mixture.
 *
 * Slot: sequence number, version, payload, CRC-16/DNP (low byte first) over all before it.
 * For the main loop only. */
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#define RECORD_OVERHEAD 4u
#define RECORD_PAYLOAD_MAX 120u
/* EEPROM bytes that a record with this payload takes. */
#define RECORD_SPACE(payload) (2u * ((payload) + RECORD_OVERHEAD))

/* Reads the newest valid copy. False, with payload untouched, when there is none of this version. */
bool record_load(uint16_t address, uint8_t version, uint8_t *payload, uint8_t size);

/* Takes (size + 4) * 3.4 ms at most. */
void record_save(uint16_t address, uint8_t version, const uint8_t *payload, uint8_t size);

#endif
