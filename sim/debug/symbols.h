/* Names of an image's functions and variables, from its ELF file. */
#ifndef SIM_DEBUG_SYMBOLS_H
#define SIM_DEBUG_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbols;

/* NULL when there are none. */
struct symbols *symbols_load(const char *path);
void symbols_free(struct symbols *s);

/* The place in the flash as "name+0x12", or "?" when nothing is known; s may be NULL. */
void symbols_place(const struct symbols *s, uint32_t address, char *text, size_t size);

#endif
