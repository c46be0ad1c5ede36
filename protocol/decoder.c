#include "protocol/decoder.h"

#include <string.h>

#include "protocol/crc.h"

#define RING_MASK (FRAME_STREAM_SIZE - 1u)

static void next_frame(struct decoder *d)
{
    d->hunting = false;
    d->fill = 0;
}

void decoder_start(struct decoder *d, uint8_t round)
{
    next_frame(d);
    d->round = round;
    d->frame = d->bytes;
}

static enum decode_result accept(struct decoder *d, const uint8_t *frame)
{
    d->frame = frame;
    return frame_round_of(frame[0]) == d->round ? DECODE_FRAME : DECODE_STALE;
}

enum decode_result decoder_frame(struct decoder *d, const uint8_t bytes[FRAME_STREAM_SIZE])
{
    if (frame_is_streamed(bytes[0]) && crc_run(bytes, FRAME_STREAM_SIZE) == CRC_RESIDUE)
        return accept(d, bytes);
    /* the eight bytes are the hunting ring as they lie, oldest first */
    if (bytes != d->bytes)
        memcpy(d->bytes, bytes, FRAME_STREAM_SIZE);
    d->hunting = true;
    d->fill = 0;
    return DECODE_BAD;
}

enum decode_result decoder_hunt(struct decoder *d, uint8_t byte)
{
    uint8_t header;

    d->bytes[d->fill] = byte;
    d->fill = (uint8_t)(d->fill + 1u) & RING_MASK;
    header = d->bytes[d->fill];
    if (!frame_is_streamed(header) || frame_round_of(header) != d->round)
        return DECODE_NONE;
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        d->found[i] = d->bytes[(uint8_t)(d->fill + i) & RING_MASK];
    if (crc_run(d->found, FRAME_STREAM_SIZE) != CRC_RESIDUE)
        return DECODE_NONE;
    next_frame(d);
    return accept(d, d->found);
}

enum decode_result decoder_byte(struct decoder *d, uint8_t byte)
{
    if (d->hunting)
        return decoder_hunt(d, byte);
    d->bytes[d->fill++] = byte;
    if (d->fill < FRAME_STREAM_SIZE)
        return DECODE_NONE;
    d->fill = 0;
    return decoder_frame(d, d->bytes);
}
