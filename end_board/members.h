/* Are these the boards that the owner confirmed, each in its place? Seen in the first round, by the sum that
 * HOP brings along (common/identity.h), and before a relay closes: boards that changed places, another
 * board, one more or one less. Pure. */
#ifndef END_BOARD_MEMBERS_H
#define END_BOARD_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#define MEMBERS_PAYLOAD 3u

/* What was confirmed; a record in the EEPROM. */
struct members_known {
    uint16_t sum;
    uint8_t count; /* 0: nothing yet; the first chain behind the owner's `confirm` is it */
};

struct members {
    struct members_known known;
    uint16_t heard;       /* ISR: the last sum */
    uint8_t heard_rounds; /* ISR: rounds in a row that had it, saturates at 2 */
    bool heard_now;       /* ISR: one since a round that left cells silent */
    bool other;           /* the boards are not those */
    bool looked;          /* compared since then */
};

enum members_state {
    MEMBERS_UNSURE, /* no round has said it since cells were silent */
    MEMBERS_SAME,
    MEMBERS_OTHER, /* two rounds in a row said so */
};

void members_init(struct members *m);
/* ISR: HOP of one of Begin's rounds came undamaged and says this, this board's part included. */
void members_heard(struct members *m, uint16_t sum);
/* A round is over and cells are silent: the next one has to say it again. Not in the middle of a round, which may be
 * the one that brings them back. */
void members_forget(struct members *m);
/* After each evaluation of the pack of `count` cells. silent: a cell is; whole: nothing is wrong with the
 * pack. confirmed: by the owner, who thereby also says that these are the boards. */
enum members_state members_step(struct members *m, uint8_t count, bool silent, bool whole,
                                bool confirmed);
/* The owner says: these are the boards, from now on. */
void members_accept(struct members *m);

void members_encode(uint8_t out[MEMBERS_PAYLOAD], const struct members_known *known);
void members_decode(const uint8_t in[MEMBERS_PAYLOAD], struct members_known *known);

#endif
