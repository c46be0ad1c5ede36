#include "protocol/decoder.h"

#include "protocol/crc.h"

#define WINDOW_MASK (DECODER_WINDOW - 1u)

static void next_frame(struct decoder *d)
{
    d->hunting = false;
    d->fill = 0;
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

static enum decode_result accept(struct decoder *d, const uint8_t *frame, uint8_t size)
{
    bool present = frame_round_of(frame[0]) == d->round;

    d->frame = frame;
    d->size = size;
    next_frame(d);
    return present ? DECODE_FRAME : DECODE_STALE;
}

static enum decode_result aligned(struct decoder *d, uint8_t count)
{
    if (d->fill == 0) {
        d->need = frame_size(d->bytes[0]);
        if (d->need == 0) {
            d->fill = count;
            return start_hunting(d);
        }
    }
    d->fill = (uint8_t)(d->fill + count);
    if (d->fill < d->need)
        return DECODE_NONE;
    if (crc_run(d->bytes, d->need) != CRC_RESIDUE)
        return start_hunting(d);
    return accept(d, d->bytes, d->need);
}

static bool window_ends_with(struct decoder *d, enum frame_type type, uint8_t size)
{
    uint8_t start = (uint8_t)(d->fill - size);

    if (d->fill < size)
        return false;
    if (d->bytes[start & WINDOW_MASK] != frame_header(type, d->round))
        return false;
    for (uint8_t i = 0; i < size; i++)
        d->found[i] = d->bytes[(uint8_t)(start + i) & WINDOW_MASK];
    return frame_valid(d->found, size);
}

/* START and HOP have a fixed place right behind the sync and are never hunted for. */
static enum decode_result hunting(struct decoder *d)
{
    static const struct {
        uint8_t type;
        uint8_t size;
    } streamed[] = {
        { FRAME_CELL, FRAME_CELL_SIZE },
        { FRAME_SENSOR, FRAME_SENSOR_SIZE },
        { FRAME_END, FRAME_END_SIZE },
    };

    d->fill++;
    if (d->fill == 2u * DECODER_WINDOW)
        d->fill = DECODER_WINDOW;
    for (uint8_t i = 0; i < sizeof streamed / sizeof streamed[0]; i++)
        if (window_ends_with(d, (enum frame_type)streamed[i].type, streamed[i].size))
            return accept(d, d->found, streamed[i].size);
    return DECODE_NONE;
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
