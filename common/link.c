#include "common/link.h"

#include <string.h>

#include "common/apart.h"
#include "common/link_parts.h"
#include "protocol/bytes.h"
#include "protocol/crc.h"

#define QUEUE_MASK (LINK_QUEUE_SIZE - 1u)
#define HEAD_SIZE (FRAME_START_SIZE + FRAME_HOP_SIZE)
#define QUEUE_START (FRAME_STREAM_SIZE - HEAD_SIZE % FRAME_STREAM_SIZE)
#define SILENT_TICKS 2u
/* 0.98 s: longer than a round of 255 boards. Who hunts for longer hears no chain but noise, and would keep the
 * boards behind it in a silence for which they blame the next wire. */
#define HUNT_TICKS 60u
/* 0.2 s. Who has hunted for so long and then hears nothing has kept those behind it waiting too: with the 0.99 s
 * to Begin's next round they would wait for more than the 1.25 s that make a head. A round that lost its END is
 * silent in 0.05 s. */
#define HUNT_TELLS 12u

_Static_assert(LINK_QUEUE_SIZE % FRAME_STREAM_SIZE == 0, "no frame wraps round");

void link_count(uint16_t *counter)
{
    if (*counter != UINT16_MAX)
        (*counter)++;
}

APART void link_set_state(struct link *l, enum link_state state)
{
    l->state = state;
    l->head_fill = 0;
    l->collected = 0;
    l->silent_ticks = 0;
    l->hunt_ticks = 0;
}

APART void link_tell(struct link *l, enum link_event event)
{
    l->events |= (uint8_t)event;
    hal_link_event();
}

/* ---- queue: bytes on their way out ------------------------------------------------------- */

APART static void clear_queue(struct link *l)
{
    l->queue_in = l->queue_out = QUEUE_START;
}

static bool queue_empty(const struct link *l)
{
    return l->queue_in == l->queue_out;
}

void link_push_frame(struct link *l, const uint8_t *frame, uint8_t size)
{
    uint8_t in = l->queue_in;

    while (size--) {
        l->queue[in] = *frame++;
        in = (uint8_t)(in + 1u) & QUEUE_MASK;
    }
    l->queue_in = in;
}

static inline uint8_t queue_fill(const struct link *l)
{
    return (uint8_t)(l->queue_in - l->queue_out) & QUEUE_MASK;
}

/* Room for a frame, and for the next one to be received in place. */
static inline bool frame_fits(const struct link *l)
{
    return queue_fill(l) < LINK_QUEUE_SIZE - 2u * FRAME_STREAM_SIZE;
}

/* In the stream one byte out for each byte in keeps the pipe full without a transmit interrupt per byte. */
void link_pump(struct link *l)
{
    uint8_t byte;

    if (hal_link_ready() && link_take_byte(l, &byte))
        hal_link_send(byte);
}

/* ---- ends of a round ----------------------------------------------------------------------- */

APART static void tell_done(struct link *l)
{
    if (l->command_in.full)
        l->events |= LINK_COMMAND;
    link_tell(l, LINK_ROUND_DONE);
}

static void go_idle(struct link *l)
{
    bool tail = l->state == LINK_TAIL;

    link_set_state(l, LINK_IDLE);
    clear_queue(l);
    hal_link_drain(false);
    hal_link_idle();
    if (!tail)
        tell_done(l);
}

static void start_draining(struct link *l)
{
    link_set_state(l, LINK_DRAIN);
    hal_link_drain(true);
}

/* In the stream the bytes that come in set the pace, once HOP has left. */
static bool paced_by_input(const struct link *l)
{
    return (l->state == LINK_STREAM || l->state == LINK_HUNT) && queue_fill(l) <= l->own_bytes;
}

static bool only_sends(const struct link *l)
{
    return l->state == LINK_DRAIN || l->state == LINK_TAIL;
}

void link_drain(struct link *l)
{
    if (!queue_empty(l) && !paced_by_input(l)) {
        link_pump(l);
        return;
    }
    hal_link_drain(false);
    if (only_sends(l))
        hal_link_notify_sent();
}

