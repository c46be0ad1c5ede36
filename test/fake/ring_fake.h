/* A chain of links in memory, one byte time per step: what board k sends in a step, board k + 1
 * receives in it. Every board sends at most one byte per step, as a wire does, so the number of
 * steps is the length of the round. Clocks are ideal here; the trim has its own test. */
#ifndef TEST_FAKE_RING_FAKE_H
#define TEST_FAKE_RING_FAKE_H

#include "test/fake/hal_fake.h"

#define RING_HEALTHY 0xFFFFu

/* What happens to one byte of one hop in the next round. */
enum ring_damage { RING_CHANGE, RING_LOSE, RING_REPEAT, RING_CUT, RING_BREAK };

struct ring_fault {
    enum ring_damage damage;
    uint8_t hop;   /* between board hop and board hop + 1, counted from 0 */
    uint16_t byte; /* of this hop, START's header is 0; RING_HEALTHY: none */
    uint8_t flip;  /* RING_CHANGE: these bits */
};

extern struct link ring[FAKE_BOARDS];
extern struct ring_fault ring_fault;
extern uint16_t ring_steps; /* of the last round, until the last board was idle */
extern bool ring_closed;    /* what the last board sends reaches board 0 */
extern bool ring_stuck;     /* the last round did not end */

/* Fresh links, board 0 the leader when it leads. */
void ring_init(uint8_t boards);
/* The break as it runs through the chain; every board that saw it gets its reading. */
void ring_break(uint8_t boards);
/* One whole round. Readings come from ring_mv() and ring_dc(), which differ for each board. */
void ring_round(uint8_t boards, const struct frame_start *start,
                const struct frame_charge *charges);
/* The same without the break, after ring_break(). */
void ring_send(uint8_t boards, const struct frame_start *start, const struct frame_charge *charges);

/* Board first (from 0) hears nothing and heads a round of those behind it, the boards before it rest. */
void ring_section(uint8_t first, uint8_t boards);

uint16_t ring_mv(uint8_t number);
int16_t ring_dc(uint8_t number);
uint8_t ring_flags(uint8_t number);

/* Edges of a sync byte as a board sees it that needs this many cycles for eight bits. */
void ring_edges(uint16_t first, uint16_t cycles, uint16_t edges[SYNC_EDGES]);

#endif
