/* The link state of one board on the ring. docs/protocol.md, "A round", is its specification.
 *
 * A follower (Between, End) answers a break with a break of its own, measures the sync, trims its
 * clock, passes START and HOP on byte by byte, puts its own CELL frame behind them and then the
 * checked frames of the boards before it. Because its own frame goes first, a whole frame is
 * always in hand when the next must leave: checking costs no time, and a bad frame is dropped
 * and counted by the first board that sees it.
 * The leader (Begin) makes the round, and then listens to it coming back from the last board: that
 * is how a COMMAND of the last board reaches it, and how it sees that a cell was lost. What comes back
 * never disturbs what it sends.
 *
 * Everything marked ISR is called by the hardware side of hal.h, one call at a time. The rest is
 * for the main loop. No function blocks. */
#ifndef COMMON_LINK_H
#define COMMON_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ext_frame.h"
#include "common/hal.h"
#include "common/trim.h"
#include "protocol/decoder.h"
#include "protocol/frame.h"

enum link_state {
    LINK_IDLE,   /* between rounds, waiting for a break */
    LINK_BREAK,  /* break passed on, waiting for the sync */
    LINK_START,  /* passing START on */
    LINK_HOP,    /* passing HOP on */
    LINK_STREAM, /* own frame queued, passing checked frames on */
    LINK_HUNT,   /* the same behind a bad frame, looking for the next good one */
    LINK_DRAIN,  /* nothing more to receive, sending what is queued; the leader also listens */
    LINK_TAIL,   /* last board: sending to the leader behind the round */
    LINK_RETURN, /* leader: all is sent, the rest of the round and what follows it still come back */
    LINK_WAIT,   /* as LINK_IDLE, but the ticks run: silence for much longer makes it a head */
};

/* Who began the present round. */
enum link_origin {
    LINK_FROM_NOBODY, /* no good START in it so far */
    LINK_FROM_BEGIN,
    LINK_FROM_HEAD, /* the first board behind a place where the ring is broken */
};

enum link_event {
    LINK_BREAK_SEEN = 1u << 0,  /* measure now: nothing moves on the ring until the sync */
    LINK_ROUND_DONE = 1u << 1,  /* everything is sent, the board may sleep */
    LINK_COMMAND = 1u << 2,     /* link_take_command() has one; comes with LINK_ROUND_DONE */
    LINK_BREAK_LASTS = 1u << 3, /* measure again, or the reading of this round will be too old */
};

/* What came over the hop that ends here, since reset; 16 bit counts saturate. The same layout on
 * AVR and host: the simulator reads it. */
struct link_counters {
    uint32_t rounds;        /* END arrived; for the leader: rounds sent */
    uint32_t frames;        /* good frames behind HOP */
    uint16_t bad_frames;    /* CRC or header wrong, first seen here */
    uint16_t marked_frames; /* already known as bad by a board before */
    uint16_t stale_frames;  /* other round, or out of order */
    uint16_t line_errors;   /* framing errors and overruns */
    uint16_t bad_syncs;     /* break without a usable sync, or silence inside a round */
    uint16_t returned;      /* leader: own rounds that came back from the last board, wraps */
};

#define LINK_QUEUE_SIZE 128u /* power of two; a leader queues its whole round: 76 bytes */
/* A head that never had a number counts from here; Begin's own, so no other head has it. */
#define LINK_HEAD_UNNUMBERED 1u
/* So many rounds in a row a board that lost HOP may keep its number of the round before. Nobody puts a
 * board into the chain, or takes one out, within two rounds and without a silence. */
#define LINK_HOME_ROUNDS 2u
#define LINK_REPEAT_CELLS 64u /* 0.2 s: twice as many rounds fit */
#define LINK_SHORT_ROUNDS 8u  /* so many rounds in a row make a short chain the chain */
#define LINK_ROUNDS_CLOSED 3u /* so many rounds may fail to come back before the ring is open */

/* A frame on its way between main loop and interrupts. */
struct link_slot {
    uint8_t frame[FRAME_STREAM_SIZE];
    bool full;
};
void link_fill_slot(struct link_slot *slot, const uint8_t *frame);

