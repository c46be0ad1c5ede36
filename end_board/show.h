/* What the End board shows: its status LEDs and end_view. Pure logic, main loop. */
#ifndef END_BOARD_SHOW_H
#define END_BOARD_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/decide.h"
#include "end_board/view.h"

enum show_led { SHOW_CHARGE_LED = 1u << 0, SHOW_LOAD_LED = 1u << 1 };

/* enum show_led that are on now; answering: the button did something. */
uint8_t show_leds(const struct decide *d, bool answering, uint32_t now_ms);
/* Everything but rounds and events: what moves at any time, and what takes long divisions and
 * changes with the charge, once a round. */
void show_now(struct end_view *v, const struct decide *d, const struct pack *pack, uint32_t now_ms);
void show_counted(struct end_view *v, const struct decide *d);

#endif
