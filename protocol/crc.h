/* CRC-16/DNP: polynomial 0x3D65, reflected, initial value 0, final inversion.
 * Hamming distance 6 up to 135 bits of data and CRC together, which covers every frame of the
 * ring (P. Koopman's published tables; proved again for our frame lengths by
 * test/property/test_crc_distance.c).
 * Check value: "123456789" gives 0xEA82.
 * All functions are pure and may be called from an ISR. */
#ifndef PROTOCOL_CRC_H
#define PROTOCOL_CRC_H

#include <stdint.h>

#define CRC_INIT 0u
/* What a running CRC holds after the data and its own two CRC bytes, low byte first. */
#define CRC_RESIDUE 0x66C5u

/* Running CRC after one more byte. Start with CRC_INIT; invert for the value on the wire. */
uint16_t crc_update(uint16_t crc, uint8_t byte);

/* Running CRC over a whole buffer, CRC_RESIDUE when it ends with its own CRC. */
uint16_t crc_run(const uint8_t *data, uint8_t size);

/* The same from another start: a running CRC after more bytes. */
uint16_t crc_more(const uint8_t *data, uint8_t size, uint16_t crc);

/* CRC of a whole buffer as it goes on the wire (inverted). */
uint16_t crc_of(const uint8_t *data, uint8_t size);

#endif
