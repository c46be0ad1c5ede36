/* Which hops are noisy, from the counters of bad frames that End asks one board after the other for. A bad
 * frame is counted by the first board that sees it, so a counter is that of the hop which ends there. Pure
 * logic, main loop only. */
#ifndef END_BOARD_NOISE_H
#define END_BOARD_NOISE_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/pack.h"
#include "protocol/frame.h"

/* One question each so often: 16 boards are looked at in 80 s, 255 in 21 minutes. */
#define NOISE_PERIOD_MS 5000u
/* A hop is noisy when so many bad frames were added between two looks, and one in so many rounds at least;
 * a hop of 20 bytes does so at a bit error rate of 2e-4, one of 150 bytes at 2e-5. It is no more when they
 * are less than half as many. */
#define NOISE_FRAMES 4u
#define NOISE_ROUNDS 32u
/* Sequence numbers from here on are those of these questions. */
#define NOISE_SEQUENCE 8u

struct noise {
    struct {
        uint16_t frames; /* at the last look */
        uint16_t rounds;
        bool known;
    } hop[PACK_CELLS_MAX]; /* [0] ends at board 1: it is the return wire */
    uint8_t asked;         /* board, 0 none yet */
    uint8_t sweep;
    uint32_t asked_ms;
};

void noise_init(struct noise *n, uint32_t now_ms);
/* True when it is time to ask: the command for it. `count` boards, the last of which is this one; nobody is
 * asked for its own. */
bool noise_ask(struct noise *n, uint8_t count, uint32_t now_ms, struct frame_command *question);
bool noise_is_answer(const struct noise *n, const struct frame_reply *reply);
/* A look at the counter of a board, with the number of rounds until now (both may wrap). True when the hop
 * that ends there has become noisy or quiet: pack->cell[].noisy and pack->noisy_hops say it. */
bool noise_look(struct noise *n, struct pack *pack, uint8_t board, uint16_t frames,
                uint16_t rounds);
/* The board before the hop that ends at this one. */
static inline uint8_t noise_before(const struct pack *pack, uint8_t board)
{
    return board == 1u ? pack->count : (uint8_t)(board - 1u);
}

#endif