struct link {
    /* Small and often used fields first: an AVR reaches 64 bytes from a pointer with one word. */
    enum link_state state;
    volatile uint8_t events; /* enum link_event; taken with link_take_events() */
    uint8_t number;          /* of this board in the present round, 0 = unknown */
    uint8_t round;
    uint8_t queue_in;
    uint8_t queue_out;
    uint8_t last_cell; /* number of the last CELL frame passed on */
    bool leader;    /* this board starts the rounds and does not follow IN; set before the first */
    bool heading;   /* this board began the last round as head of its section */
    uint8_t origin; /* enum link_origin */
    uint8_t
        head_number; /* LINK_FROM_HEAD: number that its HOP bore, LINK_HEAD_UNNUMBERED or more */
    bool hop_good;   /* HOP of the present round came undamaged: so START was of this round */
    bool ended;      /* END of the present round came and was passed on */
    uint8_t home;    /* own number in the last round of Begin, 0: none since the reset */
    uint8_t home_rounds; /* so many more rounds whose HOP is lost it may stand in for it */
    _Alignas(FRAME_STREAM_SIZE) uint8_t head[FRAME_STREAM_SIZE - 1u]; /* START or HOP so far */
    uint8_t
        byte_in; /* outside the stream bytes are looked at one by one; behind head for its address */
    uint8_t head_fill;
    uint8_t collected;         /* link_byte(): bytes of the present frame */
    uint16_t head_crc;         /* over the bytes received */
    uint16_t head_data_crc;    /* the same before the frame's own CRC */
    uint16_t sent_crc;         /* over the bytes of HOP as sent on */
    uint16_t identity;         /* of this board, before the first round */
    uint16_t sum;              /* HOP's, as this board sends it: with its own part */
    volatile uint8_t activity; /* counts received bytes, for the silence detector */
    uint8_t activity_before;
    uint8_t silent_ticks;
    uint8_t hunt_ticks;
    bool own_ready;           /* own reading was taken in this round */
    uint8_t own_bytes;        /* this board put so many behind HOP in this round */
    bool returned;            /* leader: END of the present round came back */
    uint8_t not_returned;     /* rounds since one did, saturates */
    uint8_t cells;            /* leader: CELL frames of the present round that came back */
    uint8_t chain_cells;      /* so many come back, 0: not known */
    uint8_t short_rounds;     /* so many rounds in a row fewer did */
    struct frame_start start; /* of the last good START of Begin */
    struct frame_cell own;
    struct trim trim;
    struct link_slot command_in;  /* for this board, until link_take_command() */
    struct link_slot reply_out;   /* sent behind the own CELL frame of the next round */
    struct link_slot command_out; /* behind that */
    struct decoder decoder;
    struct link_counters counters;
    /* Bytes on their way out. Frames of the stream are received in place, behind those that wait, and
     * start at multiples of eight: a receiver finds their end by the address. */
    _Alignas(FRAME_STREAM_SIZE) uint8_t queue[LINK_QUEUE_SIZE];
};

void link_init(struct link *l, uint8_t factory_trim);

/* ISR: IN fell while idle, or a break was received inside a round. */
void link_break_seen(struct link *l);
/* ISR: the last five falling edges of IN in CPU cycles; called at each edge from the fifth on. */
void link_edges(struct link *l, const uint16_t edges[SYNC_EDGES]);
/* ISR: a byte arrived; line_error when it came with a framing error or after an overrun. */
void link_byte(struct link *l, uint8_t byte, bool line_error);
/* ISR: the same for a receiver that stores bytes itself: whenever link_wanted() bytes, 8 or 1, have
 * been put at link_place(), link_collected() takes them. The address behind them is a multiple of
 * eight if that of the struct link is. */
