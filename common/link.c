#include "common/link.h"

#include <string.h>

#include "common/apart.h"
#include "common/identity.h"
#include "protocol/bytes.h"
#include "protocol/crc.h"

#define QUEUE_MASK (LINK_QUEUE_SIZE - 1u)
#define HEAD_SIZE (FRAME_START_SIZE + FRAME_HOP_SIZE)
#define QUEUE_START (FRAME_STREAM_SIZE - HEAD_SIZE % FRAME_STREAM_SIZE)
#define SILENT_TICKS 2u
/* 0.33 s: with the watchdog's second, 10 % too short, longer than the silence between two rounds of Begin
 * (0.99 s less the round) or of a head (1.13 s and a break). */
#define HEAD_WAIT_TICKS 20u
/* 0.98 s: longer than a round of 255 boards. Who hunts for longer hears no chain but noise, and would keep the
 * boards behind it in a silence for which they blame the next wire. */
#define HUNT_TICKS 60u
#define HEAD_BREAK_TICKS 3u /* 33..49 ms: measuring takes 16 ms */

_Static_assert(LINK_QUEUE_SIZE % FRAME_STREAM_SIZE == 0, "no frame wraps round");

static void count(uint16_t *counter)
{
    if (*counter != UINT16_MAX)
        (*counter)++;
}

APART static void set_state(struct link *l, enum link_state state)
{
    l->state = state;
    l->head_fill = 0;
    l->collected = 0;
    l->silent_ticks = 0;
    l->hunt_ticks = 0;
}

static void tell(struct link *l, enum link_event event)
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

static void push(struct link *l, uint8_t byte)
{
    l->queue[l->queue_in] = byte;
    l->queue_in = (uint8_t)(l->queue_in + 1u) & QUEUE_MASK;
}

static void push_frame(struct link *l, const uint8_t *frame, uint8_t size)
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
    tell(l, LINK_ROUND_DONE);
}

static void go_idle(struct link *l)
{
    bool tail = l->state == LINK_TAIL;

    set_state(l, LINK_IDLE);
    clear_queue(l);
    hal_link_drain(false);
    hal_link_idle();
    if (!tail)
        tell_done(l);
}

