#include "common/balance.h"

static void step_hot(struct balance *b, int16_t dc)
{
    if (dc >= BALANCE_HOT_DC)
        b->hot = true;
    else if (dc <= BALANCE_COOL_DC)
        b->hot = false;
}

void balance_step(struct balance *b, const struct balance_input *in)
{
    if (in->trusted)
        step_hot(b, in->dc);
    if (!in->trusted || in->lost || in->vbalance_mv == 0 || b->hot)
        b->on = false;
    else if (in->mv > in->vbalance_mv)
        b->on = true;
    else if (in->mv <= in->vbalance_mv - BALANCE_HYSTERESIS_MV)
        b->on = false;
}
