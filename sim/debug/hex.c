#include "debug/hex.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

void hex_put(char *out, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sprintf(out + 2 * i, "%02x", bytes[i]);
    out[2 * count] = '\0';
}

bool hex_take(const char *text, uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char pair[3] = { text[2 * i], '\0', '\0' };
        if (!isxdigit((unsigned char)pair[0]))
            return false;
        pair[1] = text[2 * i + 1];
        if (!isxdigit((unsigned char)pair[1]))
            return false;
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

const char *hex_take_range(const char *text, uint32_t *address, size_t *length)
{
    char *end;

    *address = (uint32_t)strtoul(text, &end, 16);
    if (end == text || *end != ',')
        return NULL;
    text = end + 1;
    *length = strtoul(text, &end, 16);
    return end == text ? NULL : end;
}
