#include "end_board/button.h"

#define RELEASED_LOOKS 2u

void button_init(struct button *b)
{
    *b = (struct button){ 0 };
}

static void press(struct button *b, uint32_t now_ms)
{
    b->away = 0;
    if (b->down)
        return;
    b->down = true;
    b->fired = false;
    b->since_ms = now_ms;
}

static void look_away(struct button *b)
{
    if (b->down && ++b->away >= RELEASED_LOOKS)
        b->down = false;
}

bool button_step(struct button *b, bool pressed, uint32_t now_ms)
{
    if (b->showing && now_ms - b->fired_ms >= BUTTON_SHOWN_MS)
        b->showing = false;
    if (pressed)
        press(b, now_ms);
    else
        look_away(b);
    if (!b->down || !pressed || b->fired || now_ms - b->since_ms < BUTTON_HELD_MS)
        return false;
    b->fired = b->showing = true;
    b->fired_ms = now_ms;
    return true;
}

bool button_shown(const struct button *b)
{
    return b->showing;
}
