#include "protocol/decoder.h"

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

static bool is_streamed(uint8_t header)
{
    return frame_size(header) == FRAME_STREAM_SIZE;
}

static enum decode_result accept(struct decoder *d, const uint8_t *frame)
{
    d->frame = frame;
    next_frame(d);
    return frame_round_of(frame[0]) == d->round ? DECODE_FRAME : DECODE_STALE;
}

/* The eight bytes held are the hunting ring as they lie, oldest first. */
static enum decode_result aligned(struct decoder *d, uint8_t count)
{
    d->fill = (uint8_t)(d->fill + count);
    if (d->fill < FRAME_STREAM_SIZE)
        return DECODE_NONE;
    if (is_streamed(d->bytes[0]) && crc_run(d->bytes, FRAME_STREAM_SIZE) == CRC_RESIDUE)
        return accept(d, d->bytes);
    d->hunting = true;
    d->fill = 0;
    return DECODE_BAD;
}

static enum decode_result hunting(struct decoder *d)
{
    uint8_t header;

    d->fill = (uint8_t)(d->fill + 1u) & RING_MASK;
    header = d->bytes[d->fill];
    if (!is_streamed(header) || frame_round_of(header) != d->round)
        return DECODE_NONE;
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++)
        d->found[i] = d->bytes[(uint8_t)(d->fill + i) & RING_MASK];
    if (crc_run(d->found, FRAME_STREAM_SIZE) != CRC_RESIDUE)
        return DECODE_NONE;
    return accept(d, d->found);
}

enum decode_result decoder_collected(struct decoder *d, uint8_t count)
{
    return d->hunting ? hunting(d) : aligned(d, count);
}

enum decode_result decoder_byte(struct decoder *d, uint8_t byte)
{
    *decoder_place(d) = byte;
    return decoder_collected(d, 1);
}
