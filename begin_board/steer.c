#include "begin_board/steer.h"

void steer_step(struct cell_board *b)
{
    int8_t step = b->clock_steps < 0 ? -1 : 1;

    if (b->clock_steps > STEER_STEPS_MAX || b->clock_steps < -STEER_STEPS_MAX)
        b->clock_steps = 0;
    if (b->clock_steps == 0)
        return;
    trim_lead(&b->link.trim, step);
    b->clock_steps = (int16_t)(b->clock_steps - step);
}
