/* Finds the frames behind HOP in the byte stream, all of eight bytes.
 *
 * Aligned, it takes eight bytes at a time. After a bad frame it hunts: the last bytes stay in a
 * window, and at every further byte the window's end is tried. A flipped bit costs the frame it hit;
 * a lost or extra byte too, and no more. While hunting, a frame is accepted only with a header of
 * the present round, so that chance must match 6 header bits and 16 CRC bits at once.
 *
 * A call takes at most one CRC run over a frame and may be made from an ISR. */
#ifndef PROTOCOL_DECODER_H
#define PROTOCOL_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/frame.h"

enum decode_result {
    DECODE_NONE,  /* frame not complete */
    DECODE_FRAME, /* a good frame of this round, until the next byte is put in place */
    DECODE_BAD, /* a frame was lost here: bad header or CRC. Reported once until the next good one */
    DECODE_STALE, /* good CRC, but another round's number: dropped */
};

struct decoder {
    /* aligned: room for a frame; hunting: the last bytes, oldest first. A receiver may find the end
     * of a frame by its address. */
    _Alignas(FRAME_STREAM_SIZE) uint8_t bytes[FRAME_STREAM_SIZE];
    uint8_t fill; /* decoder_byte(): bytes held */
    uint8_t round;
    bool hunting;
};

/* Start of a stream whose first byte is a header; frames must carry this round number. */
void decoder_start(struct decoder *d, uint8_t round);
/* Start anywhere: hunting from the next byte on. */
void decoder_start_hunting(struct decoder *d, uint8_t round);

/* A good frame of decoder_byte() and decoder_hunt() lies in decoder.bytes. */
enum decode_result decoder_byte(struct decoder *d, uint8_t byte);

/* The same for a receiver that stores bytes itself: while not hunting, eight at a time, which stay
 * where they are (decoder.bytes or elsewhere). */
enum decode_result decoder_frame(struct decoder *d, const uint8_t bytes[FRAME_STREAM_SIZE]);
/* While hunting, byte by byte. */
enum decode_result decoder_hunt(struct decoder *d, uint8_t byte);

#endif
