/* What an owner may do, by an app or a button: each deed takes effect, is kept, and is in the log.
 * The only way into the settings while the board runs. Main loop only. */
#ifndef END_BOARD_OWNER_H
#define END_BOARD_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/decide.h"
#include "end_board/keeper.h"

struct owner {
    struct decide *decide;
    struct keeper *keeper;
};

/* As settings_set(); a value that is already set costs nothing. */
enum settings_result owner_set(const struct owner *o, uint8_t id, int32_t value, uint8_t *other);
/* The values in force fit the pack: the relays may close. */
void owner_confirm(const struct owner *o);
bool owner_pin_fits(const struct owner *o, int32_t pin);
void owner_reset_pin(const struct owner *o);
void owner_clear_energy(const struct owner *o);
void owner_clear_extremes(const struct owner *o);
/* A board has carried out an order; item: enum command_item. */
void owner_ordered(const struct owner *o, uint8_t cell, uint8_t item);
void owner_set_clock(const struct owner *o, uint32_t seconds_since_2000);

#endif
