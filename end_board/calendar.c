#include "end_board/calendar.h"

#define MS_PER_S 1000u

void calendar_init(struct calendar *c, uint32_t now_ms)
{
    *c = (struct calendar){ .last_ms = now_ms };
}

void calendar_restore(struct calendar *c, uint32_t now_s, bool day_known, uint16_t day)
{
    c->now_s = now_s;
    c->day_known = day_known;
    c->day = day;
}

static uint32_t whole_seconds(struct calendar *c, uint32_t now_ms)
{
    uint32_t ms = now_ms - c->last_ms;
    uint32_t seconds = ms / MS_PER_S;

    c->rest_ms = (uint16_t)(c->rest_ms + ms % MS_PER_S);
    if (c->rest_ms >= MS_PER_S) {
        c->rest_ms = (uint16_t)(c->rest_ms - MS_PER_S);
        seconds++;
    }
    c->last_ms = now_ms;
    return seconds;
}

/* A clock that is set for the first time says which day it is and ends none. */
static bool midnight(struct calendar *c)
{
    uint16_t day = (uint16_t)(c->now_s / CALENDAR_DAY_S);
    bool over = c->day_known && day != c->day;

    c->day = day;
    c->day_known = true;
    return over;
}

bool calendar_step(struct calendar *c, uint32_t now_ms)
{
    uint32_t seconds = whole_seconds(c, now_ms);

    c->now_s += seconds;
    if (c->set)
        return midnight(c);
    c->ran_s += seconds;
    if (c->ran_s < CALENDAR_DAY_S)
        return false;
    c->ran_s -= CALENDAR_DAY_S;
    return true;
}

void calendar_set(struct calendar *c, uint32_t seconds_since_2000)
{
    c->now_s = seconds_since_2000;
    c->rest_ms = 0;
    c->set = true;
}
