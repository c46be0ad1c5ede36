#include "protocol/decoder.h"

#include <string.h>

#include "protocol/crc.h"

#define LAST (FRAME_STREAM_SIZE - 1u)

void decoder_start(struct decoder *d, uint8_t round)
{
    d->hunting = false;
    d->fill = 0;
    d->round = round;
}

void decoder_start_hunting(struct decoder *d, uint8_t round)
{
    decoder_start(d, round);
    memset(d->bytes, 0, sizeof d->bytes); /* 0 is no header */
    d->hunting = true;
}

/* Upwards, so that the window can move down in place; the library's memmove() is for both ways. */
static void move_down(uint8_t *to, const uint8_t *from, uint8_t size)
{
    while (size--)
        *to++ = *from++;
}

static inline bool is_good(const uint8_t *frame)
{
    if (!frame_is_streamed(frame[0]))
        return false;
    return crc_run(frame, FRAME_STREAM_SIZE) == CRC_RESIDUE;
}

enum decode_result decoder_frame(struct decoder *d, const uint8_t bytes[FRAME_STREAM_SIZE])
{
    if (is_good(bytes))
        return frame_round_of(bytes[0]) == d->round ? DECODE_FRAME : DECODE_STALE;
    move_down(d->bytes, bytes, FRAME_STREAM_SIZE);
    d->hunting = true;
    return DECODE_BAD;
}

enum decode_result decoder_hunt(struct decoder *d, uint8_t byte)
{
    move_down(d->bytes, d->bytes + 1, LAST);
    d->bytes[LAST] = byte;
    if (frame_round_of(d->bytes[0]) != d->round || !is_good(d->bytes))
        return DECODE_NONE;
    d->hunting = false;
    return DECODE_FRAME;
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
