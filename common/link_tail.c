/* What the last board adds behind the round, over the return wire to the leader. */
#include "common/link.h"

#include <string.h>

#define QUEUE_MASK (LINK_QUEUE_SIZE - 1u)

_Static_assert(EXT_PIECES *FRAME_STREAM_SIZE < LINK_QUEUE_SIZE, "all pieces fit at once");

/* While idle nothing but this touches the queue. Interrupts off. */
static void push_piece(struct link *l, const uint8_t frame[FRAME_STREAM_SIZE])
{
    for (uint8_t i = 0; i < FRAME_STREAM_SIZE; i++) {
        l->queue[l->queue_in] = frame[i];
        l->queue_in = (uint8_t)(l->queue_in + 1u) & QUEUE_MASK;
    }
}

static void start(struct link *l)
{
    l->state = LINK_TAIL;
    hal_link_resume(l->trim.divisor);
    hal_link_drain(true);
}

/* Piece by piece, since a break must not wait for all of them; it also empties the queue. */
bool link_send_tail(struct link *l, const uint8_t parcel[EXT_PARCEL_SIZE])
{
    struct frame_ext ext = { .round = l->round };
    uint8_t frame[FRAME_STREAM_SIZE];
    bool idle = true;

    for (; idle && ext.piece < EXT_PIECES; ext.piece++) {
        uint8_t irq;
        memcpy(ext.data, &parcel[ext.piece * FRAME_EXT_DATA], FRAME_EXT_DATA);
        frame_ext_encode(frame, &ext);
        irq = hal_irq_save();
        idle = l->state == LINK_IDLE && l->ended;
        if (idle)
            push_piece(l, frame);
        if (idle && ext.piece == EXT_PIECES - 1u)
            start(l);
        hal_irq_restore(irq);
    }
    return idle;
}
