/* One hop of the ring as a waveform: the edges that the sender made and the receiver sees.
 * High is idle: no current in the coupler. Times in picoseconds since the start of the run.
 *
 * One sender appends in order of time, one receiver reads; the sender is simulated first, so it
 * may be ahead by one slice and by the rest of a byte. */
#ifndef SIM_ENGINE_WIRE_H
#define SIM_ENGINE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "checkpoint/state.h"

#define WIRE_EDGES 4096u /* power of two: 100 ms of 0x55 at 38 400 baud */
#define WIRE_NEVER INT64_MAX

struct wire {
    struct wire_edge {
        int64_t at_ps;
        bool level; /* from here on */
    } edge[WIRE_EDGES];
    uint64_t head;        /* edges ever appended */
    uint64_t tail;        /* oldest kept edge */
    bool tail_level;      /* level before the oldest kept edge */
    bool level;           /* after the newest edge */
    bool broken;          /* the receiver sees idle */
    int64_t broken_ps;    /* since then; or it is mended since then */
    struct wire_tap *tap; /* NULL: nobody listens */
};

/* All edges of a wire for somebody who is not its receiver; the owner takes them out in front. */
struct wire_tap {
    struct wire_edge *edge;
    int count;
    int room;
};

void wire_init(struct wire *w);
/* From now on the tap gets the edges, first those that wait for from_ps or later. The tap is empty or
 * has listened to another wire; it ends with wire_tap_free(), when the wire is not used any more. */
void wire_listen(struct wire *w, struct wire_tap *tap, int64_t from_ps);
void wire_tap_free(struct wire_tap *tap);
/* From at_ps on the sender drives this level; equal levels merge. */
void wire_drive(struct wire *w, int64_t at_ps, bool level);
/* The same for a start bit, a byte and a stop bit. */
void wire_drive_frame(struct wire *w, int64_t at_ps, int64_t bit_ps, uint8_t byte);
/* Level that the receiver sees at a time not before the oldest kept edge. */
bool wire_level(const struct wire *w, int64_t at_ps);
/* Reading the level at times that only grow. */
struct wire_cursor {
    const struct wire *wire;
    uint64_t next; /* first edge not yet passed */
    bool level;
};
void wire_cursor_start(struct wire_cursor *c, const struct wire *w);
static inline bool wire_cursor_level(struct wire_cursor *c, int64_t at_ps)
{
    const struct wire *w = c->wire;

    while (c->next != w->head && w->edge[c->next & (WIRE_EDGES - 1u)].at_ps <= at_ps)
        c->level = w->edge[c->next++ & (WIRE_EDGES - 1u)].level;
    return c->level || (w->broken && at_ps >= w->broken_ps);
}
/* Start bit, byte and stop bit as levels from bit 0 on, each looked at for look_ps from first_ps on. False if
 * one of them changes meanwhile, or the wire is broken. */
bool wire_frame(const struct wire *w, int64_t first_ps, int64_t bit_ps, int64_t look_ps,
                unsigned *levels);
/* Time of the first edge at or after from_ps, with its level; WIRE_NEVER if none is known yet. */
int64_t wire_next_edge(const struct wire *w, int64_t from_ps, bool *level);
int64_t wire_next_fall(const struct wire *w, int64_t from_ps);
/* The receiver needs nothing before this time any more. */
void wire_forget(struct wire *w, int64_t before_ps);
/* Takes the oldest edge if it is before a time. */
bool wire_take(struct wire *w, int64_t before_ps, int64_t *at_ps, bool *level);
/* Moves the edges before end_ps to another wire, delay_ps later there. */
void wire_hand_over(struct wire *from, struct wire *to, int64_t end_ps, int64_t delay_ps);
/* Makes an empty wire the continuation of another: edges that wait there for from_ps or later move
 * over, so that the sender may still take them back. */
void wire_continue(struct wire *empty, struct wire *real, int64_t from_ps);
void wire_break(struct wire *w, bool broken, int64_t at_ps);

void wire_state(struct wire *w, struct state *s);

#endif
