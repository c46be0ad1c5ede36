/* Everything the End board decides after a round and in between, in the order it must happen.
 * Pure logic, main loop. */
#ifndef END_BOARD_DECIDE_H
#define END_BOARD_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/calendar.h"
#include "end_board/energy.h"
#include "end_board/facts.h"
#include "end_board/members.h"
#include "end_board/meter.h"
#include "end_board/relay.h"
#include "end_board/soc.h"

struct decide {
    bool no_clock;          /* the caller's: the crystal stands */
    struct members members; /* rounds change it at any time, but for what is known */
    uint16_t
        kept_seal; /* of that and the settings, which change by the owner, and when boards are learned */
    uint16_t seal; /* of all below the settings, which changes in steps, too */
    struct settings settings;
    struct meter meter;
    struct soc soc;
    struct calendar calendar;
    struct energy energy;
    struct extremes extremes;
    struct relay relay;
    bool was_silent;          /* cells are heard again, but the current is not yet */
    uint32_t faulty_ms;       /* when the pack had its last fault */
    struct facts facts;       /* of the last step */
    enum soc_event soc_event; /* in it */
    bool day_changed;         /* in it: a day was over, or an extreme is new */
    int64_t net_mas;          /* that went in less what went out, since reset */
    uint32_t pack_mv;         /* last one that all cells were heard for */
    uint8_t cells;            /* of the pack, once it is known */
};

/* Both relays released. The settings are the caller's to load. */
void decide_init(struct decide *d, uint32_t now_ms);

/* Behind each step, and behind each change by the owner; before the next one: false when something else has changed it,
 * or the number of cells. Then nothing in it can be believed, and a reset is the way back to what is kept. What a byte
 * that changes during a step does to the owner's part shows behind it: a step does not close that. 1.5 ms. */
void decide_close_step(struct decide *d);
void decide_close(struct decide *d);
bool decide_intact(const struct decide *d);

/* One step, after each round and while decide_waits() each quarter of a second, so that hold times
 * are kept to that; the pack has been evaluated. It takes about 5 ms on the board, which is why it is
 * not done more often. switches: of the last good START. */
void decide_step(struct decide *d, const struct pack *pack, uint8_t switches, uint32_t now_ms);

/* True while a rule's hold time runs. */
static inline bool decide_waits(const struct decide *d)
{
    return (d->relay.rules.running & ~d->relay.rules.acting) != 0;
}

#endif
