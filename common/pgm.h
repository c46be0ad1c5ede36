/* Constant tables that stay in flash on the AVR; ordinary constants on the host. */
#ifndef COMMON_PGM_H
#define COMMON_PGM_H

#include <string.h>

#ifdef __AVR__
#include <avr/io.h>
#include <avr/pgmspace.h>
#define FLASH_TABLE PROGMEM
#define flash_u16(address) pgm_read_word(address)
#define flash_u8(address) pgm_read_byte(address)
#define flash_read(to, address, size) memcpy_P(to, address, size)
/* Also beyond the first 64 KiB, where no table lies: the linker puts them in front of the code. */
#if FLASHEND > 0xFFFF
#define flash_read_far(to, address, offset, size) \
    memcpy_PF(to, (uint_farptr_t)(uint16_t)(address) + (offset), size)
#else
#define flash_read_far(to, address, offset, size) memcpy_P(to, (address) + (uint16_t)(offset), size)
#endif
#define FLASH_TEXT(literal) PSTR(literal) /* inside functions; to be read with flash_u8() */
#else
#define FLASH_TABLE
#define flash_u16(address) (*(address))
#define flash_u8(address) (*(address))
#define flash_read(to, address, size) memcpy(to, address, size)
#define flash_read_far(to, address, offset, size) memcpy(to, (address) + (offset), size)
#define FLASH_TEXT(literal) literal
#endif

#endif
