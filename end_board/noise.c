#include "end_board/noise.h"

#include "common/command.h"
#include "end_board/pace.h"

#define SEQUENCES (PACE_SEQUENCE - NOISE_SEQUENCE)

void noise_init(struct noise *n, uint32_t now_ms)
{
    *n = (struct noise){ .asked_ms = now_ms };
}

/* A board answers the same question with the same sequence number from memory: each sweep has its own. */
bool noise_ask(struct noise *n, uint8_t count, uint32_t now_ms, struct frame_command *question)
{
    if (count < 2u || now_ms - n->asked_ms < NOISE_PERIOD_MS)
        return false;
    n->asked_ms = now_ms;
    if (n->asked + 1u >= count) {
        n->asked = 0;
        n->sweep = (uint8_t)((n->sweep + 1u) % SEQUENCES);
    }
    n->asked++;
    *question = (struct frame_command){ .target = n->asked,
                                        .item = ITEM_BAD_FRAMES,
                                        .sequence = (uint8_t)(NOISE_SEQUENCE + n->sweep) };
    return true;
}

bool noise_is_answer(const struct noise *n, const struct frame_reply *reply)
{
    return n->asked != 0 && reply->number == n->asked && reply->status == REPLY_DONE &&
           reply->sequence == ((uint8_t)(NOISE_SEQUENCE + n->sweep));
}

/* Bad frames in 100 rounds, 1 to 255. */
static uint8_t share(uint16_t more, uint16_t rounds)
{
    uint32_t percent = (uint32_t)more * 100u / rounds;

    return percent > UINT8_MAX ? UINT8_MAX : (uint8_t)percent;
}

static uint8_t judge(uint8_t before, uint16_t more, uint16_t rounds)
{
    uint8_t ease = before != 0 ? 2u : 1u;

    if ((uint32_t)more * ease < NOISE_FRAMES || (uint32_t)more * ease * NOISE_ROUNDS < rounds)
        return 0;
    return share(more, rounds);
}

bool noise_look(struct noise *n, struct pack *pack, uint8_t board, uint16_t frames, uint16_t rounds)
{
    uint8_t *noisy = &pack->cell[board - 1u].noisy;
    uint8_t before = *noisy;
    uint16_t more = (uint16_t)(frames - n->hop[board - 1u].frames);
    uint16_t passed = (uint16_t)(rounds - n->hop[board - 1u].rounds);
    bool known = n->hop[board - 1u].known && frames >= n->hop[board - 1u].frames && passed != 0;

    n->hop[board - 1u].frames = frames;
    n->hop[board - 1u].rounds = rounds;
    n->hop[board - 1u].known = true;
    if (!known ||
        frames == UINT16_MAX) /* a reset of that board, or the counter's end: nothing new */
        return false;
    *noisy = judge(before, more, passed);
    if ((*noisy != 0) == (before != 0))
        return false;
    pack->noisy_hops = (uint8_t)(pack->noisy_hops + (*noisy ? 1 : -1));
    return true;
}
