#include "begin_board/rounds.h"

void rounds_init(struct rounds *r, uint16_t now_ms)
{
    r->in_break = false;
    r->looked = true;
    r->repeat = false;
    r->shown = true;
    r->break_at_ms = (uint16_t)(now_ms - ROUND_PERIOD_MS);
}

static uint16_t period_ms(const struct rounds *r)
{
    return r->repeat ? ROUND_REPEAT_MS : ROUND_PERIOD_MS;
}

static enum round_action start_break(struct rounds *r, uint16_t now_ms)
{
    r->in_break = true;
    r->looked = false;
    r->repeat = false;
    r->shown = false;
    r->break_at_ms = now_ms;
    return ROUND_START_BREAK;
}

/* What End sent behind the round is shown before it is repeated. */
static enum round_action look(struct rounds *r, bool whole)
{
    r->looked = true;
    r->repeat = !whole;
    r->shown = r->repeat;
    return r->repeat ? ROUND_SHOW : ROUND_WAIT;
}

enum round_action rounds_step(struct rounds *r, bool whole, uint16_t now_ms)
{
    uint16_t since = (uint16_t)(now_ms - r->break_at_ms);

    if (r->in_break) {
        r->in_break = since < ROUND_BREAK_MS;
        return r->in_break ? ROUND_WAIT : ROUND_SEND;
    }
    if (since >= period_ms(r))
        return start_break(r, now_ms);
    if (!r->looked && since >= ROUND_LOOK_MS)
        return look(r, whole);
    if (!r->shown && since >= ROUND_SHOW_MS) {
        r->shown = true;
        return ROUND_SHOW;
    }
    return ROUND_WAIT;
}

uint16_t rounds_next(const struct rounds *r)
{
    uint16_t ms = period_ms(r);

    if (r->in_break)
        ms = ROUND_BREAK_MS;
    else if (!r->looked)
        ms = ROUND_LOOK_MS;
    else if (!r->shown)
        ms = ROUND_SHOW_MS;
    return (uint16_t)(r->break_at_ms + ms);
}
