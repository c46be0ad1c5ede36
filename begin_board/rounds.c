#include "begin_board/rounds.h"

void rounds_init(struct rounds *r, uint16_t now_ms)
{
    r->in_break = false;
    r->shown = true;
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
        r->shown = false;
        r->break_at_ms = now_ms;
        return ROUND_START_BREAK;
    }
    if (!r->in_break && !r->shown && since >= ROUND_SHOW_MS) {
        r->shown = true;
        return ROUND_SHOW;
    }
    return ROUND_WAIT;
}

uint16_t rounds_next(const struct rounds *r)
{
    if (r->in_break)
        return (uint16_t)(r->break_at_ms + ROUND_BREAK_MS);
    return (uint16_t)(r->break_at_ms + (r->shown ? ROUND_PERIOD_MS : ROUND_SHOW_MS));
}