static void start_draining(struct link *l)
{
    set_state(l, LINK_DRAIN);
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

static void fell_silent(struct link *l)
{
    count(&l->counters.bad_syncs);
    if (l->state == LINK_START || l->state == LINK_BREAK)
        go_idle(l);
    else
        start_draining(l);
}

static void head_tick(struct link *l);
static void start_break(struct link *l);

/* By a break the boards behind know that the wire to them is good. */
static void give_up_hunting(struct link *l)
{
    count(&l->counters.bad_syncs);
    start_break(l);
}

APART void link_tick(struct link *l)
{
    if (l->leader || l->state == LINK_IDLE || only_sends(l))
        return;
    if (l->heading || l->state == LINK_WAIT)
        head_tick(l);
    else if (l->state == LINK_HUNT && ++l->hunt_ticks >= HUNT_TICKS)
        give_up_hunting(l);
    else if (l->activity != l->activity_before) {
        l->activity_before = l->activity;
        l->silent_ticks = 0;
    } else if (++l->silent_ticks >= SILENT_TICKS) {
        fell_silent(l);
    }
}

/* ---- break and sync ------------------------------------------------------------------------- */

static void start_break(struct link *l)
{
    set_state(l, LINK_BREAK);
    clear_queue(l);
    l->number = 0;
    l->hop_good = false;
    l->own_ready = false;
    l->heading = false;
    l->origin = LINK_FROM_NOBODY;
    hal_link_drain(false);
    hal_link_break();
    tell(l, LINK_BREAK_SEEN);
}

void link_break_seen(struct link *l)
{
    if (!l->leader)
        start_break(l);
}

void link_edges(struct link *l, const uint16_t edges[SYNC_EDGES])
{
    if (l->leader || l->state != LINK_BREAK || !trim_measure(&l->trim, edges))
        return;
    set_state(l, LINK_START);
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

/* ---- head of a round: passed on as it comes --------------------------------------------- */

/* Head bytes leave as soon as the transmitter can take them: what one board holds back here, all
 * boards behind it wait for. */
APART static void pass_on(struct link *l, uint8_t byte)
{
    push(l, byte);
    link_pump(l);
    hal_link_drain(true);
}

/* A frame that arrived bad must not look good to the next board, and must not be counted there
 * again: its last byte goes out inverted, which is neither right nor a likely line error. */
static bool arrived_good(struct link *l, uint8_t last_byte)
{
    uint8_t marked = (uint8_t)(l->head_data_crc >> 8);

    if (l->head_crc == CRC_RESIDUE)
        return true;
    if (last_byte == marked)
        count(&l->counters.marked_frames);
    else
        count(&l->counters.bad_frames);
    return false;
}

/* Last byte of a frame over whose bytes the running CRC is crc, right or marked as bad. */
static uint8_t seal_byte(uint16_t crc, bool good)
{
    uint8_t marked = (uint8_t)(crc >> 8);
    return good ? (uint8_t)(marked ^ 0xFFu) : marked;
}

static void take_start(struct link *l)
{
    struct frame_start start;

    frame_start_decode(l->head, &start);
    l->round = start.round;
    if (start.section_head) {
        l->origin = LINK_FROM_HEAD;
        l->head_number = start.switches;
        return;
    }
    l->origin = LINK_FROM_BEGIN;
    l->start = start;
}

static void start_complete(struct link *l, bool good)
{
    if (good && frame_type_of(l->head[0]) == FRAME_START)
        take_start(l);
    set_state(l, LINK_HOP);
    l->head_crc = l->sent_crc = CRC_INIT;
}

void link_fill_slot(struct link_slot *slot, const uint8_t *frame)
{
    memcpy(slot->frame, frame, FRAME_STREAM_SIZE);
    slot->full = true;
}

static void queue_slot(struct link *l, struct link_slot *slot)
{
    if (!slot->full)
        return;
    slot->full = false;
    frame_set_round(slot->frame, l->round);
    push_frame(l, slot->frame, FRAME_STREAM_SIZE);
}

static void queue_own_frames(struct link *l)
{
    struct link_slot own = { .full = l->own_ready };
    uint8_t before = l->queue_in;

    l->own.round = l->round;
    l->own.number = l->number;
    frame_cell_fields(own.frame, &l->own);
    queue_slot(l, &own);
    queue_slot(l, &l->reply_out);
    queue_slot(l, &l->command_out);
    l->own_bytes = (uint8_t)(l->queue_in - before) & QUEUE_MASK;
}

/* HOP says which number this board has. When it came damaged, in a round of Begin, the number is that of
 * the round before. */
static void take_number(struct link *l, bool good)
{
    l->hop_good = good;
    if (good) {
        if (l->round != frame_round_of(l->head[0]))
            l->origin = LINK_FROM_NOBODY; /* START was another round's */
        l->round = frame_round_of(l->head[0]);
        l->number = (uint8_t)(l->head[1] + 1u);
    }
    if (l->origin != LINK_FROM_BEGIN)
        return;
    if (good) {
        l->home = l->number;
        l->home_rounds = LINK_HOME_ROUNDS;
    } else if (l->home_rounds != 0) {
        l->home_rounds--;
        l->number = l->home;
    }
}

static void hop_complete(struct link *l, bool good)
{
    take_number(l, good);
    if (l->number != 0) {
        board_round_started(l);
        queue_own_frames(l);
    }
    l->last_cell = l->number;
    decoder_start(&l->decoder, l->round);
    set_state(l, LINK_STREAM);
}

/* The bytes of HOP as this board sends them; its CRC is made anew on the way. */
static uint8_t hop_byte_out(struct link *l, uint8_t index, uint8_t byte)
{
    switch (index) {
    case 1:
        return (uint8_t)(byte + 1u);
    case 2:
        trim_hop(&l->trim, (int8_t)byte);
        l->sum = identity_part(l->identity, (uint8_t)(l->head[1] + 1u));
        return (uint8_t)l->trim.error;
    case 3:
        l->sum = (uint16_t)(l->sum + byte);
        return (uint8_t)l->sum;
    case 4:
        l->sum = (uint16_t)(l->sum + (uint16_t)(byte << 8));
        return (uint8_t)(l->sum >> 8);
    case 5:
        return (uint8_t)((uint8_t)l->sent_crc ^ 0xFFu);
    default:
        return byte;
    }
}

static bool good_hop(const struct link *l)
{
    return frame_type_of(l->head[0]) == FRAME_HOP && l->head[1] != 0 &&
           l->head[1] < FRAME_CELLS_MAX;
}

static void last_byte(struct link *l, bool hop, uint8_t byte)
{
    bool good = arrived_good(l, byte);

    if (hop && !good_hop(l))
        good = false;
    pass_on(l, seal_byte(hop ? l->sent_crc : l->head_data_crc, good));
    if (hop)
        hop_complete(l, good);
    else
        start_complete(l, good);
}

static void head_byte(struct link *l, bool hop, uint8_t byte)
{
    uint8_t index = l->head_fill++;
    uint8_t left = (uint8_t)((hop ? FRAME_HOP_SIZE : FRAME_START_SIZE) - index);

    if (left == FRAME_CRC_SIZE)
        l->head_data_crc = l->head_crc;
    l->head[index] = byte;
    l->head_crc = crc_update(l->head_crc, byte);
    if (left == 1u) {
        last_byte(l, hop, byte);
        return;
    }
    if (hop) {
        byte = hop_byte_out(l, index, byte);
        if (left > FRAME_CRC_SIZE)
            l->sent_crc = crc_update(l->sent_crc, byte);
    }
    pass_on(l, byte);
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
    if (l->number != 0 && frame[FRAME_COMMAND_TARGET] == l->number)
        link_fill_slot(&l->command_in, frame);
}

/* The frame lies at the end of the queue: it is passed on by counting it in. */
static void frame_complete(struct link *l, const uint8_t *frame)
{
    if (!in_order(l, frame) || !frame_fits(l)) {
        count(&l->counters.stale_frames);
        return;
    }
    l->counters.frames++;
    l->queue_in = (uint8_t)(l->queue_in + FRAME_STREAM_SIZE) & QUEUE_MASK;
    board_frame_received(l, frame);
    if (frame_type_of(frame[0]) == FRAME_COMMAND)
        command_arrived(l, frame);
    if (frame_type_of(frame[0]) == FRAME_END) {
        l->counters.rounds++;
        start_draining(l);
    }
}

/* ---- what a receiver brings ---------------------------------------------------------------- */

/* A frame found by hunting goes where it would have been received. */
static enum decode_result hunt(struct link *l)
{
    enum decode_result result = decoder_hunt(&l->decoder, l->byte_in);

    if (result != DECODE_NONE)
        set_state(l, LINK_STREAM);
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
        head_byte(l, l->state == LINK_HOP, l->byte_in);
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
        count(&l->counters.bad_frames);
        set_state(l, LINK_HUNT);
        break;
    case DECODE_STALE:
        count(&l->counters.stale_frames);
        break;
    }
    link_pump(l);
}

void link_line_error(struct link *l)
{
    count(&l->counters.line_errors);
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

    memcpy(body, &l->command_in.frame[2], LINK_COMMAND_BODY);
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

void link_lead_break(struct link *l)
{
    uint8_t irq = hal_irq_save();
    l->leader = true;
    start_break(l);
    hal_irq_restore(irq);
}

static void push_round(struct link *l, const struct frame_start *start,
                       const struct frame_charge *charges)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_hop hop = { .round = l->round, .hop = l->number };
    struct frame_end end = { .round = l->round,
                             .sensors = start->sensors,
                             .rounds = l->leader ? l->counters.rounds : 0 };

    hop.sum = l->sum = identity_part(l->identity, l->number);
    push_frame(l, frame, frame_start_encode(frame, start));
    push_frame(l, frame, frame_hop_encode(frame, &hop));
    queue_own_frames(l);
    for (uint8_t i = 0; i < 2u * start->sensors; i++) {
        struct frame_charge charge = charges[i];
        charge.round = l->round;
        push_frame(l, frame, frame_charge_encode(frame, &charge));
    }
    push_frame(l, frame, frame_end_encode(frame, &end));
}

/* ---- head of a section ------------------------------------------------------------------------- */

static void head_break(struct link *l)
{
    start_break(l);
    l->heading = true;
}

static void head_round(struct link *l)
{
    struct frame_start start = { .section_head = true };

    l->round = (uint8_t)(l->round + 1u) & 0x0Fu;
    l->number = l->home ? l->home : LINK_HEAD_UNNUMBERED;
    l->origin = LINK_FROM_HEAD;
    l->head_number = l->number;
    board_round_started(l);
    start.round = l->round;
    start.switches = l->number;
    push_round(l, &start, NULL);
    set_state(l, LINK_DRAIN);
    hal_link_release(l->trim.divisor);
}

static void head_tick(struct link *l)
{
    uint8_t ticks = l->state == LINK_WAIT ? HEAD_WAIT_TICKS : HEAD_BREAK_TICKS;

    if (++l->silent_ticks < ticks)
        return;
    if (l->state == LINK_WAIT)
        head_break(l);
    else
        head_round(l);
}

void link_lead_section(struct link *l)
{
    uint8_t irq = hal_irq_save();

    if (l->state == LINK_BREAK) {
        l->own_ready = false; /* measured when the break began */
    } else if (l->state == LINK_IDLE && l->heading) {
        head_break(l);
    } else if (l->state == LINK_IDLE) {
        l->home_rounds = 0;
        set_state(l, LINK_WAIT);
        hal_link_wait();
    }
    hal_irq_restore(irq);
}

/* ---- leader ------------------------------------------------------------------------------------- */

/* What comes back at most, by the rounds so far. */
static void count_cells(struct link *l)
{
    if (l->cells >= l->chain_cells || ++l->short_rounds >= LINK_SHORT_ROUNDS) {
        l->chain_cells = l->cells;
        l->short_rounds = 0;
    }
    l->cells = 0;
}

/* Looks at the round before and expects the next one. */
static bool was_returned(struct link *l)
{
    count_cells(l);
    if (l->returned)
        l->not_returned = 0;
    else if (l->not_returned < LINK_ROUNDS_CLOSED)
        l->not_returned++;
    l->returned = false;
    return l->not_returned < LINK_ROUNDS_CLOSED;
}

void link_lead_round(struct link *l, const struct frame_start *start,
                     const struct frame_charge *charges)
{
    struct frame_start own = *start;
    uint8_t irq;

    l->round = (uint8_t)(l->round + 1u) & 0x0Fu;
    l->number = 1;
    l->origin = LINK_FROM_BEGIN;
    l->counters.rounds++;
    own.round = l->round;
    own.ring_closed = was_returned(l);
    l->command_out.frame[FRAME_COMMAND_INFO] |= FRAME_COMMAND_ISSUED;
    decoder_start_hunting(&l->decoder, l->round);
    push_round(l, &own, charges);
    irq = hal_irq_save();
    l->start = own;
    set_state(l, LINK_DRAIN);
    hal_link_release(l->trim.divisor);
    hal_irq_restore(irq);
}