void link_sent(struct link *l)
{
    if (!only_sends(l))
        return;
    if (!l->leader) {
        go_idle(l);
        return;
    }
    l->state = LINK_RETURN; /* nothing else: a frame may be on its way in */
    tell_done(l);
}

/* What is queued is not sent any more: the next board hears the same silence, may be idle already, and would
 * take a byte for a break. */
static void fell_silent(struct link *l)
{
    link_count(&l->counters.bad_syncs);
    go_idle(l);
}

/* By a break the boards behind know that the wire to them is good. */
static void give_up_hunting(struct link *l)
{
    link_count(&l->counters.bad_syncs);
    link_start_break(l);
}

APART void link_tick(struct link *l)
{
    if (l->leader || l->state == LINK_IDLE || (only_sends(l) && !queue_empty(l)))
        return;
    if (l->heading || l->state == LINK_WAIT)
        link_head_tick(l);
    else if (l->state == LINK_HUNT && ++l->hunt_ticks >= HUNT_TICKS)
        give_up_hunting(l);
    else if (l->activity != l->activity_before) {
        l->activity_before = l->activity;
        l->silent_ticks = 0;
    } else if (++l->silent_ticks >= SILENT_TICKS) {
        if (l->hunt_ticks >= HUNT_TELLS)
            give_up_hunting(l);
        else
            fell_silent(l);
    }
}

void link_break_lasts(struct link *l)
{
    link_tell(l, LINK_BREAK_LASTS);
}

/* ---- break and sync ------------------------------------------------------------------------- */

void link_start_break(struct link *l)
{
    link_set_state(l, LINK_BREAK);
    clear_queue(l);
    l->number = 0;
    l->hop_good = false;
    l->ended = false;
    l->own_ready = false;
    l->heading = false;
    l->origin = LINK_FROM_NOBODY;
    hal_link_drain(false);
    hal_link_break();
    board_break_started(l);
    link_tell(l, LINK_BREAK_SEEN);
}

void link_break_seen(struct link *l)
{
    if (!l->leader)
        link_start_break(l);
}

void link_edges(struct link *l, const uint16_t edges[SYNC_EDGES])
{
    if (l->leader || l->state != LINK_BREAK || !trim_measure(&l->trim, edges))
        return;
    link_set_state(l, LINK_START);
    l->heading = false;
    l->head_crc = CRC_INIT;
    hal_link_release(l->trim.divisor);
    trim_settle(&l->trim); /* while the delimiter runs */
}

void link_open(struct link *l)
{
    (void)l;
    hal_link_drain(true);
}

/* ---- stream: checked frames --------------------------------------------------------------- */

/* Numbers fall from this board's own towards 1, so a repeated or late frame shows. */
static inline bool in_order(struct link *l, const uint8_t *frame)
{
    if (frame_type_of(frame[0]) != FRAME_CELL)
        return true;
    if (frame[1] == 0 || (l->last_cell != 0 && frame[1] >= l->last_cell))
        return false;
    l->last_cell = frame[1];
    return true;
}

static void command_arrived(struct link *l, const uint8_t *frame)
{
    if (frame[FRAME_COMMAND_TARGET] == LINK_COMMAND_ALL || frame[FRAME_COMMAND_TARGET] == l->number)
        link_fill_slot(&l->command_in, frame);
}

/* The frame lies at the end of the queue: it is passed on by counting it in. */
static void frame_complete(struct link *l, const uint8_t *frame)
{
    if (!in_order(l, frame) || !frame_fits(l)) {
        link_count(&l->counters.stale_frames);
        return;
    }
    l->counters.frames++;
    l->queue_in = (uint8_t)(l->queue_in + FRAME_STREAM_SIZE) & QUEUE_MASK;
    board_frame_received(l, frame);
    if (frame_type_of(frame[0]) == FRAME_COMMAND)
        command_arrived(l, frame);
    if (frame_type_of(frame[0]) == FRAME_END) {
        l->counters.rounds++;
        l->ended = true;
        start_draining(l);
    }
}

