/* START and HOP, which are passed on as they come, and the own frames behind them. */
#include <string.h>

#include "common/apart.h"
#include "common/identity.h"
#include "common/link_parts.h"
#include "protocol/crc.h"

static void push(struct link *l, uint8_t byte)
{
    l->queue[l->queue_in] = byte;
    l->queue_in = (uint8_t)(l->queue_in + 1u) & (LINK_QUEUE_SIZE - 1u);
}

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
        link_count(&l->counters.marked_frames);
    else
        link_count(&l->counters.bad_frames);
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
    link_set_state(l, LINK_HOP);
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
    link_push_frame(l, slot->frame, FRAME_STREAM_SIZE);
}

void link_queue_own_frames(struct link *l)
{
    struct link_slot own = { .full = l->own_ready };
    uint8_t before = l->queue_in;

    l->own.number = l->number;
    frame_cell_fields(own.frame, &l->own);
    queue_slot(l, &own);
    queue_slot(l, &l->reply_out);
    queue_slot(l, &l->command_out);
    l->own_bytes = (uint8_t)(l->queue_in - before) & (LINK_QUEUE_SIZE - 1u);
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
    board_round_started(l);
    if (l->number != 0)
        link_queue_own_frames(l);
    l->last_cell = l->number;
    decoder_start(&l->decoder, l->round);
    link_set_state(l, LINK_STREAM);
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

void link_head_byte(struct link *l, bool hop, uint8_t byte)
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
