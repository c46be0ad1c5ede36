#include "begin_board/rounds.h"

void rounds_init(struct rounds *r, uint16_t now_ms)
{
    r->in_break = false;
    r->break_at_ms = (uint16_t)(now_ms - ROUND_PERIOD_MS);
}

enum round_action rounds_step(struct rounds *r, uint16_t now_ms)
{
    uint16_t since = (uint16_t)(now_ms - r->break_at_ms);

    if (r->in_break && since >= ROUND_BREAK_MS) {
        r->in_break = false;
        return ROUND_SEND;
    }
    if (!r->in_break && since >= ROUND_PERIOD_MS) {
        r->in_break = true;
        r->break_at_ms = now_ms;
        return ROUND_START_BREAK;
    }
    return ROUND_WAIT;
}

uint16_t rounds_next(const struct rounds *r)
{
    return (uint16_t)(r->break_at_ms + (r->in_break ? ROUND_BREAK_MS : ROUND_PERIOD_MS));
}
