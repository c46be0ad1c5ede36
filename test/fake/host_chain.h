/* A whole chain in one process with time: Begin's rounds, followers that head sections, End's intake and
 * decisions, the return wire; each board with its own clock. A wire knows bytes, breaks and edges; what
 * common/avr/ring.c does with them is restated here, what the boards' logic does is theirs.
 *
 * State lies in a few arrays that chain_save() and chain_restore() copy: each fault starts from the same
 * sound chain, and a seed replays it. Host only. */
#ifndef TEST_FAKE_HOST_CHAIN_H
#define TEST_FAKE_HOST_CHAIN_H

#include "begin_board/rounds.h"
#include "common/cell_board.h"
#include "test/fake/hal_fake.h"
#include "test/fake/host_end.h"

#define CHAIN_BOARDS FAKE_BOARDS
#define CHAIN_NEVER UINT64_MAX
#define CHAIN_PAST_ROUNDS 16u
#define CHAIN_READINGS 16u /* a round number comes again after so many rounds */
#define CHAIN_MS 1000000ull
#define CHAIN_S (1000u * CHAIN_MS)

enum chain_timer {
    TIMER_BYTE,  /* the byte under way has left */
    TIMER_EDGES, /* its last falling edge is over, and somebody captures them */
    TIMER_LINE,  /* delimiter, then sync and gap are over */
    TIMER_TICK,
    TIMER_DOG,
    TIMER_LOOP,  /* the main loop: at once, or when it has measured */
    TIMER_FALL,  /* IN has fallen */
    TIMER_ZERO,  /* IN has been low for a byte */
    TIMER_CLOCK, /* Begin: rounds; End: a quarter of a second */
    TIMER_BOOT,
    TIMERS,
};

struct chain_reading {
    uint64_t at_ns;
    uint16_t mv;
    int16_t dc;
    uint8_t flags;
};

/* The hardware of one board and the wire from its OUT. */
struct chain_board {
    uint64_t at_ns[TIMERS];
    double error;      /* of the oscillator at the factory's trim */
    double skew;       /* factor, a fault's: 1.0 */
    double bit_ns;     /* of what it sends, and expects */
    uint64_t dog_ns;   /* its watchdog's second */
    uint64_t heard_ns; /* woken for the last time */
    uint64_t tick_rest_ns;
    bool dead;  /* in reset or without supply */
    bool low;   /* OUT is held low */
    bool risen; /* IN has been high in this break: nobody listens for an edge, it is awake */
    bool open;  /* sync is out */
    bool syncing;
    bool receiving;
    bool sending;
    bool ends_low; /* a break: behind the byte under way, as the data sheet has it of TXEN */
    bool met;      /* the next board's receiver was on when the byte began */
    uint8_t byte;
    uint64_t byte_ns; /* begin of the byte */
    uint16_t sent;    /* bytes since the last break, the sync is 0 */
    uint64_t capture_ns;
    uint16_t edge[SYNC_EDGES];
    uint8_t edges;
    uint16_t breaks, releases, idles, resumes, waits; /* of the fake, as seen */
    bool measuring;
    uint8_t events;
    uint8_t readings;
    struct chain_reading reading[CHAIN_READINGS];
    /* faults of the wire behind it */
    bool faulty;
    bool mute;       /* measures, and does not say */
    uint64_t last;   /* the last eight bytes sent */
    uint16_t halves; /* rounds that it broke off, and breaks that were not Begin's */
    bool cut;        /* nothing comes through until the next sync */
    uint8_t stuck;   /* enum chain_stuck */
    uint64_t late_ns;
};

enum chain_stuck { STUCK_NOT, STUCK_HIGH, STUCK_LOW };

struct chain {
    uint16_t boards;
    uint8_t switches;
    uint8_t sensors;
    uint64_t now_ns;
    uint64_t random;
    uint64_t timer_ns; /* a fault's, see host_fault.c */
    uint64_t steps;
    /* Begin */
    struct rounds rounds;
    double begin_ms;
    uint64_t begin_at_ns;
    uint8_t boot;
    uint32_t begun; /* breaks of Begin */
    uint64_t begun_ns;
    uint16_t time_ms;                                             /* of the present START */
    struct frame_charge charge[2u * FRAME_SENSORS_MAX];           /* of the present round */
    uint32_t sent_mas[CHAIN_PAST_ROUNDS][2u * FRAME_SENSORS_MAX]; /* by the number of their round */
    uint16_t sent_ms[CHAIN_PAST_ROUNDS];                          /* the same of START */
};

/* End sends a command in each round and the extended data output behind it, boards answer. Not saved. */
extern bool chain_talks;
extern struct chain chain;
extern struct chain_board chain_board[CHAIN_BOARDS];
extern struct cell_board chain_cell[CHAIN_BOARDS];

/* boards 2..255, sensors 0..2; oscillators, watchdogs and phases by the seed. Runs until the relays are
 * closed and all clocks are trimmed, and saves that. */
void chain_start(uint16_t boards, uint8_t sensors, uint64_t seed);
void chain_save(void);
void chain_restore(void);
/* One event. */
void chain_step(void);

uint32_t chain_draw(uint32_t below);
/* Board that hears board i: the one behind it, Begin behind the last. */
static inline uint16_t chain_next(uint16_t i)
{
    return (uint16_t)(i + 1u == chain.boards ? 0u : i + 1u);
}

/* ---- for host_fault.c ------------------------------------------------------------------------ */

/* Level of the wire behind board i, as the next board sees it. */
bool chain_is_low(uint16_t i);
/* After anything that may have changed it; `before` is what it was. */
void chain_level(uint16_t i, bool before);
/* A byte for the board behind board i; met: its receiver was on from the start bit on. */
void chain_deliver(uint16_t i, uint8_t byte, bool line_error, bool met);
/* A short pulse on the wire behind board i. */
void chain_pulse(uint16_t i);
bool chain_hears(uint16_t r);
void chain_reset(uint16_t i, uint64_t dark_ns);
void chain_clock_changed(uint16_t i);
void chain_settle(uint16_t i);
/* The end of a break that was none. */
void chain_listen_again(uint16_t i);
void chain_timer_changed(void);

/* ---- in host_fault.c ------------------------------------------------------------------------- */

/* The transmitter of a faulty board begins a byte, which may be another then; returns by how much it is late. */
uint64_t hit_byte_begins(uint16_t i, uint8_t *byte);
/* It has left, and damage is done on the way. */
void hit_byte_ends(uint16_t i, uint8_t byte, bool met);
void hit_timer(void);

#endif
