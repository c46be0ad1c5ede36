#include "end_board/even.h"

#include "common/command.h"
#include "common/link.h"

void even_init(struct even *e)
{
    *e = (struct even){ .told = false };
}

/* Boards or settings that may not be what they seem. A board that doubts its own reading, or is not heard, does not
 * balance by itself; the others may. */
static bool is_doubted(const struct decide *d)
{
    return (d->facts.faults &
            (PACK_SIZE_MISFIT | PACK_SIZE_CHANGED | FAULT_SETTINGS_LOST | FAULT_OTHER_BOARDS)) != 0;
}

static uint16_t limit_mv(const struct decide *d)
{
    return is_doubted(d)
               ? 0
               : (uint16_t)(d->facts.pack->min_mv + (uint16_t)d->settings.balance_difference_mv);
}

bool even_step(struct even *e, const struct decide *d, uint32_t now_ms,
               struct frame_command *command)
{
    if (!is_doubted(d) && d->settings.balance_difference_mv == 0)
        return false;
    if (e->told && now_ms - e->told_ms < EVEN_PERIOD_MS)
        return false;
    e->told = true;
    e->told_ms = now_ms;
    *command = (struct frame_command){ .target = LINK_COMMAND_ALL,
                                       .write = true,
                                       .item = ITEM_BALANCE_LIMIT,
                                       .argument = limit_mv(d) };
    return true;
}
