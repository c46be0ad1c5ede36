/* The other end of a serial line, exact to the picosecond: sends bytes on a wire, or samples one in
 * the middle of each bit at the nominal rate, so that a sender with a wrong rate shows. 8N1. */
#ifndef SIM_ENGINE_SERIAL_H
#define SIM_ENGINE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/wire.h"

struct serial_ear {
    struct wire *wire;
    int64_t bit_ps;
    int64_t from_ps; /* looks for a start bit from here on */
};

struct serial_byte {
    int64_t at_ps; /* its start bit */
    uint8_t value;
    bool framing_error;
};

void serial_ear_init(struct serial_ear *e, struct wire *wire, double baud);
/* The next byte that is complete at now_ps; false when there is none. */
bool serial_hear(struct serial_ear *e, int64_t now_ps, struct serial_byte *byte);

struct serial_mouth {
    struct wire *wire;
    int64_t bit_ps;
    int64_t free_ps; /* the last byte ends */
};

void serial_mouth_init(struct serial_mouth *m, struct wire *wire, double baud);
/* Sends a byte at now_ps or behind the last one. */
void serial_say(struct serial_mouth *m, int64_t now_ps, uint8_t byte);

#endif
