/* What goes wrong on one hop of the ring: between the edges that the sender makes and those that the
 * receiver sees. Faults of single bytes, pulses, noise, a level that is stuck, a sender that babbles.
 *
 * Times in picoseconds. What happens depends on the edges, on the seed and on the calls below, and
 * not on how the time is cut into pieces. */
#ifndef SIM_ENGINE_DISTURB_H
#define SIM_ENGINE_DISTURB_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/wire.h"
#include "world/rng.h"

enum disturb_kind {
    DISTURB_DROP,      /* the byte is missing, the line is idle for its time */
    DISTURB_FLIP,      /* value: mask of data bits that arrive inverted */
    DISTURB_INSERT,    /* value: a byte before this one; what follows comes 10 bits later */
    DISTURB_DUPLICATE, /* the byte comes twice; what follows comes 10 bits later */
    DISTURB_TRUNCATE,  /* nothing more in this round, this byte included */
    DISTURB_FRAMING,   /* its stop bit is low */
    DISTURB_DELAY,     /* span_ps: it and all behind it come so much later */
    DISTURB_GLITCH,    /* span_ps: the line is inverted so long, from the middle of the byte on */
    DISTURB_LOW,       /* span_ps at after_ps behind the beginning of the round: forced low */
    DISTURB_HIGH,      /* the same, high */
};

/* Acts in the first round whose break begins at from_ps or later. Byte 0 is the sync, byte 1 the first
 * one of START. */
struct disturb_fault {
    enum disturb_kind kind;
    int byte;
    uint8_t value;
    int64_t span_ps;
    int64_t after_ps;
    int64_t from_ps;
};

enum disturb_stuck { DISTURB_FREE, DISTURB_STUCK_LOW, DISTURB_STUCK_HIGH };

#define DISTURB_FAULTS 16 /* that wait or act at a time */
#define DISTURB_WINDOWS 32

enum disturb_op { DISTURB_INVERT, DISTURB_FORCE_LOW, DISTURB_FORCE_HIGH };

struct disturb {
    struct wire raw;  /* the sender's end, for who wants one */
    struct wire held; /* its edges, some of them later */
    struct rng rng;
    /* the round as it goes by */
    int64_t bit_ps;   /* of the last sync */
    int64_t fall_ps;  /* last falling edge */
    int64_t rise_ps;  /* last rising edge */
    int64_t round_ps; /* the break began */
    int64_t byte_ps;  /* the present byte began */
    int byte;         /* its index, -1: outside of a round */
    int falls;        /* of the sync */
    uint16_t bits;    /* levels of the present byte, bit 0 is its start bit */
    bool level;
    bool mute; /* for the rest of the round */
    int64_t delay_ps;
    int again; /* value of a byte that comes again, -1 */
    struct disturb_fault fault[DISTURB_FAULTS];
    bool armed[DISTURB_FAULTS]; /* waits for its round */
    bool acts[DISTURB_FAULTS];  /* this is its round */
    /* what is done to the line */
    struct {
        int64_t from_ps;
        int64_t to_ps;
        enum disturb_op op;
    } window[DISTURB_WINDOWS];
    int windows;
    bool in;          /* level of the held edges */
    int64_t done_ps;  /* carried up to here */
    double noise;     /* bit errors per bit time, 0: none */
    int64_t noise_ps; /* the next one begins */
    enum disturb_stuck stuck;
    bool babbles;
    int64_t babble_ps; /* its next bit begins */
    int babble_bit;
    uint8_t babble_byte;
    bool babble_level;
};

/* level: of the line now. */
void disturb_init(struct disturb *d, uint64_t seed, int hop, bool level, int64_t now_ps);
void disturb_noise(struct disturb *d, double rate, int64_t now_ps);
void disturb_stuck(struct disturb *d, enum disturb_stuck stuck);
void disturb_babble(struct disturb *d, bool on, int64_t now_ps);
/* False when too many wait. */
bool disturb_arm(struct disturb *d, const struct disturb_fault *fault);
/* Moves what the sender has sent before end_ps to the receiver's wire, late_ps later there. */
void disturb_carry(struct disturb *d, struct wire *from, struct wire *to, int64_t end_ps,
                   int64_t late_ps);
void disturb_state(struct disturb *d, struct state *s);

#endif
