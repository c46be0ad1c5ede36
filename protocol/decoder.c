#include "protocol/decoder.h"

#include <string.h>

#include "protocol/crc.h"

#define WINDOW_MASK (DECODER_WINDOW - 1u)

static void next_frame(struct decoder *d)
{
    d->hunting = false;
    d->fill = 0;
    d->crc = CRC_INIT;
}

void decoder_start(struct decoder *d, uint8_t round)
{
    next_frame(d);
    d->round = round;
    d->size = 0;
}

/* Aligned bytes lie at 0..fill-1, which is also where the hunting ring expects them. */
static enum decode_result start_hunting(struct decoder *d)
{
    d->hunting = true;
    return DECODE_BAD;
}

static enum decode_result accept(struct decoder *d)
{
    bool present = frame_round_of(d->frame[0]) == d->round;
    next_frame(d);
    return present ? DECODE_FRAME : DECODE_STALE;
}

static enum decode_result aligned_byte(struct decoder *d, uint8_t byte)
{
    d->bytes[d->fill++] = byte;
    if (d->fill == 1) {
        d->need = frame_size(byte);
        if (d->need == 0)
            return start_hunting(d);
    }
    d->crc = crc_update(d->crc, byte);
    if (d->fill < d->need)
        return DECODE_NONE;
    if (d->crc != CRC_RESIDUE)
        return start_hunting(d);
    d->size = d->need;
    memcpy(d->frame, d->bytes, d->size);
    return accept(d);
}

static bool window_ends_with(struct decoder *d, enum frame_type type, uint8_t size)
{
    uint8_t start = (uint8_t)(d->fill - size);

    if (d->fill < size)
        return false;
    if (d->bytes[start & WINDOW_MASK] != frame_header(type, d->round))
        return false;
    for (uint8_t i = 0; i < size; i++)
        d->frame[i] = d->bytes[(uint8_t)(start + i) & WINDOW_MASK];
    d->size = size;
    return frame_valid(d->frame, size);
}

/* START and HOP have a fixed place right behind the sync and are never hunted for. */
static enum decode_result hunting_byte(struct decoder *d, uint8_t byte)
{
    d->bytes[d->fill++ & WINDOW_MASK] = byte;
    if (d->fill == 2u * DECODER_WINDOW)
        d->fill = DECODER_WINDOW;
    if (window_ends_with(d, FRAME_CELL, FRAME_CELL_SIZE) ||
        window_ends_with(d, FRAME_SENSOR, FRAME_SENSOR_SIZE) ||
        window_ends_with(d, FRAME_END, FRAME_END_SIZE))
        return accept(d);
    return DECODE_NONE;
}

enum decode_result decoder_byte(struct decoder *d, uint8_t byte)
{
    return d->hunting ? hunting_byte(d, byte) : aligned_byte(d, byte);
}
