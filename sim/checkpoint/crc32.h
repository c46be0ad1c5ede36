/* CRC-32 as of Ethernet, PNG and zlib: polynomial 0x04C11DB7, reflected. "123456789" gives 0xCBF43926. */
#ifndef SIM_CHECKPOINT_CRC32_H
#define SIM_CHECKPOINT_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_of(const void *data, size_t size);
/* That of more bytes behind those that gave `crc`; 0 for none. */
uint32_t crc32_more(uint32_t crc, const void *data, size_t size);

#endif
