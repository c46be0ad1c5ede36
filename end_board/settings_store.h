/* Settings in the EEPROM: a sealed record in two copies. Main loop only. */
#ifndef END_BOARD_SETTINGS_STORE_H
#define END_BOARD_SETTINGS_STORE_H

#include "end_board/settings.h"

/* 1 was a list of fields without ids. */
#define SETTINGS_VERSION 2u

/* Loads the record. Without a sane one: the defaults, not confirmed, and false. An End board that is
 * new and one that lost both copies are alike: nothing is known about the pack. */
bool settings_load(struct settings *s);
void settings_save(const struct settings *s);
/* An owner has looked at the values: keeps them, and the relays may close. */
void settings_confirm(struct settings *s);

#endif
