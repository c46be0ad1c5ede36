/* What can happen to a chain in memory: each kind at a hop and a byte of it, or at any moment of a round.
 * host_case.h runs one or several and checks what is promised. */
#ifndef TEST_FAKE_HOST_FAULT_H
#define TEST_FAKE_HOST_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The charge of an old frame; Begin's are far beyond. */
#define HIT_OLD_MAS 1u

enum hit_kind {
    /* of one byte, or from one on */
    HIT_DROP,
    HIT_FLIP,   /* one bit */
    HIT_FLIPS,  /* two to eight bits */
    HIT_INSERT, /* one to eight random bytes before it */
    HIT_DUPLICATE,
    HIT_CUT,  /* the rest of the round */
    HIT_LATE, /* by one to 200 bytes */
    HIT_LINE_ERROR,
    HIT_OLD_FRAME, /* of one of the last 15 rounds, before it */
    HIT_PULSE,     /* the line is low for a moment */
    HIT_RESET,     /* of the board that sends it */
    HIT_CLOCK,     /* that board's is 3 to 25 % off, for 10 ms to 3 s */
    /* for a while */
    HIT_NOISE,  /* pulses and damaged bytes */
    HIT_LOW,    /* a break */
    HIT_HIGH,   /* silence */
    HIT_BABBLE, /* random bytes, all the time */
    HIT_BROKEN, /* wire, for 2 to 7 s */
    HIT_MUTE,   /* the board that sends passes all on but has no reading, for 2 to 7 s */
    HIT_DEAD,   /* the board that sends has no supply, for 2 to 7 s */
    HIT_KINDS,
};

#define HIT_ANY_BYTE 0xFFFFu /* at a moment of its own instead, see at_ns */
#define HITS_MAX 3u

struct hit {
    uint8_t kind;      /* enum hit_kind */
    uint8_t hop;       /* wire behind this board, from 0; the last board's is the return wire */
    uint16_t byte;     /* in the next round; the sync is 0 */
    uint64_t at_ns;    /* HIT_ANY_BYTE: so long from now */
    uint64_t lasts_ns; /* of a kind that lasts */
    /* while it runs */
    bool fired;
    bool over;
    uint64_t until_ns;
    uint64_t next_ns;
};

extern struct hit hits[HITS_MAX];
extern uint8_t hit_count;
/* Bytes to add, before random ones; none unless set. */
extern const uint8_t *hit_raw;
extern size_t hit_raw_left;
extern uint32_t hit_taken; /* bytes that were damaged, added or lost */

const char *hit_name(uint8_t kind);
bool hit_lasts(uint8_t kind);
/* In a chain that was just restored. */
void hit_arm(const struct hit *set, uint8_t count);
bool hit_all_over(void);
/* Those whose byte never came. */
void hit_give_up(void);

#endif
