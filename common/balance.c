#include "common/balance.h"

static bool still_hot(bool hot, int16_t dc, int16_t hot_dc, int16_t cool_dc)
{
    return hot ? dc > cool_dc : dc >= hot_dc;
}

static void step_hot(struct balance *b, const struct balance_input *in)
{
    b->hot = still_hot(b->hot, in->dc, BALANCE_HOT_DC, BALANCE_COOL_DC);
    b->resistor_hot = still_hot(b->resistor_hot, in->resistor_dc, BALANCE_RESISTOR_HOT_DC,
                                BALANCE_RESISTOR_COOL_DC);
}

void balance_step(struct balance *b, const struct balance_input *in)
{
    if (in->trusted)
        step_hot(b, in);
    if (!in->trusted || in->lost || in->vbalance_mv == 0 || b->hot || b->resistor_hot)
        b->on = false;
    else if (in->mv > in->vbalance_mv)
        b->on = true;
    else if (in->mv <= in->vbalance_mv - BALANCE_HYSTERESIS_MV)
        b->on = false;
}
