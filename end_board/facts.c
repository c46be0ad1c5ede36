#include "end_board/facts.h"

#define LOW_RATE_DIVISOR 20u /* 5 % */

bool facts_charge_rate_low(const struct facts *f)
{
    uint32_t limit_mw = (uint32_t)f->settings->capacity_wh * 1000u / LOW_RATE_DIVISOR;

    if (!f->current_known || f->battery_ma < 0)
        return false;
    return (uint64_t)f->battery_ma * f->pack->total_mv <= (uint64_t)limit_mw * 1000u;
}
