/* Finds frames in a byte stream, one byte at a time.
 *
 * Aligned, it takes each frame's length from its header. After a bad frame it hunts: the last
 * bytes stay in a window, and at every further byte each known frame type is tried on the
 * window's end. A flipped bit costs the frame it hit; a lost or extra byte too, and no more,
 * unless what is then read as a header is that of a SENSOR frame and hides the next CELL frame.
 * While hunting, a frame is accepted only with the round number of the present round, so that
 * chance must match 8 header bits and 16 CRC bits at once.
 *
 * A call takes at most three CRC runs over a frame (hunting) and may be made from an ISR. */
#ifndef PROTOCOL_DECODER_H
#define PROTOCOL_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/frame.h"

#define DECODER_WINDOW 16u

enum decode_result {
    DECODE_NONE,   /* frame not complete */
    DECODE_FRAME,  /* decoder_frame() holds a good frame of this round */
    DECODE_BAD,    /* a frame was lost here: bad header or CRC. Reported once until the next good one */
    DECODE_STALE,  /* good CRC, but another round's number: dropped */
};

struct decoder {
    uint8_t bytes[DECODER_WINDOW]; /* aligned: frame so far; hunting: ring of the last bytes */
    uint8_t found[FRAME_SIZE_MAX]; /* hunting: the window's end in a row */
    const uint8_t *frame;          /* the good frame, until the next byte is put in place */
    uint8_t size;                  /* of frame */
    uint8_t fill;                  /* bytes held; hunting: also the ring position, 1..31 */
    uint8_t need;
    uint8_t round;
    bool hunting;
};

/* Start of a stream whose first byte is a header; frames must carry this round number. */
void decoder_start(struct decoder *d, uint8_t round);

enum decode_result decoder_byte(struct decoder *d, uint8_t byte);

/* The same in two steps, for a receiver that stores bytes itself: up to decoder_wanted() (at least
 * 1) bytes may be put at decoder_place(), then decoder_collected() takes that many. */
static inline uint8_t decoder_wanted(const struct decoder *d)
{
    if (d->hunting)
        return 1;
    return d->fill == 0 ? FRAME_STREAM_SIZE_MIN : (uint8_t)(d->need - d->fill);
}

static inline uint8_t *decoder_place(struct decoder *d)
{
    return &d->bytes[d->fill & (DECODER_WINDOW - 1u)];
}

enum decode_result decoder_collected(struct decoder *d, uint8_t count);

#endif
