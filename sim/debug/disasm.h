/* AVR instructions as text, as avr-objdump -d writes them, without its comments. */
#ifndef SIM_DEBUG_DISASM_H
#define SIM_DEBUG_DISASM_H

#include <stddef.h>
#include <stdint.h>

/* The instruction at a byte address: mnemonic, a blank, operands. Returns its words: 1 or 2. What is no
 * instruction is ".word". */
int disasm(char *text, size_t size, const uint8_t *flash, uint32_t bytes, uint32_t at);

#endif
