#include "engine/serial.h"

#include <math.h>

#define PS_PER_S 1e12

void serial_ear_init(struct serial_ear *e, struct wire *wire, double baud)
{
    *e = (struct serial_ear){ .wire = wire, .bit_ps = llround(PS_PER_S / baud) };
}

/* A receiver that looks 16 times a bit, in the middle of three: where that may lie. */
static bool bit_certain(const struct serial_ear *e, int64_t start_ps, int bit)
{
    int64_t middle_ps = start_ps + (2 * bit + 1) * e->bit_ps / 2;

    return wire_level(e->wire, middle_ps - e->bit_ps / 16) ==
           wire_level(e->wire, middle_ps + e->bit_ps / 8);
}

static bool bit_at(const struct serial_ear *e, int64_t start_ps, int bit)
{
    return wire_level(e->wire, start_ps + (2 * bit + 1) * e->bit_ps / 2);
}

bool serial_hear(struct serial_ear *e, int64_t now_ps, struct serial_byte *byte)
{
    for (;;) {
        int64_t start_ps = wire_next_fall(e->wire, e->from_ps);

        if (start_ps == WIRE_NEVER || start_ps + 10 * e->bit_ps > now_ps)
            return false;
        if (bit_at(e, start_ps, 0)) {
            e->from_ps = start_ps + 1; /* a spike */
            continue;
        }
        *byte = (struct serial_byte){ .at_ps = start_ps };
        for (int i = 0; i < 8; i++)
            byte->value = (uint8_t)(byte->value | bit_at(e, start_ps, i + 1) << i);
        byte->framing_error = !bit_at(e, start_ps, 9);
        for (int i = 1; i < 10; i++)
            byte->framing_error = byte->framing_error || !bit_certain(e, start_ps, i);
        e->from_ps = start_ps + 19 * e->bit_ps / 2;
        wire_forget(e->wire, e->from_ps);
        return true;
    }
}

void serial_mouth_init(struct serial_mouth *m, struct wire *wire, double baud)
{
    *m = (struct serial_mouth){ .wire = wire, .bit_ps = llround(PS_PER_S / baud) };
}

void serial_say(struct serial_mouth *m, int64_t now_ps, uint8_t byte)
{
    int64_t at_ps = m->free_ps > now_ps ? m->free_ps : now_ps;

    wire_drive(m->wire, at_ps, false);
    for (int i = 0; i < 8; i++)
        wire_drive(m->wire, at_ps + (i + 1) * m->bit_ps, (byte >> i) & 1);
    wire_drive(m->wire, at_ps + 9 * m->bit_ps, true);
    m->free_ps = at_ps + 10 * m->bit_ps;
}
