#include "end_board/reset_button.h"

#define RELEASED_LOOKS 2u

void reset_button_init(struct reset_button *b)
{
    *b = (struct reset_button){ 0 };
}

static void press(struct reset_button *b, uint32_t now_ms)
{
    b->away = 0;
    if (b->down)
        return;
    b->down = true;
    b->fired = false;
    b->since_ms = now_ms;
}

static void look_away(struct reset_button *b)
{
    if (b->down && ++b->away >= RELEASED_LOOKS)
        b->down = false;
}

bool reset_button_step(struct reset_button *b, bool pressed, uint32_t now_ms)
{
    if (b->showing && now_ms - b->fired_ms >= RESET_BUTTON_SHOWN_MS)
        b->showing = false;
    if (pressed)
        press(b, now_ms);
    else
        look_away(b);
    if (!b->down || !pressed || b->fired || now_ms - b->since_ms < RESET_BUTTON_HELD_MS)
        return false;
    b->fired = b->showing = true;
    b->fired_ms = now_ms;
    return true;
}

bool reset_button_shown(const struct reset_button *b)
{
    return b->showing;
}
