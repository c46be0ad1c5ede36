/* Bytes as hexadecimal text, two digits each. */
#ifndef SIM_DEBUG_HEX_H
#define SIM_DEBUG_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out: 2 * count characters and a zero. */
void hex_put(char *out, const uint8_t *bytes, size_t count);
/* False when there are fewer digits, or something else. */
bool hex_take(const char *text, uint8_t *bytes, size_t count);
/* "ADDRESS,LENGTH": returns what is behind it, or NULL. */
const char *hex_take_range(const char *text, uint32_t *address, size_t *length);

#endif
