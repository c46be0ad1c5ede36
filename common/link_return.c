/* The leader's ear: its own round, coming back from the last board. And the receiver that stores byte
 * by byte, for both kinds of board. */
#include "common/link.h"
#include "common/switches.h"
#include "protocol/crc.h"

#include "protocol/bytes.h"

uint8_t *link_return_place(struct link *l)
{
    return l->decoder.hunting ? &l->byte_in : l->decoder.bytes;
}

/* For this board, for another, or for all: these two go into the next round. One that Begin has issued has
 * been everywhere. */
static void command_returned(struct link *l, const uint8_t *frame)
{
    if (frame[FRAME_COMMAND_INFO] & FRAME_COMMAND_ISSUED)
        return;
    if (frame[FRAME_COMMAND_TARGET] == LINK_COMMAND_ALL || frame[FRAME_COMMAND_TARGET] == l->number)
        link_fill_slot(&l->command_in, frame);
    if (frame[FRAME_COMMAND_TARGET] != l->number)
        link_fill_slot(&l->command_out, frame);
}

/* The rounds of a section's head come back as well, and say 0. */
static bool is_own(const struct link *l, const uint8_t *end)
{
    return get_u32(&end[2]) == l->counters.rounds;
}

static void round_returned(struct link *l)
{
    l->returned = true;
    l->counters.returned++;
}

static void frame_returned(struct link *l, const uint8_t *frame)
{
    enum frame_type type = frame_type_of(frame[0]);

    l->counters.frames++;
    if (type == FRAME_CELL)
        l->cells++;
    if (type == FRAME_COMMAND)
        command_returned(l, frame);
    if (l->command_in.full) {
        l->events |= LINK_COMMAND;
        hal_link_event();
    }
    if (type == FRAME_END && is_own(l, frame))
        round_returned(l);
    if (type == FRAME_END) /* what follows is EXT, or a section's round with its head */
        decoder_start_hunting(&l->decoder, l->round);
}

/* The decoder's eight bytes, whether it reads in step or hunts. It does not know these frames: no
 * follower may take one. */
static bool is_piece(const struct decoder *d)
{
    return d->bytes[0] == frame_header(FRAME_EXT, d->round) &&
           crc_run(d->bytes, FRAME_STREAM_SIZE) == CRC_RESIDUE;
}

static bool took_piece(struct link *l)
{
    if (!is_piece(&l->decoder))
        return false;
    l->decoder.hunting = false;
    board_frame_received(l, l->decoder.bytes);
    return true;
}

enum link_came link_lead_look(const struct link *l)
{
    if (l->chain_cells > LINK_REPEAT_CELLS)
        return LINK_CAME_LATE;
    if (!l->returned && l->not_returned >= LINK_ROUNDS_CLOSED)
        return switches_cells_max(l->start.switches) > LINK_REPEAT_CELLS ? LINK_CAME_WHOLE
                                                                         : LINK_CAME_SHORT;
    return l->cells >= l->chain_cells ? LINK_CAME_WHOLE : LINK_CAME_SHORT;
}

void link_lead_rest(struct link *l)
{
    uint8_t irq = hal_irq_save();

    if (l->state == LINK_RETURN) {
        l->state = LINK_IDLE;
        hal_link_idle();
    }
    hal_irq_restore(irq);
}

void link_return_collected(struct link *l)
{
    struct decoder *d = &l->decoder;

    if (l->state != LINK_DRAIN && l->state != LINK_RETURN)
        return;
    switch (d->hunting ? decoder_hunt(d, l->byte_in) : decoder_frame(d, d->bytes)) {
    case DECODE_NONE:
        took_piece(l);
        break;
    case DECODE_STALE:
        break;
    case DECODE_FRAME:
        frame_returned(l, d->bytes);
        break;
    case DECODE_BAD:
        if (!took_piece(l) && l->counters.bad_frames != UINT16_MAX)
            l->counters.bad_frames++;
        break;
    }
}

static void returned_byte(struct link *l, uint8_t byte)
{
    link_return_place(l)[l->collected++] = byte;
    if (!l->decoder.hunting && l->collected < FRAME_STREAM_SIZE)
        return;
    l->collected = 0;
    link_return_collected(l);
}

/* Sends on what it can at every byte, as a receiver that stores bytes itself does. */
static void follower_byte(struct link *l, uint8_t byte)
{
    link_place(l)[l->collected++] = byte;
    if (l->collected < link_wanted(l)) {
        link_pump(l);
        return;
    }
    l->collected = 0;
    link_collected(l);
}

void link_byte(struct link *l, uint8_t byte, bool line_error)
{
    if (line_error)
        link_line_error(l);
    if (l->leader)
        returned_byte(l, byte);
    else
        follower_byte(l, byte);
}
