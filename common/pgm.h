/* Constant tables that stay in flash on the AVR; ordinary constants on the host. */
#ifndef COMMON_PGM_H
#define COMMON_PGM_H

#include <string.h>

#ifdef __AVR__
#include <avr/pgmspace.h>
#define FLASH_TABLE PROGMEM
#define flash_u16(address) pgm_read_word(address)
#define flash_u8(address) pgm_read_byte(address)
#define flash_read(to, address, size) memcpy_P(to, address, size)
#define FLASH_TEXT(literal) PSTR(literal) /* inside functions; to be read with flash_u8() */
#else
#define FLASH_TABLE
#define flash_u16(address) (*(address))
#define flash_u8(address) (*(address))
#define flash_read(to, address, size) memcpy(to, address, size)
#define FLASH_TEXT(literal) literal
#endif

#endif
