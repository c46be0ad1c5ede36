#include "begin_board/rounds.h"

void rounds_init(struct rounds *r, uint16_t now_ms)
{
    r->in_break = false;
    r->looked = true;
    r->repeat = false;
    r->late = true;
    r->break_at_ms = (uint16_t)(now_ms - ROUND_PERIOD_MS);
    r->shown_at_ms = r->break_at_ms;
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
    r->late = false;
    r->break_at_ms = now_ms;
    return ROUND_START_BREAK;
}

/* Each shows what came behind the last round, but not twice within a second. */
static enum round_action show(struct rounds *r, uint16_t now_ms)
{
    if ((uint16_t)(now_ms - r->shown_at_ms) < ROUND_SHOW_APART_MS)
        return ROUND_WAIT;
    r->shown_at_ms = now_ms;
    return ROUND_SHOW;
}

static enum round_action look(struct rounds *r, enum link_came came, uint16_t now_ms)
{
    r->looked = true;
    r->late_ms = came == LINK_CAME_LATE ? ROUND_SHOW_MS : ROUND_SHOW_AGAIN_MS;
    r->repeat = came == LINK_CAME_SHORT;
    return came == LINK_CAME_LATE ? ROUND_WAIT : show(r, now_ms);
}

enum round_action rounds_step(struct rounds *r, enum link_came came, uint16_t now_ms)
{
    uint16_t since = (uint16_t)(now_ms - r->break_at_ms);

    if (r->in_break) {
        r->in_break = since < ROUND_BREAK_MS;
        return r->in_break ? ROUND_WAIT : ROUND_SEND;
    }
    if (since >= period_ms(r))
        return start_break(r, now_ms);
    if (!r->looked && since >= ROUND_LOOK_MS)
        return look(r, came, now_ms);
    if (r->looked && !r->late && since >= r->late_ms) {
        r->late = true;
        return show(r, now_ms);
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
    else if (!r->late && !r->repeat)
        ms = r->late_ms;
    return (uint16_t)(r->break_at_ms + ms);
}
