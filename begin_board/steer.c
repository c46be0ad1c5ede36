#include "begin_board/steer.h"

/* Nobody measures Begin's rate, so nothing but this brings back a divisor that no steering has made. */
static void keep_divisor(struct trim *t)
{
    if (t->divisor < LINK_DIVISOR_NOMINAL - 1u || t->divisor > LINK_DIVISOR_NOMINAL + 1u)
        t->divisor = LINK_DIVISOR_NOMINAL;
}

void steer_step(struct cell_board *b)
{
    int8_t step = b->clock_steps < 0 ? -1 : 1;

    keep_divisor(&b->link.trim);
    if (b->clock_steps > STEER_STEPS_MAX || b->clock_steps < -STEER_STEPS_MAX)
        b->clock_steps = 0;
    if (b->clock_steps == 0)
        return;
    trim_lead(&b->link.trim, step);
    b->clock_steps = (int16_t)(b->clock_steps - step);
}
