/* Which relay is allowed. A relay closes when all its enabling rules act, opens when any disabling
 * rule acts, and keeps its state in between. Pure logic, main loop. */
#ifndef END_BOARD_RELAY_H
#define END_BOARD_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/rules.h"

/* A relay that opened stays open this long, whatever the rules say. One that was closed for less than
 * RELAY_CALM_MS each time flutters, as when a load takes an empty cell to Vmin again and again: the
 * first RELAY_FLUTTER_FREE times cost nothing more, then each doubles the rest, up to 640 s. */
#define RELAY_REST_MS 5000u
#define RELAY_CALM_MS 300000ul
#define RELAY_FLUTTER_FREE 3u
#define RELAY_REST_DOUBLINGS 7u

struct relay {
    struct rules rules;
    bool closed[RELAY_COUNT];
    bool rested[RELAY_COUNT]; /* the rest since the last opening is over */
    uint32_t opened_ms[RELAY_COUNT];
    uint32_t closed_ms[RELAY_COUNT];
    uint8_t flutter[RELAY_COUNT]; /* openings in a row that came too soon, saturates */
    uint32_t held[RELAY_COUNT];   /* RULE_BIT of all that hold it open now; 0 while closed */
    uint8_t reason[RELAY_COUNT];  /* enum rule_id that opened it last */
    uint16_t switchings;          /* of both relays since reset */
};

/* Both released, as after a reset. */
void relay_init(struct relay *r, uint32_t now_ms);
void relay_step(struct relay *r, const struct facts *f);

#endif
