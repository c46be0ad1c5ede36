/* Finds frames in a byte stream, one byte at a time.
 *
 * Aligned, it takes each frame's length from its header. After a bad frame it hunts: the last
 * bytes stay in a window, and at every further byte each known frame type is tried on the
 * window's end. A flipped bit costs the frame it hit; a lost or extra byte too, and no more.
 * While hunting, a frame is accepted only with the round number of the present round, so that
 * chance must match 8 header bits and 16 CRC bits at once.
 *
 * decoder_byte() takes at most three CRC runs over a frame (hunting) and may be called from an
 * ISR. */
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
    uint8_t frame[FRAME_SIZE_MAX];
    uint8_t size;                  /* of frame */
    uint8_t fill;                  /* bytes held; hunting: also the ring position, 1..31 */
    uint8_t need;
    uint8_t round;
    bool hunting;
    uint16_t crc;
};

/* Start of a stream whose first byte is a header; frames must carry this round number. */
void decoder_start(struct decoder *d, uint8_t round);

enum decode_result decoder_byte(struct decoder *d, uint8_t byte);

#endif