/* ---- what a receiver brings ---------------------------------------------------------------- */

/* A frame found by hunting goes where it would have been received. */
static enum decode_result hunt(struct link *l)
{
    enum decode_result result = decoder_hunt(&l->decoder, l->byte_in);

    if (result != DECODE_NONE)
        link_set_state(l, LINK_STREAM);
    if (result == DECODE_FRAME)
        memcpy(&l->queue[l->queue_in], l->decoder.bytes, FRAME_STREAM_SIZE);
    return result;
}

/* A function of its own: the interrupt of a whole frame is not to pay for its registers. */
__attribute__((noinline)) static enum decode_result single_byte(struct link *l)
{
    switch (l->state) {
    case LINK_START:
    case LINK_HOP:
        link_head_byte(l, l->state == LINK_HOP, l->byte_in);
        break;
    case LINK_HUNT:
        return hunt(l);
    case LINK_IDLE:
    case LINK_BREAK:
    case LINK_STREAM:
    case LINK_DRAIN:
    case LINK_RETURN:
    case LINK_TAIL:
    case LINK_WAIT:
        break;
    }
    return DECODE_NONE;
}

static enum decode_result look(struct link *l, const uint8_t *frame)
{
    if (!link_wants_frames(l))
        return single_byte(l);
    return decoder_frame(&l->decoder, frame);
}

void link_collected(struct link *l)
{
    const uint8_t *frame = &l->queue[l->queue_in]; /* received or, hunting, put there */

    l->activity++;
    switch (look(l, frame)) {
    case DECODE_NONE:
        break;
    case DECODE_FRAME:
        frame_complete(l, frame);
        break;
    case DECODE_BAD:
        link_count(&l->counters.bad_frames);
        link_set_state(l, LINK_HUNT);
        break;
    case DECODE_STALE:
        link_count(&l->counters.stale_frames);
        break;
    }
    link_pump(l);
}

void link_line_error(struct link *l)
{
    link_count(&l->counters.line_errors);
}

/* ---- main loop ------------------------------------------------------------------------------ */

void link_init(struct link *l, uint8_t factory_trim)
{
    *l = (struct link){ .state = LINK_IDLE, .queue_in = QUEUE_START, .queue_out = QUEUE_START };
    l->not_returned = LINK_ROUNDS_CLOSED;
    trim_init(&l->trim, factory_trim);
}

void link_set_reading(struct link *l, uint16_t mv, int16_t dc, uint8_t flags)
{
    uint8_t irq = hal_irq_save();
    l->own.mv = mv;
    l->own.dc = dc;
    l->own.flags = flags;
    l->own_ready = true;
    hal_irq_restore(irq);
}

uint8_t link_take_events(struct link *l)
{
    uint8_t irq = hal_irq_save();
    uint8_t events = l->events;
    l->events = 0;
    hal_irq_restore(irq);
    return events;
}

bool link_take_command(struct link *l, uint8_t body[LINK_COMMAND_BODY])
{
    uint8_t irq = hal_irq_save();
    bool full = l->command_in.full;

    memcpy(body, &l->command_in.frame[FRAME_COMMAND_TARGET], LINK_COMMAND_BODY);
    l->command_in.full = false;
    hal_irq_restore(irq);
    return full;
}

void link_send_reply(struct link *l, uint8_t sequence_status, uint32_t value)
{
    uint8_t irq = hal_irq_save();
    uint8_t *frame = l->reply_out.frame;

    frame[0] = frame_header(FRAME_REPLY, 0);
    frame[1] = l->number;
    frame[2] = sequence_status;
    frame[3] = (uint8_t)(value >> 16);
    put_u16(&frame[4], (uint16_t)value);
    l->reply_out.full = true;
    hal_irq_restore(irq);
}

void link_send_command(struct link *l, const struct frame_command *command)
{
    uint8_t irq = hal_irq_save();

    frame_command_encode(l->command_out.frame, command);
    l->command_out.full = true;
    hal_irq_restore(irq);
}