static inline bool link_wants_frames(const struct link *l)
{
    return l->state == LINK_STREAM;
}
static inline uint8_t link_wanted(const struct link *l)
{
    return link_wants_frames(l) ? FRAME_STREAM_SIZE : 1u;
}
static inline uint8_t *link_place(struct link *l)
{
    return link_wants_frames(l) ? &l->queue[l->queue_in] : &l->byte_in;
}
void link_collected(struct link *l);
/* ISR: the same for the leader, whose round comes back. */
uint8_t *link_return_place(struct link *l);
void link_return_collected(struct link *l);
/* Sends a byte if there is one and the transmitter can take it. ISR. */
void link_pump(struct link *l);
/* ISR: a byte came with a framing error or after an overrun. */
void link_line_error(struct link *l);
/* Takes the next byte to send, false when there is none. ISR. */
static inline bool link_take_byte(struct link *l, uint8_t *byte)
{
    uint8_t out = l->queue_out;

    if (out == l->queue_in)
        return false;
    *byte = l->queue[out];
    l->queue_out = (uint8_t)(out + 1u) & (LINK_QUEUE_SIZE - 1u);
    return true;
}
/* ISR: delimiter and sync are out, bytes may follow. */
void link_open(struct link *l);
/* ISR: see hal_link_drain(). */
void link_drain(struct link *l);
/* ISR: see hal_link_notify_sent(). */
void link_sent(struct link *l);
/* ISR: every 10..30 ms while not idle; two without a byte end a round that fell silent. A board that
 * waits or heads its section begins and sends its round by them. */
void link_tick(struct link *l);
/* ISR: IN was high in a break and is low again for longer than a sync takes: the break goes on. */
void link_break_lasts(struct link *l);

/* Reading of this board's cell, to be sent in the round whose break asked for it. */
void link_set_reading(struct link *l, uint16_t mv, int16_t dc, uint8_t flags);
/* Follower, behind a round of Begin: its HOP was good, and with it what it said of the clocks. */
static inline bool link_hop_was_good(const struct link *l)
{
    return l->home_rounds == LINK_HOME_ROUNDS;
}
/* Events since the last call. */
uint8_t link_take_events(struct link *l);

/* Target, code, sequence and argument of the command that came for this board or for all, as they stand in the
 * frame; false when there is none. */
#define LINK_COMMAND_ALL 0u /* target */
#define LINK_COMMAND_BODY 5u
bool link_take_command(struct link *l, uint8_t body[LINK_COMMAND_BODY]);
/* The reply is sent in the next round, once; a second one before that takes its place. Sequence in
 * bits 7-4, enum reply_status below. */
void link_send_reply(struct link *l, uint8_t sequence_status, uint32_t value);
/* The same for a command: the last board's reaches its target by way of the leader, one round later. */
void link_send_command(struct link *l, const struct frame_command *command);

/* Last board only: the round is over, and these pieces follow it to the leader. False, and nothing is
 * sent, unless idle behind a whole round: half a frame may be the last that the leader has heard of another. A
 * break cuts it off. */
bool link_send_tail(struct link *l, const uint8_t parcel[EXT_PARCEL_SIZE]);

/* Leader only: what has come back of the round that is under way, 0.35 s behind its break. Fewer cells
 * than in the rounds before: then it may be sent again at once. A chain that stays shorter is whole. In an
 * open ring each round is short, since nobody knows, unless the switches' size class has more than
 * LINK_REPEAT_CELLS: a longer round does not fit twice. */
enum link_came { LINK_CAME_LATE, LINK_CAME_WHOLE, LINK_CAME_SHORT };
enum link_came link_lead_look(const struct link *l);
/* Leader only: nothing more is expected before the next break. */
void link_lead_rest(struct link *l);

/* Leader only: start a break; then, with a reading set, send the round. The frames' round
 * numbers and ring_closed are filled in here. charges points to 2 * start->sensors frames. */
void link_lead_break(struct link *l);
void link_lead_round(struct link *l, const struct frame_start *start,
                     const struct frame_charge *charges);

/* Follower: nothing was heard for a second, or for another one. While the board is idle it begins a round
 * of its own: 20 ticks later if it followed in the last round, else at once. A break on IN makes it a
 * follower again at any moment. In a break that lasts so long it measures again. */
void link_lead_section(struct link *l);

/* Implemented by each board: a good frame of this round came from the board before; for the leader: a
 * piece of the extended data output. ISR. */
void board_frame_received(struct link *l, const uint8_t *frame);
/* Implemented by each board: a break begins, and the cells are being measured for the round behind it. ISR. */
void board_break_started(struct link *l);
/* Implemented by each board: the round's HOP came, good or not, or this board heads it; number (0: not known), round
 * and origin are set. ISR. */
void board_round_started(struct link *l);

#endif
