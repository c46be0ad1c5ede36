/* Where the ring is broken. The boards behind the place begin rounds of their own; in the end only the first
 * of them does, since a break on IN makes a follower of each head. docs/protocol.md, "Section heads". */
#ifndef END_BOARD_PLACE_H
#define END_BOARD_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* The same place must be heard for so long, in ticks of 128 ms: 384 to 512 ms. Two boards of a section begin
 * 0.21 s apart at most (watchdogs 10 % off), and HOP needs 0.08 s through 255 boards. */
#define PLACE_SETTLE_TICKS 4u
#define PLACE_TICK_MS 128u

#define PLACE_UNKNOWN 0u

/* Truths here are no bool: a compiler may take `!x` for `x ^ 1`, and a byte of RAM that changed be neither true nor
 * false for good. */
struct place {
    uint8_t section;    /* the last round that began well was a head's */
    uint8_t heard;      /* broken behind this board, by that round; PLACE_UNKNOWN */
    uint8_t current;    /* and no break has come since */
    uint8_t since_tick; /* heard for the first time in a row */
    uint8_t broken;     /* settled: */
    uint8_t after;      /* broken between this board and the next one, PLACE_UNKNOWN */
};

static inline uint8_t place_tick(uint32_t ms)
{
    return (uint8_t)(ms / PLACE_TICK_MS);
}

/* Number of the last board before the place: a section in which this board, the last of `count`, is `number`,
 * and whose head has the number `head` (LINK_HEAD_UNNUMBERED: it counts from there). count is 0 while nobody
 * knows it. PLACE_UNKNOWN when head and count contradict each other. Pure. */
uint8_t place_behind(uint8_t count, uint8_t head, uint8_t number);

/* ISR: Begin's round is here. */
void place_whole(struct place *p);
/* ISR: a head's round is here, which says this. */
void place_section(struct place *p, uint8_t after, uint8_t tick);
/* Main loop: a break, and the round behind it may be another head's. Until one has come the last one says nothing. */
void place_doubt(struct place *p);
/* Main loop, every quarter of a second. True when `broken` or `after` has changed. */
bool place_step(struct place *p, uint8_t tick);

#endif
