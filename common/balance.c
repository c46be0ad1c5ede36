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

bool balance_force(struct balance *b, uint16_t rounds, uint16_t mv)
{
    b->forced_rounds = 0;
    if (rounds != 0 && mv <= BALANCE_FORCED_DROP_MV)
        return false;
    b->forced_rounds = rounds;
    b->forced_mv = (uint16_t)(mv - BALANCE_FORCED_DROP_MV);
    return true;
}

static bool step_forced(struct balance *b, const struct balance_input *in)
{
    if (b->forced_rounds == 0)
        return false;
    b->forced_rounds--;
    if (!in->trusted || in->lost || in->mv <= b->forced_mv)
        b->forced_rounds = 0;
    return b->forced_rounds != 0;
}

void balance_step(struct balance *b, const struct balance_input *in)
{
    bool forced = step_forced(b, in);

    if (in->trusted)
        step_hot(b, in);
    if (!in->trusted || in->lost || b->hot || b->resistor_hot)
        b->on = false;
    else if (forced)
        b->on = true;
    else if (in->vbalance_mv == 0)
        b->on = false;
    else if (in->mv > in->vbalance_mv)
        b->on = true;
    else if (in->mv <= in->vbalance_mv - BALANCE_HYSTERESIS_MV)
        b->on = false;
}
