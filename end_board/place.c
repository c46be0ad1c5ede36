#include "end_board/place.h"

#include "common/hal.h"
#include "common/link.h"

uint8_t place_behind(uint8_t count, uint8_t head, uint8_t number)
{
    if (head == LINK_HEAD_UNNUMBERED)
        return number < count ? (uint8_t)(count - number) : PLACE_UNKNOWN;
    if (head == 0 || head > number || (count != 0 && number != count))
        return PLACE_UNKNOWN;
    return (uint8_t)(head - 1u);
}

void place_whole(struct place *p)
{
    p->section = false;
}

void place_section(struct place *p, uint8_t after, uint8_t tick)
{
    if (!p->section || after != p->heard)
        p->since_tick = tick;
    p->section = true;
    p->current = true;
    p->heard = after;
}

void place_doubt(struct place *p)
{
    uint8_t irq = hal_irq_save();

    p->current = false;
    hal_irq_restore(irq);
}

static bool settled(const struct place *p, uint8_t tick)
{
    return p->section && p->current && (!p->broken || p->heard != p->after) &&
           (uint8_t)(tick - p->since_tick) >= PLACE_SETTLE_TICKS;
}

bool place_step(struct place *p, uint8_t tick)
{
    uint8_t irq = hal_irq_save();
    bool whole = !p->section && p->broken;
    bool changed = whole || settled(p, tick);

    if (changed) {
        p->broken = !whole;
        p->after = whole ? PLACE_UNKNOWN : p->heard;
    }
    hal_irq_restore(irq);
    return changed;
}
